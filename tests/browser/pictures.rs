//! Pictures of steps that show where to tap: on the phone, on the wall, and under the instructor's finger.

use serde_json::{Value, json};
use thirtyfour::Key;

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

const GREEN: [u8; 3] = [34, 197, 94];
const BLUE: [u8; 3] = [59, 130, 246];
const RED: [u8; 3] = [239, 68, 68];

/// A screenshot of a home screen, with eight small pictures of which the last row is of this colour.
fn home_screen(dark: bool, colour: [u8; 3]) -> Vec<u8> {
    const WIDE: usize = 360;
    let mut pixels = Vec::with_capacity(WIDE * 800 * 3);
    for (y, x) in (0..800_usize).flat_map(|y| (0..WIDE).map(move |x| (y, x))) {
        let is_icon = (x % 90).abs_diff(45) < 26 && (y % 120).abs_diff(60) < 26 && y > 240 && !(480..600).contains(&y);
        let ground = if dark { [18, 20, 24] } else { [232, 238, 244] };
        let icon = if y >= 600 { colour } else { [148, 163, 184] };
        pixels.extend(if is_icon { icon } else { ground });
    }
    png_of(WIDE as u32, 800, &pixels)
}

fn ring() -> Value {
    json!([{ "kind": "RING", "x": 0.375, "y": 0.825, "size": 0.11, "label": "여기" }])
}

impl Class {
    /// Sends a picture, and returns its name.
    async fn takes(&self, file: Vec<u8>) -> Value {
        let path = format!("/api/lectures/{}/pictures", self.lecture.id);
        self.teacher.sends_raw(&path, "image/png", file).await.is(201)["picture"].clone()
    }

    async fn changes(&self, step: usize, change: Value) -> Value {
        self.teacher.put(&format!("/api/subtasks/{}", self.lecture.steps[step]), change).await.ok()
    }

    /// The class, each of whose steps has a picture with a ring.
    async fn with_pictures(self) -> Class {
        for (step, colour) in [GREEN, BLUE, RED, [250, 204, 21]].into_iter().enumerate() {
            let name = self.takes(home_screen(step == 1, colour)).await;
            let picture = json!({ "picture": name, "alt": "홈 화면이에요.", "marks": ring() });
            self.changes(step, json!({ "pictures": [picture] })).await;
        }
        self
    }
}

async fn class_with_pictures(school: &School) -> Class {
    let class = Class::waits(school).await.with_pictures().await;
    class.begins().await;
    class
}

impl Browser {
    async fn sees_picture(&self, place: &str) {
        let is = "(() => { const image = document.querySelector(`${arguments[0]} .picture-sheet img`);
            return image?.checkVisibility() && image.complete && image.naturalWidth > 0; })()";
        self.until_js(&format!("a picture in {place}"), is, vec![json!(place)]).await;
    }

    async fn emulates_media(&self, name: &str, value: &str) {
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": [{ "name": name, "value": value }] })).await;
    }
}

#[test]
fn a_step_shows_its_picture_under_its_title_and_one_tap_makes_it_large() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.sees_picture(".picture").await;
        phone.settles().await;
        phone.keeps_screenshot("picture-step").await;
        let stands =
            "return ['main h1', '.picture', '.picture .mark-ring', 'main .guide', 'main .actions'].map((css) => {
            const { top, bottom } = document.querySelector(css).getBoundingClientRect(); return [top, bottom]; })";
        let places: Vec<[f64; 2]> = phone.js(stands, vec![]).await;
        let [title, picture, ring, guide, foot] = places.try_into().unwrap();
        assert!(
            title[1] <= picture[0] && picture[1] <= guide[0] && guide[0] < foot[0],
            "{title:?} {picture:?} {guide:?}"
        );
        assert!(picture[0] <= ring[0] && ring[1] <= picture[1], "the ring {ring:?} is in the picture {picture:?}");
        let breathes = "getComputedStyle(document.querySelector('.mark-ring')).animationName === 'breathe'";
        phone.until_js("the ring breathes", breathes, vec![]).await;
        phone.emulates_media("prefers-reduced-motion", "reduce").await;
        phone.until_js("the ring is still", &format!("!({breathes})"), vec![]).await;
        phone.taps("enlarge").await;
        phone.sees_picture("dialog[open]").await;
        phone.keeps_screenshot("picture-large").await;
        let is_whole = "const { top, left, bottom, right } = document.querySelector('dialog .picture-sheet').getBoundingClientRect();
            return top >= 0 && left >= 0 && right <= innerWidth && bottom <= innerHeight && bottom - top > innerHeight / 2";
        assert!(phone.js::<bool>(is_whole, vec![]).await, "the whole picture is in sight");
        phone.clicks("dialog .picture-sheet").await;
        phone.shows("dialog[open]", false).await;
        let is_back = "document.activeElement.dataset.act === 'enlarge'";
        phone.until_js("the focus is back", is_back, vec![]).await;
        phone.taps("enlarge").await;
        phone.taps("shrink").await;
        phone.shows("dialog[open]", false).await;
        phone.taps("enlarge").await;
        phone.shows("dialog[open]", true).await;
        phone.presses(thirtyfour::Key::Escape).await;
        phone.shows("dialog[open]", false).await;
    });
}

