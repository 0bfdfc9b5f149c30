//! A classroom as most are: plain http over the school's own network, where browsers allow the least.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::harness::browser::Device;
use crate::harness::namespace::Namespace;
use crate::phone::Phone;
use crate::run_story_with;

#[test]
fn the_pages_work_over_plain_http_and_name_the_features_that_browsers_forbid() {
    let Some(space) = Namespace::builds() else { return };
    let space = Arc::new(space);
    let listen = format!("{}:0", space.gateway());
    run_story_with(&["--listen", &listen], |school| {
        let device = Device { within: Some(space.clone()), ..Device::phone() };
        async move {
            let class = Class::waits(&school).await;
            let phone = Phone::joins_at(&school.url(""), &class.session, "김순자", &device).await;
            phone.sees("waiting").await;
            forbids_what_it_must(&phone).await;
            says_so(&phone).await;
            works(&class, &phone).await;
        }
    });
}

async fn forbids_what_it_must(phone: &Phone) {
    let script = "return [isSecureContext, 'serviceWorker' in navigator, 'wakeLock' in navigator, location.hostname]";
    let allowed: Value = phone.js(script, vec![]).await;
    assert_eq!(allowed.as_array().unwrap()[..3], [json!(false), json!(false), json!(false)]);
    assert!(!allowed[3].as_str().unwrap().starts_with("127."), "{allowed}");
}

/// In the words of the page's own book.
async fn says_so(phone: &Phone) {
    let book = phone.book("learn/lesson.ko").await;
    phone.reads(book["waiting"]["insecure"].as_str().unwrap()).await;
    phone.keeps_screenshot("phone-plain-http").await;
    phone.taps("settings").await;
    let book = phone.book("learn/settings.ko").await;
    phone.reads(book["settings"]["insecure"].as_str().unwrap()).await;
    phone.taps("close").await;
}

async fn works(class: &Class, phone: &Phone) {
    phone.taps("sound").await;
    class.begins().await;
    phone.is_at(STEPS[0].0).await;
    phone.hears("노란색 카카오톡").await;
    phone.taps("done").await;
    phone.shows("[data-act=done]", false).await;
    phone.reloads().await;
    phone.is_at(STEPS[0].0).await;
    phone.shows("[data-act=done]", false).await;
    class.goes_to(1).await;
    phone.is_at(STEPS[1].0).await;
    phone.taps("help").await;
    class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
    phone.sees("answer").await;
    phone.taps("helped").await;
    class.presses("pause").await;
    phone.sees("paused").await;
    class.presses("resume").await;
    class.presses("end").await;
    phone.taps("again").await;
    phone.sees("review").await;
    assert_eq!(class.people().await.len(), 1);
}
