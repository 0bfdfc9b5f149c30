//! What an instructor prepares, decides and looks up, beside the class itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::browser::screens;
use crate::harness::people::{Lecture, Person, Session};
use crate::harness::{School, until};
use crate::phone::Phone;
use crate::run_story;

/// The titles of a lecture's steps in their order.
async fn titles(teacher: &Person, lecture: i64) -> Vec<String> {
    let found = teacher.get(&format!("/api/lectures/{lecture}")).await.ok();
    let mut titles = Vec::new();
    for task in found["tasks"].as_array().unwrap() {
        let task = teacher.get(&format!("/api/tasks/{}", task["id"])).await.ok();
        titles.extend(task["subtasks"].as_array().unwrap().iter().map(|s| s["title"].as_str().unwrap().to_owned()));
    }
    titles
}

#[test]
fn a_lecture_is_written_and_its_session_begins_in_two_clicks() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let desk = Dashboard::opens(&school, &teacher, "/teach").await;
        desk.is_at("lectures").await;
        desk.types("#title", "카카오톡 기초").await;
        desk.presses_button("make-lecture").await;
        desk.is_at("editor").await;
        let lecture: i64 = desk.url().await.rsplit('/').next().unwrap().parse().unwrap();
        desk.types("#task", "메시지 보내기").await;
        desk.presses_button("add-task").await;
        for (title, guide) in [("친구 고르기", "이름을 눌러 주세요."), ("카카오톡 열기", "노란 그림을 눌러 주세요.")]
        {
            desk.types("#f-title", title).await;
            desk.types("#f-guide_text", guide).await;
            desk.keeps_screenshot("office-editor").await;
            desk.clicks("form:has(#f-title) [data-act=save]").await;
            desk.shows(&format!("[data-step] [aria-label*='{title}']"), true).await;
        }
        desk.clicks("[data-step]:nth-of-type(2) [data-act=up]").await;
        is_now(&teacher, lecture, &["카카오톡 열기", "친구 고르기"]).await;
        desk.clicks("[data-step]:nth-of-type(1) [data-act=copy]").await;
        desk.shows("[data-step]:nth-of-type(3)", true).await;
        desk.clicks("[data-step]:nth-of-type(2) [data-act=bin]").await;
        desk.agrees().await;
        is_now(&teacher, lecture, &["카카오톡 열기", "친구 고르기"]).await;
        desk.visits("/teach").await;
        desk.presses_button("begin").await;
        desk.is_at("board").await;
        let session = the_session(&desk, &teacher, lecture).await;
        let phone = Phone::joins(&school, &session, "김순자").await;
        phone.sees("waiting").await;
        desk.presses_button("start").await;
        phone.is_at("카카오톡 열기").await;
    });
}

async fn is_now(teacher: &Person, lecture: i64, wanted: &[&str]) {
    until(&format!("the steps are {wanted:?}"), async || (titles(teacher, lecture).await == wanted).then_some(()))
        .await;
}

async fn the_session(desk: &Dashboard, teacher: &Person, lecture: i64) -> Session {
    let id: i64 = desk.url().await.rsplit('/').next().unwrap().parse().unwrap();
    let all = teacher.get(&format!("/api/lectures/{lecture}/sessions")).await.ok();
    let of = |s: &&Value| s["session_id"] == id;
    Session::made(all["results"].as_array().unwrap().iter().find(of).unwrap(), lecture)
}

/// A lecture that two students were to learn, and missed: both ask for their attendance.
pub async fn two_ask_for_attendance(school: &School) -> (Class, [Person; 2]) {
    let class = Class::waits(school).await;
    let students = [school.student("김학생").await, school.student("이학생").await];
    for student in &students {
        student.post("/api/v1/enrollments", json!({ "course_id": class.lecture.id })).await.is(201);
    }
    class.begins().await;
    let guest = school.guest(&class.session, "김순자").await;
    guest.finishes(class.lecture.steps[0]).await;
    class.goes_to(1).await;
    guest.asks_for_help(class.lecture.steps[1]).await;
    class.presses("end").await;
    let code = code_of(&class.teacher, &class.lecture).await;
    for student in &students {
        let ask = json!({ "lecSerial": code, "sessionNumber": 1, "requestReason": "병원에 다녀왔습니다." });
        student.post("/api/attendance/request", ask).await.is(200);
    }
    (class, students)
}

async fn code_of(teacher: &Person, lecture: &Lecture) -> String {
    teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].as_str().unwrap().to_owned()
}

