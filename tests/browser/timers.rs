//! The timer of a class, on phones, the board and the wall; and the notes that the instructor alone sees.

use serde_json::json;

use crate::axe::{Contrast, Findings};
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const NOTE: &str = "안경을 찾으시도록 잠시 기다리기";

#[test]
fn a_timer_is_started_on_the_board_and_runs_calmly_on_the_phones_and_the_wall() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let wall =
            Dashboard::opens(&school, &class.teacher, &format!("/teach/session/{}/screen", class.session.id)).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.shows(".timer", false).await;
        desk.presses_button("timer-3").await;
        for screen in [&*phone, &*wall] {
            screen.shows(".timer", true).await;
            screen.reads("남았어요").await;
        }
        phone
            .until_js(
                "screen readers hear of it",
                "/3분 동안/.test(document.querySelector('#announce').textContent)",
                vec![],
            )
            .await;
        let findings = Findings::default();
        for theme in THEMES {
            for (what, screen) in [("phone", &*phone), ("board", &*desk), ("wall", &*wall)] {
                screen.looks("theme", json!(theme)).await;
                findings.note(&format!("{what}, {theme}"), screen.faults(Contrast::Aa).await);
                screen.keeps_screenshot(&format!("timer-{what}-{theme}")).await;
            }
        }
        findings.note("phone", phone.hard_to_read_or_press().await);
        // A learner who comes later, with a clock a day ahead, sees the same.
        let late = Phone::opens(&school, "/").await;
        late.at_each_page("const now = Date.now; Date.now = () => now() + 86_400_000").await;
        late.visits(&class.session.scanned()).await;
        late.types_name("이영희").await;
        late.taps("enter").await;
        late.is_at(STEPS[0].0).await;
        late.until_js("it counts right", "/^(3분|2분)/.test(document.querySelector('.timer').textContent)", vec![])
            .await;
        desk.presses_button("timer-more").await;
        desk.until_js(
            "a minute more",
            "/[34]:\\d\\d/.test(document.querySelector('.timing .clock').textContent)",
            vec![],
        )
        .await;
        desk.presses_button("timer-end").await;
        phone.shows(".timer", false).await;
        wall.shows(".timer", false).await;
        findings.are_none();
    });
}

#[test]
fn a_timer_that_is_over_hurries_nobody_and_goes_with_its_step() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let wall =
            Dashboard::opens(&school, &class.teacher, &format!("/teach/session/{}/screen", class.session.id)).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let path = format!("/api/sessions/{}/timer", class.session.id);
        class.teacher.post(&path, json!({ "seconds": 2 })).await.ok();
        for screen in [&*phone, &*wall] {
            screen.reads("천천히 마무리하세요").await;
        }
        phone
            .until_js(
                "screen readers hear of it",
                "/천천히/.test(document.querySelector('#announce').textContent)",
                vec![],
            )
            .await;
        phone.keeps_screenshot("timer-phone-over").await;
        wall.keeps_screenshot("timer-wall-over").await;
        let findings = Findings::default();
        phone.looks("size", json!(200)).await;
        phone.emulates(360, 640).await;
        phone.keeps_screenshot("timer-phone-200").await;
        findings.note("200 % at 360 px", phone.hard_to_read_or_press().await);
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.shows(".timer", false).await;
        wall.shows(".timer", false).await;
        findings.are_none();
    });
}

#[test]
fn a_timer_of_ones_own_length_is_chosen_by_the_keyboard_alone() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.presses_button("timer-own").await;
        let focused = "document.activeElement.id === 'timer-minutes'";
        desk.until_js("the field has the focus", focused, vec![]).await;
        desk.presses("7").await;
        desk.keeps_screenshot("timer-board-own").await;
        let set = "document.activeElement.value = 7; document.activeElement.form.requestSubmit()";
        let _: Option<bool> = desk.js(set, vec![]).await;
        desk.until_js(
            "seven minutes",
            "/^남은 시간 [67]:/.test(document.querySelector('.timing .clock').textContent)",
            vec![],
        )
        .await;
        let findings = Findings::default();
        findings.note("the board", desk.faults(Contrast::Aa).await);
        findings.are_none();
    });
}

#[test]
fn notes_are_written_in_the_editor_and_read_on_the_board_and_nowhere_else() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let editor = Dashboard::opens(&school, &class.teacher, &format!("/teach/lecture/{}", class.lecture.id)).await;
        let step = format!("[data-step='{}']", class.lecture.steps[0]);
        editor.clicks(&format!("{step} .said")).await;
        editor.types("#f-notes", NOTE).await;
        editor.keeps_screenshot("notes-editor").await;
        let findings = Findings::default();
        findings.note("the editor", editor.faults(Contrast::Aa).await);
        editor.presses_button("save").await;
        editor.shows("#f-notes", false).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.reads(NOTE).await;
        desk.keeps_screenshot("notes-board").await;
        findings.note("the board", desk.faults(Contrast::Aa).await);
        let wall =
            Dashboard::opens(&school, &class.teacher, &format!("/teach/session/{}/screen", class.session.id)).await;
        wall.reads(STEPS[0].0).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        for screen in [&*phone, &*wall] {
            let page: String = screen.js("return document.documentElement.outerHTML", vec![]).await;
            assert!(!page.contains(NOTE));
        }
        class.goes_to(1).await;
        desk.shows(".own-note", false).await;
        findings.are_none();
    });
}
