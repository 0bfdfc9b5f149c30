//! The board tells one truth: what is counted in one place is counted in the same way in all others.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::people::Person;
use crate::phone::Phone;
use crate::{run_story, run_story_with};

/// The number in the head of a group of learners; 0 where the group is not shown.
const IN_GROUP: &str =
    "Number(document.querySelector(`[data-group=${arguments[0]}]:not([hidden]) .count`)?.textContent ?? 0)";

impl Dashboard {
    async fn counts(&self, group: &str, count: i64) {
        let is = format!("{IN_GROUP} === arguments[1]");
        self.until_js(&format!("{count} are {group}"), &is, vec![json!(group), json!(count)]).await;
    }

    /// The part of the page says so, among other things.
    async fn shows_text(&self, css: &str, words: &str) {
        let is = "document.querySelector(arguments[0])?.innerText.includes(arguments[1])";
        self.until_js(&format!("{css} says «{words}»"), is, vec![json!(css), json!(words)]).await;
    }

    async fn texts(&self, css: &str) -> Vec<String> {
        self.js(
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText.trim())",
            vec![json!(css)],
        )
        .await
    }

    /// Nothing stands beside the page.
    async fn is_not_wider_than_its_window(&self) {
        let wide: Vec<i64> = self.js("return [document.documentElement.scrollWidth, innerWidth]", vec![]).await;
        assert!(wide[0] <= wide[1], "{wide:?}");
    }
}

#[test]
fn a_phone_that_is_gone_is_counted_as_gone() {
    run_story_with(&["--presence-grace-ms", "200"], |school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let stays = Phone::joins(&school, &class.session, "김순자").await;
        let goes = Phone::joins(&school, &class.session, "이영자").await;
        stays.is_at(STEPS[0].0).await;
        goes.is_at(STEPS[0].0).await;
        desk.shows_text(".phones", "2대 모두").await;
        desk.shows_text(".now .left", "2").await;
        goes.goes_to("about:blank").await;
        desk.counts("away", 1).await;
        desk.counts("working", 1).await;
        desk.shows_text(".phones", "1대 모두").await;
        desk.shows_text(".now .left", "1").await;
        // Who joined and never opened the page is not at work either.
        school.guest(&class.session, "박정숙").await;
        desk.counts("away", 2).await;
        stays.taps("done").await;
        desk.counts("done", 1).await;
        desk.shows_text(".now .left", "여기 있는 사람은").await;
        desk.reloads().await;
        desk.is_at("board").await;
        desk.counts("away", 2).await;
        desk.shows_text(".phones", "1대 모두").await;
        desk.keeps_screenshot("board-gone").await;
    });
}

/// A class whose steps say nothing: its calls stay with the instructor.
async fn class_without_guides(school: &School) -> Class {
    let teacher = school.teacher().await;
    let mut lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
    for n in 1..=4 {
        let path = format!("/api/tasks/{}/subtasks", lecture.task);
        let step = teacher.post(&path, json!({ "title": format!("{n}번째") })).await.is(201);
        lecture.steps.push(step["id"].as_i64().unwrap());
    }
    let session = teacher.opens_session(&lecture).await;
    teacher.starts(&session, lecture.steps[0]).await;
    Class { teacher, lecture, session }
}

async fn stuck(person: &Person, step: i64) {
    let call = json!({ "subtask_id": step, "request_type": "AUTO" });
    person.post("/api/help/request", call).await.is(201);
}

#[test]
fn calls_are_the_same_on_the_board_in_its_summary_and_in_the_statistics() {
    run_story(|school| async move {
        let class = class_without_guides(&school).await;
        let (first, second) = (class.lecture.steps[1], class.lecture.steps[3]);
        class.goes_to(1).await;
        let mut people = Vec::new();
        let mut sockets = Vec::new();
        for name in ["김순자", "이영자", "박정숙", "최영수"] {
            let person = school.guest(&class.session, name).await;
            sockets.push(person.follows(&class.session).await);
            people.push(person);
        }
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        people[0].asks_for_help(first).await;
        stuck(&people[1], first).await;
        desk.counts("help", 1).await;
        desk.counts("stuck", 1).await;
        desk.shows_text("#help-title", "1").await;
        class.goes_to(3).await;
        people[2].asks_for_help(second).await;
        desk.counts("help", 2).await;
        desk.shows_text("#help-title", "2").await;
        // At the step of the class comes first, though the other has waited longer.
        let order = "[...document.querySelectorAll('[data-call]')].map((one) => Number(one.dataset.call)).join() === arguments[0]";
        let wanted = format!("{},{}", people[2].id, people[0].id);
        desk.until_js("the call at the step of the class comes first", order, vec![json!(wanted)]).await;
        people[3].finishes(second).await;
        desk.counts("done", 1).await;
        desk.keeps_screenshot("board-calls").await;
        class.presses("end").await;
        desk.shows(".summary dd", true).await;
        desk.counts("done", 1).await;
        desk.counts("help", 0).await;
        assert_eq!(desk.texts(".summary dd").await[..3], ["4", "1", "2"]);
        desk.keeps_screenshot("board-summary").await;
        desk.visits(&format!("/teach/lecture/{}/statistics", class.lecture.id)).await;
        desk.is_at("statistics").await;
        assert!(desk.texts(".tiles dd").await.contains(&"2번".to_owned()), "{:?}", desk.texts(".tiles dd").await);
        let page: String = desk.js("return document.querySelector('main').innerText", vec![]).await;
        assert!(!page.contains("0초") && !page.contains("1초"), "no seconds that nobody can use: {page}");
        desk.keeps_screenshot("statistics-calls").await;
        drop(sockets);
    });
}

