//! Every phone follows: what a socket hears, in which order, and after an interruption.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{School, on_both, on_both_with};

async fn new_session(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let session = teacher.opens_session(&lecture).await;
    (teacher, lecture, session)
}

#[test]
fn the_phone_follows_the_session_from_the_waiting_room_to_the_review() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        let grandma = school.guest(&session, "김순자").await;
        let mut phone = grandma.follows(&session).await;
        let state = phone.receives("session_state").await;
        assert_eq!(state["data"]["my_status"], "WAITING");
        assert_eq!((&state["data"]["current_subtask"], &state["seq"]), (&Value::Null, &json!(0)));
        let mut last = 0;
        let mut follows = async |kind: &str| {
            let frame = phone.receives(kind).await;
            assert_eq!(frame["prev"], last, "no hole: {frame}");
            last = frame["seq"].as_i64().unwrap();
            frame
        };
        teacher.starts(&session, lecture.steps[0]).await;
        let started = follows("session_started").await;
        assert_eq!(started["data"]["current_subtask"]["id"], lecture.steps[0]);
        assert!(started["data"]["current_subtask"]["guide_text"].is_string());
        grandma.finishes(lecture.steps[0]).await;
        teacher.moves_to(&session, lecture.steps[1]).await;
        let changed = follows("step_changed").await;
        assert_eq!(changed["data"]["previous_subtask_id"], lecture.steps[0]);
        teacher.post(&format!("/api/sessions/{}/pause", session.id), json!({ "message": "쉬어요" })).await.ok();
        assert_eq!(follows("session_paused").await["data"]["instructor_message"], "쉬어요");
        teacher.presses(&session, "resume").await.ok();
        follows("session_resumed").await;
        teacher.presses(&session, "end").await.ok();
        assert_eq!(follows("session_ended").await["data"]["review_mode_enabled"], true);
        let steps = grandma.get(&format!("/api/sessions/{}/steps", session.id)).await.ok();
        assert_eq!(steps["subtasks"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn the_instructor_hears_everything_without_a_hole() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        let listed = teacher.get(&format!("/api/lectures/{}/sessions", lecture.id)).await.ok()["results"][0].take();
        let mut board = teacher.watches(&session).await;
        let state = board.receives("session_state").await;
        assert_eq!(state["data"]["participants"], json!([]));
        assert_eq!(
            (&state["data"]["class_id"], &state["data"]["session_number"]),
            (&listed["class_id"], &listed["session_number"])
        );
        let grandma = school.guest(&session, "김순자").await;
        let joined = board.receives("student_joined").await;
        assert_eq!((&joined["data"]["name"], &joined["data"]["total_participants"]), (&json!("김순자"), &json!(1)));
        let mut phone = grandma.follows(&session).await;
        phone.receives("session_state").await;
        assert_eq!(board.receives("student_connected").await["data"]["active_participants"], 1);
        teacher.starts(&session, lecture.steps[0]).await;
        board.receives("session_started").await;
        grandma.finishes(lecture.steps[0]).await;
        let progress = board.receives("student_progress").await;
        assert_eq!(
            (&progress["data"]["status"], &progress["data"]["subtask_id"]),
            (&json!("COMPLETED"), &json!(lecture.steps[0]))
        );
        let started = phone.waits_for("session_started").await;
        phone.sends(json!({ "type": "ack", "data": { "seq": started["seq"] } })).await;
        assert_eq!(board.receives("step_shown").await["data"]["phones"], 1);
        phone.hangs_up().await;
        let gone = board.receives("student_disconnected").await;
        assert_eq!((&gone["data"]["user_id"], &gone["data"]["active_participants"]), (&json!(grandma.id), &json!(0)));
        // A phone that is gone shows nothing; when it is back, it still has the step on its screen.
        assert_eq!(board.receives("step_shown").await["data"]["phones"], 0);
        let _phone = grandma.follows(&session).await;
        board.receives("student_connected").await;
        assert_eq!(board.receives("step_shown").await["data"]["phones"], 1);
        let seqs: Vec<i64> = board.received.iter().map(|f| f["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, (0..=10).collect::<Vec<i64>>());
        let state = teacher.watches(&session).await.receives("session_state").await;
        assert_eq!((&state["data"]["shown"], &state["data"]["active_participants"]), (&json!(1), &json!(1)));
    });
}

#[test]
fn a_replay_says_how_many_were_connected_at_that_time() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let grandma = school.guest(&session, "김순자").await;
        let phone = grandma.follows(&session).await;
        board.waits_for("student_connected").await;
        let grandpa = school.guest(&session, "박영수").await;
        let _other = grandpa.follows(&session).await;
        board.waits_for("student_connected").await;
        phone.hangs_up().await;
        board.waits_for("student_disconnected").await;
        grandpa.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        board.waits_for("student_left").await;
        let _phone = grandma.follows(&session).await;
        board.waits_for("student_connected").await;

        let counts = |frames: &[Value]| -> Vec<(Value, Value)> {
            let counted =
                frames.iter().filter(|f| f["type"] == "student_connected" || f["type"] == "student_disconnected");
            counted.map(|f| (f["seq"].clone(), f["data"]["active_participants"].clone())).collect()
        };
        let live = counts(&board.received);
        assert_eq!(live.iter().map(|(_, count)| count.as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 1, 1]);
        let replayed = teacher.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
        assert_eq!(counts(replayed["events"].as_array().unwrap()), live);
    });
}

