//! Applicants of a class that approves by hand, on its page; and the time zone in which a page shows times.

use serde_json::{Value, json};

use crate::classroom::{Class, lecture};
use crate::dashboard::Dashboard;
use crate::harness::people::Person;
use crate::harness::until;
use crate::phone::Phone;
use crate::{run_story, run_story_with};

async fn applies(student: &Person, course: i64, class: i64) -> i64 {
    let sent = json!({ "course_id": course, "class_id": class });
    student.post("/api/v1/enrollments", sent).await.is(201)["enrollment_id"].as_i64().unwrap()
}

async fn status_is(teacher: &Person, enrollment: i64, status: &str) -> Value {
    until(status, async || {
        let shown = teacher.get(&format!("/api/v1/enrollments/{enrollment}")).await.ok()["enrollment"].clone();
        (shown["status"] == status).then_some(shown)
    })
    .await
}

#[test]
fn applicants_are_approved_and_rejected_on_the_page_of_their_class() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let course = lecture(&teacher).await.id;
        let plan = json!({ "class_name": "1차", "approval": "MANUAL" });
        let made = teacher.post(&format!("/api/v1/courses/{course}/classes"), plan).await.is(201);
        let class = made["class_id"].as_i64().unwrap();
        let path = format!("/teach/lecture/{course}/attendance?class={class}");
        let desk = Dashboard::opens(&school, &teacher, &path).await;
        desk.reads("승인받은 분만 들어올 수 있습니다").await;
        let [kim, lee] = [school.student("김순자").await, school.student("이영희").await];
        let [first, second] = [applies(&kim, course, class).await, applies(&lee, course, class).await];
        desk.visits(&path).await;
        desk.reads("수강 신청 2건").await;
        desk.keeps_screenshot("applications").await;
        desk.clicks(&format!("[data-application='{}'] [data-act=approve]", kim.id)).await;
        desk.shows(&format!("#completing [data-person='{}']", kim.id), true).await;
        desk.reads("수강 신청 1건").await;
        status_is(&teacher, first, "APPROVED").await;
        desk.clicks(&format!("[data-application='{}'] [data-act=reject]", lee.id)).await;
        desk.types("#why", "다음 차수에 신청해 주세요").await;
        desk.keeps_screenshot("applications-rejecting").await;
        desk.presses_button("reject-now").await;
        let rejected = status_is(&teacher, second, "REJECTED").await;
        assert_eq!(rejected["rejection_reason"], "다음 차수에 신청해 주세요");
        desk.shows("#applications", false).await;
    });
}

/// UTC+14, so that its day is another one than the machine's for most of the day.
const FAR: &str = "Pacific/Kiritimati";

#[test]
fn the_sheet_of_a_meeting_shows_the_times_of_the_schools_zone() {
    run_story_with(&["--timezone", FAR], |school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("step").await;
        let course = class.lecture.id;
        let classes = class.teacher.get(&format!("/api/v1/courses/{course}/classes")).await.ok();
        let id = &classes["classes"][0]["class_id"];
        let sheet = class.teacher.get(&format!("/api/v1/attendance/course/{course}/class/{id}")).await.ok();
        let (meeting, mark) = (&sheet["meetings"][0], &sheet["students"][0]["attendances"][0]);
        let path = format!("/teach/lecture/{course}/attendance");
        let desk = Dashboard::opens(&school, &class.teacher, &path).await;
        desk.shows("#day", true).await;
        let proposed: String = desk.js("return document.querySelector('#day').value", vec![]).await;
        assert_eq!(json!(proposed), meeting["class_date"], "the day of now is the day of the meeting");
        desk.visits(&format!("{path}?meeting={}", meeting["session_number"])).await;
        let clock =
            "return new Intl.DateTimeFormat('ko', { hour: 'numeric', minute: '2-digit', timeZone: arguments[1] })
            .format(new Date(arguments[0]))";
        let came: String = desk.js(clock, vec![mark["check_in_time"].clone(), json!(FAR)]).await;
        desk.reads(&format!("{came} 들어옴")).await;
        desk.keeps_screenshot("meeting-in-the-schools-zone").await;
    });
}
