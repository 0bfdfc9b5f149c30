//! Refunds of the academy: by whom, until when, and what happens when the gateway is away in the middle.

use futures_util::future::{join, join_all};
use gyosil::school::payments::checking::check_due;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::{days_later, enrolled, shown};
use crate::academy_payments::{PRICE, Shop, completes, detail, kinds, notices, orders};
use crate::harness::gateway::{Api, Fault};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both, until};
use crate::learning_progress::views;

async fn refunds(person: &Person, payment: &Value, body: Value) -> Reply {
    person.post(&format!("/payment/refund/{}/", payment["id"]), body).await
}

fn why() -> Value {
    json!({ "reason": "일정이 맞지 않음" })
}

async fn a_learner_takes_it_back(school: School, api: Api) {
    let shop = Shop::opens(school, api).await;
    let paid = shop.sells().await;
    assert_eq!(shop.enrollment(&paid).await["status"], "active");
    shop.student
        .delete(&format!("/courses/enrollments/{}/", paid["enrollment_id"]))
        .await
        .refused(409, "PAID_ENROLLMENT");
    let part = json!({ "reason": "일부만", "amount": 1_000 });
    refunds(&shop.student, &paid, part).await.refused(403, "INSTRUCTOR_ONLY");
    let back = refunds(&shop.student, &paid, why()).await.is(200);
    assert_eq!(
        (&back["payment_status"], &back["refund_amount"], &back["refund_status"]),
        (&json!("refunded"), &json!(PRICE), &json!("completed"))
    );
    assert_eq!(shop.service.payment(paid["imp_uid"].as_str().unwrap()).status, "cancelled");
    assert_eq!(shop.enrollment(&paid).await["status"], "cancelled");
    refunds(&shop.student, &paid, why()).await.refused(409, "ALREADY_REFUNDED");
    refunds(&shop.teacher, &paid, why()).await.refused(409, "ALREADY_REFUNDED");
    let seen = detail(&shop.teacher, &paid).await;
    assert_eq!(kinds(&seen), ["ordered", "paid", "refund_asked", "refunded"]);
    assert_eq!(
        (&seen["moves"][2]["reason"], &seen["moves"][2]["by_user_id"]),
        (&why()["reason"], &json!(shop.student.id))
    );
    // A learner who has left may come back.
    let again = shop.sells().await;
    assert_eq!(shop.enrollment(&again).await["status"], "active");
}

#[test]
fn a_learner_takes_a_payment_back_and_loses_the_access() {
    on_both(|school| a_learner_takes_it_back(school, Api::V1));
}

#[test]
fn a_learner_takes_a_payment_of_the_second_api_back() {
    on_both(|school| a_learner_takes_it_back(school, Api::V2));
}

#[test]
fn a_learner_takes_nothing_back_too_late_or_after_watching() {
    on_both(|school| async move {
        let (teacher, students) = (school.teacher().await, school.students(2).await);
        let course = makes_category(&teacher, PRICE).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let mut steps = Vec::new();
        for n in 0..10 {
            steps.push(teacher.adds_step(minor, &format!("{n}번째")).await);
        }
        let mut paid = Vec::new();
        for (n, student) in students.iter().enumerate() {
            let order = orders(student, course).await;
            paid.push(completes(student, &order, &format!("imp_{n}")).await.is(200));
        }
        let id = paid[0]["enrollment_id"].to_string();
        views(&students[0], &id, steps[0], json!({ "completed": true })).await.ok();
        refunds(&students[0], &paid[0], why()).await.refused(409, "REFUND_WATCHED");
        school.later(7 * 86_400 + 1);
        let late = school.nobody().logs_in("teacher@example.com", crate::harness::people::PASSWORD).await;
        let student = renewed(&school, &students[1]).await;
        refunds(&student, &paid[1], why()).await.refused(409, "REFUND_TOO_LATE");
        // Staff may at any time, and a part.
        for payment in &paid {
            let back = refunds(&late, payment, json!({ "reason": "교환", "amount": 10_000 })).await.is(200);
            assert_eq!(
                (&back["payment_status"], &back["refund_amount"]),
                (&json!("partially_refunded"), &json!(10_000))
            );
            assert_eq!(shown(&late, &payment["enrollment_id"]).await["status"], "active");
        }
        let too_much = json!({ "reason": "교환", "amount": PRICE });
        assert_eq!(refunds(&late, &paid[0], too_much).await.refused(409, "REFUND_TOO_LARGE")["left"], 40_000);
        assert_eq!(refunds(&late, &paid[0], why()).await.is(200)["payment_status"], "refunded");
        assert_eq!(shown(&late, &paid[0]["enrollment_id"]).await["status"], "cancelled");
    });
}

