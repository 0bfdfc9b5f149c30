//! How much of an assessment there is: attempts in a day, and in a history; the edges of its statistics; and what is left of one
//! that was deleted.

use serde_json::{Value, json};

use super::{Exam, LONG, enrolls, exam, with};
use crate::harness::learning::at;
use crate::harness::on_both_with;

const DAY_S: i64 = 24 * 60 * 60;

fn without_limits() -> Value {
    with(&exam(), json!({ "timeLimit": null, "attemptsAllowed": null }))
}

#[test]
fn a_learner_begins_fifty_attempts_of_an_assessment_in_a_day() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, without_limits()).await;
        for n in 0..50 {
            let session = exam.session().await;
            exam.submits(&session, json!({})).await.is(200);
            school.later(if n == 0 { 3_600 } else { 0 });
        }
        let refused = exam.starts(&exam.student).await;
        let wait_s: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((DAY_S - 3_700..=DAY_S - 3_600).contains(&wait_s), "{wait_s}");
        refused.refused(429, "LEARNING_013");
        // Leaving and coming back changes nothing; others are not concerned.
        exam.student.patch(&format!("/api/v1/enrollments/{}/cancel", exam.enrollment), json!({})).await.ok();
        enrolls(&exam.student, exam.course).await;
        exam.starts(&exam.student).await.refused(429, "LEARNING_013");
        let other = school.student("田中花子").await;
        enrolls(&other, exam.course).await;
        exam.starts(&other).await.is(200);
        school.later(wait_s);
        let session = exam.session().await;
        exam.submits(&session, json!({})).await.is(200);
        exam.starts(&exam.student).await.refused(429, "LEARNING_013");
    });
}

#[test]
fn one_who_leaves_during_an_attempt_goes_on_with_it_only_after_coming_back() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let session = exam.session().await;
        exam.student.patch(&format!("/api/v1/enrollments/{}/cancel", exam.enrollment), json!({})).await.ok();
        for refused in [exam.saves(&session, exam.right()).await, exam.submits(&session, exam.right()).await] {
            assert_eq!(refused.refused(409, "LEARNING_011")["status"], "CANCELLED");
        }
        enrolls(&exam.student, exam.course).await;
        assert_eq!(exam.session().await, session, "there is one open attempt");
        exam.saves(&session, json!({})).await.is(200);
        exam.submits(&session, json!({})).await.is(200);
        let second = exam.session().await;
        assert_eq!(exam.submits(&second, exam.right()).await.is(200)["attemptNumber"], 2);
        let history = exam.history().await;
        assert_eq!((&history["attempts"][0]["attemptNumber"], &history["totalAttempts"]), (&json!(2), &json!(2)));
    });
}

#[test]
fn a_history_lists_the_newest_hundred_attempts_and_counts_all() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, without_limits()).await;
        let id: i64 = exam.id.parse().unwrap();
        let mut tx = school.app.db.begin().await.unwrap();
        for number in 1..=150_i64 {
            let sql = "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, submitted_ms,
                graded_ms, score) values (1, 1, $1, $2, $3, 1, 1, 1, $4)";
            let score = if number == 1 { 20.0 } else { 5.0 };
            tx.run(sql, vec![exam.enrollment.into(), id.into(), number.into(), score.into()]).await.unwrap();
        }
        school.app.commit(tx, Vec::new()).await.unwrap();
        let numbers = |history: &Value| -> Vec<i64> {
            let attempts = history["attempts"].as_array().unwrap().iter();
            attempts.map(|attempt| attempt["attemptNumber"].as_i64().unwrap()).collect()
        };
        let history = exam.history().await;
        assert_eq!(numbers(&history), (51..=150).rev().collect::<Vec<_>>());
        assert_eq!([&history["totalAttempts"], &history["bestScore"], &history["averageScore"]], [150.0, 20.0, 5.1]);
        exam.session().await;
        let history = exam.history().await;
        assert_eq!((numbers(&history)[0], &history["totalAttempts"]), (150, &json!(150)), "an open one is none");
    });
}

#[test]
fn an_attempt_of_a_deleted_assessment_is_refused_and_stays_as_it_was() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let session = exam.session().await;
        exam.teacher.delete(&format!("/api/v1/assessments/{}", exam.id)).await.ok();
        exam.submits(&session, exam.right()).await.refused(404, "LEARNING_001");
        exam.saves(&session, exam.right()).await.refused(404, "LEARNING_001");
        let sql = "select (select count(*) from answers), (select count(*) from attempts where submitted_ms is null)";
        let left: (i64, i64) = school.app.db.one(sql, Vec::new()).await.unwrap();
        assert_eq!(left, (0, 1));
    });
}

#[test]
fn a_score_on_the_edge_of_a_bucket_is_in_the_lower_one() {
    on_both_with(LONG, |school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        // In floating point, 0.14 * 100 is above 20 * 0.7.
        for (total, above) in [(100.0, 0.01), (0.7, 0.01), (3.7, 0.01), (15.0, 0.5)] {
            let course = teacher.post("/api/v1/courses", json!({ "title": "사진" })).await.is(201)["course_id"].clone();
            let enrollment = enrolls(&student, course.as_i64().unwrap()).await;
            let new = json!({ "course_id": course, "assessment_name": "시험", "assessment_type": "EXAM",
                "total_score": total, "pass_score": total, "attempt_limit": null });
            let made = teacher.post("/api/v1/assessments", new).await.is(201);
            let id = made["assessment"]["assessment_id"].clone();
            let scores = async |extra: f64, edges: &[i64]| {
                for edge in edges {
                    let score = (total * *edge as f64 + 100.0 * extra).round() / 100.0;
                    let body = json!({ "enrollment_id": enrollment, "score": score });
                    teacher.post(&format!("/api/v1/assessments/{id}/results"), body).await.is(201);
                }
                let path = at(&format!("/assessments/{}/statistics", id));
                teacher.get(&path).await.ok()["scoreDistribution"].clone()
            };
            let counts =
                |n: [i64; 5]| json!({ "0-20": n[0], "21-40": n[1], "41-60": n[2], "61-80": n[3], "81-100": n[4] });
            assert_eq!(scores(0.0, &[20, 40, 60, 80, 100]).await, counts([1, 1, 1, 1, 1]), "of {total}");
            assert_eq!(scores(above, &[0, 20, 40, 60, 80]).await, counts([2, 2, 2, 2, 2]), "of {total}");
        }
    });
}
