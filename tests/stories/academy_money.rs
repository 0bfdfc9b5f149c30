//! Money of the academy in the corners: what it does not buy, and how it comes back.

use gyosil::school::payments::checking::check_due;
use serde_json::{Value, json};

use crate::academy_categories::makes_category;
use crate::academy_enrollments::{days_later, enrolled, shown};
use crate::academy_payments::{PRICE, Shop, completes, detail, kinds, notices as notices_of, orders, uid};
use crate::classroom::{adds_class, applied, decides};
use crate::harness::gateway::{Api, Fault, PaymentService};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both, until};

async fn takes_back(person: &Person, payment: &Value) -> Reply {
    let id = if payment["payment_id"].is_i64() { &payment["payment_id"] } else { &payment["id"] };
    person.post(&format!("/payment/refund/{id}/"), json!({ "reason": "마음이 바뀜" })).await
}

async fn becomes(shop: &Shop, order: &Value, status: &str) {
    until(status, async || (shop.status(order).await == status).then_some(())).await;
}

async fn goes_back(shop: &Shop, imp_uid: &str) {
    until("it goes back", async || (shop.service.payment(imp_uid).status == "cancelled").then_some(())).await;
}

async fn count(school: &School, sql: &'static str) -> i64 {
    school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0
}

#[test]
fn an_order_of_the_sandbox_buys_nothing_once_money_is_real() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let (course, other) = (makes_category(&teacher, PRICE).await, makes_category(&teacher, PRICE).await);
        let (order, played) = (orders(&student, course).await, orders(&student, other).await);
        completes(&student, &played, "imp_1").await.is(200);
        let service = PaymentService::opens(Api::V1).await;
        let school = school.reopens_with(&service.flags()).await;
        let student = student.at(school.address);
        completes(&student, &order, "imp_2").await.refused(503, "GATEWAY_AWAY");
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "pending");
        // Money of the sandbox that was never real still goes back, and the order is given up.
        assert_eq!(takes_back(&student, &played).await.is(200)["payment_status"], "refunded");
        school.later(86_400 + 60);
        let given_up = "select count(*) from payments where status = 'CANCELLED' and next_check_ms is null";
        until("it is given up", async || (count(&school, given_up).await == 1).then_some(())).await;
        assert_eq!(service.was_asked(""), 0);
    });
}

#[test]
fn whoever_takes_back_a_part_of_the_price_loses_the_access() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let made = enrolled(&student, course).await;
        let by_hand = json!({ "payment_amount": 20_000, "payment_method": "TRANSFER" });
        teacher.post(&format!("/api/v1/enrollments/{}/payment", made["id"]), by_hand).await.is(201);
        let order = orders(&student, course).await;
        completes(&student, &order, "imp_1").await.is(200);
        assert_eq!(shown(&student, &made["id"]).await["status"], "active");
        assert_eq!(takes_back(&student, &order).await.is(200)["refund_amount"], 30_000);
        assert_eq!(shown(&student, &made["id"]).await["status"], "cancelled");
    });
}

#[test]
fn a_renewal_ends_with_its_money_whatever_was_paid_in_vain_after_it() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        completes(&student, &order, "imp_1").await.is(200);
        let done = json!({ "enrollment_id": order["enrollment_id"], "force": true, "memo": "시험 통과" });
        teacher.post("/api/v1/completions", done).await.is(201);
        let [_, student] = days_later(&school, 731, [&teacher, &student]).await;
        let (renewal, vain) = (orders(&student, course).await, orders(&student, course).await);
        completes(&student, &renewal, "imp_2").await.is(200);
        completes(&student, &vain, "imp_3").await.refused(409, "PAYMENT_RETURNED");
        student.get(&format!("/payment/info/{course}/")).await.refused(409, "NOTHING_TO_PAY");
        takes_back(&student, &renewal).await.is(200);
        // The time is over, and may be bought again.
        student.get(&format!("/payment/info/{course}/")).await.is(200);
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "completed");
    });
}

