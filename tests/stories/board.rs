//! What the instructor's dashboards show.

use serde_json::{Value, json};

use crate::classroom::{lecture_without_words, new_session, running_session};
use crate::harness::people::{Lecture, PASSWORD, Person};
use crate::harness::socket::Socket;
use crate::harness::{School, on_both, on_both_with, until};

const LONG: &[&str] = &["--access-ttl-s", "8640000"];
const A_DAY: i64 = 86_400;

async fn board(teacher: &Person, lecture: &Lecture) -> Socket {
    let mut board = teacher.opens(&format!("/ws/dashboard/lecture/{}/", lecture.id)).await;
    // It has no log: whatever was before, the page asks anew.
    assert_eq!(board.receives("resync").await.as_object().unwrap().len(), 1);
    board
}

async fn statistics(teacher: &Person, lecture: &Lecture) -> Value {
    teacher.get(&format!("/api/dashboard/statistics/lecture/{}", lecture.id)).await.ok()
}

async fn works_on(student: &Person, step: i64) {
    student.post("/api/progress/update", json!({ "subtask_id": step, "status": "IN_PROGRESS" })).await.ok();
}

#[test]
fn every_enrolled_student_is_listed_with_their_progress() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 4).await;
        let first = school.student("김학생").await;
        first.enrolls(&lecture).await;
        let second = school.guest(&session, "이영희").await;
        for step in &lecture.steps[..3] {
            second.finishes(*step).await;
        }
        works_on(&second, lecture.steps[3]).await;
        second.asks_for_help(lecture.steps[3]).await;
        second.asks_for_help(lecture.steps[3]).await;
        let path = format!("/api/dashboard/lectures/{}/students", lecture.id);
        let list = teacher.get(&path).await.ok();
        let (a, b) = (&list["students"][0], &list["students"][1]);
        assert_eq!((&list["lecture_id"], &list["pagination"]["total_count"]), (&json!(lecture.id), &json!(2)));
        assert_eq!((&a["user_id"], &a["progress_rate"], &a["help_count"]), (&json!(first.id), &json!(0.0), &json!(0)));
        assert_eq!((&a["last_activity"], a["enrolled_at"].is_string()), (&Value::Null, true));
        assert_eq!(
            (&a["current_subtask"]["id"], &a["current_subtask"]["status"]),
            (&json!(lecture.steps[0]), &json!("NOT_STARTED"))
        );
        assert_eq!((&b["name"], &b["email"], &b["progress_rate"]), (&json!("이영희"), &Value::Null, &json!(0.75)));
        assert_eq!(
            (&b["completed_subtasks"], &b["total_subtasks"], &b["help_count"]),
            (&json!(3), &json!(4), &json!(2))
        );
        assert_eq!(
            b["current_subtask"],
            json!({ "id": lecture.steps[3], "title": "4번째 단계", "status": "IN_PROGRESS" })
        );
        assert!(b["last_activity"].is_string());
        let page = teacher.get(&format!("{path}?page=2&page_size=1")).await.ok();
        assert_eq!(page["students"], json!([b]));
        // Whoever is in two of its classes is still one student.
        let again = teacher.opens_session(&lecture).await;
        second.joins(&again).await;
        assert_eq!(teacher.get(&path).await.ok()["pagination"]["total_count"], 2);
    });
}

