//! The form of a step: what its instructor has chosen is saved, in the order that they want.

use serde_json::Value;

use crate::drawing::{LARGE, Office, SAVE, SMALL};
use crate::run_story;

#[test]
fn a_picture_of_an_answer_that_is_on_its_way_is_saved_with_the_step() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        desk.holds_back("/pictures").await;
        desk.reloads().await;
        desk.is_at("editor").await;
        office.opens_first_step().await;
        desk.presses_button("add-question").await;
        for (field, text) in
            [("#q-text", "무엇을 누를까요?"), ("#q-option-0", "노란 그림"), ("#q-option-1", "파란 그림")]
        {
            desk.types(field, text).await;
        }
        office.chooses(".option:nth-of-type(2) input[type=file]", &[SMALL.0.into()]).await;
        desk.clicks(SAVE).await;
        desk.shows("[data-act=option-picture]:disabled", true).await;
        desk.lets_through().await;
        desk.shows(".stepform", false).await;
        let options = office.steps().await[0]["question"]["options"].clone();
        let with_picture = options.as_array().unwrap().iter().filter(|option| option["picture"].is_object()).count();
        assert_eq!(with_picture, 1, "{options}");
    });
}

#[test]
fn pictures_of_a_step_are_put_in_another_order() {
    run_story(|school| async move {
        let office = Office::opens(&school).await;
        let desk = &office.desk;
        office.opens_first_step().await;
        for file in [SMALL.0, LARGE.0] {
            office.adds_picture(file).await;
        }
        desk.shows("li:first-child [data-act=earlier-picture]", false).await;
        desk.keeps_screenshot("drawing-order").await;
        desk.clicks("li:last-child [data-act=earlier-picture]").await;
        desk.until_js("the focus stays", "document.activeElement.dataset.act === 'edit-picture'", vec![]).await;
        office.saves().await;
        let widths: Vec<Value> = office.pictures().await.iter().map(|picture| picture["width"].clone()).collect();
        assert_eq!(widths, [LARGE.1, SMALL.1]);
    });
}