#[test]
fn a_rest_of_the_price_buys_nothing_once_the_other_part_is_gone() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let made = enrolled(&student, course).await;
        let path = format!("/api/v1/enrollments/{}", made["id"]);
        let by_hand = json!({ "payment_amount": 49_000, "payment_method": "TRANSFER" });
        teacher.post(&format!("{path}/payment"), by_hand).await.is(201);
        let order = orders(&student, course).await;
        assert_eq!(order["total_amount"], 1_000);
        let back = json!({ "refund_amount": 49_000, "refund_reason": "잘못 받음" });
        teacher.post(&format!("{path}/refund"), back).await.ok();
        completes(&student, &order, "imp_1").await.refused(409, "PAYMENT_RETURNED");
        assert_eq!(shown(&student, &made["id"]).await["status"], "pending");
    });
}

async fn is_tried_again(school: School, api: Api) {
    let shop = Shop::opens(school, api).await;
    let order = orders(&shop.student, shop.course).await;
    let declined = shop.service.receives(uid(&order), PRICE, "failed");
    shop.service.notifies(&shop.school, &declined).await.is(200);
    becomes(&shop, &order, "failed").await;
    // The page was closed, and the notice is lost.
    shop.service.receives(uid(&order), PRICE, "paid");
    shop.school.later(60);
    becomes(&shop, &order, "paid").await;
    assert_eq!(shop.enrollment(&order).await["status"], "active");
}

#[test]
fn money_after_a_declined_card_is_found_without_any_notice() {
    on_both(|school| is_tried_again(school, Api::V1));
}

#[test]
fn money_of_the_second_api_after_a_declined_card_is_found_without_any_notice() {
    on_both(|school| is_tried_again(school, Api::V2));
}

#[test]
fn an_order_that_failed_is_asked_about_for_a_day() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let declined = shop.service.receives(uid(&order), PRICE, "failed");
        shop.service.notifies(&shop.school, &declined).await.is(200);
        becomes(&shop, &order, "failed").await;
        let asked = "select count(*) from payments where next_check_ms is not null";
        assert_eq!(count(&shop.school, asked).await, 1);
        shop.school.later(86_400 + 60);
        until("it is left alone", async || (count(&shop.school, asked).await == 0).then_some(())).await;
    });
}

#[test]
fn nobody_keeps_an_old_price_by_a_declined_card() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let declined = shop.service.receives(uid(&order), PRICE, "failed");
        completes(&shop.student, &order, &declined).await.refused(409, "INVALID_STATE");
        let path = format!("/courses/major-categories/{}/", shop.course);
        shop.teacher.put(&path, json!({ "price": 90_000 })).await.is(200);
        let paid = shop.service.receives(uid(&order), PRICE, "paid");
        completes(&shop.student, &order, &paid).await.refused(409, "PAYMENT_RETURNED");
        assert_eq!(shop.service.payment(&paid).status, "cancelled");
    });
}

/// A buyer has begun to pay by a virtual account, and the school knows of it.
async fn begins(shop: &Shop) -> (Value, String) {
    let order = orders(&shop.student, shop.course).await;
    let begun = shop.service.receives(uid(&order), PRICE, "ready");
    assert_eq!(completes(&shop.student, &order, &begun).await.is(200)["payment_status"], "pending");
    (order, begun)
}

async fn a_deposit_counts(school: School, has_notice: bool) {
    let shop = Shop::opens(school, Api::V1).await;
    let (order, begun) = begins(&shop).await;
    let declined = shop.service.receives(uid(&order), PRICE, "failed");
    completes(&shop.student, &order, &declined).await.refused(409, "INVALID_STATE");
    shop.service.changes(&begun, |paid| paid.status = "paid".into());
    if has_notice {
        shop.service.notifies(&shop.school, &begun).await.is(200);
    } else {
        shop.school.later(60);
    }
    becomes(&shop, &order, "paid").await;
    assert_eq!(detail(&shop.student, &order).await["imp_uid"], begun);
}

#[test]
fn a_deposit_counts_though_a_card_was_declined_after_it_was_begun() {
    on_both(|school| a_deposit_counts(school, true));
}

#[test]
fn a_deposit_counts_without_a_notice_though_a_card_was_declined() {
    on_both(|school| a_deposit_counts(school, false));
}

