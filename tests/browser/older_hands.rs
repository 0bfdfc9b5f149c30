//! Older hands: a finger that lands beside a button, stays on it, slides off it, or comes down just when the page changes.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::classroom::{Class, STEPS};
use crate::harness::browser::Device;
use crate::harness::people::PASSWORD;
use crate::harness::proxy::Proxy;
use crate::phone::Phone;
use crate::run_story;

const HANDS: &str = include_str!("hands.js");
/// 3.4 mm: a phone has 160 CSS pixels to the inch.
const BESIDE_PX: f64 = 21.0;
/// Half of the width that a phone reports of a fingertip.
const FINGER_PX: f64 = 12.0;
const SLOW_PRESS: Duration = Duration::from_secs(2);
/// News that is shown by itself is under no finger before this time.
const SETTLES_MS: u32 = 700;
const NOTICE_STAYS: Duration = Duration::from_secs(5);
/// As Chromium and Firefox are on phones: no click follows a finger that has rested.
const NO_SLOW_CLICKS: &str = "{
    let down = 0;
    addEventListener('touchstart', ({ timeStamp }) => { down = timeStamp; }, { capture: true });
    addEventListener('click', (event) => {
        if (event.isTrusted && event.pointerType === 'touch' && event.timeStamp - down > 500) event.stopImmediatePropagation();
    }, { capture: true });
}";
const PUT_AWAY_S: i64 = 20 * 60 * 60;

type Point = (f64, f64);

impl Phone {
    async fn hands<T: serde::de::DeserializeOwned>(&self, call: &str, args: Vec<Value>) -> T {
        self.js(&format!("{HANDS}\nreturn gyosilHands.{call}"), args).await
    }