#[test]
fn people_who_come_and_go_at_once_are_counted_one_by_one() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let names: Vec<String> = (0..12).map(|n| format!("학생 {n}")).collect();
        let students = join_all(names.iter().map(|name| school.guest(&session, name))).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let counts = async |board: &mut Socket, of: &str| {
            let mut counts = Vec::new();
            for _ in &students {
                counts.push(board.waits_for(of).await["data"]["active_participants"].as_i64().unwrap());
            }
            counts
        };
        let phones = join_all(students.iter().map(|student| student.follows(&session))).await;
        assert_eq!(counts(&mut board, "student_connected").await, (1..=12).collect::<Vec<i64>>());
        join_all(phones.into_iter().map(Socket::hangs_up)).await;
        assert_eq!(counts(&mut board, "student_disconnected").await, (0..12).rev().collect::<Vec<i64>>());
    });
}

#[test]
fn a_message_reaches_every_phone_and_the_session_stays_at_its_step() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        let grandma = school.guest(&session, "김순자").await;
        let mut phone = grandma.follows(&session).await;
        phone.receives("session_state").await;
        let path = format!("/api/sessions/{}/message", session.id);
        let said = teacher.post(&path, json!({ "message": "5분 뒤에 시작해요" })).await.ok();
        assert_eq!(
            (&said["session_id"], &said["instructor_message"]),
            (&json!(session.id), &json!("5분 뒤에 시작해요"))
        );
        assert_eq!(phone.receives("instructor_message").await["data"]["instructor_message"], "5분 뒤에 시작해요");
        let started = teacher.starts(&session, lecture.steps[0]).await["current_subtask"].clone();
        phone.receives("session_started").await;
        // By the socket too; sent again with its key, it is said once.
        let mut board = teacher.watches(&session).await;
        let key = "7c0f1f0e-6f5f-4b52-9a4e-3f6f1f0f7a10";
        for _ in 0..2 {
            let message = json!({ "type": "message", "key": key, "data": { "message": "천천히 하세요" } });
            assert_eq!(board.asks(message).await["data"]["instructor_message"], "천천히 하세요");
        }
        assert_eq!(phone.receives("instructor_message").await["data"]["instructor_message"], "천천히 하세요");
        let current = grandma.get(&format!("/api/sessions/{}/current", session.id)).await.ok();
        assert_eq!(
            (&current["status"], &current["instructor_message"]),
            (&json!("IN_PROGRESS"), &json!("천천히 하세요"))
        );
        assert_eq!(current["current_subtask"]["id"], started["id"]);
        teacher.post(&path, json!({ "message": " " })).await.refused(400, "INVALID_REQUEST");
        grandma.post(&path, json!({ "message": "저도요" })).await.is(403);
        teacher.presses(&session, "end").await.ok();
        phone.receives("session_ended").await;
        teacher.post(&path, json!({ "message": "잘 가요" })).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn a_phone_that_comes_back_hears_just_what_it_missed() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 3).await;
        let grandma = school.guest(&session, "김순자").await;
        teacher.starts(&session, lecture.steps[0]).await;
        let mut phone = grandma.follows(&session).await;
        let known = phone.receives("session_state").await["seq"].clone();
        phone.hangs_up().await;
        teacher.moves_to(&session, lecture.steps[1]).await;
        teacher.presses(&session, "pause").await.ok();
        let path = format!("/ws/session/{}/student/?since={known}", session.id);
        let mut phone = grandma.opens(&path).await;
        let first = phone.receives("step_changed").await;
        assert_eq!(first["prev"], known);
        let second = phone.receives("session_paused").await;
        assert_eq!(second["prev"], first["seq"]);
        // The same on an open socket.
        phone.sends(json!({ "type": "resume", "data": { "seq": known } })).await;
        assert_eq!(phone.receives("step_changed").await, first);
        assert_eq!(phone.receives("session_paused").await, second);
        let path = format!("/ws/session/{}/student/?since={}", session.id, second["seq"]);
        let mut phone = grandma.opens(&path).await;
        phone.receives_nothing_more().await;
        // A position that the log has not reached is no position.
        let mut phone = grandma.opens(&format!("/ws/session/{}/student/?since=999", session.id)).await;
        phone.receives("session_state").await;
    });
}