#[test]
fn a_deposit_for_an_order_that_is_paid_already_goes_back() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let (order, begun) = begins(&shop).await;
        let card = shop.service.receives(uid(&order), PRICE, "paid");
        completes(&shop.student, &order, &card).await.is(200);
        shop.service.changes(&begun, |paid| paid.status = "paid".into());
        // No notice tells of it.
        shop.school.later(60);
        goes_back(&shop, &begun).await;
        assert_eq!((shop.service.payment(&card).cancelled, shop.status(&order).await), (0, json!("paid")));
    });
}

#[test]
fn money_that_does_not_fit_goes_back_though_the_order_was_paid_meanwhile() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let wrong = shop.service.receives(uid(&order), 100, "paid");
        shop.service.misbehaves("/payments/cancel", Fault::Breaks, 1);
        completes(&shop.student, &order, &wrong).await.refused(409, "PAYMENT_MISMATCH");
        let paid = shop.service.receives(uid(&order), PRICE, "paid");
        completes(&shop.student, &order, &paid).await.is(200);
        assert_eq!(shop.service.payment(&wrong).cancelled, 0);
        shop.school.later(60);
        goes_back(&shop, &wrong).await;
        assert_eq!((shop.service.payment(&paid).cancelled, shop.status(&order).await), (0, json!("paid")));
    });
}

#[test]
fn a_second_payment_of_one_order_goes_back_though_the_gateway_was_away() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let paid = [(); 2].map(|()| shop.service.receives(uid(&order), PRICE, "paid"));
        completes(&shop.student, &order, &paid[0]).await.is(200);
        shop.service.misbehaves("/payments/cancel", Fault::Breaks, 2);
        completes(&shop.student, &order, &paid[1]).await.refused(409, "PAYMENT_MISMATCH");
        assert_eq!(shop.service.payment(&paid[1]).cancelled, 0);
        for _ in 0..2 {
            shop.school.later(60);
            check_due(&shop.school.app).await.unwrap();
        }
        goes_back(&shop, &paid[1]).await;
        assert_eq!(shop.service.payment(&paid[0]).cancelled, 0);
        let is_noted = async || {
            let seen = detail(&shop.teacher, &order).await;
            (kinds(&seen) == ["ordered", "paid", "mismatched", "cancelled"]).then_some(())
        };
        until("it is noted once", is_noted).await;
        let tries = "select count(*) from payment_tries";
        until("it is over", async || (count(&shop.school, tries).await == 0).then_some(())).await;
    });
}

#[test]
fn notices_of_one_order_leave_a_bounded_number_of_rows() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        shop.service.misbehaves("/payments/", Fault::Breaks, 1_000);
        for n in 0..15 {
            let told = json!({ "imp_uid": format!("imp_none_{n}"), "merchant_uid": uid(&order), "status": "paid" });
            shop.school.nobody().post("/payment/webhook/", told).await.is(200);
        }
        assert_eq!(count(&shop.school, "select count(*) from payment_tries").await, 10);
        shop.service.behaves();
        shop.school.later(60);
        let tries = "select count(*) from payment_tries";
        until("none was a try", async || (count(&shop.school, tries).await == 0).then_some(())).await;
        assert_eq!(shop.status(&order).await, "pending");
    });
}

