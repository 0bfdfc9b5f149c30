//! What is paid for an enrollment, and given back.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{adds_class, applied, by_hand, decides, default_class, enrollment, plans};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};

const PRICE: i64 = 50_000;

/// A teacher, their course of this price, its class, and so many students.
async fn course(school: &School, price: i64, students: usize) -> (Person, i64, i64, Vec<Person>) {
    let teacher = school.teacher().await;
    let new = json!({ "title": "생활체육 지도자 기초", "price": price });
    let course = teacher.post("/api/v1/courses", new).await.is(201)["course_id"].as_i64().unwrap();
    let class = default_class(&teacher, course).await;
    (teacher, course, class, school.students(students).await)
}

async fn pays(person: &Person, id: i64, amount: i64) -> Reply {
    let paid = json!({ "payment_amount": amount, "payment_method": "CARD" });
    person.post(&format!("/api/v1/enrollments/{id}/payment"), paid).await
}

async fn refunds(person: &Person, id: i64, amount: i64) -> Reply {
    let refund = json!({ "refund_amount": amount, "refund_reason": "중도 포기" });
    person.post(&format!("/api/v1/enrollments/{id}/refund"), refund).await
}

async fn status(person: &Person, id: i64) -> Value {
    enrollment(person, id).await["status"].clone()
}

#[test]
fn a_payment_that_a_student_reports_admits_nobody_until_staff_confirm_it() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 1).await;
        let student = &students[0];
        let id = applied(student, course, class).await;
        assert_eq!(status(student, id).await, "PENDING");
        let report = pays(student, id, PRICE).await.is(201);
        assert_eq!(
            (&report["payment"]["payment_status"], &report["enrollment"]["status"]),
            (&json!("UNCONFIRMED"), &json!("PENDING"))
        );
        // One report at a time, however large.
        assert_eq!(pays(student, id, PRICE * 10).await.refused(409, "INVALID_STATE")["status"], "UNCONFIRMED");
        assert_eq!(status(student, id).await, "PENDING");
        let confirmed = pays(&teacher, id, PRICE).await.is(201);
        assert_eq!(confirmed["payment"]["payment_id"], report["payment"]["payment_id"], "the same payment");
        assert_eq!(
            (&confirmed["payment"]["payment_status"], &confirmed["enrollment"]["status"]),
            (&json!("CONFIRMED"), &json!("APPROVED"))
        );
        let notices = student.get("/api/notifications").await.ok();
        assert_eq!(notices["notifications"].as_array().unwrap().len(), 1);
        // It was paid once: only once can it be given back.
        refunds(&teacher, id, PRICE).await.ok();
        refunds(&teacher, id, 1).await.refused(409, "REFUND_TOO_LARGE");
    });
}

#[test]
fn one_of_many_simultaneous_payment_reports_is_kept() {
    on_both(|school| async move {
        let (_, course, class, students) = course(&school, PRICE, 1).await;
        let id = applied(&students[0], course, class).await;
        let tries = join_all((0..8).map(|_| pays(&students[0], id, PRICE))).await;
        assert_eq!(tries.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in tries.into_iter().filter(|reply| reply.status != 201) {
            assert_eq!(reply.refused(409, "INVALID_STATE")["status"], "UNCONFIRMED");
        }
    });
}

#[test]
fn staff_confirm_by_the_same_amount_and_record_any_other() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 1).await;
        let id = applied(&students[0], course, class).await;
        let report = pays(&students[0], id, PRICE).await.is(201);
        let other = pays(&teacher, id, PRICE - 1).await.is(201);
        assert_ne!(other["payment"]["payment_id"], report["payment"]["payment_id"]);
        assert_eq!(other["payment"]["payment_status"], "CONFIRMED");
        assert_eq!(other["enrollment"]["status"], "PENDING", "one won is missing, and the report is only a report");
        assert_eq!(refunds(&teacher, id, PRICE).await.refused(409, "REFUND_TOO_LARGE")["left"], PRICE - 1);
        assert_eq!(pays(&teacher, id, 1).await.is(201)["enrollment"]["status"], "APPROVED");
        // The report still waits; confirmed, it is more than was asked for, and can be given back.
        let confirmed = pays(&teacher, id, PRICE).await.is(201);
        assert_eq!(confirmed["payment"]["payment_id"], report["payment"]["payment_id"]);
        assert_eq!(refunds(&teacher, id, PRICE).await.ok()["refundable_amount"], PRICE);
    });
}

