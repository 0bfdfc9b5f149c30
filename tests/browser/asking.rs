//! The question of a step: written in the editor, answered with a large button, counted on the board, and shown to everyone.

use serde_json::{Value, json};

use crate::axe::{Contrast, Findings};
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::{Browser, Device};
use crate::harness::proxy::Proxy;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const ASKED: &str = "카카오톡은 어느 그림인가요?";

/// A class at its first step, which asks this.
async fn class_that_asks(school: &School, question: Value) -> Class {
    let class = Class::waits(school).await;
    let step = format!("/api/subtasks/{}", class.lecture.steps[0]);
    class.teacher.put(&step, json!({ "question": question })).await.ok();
    class.begins().await;
    class
}

fn choice() -> Value {
    let options = ["노란 말풍선", "파란 새", "빨간 세모"].map(|text| json!({ "text": text }));
    json!({ "kind": "CHOICE", "text": ASKED, "options": options, "answer": 0 })
}

async fn wall_of(school: &School, class: &Class) -> Dashboard {
    let path = format!("/teach/session/{}/screen", class.session.id);
    let link = Dashboard::link(school, &class.teacher, &path).await;
    let wall =
        Dashboard::opens_at(&school.url(""), &link, &Device { width: 1920, height: 1080, ..Device::desktop() }).await;
    wall.is_at("screen").await;
    wall
}

impl Browser {
    async fn chose(&self, at: usize) {
        let is = "[...document.querySelectorAll('.pick')].map((one) => one.getAttribute('aria-pressed') === 'true')
            .join() === [0, 1, 2].map((n) => n === arguments[0]).join()";
        self.until_js(&format!("answer {at} is chosen"), is, vec![json!(at)]).await;
    }

    async fn in_themes(&self, findings: &Findings, what: &str, contrast: Contrast) {
        for theme in THEMES {
            self.looks("theme", json!(theme)).await;
            findings.note(&format!("{what}, {theme}"), self.faults(contrast).await);
            self.keeps_screenshot(&format!("{what}-{theme}")).await;
        }
        self.looks("theme", json!("light")).await;
    }
}

#[test]
fn a_learner_answers_with_one_tap_and_sees_what_the_instructor_shows() {
    run_story(|school| async move {
        let class = class_that_asks(&school, choice()).await;
        let findings = Findings::default();
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        let other = Phone::joins(&school, &class.session, "이영자").await;
        let (board, wall) =
            (Dashboard::watches(&school, &class.teacher, &class.session).await, wall_of(&school, &class).await);
        for one in [&phone, &other] {
            one.is_at(STEPS[0].0).await;
            one.reads(ASKED).await;
            one.shows("[data-act=done]", false).await;
        }
        phone.keeps_screenshot("question-asked").await;
        phone.taps("answer-1").await;
        phone.chose(1).await;
        phone.reads("답을 보냈어요").await;
        phone.taps("answer-0").await;
        phone.chose(0).await;
        other.taps("answer-2").await;
        other.chose(2).await;
        board.reads("지금까지 2명이 답했습니다").await;
        let counted = "[...document.querySelectorAll('.question-now .results b')].map((one) => one.innerText).join() === '1명,0명,1명'";
        board.until_js("the board counts", counted, vec![]).await;
        assert!(!phone.has(".results li").await, "nobody but staff sees the numbers");
        wall.reads(ASKED).await;
        wall.keeps_screenshot("question-wall-asked").await;
        findings.note("board", board.faults(Contrast::Aa).await);
        board.keeps_screenshot("question-board").await;
        board.presses_button("show-results").await;
        for one in [&phone as &Browser, &other, &wall] {
            let shown =
                "[...document.querySelectorAll('.results b')].map((one) => one.innerText).join() === '1명,0명,1명'";
            one.until_js("the numbers are shown", shown, vec![]).await;
        }
        assert!(!phone.text().await.contains("정답"), "the right answer is not out yet");
        phone.reads("내 답").await;
        wall.keeps_screenshot("question-wall-results").await;
        board.presses_button("show-answer").await;
        phone.shows(".results li[data-right]", true).await;
        phone.shows(".choices", false).await;
        wall.shows(".results li[data-right]", true).await;
        wall.keeps_screenshot("question-wall-answer").await;
        findings.note("wall", wall.faults(Contrast::Aa).await);
        phone.in_themes(&findings, "question-right", Contrast::Aaa).await;
        // It is all there after a reload.
        phone.reloads().await;
        phone.shows(".results li[data-right]", true).await;
        phone.reads("내 답").await;
        board.presses_button("show-hidden").await;
        phone.shows(".results", false).await;
        phone.reads("답은 여기까지 모았어요").await;
        phone.reloads().await;
        phone.reads("답은 여기까지 모았어요").await;
        phone.shows(".choices", false).await;
        // A learner who comes now cannot answer, and is done by the button.
        let late = Phone::joins(&school, &class.session, "이늦음").await;
        late.taps("done").await;
        late.shows("[data-act=done]", false).await;
        class.presses("end").await;
        board.reads("질문과 답").await;
        board.keeps_screenshot("question-summary").await;
        findings.note("summary", board.faults(Contrast::Aa).await);
        findings.are_none();
    });
}