#[test]
fn a_call_is_urgent_if_its_student_waits_long_or_asks_again() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = lecture_without_words(&teacher, 2).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let pending = async || {
            let list = teacher.get("/api/dashboard/help-requests/pending").await.ok();
            let lines = list["pending_requests"].as_array().unwrap().clone();
            lines
                .iter()
                .map(|l| (l["help_request_id"].as_i64().unwrap(), l["priority"].as_str().unwrap().to_owned()))
                .collect::<Vec<_>>()
        };
        let (normal, high) = ("NORMAL".to_owned(), "HIGH".to_owned());
        let first = school.guest(&session, "김순자").await;
        let a = first.asks_for_help(lecture.steps[0]).await;
        let second = school.guest(&session, "이영희").await;
        let b = second.asks_for_help(lecture.steps[0]).await;
        assert_eq!(pending().await, [(a, normal.clone()), (b, normal.clone())]);
        let c = second.asks_for_help(lecture.steps[0]).await;
        assert_eq!(pending().await, [(a, normal.clone()), (b, high.clone()), (c, high.clone())]);
        school.later(119);
        let d = first.asks_for_help(lecture.steps[1]).await;
        school.later(2);
        assert_eq!(pending().await, [(a, high.clone()), (b, high.clone()), (c, high.clone()), (d, normal)]);
        teacher.post(&format!("/api/help/request/{a}/resolve"), json!({})).await.ok();
        assert_eq!(pending().await[0], (b, high));
        let line = teacher.get("/api/dashboard/help-requests/pending").await.ok()["pending_requests"][2].clone();
        assert_eq!(line["user"], json!({ "id": first.id, "name": "김순자" }));
        assert_eq!(line["subtask"], json!({ "id": lecture.steps[1], "title": "2번째 단계" }));
        assert_eq!(line["lecture"], json!({ "id": lecture.id, "title": "설명 없는 강의" }));
        assert_eq!((&line["session_id"], &line["request_type"]), (&json!(session.id), &json!("MANUAL")));
    });
}

#[test]
fn the_statistics_of_a_lecture_count_everyone_once() {
    on_both_with(LONG, |school| async move {
        let (teacher, lecture, session) = running_session(&school, 4).await;
        let empty = statistics(&teacher, &lecture).await;
        assert_eq!((&empty["total_students"], &empty["average_progress_rate"]), (&json!(0), &json!(0.0)));
        let mut students = Vec::new();
        for n in 0..4 {
            students.push(school.guest(&session, &format!("학생{n}")).await);
        }
        // Nothing, a quarter, a half, everything: the last in ten minutes.
        students[1].finishes(lecture.steps[0]).await;
        for step in &lecture.steps[..2] {
            students[2].finishes(*step).await;
        }
        for (n, step) in lecture.steps.iter().enumerate() {
            if n == 3 {
                school.later(600);
            }
            students[3].finishes(*step).await;
        }
        for (student, seconds) in [(0, 30), (1, 90)] {
            let body = json!({ "subtask_id": lecture.steps[1], "context_data": { "stuck_duration_seconds": seconds } });
            students[student].post("/api/help/request", body).await.is(201);
        }
        students[0].asks_for_help(lecture.steps[2]).await;
        let seen = statistics(&teacher, &lecture).await;
        assert_eq!((&seen["total_students"], &seen["total_help_requests"]), (&json!(4), &json!(3)));
        assert_eq!(seen["average_progress_rate"], 0.44);
        assert_eq!((&seen["average_completion_time_minutes"], &seen["finished_students"]), (&json!(10), &json!(1)));
        let quarters = json!({ "0-25%": 2, "26-50%": 1, "51-75%": 0, "76-100%": 1 });
        assert_eq!(seen["progress_distribution"], quarters);
        let worst = json!({ "subtask_id": lecture.steps[1], "subtask_title": "2번째 단계", "help_count": 2,
            "average_stuck_time_seconds": 60, "manual_help_count": 2, "helped_people": 2, "stuck_people": 0 });
        assert_eq!(seen["common_difficulties"][0], worst);
        assert_eq!(seen["common_difficulties"].as_array().unwrap().len(), 2);
        let days = seen["daily_activity"].as_array().unwrap();
        assert_eq!(days.len(), 7);
        let total = |key: &str| days.iter().map(|day| day[key].as_i64().unwrap()).sum::<i64>();
        // Midnight may fall into the ten minutes: then whoever was active on both days counts on both.
        assert!((4..=5).contains(&total("active_students")), "{days:?}");
        assert_eq!(total("help_requests"), 3);
        assert_eq!(days[6]["help_requests"], 3);
    });
}