#[test]
fn a_picture_is_read_out_with_its_labels() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let alt: String = phone.js("return document.querySelector('.picture img').alt", vec![]).await;
        assert_eq!(alt, "그림에서 홈 화면이에요. 여기.");
        phone.taps("listen").await;
        phone.hears("화면 아래쪽에").await;
        phone.hears("그림에서 홈 화면이에요").await;
    });
}

/// Returns the first frame in which the title is another one: `[file is there, picture can be pressed]`.
const FIRST_FRAME: &str = "
    const look = () => {
        const title = document.querySelector('main h1')?.textContent;
        if (!title || title === window.gyosilTitle) return;
        window.gyosilTitle = title;
        const image = document.querySelector('.picture img');
        window.gyosilFirst = image && [image.complete && image.naturalWidth > 0, getComputedStyle(image.closest('.picture')).pointerEvents !== 'none'];
    };
    addEventListener('DOMContentLoaded', () => new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true }));";

#[test]
fn a_step_comes_together_with_its_picture_which_cannot_be_pressed_at_once() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let phone = Phone::opens(&school, "/").await;
        phone.at_each_page(FIRST_FRAME).await;
        phone.visits(&class.session.scanned()).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.is_at(STEPS[0].0).await;
        let ahead = "new Set(performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/pictures/'))).size === 3";
        phone.until_js("the next two are there", ahead, vec![]).await;
        phone.taps("enlarge").await;
        phone.shows("dialog[open]", true).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        let first: Value = phone.js("return gyosilFirst", vec![]).await;
        assert_eq!(first, json!([true, false]));
        phone.shows("dialog[open]", false).await;
        let all = ahead.replace("3", "4");
        phone.until_js("the last one is there", &all, vec![]).await;
    });
}

#[test]
fn the_picture_gives_way_to_large_words_and_to_the_side() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.sees_picture(".picture").await;
        let mut faults = Vec::new();
        for (width, height) in [(320, 480), (360, 560), (360, 740), (412, 840)] {
            phone.emulates(width, height).await;
            for size in [100, 135, 160, 200] {
                phone.looks("size", json!(size)).await;
                let hidden = hidden_parts(&phone, width).await;
                faults.extend(hidden.iter().map(|what| format!("{width}×{height} {size} %: {what}")));
                phone.keeps_screenshot(&format!("picture-{width}-{size}")).await;
            }
        }
        assert!(faults.is_empty(), "out of sight:\n{}", faults.join("\n"));
        phone.looks("size", json!(100)).await;
        phone.emulates(740, 360).await;
        phone.settles().await;
        phone.keeps_screenshot("picture-landscape").await;
        let is_beside = "const [picture, guide] = ['.picture', 'main .guide'].map((css) => document.querySelector(css).getBoundingClientRect());
            return picture.right <= guide.left && picture.bottom <= innerHeight";
        assert!(phone.js::<bool>(is_beside, vec![]).await, "the picture is beside the words");
    });
}

