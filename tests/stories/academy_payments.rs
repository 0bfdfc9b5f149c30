//! Payments of the academy: orders, what completes them, and what does not.

use futures_util::future::join_all;
use gyosil::school::payments::checking::check_due;
use serde_json::{Value, json};

use crate::academy_categories::makes_category;
use crate::academy_enrollments::{days_later, enrolled, shown};
use crate::classroom::{adds_class, by_hand, default_class};
use crate::harness::gateway::{Api, Fault, PaymentService};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both, until};

pub const PRICE: i64 = 50_000;

/// A school that takes payments by a stand-in of Portone, a teacher with a course of this price, and a student.
pub struct Shop {
    pub school: School,
    pub service: PaymentService,
    pub teacher: Person,
    pub student: Person,
    pub course: i64,
}

impl Shop {
    pub async fn opens(school: School, api: Api) -> Shop {
        let service = PaymentService::opens(api).await;
        let school = school.reopens_with(&service.flags()).await;
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        Shop { school, service, teacher, student, course }
    }

    /// The student orders the course, pays, and says so.
    pub async fn sells(&self) -> Value {
        let order = orders(&self.student, self.course).await;
        let imp_uid = self.service.receives(uid(&order), PRICE, "paid");
        completes(&self.student, &order, &imp_uid).await.is(200)
    }

    pub async fn status(&self, order: &Value) -> Value {
        detail(&self.student, order).await["payment_status"].clone()
    }

    pub async fn enrollment(&self, order: &Value) -> Value {
        shown(&self.student, &order["enrollment_id"]).await
    }
}

pub async fn orders(student: &Person, course: i64) -> Value {
    student.get(&format!("/payment/info/{course}/")).await.is(200)
}

pub fn uid(order: &Value) -> &str {
    order["merchant_uid"].as_str().unwrap()
}

pub async fn completes(student: &Person, order: &Value, imp_uid: &str) -> Reply {
    let body = json!({ "imp_uid": imp_uid, "merchant_uid": order["merchant_uid"],
        "major_category_id": order["major_category_id"], "total_amount": order["total_amount"] });
    student.post("/payment/complete/", body).await
}

/// Reads a payment, by the answer about it or by that of its order.
pub async fn detail(person: &Person, payment: &Value) -> Value {
    let id = if payment["payment_id"].is_i64() { &payment["payment_id"] } else { &payment["id"] };
    person.get(&format!("/payment/detail/{id}/")).await.is(200)
}

pub fn kinds(detail: &Value) -> Vec<&str> {
    detail["moves"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

pub async fn notices(person: &Person) -> Vec<String> {
    let found = person.get("/api/notifications").await.ok();
    let kinds = found["notifications"].as_array().unwrap().iter();
    kinds.map(|one| one["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_sandbox_takes_any_payment_once() {
    on_both(|school| async move {
        let (teacher, student, other) =
            (school.teacher().await, school.student("김학생").await, school.student("이학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        assert_eq!(
            (&order["gateway"], &order["total_amount"], &order["buyer_name"]),
            (&json!("sandbox"), &json!(PRICE), &json!("김학생"))
        );
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "pending");
        let paid = completes(&student, &order, "imp_1").await.is(200);
        assert_eq!(
            (&paid["payment_status"], &paid["imp_uid"], &paid["refund_status"]),
            (&json!("paid"), &json!("imp_1"), &json!("none"))
        );
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "active");
        assert_eq!(completes(&student, &order, "imp_1").await.is(200), paid);
        completes(&student, &order, "imp_2").await.refused(409, "PAYMENT_USED");

        // Nobody pays with the payment of someone else.
        let theirs = orders(&other, course).await;
        completes(&other, &theirs, "imp_1").await.refused(409, "PAYMENT_USED");
        completes(&other, &order, "imp_3").await.refused(404, "NOT_FOUND");
        assert_eq!(shown(&other, &theirs["enrollment_id"]).await["status"], "pending");
        student.get(&format!("/payment/info/{course}/")).await.refused(409, "NOTHING_TO_PAY");
    });
}

#[test]
fn the_amount_is_that_of_the_order_whatever_the_page_says() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let other = makes_category(&teacher, 100).await;
        let order = orders(&student, course).await;
        for (key, wrong) in [("total_amount", json!(1)), ("major_category_id", json!(other))] {
            let mut forged = json!({ "imp_uid": "imp_1", "merchant_uid": order["merchant_uid"],
                "major_category_id": course, "total_amount": PRICE });
            forged[key] = wrong;
            let refused = student.post("/payment/complete/", forged).await.is(400);
            assert!(refused[key].is_array(), "{refused}");
        }
        assert_eq!(detail(&student, &order).await["payment_status"], "pending");
        // The price of today changes nothing for an order that was made before.
        teacher.put(&format!("/courses/major-categories/{course}/"), json!({ "price": 90_000 })).await.is(200);
        assert_eq!(completes(&student, &order, "imp_1").await.is(200)["payment_status"], "paid");
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "active");
    });
}

