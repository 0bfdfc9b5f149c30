//! A learner sends a picture of the screen with a call for help, the instructor marks it, and it comes back.

use std::path::PathBuf;

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::axe::{Contrast, Findings};
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::{Browser, Device};
use crate::harness::picture::png_of;
use crate::harness::proxy::Proxy;
use crate::large::hidden_parts;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const HAS_ARRIVED: &str = "사진을 보냈어요";

/// Notes which files the page holds in memory.
const COUNTS_PICTURES: &str = "{ window.gyosilHeld = new Set();
    const [make, revoke] = [URL.createObjectURL, URL.revokeObjectURL].map((one) => one.bind(URL));
    URL.createObjectURL = (file) => { const address = make(file); gyosilHeld.add(address); return address; };
    URL.revokeObjectURL = (address) => { gyosilHeld.delete(address); revoke(address); }; }";

/// A screenshot of a screen with a yellow picture low on the left, in a file of its own.
fn screenshot(folder: &tempfile::TempDir, (wide, high): (usize, usize)) -> PathBuf {
    let mut pixels = Vec::with_capacity(wide * high * 3);
    for (y, x) in (0..high).flat_map(|y| (0..wide).map(move |x| (y, x))) {
        let is_icon =
            (x * 4 / wide) == 1 && (y * 8 / high) == 6 && (x * 40 / wide) % 10 > 1 && (y * 80 / high) % 10 > 2;
        pixels.extend(if is_icon { [250, 204, 21] } else { [226, 232, 240] });
    }
    let file = folder.path().join("screen.png");
    std::fs::write(&file, png_of(wide as u32, high as u32, &pixels)).unwrap();
    file
}

/// As the dialog for pictures of the phone would.
async fn chooses(phone: &Browser, file: &std::path::Path) {
    let field = phone.driver().find(By::Css(".screen-picture input[type=file]")).await.unwrap();
    field.send_keys(file.to_str().unwrap()).await.unwrap();
}

async fn sees_picture(browser: &Browser, css: &str) {
    let is = "(() => { const image = document.querySelector(arguments[0]);
        return image?.checkVisibility() && image.complete && image.naturalWidth > 0 && image.src.startsWith('blob:'); })()";
    browser.until_js(&format!("a picture at {css}"), is, vec![json!(css)]).await;
}

/// A class at a step that has no guide, and a phone there that has called.
async fn phone_that_called(school: &School, base: &str) -> (Class, Phone) {
    let class = Class::runs(school).await;
    class.goes_to(1).await;
    let phone = Phone::joins_at(base, &class.session, "김순자", &Device::phone()).await;
    phone.is_at(STEPS[1].0).await;
    phone.link_is(&["open"]).await;
    phone.shows(".screen-picture", false).await;
    phone.taps("help").await;
    phone.shows("[data-act=send-picture]", true).await;
    (class, phone)
}

impl Class {
    async fn call(&self, name: &str) -> Value {
        let call = self.person(name).await["open_help_request_id"].as_i64().unwrap();
        self.teacher.get(&format!("/api/help/request/{call}")).await.ok()
    }
}

