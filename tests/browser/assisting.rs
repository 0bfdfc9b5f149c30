//! Those who help in a class: how they come, what they see and do, and what the learner's phone and the teacher's board show of it.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::axe::Contrast::{Aa, Aaa};
use crate::axe::Findings;
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::{Browser, Device};
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const IS_KNOWN: &str = "선생님께 알려 드렸어요";
const PARK_COMES: &str = "박도우미님이 가고 있어요";

impl Class {
    /// Content of the QR of helpers, without the server.
    async fn helpers_address(&self) -> String {
        let staff = self.teacher.get(&format!("/api/sessions/{}/staff", self.session.id)).await.ok();
        let url = staff["helper_url"].as_str().unwrap().to_owned();
        url[url.find("/assist/").unwrap()..].to_owned()
    }

    async fn helper_comes(&self, school: &School, name: &str) -> Dashboard {
        let helper = Dashboard::opens_at(&school.url(""), &self.helpers_address().await, &Device::phone()).await;
        helper.enters_as(name).await;
        helper
    }

    /// A class at a step without a guide, where nobody but a person answers, and a phone in it.
    async fn with_phone(school: &School) -> (Class, Phone, i64) {
        let class = Class::runs(school).await;
        class.goes_to(1).await;
        let phone = Phone::joins(school, &class.session, "김순자").await;
        phone.is_at(STEPS[1].0).await;
        let her = class.id_of("김순자").await;
        (class, phone, her)
    }
}

impl Dashboard {
    async fn enters_as(&self, name: &str) {
        self.is_at("assist").await;
        self.types("#helper-name", name).await;
        self.presses_button("enter").await;
        self.shows(".board.assisting", true).await;
        self.link_is("open").await;
    }

    /// The call of a learner is open in the queue, and what stands in it is read.
    async fn opens_call(&self, learner: i64) {
        let head = format!("[data-call='{learner}'] .who");
        self.shows(&head, true).await;
        self.until(&format!("the call of {learner} is open"), async || {
            if self.has(&format!("[data-call='{learner}'] .told")).await {
                return Some(());
            }
            self.tries_to_click(&head).await;
            None
        })
        .await;
    }

    async fn acts_on_call(&self, learner: i64, act: &str) {
        self.opens_call(learner).await;
        self.clicks(&format!("[data-call='{learner}'] [data-act={act}]")).await;
    }
}

/// Looks at a page in all colours, and at twice the size on a narrow phone.
pub async fn looks_at(page: &Browser, what: &str, findings: &Findings) {
    for theme in THEMES {
        page.looks("theme", json!(theme)).await;
        let faults = if theme == THEMES[0] { page.faults(Aa).await } else { page.faint_colours(Aa).await };
        findings.note(&format!("{what}, {theme}"), faults);
        page.keeps_screenshot(&format!("{what}-{theme}")).await;
    }
    page.looks("theme", json!("auto")).await;
    page.looks("size", json!(200)).await;
    page.settles().await;
    findings.note(&format!("{what}, 200 %"), page.js(IS_CUT_OFF, vec![]).await);
    page.keeps_screenshot(&format!("{what}-large")).await;
    page.looks("size", json!(100)).await;
}

/// Elements that are wider than the page, or have a text that is wider than themselves.
const IS_CUT_OFF: &str = "return [...document.querySelectorAll('main *, dialog[open] *')].filter((node) => node.checkVisibility() && !node.closest('.unseen, svg'))
    .filter((node) => { const { left, right } = node.getBoundingClientRect(); return right > innerWidth + 1 || left < -1; })
    .map((node) => `cut off: ${node.outerHTML.slice(0, 120)}`)";