    async fn touch(&self, kind: &str, at: Option<Point>) {
        let finger = |(x, y)| json!({ "x": x, "y": y, "radiusX": FINGER_PX, "radiusY": FINGER_PX, "force": 0.5 });
        let points: Vec<Value> = at.into_iter().map(finger).collect();
        self.cdp("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await;
    }

    async fn puts_finger_on(&self, act: &str) -> Point {
        let css = json!(format!("[data-act='{act}']"));
        let at = self
            .until(&format!("{act} can be pressed"), async || {
                self.hands::<Option<Point>>("middle(arguments[0])", vec![css.clone()]).await
            })
            .await;
        self.touch("touchStart", Some(at)).await;
        at
    }

    /// One short tap with one finger.
    async fn touches(&self, act: &str) {
        self.puts_finger_on(act).await;
        self.touch("touchEnd", None).await;
    }

    /// The names of all that was clicked since the last time, while clicks are held.
    async fn clicked(&self) -> Vec<String> {
        self.hands("taken()", vec![]).await
    }

    async fn holds_clicks(&self, holds: bool) {
        let _: Option<bool> = self.hands(if holds { "holds()" } else { "lets()" }, vec![]).await;
        self.clicked().await;
    }

    /// Every control of this screen, touched in its middle and beside it: `(its name, what each touch pressed)`.
    async fn presses_beside_by(&self, screen: &str) -> Vec<String> {
        self.settles().await;
        self.holds_clicks(true).await;
        let mut faults = Vec::new();
        let count: usize = self.hands("count()", vec![]).await;
        assert!(count >= 3, "{screen} has {count} controls");
        for number in 0..count {
            let (name, x, y): (String, f64, f64) = self.hands("at(arguments[0])", vec![json!(number)]).await;
            for (right, down) in [(0.0, 0.0), (BESIDE_PX, 0.0), (-BESIDE_PX, 0.0), (0.0, BESIDE_PX), (0.0, -BESIDE_PX)]
            {
                self.touch("touchStart", Some((x + right, y + down))).await;
                self.touch("touchEnd", None).await;
            }
            let clicked = self.clicked().await;
            let others = clicked.iter().filter(|other| **other != name && *other != "nothing");
            faults.extend(others.map(|other| format!("{screen}: a finger beside «{name}» presses «{other}»")));
            if !clicked.contains(&name) {
                faults.push(format!("{screen}: a finger on «{name}» presses {clicked:?}"));
            }
        }
        self.holds_clicks(false).await;
        faults
    }

    /// Returns all that is pressed by a finger, or a mouse, that goes down on this and comes up elsewhere.
    async fn slides_off(&self, act: &str, (right, down): (f64, f64)) -> Vec<String> {
        self.holds_clicks(true).await;
        let (x, y) = self.puts_finger_on(act).await;
        for part in [0.3, 0.7, 1.0] {
            self.touch("touchMove", Some((x + right * part, y + down * part))).await;
        }
        self.touch("touchEnd", None).await;
        let mouse = [("mousePressed", 0.0), ("mouseMoved", 0.5), ("mouseMoved", 1.0), ("mouseReleased", 1.0)];
        for (kind, part) in mouse {
            let event = json!({ "type": kind, "x": x + right * part, "y": y + down * part, "button": "left", "buttons": 1, "clickCount": 1 });
            self.cdp("Input.dispatchMouseEvent", event).await;
        }
        let clicked = self.clicked().await;
        self.holds_clicks(false).await;
        clicked.into_iter().filter(|name| name != "nothing").collect()
    }

    async fn touches_slowly(&self, act: &str) {
        self.puts_finger_on(act).await;
        sleep(SLOW_PRESS).await;
        self.touch("touchEnd", None).await;
    }

    /// Returns all that comes under a finger that is on the screen now, before it can know of it. `has_changed`: an expression.
    async fn watches_for(&self, has_changed: &str) {
        let call = format!("watches(() => {has_changed}, {SETTLES_MS})");
        let _: Option<bool> = self.hands(&call, vec![]).await;
    }

    async fn changed_under_the_finger(&self, news: &str) -> Vec<String> {
        self.until_js("it has looked long enough", "gyosilSeen.isOver", vec![]).await;
        let (points, faults): (usize, Vec<String>) =
            self.js("return [gyosilSeen.points, gyosilSeen.faults]", vec![]).await;
        assert!(points >= 2, "{news}: it looked at {points} places");
        faults.into_iter().map(|fault| format!("{news}: {fault}")).collect()
    }
}

async fn phone_at_a_step(class: &Class, base: &str) -> Phone {
    let phone = Phone::joins_at(base, &class.session, "김순자", &Device::phone()).await;
    phone.is_at(STEPS[0].0).await;
    phone.link_is(&["open"]).await;
    phone
}

#[test]
fn a_finger_beside_a_button_a_slow_one_and_one_that_slides_off_press_what_they_mean() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = phone_at_a_step(&class, &school.url("")).await;
        phone.at_each_page(NO_SLOW_CLICKS).await;
        phone.reloads().await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        let mut faults = phone.presses_beside_by("a step").await;
        for (act, to) in
            [("done", (0.0, 80.0)), ("help", (0.0, -80.0)), ("help", (10.0, -250.0)), ("listen", (150.0, 0.0))]
        {
            let pressed = phone.slides_off(act, to).await;
            faults.extend(pressed.iter().map(|other| format!("sliding off «{act}» by {to:?} presses «{other}»")));
        }
        phone.touches_slowly("settings").await;
        phone.shows("dialog[open]", true).await;
        faults.extend(phone.presses_beside_by("the settings").await);
        phone.touches_slowly("size-115").await;
        phone.until_js("it is larger", "document.documentElement.dataset.size === '115'", vec![]).await;
        phone.touches("close").await;
        phone.shows("dialog[open]", false).await;
        phone.touches_slowly("help").await;
        phone.shows("[data-act=cancel]", true).await;
        phone.shows(".hint", true).await;
        faults.extend(phone.presses_beside_by("a step with a hint").await);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

#[test]
fn nothing_under_a_finger_changes_its_meaning_while_news_comes() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = phone_at_a_step(&class, &school.url("")).await;
        phone.settles().await;
        let title = |step: usize| format!("document.querySelector('main h1')?.innerText === '{}'", STEPS[step].0);
        let screen = |name: &str| format!("document.querySelector('main').dataset.screen === '{name}'");
        phone.watches_for("document.querySelector('main .note[data-said]:not([hidden])')").await;
        class.sends("천천히 하셔도 괜찮아요. 옆 사람을 도와주셔도 좋아요.").await;
        let mut faults = phone.changed_under_the_finger("a message").await;
        phone.watches_for(&title(2)).await;
        class.goes_to(2).await;
        faults.extend(phone.changed_under_the_finger("a step").await);
        phone.touches("help").await;
        phone.shows("[data-act=cancel]", true).await;
        phone.shows(".hint", true).await;
        phone.settles().await;
        phone.watches_for(&screen("answer")).await;
        class.answers("김순자", "왼쪽 아래를 한 번 더 봐 주세요.").await;
        faults.extend(phone.changed_under_the_finger("an answer").await);
        phone.watches_for(&screen("paused")).await;
        class.presses("pause").await;
        phone.touches("helped").await;
        faults.extend(phone.changed_under_the_finger("a break").await);
        phone.watches_for(&screen("step")).await;
        class.presses("resume").await;
        phone.until_js("it has looked long enough", "gyosilSeen.isOver", vec![]).await;
        a_finger_that_was_down_before_a_step_says_nothing_about_it(&class, &phone).await;
        phone.watches_for(&screen("ended")).await;
        class.presses("end").await;
        faults.extend(phone.changed_under_the_finger("the end").await);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

/// Whether it is lifted at once, or only when the new button could be pressed.
async fn a_finger_that_was_down_before_a_step_says_nothing_about_it(class: &Class, phone: &Phone) {
    for (step, waits_for) in
        [(3, "document.querySelector('[data-fresh]')"), (1, "!document.querySelector('[data-fresh]')")]
    {
        phone.puts_finger_on("done").await;
        class.goes_to(step).await;
        phone.is_at(STEPS[step].0).await;
        phone.until_js("it is lifted then", waits_for, vec![]).await;
        phone.touch("touchEnd", None).await;
        // A later press comes to the server later.
        phone.touches("help").await;
        phone.reads("선생님께 알려 드렸어요").await;
        assert_ne!(class.person("김순자").await["subtask_status"], "COMPLETED", "{}", STEPS[step].0);
        phone.touches("cancel").await;
        phone.shows("[data-act=help]", true).await;
    }
}

#[test]
fn a_learner_gets_through_a_session_by_single_taps_and_hears_nothing_unasked() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::opens(&school, &class.session.scanned()).await;
        phone.types_name("김순자").await;
        phone.touches("enter").await;
        phone.sees("waiting").await;
        for act in ["settings", "theme-dark", "speed-slow", "close"] {
            phone.touches(act).await;
        }
        phone.shows("dialog[open]", false).await;
        class.begins().await;
        phone.is_at(STEPS[0].0).await;
        phone.touches("done").await;
        phone.shows("[data-act=done]", false).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        for (act, shown) in [("help", "cancel"), ("cancel", "help"), ("help", "cancel")] {
            phone.touches(act).await;
            phone.shows(&format!("[data-act={shown}]"), true).await;
        }
        class.sends("천천히 하셔도 괜찮아요.").await;
        phone.reads("천천히 하셔도 괜찮아요.").await;
        class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
        phone.sees("answer").await;
        phone.touches("helped").await;
        phone.is_at(STEPS[1].0).await;
        is_silent(&phone).await;
        sounds_until_a_tap(&class, &phone).await;
        class.presses("end").await;
        phone.sees("ended").await;
        phone.touches("again").await;
        for (title, _) in STEPS {
            phone.sees("review").await;
            phone.reads(title).await;
            phone.touches("next").await;
        }
        phone.sees("ended").await;
        phone.touches("record").await;
        phone.sees("me").await;
    });
}

