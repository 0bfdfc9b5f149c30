//! A page of which one file does not come: it says so, and goes on when the file is there.

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::run_story;

/// As over plain http, where most classrooms are: nothing is stored on the phone.
const STORES_NOTHING: &str = "delete Navigator.prototype.serviceWorker;";

async fn phone_that_stores_nothing(school: &School) -> Phone {
    let phone = Phone::opens(school, "/healthz").await;
    phone.at_each_page(STORES_NOTHING).await;
    phone
}

#[test]
fn a_phone_goes_on_by_itself_when_the_file_of_the_lesson_comes() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = phone_that_stores_nothing(&school).await;
        phone.visits(&class.session.scanned()).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.is_at(STEPS[0].0).await;
        phone.loses(&["/static/learn/lesson.js"]).await;
        phone.reloads().await;
        phone.sees("offline").await;
        phone.keeps_screenshot("phone-without-a-file").await;
        phone.loses(&[]).await;
        phone.is_at(STEPS[0].0).await;
    });
}

#[test]
fn the_instructors_page_says_that_it_opens_until_its_texts_are_there() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::opens_at(&school.url(""), "/healthz", &Device::desktop()).await;
        desk.loses(&["/static/texts/teach/shared.*"]).await;
        desk.visits(&Dashboard::link(&school, &class.teacher, "/teach").await).await;
        desk.shows("main .opening a", true).await;
        desk.keeps_screenshot("desk-without-texts").await;
        desk.loses(&[]).await;
        // The link can be used once: it was not forgotten.
        desk.is_at("lectures").await;
    });
}

#[test]
fn a_page_that_cannot_be_opened_says_so_instead_of_the_page_before() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::opens(&school, &class.teacher, &format!("/teach/lecture/{}", class.lecture.id)).await;
        desk.is_at("editor").await;
        desk.loses(&["/static/teach/office/statistics.js"]).await;
        let _: bool = desk.js("return window.gyosilIsOld = true", vec![]).await;
        desk.clicks("nav a[href$=statistics]").await;
        desk.is_at("failed").await;
        // The server answers, so the page may be older than its files: it was loaded anew, once.
        desk.until_js("the page is loaded anew", "!window.gyosilIsOld", vec![]).await;
        desk.is_at("failed").await;
        desk.shows("main h1[role=alert]", true).await;
        desk.keeps_screenshot("desk-without-a-file").await;
        desk.loses(&[]).await;
        desk.presses_button("again").await;
        desk.is_at("statistics").await;
    });
}
