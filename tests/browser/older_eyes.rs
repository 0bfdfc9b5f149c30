//! Older eyes: wide letters, a phone on its side, a focus that can be followed, help in its place, and no meaning in colours alone.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::axe::Findings;
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::browser::{Browser, Device};
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const EYES: &str = include_str!("eyes.js");
const USUAL: (u32, u32) = (360, 740);
const NARROW: (u32, u32) = (320, 640);
const ON_ITS_SIDE: (u32, u32) = (740, 360);
/// No screen of the phone has so many stops.
const STOPS_AT_MOST: usize = 40;
/// Half a finger.
const MOVES_AT_MOST_PX: i64 = 12;
/// Two marks are apart if so many of a hundred points differ by so many of 255 levels.
const DIFFERING_PERCENT: usize = 5;
const DIFFERING_LEVELS: u8 = 48;

/// Place of something, from the edges of the screen.
type Places = BTreeMap<String, (i64, i64)>;

impl Browser {
    async fn eyes<T: serde::de::DeserializeOwned>(&self, call: &str, args: Vec<Value>) -> T {
        self.js(&format!("{EYES}\nreturn gyosilEyes.{call}"), args).await
    }

    async fn tab(&self) {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
            self.cdp("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Returns the faults of the focus on its way through the page, by the keyboard.
    async fn lost_focus(&self) -> Vec<String> {
        self.settles().await;
        let (mut faults, mut first) = (Vec::new(), None);
        for _ in 0..STOPS_AT_MOST {
            self.tab().await;
            let Some((name, found)) =
                self.eyes::<Option<(String, Vec<String>)>>("focus(arguments[0])", vec![json!(THEMES)]).await
            else {
                continue;
            };
            if first.as_ref() == Some(&name) {
                return faults;
            }
            first.get_or_insert(name);
            faults.extend(found);
        }
        panic!("the keyboard does not come back to {first:?}");
    }

    /// Returns all that is cut off, too near, or outside of its place when letters, words and lines are set wide.
    async fn cut_off_when_wide(&self) -> Vec<String> {
        let _: Option<bool> = self.eyes("spaces(true)", vec![]).await;
        let mut faults = self.hard_to_read_or_press().await;
        faults.extend(self.eyes::<Vec<String>>("spilt()", vec![]).await);
        self.keeps_screenshot("eyes-wide").await;
        let _: Option<bool> = self.eyes("spaces(false)", vec![]).await;
        faults
    }

    async fn sees_forced_colours(&self, is: bool) {
        let value = if is { "active" } else { "none" };
        let media = json!({ "features": [{ "name": "forced-colors", "value": value }] });
        self.cdp("Emulation.setEmulatedMedia", media).await;
    }

    async fn sees_no_colours(&self, is: bool) {
        let kind = if is { "achromatopsia" } else { "none" };
        self.cdp("Emulation.setEmulatedVisionDeficiency", json!({ "type": kind })).await;
    }

    async fn sheet(&self) -> Sheet {
        self.settles().await;
        let picture = self.cdp("Page.captureScreenshot", json!({ "format": "png" })).await;
        let png = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        let step = frame.color_type.samples();
        let grey = |point: &[u8]| {
            ((u32::from(point[0]) * 54 + u32::from(point[1]) * 183 + u32::from(point[2]) * 19) >> 8) as u8
        };
        Sheet { width: frame.width as usize, levels: bytes.chunks(step).map(grey).collect() }
    }

    /// The part of a screenshot in which the first such element is.
    async fn mark(&self, sheet: &Sheet, css: &str) -> Mark {
        let boxes: Vec<[f64; 4]> = self.eyes("boxes(arguments[0])", vec![json!(css)]).await;
        let [x, y, width, height] =
            boxes.first().unwrap_or_else(|| panic!("no {css}")).map(|part| part.round() as usize);
        assert!(width >= 8 && height >= 8, "{css} is {width} × {height} px");
        let rows = (y..y + height).map(|row| sheet.levels[row * sheet.width + x..][..width].to_vec());
        Mark { rows: rows.collect() }
    }
}

/// A screenshot in grey.
struct Sheet {
    width: usize,
    levels: Vec<u8>,
}

struct Mark {
    rows: Vec<Vec<u8>>,
}

impl Mark {
    /// Without their colours, and where both have a point.
    fn is_apart_from(&self, other: &Mark) -> bool {
        let rows = self.rows.iter().zip(&other.rows);
        let points: Vec<u8> = rows.flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b))).collect();
        let differing = points.iter().filter(|levels| **levels >= DIFFERING_LEVELS).count();
        differing * 100 >= points.len() * DIFFERING_PERCENT
    }
}

