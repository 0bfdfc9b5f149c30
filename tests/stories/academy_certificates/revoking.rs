//! Certificates of units once staff say that the course was not completed after all.

use serde_json::json;

use super::{Halfway, asks, does, downloads, listed, own};
use crate::academy_enrollments::{days_later, enrolls};
use crate::harness::on_both;

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
