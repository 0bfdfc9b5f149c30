//! Slips of the hand that leads a class, and a presentation clicker in it.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::{Key, WindowHandle};
use tokio::time::Instant;

use crate::axe::Contrast::Aa;
use crate::axe::Findings;
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const UNDO_STAYS: Duration = Duration::from_secs(5);

/// Writes down which buttons are pressed.
const WATCHES_PRESSES: &str = "window.pressed = [];
    addEventListener('click', ({ target }) => pressed.push(target.closest('button')?.dataset.act ?? ''), { capture: true });";

impl Dashboard {
    async fn is_at_step(&self, step: usize) {
        let is = "document.querySelector('#now-title').textContent === arguments[0]";
        self.until_js(&format!("the board is at step {step}"), is, vec![json!(STEPS[step].0)]).await;
    }

    /// The middle of a button that is in sight.
    async fn middle_of(&self, act: &str) -> (f64, f64) {
        let script = "const node = document.querySelector(`[data-act=${arguments[0]}]`);
            node.scrollIntoView({ block: 'end' });
            const { left, top, width, height } = node.getBoundingClientRect();
            return [left + width / 2, top + height / 2]";
        self.js(script, vec![json!(act)]).await
    }

    async fn presses_at(&self, (x, y): (f64, f64)) {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.cdp("Input.dispatchMouseEvent", event).await;
        }
    }

    async fn focus(&self) -> String {
        self.js("return document.activeElement?.dataset.act ?? document.activeElement?.id ?? ''", vec![]).await
    }
}

async fn board(school: &School) -> (Class, Dashboard, Phone) {
    let class = Class::runs(school).await;
    let desk = Dashboard::watches(school, &class.teacher, &class.session).await;
    let phone = Phone::joins(school, &class.session, "김순자").await;
    phone.is_at(STEPS[0].0).await;
    desk.is_at_step(0).await;
    (class, desk, phone)
}

#[test]
fn next_can_be_taken_back_for_five_seconds_and_the_focus_stays_where_it_is() {
    run_story(|school| async move {
        let (_class, desk, phone) = board(&school).await;
        desk.shows("[data-act=undo]", false).await;
        desk.presses_button("next").await;
        desk.shows("[data-act=undo]", true).await;
        phone.is_at(STEPS[1].0).await;
        assert_eq!(desk.focus().await, "next");
        desk.reads("2단계로 넘어갔습니다").await;
        desk.until_js(
            "screen readers hear of it",
            "/Z 키/.test(document.querySelector('.steer [role=status].unseen').textContent)",
            vec![],
        )
        .await;
        desk.presses_button("undo").await;
        phone.is_at(STEPS[0].0).await;
        desk.shows("[data-act=undo]", false).await;
        assert_eq!(desk.focus().await, "next");
        // By keys alone: next, and back by the key that the button names.
        desk.presses(Key::Right).await;
        phone.is_at(STEPS[1].0).await;
        desk.shows("[data-act=undo]", true).await;
        assert_eq!(desk.focus().await, "next");
        desk.presses("z").await;
        phone.is_at(STEPS[0].0).await;
        // Nobody presses it: it goes by itself, and takes nothing with it.
        desk.presses_button("next").await;
        let came = Instant::now();
        desk.shows("[data-act=undo]", true).await;
        desk.shows("[data-act=undo]", false).await;
        assert!(came.elapsed() >= UNDO_STAYS, "it was there for {:?}", came.elapsed());
        assert_eq!(desk.focus().await, "next");
        phone.is_at(STEPS[1].0).await;
        desk.presses("z").await;
        desk.presses_button("pause").await;
        phone.sees("paused").await;
        assert_eq!(phone_step_after_resume(&desk, &phone).await, STEPS[1].0);
    });
}

async fn phone_step_after_resume(desk: &Dashboard, phone: &Phone) -> String {
    desk.presses_button("resume").await;
    phone.sees("step").await;
    phone.js("return document.querySelector('main h1').innerText.trim()", vec![]).await
}

#[test]
fn the_way_back_goes_away_when_another_device_moves_the_class() {
    run_story(|school| async move {
        let (class, desk, phone) = board(&school).await;
        desk.presses_button("next").await;
        desk.shows("[data-act=undo]", true).await;
        desk.is_at_step(1).await;
        class.goes_to(3).await;
        desk.is_at_step(3).await;
        assert!(!desk.has("[data-act=undo]").await, "it would lead to another step than it says");
        phone.is_at(STEPS[3].0).await;
        // One that has the focus gives it to «next», and does not drop it.
        class.goes_to(0).await;
        desk.is_at_step(0).await;
        desk.presses_button("next").await;
        desk.shows("[data-act=undo]", true).await;
        desk.is_at_step(1).await;
        let _: Option<bool> = desk.js("document.querySelector('[data-act=undo]').focus()", vec![]).await;
        class.goes_to(2).await;
        desk.is_at_step(2).await;
        assert_eq!(desk.focus().await, "next");
    });
}