#[test]
fn a_helper_comes_by_the_qr_and_a_name_and_gets_a_board_that_steers_nothing() {
    run_story(|school| async move {
        let (class, _phone, her) = Class::with_phone(&school).await;
        let findings = Findings::default();
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.presses_button("call-helpers").await;
        desk.shows("dialog[open] img[src^='/qr/assist/']", true).await;
        desk.until_js("the picture is drawn", "document.querySelector('dialog[open] img').naturalWidth > 0", vec![])
            .await;
        findings.note("calling helpers", desk.faults(Aa).await);
        desk.keeps_screenshot("board-call-helpers").await;
        let address: String = desk.js("return new URL(document.querySelector('#helper-url').value).href", vec![]).await;
        let path = address[address.find("/assist/").unwrap()..].to_owned();
        assert_eq!(path, class.helpers_address().await);
        desk.clicks("dialog[open] [data-act=close]").await;

        let helper = Dashboard::opens_at(&school.url(""), &path, &Device::phone()).await;
        helper.is_at("assist").await;
        helper.shows("#helper-name", true).await;
        assert!(!helper.url().await.contains("k="), "the key stays in the address");
        helper.presses_button("enter").await;
        helper.shows("#helper-problem", true).await;
        looks_at(&helper, "helper-name", &findings).await;
        helper.enters_as("박도우미").await;
        helper.sees(her, "working").await;
        for act in ["next", "back", "start", "pause", "end", "tell", "jump", "door", "screen", "call-helpers"] {
            assert!(!helper.has(&format!("[data-act={act}]")).await, "a helper can press {act}");
        }
        helper.reads(STEPS[1].0).await;
        looks_at(&helper, "helper-board", &findings).await;
        // The keys of the board lead nobody either.
        helper.presses(Key::PageDown).await;
        helper.presses(Key::Right).await;
        desk.shows("[data-staff][data-role=HELPER][data-connected=true]", true).await;
        desk.reads("박도우미").await;
        desk.keeps_screenshot("board-with-helper").await;
        findings.note("the board with a helper", desk.faults(Aa).await);
        assert_eq!(class.person("김순자").await["current_subtask"]["id"], class.lecture.steps[1]);
        // The login stays in this browser, for as long as the class.
        helper.reloads().await;
        helper.shows(".board.assisting", true).await;
        helper.sees(her, "working").await;
        desk.presses_button("end-help").await;
        desk.agrees().await;
        helper.shows("[data-assist=removed]", true).await;
        helper.keeps_screenshot("helper-removed").await;
        desk.shows("[data-staff][data-role=HELPER]", false).await;
        findings.are_none();
    });
}

#[test]
fn a_helpers_screen_tells_that_the_class_is_over_and_that_a_wrong_key_leads_nowhere() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let helper = class.helper_comes(&school, "박도우미").await;
        class.presses("end").await;
        helper.shows("[data-assist=over]", true).await;
        helper.keeps_screenshot("helper-over").await;
        let again = class.teacher.opens_session(&class.lecture).await;
        let wrong = format!("/assist/{}?k=AAAAAAAAAAA", again.code);
        let stranger = Dashboard::opens_at(&school.url(""), &wrong, &Device::phone()).await;
        stranger.types("#helper-name", "아무개").await;
        stranger.presses_button("enter").await;
        stranger.shows("[data-assist=gone]", true).await;
        stranger.keeps_screenshot("helper-wrong-key").await;
    });
}

