//! Until when answers count.

use futures_util::future::join;
use serde_json::{Value, json};

use super::{Exam, LONG, exam, with};
use crate::harness::{School, on_both_with, until};

#[test]
fn the_clock_of_the_server_ends_an_attempt_with_what_was_saved() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        // A network may be late by half a minute.
        let session = exam.session().await;
        school.later(60 * 60 + 20);
        let late = exam.submits(&session, exam.right()).await.is(200);
        assert_eq!(late["score"], 20.0);

        // After it what was saved counts, whoever looks first.
        let session = exam.session().await;
        exam.saves(&session, json!({ &exam.questions[0]: { "selectedOption": "opt-001" } })).await.is(200);
        school.later(60 * 60 + 40);
        exam.submits(&session, exam.right()).await.refused(409, "LEARNING_012");
        let history = exam.history().await;
        assert_eq!([&history["attempts"][0]["score"], &history["attemptsRemaining"]], [&json!(5.0), &json!(1)]);
        let end = &history["attempts"][0]["submittedAt"];

        // The third one is closed by nobody's asking.
        let session = exam.session().await;
        exam.saves(&session, exam.answers("opt-002", "T, T, T", "")).await.is(200);
        school.later(60 * 60 + 40);
        until("the attempt is closed", async || (exam.portal_results().await.len() == 3).then_some(())).await;
        let results = exam.portal_results().await;
        assert_eq!(
            (&results[2]["score"], results[1]["end_time"].as_str().map(|end| &end[..19])),
            (&json!(10.0), end.as_str().map(|end| &end[..19]))
        );
        assert_eq!(exam.assessment_score().await, 100.0, "the best one counts");
        exam.starts(&exam.student).await.refused(409, "LEARNING_004");
    });
}

#[test]
fn an_overdue_attempt_is_seen_as_closed_by_its_learner_at_once() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let session = exam.session().await;
        exam.result(&exam.student, &session).await.refused(404, "LEARNING_012");
        school.later(60 * 60 + 31);
        let result = exam.result(&exam.student, &session).await.is(200);
        assert_eq!([&result["score"], &result["timeSpent"]["minutes"]], [0.0, 60.0]);
        let next = exam.starts(&exam.student).await.is(200);
        assert_eq!(next["attemptNumber"], 2);
        school.later(60 * 60 + 31);
        assert_eq!(exam.starts(&exam.student).await.is(200)["attemptNumber"], 3, "starting closes it too");
    });
}

#[test]
fn handing_in_at_the_end_of_the_grace_counts_once() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, with(&exam(), json!({ "attemptsAllowed": 1 }))).await;
        let session = exam.session().await;
        exam.saves(&session, json!({ &exam.questions[0]: { "selectedOption": "opt-001" } })).await.is(200);
        school.later(60 * 60 + 29);
        let on_time = async {
            let mut replies = Vec::new();
            for _ in 0..20 {
                replies.push(exam.submits(&session, exam.right()).await);
            }
            replies
        };
        let time = async {
            for _ in 0..10 {
                school.later(1);
                gyosil::school::assessments::grading::close_all_overdue(&school.app).await.unwrap();
            }
        };
        let (replies, ()) = join(on_time, time).await;
        let results = exam.portal_results().await;
        let taken = replies.iter().any(|reply| reply.status == 200);
        assert_eq!((results.len(), &results[0]["score"]), (1, &json!(if taken { 20.0 } else { 5.0 })));
        for reply in replies.into_iter().filter(|reply| reply.status != 200) {
            assert!(!taken, "once it was handed in, it stays so");
            reply.refused(409, "LEARNING_012");
        }
    });
}

/// An instant so many seconds from now, as it is written.
fn in_seconds(school: &School, seconds: i64) -> String {
    gyosil::clock::rfc3339(school.app.now_ms() + seconds * 1_000)
}

impl Exam {
    async fn ends(&self, end: Value) {
        self.teacher.put(&format!("/api/v1/assessments/{}", self.id), json!({ "end_date": end })).await.ok();
    }

    async fn expires_at(&self) -> Option<String> {
        let begun = self.starts(&self.student).await.is(200);
        begun["expiresAt"].as_str().map(|at| at[..19].to_owned())
    }
}

#[test]
fn the_end_of_an_assessment_ends_attempts_that_were_begun_before_it_was_set() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, with(&exam(), json!({ "timeLimit": null, "attemptsAllowed": null }))).await;
        let session = exam.session().await;
        assert_eq!(exam.expires_at().await, None);
        exam.saves(&session, json!({ &exam.questions[0]: { "selectedOption": "opt-001" } })).await.is(200);
        let end = in_seconds(&school, 3_600);
        exam.ends(json!(end)).await;
        assert_eq!(exam.expires_at().await.as_deref(), Some(&end[..19]));
        school.later(3_600 + 40);
        exam.submits(&session, exam.right()).await.refused(409, "LEARNING_012");
        exam.saves(&session, json!({})).await.refused(409, "LEARNING_012");
        let history = exam.history().await;
        assert_eq!([&history["attempts"][0]["score"], &history["canRetake"]], [&json!(5.0), &json!(false)]);
        assert_eq!(&history["attempts"][0]["submittedAt"].as_str().unwrap()[..19], &end[..19]);
        exam.starts(&exam.student).await.refused(409, "LEARNING_004");
    });
}

#[test]
fn an_end_that_is_moved_moves_the_ends_of_open_attempts_within_their_minutes() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let session = exam.session().await;
        let by_minutes = exam.expires_at().await;
        let soon = in_seconds(&school, 600);
        exam.ends(json!(soon)).await;
        assert_eq!(exam.expires_at().await.as_deref(), Some(&soon[..19]));
        // Other changes move nothing: the clock of this attempt was told with its minutes.
        exam.teacher.put(&format!("/api/v1/assessments/{}", exam.id), json!({ "time_limit": 5 })).await.ok();
        assert_eq!(exam.expires_at().await.as_deref(), Some(&soon[..19]));
        for later in [json!(in_seconds(&school, 7_200)), json!(null)] {
            exam.ends(json!(soon)).await;
            exam.ends(later).await;
            assert_eq!(exam.expires_at().await, by_minutes);
        }
        // An end in the past is one of now, with the grace for what is under way.
        let before = in_seconds(&school, 0);
        exam.ends(json!("2020-01-01")).await;
        let expires = exam.expires_at().await.unwrap();
        assert!(before[..19] <= expires[..] && expires[..] <= in_seconds(&school, 0)[..19], "{expires}");
        assert_eq!(exam.submits(&session, exam.right()).await.is(200)["score"], 20.0);
    });
}