#[test]
fn a_second_press_at_the_place_of_next_never_takes_it_back() {
    run_story(|school| async move {
        let (class, desk, _phone) = board(&school).await;
        let findings = Findings::default();
        let _: Option<bool> = desk.js(WATCHES_PRESSES, vec![]).await;
        for (width, height, size) in
            [(1280, 800, 100), (360, 740, 100), (1280, 480, 100), (360, 740, 200), (1280, 800, 200)]
        {
            let what = format!("{width}-{height}-{size}");
            desk.emulates(width, height).await;
            desk.looks("size", json!(size)).await;
            class.goes_to(0).await;
            desk.is_at_step(0).await;
            desk.settles().await;
            let _: Option<bool> = desk.js("window.pressed.length = 0", vec![]).await;
            let place = desk.middle_of("next").await;
            desk.presses_at(place).await;
            desk.shows("[data-act=undo]", true).await;
            desk.is_at_step(1).await;
            desk.keeps_screenshot(&format!("board-undo-{what}")).await;
            desk.presses_at(place).await;
            desk.is_at_step(2).await;
            let pressed: Vec<String> = desk.js("return pressed", vec![]).await;
            assert_eq!(pressed, ["next", "next"], "at {what}");
            findings.note(&what, desk.faults(Aa).await);
        }
        desk.emulates(1280, 800).await;
        desk.looks("size", json!(100)).await;
        for theme in THEMES {
            desk.looks("theme", json!(theme)).await;
            class.goes_to(0).await;
            desk.is_at_step(0).await;
            desk.presses_button("next").await;
            desk.shows("[data-act=undo]", true).await;
            findings.note(theme, desk.faint_colours(Aa).await);
            desk.keeps_screenshot(&format!("board-undo-{theme}")).await;
        }
        findings.are_none();
    });
}

#[test]
fn a_clicker_leads_the_class_but_not_while_someone_types_or_is_asked() {
    run_story(|school| async move {
        let (_class, desk, phone) = board(&school).await;
        desk.presses(Key::PageDown).await;
        phone.is_at(STEPS[1].0).await;
        desk.presses(Key::PageDown).await;
        phone.is_at(STEPS[2].0).await;
        desk.presses(Key::PageUp).await;
        phone.is_at(STEPS[1].0).await;
        desk.is_at_step(1).await;
        // In a field, and in a question.
        desk.types("#message", "천천히").await;
        desk.presses(Key::PageDown).await;
        desk.presses_button("end").await;
        desk.shows("dialog[open]", true).await;
        desk.presses(Key::PageDown).await;
        desk.presses(Key::Escape).await;
        desk.shows("dialog[open]", false).await;
        // The keys of a slide show that have no meaning here.
        desk.presses(Key::Escape).await;
        desk.is_at_step(1).await;
        // The press meanwhile was no step: the next is the third.
        desk.presses(Key::PageDown).await;
        phone.is_at(STEPS[2].0).await;
        // With the keys turned off it does nothing, and the keys scroll as they do elsewhere.
        desk.presses_button("keys").await;
        desk.presses(Key::PageDown).await;
        desk.presses_button("back").await;
        phone.is_at(STEPS[1].0).await;
    });
}

#[test]
fn the_black_screen_of_a_clicker_covers_the_wall_until_the_class_goes_on() {
    run_story(|school| async move {
        let (_class, desk, phone) = board(&school).await;
        desk.shows("[data-act=dark]", false).await;
        let tabs = Tabs::opens_wall(&desk).await;
        let findings = Findings::default();
        desk.is_at("screen").await;
        desk.reads(STEPS[0].0).await;
        tabs.board(&desk).await;
        desk.shows("[data-act=dark]", true).await;
        desk.keeps_screenshot("board-dark-switch").await;
        findings.note("the board", desk.faults(Aa).await);
        for key in ["b", "."] {
            desk.presses(key).await;
            desk.shows("[data-act=dark][aria-checked=true]", true).await;
            tabs.wall(&desk).await;
            desk.until_js("the wall shows nothing", IS_DARK, vec![]).await;
            desk.keeps_screenshot("wall-dark").await;
            findings.note("the dark wall", desk.faults(Aa).await);
            desk.presses(key).await;
            desk.until_js("the wall is lit", &format!("!({IS_DARK})"), vec![]).await;
            tabs.board(&desk).await;
            desk.shows("[data-act=dark][aria-checked=false]", true).await;
        }
        desk.presses_button("dark").await;
        desk.shows("[data-act=dark][aria-checked=true]", true).await;
        desk.presses(Key::PageDown).await;
        phone.is_at(STEPS[1].0).await;
        desk.shows("[data-act=dark][aria-checked=false]", true).await;
        tabs.wall(&desk).await;
        desk.until_js("the wall is lit", &format!("!({IS_DARK})"), vec![]).await;
        desk.reads(STEPS[1].0).await;
        desk.driver().close_window().await.unwrap();
        tabs.board(&desk).await;
        desk.shows("[data-act=dark]", false).await;
        findings.are_none();
    });
}

/// Neither the step nor a picture is to be seen, and what is there is black.
const IS_DARK: &str = "(() => { const wall = document.querySelector('.wall');
    return !document.querySelector('.wall h1').checkVisibility({ visibilityProperty: true })
        && getComputedStyle(wall).backgroundColor === 'rgb(0, 0, 0)'; })()";

/// The board and the wall of one browser.
struct Tabs {
    board: WindowHandle,
    wall: WindowHandle,
}

impl Tabs {
    async fn opens_wall(desk: &Dashboard) -> Tabs {
        let board = desk.driver().window().await.unwrap();
        let session: Value = desk.js("return location.pathname", vec![]).await;
        let wall = desk.driver().new_tab().await.unwrap();
        let tabs = Tabs { board, wall };
        tabs.wall(desk).await;
        desk.visits(&format!("{}/screen", session.as_str().unwrap())).await;
        tabs
    }

    async fn board(&self, desk: &Dashboard) {
        desk.driver().switch_to_window(self.board.clone()).await.unwrap();
    }

    async fn wall(&self, desk: &Dashboard) {
        desk.driver().switch_to_window(self.wall.clone()).await.unwrap();
    }
}