#[test]
fn an_order_is_only_for_students_and_for_what_has_a_price() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let free = makes_category(&teacher, 0).await;
        student.get(&format!("/payment/info/{free}/")).await.refused(409, "NOTHING_TO_PAY");
        let course = makes_category(&teacher, PRICE).await;
        teacher.get(&format!("/payment/info/{course}/")).await.refused(403, "STUDENT_ONLY");
        student.get("/payment/info/999999/").await.refused(404, "NOT_FOUND");
        // One who has applied already orders for that enrollment, and what was paid by hand counts.
        let made = enrolled(&student, course).await;
        let by_hand = json!({ "payment_amount": 20_000, "payment_method": "TRANSFER" });
        teacher.post(&format!("/api/v1/enrollments/{}/payment", made["id"]), by_hand).await.is(201);
        let order = orders(&student, course).await;
        assert_eq!((&order["enrollment_id"], &order["total_amount"]), (&made["id"], &json!(30_000)));
        completes(&student, &order, "imp_1").await.is(200);
        assert_eq!(shown(&student, &made["id"]).await["status"], "active");
        let mine = student.get("/payment/user-payments/").await.is(200);
        let amounts: Vec<&Value> = mine["results"].as_array().unwrap().iter().map(|one| &one["total_amount"]).collect();
        assert_eq!((&mine["count"], amounts), (&json!(2), vec![&json!(30_000), &json!(20_000)]));
    });
}

#[test]
fn a_full_class_sells_no_seat_and_orders_are_bounded() {
    on_both(|school| async move {
        let (teacher, students) = (school.teacher().await, school.students(2).await);
        let course = makes_category(&teacher, PRICE).await;
        let class = default_class(&teacher, course).await;
        teacher.put(&format!("/api/v1/courses/{course}/classes/{class}"), json!({ "capacity": 1 })).await.ok();
        for _ in 0..50 {
            orders(&students[0], course).await;
        }
        let many = students[0].get(&format!("/payment/info/{course}/")).await;
        assert!(many.headers.contains_key("retry-after"));
        many.is(429);
        students[1].get(&format!("/payment/info/{course}/")).await.refused(409, "CLASS_FULL");
        assert_eq!(students[1].get("/courses/enrollments/").await.is(200)["count"], 0);
        // One on the waiting list has no seat to pay for either.
        enrolled(&students[1], course).await;
        students[1].get(&format!("/payment/info/{course}/")).await.refused(409, "CLASS_FULL");
    });
}

async fn only_the_gateway_decides(school: School, api: Api) {
    let shop = Shop::opens(school, api).await;
    let order = orders(&shop.student, shop.course).await;
    assert_eq!(shop.service.prepared(uid(&order)), Some(PRICE));
    let unknown = completes(&shop.student, &order, "imp_none").await.is(400);
    assert!(unknown["imp_uid"].is_array(), "{unknown}");
    let imp_uid = shop.service.receives(uid(&order), PRICE, "ready");
    assert_eq!(completes(&shop.student, &order, &imp_uid).await.is(200)["payment_status"], "pending");
    assert_eq!(shop.enrollment(&order).await["status"], "pending");
    shop.service.changes(&imp_uid, |paid| paid.status = "paid".into());
    let paid = completes(&shop.student, &order, &imp_uid).await.is(200);
    assert_eq!(paid["payment_status"], "paid");
    assert_eq!(paid["receipt_url"], format!("https://receipts.example.com/{imp_uid}"));
    assert_eq!(shop.enrollment(&order).await["status"], "active");
    let seen = detail(&shop.teacher, &order).await;
    assert_eq!(kinds(&seen), ["ordered", "paid"]);
    assert_eq!(seen["moves"][1]["by_user_id"], shop.student.id);
    assert_eq!(detail(&shop.student, &order).await["moves"][1]["by_user_id"], Value::Null);
}

