//! The end of a course: the instructor completes a class and prints its papers, and the learner sees theirs on the phone.

use gyosil::school::logins;
use serde_json::{Value, json};

use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, until};
use crate::phone::Phone;
use crate::run_story;

/// A student who has done so many of the steps.
async fn learns(school: &School, lecture: &Lecture, name: &str, done: usize) -> Person {
    let student = school.student(name).await;
    let enrolled = student.post("/api/v1/enrollments", json!({ "course_id": lecture.id })).await.is(201);
    for step in &lecture.steps[..done] {
        let body = json!({ "enrollment_id": enrolled["enrollment_id"], "content_id": step });
        student.patch("/api/v1/progress/complete", body).await.is(200);
    }
    student
}

async fn class_of(teacher: &Person, lecture: &Lecture) -> Value {
    teacher.get(&format!("/api/v1/courses/{}/classes", lecture.id)).await.ok()["classes"][0]["class_id"].clone()
}

#[test]
fn a_class_is_completed_printed_and_one_completion_taken_back() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let kim = learns(&school, &lecture, "김순자", 2).await;
        let lee = learns(&school, &lecture, "이영희", 1).await;
        let park = learns(&school, &lecture, "박철수", 2).await;
        let desk = Dashboard::opens(&school, &teacher, &format!("/teach/lecture/{}/attendance", lecture.id)).await;
        desk.is_at("attendance").await;
        let of = |person: &Person, rest: &str| format!("#completing [data-person='{}']{rest}", person.id);
        for (person, state) in [(&kim, "due"), (&lee, "lacking"), (&park, "due")] {
            desk.shows(&of(person, &format!("[data-state={state}]")), true).await;
        }
        desk.keeps_screenshot("office-completing").await;
        // One, and then all who are left.
        desk.clicks(&of(&kim, " [data-act=complete]")).await;
        desk.shows(&of(&kim, " [data-act=paper]"), true).await;
        desk.presses_button("complete-all").await;
        desk.agrees().await;
        desk.shows(&of(&park, " [data-act=paper]"), true).await;
        desk.shows("[data-act=complete-all]", false).await;
        desk.presses_button("print-all").await;
        // Who lacks something, with a reason.
        desk.clicks(&of(&lee, " [data-act=force]")).await;
        desk.types("#completing-why", "댁에서 마치셨습니다").await;
        desk.presses_button("because").await;
        desk.shows(&of(&lee, "[data-state=completed]"), true).await;
        desk.clicks(&of(&park, " [data-act=revoke]")).await;
        desk.shows("dialog[open] #completing-why", true).await;
        desk.keeps_screenshot("office-revoking").await;
        desk.types("#completing-why", "다른 분의 기록입니다").await;
        desk.presses_button("because").await;
        desk.shows(&of(&park, "[data-state=revoked]"), true).await;
        desk.keeps_screenshot("office-completed").await;
        desk.clicks(&of(&park, " [data-act=restore]")).await;
        desk.shows(&of(&park, "[data-state=completed]"), true).await;
        until("everyone has a certificate", async || {
            let class = class_of(&teacher, &lecture).await;
            let path = format!("/api/v1/completions/course/{}/class/{class}", lecture.id);
            let all = teacher.get(&path).await.ok()["completions"].clone();
            all.as_array().unwrap().iter().all(|one| one["certificate_no"].is_string()).then_some(())
        })
        .await;
    });
}

#[test]
fn the_certificate_itself_is_shown_on_the_phone() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let kim = learns(&school, &lecture, "김순자", 2).await;
        let class = class_of(&teacher, &lecture).await;
        let all = json!({ "course_id": lecture.id, "class_id": class, "issue_certificates": true });
        teacher.post("/api/v1/completions/batch", all).await.ok();
        for (width, name) in [(320, "narrow"), (412, "wide")] {
            let ticket = logins::make_ticket_for(&school.app, kim.id).await.unwrap();
            let device = Device { width, ..Device::phone() };
            let phone = Phone::opens_at(&school.url(""), &format!("/#t={ticket}"), &device).await;
            phone.sees("code").await;
            phone.visits("/me").await;
            phone.sees("me").await;
            phone.taps("certificate").await;
            phone.sees("paper").await;
            phone
                .until_js(
                    "the paper is drawn",
                    "document.querySelector('.diploma')?.innerText.includes('김순자')",
                    vec![],
                )
                .await;
            phone.keeps_screenshot(&format!("record-paper-{name}")).await;
            phone.taps("larger").await;
            let larger = "document.querySelector('.diploma').clientWidth > innerWidth";
            phone.until_js("the paper is larger than the screen", larger, vec![]).await;
            phone.keeps_screenshot(&format!("record-paper-{name}-larger")).await;
            phone.taps("record").await;
            phone.sees("me").await;
        }
    });
}
