//! Kind details: praise that is seen, the end of a class, the request to count as present, and the class by its phones.

use serde_json::{Value, json};

use crate::axe::{Contrast, Findings};
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

#[test]
fn praise_is_seen_on_the_phones_of_those_who_are_meant() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let phones = [
            Phone::joins(&school, &class.session, "김순자").await,
            Phone::joins(&school, &class.session, "이영희").await,
        ];
        for phone in &phones {
            phone.is_at(STEPS[0].0).await;
        }
        let findings = Findings::default();
        desk.opens_person(class.id_of("김순자").await).await;
        desk.presses_button("praise-one").await;
        phones[0].shows(".praise[data-to=ME]", true).await;
        phones[0].reads("박강사 님이 칭찬하셨어요").await;
        phones[0].keeps_screenshot("praise-one").await;
        desk.keeps_screenshot("praise-person").await;
        assert!(!phones[1].has(".praise").await, "the others do not hear of it");
        findings.note("the dialog", desk.faults(Contrast::Aa).await);
        desk.presses_button("close").await;
        for theme in THEMES {
            phones[1].looks("theme", json!(theme)).await;
            desk.presses_button("praise").await;
            phones[1].shows(".praise[data-to=ALL]", true).await;
            findings.note(&format!("praise, {theme}"), phones[1].faults(Contrast::Aaa).await);
            phones[1].keeps_screenshot(&format!("praise-all-{theme}")).await;
        }
        // It is in nobody's way: the button below it takes the press.
        phones[1].taps("done").await;
        phones[1].shows("[data-act=done]", false).await;
        phones[1].until_js("it goes by itself", "!document.querySelector('.praise')", vec![]).await;
        desk.keeps_screenshot("praise-board").await;
        findings.are_none();
    });
}

/// A class that counts as late after five minutes and began ten minutes ago. Its teacher has planned the next one.
async fn runs_for_long(school: &School) -> Class {
    let class = Class::runs(school).await;
    let late = json!({ "late_after_min": 5 });
    class.teacher.put(&format!("/api/v1/courses/{}", class.lecture.id), late).await.ok();
    let plan = json!({ "date": school.app.clock.date_of(school.app.now_ms() + 2 * 86_400_000), "time": "14:00" });
    class.teacher.put(&format!("/api/lectures/{}/next-class", class.lecture.id), plan).await.ok();
    school.later(600);
    class
}

#[test]
fn the_end_says_ones_name_and_what_one_did_and_one_asks_to_count_as_present() {
    run_story(|school| async move {
        let class = runs_for_long(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        class.presses("end").await;
        phone.sees("ended-not-present").await;
        for words in [
            "김순자 님, 함께해 주셔서 고맙습니다",
            "카카오톡 기초",
            "오늘 1단계를 해내셨어요",
            "다음 수업은 모레 오후 2시예요",
        ] {
            phone.reads(words).await;
        }
        let findings = Findings::default();
        looks_at(&phone, &findings, "ending").await;
        phone.taps("ask-presence").await;
        phone.sees("ask-presence").await;
        looks_at(&phone, &findings, "ask-presence").await;
        phone.taps("own-reason").await;
        phone.sees("write-reason").await;
        looks_at(&phone, &findings, "write-reason").await;
        phone.taps("back").await;
        phone.sees("ask-presence").await;
        phone.taps("reason-0").await;
        phone.sees("presence-sent").await;
        looks_at(&phone, &findings, "presence-sent").await;
        phone.taps("back").await;
        phone.reads("선생님이 보고 있어요").await;
        phone.sees("ended").await;
        let waiting = class.teacher.get("/api/v1/attendance/requests").await.ok()["requests"].clone();
        assert_eq!(waiting[0]["request_reason"], "휴대폰이 안 됐어요", "{waiting}");
        phone.taps("record").await;
        phone.sees("me").await;
        phone.clicks("main details summary").await;
        phone.reads("선생님이 보고 있어요").await;
        looks_at(&phone, &findings, "presence-record").await;
        findings.are_none();
    });
}

/// All that is said of a screen, in every theme, and at the largest letters on a narrow phone.
async fn looks_at(phone: &Phone, findings: &Findings, what: &str) {
    for theme in THEMES {
        phone.looks("theme", json!(theme)).await;
        findings.note(&format!("{what}, {theme}"), phone.faults(Contrast::Aaa).await);
    }
    phone.looks("theme", json!("auto")).await;
    findings.note(what, phone.hard_to_read_or_press().await);
    phone.keeps_screenshot(&format!("kind-{what}")).await;
    phone.looks("size", json!(200)).await;
    findings.note(&format!("{what}, 200 %"), phone.hard_to_read_or_press().await);
    phone.keeps_screenshot(&format!("kind-{what}-200")).await;
    phone.looks("size", json!(100)).await;
}

#[test]
fn a_request_is_made_in_ones_own_words_from_the_record_too() {
    run_story(|school| async move {
        let class = runs_for_long(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.clicks("main details summary").await;
        phone.keeps_screenshot("kind-record-ask").await;
        phone.taps("ask-presence").await;
        phone.sees("ask-presence").await;
        phone.taps("own-reason").await;
        phone.types("main input", "버스가 늦었어요").await;
        phone.taps("enter").await;
        phone.sees("presence-sent").await;
        phone.taps("back").await;
        phone.sees("me").await;
        let waiting = class.teacher.get("/api/v1/attendance/requests").await.ok()["requests"].clone();
        assert_eq!(waiting[0]["request_reason"], "버스가 늦었어요", "{waiting}");
    });
}

#[test]
fn the_board_shows_the_class_by_its_phones_and_who_is_stuck_with_which() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let told = crate::harness::until("the phone has told its kind", async || {
            class.person("김순자").await["phone"].as_str().map(str::to_owned)
        })
        .await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.presses_button("by-phone").await;
        desk.shows(&format!("[data-phone='{told}']"), true).await;
        phone.taps("help").await;
        desk.shows("[data-phone-person]", true).await;
        desk.reads("도움이 필요한 사람 1명").await;
        desk.keeps_screenshot("phones-board").await;
        let findings = Findings::default();
        for theme in THEMES {
            desk.looks("theme", json!(theme)).await;
            findings.note(&format!("by phone, {theme}"), desk.faults(Contrast::Aa).await);
        }
        desk.clicks("[data-phone-person]").await;
        desk.shows("dialog[open]", true).await;
        findings.are_none();
    });
}