#[test]
fn the_trend_has_a_point_for_each_day_and_never_falls() {
    on_both_with(LONG, |school| async move {
        let (teacher, lecture, _) = new_session(&school, 4).await;
        let (first, second) = (school.student("김학생").await, school.student("이학생").await);
        first.enrolls(&lecture).await;
        second.enrolls(&lecture).await;
        first.finishes(lecture.steps[0]).await;
        first.asks_for_help(lecture.steps[0]).await;
        school.later(A_DAY);
        second.finishes(lecture.steps[0]).await;
        school.later(A_DAY);
        for step in &lecture.steps[1..3] {
            second.finishes(*step).await;
        }
        second.asks_for_help(lecture.steps[2]).await;
        second.asks_for_help(lecture.steps[2]).await;
        let trend = async |query: &str| {
            let path = format!("/api/dashboard/chart-data/progress-trend?lecture_id={}{query}", lecture.id);
            teacher.get(&path).await.ok()
        };
        let chart = trend("").await;
        assert_eq!(chart["labels"].as_array().unwrap().len(), 7);
        let labels: Vec<&str> = chart["labels"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
        assert!(labels.iter().all(|l| l.len() == 5 && &l[2..3] == "/"), "{labels:?}");
        let names: Vec<&Value> = chart["datasets"].as_array().unwrap().iter().map(|set| &set["label"]).collect();
        assert_eq!(names, ["평균 진행률", "도움 요청 수"]);
        assert_eq!(chart["datasets"][0]["data"], json!([0, 0, 0, 0, 13, 25, 50]));
        assert_eq!(chart["datasets"][1]["data"], json!([0, 0, 0, 0, 1, 0, 2]));
        for days in [1, 30, 366] {
            let chart = trend(&format!("&days={days}")).await;
            assert_eq!(chart["labels"].as_array().unwrap().len(), days);
            for set in chart["datasets"].as_array().unwrap() {
                assert_eq!(set["data"].as_array().unwrap().len(), days);
            }
            assert_eq!(chart["datasets"][0]["data"].as_array().unwrap().last().unwrap(), 50);
        }
    });
}

#[test]
fn a_dashboard_hears_of_progress_and_of_calls() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let mut board = board(&teacher, &lecture).await;
        let mut desk = teacher.opens("/ws/dashboard/help-requests/").await;
        desk.receives("resync").await;
        let student = school.guest(&session, "김순자").await;
        works_on(&student, lecture.steps[0]).await;
        let update = board.waits_for("progress_update").await["data"].clone();
        assert_eq!((&update["user_id"], &update["user_name"]), (&json!(student.id), &json!("김순자")));
        assert_eq!((&update["old_status"], &update["new_status"]), (&json!("NOT_STARTED"), &json!("IN_PROGRESS")));
        student.finishes(lecture.steps[0]).await;
        let update = board.waits_for("progress_update").await["data"].clone();
        assert_eq!((&update["old_status"], &update["new_status"]), (&json!("IN_PROGRESS"), &json!("COMPLETED")));
        assert_eq!((&update["subtask_id"], &update["subtask_title"]), (&json!(lecture.steps[0]), &json!("1번째 단계")));
        let id = student.asks_for_help(lecture.steps[1]).await;
        let call = board.waits_for("help_request").await["data"].clone();
        assert_eq!((&call["help_request_id"], &call["request_type"]), (&json!(id), &json!("MANUAL")));
        let new = desk.waits_for("new_help_request").await["data"].clone();
        assert_eq!((&new["help_request_id"], &new["priority"]), (&json!(id), &json!("NORMAL")));
        assert_eq!(new["lecture"], json!({ "id": lecture.id, "title": "카카오톡 기초" }));
        for socket in [&mut board, &mut desk] {
            let updated = socket.waits_for("help_updated").await["data"].clone();
            assert_eq!((&updated["help_request_id"], &updated["status"]), (&json!(id), &json!("ESCALATED")));
        }
        student.asks_for_help(lecture.steps[1]).await;
        assert_eq!(desk.waits_for("new_help_request").await["data"]["priority"], "HIGH");
        board.waits_for("help_request").await;
        // What happens in another lecture is not for this board, but for the same desk.
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        let elsewhere = teacher.opens_session(&other).await;
        let mate = school.guest(&elsewhere, "이영희").await;
        mate.finishes(other.steps[0]).await;
        mate.asks_for_help(other.steps[0]).await;
        assert_eq!(desk.waits_for("new_help_request").await["data"]["lecture"]["id"], other.id);
        desk.waits_for("help_updated").await;
        board.receives_only("help_updated").await;
        assert!(!board.received.iter().any(|frame| frame.to_string().contains("이영희")));
    });
}