/// The same student, with a token that is good now.
async fn renewed(school: &School, student: &Person) -> Person {
    let ticket = gyosil::school::logins::make_ticket_for(&school.app, student.id).await.unwrap();
    let from = [127, 0, 0, 1].into();
    let (_, tokens) = gyosil::school::logins::redeem(&school.app, &ticket, "phone", from).await.unwrap();
    student.holding(&json!(tokens.access))
}

#[test]
fn nobody_refunds_the_payment_of_someone_else() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let order = orders(&student, course).await;
        refunds(&student, &json!({ "id": order["payment_id"] }), why()).await.refused(409, "UNPAID");
        let paid = completes(&student, &order, "imp_1").await.is(200);
        refunds(&school.student("이학생").await, &paid, why()).await.refused(404, "NOT_FOUND");
        refunds(&school.another_teacher().await, &paid, why()).await.refused(403, "FORBIDDEN");
        refunds(&student, &paid, json!({})).await.is(400);
        assert_eq!(detail(&student, &paid).await["payment_status"], "paid");
    });
}

#[test]
fn a_refund_whose_answer_was_lost_is_found_and_not_made_twice() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        let imp_uid = paid["imp_uid"].as_str().unwrap();
        shop.service.misbehaves("/payments/cancel", Fault::LosesAnswer, 1);
        let part = json!({ "reason": "교환", "amount": 20_000 });
        let under_way = refunds(&shop.teacher, &paid, part.clone()).await.is(202);
        assert_eq!((&under_way["payment_status"], &under_way["refund_status"]), (&json!("paid"), &json!("requested")));
        let refused = refunds(&shop.teacher, &paid, part).await.refused(409, "INVALID_STATE");
        assert_eq!(refused["status"], "REQUESTED");
        shop.school.later(60);
        until("it is found", async || (shop.status(&paid).await == "partially_refunded").then_some(())).await;
        assert_eq!((shop.service.payment(imp_uid).cancelled, shop.service.was_asked("/payments/cancel")), (20_000, 1));
        assert_eq!(notices(&shop.student).await, ["PAYMENT_REFUNDED", "ENROLLMENT_ADMITTED"]);
    });
}

#[test]
fn a_refund_goes_on_once_the_gateway_is_back() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        shop.service.misbehaves("/payments/", Fault::Breaks, 100);
        refunds(&shop.student, &paid, why()).await.is(202);
        assert_eq!(shop.enrollment(&paid).await["status"], "active");
        shop.school.later(60);
        check_due(&shop.school.app).await.unwrap();
        assert_eq!(shop.status(&paid).await, "paid");
        shop.service.behaves();
        shop.school.later(60);
        until("it goes back", async || (shop.status(&paid).await == "refunded").then_some(())).await;
        assert_eq!(shop.enrollment(&paid).await["status"], "cancelled");
    });
}

