//! The instructor's editor for the pictures of steps: files come in, and marks are drawn on them.

use std::path::PathBuf;

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::axe::{Contrast::Aa, Findings};
use crate::classroom::Class;
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::{Browser, Device};
use crate::reading::THEMES;
use crate::run_story;

/// Pictures of two widths, by which they are told apart.
pub const SMALL: (&str, i64) = (concat!(env!("CARGO_MANIFEST_DIR"), "/static/icon-192.png"), 192);
pub const LARGE: (&str, i64) = (concat!(env!("CARGO_MANIFEST_DIR"), "/static/icon-512.png"), 512);

pub const SAVE: &str = ".stepform [data-act=save]";

pub struct Office {
    pub class: Class,
    pub desk: Dashboard,
}

impl Office {
    pub async fn opens(school: &School) -> Office {
        Office::opens_on(school, Class::waits(school).await, &Device::desktop()).await
    }

    pub async fn opens_on(school: &School, class: Class, device: &Device) -> Office {
        let link = Dashboard::link(school, &class.teacher, &format!("/teach/lecture/{}", class.lecture.id)).await;
        let desk = Dashboard::opens_at(&school.url(""), &link, device).await;
        desk.is_at("editor").await;
        Office { class, desk }
    }

    pub async fn opens_first_step(&self) {
        self.desk.clicks(&format!("[data-step='{}'] [data-act=edit]", self.class.lecture.steps[0])).await;
        self.desk.shows(".stepform", true).await;
    }

    /// As the dialog for files would.
    pub async fn chooses(&self, input: &str, files: &[PathBuf]) {
        let paths: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
        let field = self.desk.driver().find(By::Css(input)).await.unwrap();
        field.send_keys(paths.join("\n")).await.unwrap();
    }

    pub async fn adds_picture(&self, file: &str) {
        self.chooses(".stepform input[type=file]", &[file.into()]).await;
        let is_there = "document.querySelector('[data-picture]:last-child img')?.naturalWidth > 0";
        self.desk.until_js("the picture is in the form", is_there, vec![]).await;
    }

    pub async fn opens_picture(&self) {
        self.desk.presses_button("edit-picture").await;
        let is_there = "document.querySelector('dialog.drawing .picture-sheet img')?.naturalWidth > 0";
        self.desk.until_js("the picture is in its editor", is_there, vec![]).await;
    }

    /// The steps of the lecture's first task, as the server has them.
    pub async fn steps(&self) -> Vec<Value> {
        let path = format!("/api/lectures/{}?subtasks=true", self.class.lecture.id);
        let lecture = self.class.teacher.get(&path).await.ok();
        lecture["tasks"][0]["subtasks"].as_array().unwrap().clone()
    }

    pub async fn pictures(&self) -> Vec<Value> {
        self.steps().await[0]["pictures"].as_array().unwrap().clone()
    }

    pub async fn saves(&self) {
        self.desk.clicks(SAVE).await;
        self.desk.shows(".stepform", false).await;
    }
}

/// Returns a place of the picture on the screen. Places are shares of its width and height.
async fn place(desk: &Browser, (x, y): (f64, f64)) -> (i64, i64) {
    let script =
        "const { left, top, width, height } = document.querySelector('dialog .picture-sheet').getBoundingClientRect();
        return [Math.round(left + width * arguments[0]), Math.round(top + height * arguments[1])]";
    desk.js(script, vec![json!(x), json!(y)]).await
}

async fn clicks_at(desk: &Browser, at: (f64, f64)) {
    let (x, y) = place(desk, at).await;
    desk.driver().action_chain().move_to(x, y).click().perform().await.unwrap();
}

async fn drags(desk: &Browser, from: (f64, f64), to: (f64, f64)) {
    let ((x, y), (to_x, to_y)) = (place(desk, from).await, place(desk, to).await);
    let hand = desk.driver().action_chain().move_to(x, y).click_and_hold().move_to((x + to_x) / 2, (y + to_y) / 2);
    hand.move_to(to_x, to_y).release().perform().await.unwrap();
}

async fn presses_with_shift(desk: &Browser, key: Key) {
    desk.driver().action_chain().key_down(Key::Shift).send_keys(key).key_up(Key::Shift).perform().await.unwrap();
}

