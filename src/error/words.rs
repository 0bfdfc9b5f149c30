//! The words of errors: fields, things, parts of a rule, states. Each is one row of a table, with its words in English, Korean and
//! Japanese. They are the school's own words: a surface that calls a field differently says so in its `refusal.rs`.

use std::borrow::Cow;

use crate::language::Language;

/// Makes an enum and the function that returns the row of each variant.
macro_rules! table {
    ($(#[$of_enum:meta])* pub enum $name:ident, $row:ident: $type:ty { $( $variant:ident = $value:expr, )+ }) => {
        $(#[$of_enum])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $( $variant, )+ }

        impl $name {
            pub fn $row(self) -> $type {
                match self { $( $name::$variant => $value, )+ }
            }
        }
    };
}

table! {
    /// A value that a verb is given.
    pub enum Field, word: &'static str {
        Answers = "answers",
        CheckInTime = "check_in_time",
        CheckOutTime = "check_out_time",
        CertificateExpiry = "certificate_expiry",
        Class = "class",
        ClassDate = "class_date",
        CompletionDate = "completion_date",
        CompletionStatus = "completion_status",
        CurrentPassword = "current_password",
        Decisions = "decisions",
        Email = "email",
        EndDate = "end_date",
        EndTime = "end_time",
        Enrollment = "enrollment",
        FirstStep = "first_step",
        Into = "into",
        Item = "item",
        Key = "key",
        Logs = "logs",
        Marks = "marks",
        Meeting = "meeting",
        Memo = "memo",
        NextStep = "next_step",
        PassScore = "pass_score",
        Passed = "passed",
        Password = "password",
        Prerequisites = "prerequisites",
        Questions = "questions",
        Score = "score",
        StartDate = "start_date",
        StartTime = "start_time",
        Step = "step",
        Students = "students",
        Tags = "tags",
        TargetSkills = "target_skills",
        TotalScore = "total_score",
        Unit = "unit",
        ViewedItems = "viewed_items",
    }
}

table! {
    /// A thing that can be missing. In Korean with the particle that it takes as an object (을 or 를).
    pub enum Noun, texts: [&'static str; 3] {
        Assessment = ["Assessment", "평가를", "評価"],
        Attempt = ["Result", "평가 결과를", "評価の結果"],
        Certificate = ["Certificate", "수료증을", "修了証"],
        Class = ["Class", "차수를", "クラス"],
        Completion = ["Completion", "수료 정보를", "修了の記録"],
        Course = ["Lecture", "과정을", "講座"],
        Enrollment = ["Enrollment", "수강 신청을", "申し込み"],
        HelpRequest = ["Help request", "도움 요청을", "手助けの呼び出し"],
        HelpResponse = ["Help response", "도움말을", "答え"],
        Item = ["Subtask", "콘텐츠를", "ステップ"],
        Mark = ["Attendance", "출결을", "出欠"],
        Notification = ["Notification", "알림을", "お知らせ"],
        Participant = ["Participant", "참여자를", "参加者"],
        Path = ["Learning path", "학습 경로를", "学習経路"],
        Person = ["User", "사용자를", "利用者"],
        Picture = ["Picture", "그림을", "画像"],
        Progress = ["Progress", "진도를", "進み具合"],
        Session = ["Session", "수업을", "授業"],
        Unit = ["Task", "과제를", "課題"],
    }
}

table! {
    /// A part of the completion rule: its word, and its texts.
    pub enum Requirement, row: (&'static str, [&'static str; 3]) {
        Attendance = ("attendance", ["attendance", "출석률", "出席率"]),
        Progress = ("progress", ["required steps", "필수 학습", "必修の学習"]),
        Assessment = ("assessment", ["required assessments", "필수 평가 합격", "必修の評価の合格"]),
    }
}

impl Requirement {
    pub fn words(parts: &[Requirement]) -> Vec<&'static str> {
        parts.iter().map(|part| part.row().0).collect()
    }

    pub fn text(self, language: Language) -> &'static str {
        language.choose(self.row().1)
    }
}

/// A course that is needed before another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededCourse {
    pub id: i64,
    pub title: String,
}

/// A thing that a unit asks for, and that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPart {
    pub id: i64,
    pub title: String,
    /// Whether it is an assessment, and not an item.
    pub is_assessment: bool,
}

/// A state, of anything that has states, by the school's word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateWord(pub Cow<'static, str>);

/// Korean texts of states. English and Japanese messages show the word itself, and so do Korean ones of states that are not here.
const STATES: &[(&str, &str)] = &[
    ("WAITING", "대기 중"),
    ("IN_PROGRESS", "진행 중"),
    ("PAUSED", "쉬는 중"),
    ("REVIEW_MODE", "끝난 수업"),
    ("UNCONFIRMED", "확인되지 않은 결제 있음"),
    ("CERTIFIED", "수료증 발급됨"),
    ("INCOMPLETE", "미수료"),
    ("REVOKED", "수료 취소"),
    ("ARCHIVED", "보관된 과정"),
    ("DRAFT", "작성 중인 과정"),
    ("INACTIVE", "쓰지 않는 평가"),
    ("GRADED", "채점됨"),
    ("EXPIRED", "수강 기간 끝남"),
    ("PENDING", "승인 대기"),
    ("APPROVED", "수강 중"),
    ("REJECTED", "거부"),
    ("CANCELLED", "취소"),
    ("COMPLETED", "수료"),
];

impl StateWord {
    pub fn text(&self, language: Language) -> &str {
        let korean = STATES.iter().find(|(word, _)| *word == self.0).filter(|_| language == Language::Korean);
        korean.map_or(&self.0, |(_, text)| text)
    }
}
