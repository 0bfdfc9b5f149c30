//! The seed, row by row. Its cells are broken in places; what they say is settled so: 3-07 sends `cancel_reason`, 3-08 is
//! `…/approve-waiting`, 3-09 sends `payment_amount`, `payment_method` and `payment_info`, 3-10 `refund_amount` and
//! `refund_reason`, 3-11 `learning_time`, 3-22 and 3-26 what their cut words begin.

use Kind::{Count, Flag, Id, List, MaybeCount, Object, Paging, Text};

/// What stands under a key of an answer, beside `success` and `message`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Id,
    Flag,
    Count,
    /// null while there is none.
    MaybeCount,
    Text,
    /// One thing of this noun.
    Object(&'static Noun),
    /// Many of them.
    List(&'static Noun),
    Paging,
}

/// What such a thing carries: its own id, what its requests sent, and when it was made and changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Noun {
    pub id: &'static str,
    pub sent: &'static [&'static str],
    pub is_dated: bool,
}

#[derive(Debug)]
pub struct Row {
    pub number: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// In the path, in the query of a GET, else in the body.
    pub sent: &'static [&'static str],
    pub answered: &'static [(&'static str, Kind)],
}

const ENROLLMENT: &Noun = &Noun {
    id: "enrollment_id",
    sent: &["user_id", "course_id", "class_id", "status", "is_waiting", "waiting_number", "grade"],
    is_dated: true,
};
const PROGRESS: &Noun = &Noun {
    id: "progress_id",
    sent: &["enrollment_id", "content_id", "progress_rate", "last_position", "learning_time"],
    is_dated: true,
};
/// 3-16 lists the learners of a class, each with the whole of their progress.
const LEARNER: &Noun = &Noun { id: "enrollment_id", sent: &["user_id", "progress_rate"], is_dated: false };
const ATTENDANCE: &Noun = &Noun {
    id: "attendance_id",
    sent: &["enrollment_id", "class_date", "attendance_type", "check_in_time", "check_out_time", "absence_reason"],
    is_dated: true,
};
const ASSESSMENT: &Noun = &Noun {
    id: "assessment_id",
    sent: &[
        "course_id",
        "class_id",
        "assessment_name",
        "assessment_type",
        "assessment_desc",
        "start_date",
        "end_date",
        "total_score",
        "pass_score",
        "time_limit",
        "attempt_limit",
        "is_active",
    ],
    is_dated: true,
};
const RESULT: &Noun = &Noun {
    id: "result_id",
    sent: &["assessment_id", "enrollment_id", "attempt", "score", "pass_yn", "start_time", "end_time", "feedback"],
    is_dated: true,
};
const COMPLETION: &Noun = &Noun {
    id: "completion_id",
    sent: &[
        "enrollment_id",
        "completion_date",
        "completion_status",
        "total_score",
        "attendance_score",
        "assessment_score",
        "progress_score",
        "memo",
    ],
    is_dated: true,
};
const CERTIFICATE: &Noun = &Noun { id: "certificate_no", sent: &["certificate_url"], is_dated: false };
const COURSE: &Noun = &Noun { id: "course_id", sent: &["title"], is_dated: false };
const USER: &Noun = &Noun { id: "user_id", sent: &["name"], is_dated: false };

type Keys = &'static [&'static str];
type Answer = &'static [(&'static str, Kind)];

const fn row(number: &'static str, method: &'static str, path: &'static str, sent: Keys, answered: Answer) -> Row {
    Row { number, method, path, sent, answered }
}

