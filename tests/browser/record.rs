//! One's own record: kept, found from another phone, and left behind on none that was lent.

use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::phone::Phone;
use crate::told;

const NUMBER: &str = "010-1234-5678";
const SECRET: &str = "우리집 강아지 초코";

#[test]
fn a_record_is_kept_under_a_phone_number_and_found_from_another_phone() {
    told(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.taps("claim").await;
        phone.sees("claim").await;
        phone.types("main input[type=tel]", NUMBER).await;
        phone.types("main .entry:last-of-type input", SECRET).await;
        phone.taps("enter").await;
        phone.sees("claimed").await;
        phone.taps("record").await;
        phone.sees("me").await;
        let other = Phone::opens(&school, "/me").await;
        other.sees("me-nobody").await;
        other.taps("signin").await;
        other.types("main input[type=tel]", NUMBER).await;
        other.types("main .entry:last-of-type input", "다른 말").await;
        other.taps("enter").await;
        other.shows("main [role=alert]", true).await;
        other.types("main .entry:last-of-type input", SECRET).await;
        other.taps("enter").await;
        other.sees("me").await;
        other.reads("카카오톡 기초").await;
        // In class she is the same person there.
        other.visits(&format!("/j/{}", class.session.code)).await;
        other.is_at(STEPS[0].0).await;
        other.shows("[data-act=done]", false).await;
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_phone_that_was_lent_forgets_who_had_it() {
    told(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.visits("/me").await;
        phone.sees("me").await;
        phone.taps("leave").await;
        phone.sees("leave").await;
        phone.taps("leave").await;
        phone.sees("code").await;
        let kept: Vec<String> = phone.js("return Object.values(localStorage)", vec![]).await;
        assert!(kept.iter().all(|value| !value.contains("김순자")), "{kept:?}");
        phone.visits(&format!("/j/{}", class.session.code)).await;
        phone.sees("name").await;
        let field: Value = phone.js("return document.querySelector('main input').value", vec![]).await;
        assert_eq!(field, json!(""));
    });
}