/// Marks both as late, and closes the page at once.
const MARKS_AND_GOES: &str = "for (const person of arguments)
        document.querySelector(`li[data-person='${person}'] input[value=LATE]`).click();
    location.href = 'about:blank'";

#[test]
fn a_mark_is_saved_even_if_the_page_is_closed_at_once() {
    run_story(|school| async move {
        let (class, students) = two_ask_for_attendance(&school).await;
        let path = format!("/teach/lecture/{}/attendance?meeting=1", class.lecture.id);
        let desk = Dashboard::opens(&school, &class.teacher, &path).await;
        desk.shows(&format!("li[data-person='{}'] input[value=LATE]", students[1].id), true).await;
        desk.js::<Option<bool>>(MARKS_AND_GOES, students.iter().map(|student| json!(student.id)).collect()).await;
        let classes = class.teacher.get(&format!("/api/v1/courses/{}/classes", class.lecture.id)).await.ok();
        let roll =
            format!("/api/v1/attendance/course/{}/class/{}", class.lecture.id, classes["classes"][0]["class_id"]);
        until("both marks are saved", async || {
            let roll = class.teacher.get(&roll).await.ok();
            let marks = |id: i64| roll["students"].as_array().unwrap().iter().find(|s| s["user_id"] == id).cloned();
            let is_late = |s: &Person| marks(s.id).is_some_and(|s| s["attendances"][0]["attendance_type"] == "LATE");
            students.iter().all(is_late).then_some(())
        })
        .await;
    });
}

#[test]
fn requests_for_attendance_are_approved_together_and_the_sheet_comes_as_a_file() {
    run_story(|school| async move {
        let (class, students) = two_ask_for_attendance(&school).await;
        let desk = Dashboard::opens(&school, &class.teacher, "/teach/requests").await;
        desk.is_at("requests").await;
        desk.keeps_screenshot("office-requests").await;
        desk.clicks("#notices").await;
        desk.presses_button("read-all").await;
        desk.shows("#notices .unread", false).await;
        for student in &students {
            desk.clicks(&format!("[data-person='{}'] label", student.id)).await;
        }
        desk.presses_button("approve-marked").await;
        desk.shows("[data-person]", false).await;
        for student in &students {
            let mine = student.get("/api/notifications").await.ok();
            assert_eq!(mine["notifications"][0]["type"], "ATTENDANCE_DECIDED");
        }
        let folder = tempfile::tempdir().unwrap();
        let kept = json!({ "behavior": "allow", "downloadPath": folder.path() });
        desk.cdp("Browser.setDownloadBehavior", kept).await;
        desk.visits(&format!("/teach/lecture/{}/attendance", class.lecture.id)).await;
        desk.is_at("attendance").await;
        desk.presses_button("attendance-csv").await;
        let text = until("the sheet is there", async || {
            let mut files = std::fs::read_dir(folder.path()).ok()?.flatten().map(|file| file.path());
            let sheet = files.find(|file| file.extension().is_some_and(|e| e == "csv"))?;
            std::fs::read_to_string(sheet).ok().filter(|text| !text.is_empty())
        })
        .await;
        assert!(text.contains("김학생") && text.contains("이학생"), "{text}");
    });
}

#[test]
fn statistics_show_the_session_as_it_was() {
    run_story(|school| async move {
        let (class, _) = two_ask_for_attendance(&school).await;
        let path = format!("/teach/lecture/{}/statistics", class.lecture.id);
        let desk = Dashboard::opens(&school, &class.teacher, &path).await;
        desk.is_at("statistics").await;
        desk.reads(STEPS[1].0).await;
        desk.shows("main svg, main progress, main meter", true).await;
        desk.keeps_screenshot("office-statistics").await;
    });
}

const STATUS: &str = "return performance.getEntriesByType('navigation')[0].responseStatus";

/// As it is printed: the address of the poster, easier to type.
fn in_fours(lecture: &Value) -> String {
    let code = lecture["poster_code"].as_str().unwrap();
    format!("/l/{}-{}-{}", &code[..4], &code[4..8], &code[8..])
}

