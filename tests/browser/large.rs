//! Words of every size on the smallest phones: what the lesson is about stays in sight, also while a call is open.

use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::run_story;

/// What of the lesson is out of sight without scrolling.
const OUT_OF_SIGHT: &str = "const box = (css) => document.querySelector(css).getBoundingClientRect();
    const [title, guide, done] = ['main h1', 'main .guide', '[data-act=done]'].map(box);
    const second = box('[data-act=help]:not([hidden]), [data-act=cancel]:not([hidden])');
    const isTight = document.documentElement.matches('[data-tight]');
    const line = parseFloat(getComputedStyle(document.querySelector('main .guide')).lineHeight);
    const foot = box('main .actions').top;
    const faults = {
        'the title': title.top < 0 || title.bottom > foot,
        'two lines of the guide': guide.top < title.bottom || guide.top + Math.min(2 * line, guide.height) > foot + 1,
        'done': done.top < foot || done.bottom > innerHeight,
        'help, or taking it back': second.top < done.bottom || second.bottom > innerHeight,
        'a margin': document.documentElement.scrollWidth > arguments[0],
        'the settings': !document.querySelector(isTight ? '#more' : '#settings').checkVisibility() || box('.top').bottom > title.top,
    };
    return Object.keys(faults).filter((what) => faults[what])";

pub async fn hidden_parts(phone: &Phone, width: u32) -> Vec<String> {
    phone.settles().await;
    phone.js(OUT_OF_SIGHT, vec![json!(width)]).await
}

#[test]
fn title_guide_and_both_buttons_are_in_sight_at_every_size_also_while_a_call_is_open() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let mut faults = Vec::new();
        for (language, name) in [("ko-KR", "김순자"), ("ja-JP", "佐藤花子"), ("en-GB", "Mary Smith")] {
            let device = Device { languages: language, ..Device::phone() };
            let phone = Phone::joins_at(&school.url(""), &class.session, name, &device).await;
            phone.is_at(STEPS[0].0).await;
            phone.link_is(&["open"]).await;
            for (width, height) in [(320, 480), (360, 560), (390, 600), (412, 640)] {
                phone.emulates(width, height).await;
                for size in [160, 200] {
                    phone.looks("size", json!(size)).await;
                    let hidden = hidden_parts(&phone, width).await;
                    faults.extend(hidden.iter().map(|what| format!("{language} {width}×{height} {size} %: {what}")));
                    phone.keeps_screenshot(&format!("large-{}-{width}-{size}", &language[..2])).await;
                }
            }
            phone.taps("help").await;
            phone.shows("[data-act=cancel]", true).await;
            phone.shows(".hint", true).await;
            for (width, height) in [(320, 568), (360, 640)] {
                phone.emulates(width, height).await;
                for size in [100, 115, 135, 160, 200] {
                    phone.looks("size", json!(size)).await;
                    let hidden = hidden_parts(&phone, width).await;
                    let at = format!("{language} {width}×{height} {size} %, a call is open");
                    faults.extend(hidden.iter().map(|what| format!("{at}: {what}")));
                    phone.keeps_screenshot(&format!("large-call-{}-{width}-{size}", &language[..2])).await;
                }
            }
        }
        assert!(faults.is_empty(), "out of sight:\n{}", faults.join("\n"));
    });
}

#[test]
fn text_that_is_folded_at_the_largest_size_is_one_tap_away() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.emulates(320, 480).await;
        phone.looks("size", json!(200)).await;
        for folded in ["#settings", "[data-act=listen]", ".where"] {
            phone.shows(folded, false).await;
        }
        phone.taps("more").await;
        for shown in ["#settings", "[data-act=listen]", ".where"] {
            phone.shows(shown, true).await;
        }
        phone.keeps_screenshot("large-unfolded").await;
        // It folds by itself when a call is made, and when another step comes.
        phone.taps("help").await;
        phone.shows("#settings", false).await;
        phone.taps("more").await;
        phone.shows("#settings", true).await;
        class.goes_to(2).await;
        phone.is_at(STEPS[2].0).await;
        phone.shows("#settings", false).await;
        phone.taps("cancel").await;
        phone.shows("[data-act=help]", true).await;
        phone.taps("more").await;
        phone.taps("settings").await;
        phone.shows("dialog[open]", true).await;
        phone.taps("size-100").await;
        phone.taps("close").await;
        phone.emulates(360, 640).await;
        phone.shows("#more", false).await;
    });
}

/// Whether the title and what the teacher says to all can be read without scrolling; of what is higher than the room for
/// it, the beginning.
const MESSAGE_IS_IN_SIGHT: &str = "const [title, said, foot] = ['main h1', 'main .note[data-said]', 'main .actions']
        .map((css) => document.querySelector(css).getBoundingClientRect());
    const bottom = Math.min(foot.top, innerHeight);
    const line = parseFloat(getComputedStyle(document.querySelector('main .note[data-said]')).lineHeight);
    return title.top >= 0 && said.top >= title.bottom && Math.min(said.bottom, said.top + 4 * line) <= bottom";

