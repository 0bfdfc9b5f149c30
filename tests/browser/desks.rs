//! Every page of the instructor, in every language and every colour, looked at by axe-core and photographed.

use serde_json::json;

use crate::axe::{Contrast::Aa, Findings};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::people::{PASSWORD, Session};
use crate::office::two_ask_for_attendance;
use crate::reading::THEMES;
use crate::run_story;

#[test]
fn every_page_of_the_instructor_is_clean_in_korean() {
    run_story(|school| tour(school, "ko-KR"));
}

#[test]
fn every_page_of_the_instructor_is_clean_in_japanese() {
    run_story(|school| tour(school, "ja-JP"));
}

#[test]
fn every_page_of_the_instructor_is_clean_in_english() {
    run_story(|school| tour(school, "en-GB"));
}

struct Tour {
    desk: Dashboard,
    language: &'static str,
    findings: Findings,
}

async fn tour(school: School, language: &'static str) {
    let (class, students) = two_ask_for_attendance(&school).await;
    let device = Device { languages: language, ..Device::desktop() };
    let desk = Dashboard::opens_at(&school.url(""), "/teach", &device).await;
    let tour = Tour { desk, language: &language[..2], findings: Findings::default() };
    tour.desk.is_at("signin").await;
    tour.looks_at("signin").await;
    tour.desk.signs_in("teacher@example.com", PASSWORD).await;
    tour.desk.is_at("lectures").await;
    let lecture = format!("/teach/lecture/{}", class.lecture.id);
    let pages = [
        ("lectures", "/teach".to_owned()),
        ("requests", "/teach/requests".into()),
        ("statistics", format!("{lecture}/statistics")),
        ("attendance", format!("{lecture}/attendance")),
        ("learner", format!("{lecture}/learner/{}", students[0].id)),
        ("poster", format!("{lecture}/poster")),
        ("editor", lecture),
        ("board", format!("/teach/session/{}", class.session.id)),
    ];
    for (page, path) in pages {
        tour.desk.visits(&path).await;
        tour.desk.is_at(page).await;
        tour.looks_at(if page == "board" { "board-ended" } else { page }).await;
    }
    let session = class.teacher.opens_session(&class.lecture).await;
    tour.at_the_board(&school, &class.teacher, &session, class.lecture.steps[1]).await;
    tour.findings.are_none();
}

impl Tour {
    async fn looks_at(&self, what: &str) {
        let Tour { desk, language, findings } = self;
        let spoken: String = desk.js("return document.documentElement.lang", vec![]).await;
        assert_eq!(spoken, *language, "the language of {what}");
        // Colours are the same in every language.
        let themes = if *language == "ko" { &THEMES[..] } else { &THEMES[..1] };
        for theme in themes {
            desk.looks("theme", json!(theme)).await;
            let is_first = *theme == THEMES[0];
            let faults = if is_first { desk.faults(Aa).await } else { desk.faint_colours(Aa).await };
            findings.note(&format!("{what}, {theme}"), faults);
            desk.keeps_screenshot(&format!("desk-{language}-{what}-{theme}")).await;
        }
        desk.looks("theme", json!("auto")).await;
    }

    async fn at_the_board(
        &self,
        school: &School,
        teacher: &crate::harness::people::Person,
        session: &Session,
        step: i64,
    ) {
        let Tour { desk, .. } = self;
        let mut learners = Vec::new();
        for name in ["김순자", "이영자", "박정숙", "최영수"] {
            learners.push(school.guest(session, name).await);
        }
        desk.visits(&format!("/teach/session/{}", session.id)).await;
        desk.is_at("board").await;
        desk.sees(learners[3].id, "away").await;
        self.looks_at("board-waiting").await;
        teacher.starts(session, step).await;
        let _seat = learners[0].follows(session).await;
        learners[1].finishes(step).await;
        learners[2].asks_for_help(step).await;
        desk.sees(learners[0].id, "working").await;
        desk.sees(learners[1].id, "done").await;
        desk.sees(learners[2].id, "help").await;
        self.looks_at("board-help").await;
        desk.opens_person(learners[2].id).await;
        self.looks_at("board-person").await;
        desk.clicks("dialog[open] [data-act=close]").await;
        teacher.presses(session, "pause").await.ok();
        desk.shows("[data-act=resume]", true).await;
        self.looks_at("board-paused").await;
    }
}
