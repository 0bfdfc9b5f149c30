//! Without a pointer: everything by the keyboard, and the focus is always somewhere and always seen.

use serde_json::json;
use thirtyfour::Key;

use crate::academy::{Academy, PRICE};
use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::browser::{Browser, Device};
use crate::harness::people::PASSWORD;
use crate::phone::Phone;
use crate::run_story;

/// So many stops are on no page.
const STOPS_AT_MOST: usize = 60;

impl Browser {
    /// Goes on with Tab until it stands there. On the way no stop may be invisible.
    async fn tabs_to(&self, css: &str) {
        let stands = "return Boolean(document.activeElement?.matches(arguments[0]))";
        let mut stops = Vec::new();
        for _ in 0..STOPS_AT_MOST {
            if self.js(stands, vec![json!(css)]).await {
                return;
            }
            self.presses(Key::Tab).await;
            stops.push(self.stop().await);
        }
        panic!("the keyboard does not come to {css}, but to:\n  {}", stops.join("\n  "));
    }

    /// Where the focus is. It must be seen there, unless it has left the page at its end.
    async fn stop(&self) -> String {
        self.settles().await;
        let (stop, is_seen): (String, bool) = self.js(FOCUS, vec![]).await;
        assert!(is_seen, "the focus is on {stop}, and not seen");
        stop
    }

    async fn is_not_lost(&self) {
        let stands = "document.activeElement !== document.body && document.activeElement?.isConnected";
        self.until_js("the focus is somewhere", stands, vec![]).await;
    }
}

/// The element that has the focus, and whether a line or a shadow shows it and nothing lies over it. A hidden radio
/// button is shown by its tile.
const FOCUS: &str = "
    const node = document.activeElement;
    if (!node || node === document.body) return ['nothing', true];
    const shows = (one) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
    };
    const tile = node.closest('label') ?? node;
    const { left, top, width, height } = tile.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, top + height / 2);
    const isFree = Boolean(above) && (tile.contains(above) || above.contains(tile));
    return [node.outerHTML.slice(0, 120), (shows(node) || shows(tile) || [...tile.children].some(shows)) && isFree];";

#[test]
fn a_learner_goes_from_the_door_to_the_end_by_the_keyboard() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let device = Device { is_phone: false, ..Device::phone() };
        let phone = Phone::opens_at(&school.url(""), &format!("/j/{}", class.session.code), &device).await;
        phone.sees("name").await;
        phone.tabs_to("main input").await;
        phone.presses("김순자").await;
        phone.tabs_to("[data-act=enter]").await;
        phone.presses(Key::Enter).await;
        phone.sees("waiting").await;
        phone.is_not_lost().await;
        phone.tabs_to("[data-act=settings]").await;
        phone.presses(Key::Enter).await;
        phone.shows("dialog[open]", true).await;
        phone.tabs_to("dialog[open] [data-act=close]").await;
        phone.presses(Key::Enter).await;
        phone.shows("dialog[open]", false).await;
        phone.is_not_lost().await;
        class.begins().await;
        phone.is_at(STEPS[0].0).await;
        phone.tabs_to("[data-act=listen]").await;
        phone.presses(Key::Space).await;
        phone.hears("노란색 카카오톡").await;
        phone.tabs_to("[data-act=done]").await;
        phone.presses(Key::Enter).await;
        phone.shows("[data-act=done]", false).await;
        phone.is_not_lost().await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.is_not_lost().await;
        help_by_the_keyboard(&class, &phone).await;
        review_by_the_keyboard(&class, &phone).await;
    });
}

async fn help_by_the_keyboard(class: &Class, phone: &Phone) {
    phone.tabs_to("[data-act=help]").await;
    phone.presses(Key::Space).await;
    phone.shows("[data-act=help]", false).await;
    phone.is_not_lost().await;
    class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
    phone.sees("answer").await;
    phone.is_not_lost().await;
    phone.tabs_to("[data-act=helped]").await;
    phone.presses(Key::Enter).await;
    phone.is_at(STEPS[1].0).await;
    phone.is_not_lost().await;
}

async fn review_by_the_keyboard(class: &Class, phone: &Phone) {
    class.presses("end").await;
    phone.sees("ended").await;
    phone.is_not_lost().await;
    phone.tabs_to("[data-act=again]").await;
    phone.presses(Key::Enter).await;
    for (title, _) in STEPS {
        phone.sees("review").await;
        phone.reads(title).await;
        phone.is_not_lost().await;
        phone.tabs_to("[data-act=next]").await;
        phone.presses(Key::Enter).await;
    }
    phone.sees("ended").await;
}

