//! The table of errors: each row is one error with its kind, its code, and its text in English, Korean and Japanese. A new error is
//! one new row.

use super::in_text::InText;
use super::input::{InputFault, InputPlace};
use super::kind::{ErrorKind, UNAVAILABLE_RETRY_AFTER_S, UNDER_WAY_RETRY_AFTER_S};
use super::rows::errors;
use super::words::{
    LessonFault, MissingPart, NeededCourse, Noun, PictureFault, Requirement, SlidesFault, StateWord, SurfaceWords,
    VideoFault,
};
use crate::language::Language;

errors! {
    /// The value in this place cannot be accepted.
    BadInput { place: InputPlace, fault: InputFault } = BadInput, "INVALID_REQUEST",
        "{place}: {fault}",
        "{place}: {fault}",
        "{place}: {fault}";
    /// The input cannot be accepted as a whole: no place in it could be named.
    Unreadable { fault: InputFault } = BadInput, "INVALID_REQUEST",
        "{fault}",
        "보내신 내용을 읽을 수 없습니다.",
        "送られた内容を読み取れません。";
    TooLarge { limit_bytes: usize } = TooLarge, "TOO_LARGE",
        "The body is larger than {limit_bytes} bytes",
        "내용이 너무 큽니다. (최대 {limit_bytes}바이트)",
        "内容が大きすぎます。(最大 {limit_bytes} バイト)";
    NotJson = NotJson, "UNSUPPORTED_MEDIA_TYPE",
        "Send JSON, with the header Content-Type: application/json",
        "JSON 형식으로 보내 주세요. (Content-Type: application/json)",
        "JSON で送ってください。(Content-Type: application/json)";
    NotFound(noun: Noun) = NotFound, "NOT_FOUND",
        "{noun} not found",
        "{noun} 찾을 수 없습니다.",
        "{noun}が見つかりません。";
    NoSuchPath = NotFound, "NOT_FOUND",
        "There is nothing at this address",
        "없는 주소입니다.",
        "このアドレスには何もありません。";
    NoSuchPage = NotFound, "NOT_FOUND",
        "Invalid page.",
        "없는 페이지입니다.",
        "このページはありません。";
    WrongMethod = WrongMethod, "METHOD_NOT_ALLOWED",
        "This address does not answer this method",
        "이 주소에서는 쓸 수 없는 방식입니다.",
        "このアドレスでは使えない方法です。";

    SignInNeeded = Unknown, "UNAUTHORIZED",
        "Sign in first: send Authorization: Bearer <access token>",
        "인증이 필요합니다.",
        "ログインが必要です。";
    TokenExpired = Unknown, "TOKEN_EXPIRED",
        "The access token has expired: refresh it",
        "로그인 시간이 지났습니다. 다시 인증해 주세요.",
        "ログインの時間が過ぎました。もう一度ログインしてください。";
    WrongPassword = Unknown, "WRONG_CREDENTIALS",
        "The login name or the password is wrong",
        "아이디 또는 비밀번호가 맞지 않습니다.",
        "ログイン名かパスワードが違います。";
    LoginEnded = Unknown, "LOGIN_ENDED",
        "This login has ended: sign in again",
        "로그아웃되었습니다. 다시 로그인해 주세요.",
        "ログアウトしています。もう一度ログインしてください。";

    NotYours = Forbidden, "FORBIDDEN",
        "This is not yours to see or change",
        "이 정보를 보거나 바꿀 권한이 없습니다.",
        "見たり変えたりする権限がありません。";
    StaffOnly = Forbidden, "INSTRUCTOR_ONLY",
        "Only an instructor can do this",
        "강사 권한이 필요합니다.",
        "講師だけができます。";
    AdminOnly = Forbidden, "ADMIN_ONLY",
        "Only an administrator can do this",
        "관리자 권한이 필요합니다.",
        "管理者だけができます。";
    StudentsOnly = Forbidden, "STUDENT_ONLY",
        "Only a student can do this",
        "학생만 할 수 있습니다.",
        "生徒だけができます。";
    SignupClosed = Forbidden, "SIGNUP_CLOSED",
        "Instructors are added by an administrator here",
        "강사 등록은 관리자가 합니다.",
        "講師の登録は管理者が行います。";
    DoorClosed = Forbidden, "DOOR_CLOSED",
        "The instructor has closed the door of this class",
        "강사가 교실 문을 닫았습니다.",
        "先生が教室のドアを閉めました。";
    Removed = Forbidden, "REMOVED",
        "The instructor has removed you from this class",
        "강사가 이 교실에서 내보냈습니다.",
        "先生がこの教室から退室させました。";
    Refused = Forbidden, "ENROLLMENT_REJECTED",
        "Your application for this course was refused",
        "이 과정의 수강 신청이 거부되었습니다.",
        "受講は認められませんでした。";
    /// The class admits nobody without approval: the person must apply and be approved.
    NotAdmitted = Forbidden, "ENROLLMENT_NEEDED",
        "This class admits nobody by itself: apply for it first",
        "먼저 수강 신청을 하고 승인을 받아야 합니다.",
        "先に受講の承認を受けてください。";

    /// The person has applied for a course with a price, and has not paid it yet.
    PaymentNeeded = Forbidden, "PAYMENT_NEEDED",
        "Pay for this course first",
        "먼저 수강료를 결제해 주세요. 결제가 확인되면 수강하실 수 있습니다.",
        "先に受講料をお支払いください。お支払いが確認されると、受講できます。";

    /// The person is admitted to the course and has not begun it yet.
    NotBegun = Conflict, "NOT_BEGUN",
        "Begin the course before you rate it",
        "학습을 시작한 다음에 평가할 수 있습니다.",
        "受講を始めてから評価してください。";
    AwaitsStaff = Conflict, "AWAITS_STAFF",
        "You have done everything: you get the certificate once your instructor has confirmed it",
        "배우실 것은 모두 마치셨습니다. 선생님이 수료를 확인하시면 수료증을 받으실 수 있습니다.",
        "学習はすべて終わりました。先生が修了を確認すると、修了証を受け取れます。";
    ClassFull = Conflict, "CLASS_FULL",
        "The class is full",
        "정원이 찼습니다.",
        "定員に達しました。";
    ClassEnded = Conflict, "CLASS_ENDED",
        "The class is over",
        "이미 끝난 차수입니다.",
        "このクラスは終わっています。";
    /// The person is no student of this class.
    NotInClass = Conflict, "NOT_ENROLLED",
        "Not a student of this class",
        "이 차수의 수강생이 아닙니다.",
        "このクラスの受講者ではありません。";
    AlreadyMarked = Conflict, "ALREADY_MARKED",
        "There is a mark for this meeting already: change that one",
        "이미 출결이 등록되어 있습니다. 등록된 출결을 수정해 주세요.",
        "この回の出欠はもう登録されています。登録済みのものを直してください。";
    AlreadyAttended = Conflict, "ALREADY_ATTENDED",
        "This meeting counts as attended already",
        "이미 출석으로 인정된 회차입니다.",
        "この回はもう出席になっています。";
    AlreadyRequested = Conflict, "ALREADY_REQUESTED",
        "A request for this meeting waits already",
        "이미 출석을 요청한 회차입니다. 결과를 기다려 주세요.",
        "この回はもう申請しています。結果をお待ちください。";
    TooManyRequests { most: i64 } = Conflict, "TOO_MANY_PENDING",
        "{most} requests wait for a decision already",
        "아직 결정되지 않은 출석 요청이 {most}건 있습니다. 결과를 기다려 주세요.",
        "結果を待っている申請が {most} 件あります。結果をお待ちください。";
    /// The person has no request that waits for a decision.
    NothingPending { person: i64 } = Conflict, "NOTHING_PENDING",
        "There is no request of person {person} to decide",
        "학생 {person}번의 대기 중인 출석 요청이 없습니다.",
        "{person} 番の生徒の、待っている申請はありません。";
    Unpaid = Conflict, "UNPAID",
        "Nothing has been paid",
        "확인된 결제가 없습니다.",
        "確認された支払いがありません。";
    RefundTooLarge { left: i64 } = Conflict, "REFUND_TOO_LARGE",
        "Only {left} can be refunded",
        "환불할 수 있는 금액은 {left}원입니다.",
        "返金できるのは {left} までです。";
    OutsideWindow = Conflict, "OUTSIDE_WINDOW",
        "This is outside the time of the assessment",
        "평가 기간이 아닙니다.",
        "受験できる期間ではありません。";
    OverTime { minutes: i64 } = Conflict, "OVER_TIME",
        "This took longer than the {minutes} minutes that are allowed",
        "제한 시간 {minutes}분을 넘었습니다.",
        "制限時間の {minutes} 分を過ぎました。";
    NoAttemptsLeft { allowed: i64 } = Conflict, "NO_ATTEMPTS_LEFT",
        "All {allowed} attempts are used",
        "응시 횟수 {allowed}회를 모두 사용했습니다.",
        "受験できる {allowed} 回をすべて使いました。";
    AttemptTaken { number: i64 } = Conflict, "ATTEMPT_TAKEN",
        "There is a result of attempt {number} already: change that one",
        "{number}번째 응시 결과가 이미 등록되어 있습니다. 등록된 결과를 수정해 주세요.",
        "{number} 回目の結果はもうあります。登録済みのものを直してください。";
    /// The attempt was handed in, or its time is over.
    AttemptOver = Conflict, "ATTEMPT_OVER",
        "This attempt is over",
        "이미 끝난 응시입니다.",
        "この受験は終わっています。";
    /// The assessment has no questions: nobody can sit it.
    GradedByStaff = Conflict, "GRADED_BY_STAFF",
        "This assessment has no questions: the instructor records its result",
        "문항이 없는 평가입니다. 결과는 강사가 등록합니다.",
        "この評価には設問がありません。結果は講師が登録します。";
    /// An answer to a question of a mission is told to be right or wrong at once, and counts once in an attempt.
    ChoiceMade = Conflict, "CHOICE_MADE",
        "This question is answered in this attempt already: an answer counts once",
        "이번 응시에서 이미 답한 문제입니다. 답은 한 번만 낼 수 있습니다.",
        "今回の受験ではもう答えた設問です。答えは一度だけ送れます。";
    /// The questions of the mission are answered by programs.
    AnsweredByCode = Conflict, "ANSWERED_BY_CODE",
        "This mission is solved by programs: code is submitted for each question, and a judge gives the points",
        "코드를 제출해서 푸는 미션입니다. 문제마다 코드를 제출하면 자동으로 채점됩니다.",
        "プログラムで答える課題です。設問ごとにコードを提出すると、自動で採点されます。";
    /// Questions do not change once someone has tried them.
    AttemptsExist = Conflict, "ATTEMPTS_EXIST",
        "Someone has tried this assessment: its questions stay as they are",
        "이미 응시한 사람이 있어 문항을 바꿀 수 없습니다.",
        "すでに受験した人がいるため、設問は変えられません。";
    /// These parts of the completion rule are not met yet.
    NotMet { missing: Vec<Requirement> } = Conflict, "REQUIREMENTS_NOT_MET",
        "Not met yet: {missing}",
        "수료 조건을 채우지 못했습니다: {missing}",
        "修了の条件を満たしていません: {missing}";
    /// These parts of a unit are not done yet.
    UnitNotDone { missing: Vec<MissingPart> } = Conflict, "UNIT_NOT_DONE",
        "Not done yet: {missing}",
        "아직 끝내지 않았습니다: {missing}",
        "まだ終わっていないものがあります: {missing}";
    /// A guest must set a name and a login before getting a certificate.
    GuestUnclaimed = Conflict, "ACCOUNT_UNCLAIMED",
        "A guest sets a name and a login before getting a certificate",
        "손님으로 참여한 분은 이름과 로그인 정보를 먼저 등록해야 합니다.",
        "ゲストの方は、先にお名前とログインの登録をしてください。";

    /// The action is not allowed in this state.
    WrongState { status: StateWord } = Conflict, "INVALID_STATE",
        "This cannot be done while the state is {status}",
        "지금 상태({status})에서는 할 수 없습니다.",
        "今の状態 ({status}) ではできません。";
    AlreadyEnrolled = Conflict, "ALREADY_ENROLLED",
        "Already enrolled",
        "이미 신청했거나 수강 중인 차수입니다.",
        "すでに受講中か、承認を待っています。";
    AlreadyAnswered = Conflict, "ALREADY_ANSWERED",
        "This was answered before",
        "이미 처리되었습니다.",
        "もう済んでいます。";
    /// Another member of the staff goes to the learner.
    AlreadyClaimed { name: String } = Conflict, "ALREADY_CLAIMED",
        "{name} is going there already",
        "{name}님이 이미 가고 있습니다.",
        "{name}さんがすでに向かっています。";
    /// The right answer of a step's question was shown, so that nobody answers any more.
    AnswerShown = Conflict, "ANSWER_SHOWN",
        "The right answer has been shown already",
        "정답이 이미 나왔습니다.",
        "正解はもう出ています。";
    TooManyQuestions { most: i64 } = Conflict, "TOO_MANY_QUESTIONS",
        "One person asks {most} questions at most in a class",
        "한 수업에서 질문은 {most}개까지 하실 수 있습니다.",
        "一つの授業でできる質問は {most} 個までです。";
    EmailTaken = Conflict, "EMAIL_TAKEN",
        "This e-mail address is taken",
        "이미 쓰이고 있는 이메일입니다.",
        "このメールアドレスはもう使われています。";
    PhoneTaken = Conflict, "PHONE_TAKEN",
        "This phone number is taken",
        "이미 쓰이고 있는 전화번호입니다.",
        "この電話番号はもう使われています。";
    CodeTaken = Conflict, "CODE_TAKEN",
        "This code is taken",
        "이미 쓰이고 있는 코드입니다.",
        "このコードはもう使われています。";
    /// A guest with the same name is in the session: the one who joins must say whether they are the same person.
    NameIsHere = Conflict, "NAME_IS_HERE",
        "Someone of this name is here already: say whether it is the same person",
        "같은 이름의 분이 이미 들어와 있습니다. 같은 분인지 알려 주세요.",
        "同じ名前の方がすでに参加しています。同じ方かどうかお知らせください。";
    /// The guest is not merged into another, because they are enrolled in another class, or have a result, a completion, a
    /// certificate or a payment in this one.
    HasMoreThanThisClass = Conflict, "HAS_MORE_THAN_THIS_CLASS",
        "This guest has records beyond this class: join the other one into this one",
        "이 분에게는 이 수업 밖의 기록이 있습니다. 다른 분을 이 분에게 합쳐 주세요.",
        "この方にはこの授業以外の記録があります。もう一方をこの方にまとめてください。";
    SessionFull { cap_people: i64 } = Conflict, "SESSION_FULL",
        "This class is full: it holds {cap_people} people",
        "교실이 가득 찼습니다. (최대 {cap_people}명)",
        "教室がいっぱいです。(最大 {cap_people} 人)";
    HasOpenEnrollments { count: i64 } = Conflict, "HAS_OPEN_ENROLLMENTS",
        "Cannot delete course with active enrollments",
        "수강생 {count}명이 있어 삭제할 수 없습니다.",
        "受講者が {count} 人いるため、削除できません。";
    /// A course without units is not published.
    NoUnits = Conflict, "NO_MODULES",
        "Cannot publish course without modules",
        "모듈이 하나도 없는 과정은 공개할 수 없습니다.",
        "モジュールが一つもないコースは公開できません。";
    /// The person has not completed these courses, which are needed before this one.
    PrerequisitesMissing { missing: Vec<NeededCourse> } = Conflict, "PREREQUISITES_MISSING",
        "Prerequisites not met",
        "먼저 수료해야 하는 과정이 있습니다: {missing}",
        "先に修了が必要です: {missing}";
    /// The course needs these courses, which nobody can complete before they are published.
    PrerequisitesUnpublished { unpublished: Vec<NeededCourse> } = Conflict, "PREREQUISITES_UNPUBLISHED",
        "Publish the prerequisites of this course first: {unpublished}",
        "먼저 수료해야 하는 과정이 아직 공개되지 않았습니다. 그 과정부터 공개해 주세요: {unpublished}",
        "先に修了が必要なコースがまだ公開されていません。そちらを先に公開してください: {unpublished}";
    /// A path is adjusted only to a course that its learner has completed.
    CourseNotCompleted = Conflict, "COURSE_NOT_COMPLETED",
        "You have not completed this course yet",
        "아직 수료하지 않은 과정입니다.",
        "このコースはまだ修了していません。";
    TooManyPaths { most: i64 } = Conflict, "TOO_MANY_PATHS",
        "You have {most} learning paths already",
        "학습 경로는 {most}개까지 만들 수 있습니다.",
        "学習経路は {most} 件まで作れます。";
    NoSteps = Conflict, "NO_STEPS",
        "The lecture has no steps yet",
        "이 강의에는 아직 단계가 없습니다.",
        "この講座にはまだステップがありません。";
    TooManySteps { most: i64 } = Conflict, "TOO_MANY_STEPS",
        "A handout has {most} steps at most",
        "유인물에는 {most}단계까지 담을 수 있습니다.",
        "プリントにできるのは {most} ステップまでです。";
    StepInUse { session: i64 } = Conflict, "STEP_IN_USE",
        "The class of session {session} is on this step now",
        "지금 수업에서 쓰고 있는 단계입니다.",
        "今の授業で使っているステップです。";
    KeyReused = Conflict, "KEY_REUSED",
        "This Idempotency-Key was used for something else",
        "이미 다른 요청에 쓰인 키입니다.",
        "このキーは別の要求に使われています。";
    /// Another request took the same thing at the same moment.
    SomeoneWasFaster = Conflict, "CONFLICT",
        "Someone else took this a moment ago",
        "방금 다른 사람이 먼저 처리했습니다.",
        "たった今、ほかの人が先に行いました。";

    VideoRefused { why: VideoFault } = BadInput, "VIDEO_REFUSED",
        "This video cannot be used: {why}",
        "이 동영상은 쓸 수 없습니다: {why}",
        "この動画は使えません: {why}";
    PictureRefused { why: PictureFault } = BadInput, "PICTURE_REFUSED",
        "This picture cannot be used: {why}",
        "이 그림은 쓸 수 없습니다: {why}",
        "この画像は使えません: {why}";
    TooManyPictures { most: i64 } = Conflict, "TOO_MANY_PICTURES",
        "A lecture has {most} pictures at most: those that no step shows go after a day",
        "한 과정에는 그림을 {most}개까지 넣을 수 있습니다. 쓰지 않는 그림은 하루 뒤에 지워집니다.",
        "一つの講座に入れられる画像は {most} 枚までです。使われていない画像は一日後に消えます。";
    TooManyTeachers { most: i64 } = Conflict, "TOO_MANY_TEACHERS",
        "A lecture is shared with {most} colleagues at most",
        "함께 가르칠 분은 {most}분까지 더하실 수 있습니다.",
        "一緒に教える人は {most} 人まで追加できます。";
    SlidesRefused { why: SlidesFault } = BadInput, "SLIDES_REFUSED",
        "This PDF cannot be used: {why}",
        "이 PDF는 쓸 수 없습니다: {why}",
        "この PDF は使えません: {why}";
    PageRefused { why: SlidesFault } = BadInput, "PAGE_REFUSED",
        "This page cannot be used: {why}",
        "이 쪽은 쓸 수 없습니다: {why}",
        "このページは使えません: {why}";
    LessonFileRefused { why: LessonFault } = BadInput, "LESSON_FILE_REFUSED",
        "This lesson file cannot be used: {why}",
        "이 강의 파일은 쓸 수 없습니다: {why}",
        "この講座ファイルは使えません: {why}";
    LessonPartRefused { place: String, why: LessonFault } = BadInput, "LESSON_FILE_REFUSED",
        "This lesson file cannot be used: {place}: {why}",
        "이 강의 파일은 쓸 수 없습니다: {place}: {why}",
        "この講座ファイルは使えません: {place}: {why}";
    LessonTooLarge = Conflict, "LESSON_TOO_LARGE",
        "This lecture is too large for one file: at most 500 tasks, 2,000 steps and 1,000 pictures of 200 MB in all",
        "한 파일에 담기에는 너무 큰 강의입니다. (과제 500개, 단계 2,000개, 그림 1,000개와 200MB까지)",
        "一つのファイルに入れるには大きすぎる講座です。(課題 500、ステップ 2,000、画像 1,000 枚と 200 MB まで)";
    /// The upload was completed, refused or given up.
    UploadOver = Conflict, "UPLOAD_OVER",
        "This upload is over: begin a new one",
        "이미 끝난 업로드입니다. 새로 시작해 주세요.",
        "このアップロードは終わっています。新しく始めてください。";
    UploadIncomplete = Conflict, "UPLOAD_INCOMPLETE",
        "The file has not arrived whole",
        "파일이 아직 다 올라오지 않았습니다.",
        "ファイルがまだすべて届いていません。";
    TooManyUploads { retry_after_s: u64 } = TooMany, "TOO_MANY_UPLOADS",
        "Too many uploads: try again in {retry_after_s} s",
        "업로드가 너무 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "アップロードが多すぎます。{retry_after_s} 秒後にもう一度お試しください。";
    StoreAway { retry_after_s: u64 } = Busy, "STORE_AWAY",
        "The store of files does not answer: try again in {retry_after_s} s",
        "파일 저장소가 응답하지 않습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "ファイルの保存先から応答がありません。{retry_after_s} 秒後にもう一度お試しください。";

    NothingToPay = Conflict, "NOTHING_TO_PAY",
        "There is nothing to pay here",
        "결제할 것이 없습니다.",
        "支払うものがありません。";
    /// The payment of the gateway belongs to another order.
    PaidElsewhere = Conflict, "PAYMENT_USED",
        "This payment was used before",
        "이미 사용된 결제입니다.",
        "この支払いはすでに使われています。";
    PaymentMismatch = Conflict, "PAYMENT_MISMATCH",
        "What was paid does not fit the order: it is given back",
        "결제 내용이 주문과 달라 결제를 취소합니다.",
        "お支払いの内容が注文と違うため、取り消します。";
    /// The money buys nothing any more: the course is not taught, or the person has access already.
    PaymentReturned = Conflict, "PAYMENT_RETURNED",
        "What was paid buys nothing any more: it is given back",
        "지금은 이 과정을 수강할 수 없어 결제하신 금액을 돌려드립니다.",
        "今はこのコースを受講できないため、お支払いいただいた金額をお返しします。";
    /// The gateway's own reason, as it tells it.
    GatewayRefused { why: String } = Conflict, "GATEWAY_REFUSED",
        "The payment service refuses: {why}",
        "결제사에서 거절했습니다: {why}",
        "決済会社に断られました: {why}";
    GatewayAway { retry_after_s: u64 } = Busy, "GATEWAY_AWAY",
        "The payment service does not answer: try again in {retry_after_s} s",
        "결제사가 응답하지 않습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "決済会社から応答がありません。{retry_after_s} 秒後にもう一度お試しください。";
    RefundTooLate = Conflict, "REFUND_TOO_LATE",
        "The time for a refund is over",
        "환불할 수 있는 기간이 지났습니다.",
        "返金できる期間が過ぎました。";
    RefundWatched { percent: i64 } = Conflict, "REFUND_WATCHED",
        "{percent} % or more was watched: there is no refund any more",
        "{percent}% 이상 수강하여 환불할 수 없습니다.",
        "{percent}% 以上受講したため、返金できません。";
    AlreadyRefunded = Conflict, "ALREADY_REFUNDED",
        "This was refunded before",
        "이미 환불된 결제입니다.",
        "すでに返金されています。";
    PaidEnrollment = Conflict, "PAID_ENROLLMENT",
        "This was paid: ask for a refund first",
        "결제한 수강입니다. 먼저 환불을 요청해 주세요.",
        "支払い済みの受講です。先に返金を申し込んでください。";

    LanguageOff { language: String, why: String } = Conflict, "LANGUAGE_OFF",
        "{language} cannot be run here: {why}",
        "여기서는 {language} 코드를 실행할 수 없습니다: {why}",
        "ここでは {language} を実行できません: {why}";
    NoJudge { retry_after_s: u64 } = Busy, "NO_JUDGE",
        "No judge is running: try again in {retry_after_s} s",
        "채점기가 실행 중이 아닙니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "採点機が動いていません。{retry_after_s} 秒後にもう一度お試しください。";
    QueueFull { retry_after_s: u64 } = Busy, "QUEUE_FULL",
        "Too many programs wait to be judged: try again in {retry_after_s} s",
        "채점을 기다리는 코드가 너무 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "採点待ちのプログラムが多すぎます。{retry_after_s} 秒後にもう一度お試しください。";
    /// The person sent a newer program for the question before this one was judged.
    Replaced = Conflict, "REPLACED",
        "A newer program took the place of this one",
        "더 새로운 코드가 제출되어 채점하지 않습니다.",
        "新しいプログラムが提出されたため、採点しません。";
    HasCourses { count: i64 } = Conflict, "HAS_COURSES",
        "{count} courses are taught by this person: delete them first",
        "맡고 있는 과정이 {count}개 있습니다. 먼저 과정을 삭제해 주세요.",
        "担当しているコースが {count} 件あります。先にコースを削除してください。";

    TooManyFailures { retry_after_s: u64 } = TooMany, "TOO_MANY_REQUESTS",
        "Too many attempts: try again in {retry_after_s} s",
        "시도가 너무 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "回数が多すぎます。{retry_after_s} 秒後にもう一度お試しください。";
    /// As many things of the person wait already as may wait at once.
    TooManyWaiting { retry_after_s: u64 } = TooMany, "TOO_MANY_WAITING",
        "Too many of your requests are waiting: try again in {retry_after_s} s",
        "아직 기다리고 있는 요청이 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "順番を待っているものが多すぎます。{retry_after_s} 秒後にもう一度お試しください。";
    /// The address has as many connections open as one address may.
    TooManyConnections { retry_after_s: u64 } = TooMany, "TOO_MANY_CONNECTIONS",
        "Your address has too many connections open: try again in {retry_after_s} s",
        "같은 인터넷 주소에서 연결이 너무 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "同じ回線からの接続が多すぎます。{retry_after_s} 秒後にもう一度お試しください。";
    /// The link that makes the first administrator was used already, or belongs to an earlier start of the server.
    SetupOver = Forbidden, "SETUP_OVER",
        "This link was used already, or the server has started anew since it was printed",
        "이 링크는 이미 쓰였거나, 링크가 나온 뒤에 서버가 다시 시작되었습니다.",
        "このリンクは使用済みか、表示されたあとにサーバーが再起動しています。";
    /// A page of another site sent the request, with the cookies of this school's pages.
    ForeignPage = Forbidden, "FOREIGN_PAGE",
        "A page of another site cannot do this",
        "다른 사이트의 페이지에서는 할 수 없습니다.",
        "ほかのサイトのページからは行えません。";
    /// The person or the session has written as many activity logs as allowed.
    LogQuotaUsed { retry_after_s: u64 } = TooMany, "LOG_QUOTA_USED",
        "No more logs are taken for now: try again in {retry_after_s} s",
        "활동 기록이 너무 많아 지금은 더 받을 수 없습니다. {retry_after_s}초 뒤에 다시 보내 주세요.",
        "活動記録が多すぎるため、今は受け取れません。{retry_after_s} 秒後にもう一度お送りください。";
    /// The person has `most` sockets open already.
    TooManySockets { most: usize } = TooMany, "TOO_MANY_SOCKETS",
        "This is open in {most} places already: close one of them first",
        "이미 화면 {most}곳에서 열려 있습니다. 다른 화면을 하나 닫은 뒤 다시 해 주세요.",
        "すでに{most}か所の画面で開かれています。ほかの画面を一つ閉じてから、もう一度お試しください。";
    Busy { retry_after_s: u64 } = Busy, "BUSY",
        "Too busy right now: try again in {retry_after_s} s",
        "지금은 접속이 많습니다. {retry_after_s}초 뒤에 다시 해 주세요.",
        "ただいま混み合っています。{retry_after_s} 秒後にもう一度お試しください。";
    /// The same request, by its idempotency key, is being carried out at this moment.
    UnderWay = Busy, "BUSY",
        "This request is being carried out already: try again in {UNDER_WAY_RETRY_AFTER_S} s",
        "같은 요청을 이미 처리하고 있습니다. {UNDER_WAY_RETRY_AFTER_S}초 뒤에 다시 해 주세요.",
        "同じ操作をすでに処理しています。{UNDER_WAY_RETRY_AFTER_S} 秒後にもう一度お試しください。";
    /// The database cannot do this now. `why` is for the server's log and for `/readyz`, and is never sent in the answer.
    Unavailable {
        why: &'static str,
        /// True if nothing was written, and a retry on another connection may succeed at once.
        at_once: bool,
    } = Busy, "BUSY",
        "This cannot be done right now: try again in {UNAVAILABLE_RETRY_AFTER_S} s",
        "지금은 처리할 수 없습니다. {UNAVAILABLE_RETRY_AFTER_S}초 뒤에 다시 해 주세요.",
        "ただいま処理できません。{UNAVAILABLE_RETRY_AFTER_S} 秒後にもう一度お試しください。";
    /// A fault of the server, not of the client. The text is for the server's log and is never sent.
    Internal(detail: String) = Internal, "INTERNAL_ERROR",
        "Something went wrong on our side",
        "서버 오류가 발생했습니다.",
        "サーバーで問題が起きました。";
}