#[test]
fn a_student_of_a_priced_course_is_admitted_after_payment() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 3).await;
        let id = applied(&students[0], course, class).await;
        assert_eq!(pays(&teacher, id, PRICE - 1).await.is(201)["enrollment"]["status"], "PENDING");
        // What was given back is not paid.
        refunds(&teacher, id, PRICE - 1).await.ok();
        assert_eq!(pays(&teacher, id, 1).await.is(201)["enrollment"]["status"], "PENDING");
        assert_eq!(pays(&teacher, id, PRICE - 1).await.is(201)["enrollment"]["status"], "APPROVED");
        // A class that admits by hand still waits for its staff, paid or not.
        let manual = adds_class(&teacher, course, json!({ "approval": "MANUAL" })).await;
        let id = applied(&students[0], course, manual).await;
        assert_eq!(pays(&teacher, id, PRICE).await.is(201)["enrollment"]["status"], "PENDING");
        assert_eq!(decides(&teacher, id, "approve").await.ok()["enrollment"]["status"], "APPROVED");
        // By hand staff approve without money, too.
        let id = applied(&students[1], course, class).await;
        assert_eq!(decides(&teacher, id, "approve").await.ok()["enrollment"]["status"], "APPROVED");
        // Money buys nobody a seat that is not there.
        let small = adds_class(&teacher, course, json!({ "capacity": 1 })).await;
        applied(&students[1], course, small).await;
        let waits = applied(&students[2], course, small).await;
        let paid = pays(&teacher, waits, PRICE).await.is(201);
        assert_eq!(
            (&paid["enrollment"]["status"], &paid["enrollment"]["waiting_number"]),
            (&json!("PENDING"), &json!(1))
        );
        plans(&teacher, course, small, json!({ "capacity": 2 })).await;
        assert_eq!(status(&teacher, waits).await, "PENDING");
        decides(&teacher, waits, "approve-waiting").await.ok();
    });
}

#[test]
fn refunds_never_exceed_the_payments() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 1).await;
        let (student, other) = (&students[0], school.another_teacher().await);
        let id = applied(student, course, class).await;
        refunds(&teacher, id, 1).await.refused(409, "UNPAID");
        pays(student, id, PRICE).await.is(201);
        refunds(&teacher, id, 1).await.refused(409, "UNPAID");
        pays(&teacher, id, PRICE).await.is(201);
        refunds(student, id, 1).await.refused(403, "INSTRUCTOR_ONLY");
        refunds(&other, id, 1).await.refused(403, "FORBIDDEN");
        assert_eq!(refunds(&teacher, id, PRICE + 1).await.refused(409, "REFUND_TOO_LARGE")["left"], PRICE);
        for (amount, refunded) in [(20_000, 20_000), (10_000, 30_000)] {
            let done = refunds(&teacher, id, amount).await.ok();
            assert_eq!(
                (&done["refund_amount"], &done["refunded_amount"], &done["refundable_amount"]),
                (&json!(amount), &json!(refunded), &json!(PRICE - refunded))
            );
        }
        assert_eq!(refunds(&teacher, id, 20_001).await.refused(409, "REFUND_TOO_LARGE")["left"], 20_000);
        // Out of two payments at once, the newest first.
        pays(&teacher, id, 5_000).await.is(201);
        assert_eq!(refunds(&teacher, id, 15_000).await.ok()["refundable_amount"], 10_000);
        refunds(&teacher, id, 10_000).await.ok();
        for _ in 0..2 {
            assert_eq!(refunds(&teacher, id, 1).await.refused(409, "REFUND_TOO_LARGE")["left"], 0);
        }
        for amount in [0, -1] {
            assert_eq!(refunds(&teacher, id, amount).await.refused(400, "INVALID_REQUEST")["field"], "refund_amount");
        }
    });
}

#[test]
fn simultaneous_refunds_never_exceed_the_payments() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 1).await;
        let id = applied(&students[0], course, class).await;
        for _ in 0..2 {
            pays(&teacher, id, PRICE / 2).await.is(201);
        }
        // Five of these are all that there is.
        let tries = join_all((0..12).map(|_| refunds(&teacher, id, PRICE / 5))).await;
        assert_eq!(tries.iter().filter(|reply| reply.status == 200).count(), 5);
        for reply in tries.into_iter().filter(|reply| reply.status != 200) {
            assert_eq!(reply.refused(409, "REFUND_TOO_LARGE")["left"], 0);
        }
    });
}