fn is_near(mark: &Value, key: &str, wanted: f64) -> bool {
    (mark[key].as_f64().unwrap() - wanted).abs() < 0.02
}

const MARKS: &str = "dialog.drawing .grip";

async fn has_marks(desk: &Browser, count: usize) {
    let is = "document.querySelectorAll(arguments[0]).length === arguments[1]";
    desk.until_js(&format!("{count} marks"), is, vec![json!(MARKS), json!(count)]).await;
}

#[test]
fn a_picture_is_marked_by_mouse_and_keyboard_and_shown_after_a_reload() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        office.adds_picture(LARGE.0).await;
        office.opens_picture().await;
        // The ring is chosen already, as long as there is no mark.
        clicks_at(desk, (0.3, 0.4)).await;
        has_marks(desk, 1).await;
        desk.types("#label", "여기").await;
        desk.presses_button("draw-arrow").await;
        drags(desk, (0.8, 0.8), (0.5, 0.6)).await;
        has_marks(desk, 2).await;
        drags(desk, (0.3, 0.4), (0.6, 0.2)).await;
        desk.presses_button("draw-number").await;
        clicks_at(desk, (0.1, 0.9)).await;
        has_marks(desk, 3).await;
        desk.presses(Key::Right).await;
        desk.presses(Key::Delete).await;
        has_marks(desk, 2).await;
        desk.presses_button("undo").await;
        has_marks(desk, 3).await;
        desk.types("#alt", "홈 화면").await;
        desk.keeps_screenshot("drawing-editor").await;
        desk.presses_button("close-picture").await;
        office.saves().await;
        let [picture] = &office.pictures().await[..] else { panic!("one picture") };
        assert_eq!((&picture["alt"], &picture["shown_on"]), (&json!("홈 화면"), &json!("ALL")));
        let [ring, arrow, number] = &picture["marks"].as_array().unwrap()[..] else { panic!("{picture}") };
        assert_eq!((&ring["kind"], &ring["label"]), (&json!("RING"), &json!("여기")));
        assert!(is_near(ring, "x", 0.6) && is_near(ring, "y", 0.2), "{ring}");
        assert!(is_near(arrow, "x", 0.8) && is_near(arrow, "to_y", 0.6), "{arrow}");
        assert_eq!(number["number"], 1);
        assert!(is_near(number, "x", 0.11), "{number}");
        desk.reloads().await;
        desk.is_at("editor").await;
        desk.shows("[data-step] .thumb", true).await;
        office.opens_first_step().await;
        office.opens_picture().await;
        has_marks(desk, 3).await;
    });
}

#[test]
fn marks_are_placed_moved_and_resized_by_the_keyboard_alone() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        office.adds_picture(LARGE.0).await;
        office.opens_picture().await;
        let focus = "return document.activeElement.matches(arguments[0])";
        for (tool, kind) in [("box", "BOX"), ("ring", "RING")] {
            let _: Option<bool> = desk
                .js("document.querySelector(arguments[0]).focus()", vec![json!(format!("[data-act=draw-{tool}]"))])
                .await;
            desk.presses(Key::Enter).await;
            desk.shows(&format!("{MARKS}[aria-pressed=true]"), true).await;
            assert!(desk.js::<bool>(focus, vec![json!(MARKS)]).await, "the focus is on the {kind}");
        }
        desk.presses(Key::Up).await;
        presses_with_shift(desk, Key::Left).await;
        desk.presses("+").await;
        desk.presses(Key::Tab).await;
        assert!(desk.js::<bool>(focus, vec![json!("[data-handle=size]")]).await, "the focus is on the handle");
        desk.presses(Key::Right).await;
        presses_with_shift(desk, Key::Tab).await;
        desk.presses(Key::Enter).await;
        desk.presses("눌러요").await;
        desk.presses(Key::Escape).await;
        desk.shows("dialog.drawing", false).await;
        office.saves().await;
        let marks = office.pictures().await[0]["marks"].clone();
        let ring = &marks[1];
        assert_eq!((&marks[0]["kind"], &ring["label"]), (&json!("BOX"), &json!("눌러요")));
        assert!(is_near(ring, "x", 0.45) && is_near(ring, "y", 0.49) && ring["size"].as_f64() > Some(0.1), "{ring}");
    });
}

