//! Phrases that users read, each in Korean, Japanese and English.

pub fn japanese(korean: &str) -> &str {
    of(korean).map_or(korean, |[_, japanese, _]| japanese)
}

pub fn english(korean: &str) -> &str {
    of(korean).map_or(korean, |[_, _, english]| english)
}

fn of(korean: &str) -> Option<&'static [&'static str; 3]> {
    PHRASES.iter().find(|phrase| phrase[0] == korean)
}

#[rustfmt::skip]
const PHRASES: &[[&str; 3]] = &[
    // Live sessions
    ["로그아웃했습니다", "ログアウトしました", "You are signed out"],
    ["비밀번호를 바꾸었습니다", "パスワードを変えました", "The password is changed"],
    ["의견을 남겨 주셔서 고맙습니다", "お知らせいただき、ありがとうございます", "Thank you for telling us"],
    ["분석 중입니다. 잠시만 기다려주세요.", "調べています。少しお待ちください。", "We are looking into it. One moment, please."],
    ["수업에 입장했습니다. 지금 하고 있는 단계부터 함께하시면 됩니다.", "授業に入りました。今のステップからご一緒にどうぞ。", "You are in the class. Join in at the step it is on now."],
    ["수업에 입장했습니다. 지금은 잠시 쉬는 시간입니다.", "授業に入りました。今は休み時間です。", "You are in the class. It is having a break."],
    ["수업은 끝났습니다. 배운 내용을 천천히 복습하실 수 있습니다.", "授業は終わりました。習ったことをゆっくり復習できます。", "The class is over. You can go through it again at your own pace."],
    ["대기실에 입장했습니다. 강사가 수업을 시작할 때까지 기다려주세요.", "待合室に入りました。先生が授業を始めるまでお待ちください。", "You are in the waiting room. Please wait until the instructor starts."],
    ["도우미로 들어왔습니다. 도움을 청하는 분이 보이면 도와드려 주세요.", "お手伝いとして入りました。助けを求める方がいたら、手を貸してください。", "You are here as a helper. Please help those who call."],
    ["참가 중인 활성 세션이 없습니다", "参加中の授業はありません", "You are in no running class"],
    ["수업이 시작되었습니다", "授業が始まりました", "The class has started"],
    ["수업이 일시 정지되었습니다", "授業をいったん止めました", "The class is paused"],
    ["수업이 종료되었습니다", "授業が終わりました", "The class has ended"],
    ["평균 진행률", "平均の進み具合", "Average progress"],
    ["도움 요청 수", "助けを求めた回数", "Calls for help"],
    // Notifications
    ["누군가", "どなたか", "Someone"],
    ["{}님이 도움을 요청했습니다", "{}さんが助けを求めています", "{} is asking for help"],
    ["{}님에게 강사님의 도움이 필요합니다", "{}さんに先生の助けが必要です", "{} needs help from the instructor"],
    ["도움말이 도착했습니다", "答えが届きました", "An answer has come"],
    ["{}님이 출석 인정을 요청했습니다", "{}さんが出席の確認を求めています", "{} asks to be marked as present"],
    ["출석 요청의 결과가 나왔습니다", "出席の申請の結果が出ました", "Your request about attendance is decided"],
    ["{}님이 수업을 도와 달라고 하십니다", "{}さんが授業の手伝いを頼んでいます", "{} asks you to help in a class"],
    ["{}님과 강의를 함께 가르치게 되셨습니다", "{}さんと講座を一緒に教えることになりました", "You now teach a lecture together with {}"],
    ["{}님이 수업을 넘겨 드렸습니다", "{}さんが授業を引き継ぎました", "{} has handed a class over to you"],
    ["수강 신청이 승인되었습니다", "申し込みが認められました", "Your enrollment is approved"],
    ["수강 신청이 승인되지 않았습니다", "申し込みは認められませんでした", "Your enrollment was not approved"],
    ["수료증이 발급되었습니다", "修了証が発行されました", "Your certificate is issued"],
    ["결제가 확인되었습니다", "お支払いを確認しました", "Your payment was confirmed"],
    ["결제가 이루어지지 않았습니다", "お支払いは行われませんでした", "Your payment did not succeed"],
    ["결제하신 금액을 돌려드렸습니다", "お支払いいただいた金額をお返ししました", "Your payment was given back"],
    ["결제사가 환불을 거절했습니다. 결제사에 확인해 주세요 ({})", "決済会社が返金を断りました。決済会社にご確認ください ({})", "The payment service refused a refund. Please ask the service ({})"],
    ["알림을 받았습니다", "通知を受け取りました", "The notice was received"],
    ["채점기가 코드를 실행하지 못했습니다", "採点機がプログラムを実行できませんでした", "The judge could not run the program"],
    ["문제가 삭제되어 채점하지 않았습니다", "問題が削除されたため、採点しませんでした", "The question was deleted, so the program was not judged"],
    ["{}에 수강 기간이 끝납니다", "受講期間は {} に終わります", "Your access ends on {}"],
    ["수강 기간이 곧 끝납니다 ({})", "まもなく受講期間が終わります ({})", "Your access ends soon ({})"],
    ["제출한 코드의 채점이 끝났습니다", "送ったコードの採点が終わりました", "Your code was judged"],
    ["내 로그인이 다른 곳에서도 쓰여 로그아웃했습니다. 비밀번호를 바꿔 주세요", "あなたのログインがほかの場所でも使われたため、ログアウトしました。パスワードを変えてください", "Your login was used elsewhere too, so it was ended. Please change your password"],
    // Enrollments
    ["정원이 차서 대기자로 등록되었습니다.", "定員に達したため、順番待ちに入りました。", "The class is full: you are on the waiting list."],
    ["수강 신청이 승인되었습니다.", "申し込みが認められました。", "The enrollment is approved."],
    ["수강 신청이 접수되었습니다.", "申し込みを受け付けました。", "The enrollment has been received."],
    ["그런 학생이 있으면 수강 명단에 등록됩니다.", "その学生がいれば、名簿に登録されます。", "If there is such a student, they are enrolled."],
    ["수강 신청을 조회했습니다.", "申し込みはこちらです。", "Here is the enrollment."],
    ["수강 신청 목록을 조회했습니다.", "申し込みの一覧です。", "Here are the enrollments."],
    ["내 수강 신청 목록을 조회했습니다.", "あなたの申し込みの一覧です。", "Here are your enrollments."],
    ["수강 신청이 거부되었습니다.", "申し込みを断りました。", "The enrollment is refused."],
    ["수강 신청이 취소되었습니다.", "申し込みを取り消しました。", "The enrollment is cancelled."],
    ["대기자가 승인되었습니다.", "順番待ちの方を認めました。", "The one who waited is admitted."],
    ["결제 정보가 등록되었습니다.", "支払いを登録しました。", "The payment is recorded."],
    ["환불이 처리되었습니다.", "返金しました。", "The refund is made."],
    // Progress
    ["학습 진도가 저장되었습니다.", "進み具合を保存しました。", "The progress is saved."],
    ["학습 진도를 조회했습니다.", "進み具合はこちらです。", "Here is the progress."],
    ["학습 진도 목록을 조회했습니다.", "進み具合の一覧です。", "Here is the list of progress."],
    ["학습 시작이 기록되었습니다.", "学習の始まりを記録しました。", "The beginning is recorded."],
    ["학습 완료가 기록되었습니다.", "学習の終わりを記録しました。", "The end is recorded."],
    ["진도율을 조회했습니다.", "進み具合の割合です。", "Here is the rate of progress."],
    // Completions
    ["수료 정보가 등록되었습니다.", "修了を登録しました。", "The completion is registered."],
    ["수료 정보를 조회했습니다.", "修了の記録はこちらです。", "Here is the completion."],
    ["수료 목록을 조회했습니다.", "修了の一覧です。", "Here are the completions."],
    ["수료 정보가 수정되었습니다.", "修了の記録を直しました。", "The completion is changed."],
    ["수료증이 발급되었습니다.", "修了証を発行しました。", "The certificate is issued."],
    ["수료증을 조회했습니다.", "修了証はこちらです。", "Here is the certificate."],
    ["일괄 수료 처리가 끝났습니다.", "まとめての修了の処理が終わりました。", "The batch of completions is done."],
    // Attendance
    ["출결이 등록되었습니다.", "出欠を登録しました。", "The attendance is registered."],
    ["출결을 조회했습니다.", "出欠はこちらです。", "Here is the attendance."],
    ["출결 목록을 조회했습니다.", "出欠の一覧です。", "Here is the list of attendance."],
    ["출석부를 조회했습니다.", "出席簿です。", "Here is the attendance sheet."],
    ["출석 요청 목록을 조회했습니다.", "出席の申請の一覧です。", "Here is the list of requests."],
    ["출결이 수정되었습니다.", "出欠を直しました。", "The attendance is changed."],
    ["출결이 일괄 등록되었습니다.", "出欠をまとめて登録しました。", "The attendance of all is registered."],
    ["출석 요청이 성공적으로 제출되었습니다.", "出席の申請を出しました。", "The request is submitted."],
    ["출석 승인 처리가 완료되었습니다.", "出席の申請の処理が終わりました。", "The requests are decided."],
    ["출석 현황 조회가 완료되었습니다.", "出席の状況です。", "Here is the attendance."],
    ["전체 출석 현황 조회가 완료되었습니다.", "全員の出席の状況です。", "Here is the attendance of everyone."],
    ["강의 코드(lecSerial)는 필수입니다.", "講座コード (lecSerial) は必ず入れてください。", "The code of the lecture (lecSerial) is required."],
    ["회차 번호(sessionNumber)는 1에서 80까지의 이 강의 회차여야 합니다.", "回の番号 (sessionNumber) は、1 から 80 までの、この講座の回です。", "sessionNumber must be a meeting of this lecture, from 1 to 80."],
    ["요청 사유(requestReason)는 필수입니다.", "申請の理由 (requestReason) は必ず入れてください。", "A reason (requestReason) is required."],
    ["교수 권한이 필요합니다.", "講師の権限が必要です。", "Only an instructor can do this."],
    ["강의를 찾을 수 없습니다.", "講座が見つかりません。", "There is no such lecture."],
    ["이 강의를 수강하거나 담당하고 있지 않습니다.", "この講座を受講も担当もしていません。", "You neither take nor teach this lecture."],
    // Courses and classes
    ["과정 목록을 조회했습니다.", "講座の一覧です。", "Here are the courses."],
    ["과정이 등록되었습니다.", "講座を登録しました。", "The course is registered."],
    ["과정을 조회했습니다.", "講座はこちらです。", "Here is the course."],
    ["과정이 수정되었습니다.", "講座を直しました。", "The course is changed."],
    ["차수 목록을 조회했습니다.", "クラスの一覧です。", "Here are the classes."],
    ["차수가 등록되었습니다.", "クラスを登録しました。", "The class is registered."],
    ["차수를 조회했습니다.", "クラスはこちらです。", "Here is the class."],
    ["차수가 수정되었습니다.", "クラスを直しました。", "The class is changed."],
    // Assessments
    ["평가가 등록되었습니다.", "評価を登録しました。", "The assessment is registered."],
    ["평가를 조회했습니다.", "評価はこちらです。", "Here is the assessment."],
    ["평가 목록을 조회했습니다.", "評価の一覧です。", "Here are the assessments."],
    ["평가가 수정되었습니다.", "評価を直しました。", "The assessment is changed."],
    ["평가가 삭제되었습니다.", "評価を削除しました。", "The assessment is deleted."],
    ["평가 결과가 등록되었습니다.", "評価の結果を登録しました。", "The result is registered."],
    ["평가 결과를 조회했습니다.", "評価の結果はこちらです。", "Here is the result."],
    ["평가 결과 목록을 조회했습니다.", "評価の結果の一覧です。", "Here are the results."],
    ["평가 결과가 채점되었습니다.", "採点しました。", "The result is graded."],
    // Tables for spreadsheets
    ["이름", "名前", "Name"],
    ["이메일", "メール", "E-mail"],
    ["학번", "学籍番号", "Student no."],
    ["회차", "回", "Meeting"],
    ["{}회차", "第{}回", "Meeting {}"],
    ["날짜", "日付", "Date"],
    ["출결", "出欠", "Attendance"],
    ["들어온 시각", "入った時刻", "Came in"],
    ["나간 시각", "出た時刻", "Went out"],
    ["사유", "理由", "Reason"],
    ["단계", "ステップ", "Step"],
    ["질문", "質問", "Question"],
    ["답", "答え", "Answer"],
    ["사람 수", "人数", "People"],
    ["정답", "正解", "Right"],
    ["예", "はい", "Yes"],
    ["아니요", "いいえ", "No"],
    ["그 밖의 답", "ほかの答え", "Other answers"],
    ["총 회차", "回の数", "Meetings"],
    ["출석률(%)", "出席率 (%)", "Attendance (%)"],
    ["수강신청 번호", "申し込み番号", "Enrollment"],
    ["상태", "状態", "State"],
    ["출석 점수", "出席の点", "Attendance score"],
    ["진도 점수", "進み具合の点", "Progress score"],
    ["평가 점수", "評価の点", "Assessment score"],
    ["총점", "合計点", "Total"],
    ["수료일", "修了日", "Completed on"],
    ["수료 상태", "修了の状態", "Completion"],
    ["수료증 번호", "修了証の番号", "Certificate"],
    ["메모", "メモ", "Memo"],
    ["출석", "出席", "present"],
    ["지각", "遅刻", "late"],
    ["결석", "欠席", "absent"],
    ["공결", "公欠", "excused"],
    ["조퇴", "早退", "left early"],
    ["승인 대기", "承認待ち", "pending"],
    ["수강 중", "受講中", "enrolled"],
    ["거부", "不承認", "refused"],
    ["취소", "取り消し", "cancelled"],
    ["수료", "修了", "completed"],
    ["미수료", "未修了", "incomplete"],
    // Learning paths
    ["부족한 기술: {}", "スキルギャップ: {}", "Skill gap: {}"],
    ["학습 경로의 다음 과정", "学習経路の次のコース", "Next in learning path"],
    ["'{}'보다 먼저 들어야 하는 과정입니다", "「{}」の前に受講が必要なコースです", "Prerequisite of {}"],
    ["{} 성적이 우수해 추천합니다", "{}の成績が優れているため、おすすめします", "Recommended based on high performance in {}"],
    ["{} 점수가 낮아 복습용으로 추천합니다", "{}の得点が低かったため、復習におすすめします", "Repetition after a low score in {}"],
    ["{} 점수가 높아 복습이 필요 없습니다", "{}の得点が高かったため、復習は不要になりました", "Repetition is no longer needed after a high score in {}"],
    ["'{}' 수료 후 이어지는 과정입니다", "「{}」の修了後に続くコースです", "Next in your learning path after completing {}"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_listed_once_and_keeps_its_placeholder() {
        for (n, phrase) in PHRASES.iter().enumerate() {
            assert!(PHRASES[..n].iter().all(|other| other[0] != phrase[0]), "twice: {}", phrase[0]);
            let gaps = phrase.map(|text| text.matches("{}").count());
            assert!(gaps.iter().all(|gap| *gap == gaps[0]), "the gap of {}", phrase[0]);
        }
    }
}
