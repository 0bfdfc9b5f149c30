//! Coming in: by the QR, by the code, again, on another phone; and why not.

use serde_json::json;

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::harness::proxy::Proxy;
use crate::phone::Phone;
use crate::run_story;

#[test]
fn a_learner_scans_the_code_types_a_name_and_follows() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        phone.reads("김순자").await;
        class.begins().await;
        phone.is_at(STEPS[0].0).await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
    });
}

#[test]
fn a_code_can_be_typed_instead_in_any_way_one_types() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::opens(&school, "/").await;
        phone.sees("code").await;
        phone.types("main input", "12").await;
        phone.taps("enter").await;
        phone.shows("main [role=alert]", true).await;
        phone.types("main input", "000000").await;
        phone.taps("enter").await;
        phone.until_js("it says so", "document.querySelector('main [role=alert]').innerText !== ''", vec![]).await;
        let (left, right) = class.session.code.split_at(3);
        phone.types("main input", &format!("{left}-{right}")).await;
        phone.taps("enter").await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.is_at(STEPS[0].0).await;
    });
}

#[test]
fn an_empty_name_is_refused_kindly() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::opens(&school, &format!("/j/{}", class.session.code)).await;
        phone.sees("name").await;
        phone.taps("enter").await;
        phone.shows("main [role=alert]", true).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.sees("waiting").await;
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_learner_who_was_here_before_is_asked_whether_it_is_still_them() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        let second = class.teacher.opens_session(&class.lecture).await;
        phone.visits(&format!("/j/{}", second.code)).await;
        phone.sees("same").await;
        phone.reads("김순자").await;
        phone.taps("yes").await;
        phone.sees("waiting").await;
        let third = class.teacher.opens_session(&class.lecture).await;
        phone.visits(&format!("/j/{}", third.code)).await;
        phone.sees("same").await;
        phone.taps("no").await;
        phone.types_name("이영자").await;
        phone.taps("enter").await;
        phone.sees("waiting").await;
        phone.reads("이영자").await;
        let names = |people: Vec<serde_json::Value>| people.iter().map(|p| p["name"].clone()).collect::<Vec<_>>();
        let third = Class { session: third, ..class };
        assert_eq!(names(third.people().await), [json!("이영자")]);
    });
}

#[test]
fn the_home_page_leads_back_to_the_session_that_the_learner_was_in() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.visits("/").await;
        phone.sees("return").await;
        phone.taps("yes").await;
        phone.is_at(STEPS[0].0).await;
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_new_phone_comes_back_by_the_link_that_the_instructor_shows() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        let link = class.reentry(class.id_of("김순자").await).await;
        let new = Phone::opens(&school, &link).await;
        new.is_at(STEPS[0].0).await;
        // What she had finished is finished here too.
        new.shows("[data-act=done]", false).await;
        assert!(!new.url().await.contains("#t="), "the ticket stays in no history");
        assert_eq!(class.people().await.len(), 1);
        // The link is used: who opens it anew is nobody.
        let third = Phone::opens(&school, &link).await;
        third.sees("name").await;
    });
}

#[test]
fn the_newer_of_two_tabs_takes_over_and_the_older_can_take_it_back() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let first = phone.driver().window().await.unwrap();
        let second = phone.driver().new_tab().await.unwrap();
        phone.driver().switch_to_window(second).await.unwrap();
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.is_at(STEPS[0].0).await;
        phone.driver().switch_to_window(first).await.unwrap();
        phone.sees("replaced").await;
        phone.taps("again").await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_learner_who_cannot_join_reads_why_and_what_to_do() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::opens(&school, "/j/000000").await;
        phone.sees("gone").await;
        class.closes_door(true).await;
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("door").await;
        class.closes_door(false).await;
        phone.taps("again").await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.sees("waiting").await;
        class.removes(class.id_of("김순자").await).await;
        phone.sees("removed").await;
        phone.taps("again").await;
        phone.sees("code").await;
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("removed").await;
        class.begins().await;
        class.presses("end").await;
        let late = Phone::opens_at(&school.url(""), &format!("/j/{}", class.session.code), &Device::phone()).await;
        late.sees("over").await;
    });
}

