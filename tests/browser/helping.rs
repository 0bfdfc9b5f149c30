//! A call for help on a phone says what the server knows of it: settled while the phone was away, called again, and beside a hint.

use serde_json::json;

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::proxy::Proxy;
use crate::phone::Phone;
use crate::run_story;

const IS_KNOWN: &str = "선생님께 알려 드렸어요";

/// Another call with the login of this phone, not made by its page.
const CALLS_BESIDE: &str = "(async (body) => {
    const asks = async (path, body, more = {}) => {
        const headers = { 'Content-Type': 'application/json', ...more };
        return (await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    };
    const { access_token } = await asks('/api/auth/refresh?cookie=learn', {});
    return (await asks('/api/help/request', body, { Authorization: `Bearer ${access_token}` })).help_request_id;
})(arguments[0])";

/// A class at a step that has no guide, so that only the teacher answers, and a phone there whose wire can be cut.
async fn phone_that_called(school: &School) -> (Class, Proxy, Phone, i64) {
    let class = Class::runs(school).await;
    class.goes_to(1).await;
    let proxy = Proxy::to(school.address).await;
    let phone = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &Device::phone()).await;
    phone.is_at(STEPS[1].0).await;
    phone.link_is(&["open"]).await;
    phone.taps("help").await;
    phone.reads(IS_KNOWN).await;
    let call = class.person("김순자").await["open_help_request_id"].as_i64().unwrap();
    (class, proxy, phone, call)
}

async fn settles(class: &Class, call: i64) {
    class.teacher.post(&format!("/api/help/request/{call}/resolve"), json!({})).await.ok();
}

#[test]
fn a_call_that_was_settled_while_the_phone_was_away_is_over_when_it_comes_back() {
    run_story(|school| async move {
        let (class, proxy, phone, call) = phone_that_called(&school).await;
        proxy.cut();
        phone.link_is(&["waiting", "offline"]).await;
        settles(&class, call).await;
        proxy.mend().await;
        phone.link_is(&["open"]).await;
        phone.shows("[data-act=help]", true).await;
        phone.shows("[data-act=cancel]", false).await;
        phone.shows("main .note.call", false).await;
    });
}

#[test]
fn the_answer_not_yet_is_sent_until_the_teacher_is_called_even_if_the_call_was_settled() {
    run_story(|school| async move {
        let (class, proxy, phone, call) = phone_that_called(&school).await;
        class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
        phone.sees("answer").await;
        class.sends("칠판을 봐 주세요").await;
        phone.reads("칠판을 봐 주세요").await;
        phone.keeps_screenshot("phone-answer-and-message").await;
        proxy.cut();
        phone.link_is(&["waiting", "offline"]).await;
        phone.taps("not-yet").await;
        phone.is_at(STEPS[1].0).await;
        phone.reads("인터넷이 이어지면 바로 알려 드릴게요").await;
        assert!(!phone.text().await.contains(IS_KNOWN), "told before the commit");
        phone.keeps_screenshot("phone-not-yet-offline").await;
        settles(&class, call).await;
        proxy.mend().await;
        phone.reads(IS_KNOWN).await;
        let again = class.person("김순자").await["open_help_request_id"].as_i64().expect("the teacher is called");
        assert_ne!(again, call);
    });
}

#[test]
fn a_hint_that_helped_leaves_another_call_of_the_same_person_open() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        class.goes_to(1).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        phone.reads(IS_KNOWN).await;
        let call = class.person("김순자").await["open_help_request_id"].clone();
        class.goes_to(2).await;
        phone.is_at(STEPS[2].0).await;
        phone.reads(IS_KNOWN).await;
        // The class calls for her by itself, and its helper knows something.
        let stuck = json!({ "subtask_id": class.lecture.steps[2], "request_type": "AUTO" });
        let hinted: i64 = phone.awaits(CALLS_BESIDE, vec![stuck]).await;
        phone.shows(".hint", true).await;
        phone.keeps_screenshot("phone-hint-beside-call").await;
        phone.taps("helped").await;
        phone.shows(".hint", false).await;
        phone.reads(IS_KNOWN).await;
        phone.shows("[data-act=cancel]", true).await;
        let hinted = format!("/api/help/request/{hinted}");
        let is_settled = async || (class.teacher.get(&hinted).await.ok()["status"] == "RESOLVED").then_some(());
        phone.until("the hint has helped", is_settled).await;
        assert_eq!(class.person("김순자").await["open_help_request_id"], call);
        phone.shows("[data-act=cancel]", true).await;
    });
}

#[test]
fn a_phone_says_in_its_own_language_that_the_teacher_comes() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        class.goes_to(1).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let device = Device { languages: "en-GB", ..Device::phone() };
        let phone = Phone::joins_at(&school.url(""), &class.session, "Mary", &device).await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        desk.presses_button("coming").await;
        phone.sees("answer").await;
        phone.reads("Your teacher is coming").await;
        phone.reads("Just stay where you are").await;
        let said = phone.text().await;
        assert!(!said.contains("선생님"), "{said}");
        phone.keeps_screenshot("phone-visit-english").await;
    });
}
