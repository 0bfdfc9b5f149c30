//! The instructor's finger: what is pointed at is shown to all who are in the session, at once, and is written nowhere.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{log_of, new_session, running_session};
use crate::harness::on_both;
use crate::harness::people::{Person, Session};
use crate::harness::socket::Socket;

const PICTURE: &str = "9f3c00000000000000000000000000ab";
/// Time between two frames of a finger that moves.
const GAP: Duration = Duration::from_millis(66);

fn pointer(step: i64, points: Value) -> Value {
    json!({ "type": "pointer", "data": { "subtask_id": step, "picture": PICTURE, "points": points } })
}

async fn entered(mut socket: Socket) -> Socket {
    socket.receives("session_state").await;
    socket
}

async fn phones(people: &[Person], session: &Session) -> Vec<Socket> {
    join_all(people.iter().map(async |person| entered(person.follows(session).await).await)).await
}

#[test]
fn every_phone_and_the_wall_of_a_session_show_where_its_instructor_points() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let people = [school.guest(&session, "김순자").await, school.guest(&session, "이영희").await];
        let elsewhere = teacher.opens_session(&lecture).await;
        teacher.starts(&elsewhere, lecture.steps[0]).await;
        let visitor = school.guest(&elsewhere, "박철수").await;
        let mut others = phones(&[visitor], &elsewhere).await;
        let mut seen = phones(&people, &session).await;
        let wall = format!("/ws/session/{}/instructor/?batch=1", session.id);
        seen.push(entered(teacher.opens(&wall).await).await);
        let mut finger = entered(teacher.watches(&session).await).await;
        let logged = log_of(&teacher, &session).await.len();
        let drawn = json!([[0.123_456, 0.81], [0, 1], [0.5, 0.999_99]]);
        let shown = json!({ "subtask_id": lecture.steps[0], "picture": PICTURE,
            "points": [[0.1235, 0.81], [0.0, 1.0], [0.5, 1.0]] });
        finger.sends(pointer(lecture.steps[0], drawn)).await;
        for socket in seen.iter_mut().chain([&mut finger]) {
            let frame = socket.waits_for("pointer").await;
            assert_eq!(frame, json!({ "type": "pointer", "data": shown }));
        }
        finger.sends(pointer(lecture.steps[0], json!([]))).await;
        for socket in &mut seen {
            assert_eq!(socket.waits_for("pointer").await["data"]["points"], json!([]));
        }
        others[0].receives_nothing_more().await;
        assert_eq!(log_of(&teacher, &session).await.len(), logged, "it is in no log");
        // The numbers of events go on as if nothing had been.
        let moved = teacher.moves_to(&session, lecture.steps[1]).await;
        assert_eq!(moved["current_subtask"]["id"], lecture.steps[1]);
        for socket in &mut seen {
            socket.waits_for("step_changed").await;
        }
        let last = seen[0].received.last().unwrap().clone();
        assert_eq!(last["prev"], seen[0].received[0]["seq"]);
        finger.sends(pointer(lecture.steps[1], json!([[0.5, 0.5]]))).await;
        seen[0].receives("pointer").await;
        seen[0].sends(json!({ "type": "resume", "data": { "seq": last["prev"] } })).await;
        assert_eq!(seen[0].receives("step_changed").await["seq"], last["seq"]);
        seen[0].receives_nothing_more().await;
    });
}

#[test]
fn a_student_cannot_point() {
    on_both(|school| async move {
        let (_, lecture, session) = running_session(&school, 1).await;
        let people = [school.guest(&session, "김순자").await, school.guest(&session, "이영희").await];
        let mut phones = phones(&people, &session).await;
        let answer = phones[0].asks(pointer(lecture.steps[0], json!([[0.5, 0.5]]))).await;
        assert_eq!(
            (&answer["status"], &answer["error"]["details"]["field"]),
            (&json!(400), &json!("type")),
            "{answer}"
        );
        phones[0].sends(pointer(lecture.steps[0], json!([[0.5, 0.5]]))).await;
        for phone in &mut phones {
            phone.receives_nothing_more().await;
        }
    });
}