#[test]
fn a_helper_claims_a_call_and_the_learner_and_all_others_see_who_comes() {
    run_story(|school| async move {
        let (class, phone, her) = Class::with_phone(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let park = class.helper_comes(&school, "박도우미").await;
        let lee = class.helper_comes(&school, "이도우미").await;
        phone.taps("help").await;
        phone.reads(IS_KNOWN).await;
        park.acts_on_call(her, "claim").await;
        phone.reads(PARK_COMES).await;
        phone.keeps_screenshot("phone-helper-comes").await;
        park.shows(&format!("[data-call='{her}'] [data-act=release]"), true).await;
        park.keeps_screenshot("helper-claimed").await;
        for other in [&desk, &lee] {
            other.opens_call(her).await;
            other.reads("박도우미 님이 가고 있어요").await;
            for act in ["claim", "coming"] {
                other.shows(&format!("[data-call='{her}'] [data-act={act}]"), false).await;
            }
        }
        lee.shows(&format!("[data-call='{her}'] [data-act=release]"), false).await;
        desk.keeps_screenshot("board-claimed").await;
        let findings = Findings::default();
        findings.note("the queue", desk.faults(Aa).await);
        findings.note("the helper's queue", park.faults(Aa).await);
        findings.note("the phone", phone.faults(Aaa).await);
        // The phone finds it again.
        phone.reloads().await;
        phone.reads(PARK_COMES).await;
        class.presses("pause").await;
        phone.sees("paused").await;
        phone.reads(PARK_COMES).await;
        class.presses("resume").await;
        phone.sees("step").await;
        park.acts_on_call(her, "release").await;
        phone.reads(IS_KNOWN).await;
        lee.acts_on_call(her, "claim").await;
        phone.reads("이도우미님이 가고 있어요").await;
        // The instructor gives the call of a helper who cannot go back to all.
        desk.acts_on_call(her, "release").await;
        phone.reads(IS_KNOWN).await;
        lee.acts_on_call(her, "claim").await;
        phone.reads("이도우미님이 가고 있어요").await;
        lee.acts_on_call(her, "resolve").await;
        phone.shows("[data-act=help]", true).await;
        for board in [&desk, &park, &lee] {
            board.shows(&format!("[data-call='{her}']"), false).await;
        }
        findings.are_none();
    });
}

#[test]
fn the_instructor_does_not_go_where_a_helper_goes_already() {
    run_story(|school| async move {
        let (class, phone, her) = Class::with_phone(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        phone.taps("help").await;
        phone.reads(IS_KNOWN).await;
        desk.opens_call(her).await;
        // The board has not heard of the claim when its button is pressed.
        desk.cdp("Network.enable", json!({})).await;
        let park = class.helper_comes(&school, "박도우미").await;
        let _: Option<bool> = desk.js(DEAF, vec![]).await;
        park.acts_on_call(her, "claim").await;
        phone.reads(PARK_COMES).await;
        desk.clicks(&format!("[data-call='{her}'] [data-act=coming]")).await;
        desk.reads("다른 분이 이미 가고 있습니다").await;
        phone.reads(PARK_COMES).await;
        assert_eq!(phone.screen().await, "step", "nobody else is announced");
    });
}

/// Claims do not reach the page as frames: as if they were still on their way.
const DEAF: &str = "JSON.parse = ((parse) => (text, ...more) => {
    const told = parse(text, ...more);
    return told?.type === 'help_claimed' ? { type: 'late', seq: told.seq, prev: told.prev, data: {} } : told;
})(JSON.parse)";

#[test]
fn a_helper_answers_marks_a_step_done_for_someone_and_speaks_to_them_alone() {
    run_story(|school| async move {
        let (class, phone, her) = Class::with_phone(&school).await;
        let other = Phone::joins(&school, &class.session, "이영자").await;
        other.is_at(STEPS[1].0).await;
        let park = class.helper_comes(&school, "박도우미").await;
        phone.taps("help").await;
        park.opens_call(her).await;
        park.answers("위쪽의 «친구»를 눌러 주세요.").await;
        phone.sees("answer").await;
        phone.reads("위쪽의 «친구»").await;
        phone.taps("helped").await;
        phone.is_at(STEPS[1].0).await;
        park.opens_person(her).await;
        for act in ["rename", "remove", "merge", "reentry"] {
            assert!(!park.has(&format!("dialog[open] [data-act={act}]")).await, "a helper can {act}");
        }
        let findings = Findings::default();
        looks_at(&park, "helper-person", &findings).await;
        park.types("#to-one", "위에서 두 번째를 누르시면 돼요.").await;
        park.clicks("dialog[open] [data-act=tell-one]").await;
        phone.shows("dialog[data-message]", true).await;
        phone.reads("위에서 두 번째를").await;
        phone.reads("박도우미").await;
        park.clicks("dialog[open] [data-act=mark-done]").await;
        park.sees(her, "done").await;
        phone.taps("read-message").await;
        phone.shows("dialog[data-message]", false).await;
        phone.shows("[data-act=done]", false).await;
        phone.reads("잘하셨어요").await;
        assert!(!other.has("dialog[open]").await, "the message was for one");
        assert!(other.has("[data-act=done]").await);
        findings.are_none();
    });
}