#[test]
fn a_learner_sends_the_screen_the_teacher_marks_it_and_the_learner_sees_where_to_tap() {
    run_story(|school| async move {
        let folder = tempfile::tempdir().unwrap();
        let (class, phone) = phone_that_called(&school, &school.url("")).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.shows("[data-call]", true).await;
        desk.shows(".call-picture", false).await;
        phone.reads("저절로 지워져요").await;
        phone.keeps_screenshot("screen-picture-offered").await;
        // Larger than the server keeps: the phone makes it smaller.
        chooses(&phone, &screenshot(&folder, (1_080, 2_400))).await;
        phone.reads(HAS_ARRIVED).await;
        sees_picture(&phone, ".sent-small").await;
        phone.keeps_screenshot("screen-picture-sent").await;
        let sent = class.call("김순자").await["picture"].clone();
        assert_eq!((&sent["width"], &sent["height"]), (&json!(720), &json!(1_600)));

        sees_picture(&desk, ".call-picture img").await;
        desk.keeps_screenshot("screen-picture-queue").await;
        desk.presses_button("mark-picture").await;
        sees_picture(&desk, "dialog .picture-sheet img").await;
        desk.presses_button("send-marks").await;
        desk.reads("누를 곳을 먼저 표시해 주세요").await;
        let place: (i64, i64) = desk
            .js(
                "const { left, top, width, height } = document.querySelector('dialog .picture-sheet').getBoundingClientRect();
                return [Math.round(left + width * 0.375), Math.round(top + height * 0.8)]",
                vec![],
            )
            .await;
        desk.driver().action_chain().move_to(place.0, place.1).click().perform().await.unwrap();
        desk.shows("dialog .mark-ring", true).await;
        desk.types("dialog #label", "여기").await;
        desk.types("dialog #said-with-marks", "노란 그림을 한 번 누르세요.").await;
        desk.keeps_screenshot("screen-picture-marking").await;
        desk.presses_button("send-marks").await;
        desk.shows("dialog", false).await;
        desk.shows("[data-call]", false).await;

        phone.sees("answer").await;
        phone.reads("노란 그림을 한 번 누르세요").await;
        sees_picture(&phone, ".picture .picture-sheet img").await;
        phone.shows(".picture .mark-ring", true).await;
        phone.keeps_screenshot("screen-picture-answer").await;
        phone.taps("enlarge").await;
        sees_picture(&phone, "dialog .picture-sheet img").await;
        phone.keeps_screenshot("screen-picture-answer-large").await;
        phone.clicks("dialog .picture-sheet").await;
        phone.shows("dialog", false).await;
        // After a reload the answer is still there, with its picture; the page gives it up with the answer.
        phone.at_each_page(COUNTS_PICTURES).await;
        phone.reloads().await;
        phone.sees("answer").await;
        sees_picture(&phone, ".picture .picture-sheet img").await;
        assert_eq!(phone.js::<i64>("return gyosilHeld.size", vec![]).await, 1);
        phone.taps("helped").await;
        phone.is_at(STEPS[1].0).await;
        phone.until_js("the page holds no picture any more", "gyosilHeld.size === 0", vec![]).await;
    });
}

#[test]
fn a_picture_is_marked_by_the_keyboard_alone() {
    run_story(|school| async move {
        let folder = tempfile::tempdir().unwrap();
        let (class, phone) = phone_that_called(&school, &school.url("")).await;
        chooses(&phone, &screenshot(&folder, (180, 400))).await;
        phone.reads(HAS_ARRIVED).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        sees_picture(&desk, ".call-picture img").await;
        let focus = "document.querySelector(arguments[0]).focus(); return true";
        let _: bool = desk.js(focus, vec![json!("[data-act=mark-picture]")]).await;
        desk.presses(Key::Enter).await;
        sees_picture(&desk, "dialog .picture-sheet img").await;
        let _: bool = desk.js(focus, vec![json!("[data-act=draw-arrow]")]).await;
        desk.presses(Key::Enter).await;
        desk.shows("dialog .mark-line", true).await;
        desk.presses(Key::Down).await;
        let _: bool = desk.js(focus, vec![json!("[data-act=send-marks]")]).await;
        desk.presses(Key::Enter).await;
        phone.sees("answer").await;
        phone.shows(".picture .mark-line", true).await;
        phone.reads("보내신 사진에 표시해 드렸어요").await;
        phone.keeps_screenshot("screen-picture-answer-without-words").await;
    });
}