#[test]
fn the_review_shows_the_pictures_without_a_network() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let proxy = Proxy::to(school.address).await;
        let phone = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &Device::phone()).await;
        phone.is_at(STEPS[0].0).await;
        phone.is_kept().await;
        class.presses("end").await;
        phone.sees("ended").await;
        let stored = async || {
            let count = "caches.open('pictures').then((cache) => cache.keys()).then((keys) => keys.length)";
            (phone.awaits::<usize>(count, vec![]).await == 4).then_some(())
        };
        phone.until("all pictures are on the phone", stored).await;
        proxy.cut();
        // The browser's own store is of no use then.
        phone.cdp("Network.clearBrowserCache", json!({})).await;
        phone.reloads().await;
        phone.taps("again").await;
        phone.taps("steps").await;
        phone.sees("review-list").await;
        phone.reads(STEPS[2].0).await;
        let is_there = "document.querySelector('.all-steps li:nth-child(3) img')?.naturalWidth > 0";
        phone.until_js("the third picture in the list", is_there, vec![]).await;
        phone.keeps_screenshot("review-list").await;
        phone.taps("step-3").await;
        phone.sees("review").await;
        phone.reads(STEPS[2].0).await;
        phone.taps("steps").await;
        phone.taps("step-1").await;
        for (title, _) in STEPS {
            phone.sees("review").await;
            phone.reads(title).await;
            phone.sees_picture(".picture").await;
            phone.taps("next").await;
        }
        phone.sees("ended").await;
    });
}

#[test]
fn a_picture_that_cannot_be_loaded_leaves_its_description() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let phone = Phone::opens(&school, "/").await;
        phone.loses(&["/pictures/*"]).await;
        phone.visits(&class.session.scanned()).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.is_at(STEPS[0].0).await;
        phone.shows(".picture", false).await;
        phone.shows(".note.lost-picture", true).await;
        phone.reads("그림에서 홈 화면이에요").await;
        phone.keeps_screenshot("picture-lost").await;
    });
}

#[test]
fn the_way_back_is_shown_once_before_the_first_step_in_another_app_and_one_tap_away_after() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        for step in [1, 2] {
            class.changes(step, json!({ "in_other_app": true })).await;
        }
        let mut ear = class.teacher.watches(&class.session).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.shows("dialog[open]", false).await;
        class.goes_to(1).await;
        phone.shows("dialog.way-back[open]", true).await;
        // The step below it is on the screen of one phone.
        let is_shown = |f: &Value| {
            f["type"] == "step_shown" && f["data"]["subtask_id"] == class.lecture.steps[1] && f["data"]["phones"] == 1
        };
        ear.waits_until("the step is shown", is_shown).await;
        phone.keeps_screenshot("way-back").await;
        phone.taps("understood").await;
        phone.shows("dialog[open]", false).await;
        class.goes_to(2).await;
        phone.is_at(STEPS[2].0).await;
        phone.settles().await;
        phone.shows("dialog[open]", false).await;
        phone.reloads().await;
        phone.is_at(STEPS[2].0).await;
        phone.link_is(&["open"]).await;
        phone.taps("way-back").await;
        phone.shows("dialog.way-back[open]", true).await;
        phone.presses(thirtyfour::Key::Escape).await;
        phone.shows("dialog[open]", false).await;
        class.presses("end").await;
        phone.taps("again").await;
        phone.taps("way-back").await;
        phone.shows("dialog.way-back[open]", true).await;
    });
}

/// The colour by which a picture is known, of the pixel in the middle of the last row of its small pictures.
const COLOUR: &str = "
    const image = document.querySelector('.picture img');
    const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const found = [...context.getImageData(135, 660, 1, 1).data].slice(0, 3);
    return arguments[0].findIndex((colour) => colour.every((part, at) => Math.abs(part - found[at]) < 24));";

async fn shows_picture_of(phone: &Phone, kind: i64) {
    let is_so = async || {
        let found = phone.tries_js::<i64>(COLOUR, vec![json!([GREEN, BLUE, RED])]).await;
        found.is_ok_and(|found| found == kind).then_some(())
    };
    phone.until(&format!("the picture of kind {kind}"), is_so).await;
}