/// Neither a voice nor a film has begun by itself.
async fn is_silent(phone: &Phone) {
    assert_eq!(phone.heard().await, Vec::<Value>::new(), "nobody has asked for a sound");
    assert!(!phone.has("audio, video").await, "something plays");
}

/// A sound that was asked for ends with one tap, on a button that is in sight as long as it lasts.
async fn sounds_until_a_tap(class: &Class, phone: &Phone) {
    phone.touches("sound").await;
    let talks_on = "speechSynthesis.speak = (one) => { window.gyosilTalks = true; one.onstart?.({}); };
        const cancel = speechSynthesis.cancel;
        speechSynthesis.cancel = () => { window.gyosilTalks = false; cancel(); }";
    let _: Option<bool> = phone.js(talks_on, vec![]).await;
    class.goes_to(2).await;
    phone.is_at(STEPS[2].0).await;
    phone.until_js("it is read aloud", "window.gyosilTalks", vec![]).await;
    phone.shows("#sound", true).await;
    phone.touches("sound").await;
    phone.until_js("it is silent", "!window.gyosilTalks", vec![]).await;
}

#[test]
fn a_phone_that_was_put_away_for_20_hours_has_lost_nothing() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let proxy = Proxy::to(school.address).await;
        let phone = phone_at_a_step(&class, &proxy.url("")).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        phone.shows("[data-act=cancel]", true).await;
        class.goes_to(0).await;
        phone.is_at(STEPS[0].0).await;
        let her = class.id_of("김순자").await;
        // The last tap before the network is gone.
        proxy.cut();
        phone.link_is(&["offline", "waiting"]).await;
        phone.taps("done").await;
        phone.is_sending_done().await;
        school.later(PUT_AWAY_S);
        let later = format!("{{ const now = Date.now; Date.now = () => now() + {PUT_AWAY_S} * 1000; }}");
        phone.at_each_page(&later).await;
        let _: Option<bool> = phone.js(&later, vec![]).await;
        proxy.mend().await;
        phone.link_is(&["open"]).await;
        let teacher = class.teacher.logs_in("teacher@example.com", PASSWORD).await;
        let class = Class { teacher, ..class };
        goes_on(&class, &phone, her).await;
        phone.reloads().await;
        goes_on(&class, &phone, her).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.reads("4단계 가운데 1단계를 마치셨어요").await;
    });
}

