//! What is on the wall is read by everyone, and so names nobody.

use crate::axe::{Contrast, Findings};
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::run_story;

const NAMES: [&str; 2] = ["김순자", "이영자"];

/// A projector's.
fn wall() -> Device {
    Device { width: 1920, height: 1080, ..Device::desktop() }
}

async fn shows(wall: &Dashboard, what: &str, words: &str, findings: &Findings) {
    wall.reads(words).await;
    let all: String = wall.js("return document.documentElement.textContent", vec![]).await;
    assert!(NAMES.iter().all(|name| !all.contains(name)), "a name is on the wall: {what}");
    findings.note(what, wall.faults(Contrast::Aa).await);
    wall.keeps_screenshot(&format!("projector-{what}")).await;
}

/// As it is shown everywhere.
fn spaced(code: &str) -> String {
    format!("{} {}", &code[..3], &code[3..])
}

#[test]
fn the_wall_shows_the_way_in_and_then_the_step_and_never_a_name() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let ticket = gyosil::school::logins::make_ticket_for(&school.app, class.teacher.id).await.unwrap();
        let path = format!("/teach/session/{}/screen#t={ticket}", class.session.id);
        let wall = Dashboard::opens_at(&school.url(""), &path, &wall()).await;
        wall.is_at("screen").await;
        wall.shows("main img[src^='/qr/']", true).await;
        let findings = Findings::default();
        shows(&wall, "empty", &spaced(&class.session.code), &findings).await;
        let phone = Phone::joins(&school, &class.session, NAMES[0]).await;
        phone.sees("waiting").await;
        let other = school.guest(&class.session, NAMES[1]).await;
        wall.until_js("two are counted", "/2명/.test(document.querySelector('#main').innerText)", vec![]).await;
        shows(&wall, "waiting", &spaced(&class.session.code), &findings).await;
        class.begins().await;
        shows(&wall, "step", STEPS[0].0, &findings).await;
        phone.taps("done").await;
        other.finishes(class.lecture.steps[0]).await;
        wall.until_js("all are done", "document.querySelector('progress').value === 2", vec![]).await;
        shows(&wall, "done", STEPS[0].0, &findings).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        shows(&wall, "help", STEPS[1].0, &findings).await;
        class.presses("pause").await;
        let is = "document.querySelector('#main [data-status]').dataset.status === arguments[0]";
        wall.until_js("it rests", is, vec![serde_json::json!("PAUSED")]).await;
        shows(&wall, "paused", "", &findings).await;
        class.presses("end").await;
        wall.until_js("it is over", is, vec![serde_json::json!("REVIEW_MODE")]).await;
        shows(&wall, "ended", "", &findings).await;
        findings.are_none();
    });
}
