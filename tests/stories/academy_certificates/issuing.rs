//! Certificates that are asked for too early, after a refund, or without being wanted.

use reqwest::Method;
use serde_json::json;

use super::{Halfway, asks, does, downloads, issued, listed, own, path, previews};
use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::{days_later, shown};
use crate::academy_payments::{PRICE, completes, orders};
use crate::classroom::{by_hand, default_class, plans};
use crate::harness::on_both;

#[test]
fn a_unit_is_not_certified_before_its_class_begins() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let class = default_class(&halfway.teacher, halfway.course).await;
        plans(&halfway.teacher, halfway.course, class, json!({ "start_date": "2099-01-01" })).await;
        halfway.completes().await;
        for verb in ["preview", "download"] {
            for (kind, id) in [("minor", halfway.units[0]), ("major", halfway.course)] {
                let refused = asks(&halfway.student, verb, kind, id).await.refused(400, "INVALID_REQUEST");
                assert_eq!(refused["field"], "completion_date", "{refused}");
            }
        }
        assert_eq!((own(&halfway.student).await, issued(&school).await), (vec![], 0));
        plans(&halfway.teacher, halfway.course, class, json!({ "start_date": "2020-01-01" })).await;
        downloads(&school, &halfway.student, "minor", halfway.units[0]).await.has(&["김학생"]);
    });
}

#[test]
fn an_enrollment_whose_payment_went_back_after_its_time_earns_nothing_more() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let units = [adds_minor(&teacher, course, "변수").await, adds_minor(&teacher, course, "함수").await];
        let step = teacher.adds_step(units[0], "따라 하기").await;
        teacher.adds_step(units[1], "혼자 하기").await;
        let paid = completes(&student, &orders(&student, course).await, "imp_1").await.is(200);
        does(&student, &paid["enrollment_id"], step).await;
        let [teacher, student] = days_later(&school, 731, [&teacher, &student]).await;
        assert_eq!(shown(&student, &paid["enrollment_id"]).await["status"], "expired");
        assert_eq!(own(&student).await, listed(&[("minor", units[0], "available")]));

        let refund = format!("/payment/refund/{}/", paid["id"]);
        teacher.post(&refund, json!({ "reason": "교환", "amount": 10_000 })).await.is(200);
        assert_eq!(shown(&student, &paid["enrollment_id"]).await["status"], "expired");
        teacher.post(&refund, json!({ "reason": "교환" })).await.is(200);
        assert_eq!(shown(&student, &paid["enrollment_id"]).await["status"], "cancelled");
        assert_eq!(own(&student).await, []);
        asks(&student, "download", "minor", units[0]).await.refused(403, "FORBIDDEN");
        let forced = json!({ "enrollment_id": paid["enrollment_id"], "force": true, "memo": "시험 통과" });
        teacher.post("/api/v1/completions", forced).await.refused(409, "INVALID_STATE");
        assert_eq!(issued(&school).await, 0);
    });
}

#[test]
fn a_head_request_for_a_certificate_or_an_order_is_refused_and_has_no_effect() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let priced = makes_category(&halfway.teacher, PRICE).await;
        let (paper, order) = (path("download", "minor", halfway.units[0]), format!("/payment/info/{priced}/"));
        for path in [&paper, &order] {
            assert_eq!(halfway.student.asks(Method::HEAD, path, None, &[]).await.status, 405, "{path}");
        }
        let (orders,): (i64,) = school.app.db.one("select count(*) from payments", vec![]).await.unwrap();
        assert_eq!((issued(&school).await, orders), (0, 0));
        let preview = path("preview", "minor", halfway.units[0]);
        assert_eq!(halfway.student.asks(Method::HEAD, &preview, None, &[]).await.status, 200);
    });
}

#[test]
fn a_preview_is_printed_while_something_else_writes() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        by_hand(&school, "update courses set completes_itself = false".to_owned()).await;
        halfway.completes().await;
        by_hand(&school, "update courses set completes_itself = true".to_owned()).await;
        let mut writing = school.app.db.begin().await.unwrap();
        for table in ["enrollments", "completions", "certificates"] {
            writing.run(format!("update {table} set created_ms = created_ms + 1"), vec![]).await.unwrap();
        }
        let scores = ["총점 Total", "진도 Progress"];
        previews(&school, &halfway.student, "minor", halfway.units[0]).await.has(&["김학생", "PREVIEW"]);
        let preview = previews(&school, &halfway.student, "major", halfway.course).await;
        preview.has(&["김학생", "파이썬 기초", "PREVIEW"]);
        drop(writing);
        assert_eq!(issued(&school).await, 0);
        // The paper says what the preview said.
        let paper = downloads(&school, &halfway.student, "major", halfway.course).await;
        for score in scores {
            assert_eq!(preview.text.contains(score), paper.text.contains(score), "{score}");
        }
        assert_eq!(issued(&school).await, 1);
    });
}