async fn class_with_kinds(school: &School, kinds: &[&str]) -> Class {
    let class = Class::waits(school).await;
    let mut pictures = Vec::new();
    for (kind, colour) in kinds.iter().zip([GREEN, BLUE, RED]) {
        let name = class.takes(home_screen(false, colour)).await;
        pictures.push(json!({ "picture": name, "shown_on": kind, "marks": ring() }));
    }
    class.changes(0, json!({ "pictures": pictures })).await;
    class
}

const AGENTS: [(&str, &str); 2] = [
    (
        "iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
    ),
    ("Android", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36"),
];

#[test]
fn a_phone_knows_its_system_and_is_not_asked() {
    run_story(|school| async move {
        let class = class_with_kinds(&school, &["ANDROID", "IPHONE"]).await;
        class.begins().await;
        for (name, agent) in AGENTS {
            let phone = Phone::opens(&school, "/").await;
            phone.cdp("Emulation.setUserAgentOverride", json!({ "userAgent": agent })).await;
            phone.visits(&class.session.scanned()).await;
            phone.types_name(name).await;
            phone.taps("enter").await;
            phone.is_at(STEPS[0].0).await;
            shows_picture_of(&phone, i64::from(name == "iPhone")).await;
            phone.shows("dialog[open]", false).await;
            // The kind can be changed all the same.
            phone.taps("settings").await;
            phone.taps("kind-IPHONE").await;
            phone.taps("close").await;
            shows_picture_of(&phone, 1).await;
        }
    });
}

#[test]
fn the_owner_of_a_phone_is_asked_once_which_one_of_several_makes_it_is() {
    run_story(|school| async move {
        let class = class_with_kinds(&school, &["갤럭시 A34", "IPHONE", "ALL"]).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        phone.shows("dialog[open]", true).await;
        phone.keeps_screenshot("kind-asked").await;
        phone.clicks("[data-act='kind-갤럭시 A34']").await;
        phone.taps("understood").await;
        phone.shows("dialog[open]", false).await;
        class.begins().await;
        phone.is_at(STEPS[0].0).await;
        shows_picture_of(&phone, 0).await;
        phone.reloads().await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        shows_picture_of(&phone, 0).await;
        phone.shows("dialog[open]", false).await;
        phone.taps("settings").await;
        phone.taps("kind-ALL").await;
        phone.taps("close").await;
        shows_picture_of(&phone, 2).await;
    });
}

#[test]
fn pictures_are_clean_in_all_colours_and_their_marks_are_seen_on_light_and_dark() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        class.changes(2, json!({ "in_other_app": true })).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        let findings = Findings::default();
        for (step, act) in [(0, Some("enlarge")), (1, None), (2, Some("way-back"))] {
            class.goes_to(step).await;
            phone.is_at(STEPS[step].0).await;
            if step == 2 {
                phone.taps("understood").await;
            }
            phone.sees_picture(".picture").await;
            looks_at(&phone, &findings, &format!("picture-{step}")).await;
            let Some(act) = act else { continue };
            phone.taps(act).await;
            phone.shows("dialog[open]", true).await;
            looks_at(&phone, &findings, act).await;
            phone.presses(thirtyfour::Key::Escape).await;
            phone.shows("dialog[open]", false).await;
        }
        findings.are_none();
        // On any background, one of the colours of a line has at least three times its brightness, or a third.
        let strokes =
            "return [...document.querySelectorAll('.mark-ring path')].map((path) => getComputedStyle(path).stroke)";
        let colours: Vec<String> = phone.js(strokes, vec![]).await;
        assert_eq!(colours, ["rgb(20, 22, 26)", "rgb(255, 255, 255)", "rgb(224, 0, 77)"]);
        phone.emulates_media("forced-colors", "active").await;
        assert_eq!(phone.js::<Vec<String>>(strokes, vec![]).await, colours);
        phone.keeps_screenshot("picture-forced").await;
    });
}

async fn looks_at(phone: &Phone, findings: &Findings, what: &str) {
    for theme in THEMES {
        phone.looks("theme", json!(theme)).await;
        findings.note(&format!("{what}, {theme}"), phone.faults(Contrast::Aaa).await);
        phone.keeps_screenshot(&format!("{what}-{theme}")).await;
    }
    phone.looks("theme", json!("auto")).await;
    findings.note(what, phone.hard_to_read_or_press().await);
}

