//! Every screen of a learner's phone, in every language and every colour: looked at by axe-core, measured, and photographed.

use serde_json::json;

use crate::axe::Contrast::Aaa;
use crate::axe::Findings;
use crate::classroom::Class;
use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::proxy::Proxy;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

const NARROW: (u32, u32) = (320, 640);
const USUAL: (u32, u32) = (360, 740);
const WIDE: (u32, u32) = (1280, 800);

#[test]
fn every_screen_of_the_phone_is_clean_in_korean() {
    run_story(|school| tour(school, "ko-KR"));
}

#[test]
fn every_screen_of_the_phone_is_clean_in_japanese() {
    run_story(|school| tour(school, "ja-JP"));
}

#[test]
fn every_screen_of_the_phone_is_clean_in_english() {
    run_story(|school| tour(school, "en-GB"));
}

struct Tour {
    phone: Phone,
    class: Class,
    proxy: Proxy,
    language: &'static str,
    findings: Findings,
}

async fn tour(school: School, language: &'static str) {
    let class = Class::waits(&school).await;
    let proxy = Proxy::to(school.address).await;
    let device = Device { languages: language, ..Device::phone() };
    let phone = Phone::opens_at(&proxy.url(""), "/", &device).await;
    let tour = Tour { phone, class, proxy, language: &language[..2], findings: Findings::default() };
    tour.at_the_door().await;
    tour.in_class().await;
    tour.help().await;
    tour.after_class().await;
    tour.outside().await;
    tour.findings.are_none();
}

impl Tour {
    /// What everyone sees here, whatever their eyes are like.
    async fn looks_at(&self, what: &str) {
        let Tour { phone, language, findings, .. } = self;
        let name = format!("phone-{language}-{what}");
        let spoken: String = phone.js("return document.documentElement.lang", vec![]).await;
        assert_eq!(spoken, *language, "the language of {what}");
        // Colours are the same in every language.
        let themes = if *language == "ko" { &THEMES[..] } else { &THEMES[..1] };
        for theme in themes {
            phone.looks("theme", json!(theme)).await;
            let is_first = *theme == THEMES[0];
            let faults = if is_first { phone.faults(Aaa).await } else { phone.faint_colours(Aaa).await };
            findings.note(&format!("{what}, {theme}"), faults);
            phone.keeps_screenshot(&format!("{name}-{theme}")).await;
        }
        phone.looks("theme", json!("auto")).await;
        findings.note(what, phone.hard_to_read_or_press().await);
        // Lines are longest where the screen is wide, and Korean letters are counted.
        if *language == "ko" {
            phone.emulates(WIDE.0, WIDE.1).await;
            findings.note(&format!("{what}, wide"), phone.hard_to_read_or_press().await);
        }
        phone.looks("size", json!(200)).await;
        phone.emulates(NARROW.0, NARROW.1).await;
        findings.note(&format!("{what}, 200 % at 320 px"), phone.hard_to_read_or_press().await);
        phone.keeps_screenshot(&format!("{name}-large")).await;
        phone.looks("size", json!(100)).await;
        phone.emulates(USUAL.0, USUAL.1).await;
    }

    /// … where it is made like others that were looked at closely: only its words are its own.
    async fn glances_at(&self, what: &str) {
        let Tour { phone, language, findings, .. } = self;
        findings.note(what, phone.faults(Aaa).await);
        phone.looks("size", json!(200)).await;
        phone.emulates(NARROW.0, NARROW.1).await;
        findings.note(&format!("{what}, 200 % at 320 px"), phone.hard_to_read_or_press().await);
        phone.keeps_screenshot(&format!("phone-{language}-{what}-large")).await;
        phone.looks("size", json!(100)).await;
        phone.emulates(USUAL.0, USUAL.1).await;
    }

    /// What the server might say to who wants to come in.
    async fn refused(&self) {
        let Tour { phone, class, .. } = self;
        for (code, screen) in [
            ("CLASS_FULL", "full"),
            ("ENROLLMENT_NEEDED", "needed"),
            ("ENROLLMENT_REJECTED", "rejected"),
            ("INTERNAL_ERROR", "name"),
        ] {
            phone.visits(&format!("/j/{}", class.session.code)).await;
            phone.types_name("김순자").await;
            let instead = "const asks = window.fetch;
                window.fetch = (path, ...rest) => String(path).includes('/guest')
                    ? Promise.resolve(new Response(JSON.stringify({ error: { code: arguments[0] } }), { status: 403 }))
                    : asks(path, ...rest)";
            let _: Option<bool> = phone.js(instead, vec![json!(code)]).await;
            phone.taps("enter").await;
            phone.sees(screen).await;
            if screen == "name" {
                phone.shows("main [role=alert]", true).await;
            }
            self.glances_at(&format!("refused-{screen}")).await;
        }
        phone.visits("/me").await;
        phone.sees("me-nobody").await;
        self.glances_at("me-nobody").await;
        phone.taps("signin").await;
        phone.sees("signin").await;
        self.glances_at("signin").await;
        phone.visits(&format!("/j/{}#t=1.0.used", class.session.code)).await;
        phone.sees("name").await;
        self.glances_at("name-after-a-used-link").await;
    }