#[test]
fn a_removed_learner_stays_out_whatever_was_still_being_sent() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        phone.holds_back("/steps").await;
        phone.reloads().await;
        phone.link_is(&["open"]).await;
        class.removes(class.id_of("김순자").await).await;
        phone.sees("removed").await;
        phone.lets_through().await;
        phone.settles().await;
        phone.sees("removed").await;
        phone.reloads().await;
        phone.sees("removed").await;
    });
}

/// The whole explanation is above the buttons.
const WHY_IS_IN_SIGHT: &str = "document.querySelector('main .lines').getBoundingClientRect().bottom
    <= document.querySelector('main .actions').getBoundingClientRect().top";
const NOTE_IS_BELOW_GUIDE: &str = "document.querySelector('main .note.identity').getBoundingClientRect().top
    >= document.querySelector('main .guide').getBoundingClientRect().bottom";
/// Shortens the 20 seconds of a notice to five.
const SHORTENS_TIMERS: &str = "const later = window.setTimeout;
    window.setTimeout = (work, ms, ...rest) => later(work, ms === 20000 ? 5000 : ms, ...rest)";

/// Someone of a name that is there comes in as another person.
async fn joins_as_a_namesake(phone: &Phone) {
    phone.types_name("김순자").await;
    phone.taps("enter").await;
    phone.sees("here").await;
    phone.emulates(320, 640).await;
    phone.looks("size", json!(200)).await;
    phone.keeps_screenshot("phone-name-is-here-large").await;
    phone
        .until_js(
            "a button is in sight",
            "document.querySelector('[data-act=yes]').getBoundingClientRect().bottom <= innerHeight",
            vec![],
        )
        .await;
    phone.taps("no").await;
    phone.is_at(STEPS[1].0).await;
}

#[test]
fn a_learner_with_a_second_phone_is_asked_and_the_instructor_merges_the_two() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let first = Phone::joins(&school, &class.session, "김순자").await;
        first.is_at(STEPS[0].0).await;
        first.taps("done").await;
        first.shows(".note.good", true).await;
        let board = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let proxy = Proxy::to(school.address).await;
        let second = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &Device::phone()).await;
        second.sees("here").await;
        second.reads("김순자 님이신가요?").await;
        second.keeps_screenshot("phone-name-is-here").await;
        for (width, height) in [(320, 568), (360, 640)] {
            second.emulates(width, height).await;
            second.until_js(&format!("it says why on {width}×{height}"), WHY_IS_IN_SIGHT, vec![]).await;
        }
        second.taps("yes").await;
        second.is_at(STEPS[0].0).await;
        second.shows("[data-act=done]", true).await;
        second.reads("선생님께 여쭤보고 있어요").await;
        second.until_js("that stands below the step", NOTE_IS_BELOW_GUIDE, vec![]).await;
        second.keeps_screenshot("phone-same-asked").await;
        board.reads("‘김순자 (2)’ 님이 다른 휴대폰으로 왔다고 합니다. 먼저 들어온 ‘김순자’ 님과 같은 분인가요?").await;
        board.keeps_screenshot("dashboard-same-person").await;
        // A step that the second phone finishes meanwhile, without a network, is not lost.
        class.goes_to(1).await;
        second.is_at(STEPS[1].0).await;
        proxy.cut();
        second.link_is(&["waiting", "offline"]).await;
        second.taps("done").await;
        second.is_sending_done().await;
        let _: Option<bool> = second.js(SHORTENS_TIMERS, vec![]).await;
        board.clicks("[data-act=same-yes]").await;
        board.shows("[data-act=same-yes]", false).await;
        proxy.mend().await;
        // The second phone goes on where the first one was; the first one is asked who is there.
        second.shows("main .note.good", true).await;
        second.is_at(STEPS[1].0).await;
        // That it is confirmed is said for a moment.
        second.reads("선생님이 확인해 주셨어요").await;
        second.shows("main .note.identity", false).await;
        first.sees("name").await;
        first.reads("다른 휴대폰으로 들어오셨으면 수업은 거기서 이어져요").await;
        first.keeps_screenshot("phone-put-out-by-joining").await;
        assert_eq!(class.people().await.len(), 1);
        assert_eq!(class.person("김순자").await["subtask_status"], "COMPLETED");
        joins_as_a_namesake(&first).await;
        board.reads(" (2)").await;
        assert_eq!(class.people().await.len(), 2);
        // Two were here, though three came.
        class.presses("end").await;
        let two = "document.querySelector('.summary dd')?.innerText.trim() === '2'";
        board.until_js("two people are in the summary", two, vec![]).await;
    });
}

