//! One's own record: kept, found from another phone, and left behind on none that was lent.

use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::phone::Phone;
use crate::run_story;

const NUMBER: &str = "010-1234-5678";
const SECRET: &str = "우리집 강아지 초코";

#[test]
fn a_record_is_kept_under_a_phone_number_and_found_from_another_phone() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.taps("claim").await;
        phone.sees("claim").await;
        phone.types("main input[type=tel]", NUMBER).await;
        phone.types("main .entry:last-of-type input", SECRET).await;
        phone.taps("enter").await;
        phone.sees("claimed").await;
        phone.taps("record").await;
        phone.sees("me").await;
        let other = Phone::opens(&school, "/me").await;
        other.sees("me-nobody").await;
        other.taps("signin").await;
        other.types("main input[type=tel]", NUMBER).await;
        other.types("main .entry:last-of-type input", "다른 말").await;
        other.taps("enter").await;
        other.shows("main [role=alert]", true).await;
        other.types("main .entry:last-of-type input", SECRET).await;
        other.taps("enter").await;
        other.sees("me").await;
        other.reads("카카오톡 기초").await;
        // In class she is the same person there.
        other.visits(&format!("/j/{}", class.session.code)).await;
        other.is_at(STEPS[0].0).await;
        other.shows("[data-act=done]", false).await;
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_record_leads_to_the_steps_again_on_a_phone_that_was_never_in_the_class() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let new = json!({ "phone": NUMBER, "password": SECRET, "name": "김순자" });
        school.nobody().post("/api/auth/register", new).await.is(201);
        school.nobody().logs_in(NUMBER, SECRET).await.joins(&class.session).await;
        class.presses("end").await;
        let other = Phone::opens(&school, "/me").await;
        other.sees("me-nobody").await;
        other.taps("signin").await;
        other.types("main input[type=tel]", NUMBER).await;
        other.types("main .entry:last-of-type input", SECRET).await;
        other.taps("enter").await;
        other.sees("me").await;
        other.taps("again").await;
        other.sees("ended").await;
        other.taps("again").await;
        other.sees("review").await;
        other.reads(STEPS[0].0).await;
    });
}

#[test]
fn a_guest_who_was_completed_has_the_certificate_once_the_record_is_saved() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let classes = class.teacher.get(&format!("/api/v1/courses/{}/classes", class.lecture.id)).await.ok();
        let standing = format!(
            "/api/v1/completions/course/{}/class/{}/standing",
            class.lecture.id, classes["classes"][0]["class_id"]
        );
        let enrolled = class.teacher.get(&standing).await.ok()["learners"][0]["enrollment_id"].clone();
        let forced = json!({ "enrollment_id": enrolled, "force": true, "memo": "댁에서 마치셨습니다" });
        class.teacher.post("/api/v1/completions", forced).await.is(201);
        phone.visits("/me").await;
        phone.reads("수료증은 기록을 저장하신 다음에 받으실 수 있어요").await;
        phone.taps("claim").await;
        phone.sees("claim").await;
        phone.types("main input[type=tel]", NUMBER).await;
        phone.types("main .entry:last-of-type input", SECRET).await;
        phone.taps("enter").await;
        phone.sees("claimed").await;
        phone.reads("수료증이 나왔어요").await;
        phone.keeps_screenshot("record-claimed-with-certificate").await;
        phone.taps("record").await;
        phone.sees("me").await;
        phone.taps("certificate").await;
        phone.sees("paper").await;
    });
}

#[test]
fn a_phone_that_was_lent_forgets_who_had_it() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.taps("leave").await;
        phone.sees("leave").await;
        phone.taps("leave").await;
        phone.sees("code").await;
        let kept: Vec<String> = phone.js("return Object.values(localStorage)", vec![]).await;
        assert!(kept.iter().all(|value| !value.contains("김순자")), "{kept:?}");
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("name").await;
        let field: Value = phone.js("return document.querySelector('main input').value", vec![]).await;
        assert_eq!(field, json!(""));
    });
}

#[test]
fn a_copied_login_is_reported_at_each_sign_in_until_its_person_has_seen_it() {
    run_story(|school| async move {
        let new = json!({ "phone": NUMBER, "password": SECRET, "name": "김순자" });
        school.nobody().post("/api/auth/register", new).await.is(201);
        let owner = school.nobody().logs_in(NUMBER, SECRET).await;
        let lecture = school.teacher().await.makes_lecture("카카오톡 기초", 1).await;
        owner.enrolls(&lecture).await;
        let void = owner.refreshes().await.refresh;
        school.later(60);
        owner.refreshes().await;
        school.nobody().post("/api/auth/refresh", json!({ "refresh_token": void })).await.is(401);
        let phone = Phone::opens(&school, "/me").await;
        phone.taps("signin").await;
        phone.types("main input[type=tel]", NUMBER).await;
        phone.types("main .entry:last-of-type input", SECRET).await;
        phone.taps("enter").await;
        phone.shows("[data-notice=copied]", true).await;
        phone.keeps_screenshot("record-copied").await;
        phone.taps("seen").await;
        phone.sees("me").await;
        phone.shows("[data-notice=copied]", false).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.shows("[data-notice=copied]", false).await;
    });
}

#[test]
fn two_tabs_of_one_browser_renew_one_login_and_both_stay_in() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        // Each page that opens renews; here several do at once, in one browser with one cookie, and again a minute later.
        for _ in 0..3 {
            let renew = "fetch('/api/auth/refresh?cookie=learn', { method: 'POST', \
                headers: { 'Content-Type': 'application/json' }, body: '{}' })";
            let all =
                format!("Promise.all([{renew}, {renew}, {renew}]).then((all) => all.map((a) => a.status).join())");
            let statuses: String = phone.awaits(&all, vec![]).await;
            assert_eq!(statuses, "200,200,200");
            school.later(60);
        }
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.is_at(STEPS[0].0).await;
        assert_eq!(class.people().await.len(), 1);
    });
}