#[test]
fn a_picture_goes_by_itself_once_the_network_is_back_and_a_reloaded_page_knows_of_it() {
    run_story(|school| async move {
        let folder = tempfile::tempdir().unwrap();
        let proxy = Proxy::to(school.address).await;
        let (class, phone) = phone_that_called(&school, &proxy.url("")).await;
        proxy.cut();
        phone.link_is(&["waiting", "offline"]).await;
        chooses(&phone, &screenshot(&folder, (180, 400))).await;
        phone.reads("사진을 아직 못 보냈어요").await;
        phone.shows("[data-act=send-again]", true).await;
        phone.keeps_screenshot("screen-picture-waits").await;
        proxy.mend().await;
        phone.reads(HAS_ARRIVED).await;
        let first = class.call("김순자").await["picture"]["url"].clone();
        phone.reloads().await;
        phone.is_at(STEPS[1].0).await;
        phone.reads(HAS_ARRIVED).await;
        sees_picture(&phone, ".sent-small").await;
        // Another one replaces it, and what is no picture says so.
        let text = folder.path().join("memo.txt");
        std::fs::write(&text, "no picture").unwrap();
        chooses(&phone, &text).await;
        phone.reads("이 사진은 보낼 수 없어요").await;
        phone.keeps_screenshot("screen-picture-refused").await;
        chooses(&phone, &screenshot(&folder, (180, 400))).await;
        phone.reads(HAS_ARRIVED).await;
        assert_ne!(class.call("김순자").await["picture"]["url"], first);
        // Taking the call back takes the picture back.
        phone.taps("cancel").await;
        phone.shows(".screen-picture", false).await;
    });
}

#[test]
fn the_screens_of_a_picture_are_clean_in_all_colours_and_with_the_largest_words() {
    run_story(|school| async move {
        let folder = tempfile::tempdir().unwrap();
        let (class, phone) = phone_that_called(&school, &school.url("")).await;
        let findings = Findings::default();
        looks_at(&phone, "offered", &findings).await;
        chooses(&phone, &screenshot(&folder, (180, 400))).await;
        phone.reads(HAS_ARRIVED).await;
        looks_at(&phone, "sent", &findings).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        sees_picture(&desk, ".call-picture img").await;
        desk.presses_button("mark-picture").await;
        sees_picture(&desk, "dialog .picture-sheet img").await;
        desk.presses_button("draw-ring").await;
        for theme in THEMES {
            desk.looks("theme", json!(theme)).await;
            findings.note(&format!("marking, {theme}"), desk.faults(Contrast::Aa).await);
            desk.keeps_screenshot(&format!("screen-picture-marking-{theme}")).await;
        }
        let call = class.person("김순자").await["open_help_request_id"].as_i64().unwrap();
        let marks =
            json!({ "marks": [{ "kind": "RING", "x": 0.375, "y": 0.8, "size": 0.12, "label": "여기를 눌러요" }] });
        class.teacher.post(&format!("/api/help/request/{call}/picture/marks"), marks).await.ok();
        phone.sees("answer").await;
        sees_picture(&phone, ".picture .picture-sheet img").await;
        looks_at(&phone, "answer", &findings).await;
        // The call is over: what showed its picture is closed.
        desk.shows("dialog", false).await;
        findings.are_none();
    });
}

async fn looks_at(phone: &Phone, what: &str, findings: &Findings) {
    for theme in THEMES {
        phone.looks("theme", json!(theme)).await;
        findings.note(&format!("{what}, {theme}"), phone.faults(Contrast::Aaa).await);
        phone.keeps_screenshot(&format!("screen-picture-{what}-{theme}")).await;
    }
    phone.looks("theme", json!("auto")).await;
    findings.note(what, phone.hard_to_read_or_press().await);
    phone.looks("size", json!(200)).await;
    phone.emulates(360, 640).await;
    findings.note(&format!("{what}, 200 %"), phone.hard_to_read_or_press().await);
    if what != "answer" {
        let hidden = hidden_parts(phone, 360).await;
        findings.note(&format!("{what}, 200 %"), hidden.iter().map(|part| format!("{part} is out of sight")).collect());
    }
    phone.keeps_screenshot(&format!("screen-picture-{what}-200")).await;
    phone.looks("size", json!(100)).await;
    let usual = Device::phone();
    phone.emulates(usual.width, usual.height).await;
}