#[test]
fn a_second_phone_that_was_away_reads_the_instructors_no_when_it_is_back() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        school.guest(&class.session, "김순자").await;
        let board = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let no = "선생님이 다른 분이라고 하셨어요";
        for is_closed in [false, true] {
            let proxy = Proxy::to(school.address).await;
            let phone = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &Device::phone()).await;
            phone.sees("here").await;
            phone.taps("yes").await;
            phone.reads("선생님께 여쭤보고 있어요").await;
            board.shows("[data-act=same-no]", true).await;
            if is_closed {
                phone.goes_to("about:blank").await;
            } else {
                proxy.cut();
                phone.link_is(&["waiting", "offline"]).await;
                let _: Option<bool> = phone.js(SHORTENS_TIMERS, vec![]).await;
            }
            board.clicks("[data-act=same-no]").await;
            board.shows("[data-act=same-no]", false).await;
            // The class has gone on meanwhile, which hides the question but not its answer.
            class.goes_to(if is_closed { 0 } else { 1 }).await;
            if is_closed {
                phone.visits(&format!("/j/{}", class.session.code)).await;
            } else {
                proxy.mend().await;
            }
            phone.is_at(STEPS[usize::from(!is_closed)].0).await;
            phone.reads(no).await;
        }
    });
}

/// Writes down who guests say to be and with which key, and loses every reply to it until `gyosilLoses` is false.
const LOSES_REPLIES: &str = "window.gyosilLoses = true;
    window.gyosilGuests = [];
    const asks = window.fetch;
    window.fetch = async (path, options) => {
        const answer = await asks(path, options);
        const says = String(path).includes('/guest') && JSON.parse(options.body).if_name_is_here;
        if (!says || says === 'ASK') return answer;
        gyosilGuests.push([says, options.headers['Idempotency-Key']]);
        if (gyosilLoses) throw new TypeError('lost on the way');
        return answer;
    };";

#[test]
fn a_learner_who_answers_twice_without_a_reply_joins_once() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        school.guest(&class.session, "김순자").await;
        let phone = Phone::opens(&school, "/").await;
        phone.at_each_page(LOSES_REPLIES).await;
        phone.visits(&class.session.scanned()).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.sees("here").await;
        let both = "for (const act of ['yes', 'no']) document.querySelector(`[data-act=${act}]`).click()";
        let _: Option<bool> = phone.js(both, vec![]).await;
        phone.sees("offline").await;
        let _: Option<bool> = phone.js("gyosilLoses = false", vec![]).await;
        phone.is_at(STEPS[0].0).await;
        let said: Vec<(String, String)> = phone.js("return gyosilGuests", vec![]).await;
        assert!(said.len() > 1 && said.iter().all(|one| *one == ("SAME".into(), said[0].1.clone())), "{said:?}");
        assert_eq!(class.people().await.len(), 2);
    });
}