#[test]
fn a_cancelled_student_pays_no_more_and_can_be_refunded() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 3).await;
        for (student, state) in students.iter().zip(["REJECTED", "CANCELLED", "COMPLETED"]) {
            let id = applied(student, course, class).await;
            pays(&teacher, id, 1_000).await.is(201);
            match state {
                "REJECTED" => drop(decides(&teacher, id, "reject").await.ok()),
                "CANCELLED" => drop(decides(student, id, "cancel").await.ok()),
                _ => by_hand(&school, format!("update enrollments set status = '{state}' where id = {id}")).await,
            }
            if state != "COMPLETED" {
                for person in [student, &teacher] {
                    assert_eq!(pays(person, id, PRICE).await.refused(409, "INVALID_STATE")["status"], state);
                }
            }
            assert_eq!(refunds(&teacher, id, 1_000).await.ok()["refundable_amount"], 0);
            assert_eq!(status(&teacher, id).await, state);
        }
    });
}

#[test]
fn the_details_of_a_payment_are_an_object_or_a_text() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 1).await;
        let id = applied(&students[0], course, class).await;
        let path = format!("/api/v1/enrollments/{id}/payment");
        let pays = async |info: Option<Value>| {
            let mut body = json!({ "payment_amount": 1_000, "payment_method": "BANK_TRANSFER" });
            if let Some(info) = info {
                body["payment_info"] = info;
            }
            teacher.post(&path, body).await
        };
        let object = json!({ "approval_no": "12345678", "card": { "bank": "국민", "months": 3 } });
        assert_eq!(pays(Some(object.clone())).await.is(201)["payment"]["payment_info"], object);
        assert_eq!(pays(Some(json!("국민은행 홍길동"))).await.is(201)["payment"]["payment_info"], "국민은행 홍길동");
        for nothing in [None, Some(Value::Null)] {
            assert_eq!(pays(nothing).await.is(201)["payment"]["payment_info"], json!({}));
        }
        for wrong in [json!(5), json!(true), json!([]), json!("가".repeat(10_000)), json!({ "a": "b\u{0}c" })] {
            assert_eq!(pays(Some(wrong)).await.refused(400, "INVALID_REQUEST")["field"], "payment_info");
        }
        assert_eq!(refunds(&teacher, id, 4_001).await.refused(409, "REFUND_TOO_LARGE")["left"], 4_000);
    });
}

#[test]
fn a_payment_or_a_refund_that_is_sent_again_happens_once() {
    on_both(|school| async move {
        let (teacher, course, class, students) = course(&school, PRICE, 1).await;
        let id = applied(&students[0], course, class).await;
        let (pay, refund) = (format!("/api/v1/enrollments/{id}/payment"), format!("/api/v1/enrollments/{id}/refund"));
        let paid = json!({ "payment_amount": PRICE, "payment_method": "CARD" });
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        let payments = join_all((0..4).map(|_| teacher.post_once(&pay, paid.clone(), key))).await;
        let ids: Vec<Value> = payments.into_iter().map(|p| p.is(201)["payment"]["payment_id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let given = json!({ "refund_amount": 20_000, "refund_reason": "중도 포기" });
        let other = "7f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3f";
        for _ in 0..3 {
            let done = teacher.post_once(&refund, given.clone(), other).await.ok();
            assert_eq!((&done["refunded_amount"], &done["refundable_amount"]), (&json!(20_000), &json!(30_000)));
        }
        // A key is for one thing.
        assert_eq!(teacher.post_once(&refund, given, key).await.is(409)["code"], "KEY_REUSED");
        let reworded = json!({ "refund_amount": 20_000, "refund_reason": "이사" });
        teacher.post_once(&refund, reworded, other).await.refused(409, "KEY_REUSED");
        for changed in [json!({ "payment_amount": 1_000 }), json!({ "payment_method": "CASH" })] {
            let mut again = paid.clone();
            again.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            teacher.post_once(&pay, again, key).await.refused(409, "KEY_REUSED");
        }
        refunds(&teacher, id, 30_001).await.refused(409, "REFUND_TOO_LARGE");
    });
}