#[test]
fn a_message_to_one_comes_again_until_it_is_read_and_the_newest_takes_the_place_of_the_one_before() {
    run_story(|school| async move {
        let (class, phone, her) = Class::with_phone(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let says = async |message: &str| {
            desk.opens_person(her).await;
            desk.types("#to-one", message).await;
            desk.clicks("dialog[open] [data-act=tell-one]").await;
            desk.reads(&format!("전했습니다: {message}")).await;
            desk.keeps_screenshot("board-told-one").await;
            desk.clicks("dialog[open] [data-act=close]").await;
        };
        says("천천히 하셔도 돼요.").await;
        phone.shows("dialog[data-message]", true).await;
        phone.reads("박강사 님이 전하는 말").await;
        phone.reloads().await;
        phone.shows("dialog[data-message]", true).await;
        phone.reads("천천히 하셔도 돼요.").await;
        says("이제 제가 갈게요.").await;
        phone.reads("이제 제가 갈게요.").await;
        let cards: usize = phone.js("return document.querySelectorAll('dialog[data-message]').length", vec![]).await;
        assert_eq!(cards, 1);
        phone.taps("hear-message").await;
        phone.hears("이제 제가 갈게요.").await;
        phone.taps("read-message").await;
        phone.shows("dialog[data-message]", false).await;
        phone.is_at(STEPS[1].0).await;
        let is_known = async || {
            let open: Vec<(i64,)> = school.app.db.all("select id from participant_messages", vec![]).await.unwrap();
            open.is_empty().then_some(())
        };
        phone.until("the server knows that it was read", is_known).await;
        phone.reloads().await;
        phone.link_is(&["open"]).await;
        phone.is_at(STEPS[1].0).await;
        phone.settles().await;
        assert!(!phone.has("dialog[data-message]").await, "it has been read");
    });
}

#[test]
fn a_message_to_one_can_be_read_by_old_eyes_on_every_screen() {
    run_story(|school| async move {
        let (class, phone, her) = Class::with_phone(&school).await;
        let findings = Findings::default();
        let path = format!("/api/sessions/{}/participants/{her}/message", class.session.id);
        let words = "화면 위쪽에 있는 «친구»를 한 번만 천천히 눌러 보세요. 이름이 쭉 나오면 잘하신 거예요. 안 나오면 그대로 계세요. 제가 갈게요.";
        for (screen, key) in
            [("step", "7c0f1f0e-6f5f-4b52-9a4e-3f6f1f0f7a10"), ("paused", "7c0f1f0e-6f5f-4b52-9a4e-3f6f1f0f7a11")]
        {
            if screen == "paused" {
                class.presses("pause").await;
            }
            phone.sees(screen).await;
            if screen == "paused" {
                phone.looks("size", json!(200)).await;
            }
            let body = json!({ "message": format!("{words} {screen}") });
            class.teacher.post_once(&path, body, key).await.ok();
            phone.shows("dialog[data-message]", true).await;
            phone.keeps_screenshot(&format!("phone-message-{screen}-opened")).await;
            let begins: bool = phone
                .js("return document.querySelector('#to-me-title').getBoundingClientRect().top >= 0", vec![])
                .await;
            assert!(begins, "the card of {screen} is opened at its beginning");
            phone.looks("size", json!(100)).await;
            for theme in THEMES {
                phone.looks("theme", json!(theme)).await;
                let faults = if theme == THEMES[0] { phone.faults(Aaa).await } else { phone.faint_colours(Aaa).await };
                findings.note(&format!("{screen}, {theme}"), faults);
                phone.keeps_screenshot(&format!("phone-message-{screen}-{theme}")).await;
            }
            phone.looks("theme", json!("auto")).await;
            findings.note(screen, phone.hard_to_read_or_press().await);
            for (width, height, size) in [(360, 740, 200), (320, 640, 200), (740, 360, 100)] {
                phone.looks("size", json!(size)).await;
                phone.emulates(width, height).await;
                findings.note(&format!("{screen}, {width} {size} %"), phone.hard_to_read_or_press().await);
                phone.keeps_screenshot(&format!("phone-message-{screen}-{width}-{size}")).await;
            }
            phone.looks("size", json!(100)).await;
            phone.emulates(360, 740).await;
            phone.taps("read-message").await;
            phone.shows("dialog[data-message]", false).await;
        }
        findings.are_none();
    });
}

#[test]
fn a_colleague_is_called_by_name_and_takes_the_class_over_without_a_gap() {
    run_story(|school| async move {
        let (class, phone, her) = Class::with_phone(&school).await;
        let colleague = school.another_teacher().await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let gives = async |act: &str| {
            desk.presses_button("call-helpers").await;
            desk.clicks("dialog[open] summary").await;
            desk.types("#colleague", "최강").await;
            desk.presses(Key::Enter).await;
            let found = format!("[data-colleague='{}']", colleague.id);
            desk.shows(&found, true).await;
            desk.keeps_screenshot("board-colleagues").await;
            desk.clicks(&format!("{found} [data-act={act}]")).await;
        };
        gives("invite").await;
        let listed = |role: &str| format!("[data-staff='{}'][data-role={role}]", colleague.id);
        desk.shows(&listed("HELPER"), true).await;
        let theirs = Dashboard::opens(&school, &colleague, "/teach").await;
        let way = format!("[data-assisted] [data-session='{}']", class.session.id);
        theirs.shows(&way, true).await;
        theirs.keeps_screenshot("lectures-of-a-colleague-who-helps").await;
        // The notification leads there, too.
        theirs.presses_button("notices").await;
        theirs.clicks("dialog[open] .news").await;
        theirs.is_at("board").await;
        theirs.shows(".board.assisting", true).await;
        theirs.sees(her, "working").await;
        assert!(!theirs.has("[data-act=next]").await);
        theirs.keeps_screenshot("board-of-a-colleague-who-helps").await;
        gives("hand-over").await;
        desk.shows("dialog.ask", true).await;
        desk.keeps_screenshot("board-hand-over").await;
        desk.agrees().await;
        desk.shows(&listed("HOST"), true).await;
        // Their board becomes one that leads by itself.
        theirs.shows("[data-act=next]", true).await;
        theirs.presses_button("next").await;
        phone.is_at(STEPS[2].0).await;
        theirs.keeps_screenshot("board-of-a-host").await;
        desk.clicks("[data-act=back]").await;
        phone.is_at(STEPS[1].0).await;
        desk.presses_button("end-help").await;
        desk.agrees().await;
        desk.shows(&listed("HOST"), false).await;
        theirs
            .until_js("their board is over", "document.querySelector('#link').dataset.state !== 'open'", vec![])
            .await;
        theirs.is_forgiven();
    });
}

#[test]
fn a_helper_works_by_the_keyboard_and_in_each_language() {
    for language in ["ja-JP", "en-GB"] {
        run_story(|school| async move {
            let (class, phone, her) = Class::with_phone(&school).await;
            let device = Device { languages: language, ..Device::phone() };
            let helper = Dashboard::opens_at(&school.url(""), &class.helpers_address().await, &device).await;
            helper.shows("#helper-name", true).await;
            let findings = Findings::default();
            looks_at(&helper, &format!("helper-name-{}", &language[..2]), &findings).await;
            helper.until_js("the field has the focus", "document.activeElement.id === 'helper-name'", vec![]).await;
            helper.presses("Park").await;
            helper.presses(Key::Enter).await;
            helper.shows(".board.assisting", true).await;
            phone.taps("help").await;
            helper.opens_call(her).await;
            let _: Option<bool> = helper.js("document.querySelector('[data-act=claim]').focus()", vec![]).await;
            helper.presses(Key::Enter).await;
            phone.reads("Park님이 가고 있어요").await;
            helper.until_js("the focus is somewhere", "document.activeElement !== document.body", vec![]).await;
            looks_at(&helper, &format!("helper-claimed-{}", &language[..2]), &findings).await;
            let korean: bool = helper.js("return /[가-힣]/.test([...document.querySelectorAll('.help, .titles .hint, .tools')].map((one) => one.innerText.replace(/김순자|박강사/g, '')).join(' ').replaceAll(arguments[0], ''))", vec![Value::from(STEPS[1].0)]).await;
            assert!(!korean, "Korean stands on a page in {language}");
            findings.are_none();
        });
    }
}
