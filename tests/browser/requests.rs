//! How many requests a page makes: as many for a long list as for a short one.

use serde_json::json;

use crate::classroom::Class;
use crate::dashboard::Dashboard;
use crate::harness::browser::Browser;
use crate::phone::Phone;
use crate::run_story;

const MANY: usize = 20;

/// The paths that this page has asked the server for, once so many elements and the answers that come last are there.
async fn asked(page: &Browser, elements: &str, count: usize, last: &[&str]) -> Vec<String> {
    let all = "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
        .filter((path) => path.startsWith('/api/'))";
    let is_there = format!(
        "document.querySelectorAll(arguments[0]).length === arguments[1] && arguments[2].every((path) => {all}.includes(path))"
    );
    page.until_js("the whole list is there", &is_there, vec![json!(elements), json!(count), json!(last)]).await;
    let mut paths: Vec<String> = page.js(&format!("return {all}"), vec![]).await;
    paths.sort();
    paths
}

#[test]
fn the_list_of_lectures_makes_the_same_requests_for_one_lecture_and_for_many() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::opens(&school, &class.teacher, "/teach").await;
        desk.is_at("lectures").await;
        let last = ["/api/notifications", "/api/v1/attendance/requests"];
        desk.visits("/teach").await;
        let one = asked(&desk, ".running-now [data-session]", 1, &last).await;
        for n in 0..MANY {
            let lecture = class.teacher.makes_lecture(&format!("{n}번째 강의"), 1).await;
            let session = class.teacher.opens_session(&lecture).await;
            if n % 2 == 0 {
                class.teacher.presses(&session, "end").await.ok();
            }
        }
        desk.visits("/teach").await;
        let many = asked(&desk, ".running-now [data-session]", 1 + MANY / 2, &last).await;
        desk.shows("[data-lecture] details.more", true).await;
        desk.keeps_screenshot("lectures-many").await;
        assert_eq!(one, many);
        assert!(many.len() <= 7, "{many:?}");
    });
}

#[test]
fn a_record_makes_the_same_requests_for_one_course_and_for_many() {
    run_story(|school| async move {
        let (number, secret) = ("010-1234-5678", "우리집 강아지 초코");
        let new = json!({ "phone": number, "password": secret, "name": "김순자" });
        school.nobody().post("/api/auth/register", new).await.is(201);
        let learner = school.nobody().logs_in(number, secret).await;
        let teacher = school.teacher().await;
        learner.enrolls(&teacher.makes_lecture("카카오톡 기초", 2).await).await;
        let phone = Phone::opens(&school, "/me").await;
        phone.taps("signin").await;
        phone.types("main input[type=tel]", number).await;
        phone.types("main .entry:last-of-type input", secret).await;
        phone.taps("enter").await;
        phone.sees("me").await;
        let last = ["/api/notifications"];
        phone.visits("/me").await;
        let one = asked(&phone, "[data-course]", 1, &last).await;
        for n in 1..MANY {
            learner.enrolls(&teacher.makes_lecture(&format!("{n}번째 강의"), 2).await).await;
        }
        phone.visits("/me").await;
        let many = asked(&phone, "[data-course]", MANY, &last).await;
        phone.keeps_screenshot("record-many").await;
        assert_eq!(one, many);
        assert!(many.len() <= 4, "{many:?}");
    });
}