async fn activity(board: &mut Socket) -> (i64, String) {
    let data = board.waits_for("student_activity").await["data"].clone();
    (data["user_id"].as_i64().unwrap(), data["activity"].as_str().unwrap().to_owned())
}

#[test]
fn a_dashboard_hears_who_comes_begins_and_goes() {
    on_both_with(LONG, |school| async move {
        let (teacher, lecture, session) = running_session(&school, 3).await;
        let student = school.registers("STUDENT", "김학생", "kim@example.com").await;
        student.enrolls(&lecture).await;
        let stranger = school.registers("STUDENT", "이학생", "lee@example.com").await;
        let mut board = board(&teacher, &lecture).await;
        school.nobody().logs_in("lee@example.com", PASSWORD).await;
        let student = school.nobody().logs_in("kim@example.com", PASSWORD).await;
        assert_eq!(activity(&mut board).await, (student.id, "LOGGED_IN".into()));
        // Once a day, at the first progress.
        let began = (student.id, "STARTED_LEARNING".to_owned());
        student.finishes(lecture.steps[0]).await;
        assert_eq!(activity(&mut board).await, began);
        student.finishes(lecture.steps[1]).await;
        board.receives_only("progress_update").await;
        school.later(A_DAY);
        student.finishes(lecture.steps[2]).await;
        assert_eq!(activity(&mut board).await, began);
        student.joins(&session).await;
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        assert_eq!(activity(&mut board).await, (student.id, "LEFT".into()));
        student.post("/api/auth/logout", json!({})).await.ok();
        assert_eq!(activity(&mut board).await, (student.id, "LOGGED_OUT".into()));
        // By a refresh token too.
        let student = school.nobody().logs_in("kim@example.com", PASSWORD).await;
        assert_eq!(activity(&mut board).await, (student.id, "LOGGED_IN".into()));
        student.post("/accounts/logout/", json!({ "refresh": student.refresh })).await.is(200);
        assert_eq!(activity(&mut board).await, (student.id, "LOGGED_OUT".into()));
        assert!(board.received.iter().all(|frame| frame["data"]["user_id"] != stranger.id));
    });
}

#[test]
fn a_student_who_finishes_several_steps_at_once_began_once() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 4).await;
        let mut board = board(&teacher, &lecture).await;
        let student = school.guest(&session, "김순자").await;
        futures_util::future::join_all(lecture.steps.iter().map(|step| student.finishes(*step))).await;
        let mut seen = Vec::new();
        while seen.iter().filter(|kind| *kind == "progress_update").count() < 4
            || !seen.contains(&json!("student_activity"))
        {
            seen.push(board.next().await.unwrap()["type"].clone());
        }
        board.receives_nothing_more().await;
        assert_eq!(seen.iter().filter(|kind| *kind == "student_activity").count(), 1, "{seen:?}");
    });
}

#[test]
fn a_dashboard_takes_no_commands_of_a_class() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let mut board = board(&teacher, &lecture).await;
        for word in ["start", "end", "progress", "help", "ack"] {
            let answer = board.asks(json!({ "type": word, "data": {} })).await;
            assert_eq!(answer["error"]["details"]["field"], "type", "{answer}");
        }
        let current = teacher.get(&format!("/api/sessions/{}/current", session.id)).await.ok();
        assert_eq!(current["status"], "WAITING");
    });
}

#[test]
fn a_dashboard_comes_back_after_a_restart_and_asks_for_everything_again() {
    on_both(|mut school: School| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let mut open = board(&teacher, &lecture).await;
        school.closes().await;
        let closed = open.ends().await;
        assert_eq!(closed.code, 1012);
        let when: Value = serde_json::from_str(&closed.reason).unwrap();
        assert!(when["retry_after_ms"].as_u64().is_some_and(|ms| ms < 60_000), "{when}");
        let school = school.reopens().await;
        let teacher = teacher.at(school.address);
        until("the server", async || teacher.get("/readyz").await.status.eq(&200).then_some(())).await;
        board(&teacher, &lecture).await;
    });
}