#[test]
fn a_finger_draws_on_a_phone_and_the_page_does_not_move() {
    run_story(|school| async move {
        let office = Office::opens_on(&school, Class::waits(&school).await, &Device::phone()).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        office.adds_picture(LARGE.0).await;
        office.opens_picture().await;
        desk.presses_button("draw-box").await;
        // As slow as a hand: after a quick swipe, the browser takes the next tap for its end.
        let began: f64 = desk.js("return Date.now() / 1000 - 1", vec![]).await;
        let touch = async |kind: &str, after_s: f64, at: Option<(f64, f64)>| {
            let points = match at {
                Some(at) => {
                    let (x, y) = place(desk, at).await;
                    json!([{ "x": x, "y": y }])
                }
                None => json!([]),
            };
            let touch = json!({ "type": kind, "timestamp": began + after_s, "touchPoints": points });
            desk.cdp("Input.dispatchTouchEvent", touch).await;
        };
        let scrolled = "return document.querySelector('dialog').scrollTop";
        let before: f64 = desk.js(scrolled, vec![]).await;
        touch("touchStart", 0.0, Some((0.2, 0.8))).await;
        touch("touchMove", 0.2, Some((0.5, 0.5))).await;
        touch("touchMove", 0.4, Some((0.8, 0.3))).await;
        touch("touchEnd", 0.9, None).await;
        has_marks(desk, 1).await;
        assert!((desk.js::<f64>(scrolled, vec![]).await - before).abs() < 1.0, "the dialog has moved");
        desk.keeps_screenshot("drawing-phone").await;
        desk.presses_button("close-picture").await;
        office.saves().await;
        let mark = office.pictures().await[0]["marks"][0].clone();
        assert_eq!(mark["kind"], "BOX");
        assert!(is_near(&mark, "x", 0.2) && is_near(&mark, "to_y", 0.3), "{mark}");
    });
}

#[test]
fn pictures_and_marks_that_are_not_saved_stay_as_a_draft_over_a_reload() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        office.adds_picture(SMALL.0).await;
        office.opens_picture().await;
        clicks_at(desk, (0.5, 0.5)).await;
        has_marks(desk, 1).await;
        desk.clicks("[name=shown-on][value='']").await;
        desk.types("#make", "갤럭시 A34").await;
        desk.presses_button("close-picture").await;
        desk.clicks("#f-in_other_app").await;
        desk.reloads().await;
        desk.is_at("editor").await;
        assert_eq!(office.pictures().await, Vec::<Value>::new());
        office.opens_first_step().await;
        desk.reads("갤럭시 A34").await;
        office.opens_picture().await;
        has_marks(desk, 1).await;
        desk.presses_button("close-picture").await;
        office.saves().await;
        assert_eq!(office.pictures().await[0]["shown_on"], "갤럭시 A34");
        let first = &office.steps().await[0];
        assert_eq!(first["in_other_app"], true);
        // A make that one picture names is offered for all others.
        desk.clicks(&format!("[data-step='{}'] [data-act=edit]", office.class.lecture.steps[1])).await;
        office.adds_picture(LARGE.0).await;
        office.opens_picture().await;
        desk.shows("[name=shown-on][value='갤럭시 A34']", true).await;
    });
}

/// Files for a page that come in as a hand would drop or paste them.
const GIVES_FILES: &str = "fetch(arguments[0]).then((answer) => answer.blob()).then((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], 'screen.png', { type: 'image/png' }));
        const [event, on] = arguments[1] === 'paste'
            ? [new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true }), document.activeElement]
            : [new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }), document.querySelector(arguments[2])];
        on.dispatchEvent(event);
        return event.defaultPrevented;
    })";

#[test]
fn pictures_are_pasted_and_dropped_and_a_step_has_four_at_most() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        let count = "document.querySelectorAll('[data-picture]').length === arguments[0]";
        for (n, way) in ["paste", "drop", "paste", "drop"].into_iter().enumerate() {
            let args = vec![json!("/static/icon-192.png"), json!(way), json!(".stepform")];
            assert!(desk.awaits::<bool>(GIVES_FILES, args).await, "the browser would open it itself");
            desk.until_js("it is there", count, vec![json!(n + 1)]).await;
        }
        desk.shows("[data-act=add-picture]", false).await;
        let book = desk.book("teach/editor.ko").await;
        desk.reads(book["pictures"]["twins"].as_str().unwrap()).await;
        office.saves().await;
        assert_eq!(office.pictures().await.len(), 4);
        // A copy has them too.
        desk.clicks(&format!("[data-step='{}'] [data-act=copy]", office.class.lecture.steps[0])).await;
        let copied = async || (office.steps().await[1]["pictures"].as_array()?.len() == 4).then_some(());
        desk.until("the copy has the pictures", copied).await;
    });
}