struct Walk {
    phone: Phone,
    class: Class,
    findings: Findings,
    places: Vec<(&'static str, Places)>,
}

impl Walk {
    async fn looks_at(&mut self, what: &'static str) {
        let Walk { phone, findings, .. } = self;
        let is_page = !phone.has("dialog[open]").await;
        findings.note(what, phone.lost_focus().await);
        findings.note(&format!("{what}, set wide"), phone.cut_off_when_wide().await);
        if is_page {
            let _: Option<bool> = phone.js("scrollTo(0, 0)", vec![]).await;
            self.places.push((what, phone.eyes("places()", vec![]).await));
        }
        phone.emulates(ON_ITS_SIDE.0, ON_ITS_SIDE.1).await;
        for size in [100, 200] {
            phone.looks("size", json!(size)).await;
            let place = format!("{what}, on its side, {size} %");
            findings.note(&place, phone.hard_to_read_or_press().await);
            findings.note(&place, phone.lost_focus().await);
            if phone.screen().await == "step" && is_page {
                let _: Option<bool> = phone.js("scrollTo(0, 0)", vec![]).await;
                findings.note(&place, phone.eyes("hidden(arguments[0])", vec![json!(size > 100)]).await);
            }
            phone.keeps_screenshot(&format!("eyes-side-{what}-{size}")).await;
        }
        phone.emulates(NARROW.0, NARROW.1).await;
        findings.note(&format!("{what}, 200 %"), phone.lost_focus().await);
        findings.note(&format!("{what}, 200 %, set wide"), phone.cut_off_when_wide().await);
        phone.looks("size", json!(100)).await;
        phone.emulates(USUAL.0, USUAL.1).await;
    }

    /// Every way to more help, and the settings, are where they were on the screen before.
    fn are_in_one_place(&self) {
        let mut first: BTreeMap<&str, (&str, (i64, i64))> = BTreeMap::new();
        for (screen, places) in &self.places {
            for (what, place) in places {
                let (before, was) = *first.entry(what).or_insert((screen, *place));
                let moved = (place.0 - was.0).abs().max((place.1 - was.1).abs());
                self.findings.note(
                    "its place",
                    (moved > MOVES_AT_MOST_PX)
                        .then(|| format!("{what} is at {place:?} on {screen}, and at {was:?} on {before}"))
                        .into_iter()
                        .collect(),
                );
            }
        }
        assert!(first.contains_key("help") && first.contains_key("settings"), "{first:?}");
    }
}

#[test]
fn wide_letters_a_phone_on_its_side_and_the_keyboard_find_everything_in_its_place() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::opens(&school, &class.session.scanned()).await;
        let mut walk = Walk { phone, class, findings: Findings::default(), places: Vec::new() };
        walk.phone.types_name("김순자").await;
        walk.looks_at("name").await;
        walk.phone
            .until_js("the name is still there", "document.querySelector('main input').value === '김순자'", vec![])
            .await;
        walk.phone.taps("enter").await;
        walk.phone.sees("waiting").await;
        walk.looks_at("waiting").await;
        walk.phone.taps("settings").await;
        walk.looks_at("settings").await;
        walk.phone.taps("close").await;
        walk.class.begins().await;
        walk.phone.is_at(STEPS[0].0).await;
        walk.looks_at("step").await;
        walk.phone.taps("done").await;
        walk.phone.shows("[data-act=done]", false).await;
        walk.looks_at("done").await;
        walk.class.goes_to(2).await;
        walk.phone.taps("help").await;
        walk.phone.shows(".hint", true).await;
        walk.class.sends("천천히 하셔도 괜찮아요.").await;
        walk.phone.reads("천천히 하셔도 괜찮아요.").await;
        walk.looks_at("call").await;
        walk.class.answers("김순자", "왼쪽 아래를 한 번 더 봐 주세요.").await;
        walk.phone.sees("answer").await;
        walk.looks_at("answer").await;
        walk.phone.taps("not-yet").await;
        walk.class.presses("pause").await;
        walk.phone.sees("paused").await;
        walk.looks_at("paused").await;
        walk.class.presses("end").await;
        walk.phone.sees("ended").await;
        walk.looks_at("ended").await;
        walk.phone.taps("again").await;
        walk.phone.sees("review").await;
        walk.looks_at("review").await;
        walk.are_in_one_place();
        walk.findings.are_none();
    });
}