#[test]
fn an_order_is_paid_once_the_first_api_says_so() {
    on_both(|school| only_the_gateway_decides(school, Api::V1));
}

#[test]
fn an_order_is_paid_once_the_second_api_says_so() {
    on_both(|school| only_the_gateway_decides(school, Api::V2));
}

async fn a_mismatch_goes_back(school: School, api: Api) {
    let shop = Shop::opens(school, api).await;
    for what in ["amount", "currency", "mode", "part"] {
        let order = orders(&shop.student, shop.course).await;
        let imp_uid = shop.service.receives_as(uid(&order), |paid| {
            paid.amount = if what == "amount" { 100 } else { PRICE };
            paid.currency = if what == "currency" { "USD" } else { "KRW" }.into();
            paid.is_test = what == "mode";
            paid.cancelled = if what == "part" { 10_000 } else { 0 };
        });
        completes(&shop.student, &order, &imp_uid).await.refused(409, "PAYMENT_MISMATCH");
        assert_eq!(shop.service.payment(&imp_uid).status, "cancelled", "{what}");
        assert_eq!(shop.status(&order).await, "failed", "{what}");
        assert_eq!(shop.enrollment(&order).await["status"], "pending");
        assert_eq!(kinds(&detail(&shop.teacher, &order).await), ["ordered", "mismatched", "cancelled"], "{what}");
        completes(&shop.student, &order, &imp_uid).await.refused(409, "INVALID_STATE");
    }
    // The gateway is away when it should give back: the job does it.
    let order = orders(&shop.student, shop.course).await;
    let imp_uid = shop.service.receives(uid(&order), 100, "paid");
    shop.service.misbehaves("cancel", Fault::Breaks, 1);
    completes(&shop.student, &order, &imp_uid).await.refused(409, "PAYMENT_MISMATCH");
    shop.school.later(60);
    until("it goes back", async || (shop.service.payment(&imp_uid).status == "cancelled").then_some(())).await;
    assert_eq!(shop.enrollment(&order).await["status"], "pending");
}

#[test]
fn a_forged_amount_goes_back_and_approves_nothing() {
    on_both(|school| a_mismatch_goes_back(school, Api::V1));
}

#[test]
fn a_forged_amount_of_the_second_api_goes_back_and_approves_nothing() {
    on_both(|school| a_mismatch_goes_back(school, Api::V2));
}

#[test]
fn the_payment_of_someone_else_is_refused_and_left_as_it_is() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let thief = shop.school.student("이학생").await;
        let (order, stolen) = (orders(&shop.student, shop.course).await, orders(&thief, shop.course).await);
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        completes(&thief, &stolen, &imp_uid).await.refused(409, "PAYMENT_USED");
        completes(&thief, &order, &imp_uid).await.refused(404, "NOT_FOUND");
        assert_eq!(shop.service.payment(&imp_uid).status, "paid");
        completes(&shop.student, &order, &imp_uid).await.is(200);
        completes(&thief, &stolen, &imp_uid).await.refused(409, "PAYMENT_USED");
        assert_eq!(shop.service.payment(&imp_uid).cancelled, 0);
        thief.get(&format!("/payment/detail/{}/", order["payment_id"])).await.refused(404, "NOT_FOUND");
        assert_eq!(shown(&thief, &stolen["enrollment_id"]).await["status"], "pending");
    });
}

#[test]
fn completions_of_one_order_at_once_confirm_it_once() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        let replies = join_all((0..6).map(|_| completes(&shop.student, &order, &imp_uid))).await;
        for reply in replies {
            assert_eq!(reply.is(200)["payment_status"], "paid");
        }
        assert_eq!(kinds(&detail(&shop.student, &order).await), ["ordered", "paid"]);
        assert_eq!(shop.service.payment(&imp_uid).cancelled, 0);
    });
}

#[test]
fn a_gateway_that_does_not_answer_leaves_an_order_to_the_job() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        for fault in [Fault::Breaks, Fault::Hangs] {
            shop.service.misbehaves("/payments/imp_", fault, 1);
            let away = completes(&shop.student, &order, &imp_uid).await;
            assert!(away.headers.contains_key("retry-after"));
            away.refused(503, "GATEWAY_AWAY");
            assert_eq!(shop.status(&order).await, "pending");
        }
        shop.school.later(60);
        until("the job finds it", async || (shop.status(&order).await == "paid").then_some(())).await;
        assert_eq!(shop.enrollment(&order).await["status"], "active");
        assert_eq!(notices(&shop.student).await, ["PAYMENT_CONFIRMED", "ENROLLMENT_ADMITTED"]);
        assert_eq!(completes(&shop.student, &order, &imp_uid).await.is(200)["payment_status"], "paid");
    });
}