#[test]
fn a_message_of_the_teacher_is_visible_during_an_open_call_and_to_learners_who_join_later() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("help").await;
        phone.shows(".hint", true).await;
        for (width, height, size) in [(320, 640, 100), (320, 640, 160), (320, 568, 200), (360, 740, 160)] {
            phone.emulates(width, height).await;
            phone.looks("size", json!(size)).await;
            let _: Option<bool> = phone.js("scrollTo(0, 1000)", vec![]).await;
            let message = format!("{size} % {width} 칠판을 봐 주세요. 제가 한 번 더 천천히 보여 드릴게요.");
            class.sends(&message).await;
            phone.reads(&message).await;
            phone.settles().await;
            phone.keeps_screenshot(&format!("large-message-{width}-{size}")).await;
            let is_seen: bool = phone.js(MESSAGE_IS_IN_SIGHT, vec![]).await;
            assert!(is_seen, "{width}×{height} {size} %");
        }
        let late = Phone::opens(&school, "/").await;
        late.visits(&class.session.scanned()).await;
        late.types_name("이영자").await;
        late.taps("enter").await;
        late.is_at(STEPS[0].0).await;
        late.reads("천천히 보여 드릴게요").await;
        late.settles().await;
        late.keeps_screenshot("large-message-late").await;
        let is_seen: bool = late.js(MESSAGE_IS_IN_SIGHT, vec![]).await;
        assert!(is_seen, "for whoever comes later");
    });
}

/// Where the hint stands, and what it leaves in sight.
async fn hint_is_below_the_step(phone: &Phone) {
    phone.shows(".hint", true).await;
    phone.sees("step").await;
    let below = "document.querySelector('.hint').getBoundingClientRect().top
        >= document.querySelector('main .guide').getBoundingClientRect().bottom";
    phone.until_js("it is below the step", below, vec![]).await;
    phone.shows("[data-act=done]", true).await;
}

#[test]
fn a_hint_stands_below_the_step_while_the_teacher_is_called_and_the_call_can_be_taken_back() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("help").await;
        phone.reads("선생님께 알려 드렸어요").await;
        // The first step has a guide: the classroom's helper knows something, and the teacher is called all the same.
        hint_is_below_the_step(&phone).await;
        phone.keeps_screenshot("phone-hint").await;
        assert!(class.person("김순자").await["open_help_request_id"].is_i64());
        // It comes over no pause and no other step.
        class.presses("pause").await;
        phone.sees("paused").await;
        phone.shows(".hint", false).await;
        class.presses("resume").await;
        hint_is_below_the_step(&phone).await;
        phone.reloads().await;
        hint_is_below_the_step(&phone).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.shows(".hint", false).await;
        class.goes_to(0).await;
        phone.is_at(STEPS[0].0).await;
        phone.shows(".hint", false).await;
        // The call still waits, in a pause too, until she takes it back.
        class.presses("pause").await;
        phone.sees("paused").await;
        phone.reads("선생님께 알려 드렸어요").await;
        phone.keeps_screenshot("phone-paused-call").await;
        phone.taps("cancel").await;
        phone.shows("main .actions", false).await;
        class.presses("resume").await;
        phone.shows("[data-act=help]", true).await;
        phone.shows("[data-act=cancel]", false).await;
        let is_over = async || (class.person("김순자").await["open_help_request_id"] == Value::Null).then_some(());
        phone.until("the teacher knows", is_over).await;
        phone.taps("help").await;
        phone.shows("[data-act=cancel]", true).await;
        class.presses("end").await;
        phone.sees("ended").await;
        phone.shows(".hint", false).await;
    });
}

#[test]
fn a_hint_that_helped_ends_the_call() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("help").await;
        phone.shows(".hint", true).await;
        phone.taps("helped").await;
        phone.shows(".hint", false).await;
        phone.shows("[data-act=help]", true).await;
        let is_over = async || (class.person("김순자").await["open_help_request_id"] == Value::Null).then_some(());
        phone.until("the teacher knows", is_over).await;
    });
}

#[test]
fn the_field_for_the_name_is_in_sight_under_a_long_title_in_every_language() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡으로 손주에게 사진 보내기와 영상 통화하기", 1).await;
        let session = teacher.opens_session(&lecture).await;
        for language in ["ko-KR", "ja-JP", "en-GB"] {
            let device = Device { languages: language, ..Device::phone() };
            let phone = Phone::opens_at(&school.url(""), &session.scanned(), &device).await;
            phone.sees("name").await;
            phone.emulates(360, 640).await;
            // At the largest size the field begins in sight, at all others it is there whole.
            for (size, end) in [(100, "bottom"), (160, "bottom"), (200, "top")] {
                phone.looks("size", json!(size)).await;
                phone.keeps_screenshot(&format!("large-name-{}-{size}", &language[..2])).await;
                let is_in_sight =
                    format!("document.querySelector('main input').getBoundingClientRect().{end} < innerHeight");
                phone.until_js(&format!("{language} {size} %: the field is in sight"), &is_in_sight, vec![]).await;
            }
        }
    });
}
