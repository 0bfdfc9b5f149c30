//! Notices of payment gateways: before, after, twice, never, and false.

use gyosil::school::payments::checking::check_due;
use serde_json::{Value, json};

use crate::academy_enrollments::days_later;
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
fn a_signed_notice_of_an_unknown_type_is_taken_and_changes_nothing() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V2).await;
        let order = orders(&shop.student, shop.course).await;
        let told = async |kind: &str, data: Value| {
            shop.service.notifies_of(&shop.school, kind, data).await.is(200);
            check_due(&shop.school.app).await.unwrap();
        };
        told("BillingKey.Issued", json!({ "storeId": "store-1", "billingKey": "key-1" })).await;
        told("Dream.Dreamed", json!({ "paymentId": 7 })).await;
        told("Dream.Dreamed", json!("nothing")).await;
        assert_eq!(shop.service.was_asked("GET"), 0);
        // One that names an order is a hint to ask, like any other.
        told("Dream.Dreamed", json!({ "paymentId": uid(&order) })).await;
        nobody_asks(&shop).await;
        assert_eq!(shop.service.was_asked(&format!("GET /payments/{}", uid(&order))), 1);
        assert_eq!(kinds(&detail(&shop.student, &order).await), ["ordered"]);
        assert_eq!(shop.enrollment(&order).await["status"], "pending");
    });
}

/// The next look at confirmed orders.
async fn next_look(shop: &Shop) -> Option<i64> {
    let sql = "select recheck_ms from payments where status = 'CONFIRMED'";
    shop.school.app.db.one::<(Option<i64>,)>(sql, vec![]).await.unwrap().0
}

async fn is_given_back_without_a_notice(school: School, api: Api) {
    let mut shop = Shop::opens(school, api).await;
    let paid = shop.sells().await;
    let imp_uid = paid["imp_uid"].as_str().unwrap();
    shop.service.changes(imp_uid, |there| there.cancelled = 10_000);
    check_due(&shop.school.app).await.unwrap();
    assert_eq!(shop.status(&paid).await, "paid");
    [shop.teacher, shop.student] = days_later(&shop.school, 1, [&shop.teacher, &shop.student]).await;
    becomes(&shop, &paid, "partially_refunded").await;
    assert_eq!(shop.enrollment(&paid).await["status"], "active");
    shop.service.changes(imp_uid, |there| {
        there.cancelled = PRICE;
        there.status = "cancelled".into();
    });
    [shop.teacher, shop.student] = days_later(&shop.school, 1, [&shop.teacher, &shop.student]).await;
    becomes(&shop, &paid, "refunded").await;
    assert_eq!(shop.enrollment(&paid).await["status"], "cancelled");
    assert_eq!(kinds(&detail(&shop.teacher, &paid).await), ["ordered", "paid", "refunded", "refunded"]);
    assert_eq!(notices(&shop.student).await[..2], ["PAYMENT_REFUNDED", "PAYMENT_REFUNDED"]);
    assert_eq!(shop.service.was_asked("/cancel"), 0);
    shop.school.later(86_400);
    until("nobody looks any more", async || next_look(&shop).await.is_none().then_some(())).await;
}

#[test]
fn money_that_went_back_on_the_gateways_pages_is_found_without_a_notice() {
    on_both(|school| is_given_back_without_a_notice(school, Api::V1));
}

#[test]
fn money_of_the_second_api_that_went_back_on_its_pages_is_found_without_a_notice() {
    on_both(|school| is_given_back_without_a_notice(school, Api::V2));
}

#[test]
fn a_confirmed_order_is_looked_at_seldom_and_for_thirty_days() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V2).await;
        let paid = shop.sells().await;
        let asked = || shop.service.was_asked(&format!("GET /payments/{}", paid["imp_uid"].as_str().unwrap()));
        let before = asked();
        let (day_ms, paid_ms) = (86_400_000, next_look(&shop).await.unwrap() - 3_600_000);
        let until_ms = paid_ms + 30 * day_ms;
        let mut last_ms = paid_ms;
        for _ in 0..40 {
            let Some(next_ms) = next_look(&shop).await else { break };
            let now_ms = shop.school.app.now_ms();
            let pause_ms = next_ms - now_ms;
            assert!((3_500_000..=day_ms).contains(&pause_ms) || next_ms == until_ms, "{pause_ms}");
            last_ms = next_ms;
            shop.school.later((next_ms - now_ms) / 1_000 + 1);
            check_due(&shop.school.app).await.unwrap();
            let is_over = |planned: i64| planned != next_ms && planned <= until_ms;
            until("it is looked at", async || next_look(&shop).await.is_none_or(is_over).then_some(())).await;
        }
        assert_eq!((next_look(&shop).await, last_ms), (None, until_ms), "the last look is at the end");
        let looks = async || (30..=36).contains(&(asked() - before)).then_some(());
        until("the gateway was asked each time", looks).await;
    });
}

#[test]
fn the_last_look_at_an_order_is_made_again_until_the_gateway_answers() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V2).await;
        let paid = shop.sells().await;
        let imp_uid = paid["imp_uid"].as_str().unwrap();
        shop.service.changes(imp_uid, |there| there.cancelled = 10_000);
        shop.service.misbehaves("/payments/", Fault::Breaks, 1_000);
        let first_ms = next_look(&shop).await;
        shop.school.later(31 * 86_400);
        until("it is looked at", async || (next_look(&shop).await != first_ms).then_some(())).await;
        let again_ms = next_look(&shop).await.unwrap() - shop.school.app.now_ms();
        assert!((3_500_000..=3_600_000).contains(&again_ms), "{again_ms}");
        shop.service.behaves();
        shop.school.later(3_601);
        until("nobody looks any more", async || next_look(&shop).await.is_none().then_some(())).await;
        let sql = "select count(*) from refunds where status = 'COMPLETED'";
        assert_eq!(shop.school.app.db.one::<(i64,)>(sql, vec![]).await.unwrap().0, 1);
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