#[test]
fn a_token_is_used_until_it_is_over_or_refused() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        for _ in 0..3 {
            orders(&shop.student, shop.course).await;
        }
        assert_eq!(shop.service.tokens_given(), 1);
        shop.service.ends_token();
        orders(&shop.student, shop.course).await;
        assert_eq!(shop.service.tokens_given(), 2);
        let [_, student] = days_later(&shop.school, 1, [&shop.teacher, &shop.student]).await;
        orders(&student, shop.course).await;
        assert_eq!(shop.service.tokens_given(), 3);
        // An answer with 200 that says no is a no.
        shop.service.misbehaves("/payments/prepare", Fault::Refuses, 1);
        student.get(&format!("/payment/info/{}/", shop.course)).await.refused(409, "GATEWAY_REFUSED");
        shop.service.misbehaves("/users/getToken", Fault::Refuses, 1);
        shop.service.ends_token();
        student.get(&format!("/payment/info/{}/", shop.course)).await.refused(503, "GATEWAY_AWAY");
        orders(&student, shop.course).await;
    });
}

#[test]
fn what_was_paid_for_a_course_that_was_archived_meanwhile_is_given_back() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        shop.teacher.post(&format!("/api/lectures/{}/archive", shop.course), json!({})).await.ok();
        completes(&shop.student, &order, &imp_uid).await.refused(409, "PAYMENT_RETURNED");
        assert_eq!(shop.service.payment(&imp_uid).status, "cancelled");
        assert_eq!(shop.status(&order).await, "refunded");
        assert_eq!(shop.enrollment(&order).await["status"], "pending");
        assert_eq!(notices(&shop.student).await, ["PAYMENT_REFUNDED"]);
        let seen = detail(&shop.teacher, &order).await;
        assert_eq!(kinds(&seen), ["ordered", "paid", "refund_asked", "refunded"]);
        assert_eq!(seen["moves"][3]["by_user_id"], Value::Null);
    });
}

#[test]
fn a_second_payment_for_what_is_paid_already_is_given_back() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let (first, second) = (orders(&shop.student, shop.course).await, orders(&shop.student, shop.course).await);
        assert_ne!(uid(&first), uid(&second));
        let paid = [&first, &second].map(|order| shop.service.receives(uid(order), PRICE, "paid"));
        completes(&shop.student, &first, &paid[0]).await.is(200);
        completes(&shop.student, &second, &paid[1]).await.refused(409, "PAYMENT_RETURNED");
        assert_eq!([0, 1].map(|n| shop.service.payment(&paid[n]).cancelled), [0, PRICE]);
        assert_eq!(shop.enrollment(&first).await["status"], "active");
    });
}

#[test]
fn whoever_has_completed_a_course_buys_more_time_for_the_same_enrollment() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        completes(&student, &order, "imp_1").await.is(200);
        let done = json!({ "enrollment_id": order["enrollment_id"], "force": true, "memo": "시험 통과" });
        teacher.post("/api/v1/completions", done).await.is(201);
        student.get(&format!("/payment/info/{course}/")).await.refused(409, "NOTHING_TO_PAY");
        let [_, student] = days_later(&school, 731, [&teacher, &student]).await;
        let again = orders(&student, course).await;
        assert_eq!((&again["enrollment_id"], &again["total_amount"]), (&order["enrollment_id"], &json!(PRICE)));
        let before = shown(&student, &order["enrollment_id"]).await;
        completes(&student, &again, "imp_2").await.is(200);
        let after = shown(&student, &order["enrollment_id"]).await;
        assert_eq!((&after["status"], &after["completed_at"]), (&json!("completed"), &before["completed_at"]));
        assert!(after["expiry_date"].as_str() > before["expiry_date"].as_str(), "{after}");
        // Taken back in time, the new access ends, and the completion stays.
        let refund = format!("/payment/refund/{}/", again["payment_id"]);
        student.post(&refund, json!({ "reason": "마음이 바뀜" })).await.is(200);
        student.get(&format!("/payment/info/{course}/")).await.is(200);
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "completed");
    });
}