/// Looks at the same marks in grey, in both usual themes, and in the colours of a system that forces its own.
async fn alike_without_colours(page: &Browser, marks: &[(&str, Vec<String>)]) -> Vec<String> {
    let mut faults = Vec::new();
    for way in ["grey, light", "grey, dark", "forced colours"] {
        page.looks("theme", json!(if way == "grey, dark" { "dark" } else { "light" })).await;
        page.sees_no_colours(way != "forced colours").await;
        page.sees_forced_colours(way == "forced colours").await;
        let sheet = page.sheet().await;
        for (what, selectors) in marks {
            let mut seen: Vec<(&str, Mark)> = Vec::new();
            for css in selectors {
                let mark = page.mark(&sheet, css).await;
                let same = seen.iter().filter(|(_, other)| !mark.is_apart_from(other));
                faults.extend(same.map(|(other, _)| format!("{what}: {css} looks like {other}, {way}")));
                seen.push((css, mark));
            }
        }
        page.keeps_screenshot(&format!("eyes-board-{}", way.replace(", ", "-").replace(' ', "-"))).await;
    }
    page.sees_no_colours(false).await;
    page.sees_forced_colours(false).await;
    page.looks("theme", json!("auto")).await;
    faults
}

#[test]
fn done_stuck_and_help_are_apart_on_the_board_without_their_colours() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        class.goes_to(1).await;
        let step = class.lecture.steps[1];
        let mut sockets = Vec::new();
        let mut people = Vec::new();
        for name in ["김순자", "이영자", "박정숙", "최영수"] {
            let person = school.guest(&class.session, name).await;
            sockets.push(person.follows(&class.session).await);
            people.push(person);
        }
        let board = Dashboard::watches(&school, &class.teacher, &class.session).await;
        people[0].finishes(step).await;
        let stuck = json!({ "subtask_id": step, "request_type": "AUTO" });
        people[1].post("/api/help/request", stuck).await.is(201);
        people[2].asks_for_help(step).await;
        let states = ["done", "stuck", "help", "working"];
        for (person, state) in people.iter().zip(states) {
            board.sees(person.id, state).await;
        }
        let of_each = |css: &str| states.map(|state| css.replace("STATE", state)).to_vec();
        for state in states {
            board.shows(&format!(".groups [data-group={state}] h3"), true).await;
        }
        board.emulates(1280, 1500).await;
        let marks = [
            ("the sign of a learner", of_each(".person[data-state=STATE] .sign")),
            ("a piece of the bar", of_each(".now .bar .piece[data-state=STATE]")),
            ("a colour that is explained", of_each(".legend [data-state=STATE] .dot")),
        ];
        let mut faults = alike_without_colours(&board, &marks).await;
        faults.extend(board.wordless().await);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

#[test]
fn done_help_and_what_is_chosen_are_apart_on_the_phone_without_colours() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        let icons = |acts: &[&str]| acts.iter().map(|act| format!("[data-act={act}] .icon")).collect();
        let mut faults = alike_without_colours(&phone, &[("a button", icons(&["done", "help"]))]).await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        phone.taps("settings").await;
        let tile = |css: &str| format!("dialog {css} > span");
        // A size that is chosen, and one beside it.
        let sizes = vec![tile("[data-act='size-100']"), tile("[data-act='size-115']")];
        let others = vec![tile("[data-act='sound-false']"), tile("[data-act='sound-true']")];
        faults.extend(alike_without_colours(&phone, &[("a size", sizes), ("the sound", others)]).await);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

#[test]
fn the_wall_shows_how_many_are_done_without_its_colours() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let done = school.guest(&class.session, "김순자").await;
        let _there = done.follows(&class.session).await;
        let path =
            Dashboard::link(&school, &class.teacher, &format!("/teach/session/{}/screen", class.session.id)).await;
        let wall = Dashboard::opens_at(&school.url(""), &path, &Device::desktop()).await;
        wall.is_at("screen").await;
        wall.until_js("one is counted", "document.querySelector('progress')?.max === 1", vec![]).await;
        for forced in [false, true] {
            wall.sees_no_colours(!forced).await;
            wall.sees_forced_colours(forced).await;
            wall.sheet().await;
        }
        let before = wall.sheet().await;
        let empty = wall.mark(&before, "progress").await;
        done.finishes(class.lecture.steps[0]).await;
        wall.until_js("it is full", "document.querySelector('progress').value === 1", vec![]).await;
        let after = wall.sheet().await;
        assert!(wall.mark(&after, "progress").await.is_apart_from(&empty), "a full bar looks like an empty one");
        wall.sees_forced_colours(false).await;
    });
}
