//! Notices of payment gateways: before, after, twice, never, and false.

use gyosil::school::payments::checking::check_due;
use serde_json::{Value, json};

use crate::academy_payments::{PRICE, Shop, completes, detail, kinds, notices, orders, uid};
use crate::harness::gateway::{Api, Fault};
use crate::harness::{School, on_both, until};

const WEBHOOK: &str = "/payment/webhook/";

async fn becomes(shop: &Shop, order: &Value, status: &str) {
    until(status, async || (shop.status(order).await == status).then_some(())).await;
}

async fn comes_before_and_after_the_page(school: School, api: Api) {
    let shop = Shop::opens(school, api).await;
    let order = orders(&shop.student, shop.course).await;
    let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
    shop.service.notifies(&shop.school, &imp_uid).await.is(200);
    becomes(&shop, &order, "paid").await;
    assert_eq!(shop.enrollment(&order).await["status"], "active");
    assert_eq!(completes(&shop.student, &order, &imp_uid).await.is(200)["payment_status"], "paid");
    check_due(&shop.school.app).await.unwrap();
    let asked = shop.service.was_asked(&format!("GET /payments/{imp_uid}"));
    for _ in 0..2 {
        shop.service.notifies(&shop.school, &imp_uid).await.is(200);
    }
    until("the notice is looked at", async || {
        (shop.service.was_asked(&format!("GET /payments/{imp_uid}")) > asked).then_some(())
    })
    .await;
    assert_eq!(kinds(&detail(&shop.student, &order).await), ["ordered", "paid"]);
}

#[test]
fn a_notice_before_and_after_the_page_confirms_an_order_once() {
    on_both(|school| comes_before_and_after_the_page(school, Api::V1));
}

#[test]
fn a_signed_notice_before_and_after_the_page_confirms_an_order_once() {
    on_both(|school| comes_before_and_after_the_page(school, Api::V2));
}

/// All that notices told of was asked about.
async fn nobody_asks(shop: &Shop) {
    check_due(&shop.school.app).await.unwrap();
    let sql = "select (select count(*) from payment_tries)
        + (select count(*) from payments where next_check_ms is null or next_check_ms <= $1)";
    let is_asked = async || {
        let now_ms = shop.school.app.now_ms();
        let (due,): (i64,) = shop.school.app.db.one(sql, vec![now_ms.into()]).await.unwrap();
        (due == 0).then_some(())
    };
    until("all is asked about", is_asked).await;
}

#[test]
fn a_notice_may_come_as_a_form() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let imp_uid = shop.service.receives(uid(&order), PRICE, "paid");
        let form = format!("imp_uid={imp_uid}&merchant_uid={}&status=paid&pg=%ED%95%9C", uid(&order));
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        shop.school.nobody().sends_raw(WEBHOOK, kind, form.into_bytes()).await.is(200);
        becomes(&shop, &order, "paid").await;

        let nobody = shop.school.nobody();
        let refused = nobody.sends_raw(WEBHOOK, kind, b"imp_uid=imp_1&status=paid".to_vec()).await.is(400);
        assert!(refused["merchant_uid"].is_array(), "{refused}");
        nobody.sends_raw(WEBHOOK, kind, b"imp_uid=imp_1 \n".to_vec()).await.is(400);
        nobody.sends_raw(WEBHOOK, "text/xml", b"<a/>".to_vec()).await.is(415);
        nobody.sends_raw(WEBHOOK, "application/json", b"[]".to_vec()).await.is(400);
        nobody.sends_raw(WEBHOOK, kind, vec![b'a'; 20_000]).await.is(413);
    });
}

#[test]
fn a_false_notice_changes_nothing() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let nobody = shop.school.nobody();
        let told =
            |imp_uid: &str, status: &str| json!({ "imp_uid": imp_uid, "merchant_uid": uid(&order), "status": status });
        // The gateway knows of no payment, of an unpaid one, and of one of another order.
        nobody.post(WEBHOOK, told("imp_none", "paid")).await.is(200);
        let asked =
            until("the gateway is asked", async || Some(shop.service.was_asked("/payments/find/")).filter(|n| *n > 0));
        asked.await;
        nobody_asks(&shop).await;
        assert_eq!(shop.status(&order).await, "pending");
        shop.service.receives(uid(&order), PRICE, "ready");
        let other = shop.service.receives("gyosil-of-another-school", PRICE, "paid");
        nobody.post(WEBHOOK, told(&other, "paid")).await.is(200);
        let named = async || (!detail(&shop.student, &order).await["imp_uid"].is_null()).then_some(());
        until("the gateway is asked again", named).await;
        assert_eq!(shop.status(&order).await, "pending");
        assert_eq!(shop.service.payment(&other).cancelled, 0);
        // A notice about an order that does not exist asks nobody and writes nothing.
        nobody_asks(&shop).await;
        let before = shop.service.was_asked("");
        let unknown = json!({ "imp_uid": "imp_1", "merchant_uid": "gyosil-none", "status": "paid" });
        nobody.post(WEBHOOK, unknown).await.is(200);
        check_due(&shop.school.app).await.unwrap();
        assert_eq!(shop.service.was_asked(""), before);
    });
}

#[test]
fn the_second_api_is_believed_only_by_its_signature() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V2).await;
        let order = orders(&shop.student, shop.course).await;
        shop.service.receives(uid(&order), PRICE, "paid");
        let plain = json!({ "imp_uid": uid(&order), "merchant_uid": uid(&order), "status": "paid" });
        shop.school.nobody().post(WEBHOOK, plain).await.refused(403, "FORBIDDEN");
        let forged = shop.service.signs(&shop.school, uid(&order), "whsec_c2VjcmV0", "msg_1").await;
        forged.refused(403, "FORBIDDEN");
        check_due(&shop.school.app).await.unwrap();
        assert_eq!(shop.service.was_asked("GET"), 0);
        assert_eq!(shop.status(&order).await, "pending");
        shop.service.notifies(&shop.school, uid(&order)).await.is(200);
        becomes(&shop, &order, "paid").await;
    });
}

#[test]
fn an_order_is_found_out_without_any_notice() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        shop.service.receives(uid(&order), PRICE, "paid");
        shop.service.misbehaves("/payments/find/", Fault::Breaks, 1);
        shop.school.later(60);
        until("it is asked", async || (shop.service.was_asked("/payments/find/") == 1).then_some(())).await;
        assert_eq!(shop.status(&order).await, "pending");
        shop.school.later(60);
        becomes(&shop, &order, "paid").await;
        assert_eq!(notices(&shop.student).await, ["PAYMENT_CONFIRMED", "ENROLLMENT_ADMITTED"]);
    });
}

#[test]
fn a_payment_that_fails_is_told_and_may_be_tried_again() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let order = orders(&shop.student, shop.course).await;
        let failed = shop.service.receives(uid(&order), PRICE, "failed");
        shop.service.notifies(&shop.school, &failed).await.is(200);
        becomes(&shop, &order, "failed").await;
        assert_eq!(notices(&shop.student).await, ["PAYMENT_FAILED"]);
        completes(&shop.student, &order, &failed).await.refused(409, "INVALID_STATE");
        let paid = shop.service.receives(uid(&order), PRICE, "paid");
        assert_eq!(completes(&shop.student, &order, &paid).await.is(200)["imp_uid"], paid);
        assert_eq!(shop.enrollment(&order).await["status"], "active");
    });
}