#[test]
fn a_refund_that_the_gateway_refuses_has_failed_and_may_be_asked_again() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        shop.service.misbehaves("/payments/cancel", Fault::Refuses, 1);
        refunds(&shop.student, &paid, why()).await.refused(409, "GATEWAY_REFUSED");
        let seen = detail(&shop.teacher, &paid).await;
        assert_eq!((&seen["payment_status"], &seen["refund_status"]), (&json!("paid"), &json!("failed")));
        assert_eq!(kinds(&seen), ["ordered", "paid", "refund_asked", "refund_failed"]);
        assert_eq!(seen["moves"][3]["reason"], "한도를 초과했습니다");
        assert_eq!(shop.enrollment(&paid).await["status"], "active");
        assert_eq!(refunds(&shop.student, &paid, why()).await.is(200)["payment_status"], "refunded");
    });
}

#[test]
fn refunds_at_once_give_the_money_back_once() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        let part = json!({ "reason": "교환", "amount": 30_000 });
        let replies = join_all((0..5).map(|_| refunds(&shop.teacher, &paid, part.clone()))).await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        assert!(statuses.contains(&200) && statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
        assert_eq!(shop.service.payment(paid["imp_uid"].as_str().unwrap()).cancelled, 30_000);
        assert_eq!(detail(&shop.teacher, &paid).await["refund_amount"], 30_000);
    });
}

#[test]
fn two_nodes_carry_out_one_refund_once() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        shop.service.misbehaves("/payments/", Fault::Breaks, 100);
        refunds(&shop.teacher, &paid, json!({ "reason": "교환", "amount": 20_000 })).await.is(202);
        shop.service.behaves();
        shop.school.later(60);
        let (one, other) = join(check_due(&shop.school.app), check_due(&shop.school.app)).await;
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        until("it goes back", async || (shop.status(&paid).await == "partially_refunded").then_some(())).await;
        assert_eq!(shop.service.payment(paid["imp_uid"].as_str().unwrap()).cancelled, 20_000);
        assert_eq!(shop.service.was_asked("/payments/cancel"), 1);
    });
}

#[test]
fn a_refund_of_the_portal_gives_back_at_the_gateway() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        let refund = json!({ "refund_amount": 20_000, "refund_reason": "중도 포기" });
        let path = format!("/api/v1/enrollments/{}/refund", paid["enrollment_id"]);
        shop.teacher.post(&path, refund).await.ok();
        let imp_uid = paid["imp_uid"].as_str().unwrap();
        assert_eq!(shop.service.payment(imp_uid).cancelled, 20_000);
        assert_eq!(shop.status(&paid).await, "partially_refunded");
        let rest = json!({ "refund_amount": 30_000, "refund_reason": "중도 포기" });
        shop.teacher.post(&path, rest).await.ok();
        assert_eq!(shop.service.payment(imp_uid).status, "cancelled");
        assert_eq!(shop.enrollment(&paid).await["status"], "cancelled");
    });
}

#[test]
fn money_that_came_by_hand_goes_back_by_hand() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let made = enrolled(&student, course).await;
        let by_hand = json!({ "payment_amount": PRICE, "payment_method": "TRANSFER" });
        teacher.post(&format!("/api/v1/enrollments/{}/payment", made["id"]), by_hand).await.is(201);
        let payment = student.get("/payment/user-payments/").await.is(200)["results"][0].clone();
        assert_eq!((&payment["payment_status"], &payment["merchant_uid"]), (&json!("paid"), &Value::Null));
        refunds(&student, &payment, why()).await.refused(403, "INSTRUCTOR_ONLY");
        let back = refunds(&teacher, &payment, why()).await.is(200);
        assert_eq!((&back["payment_status"], &back["refund_status"]), (&json!("refunded"), &json!("completed")));
        assert_eq!(shown(&student, &made["id"]).await["status"], "cancelled");
        assert_eq!(kinds(&detail(&teacher, &payment).await), ["paid", "refunded"]);
    });
}