#[test]
fn enter_sends_a_word_to_everyone_and_the_space_bar_scrolls() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        for n in 0..40 {
            school.guest(&class.session, &format!("학생{n}")).await;
        }
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        desk.types("#message", "천천히 하세요").await;
        // While a syllable is being put together, Enter belongs to it.
        let composing = "const field = document.querySelector('#message');
            const keys = [{ isComposing: true }, { keyCode: 229 }].map((more) =>
                new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }));
            return [...keys.map((key) => field.dispatchEvent(key)), document.querySelector('.steer').getAttribute('aria-busy') ?? 'false'];";
        let taken: Value = desk.js(composing, vec![]).await;
        assert_eq!(taken, json!([true, true, "false"]));
        desk.presses(Key::Enter).await;
        phone.reads("천천히 하세요").await;
        let in_sight = "(() => {
            const note = document.querySelector('main .note[data-said]');
            const { left, top, width, height } = note.getBoundingClientRect();
            return note.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        })()";
        phone.until_js("the word is in sight", in_sight, vec![]).await;
        phone.is_at(STEPS[0].0).await;
        desk.until_js("the field is empty", "document.querySelector('#message').value === ''", vec![]).await;
        desk.shows_text(".sent", "천천히 하세요").await;
        // A draft goes out with no other button.
        desk.types("#message", "아직 쓰고 있는 말").await;
        desk.presses_button("next").await;
        phone.is_at(STEPS[1].0).await;
        assert!(!phone.text().await.contains("아직 쓰고 있는 말"));
        desk.until_js("it is still there", "document.querySelector('#message').value === '아직 쓰고 있는 말'", vec![])
            .await;
        desk.presses_button("back").await;
        phone.is_at(STEPS[0].0).await;
        desk.keeps_screenshot("board-told").await;
        phone.keeps_screenshot("phone-told").await;
        let _: Option<bool> = desk.js("document.activeElement.blur()", vec![]).await;
        desk.presses(Key::Space).await;
        let moved = "[...document.querySelectorAll('.wide, .side')].some((part) => part.scrollTop > 0)";
        desk.until_js("the space bar scrolls", moved, vec![]).await;
        phone.is_at(STEPS[0].0).await;
        // Before the start and in a pause, too.
        class.presses("pause").await;
        phone.sees("paused").await;
        desk.types("#message", "물 한 잔 드세요").await;
        desk.presses_button("tell").await;
        phone.reads("물 한 잔 드세요").await;
    });
}

#[test]
fn people_of_one_name_are_numbered_everywhere_and_long_names_push_nothing() {
    run_story(|school| async move {
        let class = class_without_guides(&school).await;
        let long = "황보 남궁 제갈 선우 독고 사공 서문 동방 망절 소봉 어금 강전 장곡 무본 이름이 아주 긴 사람";
        let mut people = Vec::new();
        for name in ["김순자", long, "김순자", long] {
            people.push(school.guest(&class.session, name).await);
        }
        // The second comes first today: on the board they are called as everywhere.
        let _seat = people[2].follows(&class.session).await;
        people[2].asks_for_help(class.lecture.steps[1]).await;
        people[1].asks_for_help(class.lecture.steps[1]).await;
        class.presses("end").await;
        let session = class.teacher.opens_session(&class.lecture).await;
        people[2].joins(&session).await;
        people[3].joins(&session).await;
        let second = "김순자 (2)";
        let desk = Dashboard::watches(&school, &class.teacher, &session).await;
        desk.shows_text(&format!("[data-person='{}']", people[2].id), "(2)").await;
        desk.shows_text(&format!("[data-person='{}']", people[3].id), "(2)").await;
        people[0].joins(&session).await;
        desk.shows(&format!("[data-person='{}']", people[0].id), true).await;
        let first: String = desk.finds(&format!("[data-person='{}']", people[0].id)).await.text().await.unwrap();
        assert!(first.contains("김순자") && !first.contains('('), "{first}");
        class.teacher.starts(&session, class.lecture.steps[0]).await;
        people[2].asks_for_help(class.lecture.steps[0]).await;
        people[3].asks_for_help(class.lecture.steps[0]).await;
        desk.shows_text(&format!("[data-call='{}']", people[2].id), second).await;
        for (width, height, name) in [(1280, 800, "desk"), (360, 740, "phone")] {
            desk.emulates(width, height).await;
            desk.is_not_wider_than_its_window().await;
            desk.keeps_screenshot(&format!("board-names-{name}")).await;
        }
        desk.emulates(1280, 800).await;
        let lecture = format!("/teach/lecture/{}", class.lecture.id);
        for (page, path) in [("statistics", "/statistics".to_owned()), ("attendance", "/attendance".into())] {
            desk.visits(&format!("{lecture}{path}")).await;
            desk.is_at(page).await;
            desk.shows_text(&format!("[data-person='{}']", people[2].id), second).await;
            desk.shows_text(&format!("[data-person='{}']", people[3].id), &format!("{long} (2)")).await;
            desk.is_not_wider_than_its_window().await;
            desk.keeps_screenshot(&format!("names-{page}")).await;
        }
        // On the same page as the sheet: those who are completed, or not.
        desk.shows_text(&format!("#completing [data-person='{}']", people[2].id), second).await;
        desk.visits(&format!("{lecture}/learner/{}", people[2].id)).await;
        desk.is_at("learner").await;
        desk.shows_text(".person-name", second).await;
    });
}