pub const ROWS: &[Row] = &[
    row(
        "3-01",
        "POST",
        "/api/v1/enrollments",
        &["user_id", "course_id", "class_id"],
        &[("enrollment_id", Id), ("is_waiting", Flag), ("waiting_number", MaybeCount)],
    ),
    row(
        "3-02",
        "GET",
        "/api/v1/enrollments/{enrollment_id}",
        &["enrollment_id"],
        &[("enrollment", Object(ENROLLMENT))],
    ),
    row(
        "3-03",
        "GET",
        "/api/v1/enrollments",
        &["user_id", "course_id", "class_id", "status", "is_waiting", "page", "size"],
        &[("enrollments", List(ENROLLMENT)), ("paging", Paging)],
    ),
    row(
        "3-04",
        "GET",
        "/api/v1/enrollments/me",
        &["status", "page", "size"],
        &[("enrollments", List(ENROLLMENT)), ("paging", Paging)],
    ),
    row("3-05", "PATCH", "/api/v1/enrollments/{enrollment_id}/approve", &["enrollment_id"], &[]),
    row("3-06", "PATCH", "/api/v1/enrollments/{enrollment_id}/reject", &["enrollment_id", "rejection_reason"], &[]),
    row("3-07", "PATCH", "/api/v1/enrollments/{enrollment_id}/cancel", &["enrollment_id", "cancel_reason"], &[]),
    row("3-08", "PATCH", "/api/v1/enrollments/{enrollment_id}/approve-waiting", &["enrollment_id"], &[]),
    row(
        "3-09",
        "POST",
        "/api/v1/enrollments/{enrollment_id}/payment",
        &["enrollment_id", "payment_amount", "payment_method", "payment_info"],
        &[],
    ),
    row(
        "3-10",
        "POST",
        "/api/v1/enrollments/{enrollment_id}/refund",
        &["enrollment_id", "refund_amount", "refund_reason"],
        &[],
    ),
    row(
        "3-11",
        "POST",
        "/api/v1/progress",
        &["enrollment_id", "content_id", "progress_rate", "last_position", "learning_time"],
        &[("progress", Object(PROGRESS))],
    ),
    row("3-12", "GET", "/api/v1/progress/{progress_id}", &["progress_id"], &[("progress", Object(PROGRESS))]),
    row(
        "3-13",
        "GET",
        "/api/v1/progress/enrollment/{enrollment_id}",
        &["enrollment_id"],
        &[("progresses", List(PROGRESS))],
    ),
    row("3-14", "PATCH", "/api/v1/progress/start", &["enrollment_id", "content_id"], &[("progress", Object(PROGRESS))]),
    row(
        "3-15",
        "PATCH",
        "/api/v1/progress/complete",
        &["enrollment_id", "content_id"],
        &[("progress", Object(PROGRESS))],
    ),
    row(
        "3-16",
        "GET",
        "/api/v1/progress/course/{course_id}/class/{class_id}",
        &["course_id", "class_id", "page", "size"],
        &[("progresses", List(LEARNER)), ("paging", Paging)],
    ),
    row(
        "3-17",
        "POST",
        "/api/v1/attendance",
        &["enrollment_id", "class_date", "attendance_type", "check_in_time", "check_out_time", "absence_reason"],
        &[("attendance_id", Id)],
    ),
    row("3-18", "GET", "/api/v1/attendance/{attendance_id}", &["attendance_id"], &[("attendance", Object(ATTENDANCE))]),
    row(
        "3-19",
        "GET",
        "/api/v1/attendance/enrollment/{enrollment_id}",
        &["enrollment_id"],
        &[("attendances", List(ATTENDANCE))],
    ),
    row(
        "3-20",
        "PUT",
        "/api/v1/attendance/{attendance_id}",
        &["attendance_id", "attendance_type", "check_in_time", "check_out_time", "absence_reason"],
        &[("attendance", Object(ATTENDANCE))],
    ),
    row(
        "3-21",
        "GET",
        "/api/v1/attendance/course/{course_id}/class/{class_id}/date/{class_date}",
        &["course_id", "class_id", "class_date", "page", "size"],
        &[("attendances", List(ATTENDANCE)), ("paging", Paging)],
    ),
    row("3-22", "POST", "/api/v1/attendance/batch", &["course_id", "class_id", "class_date", "attendances"], &[]),
    row("3-23", "POST", "/api/v1/assessments", ASSESSMENT.sent, &[("assessment_id", Id)]),
    row(
        "3-24",
        "GET",
        "/api/v1/assessments/{assessment_id}",
        &["assessment_id"],
        &[("assessment", Object(ASSESSMENT))],
    ),
    row(
        "3-25",
        "GET",
        "/api/v1/assessments/course/{course_id}/class/{class_id}",
        &["course_id", "class_id"],
        &[("assessments", List(ASSESSMENT))],
    ),
    row(
        "3-26",
        "PUT",
        "/api/v1/assessments/{assessment_id}",
        &[
            "assessment_id",
            "assessment_name",
            "assessment_type",
            "assessment_desc",
            "start_date",
            "end_date",
            "total_score",
            "pass_score",
            "time_limit",
            "attempt_limit",
            "is_active",
        ],
        &[("assessment", Object(ASSESSMENT))],
    ),
    row("3-27", "DELETE", "/api/v1/assessments/{assessment_id}", &["assessment_id"], &[]),
    row(
        "3-28",
        "POST",
        "/api/v1/assessments/{assessment_id}/results",
        &["assessment_id", "enrollment_id", "attempt", "score", "pass_yn", "start_time", "end_time"],
        &[("result_id", Id)],
    ),
    row(
        "3-29",
        "GET",
        "/api/v1/assessments/{assessment_id}/results/{result_id}",
        &["assessment_id", "result_id"],
        &[("result", Object(RESULT))],
    ),
    row(
        "3-30",
        "GET",
        "/api/v1/assessments/{assessment_id}/results",
        &["assessment_id", "page", "size"],
        &[("results", List(RESULT)), ("paging", Paging)],
    ),
    row(
        "3-31",
        "GET",
        "/api/v1/assessments/results/enrollment/{enrollment_id}",
        &["enrollment_id"],
        &[("results", List(RESULT))],
    ),
    row(
        "3-32",
        "PATCH",
        "/api/v1/assessments/results/{result_id}/grade",
        &["result_id", "score", "pass_yn", "feedback"],
        &[("result", Object(RESULT))],
    ),
    row("3-33", "POST", "/api/v1/completions", COMPLETION.sent, &[("completion_id", Id)]),
    row(
        "3-34",
        "GET",
        "/api/v1/completions/{completion_id}",
        &["completion_id"],
        &[("completion", Object(COMPLETION))],
    ),
    row(
        "3-35",
        "GET",
        "/api/v1/completions/enrollment/{enrollment_id}",
        &["enrollment_id"],
        &[("completion", Object(COMPLETION))],
    ),
    row(
        "3-36",
        "GET",
        "/api/v1/completions/course/{course_id}/class/{class_id}",
        &["course_id", "class_id", "completion_status", "page", "size"],
        &[("completions", List(COMPLETION)), ("paging", Paging)],
    ),
    row(
        "3-37",
        "PUT",
        "/api/v1/completions/{completion_id}",
        &[
            "completion_id",
            "completion_date",
            "completion_status",
            "total_score",
            "attendance_score",
            "assessment_score",
            "progress_score",
            "memo",
        ],
        &[("completion", Object(COMPLETION))],
    ),
    row(
        "3-38",
        "POST",
        "/api/v1/completions/{completion_id}/certificate",
        &["completion_id"],
        &[("certificate_no", Text), ("certificate_url", Text)],
    ),
    row(
        "3-39",
        "GET",
        "/api/v1/completions/certificate/{certificate_no}",
        &["certificate_no"],
        &[
            ("certificate", Object(CERTIFICATE)),
            ("completion", Object(COMPLETION)),
            ("course", Object(COURSE)),
            ("user", Object(USER)),
        ],
    ),
    row(
        "3-40",
        "POST",
        "/api/v1/completions/batch",
        &["course_id", "class_id", "completion_date", "student_ids"],
        &[("processed", Count)],
    ),
];

impl Row {
    #[track_caller]
    pub fn of(number: &str) -> &'static Row {
        ROWS.iter().find(|row| row.number == number).unwrap_or_else(|| panic!("the seed has no {number}"))
    }

    pub fn placeholders(&self) -> Vec<&'static str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    /// What is sent beside the path.
    pub fn beside(&self) -> impl Iterator<Item = &'static str> {
        let placed = self.placeholders();
        self.sent.iter().copied().filter(move |key| !placed.contains(key))
    }
}

#[test]
fn the_table_has_the_forty_rows_of_the_seed() {
    let numbers: Vec<&str> = ROWS.iter().map(|row| row.number).collect();
    let forty: Vec<String> = (1..=40).map(|n| format!("3-{n:02}")).collect();
    assert_eq!(numbers, forty);
    for row in ROWS {
        assert!(row.placeholders().iter().all(|key| row.sent.contains(key)), "{row:?}");
        let has_page = row.sent.contains(&"page");
        assert_eq!(has_page, row.answered.contains(&("paging", Paging)), "{row:?}");
    }
}