#[test]
fn the_wall_fills_its_empty_half_with_the_picture() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let link =
            Dashboard::link(&school, &class.teacher, &format!("/teach/session/{}/screen", class.session.id)).await;
        let wall = Device { width: 1920, height: 1080, ..Device::desktop() };
        let wall = Dashboard::opens_at(&school.url(""), &link, &wall).await;
        wall.is_at("screen").await;
        wall.sees_picture(".showing").await;
        wall.keeps_screenshot("picture-wall").await;
        let fills = "const { left, width, height } = document.querySelector('.showing').getBoundingClientRect();
            const sheet = document.querySelector('.showing .picture-sheet').getBoundingClientRect();
            return left > innerWidth * 0.4 && width > innerWidth * 0.3 && height > innerHeight * 0.55 && sheet.height > height * 0.95";
        assert!(wall.js::<bool>(fills, vec![]).await, "the picture fills the half");
        assert!(wall.faults(Contrast::Aa).await.is_empty());
        class.presses("pause").await;
        wall.shows(".showing", false).await;
    });
}

/// The middle of the instructor's finger, in shares of the picture.
const FINGER: &str = "
    const [finger, sheet] = ['.mark-finger', '.picture-sheet'].map((css) => document.querySelector(`${arguments[0]} ${css}`)?.getBoundingClientRect());
    return finger && [(finger.x + finger.width / 2 - sheet.x) / sheet.width, (finger.y + finger.height / 2 - sheet.y) / sheet.height];";

async fn shows_finger(page: &Browser, place: &str, [x, y]: [f64; 2]) {
    let is_there = async || {
        let found: Option<[f64; 2]> = page.tries_js(FINGER, vec![json!(place)]).await.ok()?;
        found.is_some_and(|[at_x, at_y]| (at_x - x).abs() < 0.04 && (at_y - y).abs() < 0.04).then_some(())
    };
    page.until(&format!("a finger at {x}, {y} in {place}"), is_there).await;
}

#[test]
fn a_stroke_over_the_picture_on_the_board_is_seen_on_the_wall_and_on_the_phone() {
    run_story(|school| async move {
        let class = class_with_pictures(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        let path = format!("/teach/session/{}/screen", class.session.id);
        let wall = Dashboard::opens(&school, &class.teacher, &path).await;
        wall.sees_picture(".showing").await;
        let board = Dashboard::watches(&school, &class.teacher, &class.session).await;
        board.sees_picture(".now .showing").await;
        board.settles().await;
        board.keeps_screenshot("picture-board").await;
        let place = "const { x, y, width, height } = document.querySelector('.now .picture-sheet').getBoundingClientRect(); return [x, y, width, height]";
        let [left, top, width, height]: [f64; 4] = board.js(place, vec![]).await;
        for (kind, x) in [
            ("mousePressed", 0.2),
            ("mouseMoved", 0.4),
            ("mouseMoved", 0.6),
            ("mouseMoved", 0.8),
            ("mouseReleased", 0.8),
        ] {
            let at = json!({ "type": kind, "x": left + width * x, "y": top + height * 0.7, "button": "left", "buttons": 1, "clickCount": 1 });
            board.cdp("Input.dispatchMouseEvent", at).await;
        }
        shows_finger(&board, ".now", [0.5, 0.7]).await;
        shows_finger(&wall, ".showing", [0.5, 0.7]).await;
        phone.shows(".picture .mark-finger", true).await;
        for (page, place) in [(&*wall, ".showing"), (&*phone, ".picture")] {
            page.keeps_screenshot(&format!("pointed-{}", &place[1..])).await;
            // The finger fades by itself.
            page.shows(&format!("{place} .mark-finger"), false).await;
        }
        // Arrow keys move a ring, and do not lead to another step.
        board.js::<()>("document.querySelector('.now .picture-sheet').focus()", vec![]).await;
        board.presses(Key::Right).await;
        wall.shows(".showing .mark-finger", true).await;
        phone.shows(".picture .mark-finger", true).await;
        phone.is_at(STEPS[0].0).await;
    });
}