#[test]
fn money_that_bought_nothing_is_asked_back_until_it_is_back() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let admin = shop.school.admin().await;
        let order = orders(&shop.student, shop.course).await;
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        shop.teacher.post(&format!("/api/lectures/{}/archive", shop.course), json!({})).await.ok();
        shop.service.misbehaves("/payments/cancel", Fault::Refuses, 2);
        completes(&shop.student, &order, &imp_uid).await.refused(409, "PAYMENT_RETURNED");
        assert_eq!(detail(&shop.teacher, &order).await["refund_status"], "requested");
        shop.school.later(60);
        let asked_again = async || (shop.service.was_asked("/payments/cancel") == 2).then_some(());
        until("it is asked again", asked_again).await;
        shop.school.later(60);
        becomes(&shop, &order, "refunded").await;
        assert_eq!(shop.service.payment(&imp_uid).status, "cancelled");
        // The administrators are told once.
        let seen = detail(&shop.teacher, &order).await;
        assert_eq!(kinds(&seen), ["ordered", "paid", "refund_asked", "refund_failed", "refunded"]);
        assert_eq!(seen["moves"][3]["reason"], "한도를 초과했습니다");
        let notices = admin.get("/api/notifications").await.ok()["notifications"].clone();
        let [notice] = &notices.as_array().unwrap()[..] else { panic!("{notices}") };
        assert_eq!((&notice["type"], &notice["related_id"]), (&json!("REFUND_REFUSED"), &order["payment_id"]));
        for word in [uid(&order), "한도를 초과했습니다"] {
            assert!(notice["message"].as_str().unwrap().contains(word), "{notice}");
        }
        assert_eq!(notices_of(&shop.teacher).await, [""; 0]);
    });
}

#[test]
fn a_refund_that_was_asked_for_in_time_may_be_asked_for_again_later() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        // A gateway that does not tell of the payment is asked again; one that refuses the refund has the last word.
        shop.service.misbehaves("/payments/imp_", Fault::Refuses, 1);
        shop.service.misbehaves("/payments/cancel", Fault::Refuses, 1);
        takes_back(&shop.student, &paid).await.is(202);
        assert_eq!(detail(&shop.student, &paid).await["refund_status"], "requested");
        let [_, student] = days_later(&shop.school, 8, [&shop.teacher, &shop.student]).await;
        let has_failed = async || (detail(&student, &paid).await["refund_status"] == "failed").then_some(());
        until("it is refused", has_failed).await;
        assert_eq!(takes_back(&student, &paid).await.is(200)["payment_status"], "refunded");
    });
}

#[test]
fn an_application_that_was_paid_at_the_gateway_is_refunded_before_it_is_refused() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let class = adds_class(&teacher, course, json!({ "approval": "MANUAL" })).await;
        let id = applied(&student, course, class).await;
        let order = orders(&student, course).await;
        completes(&student, &order, "imp_1").await.is(200);
        decides(&teacher, id, "reject").await.refused(409, "PAID_ENROLLMENT");
        decides(&student, id, "cancel").await.refused(409, "PAID_ENROLLMENT");
        assert_eq!(shown(&student, &json!(id)).await["status"], "pending");
        assert_eq!(takes_back(&teacher, &order).await.is(200)["payment_status"], "refunded");
        assert_eq!(shown(&student, &json!(id)).await["status"], "cancelled");
    });
}

async fn asks_by_the_order(school: School, api: Api) {
    let shop = Shop::opens(school, api).await;
    let order = orders(&shop.student, shop.course).await;
    let asks = async || {
        let body =
            json!({ "merchant_uid": order["merchant_uid"], "major_category_id": shop.course, "total_amount": PRICE });
        shop.student.post("/payment/complete/", body).await
    };
    let unknown = asks().await.is(400);
    assert!(unknown["imp_uid"].is_array(), "{unknown}");
    let imp_uid = shop.service.receives(uid(&order), PRICE, "ready");
    assert_eq!(asks().await.is(200)["payment_status"], "pending");
    shop.service.changes(&imp_uid, |paid| paid.status = "paid".into());
    for _ in 0..2 {
        let paid = asks().await.is(200);
        assert_eq!((&paid["payment_status"], &paid["imp_uid"]), (&json!("paid"), &json!(imp_uid)));
    }
}

#[test]
fn an_order_of_the_first_api_is_asked_about_by_its_own_name() {
    on_both(|school| asks_by_the_order(school, Api::V1));
}

#[test]
fn an_order_of_the_second_api_is_asked_about_by_its_own_name() {
    on_both(|school| asks_by_the_order(school, Api::V2));
}

#[test]
fn an_order_of_the_sandbox_is_not_paid_by_asking_about_it() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        let body = json!({ "merchant_uid": order["merchant_uid"], "major_category_id": course, "total_amount": PRICE });
        student.post("/payment/complete/", body).await.is(400);
        assert_eq!(shown(&student, &order["enrollment_id"]).await["status"], "pending");
    });
}