#[test]
fn a_poster_is_one_sheet_that_leads_to_the_session_of_the_day() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let path = format!("/teach/lecture/{}/poster", class.lecture.id);
        let desk = Dashboard::opens(&school, &class.teacher, &path).await;
        desk.is_at("poster").await;
        let drawn = "document.querySelector('.poster .qr').naturalWidth > 0";
        desk.until_js("the picture is there", drawn, vec![]).await;
        desk.keeps_screenshot("office-poster").await;
        let printed = desk.cdp("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": true })).await;
        let file = screens().join("office-poster.pdf");
        std::fs::write(&file, BASE64.decode(printed["data"].as_str().unwrap()).unwrap()).unwrap();
        let read = std::process::Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        assert_eq!(text.matches('\u{c}').count(), 1, "one page: {text}");
        let lecture = class.teacher.get(&format!("/api/lectures/{}", class.lecture.id)).await.ok();
        let (address, typed) = (lecture["join_url"].as_str().unwrap(), in_fours(&lecture));
        assert!(text.contains(&format!("{}{typed}", school.address)), "{typed} in {text}");
        let phone = Phone::opens(&school, &typed).await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        phone.sees("waiting").await;
        // Strangers have the address: there is a new one, and the old sheet leads nowhere.
        desk.presses_button("renew").await;
        desk.shows("dialog.ask", true).await;
        desk.keeps_screenshot("office-poster-renew").await;
        desk.clicks("dialog.ask button[value=yes]").await;
        desk.shows("main [role=status]", true).await;
        desk.keeps_screenshot("office-poster-renewed").await;
        let renewed = class.teacher.get(&format!("/api/lectures/{}", class.lecture.id)).await.ok();
        assert_ne!(renewed["join_url"].as_str().unwrap(), address);
        desk.reads(&in_fours(&renewed)).await;
        phone.visits(&typed).await;
        assert_eq!(phone.js::<u16>(STATUS, vec![]).await, 404);
        phone.visits(&in_fours(&renewed)).await;
        phone.sees("waiting").await;
    });
}

#[test]
fn a_lecture_that_was_learnt_in_goes_into_the_archive_and_comes_back() {
    run_story(|school| async move {
        let (class, _) = two_ask_for_attendance(&school).await;
        let lecture = class.lecture.id;
        let desk = Dashboard::opens(&school, &class.teacher, &format!("/teach/lecture/{lecture}")).await;
        desk.is_at("editor").await;
        desk.clicks(".about summary").await;
        desk.presses_button("bin-lecture").await;
        // It cannot be thrown away, and so the archive is offered.
        desk.agrees().await;
        desk.reads("보관할까요").await;
        desk.agrees().await;
        desk.is_at("lectures").await;
        desk.shows(&format!(".card[data-lecture='{lecture}']"), false).await;
        desk.clicks(".archive summary").await;
        desk.presses_button("restore").await;
        desk.shows(&format!(".card[data-lecture='{lecture}']"), true).await;
    });
}

#[test]
fn a_list_of_more_than_a_hundred_lectures_or_classes_can_be_seen_to_its_end() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let (teacher, first) = (&class.teacher, class.lecture.id);
        for n in 1..=100 {
            teacher.post("/api/lectures", json!({ "title": format!("{n}번째 강의") })).await.is(201);
            let new = json!({ "class_name": format!("{n}반") });
            teacher.post(&format!("/api/v1/courses/{first}/classes"), new).await.is(201);
        }
        let desk = Dashboard::opens(&school, teacher, "/teach").await;
        desk.is_at("lectures").await;
        let count = "document.querySelectorAll(arguments[0]).length === arguments[1]";
        desk.until_js("a hundred lectures", count, vec![json!(".card[data-lecture]"), json!(100)]).await;
        desk.shows(".running-now", false).await;
        desk.presses_button("more").await;
        desk.until_js("all lectures", count, vec![json!(".card[data-lecture]"), json!(101)]).await;
        desk.shows("[data-act=more]", false).await;
        desk.shows(&format!(".running-now [data-session='{}']", class.session.id), true).await;
        let focused = "document.activeElement.closest('[data-lecture]')?.dataset.lecture === arguments[0]";
        desk.until_js("the focus is at the first new one", focused, vec![json!(first.to_string())]).await;
        desk.visits(&format!("/teach/lecture/{first}/attendance")).await;
        desk.until_js("all classes", count, vec![json!("#class option"), json!(101)]).await;
    });
}

#[test]
fn a_second_open_session_of_a_lecture_must_be_confirmed() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let desk = Dashboard::opens(&school, &class.teacher, "/teach").await;
        desk.is_at("lectures").await;
        desk.presses_button("begin").await;
        desk.shows("dialog [value=no]", true).await;
        desk.clicks("dialog [value=no]").await;
        desk.is_at("board").await;
        assert!(desk.url().await.ends_with(&format!("/teach/session/{}", class.session.id)));
        desk.visits("/teach").await;
        desk.is_at("lectures").await;
        desk.presses_button("begin").await;
        desk.agrees().await;
        desk.is_at("board").await;
        assert_ne!(the_session(&desk, &class.teacher, class.lecture.id).await.id, class.session.id);
    });
}
