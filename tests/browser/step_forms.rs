//! The form of a step: what its instructor has chosen is saved, in the order that they want.

use serde_json::Value;

use crate::drawing::{LARGE, Office, SMALL};
use crate::run_story;

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