const HANGUL: &str = "const seen = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const { parentElement: near, data } = walk.currentNode;
        const isShown = near.checkVisibility?.() ?? true;
        if (/[\\uac00-\\ud7a3]/.test(data) && isShown && !near.closest('[lang=ko], script, style, noscript, option') && !arguments[0].some((known) => data.includes(known))) seen.push(data.trim());
    }
    return seen";

/// Texts of people and of the lecture, which stay as they were written.
const WRITTEN: &[&str] = &["김순자", "박강사", "카카오톡", "메시지 보내기", "오전반", "한국어"];

#[test]
fn english_and_japanese_pages_have_no_korean_rest() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let steps = STEPS.iter().flat_map(|(title, guide)| [Some(*title), *guide]).flatten();
        let written: Vec<Value> = WRITTEN.iter().copied().chain(steps).map(|text| json!(text)).collect();
        let made = class.teacher.get(&format!("/api/lectures/{}", class.lecture.id)).await.ok();
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let (lecture, session) = (class.lecture.id, class.session.id);
        let mut rests = Vec::new();
        for language in ["en", "ja"] {
            for (of, path) in [
                ("phone", class.session.scanned()),
                ("phone", "/me".into()),
                ("phone", "/".into()),
                ("phone", format!("/l/{}", made["poster_code"].as_str().unwrap())),
                ("desk", "/teach".into()),
                ("desk", format!("/teach/lecture/{lecture}")),
                ("desk", format!("/teach/lecture/{lecture}/poster")),
                ("desk", format!("/teach/lecture/{lecture}/attendance")),
                ("desk", format!("/teach/lecture/{lecture}/statistics")),
                ("desk", "/teach/requests".into()),
                ("desk", format!("/teach/session/{session}")),
                ("desk", format!("/teach/session/{session}/screen")),
            ] {
                let page = if of == "phone" { &*phone } else { &*desk };
                page.looks("language", json!(language)).await;
                page.goes_to(&school.url(&path)).await;
                page.until_js("it is shown", "document.querySelector('main h1, main h2, .wall h1')", vec![]).await;
                page.settles().await;
                let seen: Vec<String> = page.js(HANGUL, vec![json!(written)]).await;
                rests.extend(seen.into_iter().map(|text| format!("{language} {path}: {text}")));
            }
        }
        assert!(rests.is_empty(), "Korean in other languages:\n{}", rests.join("\n"));
    });
}