#[test]
fn a_file_that_is_no_picture_is_refused_with_its_reason() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        let book = desk.book("teach/editor.ko").await;
        let folder = tempfile::tempdir().unwrap();
        let (text, fake) = (folder.path().join("notes.txt"), folder.path().join("화면.png"));
        std::fs::write(&text, "no picture").unwrap();
        std::fs::write(&fake, "no picture either").unwrap();
        office.opens_first_step().await;
        office.chooses(".stepform input[type=file]", &[text]).await;
        desk.reads(book["pictures"]["unreadable"].as_str().unwrap()).await;
        office.chooses(".stepform input[type=file]", &[fake]).await;
        desk.shows(".waiting[data-state=failed]", true).await;
        // The reason is the server's own.
        desk.reads("PNG, JPEG, WebP").await;
        desk.shows(".waiting [data-act=again]", false).await;
        desk.clicks(SAVE).await;
        desk.reads(book["pictures"]["unsent"].as_str().unwrap()).await;
        desk.keeps_screenshot("drawing-refused").await;
        desk.presses_button("drop-file").await;
        desk.shows(".waiting", false).await;
        // A picture that found no network can be sent again.
        desk.loses(&["/pictures"]).await;
        office.chooses(".stepform input[type=file]", &[SMALL.0.into()]).await;
        desk.shows(".waiting [data-act=again]", true).await;
        desk.loses(&[]).await;
        desk.presses_button("again").await;
        desk.shows("[data-picture]", true).await;
        office.saves().await;
        assert_eq!(office.pictures().await.len(), 1);
    });
}

#[test]
fn a_pile_of_screenshots_becomes_steps_in_the_order_of_their_names() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join(name);
        std::fs::copy(LARGE.0, named("화면 10.png")).unwrap();
        std::fs::copy(SMALL.0, named("화면 2.png")).unwrap();
        std::fs::copy(LARGE.0, named("화면 1.png")).unwrap();
        std::fs::write(named("화면 3.png"), "broken").unwrap();
        std::fs::write(named("메모.txt"), "no picture").unwrap();
        let files = ["화면 10.png", "화면 3.png", "메모.txt", "화면 2.png", "화면 1.png"].map(named);
        office.chooses(".task [data-act=add-pile] + input[type=file]", &files).await;
        desk.shows("[data-act=close-pile]", true).await;
        desk.reads("사진 5장 가운데 3장").await;
        let left = "return [...document.querySelectorAll('.pile-of-pictures li')].map((li) => li.textContent)";
        let left: Vec<String> = desk.js(left, vec![]).await;
        assert!(
            left[0].starts_with("메모.txt") && left[1].starts_with("화면 3.png") && left[1].contains("PNG"),
            "{left:?}"
        );
        desk.shows("[data-act=again-pile]", false).await;
        desk.keeps_screenshot("drawing-pile").await;
        let before = office.class.lecture.steps.len();
        let made: Vec<(Value, Value)> = office.steps().await[before..]
            .iter()
            .map(|step| (step["title"].clone(), step["pictures"][0]["width"].clone()))
            .collect();
        let wanted: Vec<(Value, Value)> = [(1, LARGE.1), (2, SMALL.1), (3, LARGE.1)]
            .map(|(n, width)| (json!(format!("{}단계", before + n)), json!(width)))
            .into();
        assert_eq!(made, wanted);
        // The titles are chosen one after the other: what is typed stands in their place.
        for title in ["카메라 열기", "사진 찍기", "사진 보기"] {
            let is_chosen = "getSelection().toString() === document.querySelector('#f-title').value";
            desk.until_js("the title is chosen", is_chosen, vec![]).await;
            desk.presses(title).await;
            desk.presses(Key::Enter).await;
            let is_saved = "document.querySelector('#f-title')?.value !== arguments[0]";
            desk.until_js("it is saved", is_saved, vec![json!(title)]).await;
        }
        desk.shows(".stepform", false).await;
        let titles: Vec<Value> = office.steps().await[before..].iter().map(|step| step["title"].clone()).collect();
        assert_eq!(titles, ["카메라 열기", "사진 찍기", "사진 보기"]);
    });
}