/// The same person, at the same step, with all that was done and asked.
async fn goes_on(class: &Class, phone: &Phone, her: i64) {
    phone.is_at(STEPS[0].0).await;
    phone.link_is(&["open"]).await;
    phone.shows("[data-act=done]", false).await;
    phone.shows("[data-act=cancel]", true).await;
    let people = class.people().await;
    assert_eq!(people.len(), 1);
    assert_eq!(people[0]["user_id"], her);
    assert!(people[0]["open_help_request_id"].is_i64(), "{people:?}");
}

#[test]
fn a_notice_that_goes_by_itself_stays_for_5_s() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let proxy = Proxy::to(school.address).await;
        let device = Device { speaks: false, ..Device::phone() };
        let phone = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &device).await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        proxy.cut();
        phone.link_is(&["offline", "waiting"]).await;
        class.goes_to(2).await;
        class.sends("천천히 하셔도 괜찮아요.").await;
        proxy.mend().await;
        phone.is_at(STEPS[2].0).await;
        phone.taps("done").await;
        phone.taps("listen").await;
        let book = phone.book("learn/lesson.ko").await;
        let of_lesson = [("step", "followed"), ("step", "praise"), ("listening", "voiceless")];
        let mut notices: Vec<&str> = of_lesson.iter().map(|(part, key)| book[part][key].as_str().unwrap()).collect();
        notices.push("천천히 하셔도 괜찮아요.");
        for notice in &notices {
            phone.reads(notice).await;
        }
        sleep(NOTICE_STAYS).await;
        let page = phone.text().await;
        let gone: Vec<&&str> = notices.iter().filter(|notice| !page.contains(**notice)).collect();
        assert!(gone.is_empty(), "{gone:?} went in less than {NOTICE_STAYS:?}");
    });
}