#[test]
fn whoever_bought_a_course_that_is_over_buys_it_anew() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        completes(&student, &order, "imp_1").await.is(200);
        let [_, student] = days_later(&school, 731, [&teacher, &student]).await;
        let again = orders(&student, course).await;
        assert_ne!(again["enrollment_id"], order["enrollment_id"]);
        completes(&student, &again, "imp_2").await.is(200);
        assert_eq!(shown(&student, &again["enrollment_id"]).await["status"], "active");
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "expired");
    });
}

#[test]
fn a_class_that_is_approved_by_hand_stays_so_when_it_is_paid() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let class = adds_class(&teacher, course, json!({ "approval": "MANUAL" })).await;
        let applied = crate::classroom::applied(&student, course, class).await;
        let order = orders(&student, course).await;
        assert_eq!(order["enrollment_id"], applied);
        assert_eq!(completes(&student, &order, "imp_1").await.is(200)["payment_status"], "paid");
        assert_eq!(shown(&student, &json!(applied)).await["status"], "pending");
        student.get(&format!("/payment/info/{course}/")).await.refused(409, "NOTHING_TO_PAY");
    });
}

#[test]
fn an_order_that_nobody_paid_is_given_up_after_a_day() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let status = async || {
            let sql = "select status, next_check_ms from payments where id = $1";
            let id = order["payment_id"].as_i64();
            shop.school.app.db.one::<(String, Option<i64>)>(sql, vec![id.into()]).await.unwrap()
        };
        shop.school.later(3_600);
        check_due(&shop.school.app).await.unwrap();
        assert_eq!(status().await.0, "PENDING");
        shop.school.later(86_400);
        until("it is given up", async || (status().await == ("CANCELLED".into(), None)).then_some(())).await;
        // Late money of a buyer who still waits for the course buys it all the same.
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        shop.service.notifies(&shop.school, &imp_uid).await.is(200);
        until("it is paid", async || (status().await.0 == "CONFIRMED").then_some(())).await;
        assert_eq!(shop.service.payment(&imp_uid).cancelled, 0);
    });
}

#[test]
fn nobody_keeps_an_old_price_by_an_order_that_was_given_up() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        shop.school.later(86_400 + 60);
        let [teacher, student] = days_later(&shop.school, 0, [&shop.teacher, &shop.student]).await;
        let status = async || detail(&student, &order).await["payment_status"].clone();
        until("it is given up", async || (status().await == "cancelled").then_some(())).await;
        teacher.put(&format!("/courses/major-categories/{}/", shop.course), json!({ "price": 90_000 })).await.is(200);
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        completes(&student, &order, &imp_uid).await.refused(409, "PAYMENT_RETURNED");
        assert_eq!(shop.service.payment(&imp_uid).status, "cancelled");
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "pending");
    });
}

#[test]
fn money_for_the_order_of_an_erased_person_goes_back() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let (early, late) = (orders(&shop.student, shop.course).await, orders(&shop.student, shop.course).await);
        // Of one the gateway has told already that it was begun.
        let begun = shop.service.receives(uid(&early), PRICE, "ready");
        completes(&shop.student, &early, &begun).await.is(200);
        shop.student.delete("/accounts/delete/").await.is(204);
        assert_eq!(detail(&shop.teacher, &late).await["payment_status"], "cancelled");
        assert_eq!(detail(&shop.teacher, &early).await["payment_status"], "pending");
        shop.service.changes(&begun, |paid| paid.status = "paid".into());
        let paid = shop.service.receives(uid(&late), PRICE, "paid");
        shop.school.later(60);
        for (order, imp_uid) in [(&early, &begun), (&late, &paid)] {
            let is_refunded = async || {
                let seen = detail(&shop.teacher, order).await;
                (seen["payment_status"] == "refunded").then_some(seen)
            };
            let seen = until("it goes back", is_refunded).await;
            assert_eq!((&seen["receipt_url"], &seen["refund_amount"]), (&Value::Null, &json!(PRICE)));
            assert_eq!(shop.service.payment(imp_uid).status, "cancelled");
        }
    });
}

#[test]
fn a_payment_that_an_instructor_looks_at_is_of_their_own_course() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        let path = format!("/payment/detail/{}/", order["payment_id"]);
        school.another_teacher().await.get(&path).await.refused(403, "FORBIDDEN");
        school.admin().await.get(&path).await.is(200);
        by_hand(&school, format!("update payments set gateway = 'PORTONE_V2' where id = {}", order["payment_id"]))
            .await;
        // An order of a gateway that the school no longer has is not believed by another one.
        completes(&student, &order, "imp_1").await.refused(503, "GATEWAY_AWAY");
    });
}
