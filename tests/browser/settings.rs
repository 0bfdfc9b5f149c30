//! How a phone looks and sounds is its owner's, and stays so.

use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::run_story;

/// How often the phone has buzzed.
async fn felt(phone: &Phone) -> usize {
    phone.js::<Vec<Value>>("return gyosilTest.felt", vec![]).await.len()
}

async fn rates(phone: &Phone, words: &str) -> Vec<f64> {
    let said = phone.heard().await.into_iter().filter(|said| said["words"].as_str().unwrap().contains(words));
    said.map(|said| said["rate"].as_f64().unwrap()).collect()
}

#[test]
fn a_step_is_read_aloud_sentence_by_sentence_when_one_wants_it() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        phone.taps("sound").await;
        class.begins().await;
        phone.hears("노란색 카카오톡").await;
        phone.hears("화면 아래쪽에").await;
        let both = |said: &&Value| said["words"].as_str().unwrap().contains("노란색");
        let heard = phone.heard().await;
        let first = heard.iter().find(both).unwrap();
        assert_eq!(first["lang"], "ko-KR");
        assert!(!first["words"].as_str().unwrap().contains("아래쪽"), "one sentence at a time: {first}");
        assert_eq!(felt(&phone).await, 1);
        phone.taps("slow").await;
        let is_slower = async || rates(&phone, "노란색").await.iter().any(|rate| *rate < 0.8).then_some(());
        phone.until("it is read slowly", is_slower).await;
        class.goes_to(2).await;
        phone.hears("더하기 단추").await;
        assert_eq!(felt(&phone).await, 2);
        phone.taps("sound").await;
        class.goes_to(3).await;
        phone.is_at(STEPS[3].0).await;
        phone.taps("listen").await;
        phone.hears("종이비행기").await;
        assert_eq!(rates(&phone, "종이비행기").await.len(), 1, "silent until it is asked");
    });
}

#[test]
fn an_answer_is_read_aloud() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("sound").await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
        phone.sees("answer").await;
        phone.hears("위쪽의 «친구»").await;
    });
}

#[test]
fn a_phone_without_a_voice_says_so() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let device = Device { speaks: false, ..Device::phone() };
        let phone = Phone::joins_at(&school.url(""), &class.session, "김순자", &device).await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("listen").await;
        let book = phone.book("learn/lesson.ko").await;
        phone.reads(book["listening"]["voiceless"].as_str().unwrap()).await;
    });
}

#[test]
fn size_colours_and_language_are_one_tap_away_and_remembered() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let root = "document.documentElement";
        let is =
            format!("{root}.dataset.size === '200' && {root}.dataset.theme === 'contrast' && {root}.lang === 'en'");
        phone.taps("settings").await;
        for choice in ["size-200", "theme-contrast", "language-en"] {
            phone.taps(choice).await;
        }
        phone.until_js("it is as chosen", &is, vec![]).await;
        phone.taps("close").await;
        let size = "parseFloat(getComputedStyle(document.querySelector('main .guide')).fontSize) >= 40";
        phone.until_js("it is large", size, vec![]).await;
        phone.reloads().await;
        phone.is_at(STEPS[0].0).await;
        phone.until_js("it is as chosen", &is, vec![]).await;
        let label =
            json!(phone.js::<String>("return document.querySelector('[data-act=done]').innerText", vec![]).await);
        let book = phone.book("learn/lesson.en").await;
        assert_eq!(label, book["step"]["done"]);
    });
}

#[test]
fn a_language_that_cannot_be_had_is_not_marked_as_spoken() {
    run_story(|school| async move {
        let phone = Phone::opens(&school, "/").await;
        phone.sees("code").await;
        phone.cdp("Network.enable", json!({})).await;
        let cannot_be_had = async |urls: &[&str]| {
            phone.cdp("Network.setBypassServiceWorker", json!({ "bypass": !urls.is_empty() })).await;
            phone.cdp("Network.setBlockedURLs", json!({ "urls": urls })).await;
        };
        cannot_be_had(&["*.ja.js"]).await;
        phone.taps("settings").await;
        phone.taps("language-ja").await;
        phone.shows("dialog [role=alert]", true).await;
        let spoken = "document.querySelector('input[name=language]:checked').value === 'ko'";
        phone.until_js("Korean is marked", spoken, vec![]).await;
        cannot_be_had(&[]).await;
        phone.taps("language-ja").await;
        phone.until_js("it speaks Japanese", "document.documentElement.lang === 'ja'", vec![]).await;
    });
}
