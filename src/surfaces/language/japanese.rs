//! Error messages in Japanese.

use super::{korean, phrases};
use crate::error::{Error, UNAVAILABLE_RETRY_AFTER_S};

pub fn message(error: &Error) -> String {
    use Error::*;
    match error {
        BadInput { field, .. } if field.is_empty() => "送られた内容を読み取れません。".into(),
        BadInput { field, reason } => match reason.starts_with("missing field") {
            true => format!("{field}: 必ず入れてください。"),
            false => format!("{field}: 値が正しくありません。"),
        },
        TooLarge { limit_bytes } => format!("内容が大きすぎます。(最大 {limit_bytes} バイト)"),
        NotJson => "JSON で送ってください。(Content-Type: application/json)".into(),
        NotFound(noun) => format!("{}が見つかりません。", noun_of(noun)),
        NoSuchPath => "このアドレスには何もありません。".into(),
        WrongMethod => "このアドレスでは使えない方法です。".into(),
        SignInNeeded => "ログインが必要です。".into(),
        TokenExpired => "ログインの時間が過ぎました。もう一度ログインしてください。".into(),
        WrongPassword => "ログイン名かパスワードが違います。".into(),
        LoginEnded => "ログアウトしています。もう一度ログインしてください。".into(),
        NotYours => "見たり変えたりする権限がありません。".into(),
        StaffOnly => "講師だけができます。".into(),
        AdminOnly => "管理者だけができます。".into(),
        StudentsOnly => "生徒だけができます。".into(),
        SignupClosed => "講師の登録は管理者が行います。".into(),
        DoorClosed => "先生が教室のドアを閉めました。".into(),
        Removed => "先生がこの教室から退室させました。".into(),
        Refused => "この講座への申し込みは認められませんでした。".into(),
        NotAdmitted => "先に申し込んで、承認を受けてください。".into(),
        ClassFull => "定員に達しました。".into(),
        ClassEnded => "このクラスは終わっています。".into(),
        AlreadyMarked => "この回の出欠はもう登録されています。登録済みのものを直してください。".into(),
        AlreadyAttended => "この回はもう出席になっています。".into(),
        AlreadyRequested => "この回はもう申請しています。結果をお待ちください。".into(),
        NothingPending { person } => format!("{person} 番の生徒の、待っている申請はありません。"),
        TooManyRequests { most } => format!("結果を待っている申請が {most} 件あります。結果をお待ちください。"),
        Unpaid => "確認された支払いがありません。".into(),
        RefundTooLarge { left } => format!("返金できるのは {left} までです。"),
        OutsideWindow => "評価の期間ではありません。".into(),
        OverTime { minutes } => format!("制限時間の {minutes} 分を過ぎました。"),
        NoAttemptsLeft { allowed } => format!("受けられる {allowed} 回をすべて使いました。"),
        AttemptTaken { number } => format!("{number} 回目の結果はもうあります。登録済みのものを直してください。"),
        NotMet { missing } => {
            let missing: Vec<&str> = missing.iter().map(|part| phrases::japanese(korean::requirement(part))).collect();
            format!("修了の条件を満たしていません: {}", missing.join("、"))
        }
        GuestUnclaimed => "ゲストの方は、先にお名前とログインの登録をしてください。".into(),
        WrongState { status } => format!("今の状態 ({status}) ではできません。"),
        AlreadyEnrolled => "もう申し込んでいるか、受講しています。".into(),
        AlreadyAnswered => "もう済んでいます。".into(),
        EmailTaken => "このメールアドレスはもう使われています。".into(),
        PhoneTaken => "この電話番号はもう使われています。".into(),
        CodeTaken => "このコードはもう使われています。".into(),
        NameIsHere => "同じ名前の方がすでに参加しています。同じ方かどうかお知らせください。".into(),
        HasMoreThanThisClass => "この方にはこの授業以外の記録があります。もう一方をこの方にまとめてください。".into(),
        SessionFull { cap_people } => format!("教室がいっぱいです。(最大 {cap_people} 人)"),
        HasOpenEnrollments { count } => format!("受講者が {count} 人いるため、削除できません。"),
        StepInUse { .. } => "今の授業で使っているステップです。".into(),
        KeyReused => "このキーは別の要求に使われています。".into(),
        SomeoneWasFaster => "たった今、ほかの人が先に行いました。".into(),
        SetupOver => "このリンクは使用済みか、表示されたあとにサーバーが再起動しています。".into(),
        ForeignPage => "ほかのサイトのページからは行えません。".into(),
        TooManySockets { .. }
        | TooManyFailures { .. }
        | TooManyConnections { .. }
        | LogQuotaUsed { .. }
        | Busy { .. }
        | Unavailable { .. } => too_much(error),
        Internal(_) => "サーバーで問題が起きました。".into(),
    }
}

/// Returns the message of an error about a limit: too many or too much, at the moment or in all.
fn too_much(error: &Error) -> String {
    use Error::*;
    match error {
        TooManySockets { most } => {
            format!("すでに{most}か所の画面で開かれています。ほかの画面を一つ閉じてから、もう一度お試しください。")
        }
        TooManyFailures { retry_after_s } => {
            format!("回数が多すぎます。{retry_after_s} 秒後にもう一度お試しください。")
        }
        Unavailable { .. } => {
            format!("ただいま処理できません。{UNAVAILABLE_RETRY_AFTER_S} 秒後にもう一度お試しください。")
        }
        TooManyConnections { retry_after_s } => {
            format!("同じ回線からの接続が多すぎます。{retry_after_s} 秒後にもう一度お試しください。")
        }
        LogQuotaUsed { retry_after_s } => {
            format!("活動記録が多すぎるため、今は受け取れません。{retry_after_s} 秒後にもう一度お送りください。")
        }
        Busy { retry_after_s } => format!("ただいま混み合っています。{retry_after_s} 秒後にもう一度お試しください。"),
        _ => String::new(),
    }
}

fn noun_of(noun: &str) -> &str {
    match noun {
        "Lecture" => "講座",
        "Class" => "クラス",
        "Enrollment" => "申し込み",
        "User" => "利用者",
        "Progress" => "進み具合",
        "Subtask" | "Content" => "ステップ",
        "Attendance" => "出欠",
        "Assessment" => "評価",
        "Result" => "評価の結果",
        "Completion" => "修了の記録",
        "Certificate" => "修了証",
        "Session" => "授業",
        other => other,
    }
}