    async fn at_the_door(&self) {
        let Tour { phone, class, .. } = self;
        phone.sees("code").await;
        self.looks_at("code").await;
        phone.visits("/j/000000").await;
        phone.sees("gone").await;
        self.looks_at("gone").await;
        class.closes_door(true).await;
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("door").await;
        self.looks_at("door").await;
        class.closes_door(false).await;
        self.refused().await;
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("name").await;
        self.looks_at("name").await;
        phone.taps("enter").await;
        phone.shows("main [role=alert]", true).await;
        self.looks_at("name-missing").await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.sees("waiting").await;
        self.looks_at("waiting").await;
        phone.taps("settings").await;
        phone.shows("dialog[open]", true).await;
        self.looks_at("settings").await;
        phone.taps("close").await;
        phone.shows("dialog[open]", false).await;
    }

    async fn in_class(&self) {
        let Tour { phone, class, proxy, .. } = self;
        class.begins().await;
        phone.sees("step").await;
        self.looks_at("step").await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        self.looks_at("done").await;
        proxy.cut();
        phone.link_is(&["offline", "waiting"]).await;
        self.looks_at("step-offline").await;
        proxy.mend().await;
        phone.link_is(&["open"]).await;
        class.presses("pause").await;
        phone.sees("paused").await;
        self.looks_at("paused").await;
        class.presses("resume").await;
        phone.sees("step").await;
    }

    async fn help(&self) {
        let Tour { phone, class, .. } = self;
        class.goes_to(1).await;
        phone.taps("help").await;
        phone.shows("[data-act=help]", false).await;
        self.looks_at("help").await;
        class.answers("김순자", "위쪽에 있는 «친구»를 한 번 눌러 보세요. 이름이 쭉 나오면 잘하신 거예요.").await;
        phone.sees("answer").await;
        self.looks_at("answer").await;
        phone.taps("helped").await;
        phone.sees("step").await;
        let first = phone.driver().window().await.unwrap();
        let second = phone.driver().new_tab().await.unwrap();
        phone.driver().switch_to_window(second).await.unwrap();
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("step").await;
        // The screen shows what the page remembers before its socket is open.
        phone.link_is(&["open"]).await;
        phone.driver().close_window().await.unwrap();
        phone.driver().switch_to_window(first).await.unwrap();
        phone.sees("replaced").await;
        self.looks_at("replaced").await;
        phone.taps("again").await;
        phone.sees("step").await;
    }

    async fn after_class(&self) {
        let Tour { phone, class, .. } = self;
        class.presses("end").await;
        phone.sees("ended").await;
        self.looks_at("ended").await;
        phone.taps("again").await;
        phone.sees("review").await;
        self.looks_at("review").await;
        phone.taps("steps").await;
        phone.sees("review-list").await;
        self.looks_at("review-list").await;
        phone.taps("back").await;
        phone.sees("review").await;
        phone.visits("/me").await;
        phone.sees("me").await;
        self.looks_at("me").await;
        for (act, back) in [("claim", "later"), ("leave", "stay")] {
            phone.taps(act).await;
            phone.sees(act).await;
            self.glances_at(act).await;
            phone.taps(back).await;
            phone.sees("me").await;
        }
    }

    async fn outside(&self) {
        let Tour { phone, class, proxy, .. } = self;
        let again = class.teacher.opens_session(&class.lecture).await;
        phone.visits(&format!("/j/{}", again.code)).await;
        phone.sees("same").await;
        self.looks_at("same").await;
        phone.taps("yes").await;
        phone.sees("waiting").await;
        phone.visits("/").await;
        phone.sees("return").await;
        self.looks_at("return").await;
        phone.taps("yes").await;
        phone.sees("waiting").await;
        let her = class.id_of("김순자").await;
        let path = format!("/api/sessions/{}/participants/{her}/remove", again.id);
        class.teacher.post(&path, json!({})).await.ok();
        phone.sees("removed").await;
        self.looks_at("removed").await;
        let over = class.teacher.opens_session(&class.lecture).await;
        class.teacher.starts(&over, class.lecture.steps[0]).await;
        class.teacher.presses(&over, "end").await.ok();
        phone.visits(&format!("/j/{}", over.code)).await;
        phone.sees("same").await;
        phone.taps("no").await;
        phone.sees("over").await;
        self.looks_at("over").await;
        phone.is_kept().await;
        proxy.cut();
        phone.visits("/").await;
        phone.sees("offline").await;
        self.looks_at("offline").await;
    }
}