#[test]
fn an_instructor_leads_a_session_by_the_keyboard() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let desk = Dashboard::opens_at(&school.url(""), "/teach", &Device::desktop()).await;
        desk.is_at("signin").await;
        desk.tabs_to("[autocomplete=username]").await;
        desk.presses("teacher@example.com").await;
        desk.tabs_to("[autocomplete=current-password]").await;
        desk.presses(PASSWORD).await;
        desk.presses(Key::Enter).await;
        desk.is_at("lectures").await;
        desk.tabs_to(&format!("a[href='/teach/session/{}']", class.session.id)).await;
        desk.presses(Key::Enter).await;
        desk.is_at("board").await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        let her = class.id_of("김순자").await;
        desk.sees(her, "here").await;
        for (button, step) in [("start", 0), ("next", 1), ("back", 0)] {
            desk.tabs_to(&format!("[data-act={button}]")).await;
            desk.presses(Key::Enter).await;
            phone.is_at(STEPS[step].0).await;
            desk.is_not_lost().await;
        }
        desk.presses(Key::Right).await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        desk.sees(her, "help").await;
        desk.shows("[data-act=answer]", true).await;
        desk.tabs_to("[data-act=answer]").await;
        desk.presses(Key::Enter).await;
        desk.tabs_to("[data-act=answer-text]").await;
        desk.presses("위쪽의 «친구»를 눌러 주세요.").await;
        desk.tabs_to("[data-act=answer-send]").await;
        desk.presses(Key::Enter).await;
        phone.sees("answer").await;
        desk.is_not_lost().await;
        phone.taps("helped").await;
        desk.presses("p").await;
        phone.sees("paused").await;
        desk.tabs_to("[data-act=resume]").await;
        desk.presses(Key::Enter).await;
        phone.sees("step").await;
        desk.is_not_lost().await;
        desk.tabs_to("[data-act=end]").await;
        desk.presses(Key::Enter).await;
        desk.tabs_to("dialog[open] button[value=yes]").await;
        desk.presses(Key::Enter).await;
        phone.sees("ended").await;
        desk.is_not_lost().await;
    });
}

#[test]
fn a_course_is_bought_and_watched_by_the_keyboard() {
    run_story(|school| async move {
        let academy = Academy::of(&school, PRICE).await;
        let video = academy.films("카메라 열기", 12).await;
        school.student("김순자").await;
        let device = Device { is_phone: false, ..Device::phone() };
        let phone = Phone::opens_at(&school.url(""), &academy.buy(), &device).await;
        phone.sees("buy").await;
        phone.tabs_to("[data-act=enter]").await;
        phone.presses(Key::Enter).await;
        phone.sees("signin").await;
        let email: (String,) =
            school.app.db.one("select email from people where name = '김순자'", vec![]).await.unwrap();
        for (field, typed) in [("#answer", email.0.as_str()), ("#answer-1", PASSWORD)] {
            phone.tabs_to(field).await;
            phone.presses(typed).await;
        }
        phone.presses(Key::Enter).await;
        phone.sees("buy").await;
        phone.tabs_to("[data-act=pay]").await;
        phone.presses(Key::Enter).await;
        phone.sees("bought").await;
        phone.is_not_lost().await;
        phone.tabs_to("[data-act=watch]").await;
        phone.presses(Key::Enter).await;
        phone.sees("course").await;
        phone.tabs_to(&format!("[data-video='{video}']")).await;
        phone.presses(Key::Enter).await;
        phone.sees("video").await;
        phone.tabs_to("[data-act=play]").await;
        phone.presses(Key::Space).await;
        phone.until_js("it plays", "document.querySelector('video').currentTime > 0.5", vec![]).await;
        phone.presses(Key::Space).await;
        phone.until_js("it stands", "document.querySelector('video').paused", vec![]).await;
        phone.is_not_lost().await;
        phone.tabs_to("[name=rate]").await;
        phone.presses(Key::Right).await;
        phone.until_js("it is faster", "document.querySelector('video').playbackRate > 1", vec![]).await;
        phone.tabs_to("[data-act=later]").await;
        phone.presses(Key::Enter).await;
        phone.until_js("it has jumped", "document.querySelector('video').currentTime > 9", vec![]).await;
    });
}