#[test]
fn a_pdf_becomes_a_step_of_each_page_with_its_texts() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let before = office.class.lecture.steps.len();
        let deck = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/decks/deck.pdf");
        office.chooses(".task [data-act=add-pile] + input[type=file]", &[deck.into()]).await;
        office.desk.shows("[data-act=close-pile]", true).await;
        let made: Vec<(Value, Value, Value)> = office.steps().await[before..]
            .iter()
            .map(|step| (step["title"].clone(), step["guide_text"].clone(), step["pictures"][0]["width"].clone()))
            .collect();
        let lines = "1. 노란 그림을 누르세요.\n2. 사진을 고르세요.";
        let wanted = [(json!("사진 보내기"), json!(lines), json!(1_600)), (json!("office"), Value::Null, json!(1_600))];
        assert_eq!(made, wanted);
    });
}

#[test]
fn a_pile_that_finds_no_network_can_go_on_with_the_rest() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        desk.loses(&["/pictures"]).await;
        office.chooses(".task [data-act=add-pile] + input[type=file]", &[SMALL.0.into(), LARGE.0.into()]).await;
        desk.shows("[data-act=again-pile]", true).await;
        let before = office.class.lecture.steps.len();
        assert_eq!(office.steps().await.len(), before);
        desk.loses(&[]).await;
        desk.presses_button("again-pile").await;
        desk.shows("[data-act=close-pile]", true).await;
        assert_eq!(office.steps().await.len(), before + 2);
        desk.presses_button("close-pile").await;
        desk.shows(".pile-of-pictures", false).await;
    });
}

#[test]
fn the_preview_shows_the_picture_as_the_phone_does() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        office.adds_picture(LARGE.0).await;
        office.opens_picture().await;
        clicks_at(desk, (0.5, 0.5)).await;
        has_marks(desk, 1).await;
        desk.presses_button("close-picture").await;
        let drawn =
            "document.querySelector('.phone iframe').contentDocument.querySelector('.picture-sheet .mark-ring')";
        desk.until_js("the ring is on the phone", drawn, vec![]).await;
        desk.keeps_screenshot("drawing-preview").await;
    });
}

#[test]
fn the_editor_of_pictures_is_clean_in_every_theme_and_language() {
    run_story(|school| async move {
        let findings = Findings::default();
        let mut class = Class::waits(&school).await;
        for (languages, device) in
            [("ko-KR", Device::desktop()), ("ja-JP", Device::phone()), ("en-GB", Device::phone())]
        {
            let office = Office::opens_on(&school, class, &Device { languages, ..device }).await;
            let desk = &office.desk;
            office.opens_first_step().await;
            office.adds_picture(LARGE.0).await;
            let looks_at = async |what: &str| {
                for theme in THEMES {
                    desk.looks("theme", json!(theme)).await;
                    findings.note(&format!("{what}, {languages}, {theme}"), desk.faults(Aa).await);
                    desk.keeps_screenshot(&format!("drawing-{}-{what}-{theme}", &languages[..2])).await;
                }
            };
            looks_at("form").await;
            office.opens_picture().await;
            clicks_at(desk, (0.4, 0.4)).await;
            has_marks(desk, 1).await;
            desk.presses_button("draw-arrow").await;
            clicks_at(desk, (0.7, 0.7)).await;
            has_marks(desk, 2).await;
            looks_at("marks").await;
            desk.looks("size", json!(200)).await;
            findings.note(&format!("large, {languages}"), desk.faults(Aa).await);
            let is_wider =
                "return document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth";
            assert_eq!(desk.js::<i64>(is_wider, vec![]).await, 0, "{languages}: the editor is wider than the screen");
            desk.keeps_screenshot(&format!("drawing-{}-large", &languages[..2])).await;
            class = office.class;
        }
        findings.are_none();
    });
}