#[test]
fn of_a_hundred_fingers_in_a_burst_few_are_shown_and_the_last_is_one_of_them() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let step = lecture.steps[0];
        let guest = school.guest(&session, "김순자").await;
        let mut phone = phones(&[guest], &session).await.remove(0);
        let mut finger = entered(teacher.watches(&session).await).await;
        let begun = Instant::now();
        for n in 0..100 {
            finger.sends(pointer(step, json!([[f64::from(n) / 100.0, 0.5]]))).await;
        }
        let mut shown = Vec::new();
        while shown.last() != Some(&0.99) {
            let frame = phone.receives("pointer").await;
            shown.push(frame["data"]["points"][0][0].as_f64().unwrap());
        }
        let most = begun.elapsed().as_millis() / GAP.as_millis() + 2;
        assert!(shown.is_sorted() && shown.len() as u128 <= most, "{shown:?}, {most}");
        // A finger that was taken away does not come back.
        for points in [json!([[0.1, 0.1]]), json!([[0.2, 0.2]]), json!([])] {
            finger.sends(pointer(step, points)).await;
        }
        phone.waits_until("it is taken away", |frame| frame["data"]["points"] == json!([])).await;
        finger.sends(pointer(step, json!([[0.9, 0.9]]))).await;
        assert_eq!(phone.receives("pointer").await["data"]["points"], json!([[0.9, 0.9]]));
        // A finger that says so gets an answer like any message, however fast it is.
        for _ in 0..5 {
            let answer = finger.asks(pointer(step, json!([[0.3, 0.3]]))).await;
            assert_eq!((&answer["type"], &answer["data"]), (&json!("reply"), &json!({})));
        }
    });
}

#[test]
fn nobody_points_in_a_session_that_is_not_in_progress() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let finger_here = pointer(lecture.steps[0], json!([[0.5, 0.5]]));
        let mut finger = entered(teacher.watches(&session).await).await;
        for (button, status) in [("", "WAITING"), ("pause", "PAUSED"), ("end", "REVIEW_MODE")] {
            match button {
                "" => {}
                "pause" => {
                    teacher.starts(&session, lecture.steps[0]).await;
                    finger.waits_for("session_started").await;
                    finger.sends(finger_here.clone()).await;
                    finger.receives("pointer").await;
                    teacher.presses(&session, button).await.ok();
                    finger.waits_for("session_paused").await;
                }
                _ => {
                    teacher.presses(&session, button).await.ok();
                    finger.waits_for("session_ended").await;
                }
            }
            // The database was asked a moment ago, and is not asked again.
            school.later(1);
            let answer = finger.asks(finger_here.clone()).await;
            assert_eq!((&answer["status"], &answer["error"]["details"]["status"]), (&json!(409), &json!(status)));
            finger.sends(finger_here.clone()).await;
            finger.receives_nothing_more().await;
        }
    });
}

#[test]
fn a_finger_that_cannot_be_read_is_shown_to_nobody() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let step = lecture.steps[0];
        let guest = school.guest(&session, "김순자").await;
        let mut phone = phones(&[guest], &session).await.remove(0);
        let mut finger = entered(teacher.watches(&session).await).await;
        let at = |points: Value| json!({ "subtask_id": step, "picture": PICTURE, "points": points });
        let of = |picture: Value| json!({ "subtask_id": step, "picture": picture, "points": [] });
        let place = [0.5, 0.5];
        for (data, field) in [
            (json!(null), "subtask_id"),
            (json!({ "subtask_id": "1", "picture": PICTURE, "points": [] }), "subtask_id"),
            (json!({ "subtask_id": 1.5, "picture": PICTURE, "points": [] }), "subtask_id"),
            (of(json!(null)), "picture"),
            (of(json!(7)), "picture"),
            (of(json!("")), "picture"),
            (of(json!(&PICTURE[1..])), "picture"),
            (of(json!(PICTURE.to_uppercase())), "picture"),
            (of(json!("그림그림그림그림그림가")), "picture"),
            (of(json!(format!("{}../etc", &PICTURE[6..]))), "picture"),
            (json!({ "subtask_id": step, "picture": PICTURE }), "points"),
            (at(json!(0.5)), "points"),
            (at(json!({})), "points"),
            (at(json!(vec![place; 65])), "points"),
            (at(json!([0.5, 0.5])), "points[0]"),
            (at(json!([[]])), "points[0]"),
            (at(json!([place, [0.5]])), "points[1]"),
            (at(json!([[0.5, 0.5, 0.5]])), "points[0]"),
            (at(json!([[0.5, 1.001]])), "points[0][1]"),
            (at(json!([[-0.001, 0.5]])), "points[0][0]"),
            (at(json!([["0.5", 0.5]])), "points[0][0]"),
            (at(json!([[null, 0.5]])), "points[0][0]"),
            (at(json!([[1e308, 0.5]])), "points[0][0]"),
        ] {
            let message = json!({ "type": "pointer", "data": data });
            let answer = finger.asks(message.clone()).await;
            assert_eq!(
                (&answer["status"], &answer["error"]["details"]["field"]),
                (&json!(400), &json!(field)),
                "{answer}"
            );
            finger.sends(message).await;
        }
        finger.receives_nothing_more().await;
        phone.receives_nothing_more().await;
        finger.sends(json!({ "type": "pointer", "data": at(json!(vec![place; 64])) })).await;
        assert_eq!(phone.receives("pointer").await["data"]["points"].as_array().unwrap().len(), 64);
    });
}
