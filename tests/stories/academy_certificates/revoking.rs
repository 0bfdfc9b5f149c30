//! Certificates of units once staff say that the course was not completed after all.

use serde_json::{Value, json};

use super::{Halfway, asks, does, downloads, listed, own};
use crate::academy_enrollments::{days_later, enrolls};
use crate::classroom::{adds_class, applied, by_hand};
use crate::harness::learning::at;
use crate::harness::{School, on_both};

#[test]
fn revoking_a_completion_revokes_units_of_earlier_enrollments_too() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let [student, teacher] = days_later(&school, 700, [&halfway.student, &halfway.teacher]).await;
        let unit = halfway.units[0];
        let paper = downloads(&school, &student, "minor", unit).await;
        let [student, teacher] = days_later(&school, 30, [&student, &teacher]).await;
        let again = enrolls(&student, halfway.course).await.is(201)["id"].clone();
        does(&student, &again, halfway.steps[1]).await;
        assert_eq!(own(&student).await[1..], listed(&[("major", halfway.course, "valid"), ("minor", unit, "valid")]));

        let completion = student.get(&format!("/api/v1/completions/enrollment/{again}")).await.ok();
        let completion = format!("/api/v1/completions/{}", completion["completion"]["completion_id"]);
        teacher.put(&completion, json!({ "completion_status": "REVOKED", "memo": "대리 출석" })).await.ok();
        let revoked = [("major", halfway.course, "revoked"), ("minor", unit, "revoked")];
        assert_eq!(own(&student).await, listed(&revoked));
        downloads(&school, &student, "minor", unit).await.has(&["취소됨 REVOKED", paper.number()]);
        asks(&student, "download", "minor", halfway.units[1]).await.refused(409, "INVALID_STATE");

        teacher.put(&completion, json!({ "completion_status": "COMPLETED" })).await.ok();
        assert_eq!(downloads(&school, &student, "minor", unit).await.text, paper.text);
        downloads(&school, &student, "minor", halfway.units[1]).await.lacks(&["취소됨"]);
    });
}

/// A learner of two classes of a course, whose completion of the first staff have revoked, and with it the papers of both units.
struct RevokedOnce {
    halfway: Halfway,
    class: i64,
    other: Value,
}

impl RevokedOnce {
    async fn of(school: &School) -> RevokedOnce {
        let halfway = Halfway::of(school).await;
        let (teacher, student) = (&halfway.teacher, &halfway.student);
        let class = adds_class(teacher, halfway.course, json!({})).await;
        let other = json!(applied(student, halfway.course, class).await);
        by_hand(school, "update courses set completes_itself = false".to_owned()).await;
        halfway.completes().await;
        for step in halfway.steps {
            does(student, &other, step).await;
        }
        let done = json!({ "enrollment_id": halfway.enrollment });
        let done = teacher.post("/api/v1/completions", done).await.is(201);
        for unit in halfway.units {
            downloads(school, student, "minor", unit).await.lacks(&["취소됨"]);
        }
        let completion = format!("/api/v1/completions/{}", done["completion"]["completion_id"]);
        teacher.put(&completion, json!({ "completion_status": "REVOKED", "memo": "대리 출석" })).await.ok();
        let revoked = RevokedOnce { halfway, class, other };
        revoked.units_are("revoked").await;
        revoked
    }

    async fn units_are(&self, status: &str) {
        let all = own(&self.halfway.student).await;
        let units: Vec<&str> =
            all.iter().filter(|(kind, ..)| kind == "minor").map(|(.., status)| status.as_str()).collect();
        assert_eq!(units, [status; 2], "{all:?}");
    }
}

#[test]
fn certificates_of_units_are_valid_again_once_staff_complete_another_enrollment() {
    on_both(|school| async move {
        let one = RevokedOnce::of(&school).await;
        let done = json!({ "enrollment_id": one.other });
        let done = one.halfway.teacher.post("/api/v1/completions", done).await.is(201);
        one.units_are("valid").await;
        let completion = format!("/api/v1/completions/{}", done["completion"]["completion_id"]);
        one.halfway.teacher.put(&completion, json!({ "completion_status": "REVOKED", "memo": "오류" })).await.ok();
        one.units_are("revoked").await;
    });
}

#[test]
fn certificates_of_units_are_valid_again_once_a_class_is_completed() {
    on_both(|school| async move {
        let one = RevokedOnce::of(&school).await;
        let batch = json!({ "course_id": one.halfway.course, "class_id": one.class });
        assert_eq!(one.halfway.teacher.post("/api/v1/completions/batch", batch).await.ok()["processed"], 1);
        one.units_are("valid").await;
    });
}

#[test]
fn certificates_of_units_are_valid_again_once_another_enrollment_is_certified() {
    on_both(|school| async move {
        let one = RevokedOnce::of(&school).await;
        let request = json!({ "progressId": one.other.to_string() });
        school.admin().await.post(&at("/certifications/issue"), request).await.is(201);
        one.units_are("valid").await;
    });
}

#[test]
fn the_portal_shows_certificates_of_courses_only() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let paper = downloads(&school, &halfway.student, "minor", halfway.units[0]).await;
        let path = format!("/api/v1/completions/certificate/{}", paper.number());
        for person in [&halfway.student, &halfway.teacher] {
            person.get(&path).await.is(404);
        }
    });
}
