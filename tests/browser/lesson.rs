//! One class from the first to the last, with everyone in it.

use serde_json::json;

use crate::classroom::{Class, STEPS, lecture};
use crate::dashboard::Dashboard;
use crate::harness::people::Session;
use crate::harness::{Backend, School, until};
use crate::phone::Phone;
use crate::{run_story, run_story_in};

#[test]
fn three_phones_and_a_dashboard_go_through_a_session_together() {
    run_story_in(Backend::Sqlite, &[], a_class);
}

#[test]
fn three_phones_and_a_dashboard_go_through_a_session_together_on_postgresql() {
    run_story_in(Backend::Postgres, &[], a_class);
}

const NAMES: [&str; 3] = ["김순자", "이영자", "박정숙"];

struct Room {
    board: Dashboard,
    phones: Vec<Phone>,
    ids: Vec<i64>,
}

impl Room {
    async fn everyone_is_at(&self, step: usize) {
        for phone in &self.phones {
            phone.is_at(STEPS[step].0).await;
        }
    }

    async fn everyone_sees(&self, screen: &str) {
        for phone in &self.phones {
            phone.sees(screen).await;
        }
    }
}

async fn a_class(school: School) {
    let room = everyone_comes(&school).await;
    the_first_step(&room).await;
    help_is_called_and_given(&room).await;
    a_rest(&room).await;
    the_end(&room).await;
}

async fn everyone_comes(school: &School) -> Room {
    let teacher = school.teacher().await;
    let lecture = lecture(&teacher).await;
    let session = teacher.opens_session(&lecture).await;
    let board = Dashboard::watches(school, &teacher, &session).await;
    let mut phones = Vec::new();
    for name in NAMES {
        let phone = Phone::joins(school, &session, name).await;
        phone.sees("waiting").await;
        board.reads(name).await;
        phones.push(phone);
    }
    let ids = ids(&teacher, &session).await;
    for id in &ids {
        board.sees(*id, "here").await;
    }
    Room { board, phones, ids }
}

/// In the order in which they came.
async fn ids(teacher: &crate::harness::people::Person, session: &Session) -> Vec<i64> {
    until("three are in", async || {
        let listed = teacher.get(&format!("/api/sessions/{}/participants", session.id)).await.ok();
        let listed = listed["participants"].as_array()?;
        let id_of = |name| listed.iter().find(|p| p["name"] == name).and_then(|p| p["user_id"].as_i64());
        NAMES.into_iter().map(id_of).collect()
    })
    .await
}

async fn the_first_step(room: &Room) {
    let Room { board, phones, ids } = room;
    board.keeps_screenshot("dashboard-waiting").await;
    board.presses_button("start").await;
    room.everyone_is_at(0).await;
    board.sees(ids[0], "working").await;
    phones[0].taps("done").await;
    board.sees(ids[0], "done").await;
    // What is done is done: there is nothing more to press, and the others go on.
    phones[0].shows("[data-act=done]", false).await;
    board.sees(ids[1], "working").await;
    phones[1].taps("done").await;
    phones[2].taps("done").await;
    board.sees(ids[2], "done").await;
    board.keeps_screenshot("dashboard-all-done").await;
    board.presses_button("next").await;
    room.everyone_is_at(1).await;
    board.sees(ids[0], "working").await;
}

async fn help_is_called_and_given(room: &Room) {
    let Room { board, phones, ids } = room;
    phones[1].taps("help").await;
    board.sees(ids[1], "help").await;
    phones[2].taps("help").await;
    board.sees(ids[2], "help").await;
    board.keeps_screenshot("dashboard-help").await;
    board.answers("위쪽의 «친구»를 눌러 주세요.").await;
    phones[1].sees("answer").await;
    phones[1].reads("위쪽의 «친구»를 눌러 주세요.").await;
    phones[1].keeps_screenshot("phone-answer").await;
    phones[1].taps("helped").await;
    phones[1].is_at(STEPS[1].0).await;
    board.sees(ids[1], "working").await;
    phones[2].sees("step").await;
    board.answers("왼쪽 아래를 한 번 더 봐 주세요.").await;
    phones[2].sees("answer").await;
    // It did not help: the call is open again.
    phones[2].taps("not-yet").await;
    phones[2].is_at(STEPS[1].0).await;
    board.sees(ids[2], "help").await;
}

async fn a_rest(room: &Room) {
    let Room { board, .. } = room;
    board.presses_button("pause").await;
    room.everyone_sees("paused").await;
    board.keeps_screenshot("dashboard-paused").await;
    board.presses_button("resume").await;
    room.everyone_is_at(1).await;
    board.presses_button("next").await;
    room.everyone_is_at(2).await;
    board.presses_button("back").await;
    room.everyone_is_at(1).await;
    board.presses_button("next").await;
    room.everyone_is_at(2).await;
    board.presses_button("next").await;
    room.everyone_is_at(3).await;
}

async fn the_end(room: &Room) {
    let Room { board, phones, .. } = room;
    board.presses_button("end").await;
    board.agrees().await;
    room.everyone_sees("ended").await;
    board.keeps_screenshot("dashboard-ended").await;
    let phone = &phones[0];
    phone.taps("again").await;
    for (title, _) in STEPS {
        phone.sees("review").await;
        phone.reads(title).await;
        phone.taps("next").await;
    }
    phone.sees("ended").await;
}

#[test]
fn a_double_tap_counts_once() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.settles().await;
        let twice = "const button = document.querySelector('[data-act=help]').getBoundingClientRect();
            return [button.x + button.width / 2, button.y + button.height / 2]";
        let [x, y]: [f64; 2] = phone.js(twice, vec![]).await;
        for _ in 0..2 {
            for kind in ["mousePressed", "mouseReleased"] {
                let tap = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
                phone.cdp("Input.dispatchMouseEvent", tap).await;
            }
            phone.shows("[data-act=help]", false).await;
        }
        phone.settles().await;
        phone.shows("[data-act=done]", true).await;
        assert!(class.person("김순자").await["open_help_request_id"].is_i64());
    });
}

#[test]
fn a_learner_on_another_page_is_not_present_in_the_session() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.goes_to(&school.url("/me")).await;
        let is_away = async || (class.person("김순자").await["connected"] == false).then_some(());
        phone.until("the board knows", is_away).await;
    });
}