#[test]
fn what_is_given_back_at_the_gateway_itself_is_noted() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        let imp_uid = paid["imp_uid"].as_str().unwrap();
        shop.service.changes(imp_uid, |there| there.cancelled = 10_000);
        shop.service.notifies(&shop.school, imp_uid).await.is(200);
        until("a part is noted", async || (shop.status(&paid).await == "partially_refunded").then_some(())).await;
        assert_eq!(detail(&shop.student, &paid).await["refund_amount"], 10_000);
        shop.service.changes(imp_uid, |there| {
            there.cancelled = PRICE;
            there.status = "cancelled".into();
        });
        shop.service.notifies(&shop.school, imp_uid).await.is(200);
        until("all of it is noted", async || (shop.status(&paid).await == "refunded").then_some(())).await;
        assert_eq!(shop.enrollment(&paid).await["status"], "cancelled");
        assert_eq!(shop.service.was_asked("/payments/cancel"), 0);
    });
}

#[test]
fn a_person_who_is_erased_during_a_refund_gets_it_all_the_same() {
    on_both(|school| async move {
        let shop = Shop::opens(school, Api::V1).await;
        let paid = shop.sells().await;
        shop.service.misbehaves("/payments/", Fault::Breaks, 100);
        refunds(&shop.student, &paid, why()).await.is(202);
        shop.student.delete("/accounts/delete/").await.is(204);
        shop.service.behaves();
        shop.school.later(60);
        let is_back = async || (detail(&shop.teacher, &paid).await["payment_status"] == "refunded").then_some(());
        until("it goes back", is_back).await;
        assert_eq!(shop.service.payment(paid["imp_uid"].as_str().unwrap()).status, "cancelled");
        let [teacher, _] = days_later(&shop.school, 1, [&shop.teacher, &shop.teacher]).await;
        assert_eq!(kinds(&detail(&teacher, &paid).await), ["ordered", "paid", "refund_asked", "refunded"]);
    });
}

async fn is_waited_for(school: School, fault: Fault) {
    let shop = Shop::opens(school, Api::V2).await;
    let paid = shop.sells().await;
    let imp_uid = paid["imp_uid"].as_str().unwrap();
    shop.service.misbehaves("/cancel", fault, 1);
    refunds(&shop.teacher, &paid, json!({ "reason": "교환", "amount": 20_000 })).await.is(202);
    shop.school.later(60);
    check_due(&shop.school.app).await.unwrap();
    assert_eq!(detail(&shop.teacher, &paid).await["refund_status"], "requested");
    shop.service.gives_back_later(imp_uid);
    shop.school.later(60);
    until("it is back", async || (shop.status(&paid).await == "partially_refunded").then_some(())).await;
    assert_eq!((shop.service.payment(imp_uid).cancelled, shop.service.was_asked("/cancel")), (20_000, 1));
}

#[test]
fn money_that_the_second_api_gives_back_later_is_waited_for() {
    on_both(|school| is_waited_for(school, Fault::Later));
}

#[test]
fn a_refund_that_is_refused_since_another_node_asked_first_is_waited_for() {
    on_both(|school| is_waited_for(school, Fault::LaterToAnother));
}

#[test]
fn a_refund_goes_on_after_the_server_ended_in_the_middle() {
    on_both(|school| async move {
        let Shop { school, service, student, .. } = {
            let shop = Shop::opens(school, Api::V1).await;
            shop.sells().await;
            shop
        };
        let payment = student.get("/payment/user-payments/").await.is(200)["results"][0].clone();
        let imp_uid = payment["imp_uid"].as_str().unwrap().to_owned();
        service.misbehaves("/payments/cancel", Fault::LosesAnswer, 1);
        let (asking, asked) = (student.clone(), payment.clone());
        let asking = tokio::spawn(async move { refunds(&asking, &asked, why()).await });
        let went_back = async || (service.payment(&imp_uid).status == "cancelled").then_some(());
        until("the money went back", went_back).await;
        asking.abort();
        let school = school.reopens().await;
        let student = student.at(school.address);
        school.later(60);
        let is_known = async || {
            let seen = detail(&student, &payment).await;
            (seen["payment_status"] == "refunded").then_some(())
        };
        until("it is known", is_known).await;
        assert_eq!(service.was_asked("/payments/cancel"), 1);
        assert_eq!(shown(&student, &payment["enrollment_id"]).await["status"], "cancelled");
    });
}