#[test]
fn an_answer_that_was_given_without_a_connection_arrives_by_itself() {
    run_story(|school| async move {
        let class = class_that_asks(&school, choice()).await;
        let proxy = Proxy::to(school.address).await;
        let phone = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &Device::phone()).await;
        phone.reads(ASKED).await;
        phone.link_is(&["open"]).await;
        proxy.cut();
        phone.link_is(&["waiting", "offline"]).await;
        phone.taps("answer-0").await;
        phone.chose(0).await;
        phone.reads("인터넷이 이어지면").await;
        phone.keeps_screenshot("question-offline").await;
        proxy.mend().await;
        phone.reads("답을 보냈어요").await;
        let answers = class.teacher.get(&format!("/api/sessions/{}/answers", class.session.id)).await.ok();
        assert_eq!(answers["questions"][0]["counts"][0], json!({ "value": 0, "count": 1 }));
    });
}

#[test]
fn a_number_is_typed_on_large_keys_and_read_as_people_write_it() {
    run_story(|school| async move {
        let question = json!({ "kind": "NUMBER", "text": "지금 온도는 몇 도인가요?", "unit": "도" });
        let class = class_that_asks(&school, question).await;
        let findings = Findings::default();
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.reads("지금 온도는 몇 도인가요?").await;
        phone.types("#number", "따뜻").await;
        phone.taps("answer-number").await;
        phone.reads("숫자로만 적어 주세요").await;
        phone.shows("[data-act=minus]", false).await;
        phone.types("#number", "36,5").await;
        phone.taps("answer-number").await;
        phone.reads("36.5 도").await;
        phone.in_themes(&findings, "question-number", Contrast::Aaa).await;
        let shown = json!({ "shown": "RESULTS" });
        let path = format!("/api/sessions/{}/steps/{}/results", class.session.id, class.lecture.steps[0]);
        class.teacher.post(&path, shown).await.ok();
        phone.shows(".results li", true).await;
        phone.keeps_screenshot("question-number-results").await;
        findings.are_none();
    });
}

/// The keys for numbers have no minus on an iPhone.
#[test]
fn an_iphone_offers_a_minus_for_a_number_below_zero() {
    run_story(|school| async move {
        let question = json!({ "kind": "NUMBER", "text": "지금 바깥은 몇 도인가요?", "unit": "도" });
        let class = class_that_asks(&school, question).await;
        let phone = Phone::opens(&school, "/").await;
        let _: Option<bool> = phone.js("localStorage.setItem('gyosil.kind', '\"IPHONE\"')", vec![]).await;
        phone.visits(&class.session.scanned()).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.reads("지금 바깥은 몇 도인가요?").await;
        phone.types("#number", "7").await;
        phone.taps("minus").await;
        phone.keeps_screenshot("question-minus").await;
        phone.taps("answer-number").await;
        phone.reads("-7 도").await;
        phone.taps("minus").await;
        phone.taps("answer-number").await;
        phone
            .until_js("it is above zero again", "document.querySelector('.told').textContent.includes(' 7 도')", vec![])
            .await;
    });
}

