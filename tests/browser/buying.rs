//! Buying a course on the phone: with the sandbox from the offer to the first video, and by a payment service as far as it can
//! be played here.

use serde_json::{Value, json};

use crate::academy::{Academy, PRICE};
use crate::axe::{Contrast, Findings};
use crate::harness::browser::Device;
use crate::harness::gateway::{Api, PaymentService};
use crate::harness::people::Person;
use crate::harness::{Backend, School, on};
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const NUMBER: &str = "010-1234-5678";
const SECRET: &str = "우리집 강아지 초코";

async fn payments(person: &Person) -> Vec<Value> {
    let paid = person.get("/payment/user-payments/").await.is(200);
    paid["results"].as_array().unwrap().clone()
}

async fn policy(school: &School, path: &str) -> String {
    let page = school.http.get(school.url(path)).send().await.unwrap();
    page.headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[test]
fn a_newcomer_registers_pays_once_by_a_double_click_in_the_sandbox_and_starts_the_course() {
    run_story(|school| async move {
        let academy = Academy::of(&school, PRICE).await;
        academy.films("카메라 열기", 12).await;
        assert_eq!(policy(&school, &academy.buy()).await, policy(&school, "/me").await);
        let findings = Findings::default();
        let phone = Phone::opens(&school, &academy.buy()).await;
        phone.sees("buy").await;
        for words in ["50,000원", "돈이 나가지 않아요", "결제하고 7일 안에", "10%보다 적게", "30일 동안"]
        {
            phone.reads(words).await;
        }
        look_at(&phone, &findings, "offer").await;
        phone.taps("enter").await;
        phone.sees("signin").await;
        look_at(&phone, &findings, "signin").await;
        phone.taps("register").await;
        phone.sees("register").await;
        phone.fills(&["김순자", NUMBER, "짧아요"]).await;
        phone.taps("enter").await;
        phone.shows("main [role=alert]", true).await;
        look_at(&phone, &findings, "register").await;
        phone.is_forgiven();
        phone.fills(&["김순자", NUMBER, SECRET]).await;
        phone.taps("enter").await;
        phone.sees("buy").await;
        phone.reads("김순자 님").await;
        look_at(&phone, &findings, "offer-known").await;
        let learner = school.nobody().logs_in(NUMBER, SECRET).await;
        assert_eq!(payments(&learner).await.len(), 0, "looking makes no order");
        phone.shows("[data-act=pay]", true).await;
        let twice = "const pay = document.querySelector('[data-act=pay]'); pay.click(); pay.click()";
        let _: Option<bool> = phone.js(twice, vec![]).await;
        phone.sees("bought").await;
        phone.reads("돈은 나가지 않았어요").await;
        look_at(&phone, &findings, "bought").await;
        let paid = payments(&learner).await;
        let states: Vec<&Value> = paid.iter().map(|payment| &payment["payment_status"]).collect();
        assert_eq!(states, ["paid"]);
        phone.taps("watch").await;
        phone.sees("course").await;
        phone.reads("카메라 열기").await;
        // A learner who has it already is told so, and «my record» leads to it.
        phone.visits(&academy.buy()).await;
        phone.sees("mine").await;
        phone.taps("record").await;
        phone.sees("me").await;
        phone.clicks(&format!("[data-course='{}'] [data-act=watch]", academy.course)).await;
        phone.sees("course").await;
        findings.are_none();
    });
}

/// In every colour, and at the largest size of words on the narrowest phone.
async fn look_at(phone: &Phone, findings: &Findings, what: &str) {
    for theme in THEMES {
        phone.looks("theme", json!(theme)).await;
        findings.note(&format!("{what}, {theme}"), phone.faint_colours(Contrast::Aaa).await);
    }
    phone.looks("theme", json!("light")).await;
    findings.note(what, phone.faults(Contrast::Aaa).await);
    for (width, size) in [(360, 100), (320, 200)] {
        phone.emulates(width, 740).await;
        phone.looks("size", json!(size)).await;
        findings.note(&format!("{what}, {size} % at {width} px"), phone.hard_to_read_or_press().await);
        phone.keeps_screenshot(&format!("buying-{what}-{width}")).await;
    }
    phone.emulates(360, 740).await;
    phone.looks("size", json!(100)).await;
}

#[test]
fn a_course_that_is_free_full_or_not_there_is_told_in_plain_words() {
    run_story(|school| async move {
        let academy = Academy::of(&school, 0).await;
        let (first, second) = (school.student("김순자").await, school.student("이영자").await);
        let phone = Phone::of_student(&school, &first, &academy.buy(), &Device::phone()).await;
        phone.sees("buy").await;
        phone.reads("무료").await;
        phone.taps("pay").await;
        phone.sees("bought").await;
        assert_eq!(payments(&first).await.len(), 0);
        phone.visits("/buy/999999").await;
        phone.sees("gone").await;
        phone.visits("/buy/nothing").await;
        phone.sees("gone").await;
        // The page of another person on the same phone.
        let paid = Academy::by(academy.teacher.clone(), PRICE).await;
        paid.teacher.put(&paid.class().await, json!({ "capacity": 1 })).await.ok();
        phone.visits(&paid.buy()).await;
        phone.sees("buy").await;
        paid.admits(&school, "박말자").await;
        phone.taps("pay").await;
        phone.sees("full").await;
        phone.keeps_screenshot("buying-full").await;
        phone.visits(&academy.buy()).await;
        phone.sees("mine").await;
        let archive = format!("/api/v1/bc-006/learning/courses/{}/archive", academy.course);
        school.admin().await.post(&archive, json!({ "reason": "새 강의로 바꿉니다" })).await.ok();
        phone.signs_in(&school, &second).await;
        phone.visits(&academy.buy()).await;
        phone.sees("closed").await;
    });
}

#[test]
fn an_access_that_ends_within_a_week_is_told_on_the_record_with_the_way_to_more_time() {
    run_story(|school| async move {
        let academy = Academy::of(&school, PRICE).await;
        let student = academy.admits(&school, "김순자").await;
        let ends_in = async |days: i64| {
            let end_ms = school.app.now_ms() + days * 86_400_000 - 60_000;
            let mut tx = school.app.db.begin().await.unwrap();
            tx.run("update enrollments set expires_ms = $1", vec![end_ms.into()]).await.unwrap();
            school.app.commit(tx, Vec::new()).await.unwrap();
            school.app.clock.date_of(end_ms)
        };
        ends_in(8).await;
        let phone = Phone::of_student(&school, &student, "/me", &Device::phone()).await;
        phone.sees("me").await;
        phone.shows("[data-notice=ends]", false).await;
        ends_in(1).await;
        phone.visits("/me").await;
        phone.reads("하루 남았어요").await;
        let day = ends_in(5).await;
        let findings = Findings::default();
        for (language, words) in [("ja", "あと 5 日です"), ("en", "5 days left"), ("ko", "5일 남았어요")] {
            phone.looks("language", json!(language)).await;
            phone.visits("/me").await;
            phone.sees("me").await;
            phone.reads(words).await;
            phone.reads(day[8..].trim_start_matches('0')).await;
            look_at(&phone, &findings, &format!("ends-{language}")).await;
        }
        phone.taps("longer").await;
        phone.sees("mine").await;
        phone.reads("그날이 지난 뒤에도").await;
        look_at(&phone, &findings, "mine").await;
        findings.are_none();
    });
}

/// Plays the payment window: it writes down what it was asked, and answers what the story wants.
const WINDOW: &str = "window.IMP = { init(store) { window.store = store; }, request_pay(asked, answer) { window.asked = asked; window.answer = answer; } }";

async fn with_portone(school: School) -> (School, PaymentService, Academy) {
    let service = PaymentService::opens(Api::V1).await;
    let more = ["--portone-origins", "https://stdpay.inicis.com"];
    let flags = [service.flags(), more.map(str::to_owned).to_vec()].concat();
    let school = school.reopens_with(&flags).await;
    let academy = Academy::of(&school, PRICE).await;
    (school, service, academy)
}

/// A phone of this student, on which the payment window is open.
async fn at_the_window(school: &School, academy: &Academy, student: &Person) -> Phone {
    let phone = Phone::of_student(school, student, "/healthz", &Device::phone()).await;
    phone.at_each_page(WINDOW).await;
    phone.visits(&academy.buy()).await;
    phone.sees("buy").await;
    phone.taps("pay").await;
    phone.until_js("the window is open", "window.asked", vec![]).await;
    phone
}

#[test]
fn a_payment_of_which_nobody_knows_yet_is_not_asked_for_again_and_the_address_says_nothing() {
    on(Backend::Sqlite, &[], |school| async move {
        let (school, service, academy) = with_portone(school).await;
        let class = academy.class().await;
        academy.teacher.put(&class, json!({ "approval": "MANUAL" })).await.ok();
        let student = school.student("김순자").await;
        let phone = at_the_window(&school, &academy, &student).await;
        let order: String = phone.js("return window.asked.merchant_uid", vec![]).await;
        // Words in an address are not shown, whoever has the order.
        for name in ["gyosil-0", &order] {
            let query = format!("merchant_uid={name}&imp_success=false&error_msg=EVIL&message=EVIL&code=EVIL");
            phone.visits(&format!("{}?{query}", academy.buy())).await;
            phone.sees("failed").await;
            let text: String = phone.js("return document.body.innerText", vec![]).await;
            assert!(!text.contains("EVIL"), "{text}");
        }
        phone.taps("again").await;
        phone.sees("buy").await;
        phone.taps("pay").await;
        phone.until_js("the window is open", "window.asked", vec![]).await;
        let order: String = phone.js("return window.asked.merchant_uid", vec![]).await;
        // The payment service does not know it yet.
        let _: Option<bool> = phone.js("window.answer({ success: true, imp_uid: 'imp_000000000001' })", vec![]).await;
        phone.sees("pending").await;
        phone.reloads().await;
        phone.sees("pending").await;
        service.receives(&order, PRICE, "paid");
        // Paid, and waiting for the teacher: now, and at the next visit.
        phone.sees("paid").await;
        phone.reads("선생님이 확인하고 계세요").await;
        phone.keeps_screenshot("buying-paid").await;
        phone.visits(&academy.buy()).await;
        phone.sees("paid").await;
        phone.shows("[data-act=pay]", false).await;
        phone.is_forgiven();
        crate::harness::browser::close_all().await;
    });
}

/// Nothing tells the page any more which courses one is in.
const AWAY: &str = "const asks = window.fetch;
    window.isAway = true;
    window.fetch = (path, ...rest) =>
        window.isAway && path.startsWith('/courses/enrollments/?') ? Promise.reject(new TypeError('away')) : asks(path, ...rest)";

#[test]
fn nobody_pays_an_amount_that_they_have_not_seen_or_signs_out_by_one_tap() {
    run_story(|school| async move {
        let academy = Academy::of(&school, PRICE).await;
        let student = school.student("김순자").await;
        let phone = Phone::of_student(&school, &student, &academy.buy(), &Device::phone()).await;
        phone.sees("buy").await;
        let course = format!("/courses/major-categories/{}/", academy.course);
        academy.teacher.put(&course, json!({ "price": PRICE + 10_000 })).await.is(200);
        phone.taps("pay").await;
        phone.sees("amount").await;
        phone.reads("60,000원").await;
        phone.keeps_screenshot("buying-amount").await;
        assert!(payments(&student).await.iter().all(|payment| payment["payment_status"] == "pending"));
        phone.taps("back").await;
        phone.sees("buy").await;
        phone.taps("other").await;
        phone.sees("leave").await;
        phone.keeps_screenshot("buying-leave").await;
        phone.taps("stay").await;
        phone.sees("buy").await;
        phone.reads("김순자 님").await;
        // The network ends just after the payment.
        let _: Option<bool> = phone.js(AWAY, vec![]).await;
        phone.taps("pay").await;
        phone.sees("bought-unread").await;
        phone.shows("[data-act=pay]", false).await;
        phone.keeps_screenshot("buying-unread").await;
        let _: Option<bool> = phone.js("window.isAway = false", vec![]).await;
        phone.taps("again").await;
        phone.sees("bought").await;
        let second = Academy::by(academy.teacher.clone(), PRICE).await;
        phone.visits(&second.buy()).await;
        phone.taps("other").await;
        phone.taps("leave").await;
        phone.sees("signin").await;
        phone.reloads().await;
        phone.sees("buy").await;
        phone.shows("[data-act=enter]", true).await;
        // An address that is none.
        phone.visits("/buy/1&page_size=1").await;
        phone.sees("gone").await;
    });
}

#[test]
fn a_payment_window_that_is_closed_or_leads_back_tells_what_came_of_it() {
    on(Backend::Sqlite, &[], |school| async move {
        let (school, service, academy) = with_portone(school).await;
        let policy = policy(&school, &academy.buy()).await;
        assert!(policy.contains("script-src 'self' https://cdn.iamport.kr https://stdpay.inicis.com;"), "{policy}");
        let student = school.student("김순자").await;
        let phone = at_the_window(&school, &academy, &student).await;
        phone.until_js("it knows the store", "window.store === 'store-1'", vec![]).await;
        let asked: Value = phone.js("return window.asked", vec![]).await;
        assert_eq!((&asked["amount"], &asked["channelKey"]), (&json!(PRICE), &json!("channel-1")));
        let _: Option<bool> =
            phone.js("window.answer({ success: false, error_msg: '사용자가 결제를 취소했습니다' })", vec![]).await;
        phone.sees("failed").await;
        phone.is_forgiven();
        phone.reads("결제를 취소했습니다").await;
        phone.keeps_screenshot("buying-failed").await;
        phone.taps("again").await;
        phone.sees("buy").await;
        phone.taps("pay").await;
        phone.until_js("the window is open", "window.asked", vec![]).await;
        let order: String = phone.js("return window.asked.merchant_uid", vec![]).await;
        let imp_uid = service.receives(&order, PRICE, "ready");
        // The phone was led away, and comes back before the money.
        let back = format!("{}?imp_uid={imp_uid}&merchant_uid={order}&imp_success=true", academy.buy());
        phone.visits(&back).await;
        phone.sees("pending").await;
        phone.reads("확인 중").await;
        phone.keeps_screenshot("buying-pending").await;
        service.changes(&imp_uid, |paid| paid.status = "paid".into());
        phone.sees("bought").await;
        assert!(phone.url().await.ends_with(&academy.buy()), "{}", phone.url().await);
        phone.visits(&back).await;
        phone.sees("bought").await;
        let paid = payments(&student).await;
        assert_eq!(paid.iter().filter(|payment| payment["payment_status"] == "paid").count(), 1);
        let strange = back.replace(&order, "gyosil-0");
        phone.visits(&strange).await;
        phone.sees("failed").await;
        // A refusal in the address is not believed, since the server knows better.
        phone.visits(&back.replace("imp_success=true", "imp_success=false&error_msg=EVIL")).await;
        phone.sees("bought").await;
        crate::harness::browser::close_all().await;
    });
}

#[test]
fn one_who_closed_the_page_while_paying_is_asked_to_pay_again_only_if_nothing_was_paid() {
    on(Backend::Sqlite, &[], |school| async move {
        let (school, service, academy) = with_portone(school).await;
        let student = school.student("김순자").await;
        let phone = at_the_window(&school, &academy, &student).await;
        // Nothing was paid when the page was closed: the payment service knows of no payment.
        phone.visits(&academy.buy()).await;
        phone.sees("buy").await;
        phone.is_forgiven();
        phone.taps("pay").await;
        phone.until_js("the window is open", "window.asked", vec![]).await;
        let order: String = phone.js("return window.asked.merchant_uid", vec![]).await;
        let imp_uid = service.receives(&order, PRICE, "ready");
        phone.visits(&academy.buy()).await;
        phone.sees("pending").await;
        phone.shows("[data-act=pay]", false).await;
        phone.sees("pending-long").await;
        phone.reads("두 번 결제되면").await;
        phone.keeps_screenshot("buying-left").await;
        phone.taps("anew").await;
        phone.sees("buy").await;
        // A second order is left unpaid. The payment service knows nothing of it, and then the money for the first comes.
        phone.taps("pay").await;
        phone.until_js("the window is open", "window.asked", vec![]).await;
        service.changes(&imp_uid, |paid| paid.status = "paid".into());
        phone.visits(&academy.buy()).await;
        phone.sees("bought").await;
        phone.is_forgiven();
        let paid = payments(&student).await;
        assert_eq!(paid.iter().filter(|payment| payment["payment_status"] == "paid").count(), 1);
        crate::harness::browser::close_all().await;
    });
}
