//! The words of errors: fields, things, parts of a rule, states. Each is one row of a table, with its words in English, Korean and
//! Japanese. They are the school's own words: a surface that calls a field or a thing differently says so in its `refusal.rs`.

use std::borrow::Cow;

use crate::language::Language;

/// The words of a surface for fields and things, where it does not use the school's.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceWords {
    pub fields: &'static [(Field, &'static str)],
    pub nouns: &'static [(Noun, [&'static str; 3])],
}

impl SurfaceWords {
    /// The school's own words.
    pub const SCHOOL: SurfaceWords = SurfaceWords { fields: &[], nouns: &[] };
}

impl Field {
    pub fn name(self, words: SurfaceWords) -> &'static str {
        words.fields.iter().find(|(field, _)| *field == self).map_or(self.word(), |(_, name)| name)
    }
}

impl Noun {
    pub fn text(self, language: Language, words: SurfaceWords) -> &'static str {
        language.choose(words.nouns.iter().find(|(noun, _)| *noun == self).map_or(self.texts(), |(_, texts)| *texts))
    }
}

/// Makes an enum and the function that returns the row of each variant.
macro_rules! table {
    ($(#[$of_enum:meta])* pub enum $name:ident, $row:ident: $type:ty { $( $variant:ident = $value:expr, )+ }) => {
        $(#[$of_enum])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $( $variant, )+ }

        impl $name {
            pub const ALL: &[$name] = &[$( $name::$variant, )+];

            pub fn $row(self) -> $type {
                match self { $( $name::$variant => $value, )+ }
            }
        }
    };
}

table! {
    /// A value that a verb is given.
    pub enum Field, word: &'static str {
        AccessDays = "access_days",
        Answer = "answer",
        Answers = "answers",
        Case = "test_cases",
        CertificateExpiry = "certificate_expiry",
        CheckInTime = "check_in_time",
        CheckOutTime = "check_out_time",
        Class = "class",
        ClassDate = "class_date",
        Code = "code",
        CompletionDate = "completion_date",
        CompletionStatus = "completion_status",
        Course = "course",
        CurrentPassword = "current_password",
        Date = "date",
        Decisions = "decisions",
        Duration = "duration",
        Email = "email",
        EndDate = "end_date",
        EndTime = "end_time",
        Enrollment = "enrollment",
        ExpiryDate = "expires",
        FileName = "file_name",
        FileSize = "file_size",
        FirstStep = "first_step",
        From = "from",
        ImpUid = "imp_uid",
        Into = "into",
        IsFinal = "is_final",
        Item = "item",
        Key = "key",
        Language = "language",
        Logs = "logs",
        Marks = "marks",
        Meeting = "meeting",
        Memo = "memo",
        MerchantUid = "merchant_uid",
        Mission = "mission_id",
        MissionType = "mission_type",
        NextStep = "next_step",
        Options = "options",
        Parts = "parts",
        PassScore = "pass_score",
        Passed = "passed",
        Password = "password",
        PasswordConfirm = "password_confirm",
        Pictures = "pictures",
        Played = "played",
        Prerequisites = "prerequisites",
        Questions = "questions",
        Role = "role",
        Score = "score",
        SelectedOption = "selected_option",
        Shown = "shown",
        StartDate = "start_date",
        StartTime = "start_time",
        Status = "status",
        Step = "step",
        Students = "students",
        Tags = "tags",
        TargetSkills = "target_skills",
        Time = "time",
        To = "to",
        TotalAmount = "total_amount",
        TotalScore = "total_score",
        Unit = "unit",
        UploadId = "upload_id",
        VideoUrl = "video_url",
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
        ClassQuestion = ["Question of the class", "질문을", "質問"],
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
        Payment = ["Payment", "결제를", "支払い"],
        Person = ["User", "사용자를", "利用者"],
        Picture = ["Picture", "그림을", "画像"],
        Progress = ["Progress", "진도를", "進み具合"],
        Question = ["Question", "문제를", "設問"],
        Session = ["Session", "수업을", "授業"],
        Submission = ["Submission", "제출을", "提出"],
        Unit = ["Task", "과제를", "課題"],
        Upload = ["Upload", "업로드를", "アップロード"],
        Video = ["Video", "동영상을", "動画"],
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

table! {
    /// Why a video is refused: its word, and its texts.
    pub enum VideoFault, row: (&'static str, [&'static str; 3]) {
        Size = ("SIZE", [
            "it is not as large as it was said to be",
            "알린 크기와 실제 크기가 다릅니다.",
            "知らされた大きさと違います。",
        ]),
        NotMp4 = ("NOT_MP4", ["it is no MP4", "MP4 파일이 아닙니다.", "MP4 ではありません。"]),
        NoVideo = ("NO_VIDEO", ["it has no picture", "영상이 들어 있지 않습니다.", "映像が入っていません。"]),
        NotH264 = ("NOT_H264", [
            "its picture is not H.264",
            "영상이 H.264 형식이 아닙니다.",
            "映像が H.264 ではありません。",
        ]),
        NotAac = ("NOT_AAC", [
            "its sound is not AAC",
            "소리가 AAC 형식이 아닙니다.",
            "音声が AAC ではありません。",
        ]),
        NoDuration = ("NO_DURATION", [
            "it does not say how long it is",
            "길이를 알 수 없습니다.",
            "長さが分かりません。",
        ]),
        Fragmented = ("FRAGMENTED", [
            "it is fragmented: save it as an ordinary MP4 (ffmpeg -i in.mp4 -c copy out.mp4)",
            "조각난 MP4입니다. 일반 MP4로 다시 저장해 주세요 (ffmpeg -i in.mp4 -c copy out.mp4).",
            "断片化された MP4 です。通常の MP4 で保存し直してください (ffmpeg -i in.mp4 -c copy out.mp4)。",
        ]),
        HeadTooLarge = ("HEAD_TOO_LARGE", [
            "its index is too large",
            "파일의 색인이 너무 큽니다.",
            "ファイルの索引が大きすぎます。",
        ]),
        Broken = ("BROKEN", ["it cannot be read", "파일을 읽을 수 없습니다.", "ファイルを読み取れません。"]),
    }
}

table! {
    /// Why a picture is refused.
    pub enum PictureFault, texts: [&'static str; 3] {
        NoPicture = [
            "it is no PNG, JPEG or WebP",
            "PNG, JPEG, WebP 파일이 아닙니다.",
            "PNG、JPEG、WebP のファイルではありません。",
        ],
        Moving = ["it moves", "움직이는 그림입니다.", "動く画像です。"],
        TooManyPixels = [
            "it has too many pixels (12 million are taken, or 5 million as WebP or as progressive JPEG)",
            "그림이 너무 큽니다. (최대 1,200만 화소)",
            "画像が大きすぎます。(最大 1,200 万画素)",
        ],
        Broken = ["it cannot be read", "파일을 읽을 수 없습니다.", "ファイルを読み取れません。"],
    }
}

table! {
    /// Why a file with a lesson, or a part of it, is refused.
    pub enum LessonFault, texts: [&'static str; 3] {
        NoZip = ["it is no zip file", "zip 파일이 아닙니다.", "zip ファイルではありません。"],
        NoLesson = [
            "it is no lesson of Gyosil",
            "교실에서 내보낸 수업이 아닙니다.",
            "ギョシルから書き出した授業ではありません。",
        ],
        Newer = [
            "it was made by a newer version: update this server first",
            "더 새로운 버전에서 만든 파일입니다. 이 서버를 먼저 업데이트해 주세요.",
            "新しいバージョンで作られたファイルです。先にこのサーバーを更新してください。",
        ],
        Broken = ["it is damaged", "파일이 손상되었습니다.", "ファイルが壊れています。"],
        Locked = [
            "it is locked: pack it without a password",
            "잠겨 있습니다. 비밀번호 없이 압축해 주세요.",
            "鍵がかかっています。パスワードなしで圧縮してください。",
        ],
        Method = [
            "it is packed in a way that is not read here: use deflate, or none",
            "읽을 수 없는 방식으로 압축되었습니다.",
            "読み取れない方式で圧縮されています。",
        ],
        Split = [
            "it is a zip file of several parts, or zip64",
            "여러 개로 나뉘었거나 zip64 형식인 파일은 읽을 수 없습니다.",
            "分割された zip や zip64 は読み取れません。",
        ],
        NoPicture = PictureFault::NoPicture.texts(),
        Moving = PictureFault::Moving.texts(),
        TooManyPixels = PictureFault::TooManyPixels.texts(),
        BadName = ["this name is not taken", "쓸 수 없는 이름입니다.", "使えない名前です。"],
        Twice = ["it is there twice", "같은 이름이 두 번 들어 있습니다.", "同じ名前が二度入っています。"],
        Missing = ["it is not in the file", "파일 안에 없습니다.", "ファイルの中にありません。"],
        TooLarge = ["it is too large", "너무 큽니다.", "大きすぎます。"],
        TooManyParts = [
            "it has more than 2,500 files in it",
            "안에 든 파일이 너무 많습니다. (최대 2,500개)",
            "中のファイルが多すぎます。(最大 2,500 個)",
        ],
        TooManySteps = [
            "it has more than 2,000 steps",
            "단계가 너무 많습니다. (최대 2,000개)",
            "ステップが多すぎます。(最大 2,000)",
        ],
        TooManyPictures = [
            "it has more than 1,000 pictures",
            "그림이 너무 많습니다. (최대 1,000개)",
            "画像が多すぎます。(最大 1,000 枚)",
        ],
    }
}

table! {
    /// Why a PDF, or a page of one, is refused.
    pub enum SlidesFault, texts: [&'static str; 3] {
        NoPdf = ["it is no PDF", "PDF 파일이 아닙니다.", "PDF ファイルではありません。"],
        Locked = [
            "it is locked: save it without a password",
            "잠겨 있습니다. 비밀번호 없이 저장해 주세요.",
            "鍵がかかっています。パスワードなしで保存してください。",
        ],
        Broken = ["it cannot be read", "파일을 읽을 수 없습니다.", "ファイルを読み取れません。"],
        TooMuch = ["it is too complex", "너무 복잡합니다.", "複雑すぎます。"],
    }
}

impl From<PictureFault> for LessonFault {
    fn from(fault: PictureFault) -> LessonFault {
        match fault {
            PictureFault::NoPicture => LessonFault::NoPicture,
            PictureFault::Moving => LessonFault::Moving,
            PictureFault::TooManyPixels => LessonFault::TooManyPixels,
            PictureFault::Broken => LessonFault::Broken,
        }
    }
}

impl VideoFault {
    pub fn of_word(word: &str) -> Option<VideoFault> {
        VideoFault::ALL.iter().copied().find(|fault| fault.word() == word)
    }

    /// The word that is stored.
    pub fn word(self) -> &'static str {
        self.row().0
    }

    pub fn text(self, language: Language) -> &'static str {
        language.choose(self.row().1)
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

/// States, with their texts. Messages show the word itself of a state that is not here.
const STATES: &[(&str, [&str; 3])] = &[
    ("WAITING", ["waiting", "대기 중", "待機中"]),
    ("IN_PROGRESS", ["in progress", "진행 중", "進行中"]),
    ("PAUSED", ["paused", "쉬는 중", "休憩中"]),
    ("REVIEW_MODE", ["over", "끝난 수업", "終わった授業"]),
    ("UNCONFIRMED", ["unconfirmed payment", "확인되지 않은 결제 있음", "未確認の支払いあり"]),
    ("CERTIFIED", ["certificate issued", "수료증 발급됨", "修了証を発行済み"]),
    ("INCOMPLETE", ["incomplete", "미수료", "未修了"]),
    ("REVOKED", ["revoked", "수료 취소", "修了の取り消し"]),
    ("ARCHIVED", ["archived", "보관된 과정", "アーカイブ済み"]),
    ("DRAFT", ["draft", "작성 중인 과정", "下書き"]),
    ("REVIEW", ["in review", "검토 중인 과정", "確認中"]),
    ("PUBLISHED", ["published", "공개된 과정", "公開中"]),
    ("INACTIVE", ["inactive", "쓰지 않는 평가", "使われていない評価"]),
    ("GRADED", ["graded", "채점됨", "採点済み"]),
    ("EXPIRED", ["expired", "수강 기간 끝남", "受講期間の終了"]),
    ("PENDING", ["pending", "승인 또는 결제 대기", "承認または支払い待ち"]),
    ("APPROVED", ["enrolled", "수강 중", "受講中"]),
    ("REJECTED", ["rejected", "거부", "不承認"]),
    ("CANCELLED", ["cancelled", "취소", "取り消し"]),
    ("COMPLETED", ["completed", "수료", "修了"]),
    ("ANSWERED", ["answered", "도움말 도착", "回答済み"]),
    ("RESOLVED", ["resolved", "해결됨", "解決済み"]),
    ("WITHDRAWN", ["withdrawn", "요청 취소", "取り下げ済み"]),
    ("PAID", ["paid", "결제됨", "支払い済み"]),
    ("FAILED", ["failed", "실패", "失敗"]),
    ("REFUNDED", ["refunded", "환불됨", "返金済み"]),
    ("REQUESTED", ["refund under way", "환불 진행 중", "返金の手続き中"]),
    ("QUEUED", ["waiting for the judge", "채점 대기", "採点待ち"]),
    ("RUNNING", ["being judged", "채점 중", "採点中"]),
    ("JUDGED", ["judged", "채점 완료", "採点済みのプログラム"]),
    ("REPLACED", ["replaced by a newer one", "새 제출로 대체됨", "新しい提出に置き換え済み"]),
    ("LAST_ADMIN", ["last administrator", "마지막 관리자", "最後の管理者"]),
];

impl StateWord {
    pub fn text(&self, language: Language) -> &str {
        let texts = STATES.iter().find(|(word, _)| *word == self.0).map(|(_, texts)| *texts);
        texts.map_or(&self.0, |texts| language.choose(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_listed_once_and_told_in_each_language() {
        for (n, (word, _)) in STATES.iter().enumerate() {
            assert!(STATES[..n].iter().all(|(other, _)| other != word), "twice: {word}");
        }
        let state = StateWord("ARCHIVED".into());
        let texts = [Language::English, Language::Korean, Language::Japanese].map(|language| state.text(language));
        assert_eq!(texts, ["archived", "보관된 과정", "アーカイブ済み"]);
        assert_eq!(StateWord("NEW_WORD".into()).text(Language::Japanese), "NEW_WORD");
    }

    #[test]
    fn a_surface_has_its_own_word_for_a_thing_or_the_schools() {
        let nouns = &[(Noun::Course, ["Course", "과정을", "コース"])];
        let own = SurfaceWords { nouns, ..SurfaceWords::SCHOOL };
        let told = |noun: Noun, words| noun.text(Language::Japanese, words);
        assert_eq!([told(Noun::Course, own), told(Noun::Unit, own)], ["コース", "課題"]);
        assert_eq!(told(Noun::Course, SurfaceWords::SCHOOL), "講座");
    }
}