#[test]
fn a_phone_that_missed_too_much_gets_the_state() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        let grandma = school.guest(&session, "김순자").await;
        teacher.starts(&session, lecture.steps[0]).await;
        for n in 0..257 {
            teacher.moves_to(&session, lecture.steps[(n + 1) % 2]).await;
        }
        let mut phone = grandma.opens(&format!("/ws/session/{}/student/?since=1", session.id)).await;
        phone.receives("session_state").await;
        let mut phone = grandma.opens(&format!("/ws/session/{}/student/?since=4", session.id)).await;
        phone.receives("step_changed").await;
    });
}

#[test]
fn joining_a_running_session_lands_on_the_current_step() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.moves_to(&session, lecture.steps[1]).await;
        let grandma = school.guest(&session, "김순자").await;
        let mut phone = grandma.follows(&session).await;
        let state = phone.receives("session_state").await;
        assert_eq!(state["data"]["current_subtask"]["id"], lecture.steps[1]);
        assert_eq!(state["data"]["my_status"], "ACTIVE");
    });
}

#[test]
fn two_dashboards_and_two_phones_live_side_by_side() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        let grandma = school.guest(&session, "김순자").await;
        let mut phones = [grandma.follows(&session).await, grandma.follows(&session).await];
        let mut boards = [teacher.watches(&session).await, teacher.watches(&session).await];
        for socket in phones.iter_mut().chain(&mut boards) {
            socket.receives("session_state").await;
        }
        let reply = boards[1].asks(json!({ "type": "start", "data": { "first_subtask_id": lecture.steps[0] } })).await;
        assert_eq!(reply["data"]["status"], "IN_PROGRESS");
        for phone in &mut phones {
            phone.receives("session_started").await;
        }
        for board in &mut boards {
            if board.received.iter().all(|f| f["type"] != "session_started") {
                board.waits_for("session_started").await;
            }
        }
        let [first, second] = phones;
        first.hangs_up().await;
        let mut second = second;
        second.receives_nothing_more().await;
        let reply =
            boards[0].asks(json!({ "type": "next_step", "data": { "next_subtask_id": lecture.steps[1] } })).await;
        assert_eq!(reply["type"], "reply", "{reply}");
        second.receives("step_changed").await;
        assert!(boards[0].received.iter().all(|f| f["type"] != "student_disconnected"), "one phone is still there");
    });
}

#[test]
fn a_newer_socket_of_the_same_device_replaces_the_older() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let grandma = school.guest(&session, "김순자").await;
        let path = format!("/ws/session/{}/student/?device=", session.id);
        let mut older = grandma.opens(&format!("{path}phone1")).await;
        older.receives("session_state").await;
        let mut other = grandma.opens(&format!("{path}phone2")).await;
        other.receives("session_state").await;
        let mut newer = grandma.opens(&format!("{path}phone1")).await;
        newer.receives("session_state").await;
        assert_eq!(older.ends().await.code, 4409);
        other.receives_nothing_more().await;
    });
}

#[test]
fn a_phone_that_is_back_in_time_has_not_left() {
    on_both_with(&["--presence-grace-ms", "10000"], |school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let grandma = school.guest(&session, "김순자").await;
        let phone = grandma.follows(&session).await;
        board.waits_for("student_connected").await;
        phone.hangs_up().await;
        let mut phone = grandma.follows(&session).await;
        phone.receives("session_state").await;
        school.later(60);
        gyosil::school::sessions::presence::log_departures(&school.app).await.unwrap();
        grandma.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        board.receives("student_left").await;
        assert_eq!(phone.ends().await.code, 1000);
    });
}

#[test]
fn many_reports_at_once_come_in_one_batch_to_clients_that_ask_for_it() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let students: Vec<Person> =
            futures_util::future::join_all((0..40).map(|n| school.guest(&session, ["김", "이"][n % 2]))).await;
        let path = format!("/ws/session/{}/instructor/", session.id);
        let mut gathered = teacher.opens(&format!("{path}?batch=1")).await;
        let mut plain = teacher.opens(&path).await;
        let state = gathered.receives("session_state").await;
        plain.receives("session_state").await;
        futures_util::future::join_all(students.iter().map(|s| s.finishes(lecture.steps[0]))).await;
        teacher.presses(&session, "end").await.ok();
        let mut seqs = Vec::new();
        loop {
            let frame = gathered.next().await.unwrap();
            let frames = if frame["type"] == "batch" { frame["data"].as_array().unwrap().clone() } else { vec![frame] };
            seqs.extend(frames.iter().map(|f| f["seq"].as_i64().unwrap()));
            if frames.last().unwrap()["type"] == "session_ended" {
                break;
            }
        }
        let first = state["seq"].as_i64().unwrap() + 1;
        assert_eq!(seqs, (first..=first + 40).collect::<Vec<i64>>());
        assert!(gathered.received.len() < 40, "{} frames", gathered.received.len());
        plain.waits_for("session_ended").await;
        assert_eq!(plain.received.len(), 42);
    });
}