#[test]
fn a_question_is_read_and_pressed_in_every_size_and_theme() {
    run_story(|school| async move {
        let class = class_that_asks(&school, choice()).await;
        let findings = Findings::default();
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.reads(ASKED).await;
        phone.taps("answer-0").await;
        phone.chose(0).await;
        phone.in_themes(&findings, "question-chosen", Contrast::Aaa).await;
        for (width, height, size) in [(360, 640, 100), (360, 640, 200), (320, 480, 200), (412, 915, 135)] {
            phone.emulates(width, height).await;
            phone.looks("size", json!(size)).await;
            let place = format!("{width}×{height}, {size} %");
            findings.note(&place, phone.hard_to_read_or_press().await);
            phone.keeps_screenshot(&format!("question-{width}-{size}")).await;
        }
        findings.are_none();
    });
}

#[test]
fn an_instructor_writes_a_question_and_sees_it_as_a_phone_shows_it() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let findings = Findings::default();
        let desk = Dashboard::opens(&school, &class.teacher, &format!("/teach/lecture/{}", class.lecture.id)).await;
        desk.is_at("editor").await;
        desk.clicks(&format!("[data-step='{}'] [data-act=edit]", class.lecture.steps[0])).await;
        desk.presses_button("add-question").await;
        desk.types("#q-text", ASKED).await;
        desk.types("#q-option-0", "노란 말풍선").await;
        desk.types("#q-option-1", "파란 새").await;
        desk.presses_button("add-option").await;
        desk.presses_button("save").await;
        desk.until_js("an answer is missing", "document.activeElement.id === 'q-option-2'", vec![]).await;
        desk.types("#q-option-2", "빨간 세모").await;
        desk.clicks(".option input[type=radio]").await;
        let seen = "document.querySelector('iframe').contentDocument.querySelectorAll('.pick').length === 3";
        desk.until_js("the preview shows it", seen, vec![]).await;
        findings.note("editor", desk.faults(Contrast::Aa).await);
        let _: Option<bool> = desk.js("document.querySelector('#q-text').scrollIntoView()", vec![]).await;
        desk.keeps_screenshot("question-editor").await;
        desk.presses_button("save").await;
        let path = format!("/api/tasks/{}", class.lecture.task);
        let saved = crate::harness::until("it is saved", async || {
            let task = class.teacher.get(&path).await.ok();
            let question = task["subtasks"][0]["question"].clone();
            question.is_object().then_some(question)
        })
        .await;
        assert_eq!((&saved["answer"], &saved["options"][2]["text"]), (&json!(0), &json!("빨간 세모")));
        findings.are_none();
    });
}

#[test]
fn a_learner_asks_the_class_without_a_name_and_others_say_me_too() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let findings = Findings::default();
        let (phone, other) = (
            Phone::joins(&school, &class.session, "김순자").await,
            Phone::joins(&school, &class.session, "이영자").await,
        );
        let board = Dashboard::watches(&school, &class.teacher, &class.session).await;
        for one in [&phone, &other] {
            one.is_at(STEPS[0].0).await;
            one.taps("ask-class").await;
            one.shows("dialog[open] #class-question", true).await;
        }
        phone.types("#class-question", "사진은 어디에 있나요?").await;
        phone.taps("send-question").await;
        phone.reads("질문을 보냈어요").await;
        phone.reads("내 질문").await;
        other.reads("사진은 어디에 있나요?").await;
        assert!(!other.text().await.contains("김순자"), "the others do not see who asked");
        other.clicks("[data-act^=me-too]").await;
        other.reads("저도 궁금하다고 했어요").await;
        board.reads("1명도 궁금해합니다").await;
        board.reads("김순자").await;
        board.keeps_screenshot("class-questions-board").await;
        findings.note("board", board.faults(Contrast::Aa).await);
        other.in_themes(&findings, "class-questions", Contrast::Aaa).await;
        other.emulates(360, 640).await;
        other.looks("size", json!(200)).await;
        other.keeps_screenshot("class-questions-200").await;
        findings.note("large", other.hard_to_read_or_press().await);
        board.clicks(".class-questions [data-act=answered]").await;
        phone.reads("선생님이 답하셨어요").await;
        board.clicks(".class-questions [data-act=hide]").await;
        phone.until_js("it is hidden", "!document.querySelector('.class-questions li')", vec![]).await;
        findings.are_none();
    });
}
