//! Pictures of the learner's screen with calls for help: who sees them, and when they are gone.

use gyosil::school::help::picture_removal;
use serde_json::{Value, json};

use crate::bucket::BucketFault;
use crate::harness::people::{Person, Reply};
use crate::harness::picture::{png, size};
use crate::harness::{School, on_both, on_both_with};
use crate::help::{escalated, request, view};
use crate::in_bucket::{bucket_of, in_bucket, on_every_store};
use crate::staff::helper;

const RED: [u8; 3] = [200, 30, 30];
const DAY_S: i64 = 24 * 3_600;

async fn sends(person: &Person, call: i64, file: Vec<u8>) -> Reply {
    person.sends_raw(&format!("{}/picture", request(call)), "image/png", file).await
}

async fn has_sent(person: &Person, call: i64) -> Value {
    sends(person, call, png(20, 40, RED)).await.is(201)["picture"].clone()
}

fn marked() -> Value {
    json!({ "marks": [{ "kind": "RING", "x": 0.5, "y": 0.25, "size": 0.1, "label": "여기" }], "help_content": "동그라미를 누르세요" })
}

async fn marks(person: &Person, call: i64) -> Reply {
    person.post(&format!("{}/picture/marks", request(call)), marked()).await
}

/// The file of a picture, or the status with which it is refused.
async fn file(school: &School, person: &Person, picture: &Value, key: &str) -> Result<Vec<u8>, u16> {
    let asked = school.http.get(school.url(picture[key].as_str().unwrap()));
    let asked = if let Some(token) = &person.token { asked.bearer_auth(token) } else { asked };
    let reply = asked.send().await.unwrap();
    match reply.status().as_u16() {
        200 => {
            assert_eq!(reply.headers()["cache-control"], "private, no-store");
            assert!(reply.headers().get("etag").is_none());
            Ok(reply.bytes().await.unwrap().to_vec())
        }
        status => Err(status),
    }
}

/// The files in the store, and the rows.
async fn left(school: &School) -> (usize, i64) {
    let folder = school.data().join("objects/help-pictures");
    let files = match bucket_of(school) {
        Some(bucket) => bucket.files().len(),
        None => std::fs::read_dir(folder).map_or(0, Iterator::count),
    };
    let sql = "select count(*) from help_pictures";
    (files, school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0)
}

async fn removes_due(school: &School) -> (usize, i64) {
    picture_removal::remove_due(&school.app).await.unwrap();
    left(school).await
}

#[test]
fn a_learner_sends_a_picture_of_the_screen_and_gets_it_back_marked() {
    on_both(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let mate = school.guest(&session, "이영희").await;
        let mut others = mate.follows(&session).await;
        others.receives("session_state").await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let mut desk = teacher.opens("/ws/dashboard/help-requests/").await;
        desk.receives("resync").await;
        assert_eq!(view(&student, call).await["picture"], Value::Null);

        let sent = sends(&student, call, png(900, 2_000, RED)).await.is(201)["picture"].clone();
        assert_eq!((&sent["width"], &sent["height"], &sent["marks"]), (&json!(720), &json!(1_600), &json!([])));
        let heard = board.waits_for("help_picture").await["data"].clone();
        assert_eq!((&heard["help_request_id"], &heard["user_id"]), (&json!(call), &json!(student.id)));
        assert_eq!(desk.waits_for("help_picture").await["data"]["help_request_id"], call);
        let pending = teacher.get("/api/dashboard/help-requests/pending").await.ok();
        assert_eq!(pending["pending_requests"][0]["picture"], sent);
        assert_eq!(view(&teacher, call).await["picture"], sent);
        assert_eq!(size(&file(&school, &teacher, &sent, "url").await.unwrap()), (720, 1_600));
        assert_eq!(size(&file(&school, &teacher, &sent, "small_url").await.unwrap()), (180, 400));

        let answered = marks(&teacher, call).await.ok();
        assert_eq!(
            (&answered["status"], &answered["help_response"]["help_type"]),
            (&json!("ANSWERED"), &json!("TEXT"))
        );
        let heard = phone.waits_for("HELP_AVAILABLE").await["help_response"].clone();
        assert_eq!(heard, answered["help_response"]);
        assert_eq!(heard["help_content"], "동그라미를 누르세요");
        assert_eq!((&heard["picture"]["url"], &heard["picture"]["marks"][0]["label"]), (&sent["url"], &json!("여기")));
        assert_eq!(view(&student, call).await["help_response"], heard);
        assert!(file(&school, &student, &heard["picture"], "url").await.is_ok());

        // The answer is told again until it was seen, and another answer shows no picture.
        let mut again = student.follows(&session).await;
        assert_eq!(again.waits_for("HELP_AVAILABLE").await["help_response"], heard);
        again.asks(json!({ "type": "ack", "data": { "help_request_id": call } })).await;
        let answer = json!({ "help_type": "TEXT", "help_content": "이제 뒤로" });
        let next = teacher.post(&format!("{}/respond", request(call)), answer).await.ok();
        assert_eq!((&next["help_response"]["picture"], &next["picture"]["url"]), (&Value::Null, &sent["url"]));
        // Nothing of it came to the other learners.
        others.receives_nothing_more().await;
        let events = mate.get(&format!("/api/sessions/{}/events", session.id)).await.ok();
        assert!(!events.to_string().contains("help_picture"), "{events}");
    });
}

#[test]
fn nobody_but_the_learner_and_the_staff_sees_the_picture_of_a_call() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let sent = has_sent(&student, call).await;
        let (mate, stranger) = (school.guest(&session, "이영희").await, school.student("박학생").await);
        let other = school.another_teacher().await;
        let admin = school.admin().await;
        for key in ["url", "small_url"] {
            for person in [&student, &teacher, &admin] {
                assert!(file(&school, person, &sent, key).await.is_ok(), "{}", person.name);
            }
            for person in [&mate, &stranger, &other] {
                assert_eq!(file(&school, person, &sent, key).await, Err(404), "{}", person.name);
            }
            assert_eq!(file(&school, &school.nobody(), &sent, key).await, Err(401));
            // The address of the pictures of steps leads to none of these.
            let name = sent[key].as_str().unwrap().rsplit('/').next().unwrap();
            teacher.get(&format!("/pictures/{name}")).await.refused(404, "NOT_FOUND");
        }
        for person in [&mate, &stranger, &other, &teacher] {
            sends(person, call, b"no picture".to_vec()).await.refused(404, "NOT_FOUND");
        }
        sends(&school.nobody(), call, png(1, 1, RED)).await.refused(401, "UNAUTHORIZED");
        for (person, status, code) in
            [(&mate, 403, "INSTRUCTOR_ONLY"), (&student, 403, "INSTRUCTOR_ONLY"), (&other, 404, "NOT_FOUND")]
        {
            marks(person, call).await.refused(status, code);
        }
        for name in ["a.jpg", "0123456789abcdef0123456789abcdef.png", "..%2fgyosil.db"] {
            student.get(&format!("/api/help/pictures/{name}")).await.refused(404, "NOT_FOUND");
        }
        // No step can name it, and a copy of the lecture has none of it.
        let name = sent["url"].as_str().unwrap().rsplit('/').next().unwrap().split('.').next().unwrap();
        let named = json!({ "pictures": [{ "picture": name }] });
        teacher.put(&format!("/api/subtasks/{}", lecture.steps[0]), named).await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn helpers_of_the_session_see_the_picture_and_mark_it_until_the_session_ends() {
    on_both(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let park = helper(&school, &teacher, &session, "박도우미").await;
        let other = teacher.opens_session(&lecture).await;
        let of_other = helper(&school, &teacher, &other, "최도우미").await;
        let mut board = park.opens(&format!("/ws/session/{}/helper/", session.id)).await;
        board.receives("session_state").await;
        let sent = has_sent(&student, call).await;
        assert_eq!(board.waits_for("help_picture").await["data"]["help_request_id"], call);
        let path = format!("/api/dashboard/help-requests/pending?session_id={}", session.id);
        assert_eq!(park.get(&path).await.ok()["pending_requests"][0]["picture"], sent);
        assert!(file(&school, &park, &sent, "url").await.is_ok());
        assert_eq!(file(&school, &of_other, &sent, "url").await, Err(404));
        marks(&of_other, call).await.refused(403, "INSTRUCTOR_ONLY");
        marks(&park, call).await.ok();
        assert_eq!(view(&student, call).await["help_response"]["picture"]["url"], sent["url"]);
        teacher.presses(&session, "end").await.ok();
        let refused = file(&school, &park, &sent, "url").await;
        assert!(matches!(refused, Err(401 | 404)), "{refused:?}");
        assert!(file(&school, &teacher, &sent, "url").await.is_ok());
    });
}

#[test]
fn a_call_carries_its_newest_picture_while_it_is_open() {
    on_every_store(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        marks(&teacher, call).await.refused(404, "NOT_FOUND");
        for wrong in [Vec::new(), b"<svg/>".to_vec(), png(300, 300, RED)[..60].to_vec()] {
            sends(&student, call, wrong).await.refused(400, "PICTURE_REFUSED");
        }
        assert_eq!(left(&school).await, (0, 0));
        let first = has_sent(&student, call).await;
        let second = has_sent(&student, call).await;
        assert_eq!(view(&teacher, call).await["picture"], second);
        assert_eq!(file(&school, &student, &first, "url").await, Err(404));
        assert_eq!(removes_due(&school).await, (2, 1));
        // One of two at once is left.
        let (one, other) = tokio::join!(has_sent(&student, call), has_sent(&student, call));
        let shown = view(&teacher, call).await["picture"].clone();
        assert!(shown == one || shown == other, "{shown}");
        assert_eq!(removes_due(&school).await, (2, 1));

        // Marks that were drawn on a picture before are not sent with the one of now.
        let mut stale = marked();
        stale["picture"] = first["picture"].clone();
        teacher.post(&format!("{}/picture/marks", request(call)), stale).await.refused(404, "NOT_FOUND");
        let nothing = json!({ "marks": [] });
        let path = format!("{}/picture/marks", request(call));
        assert_eq!(teacher.post(&path, nothing).await.refused(400, "INVALID_REQUEST")["field"], "marks");
        marks(&teacher, call).await.ok();
        let details = sends(&student, call, png(1, 1, RED)).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "ANSWERED");
        // «Not yet» opens the call again, with a new picture that nobody has marked yet.
        let answer = view(&student, call).await["help_response"]["id"].clone();
        let not_yet = json!({ "help_response_id": answer, "rating": 1 });
        student.post("/api/help/feedback", not_yet).await.ok();
        has_sent(&student, call).await;
        let seen = view(&student, call).await;
        assert_eq!((&seen["picture"]["marks"], &seen["help_response"]["picture"]), (&json!([]), &Value::Null));
        teacher.post(&format!("{}/resolve", request(call)), json!({})).await.ok();
        sends(&student, call, png(1, 1, RED)).await.refused(409, "INVALID_STATE");
        marks(&teacher, call).await.refused(409, "INVALID_STATE");
        // Nothing is sent once the session is over.
        let last = student.asks_for_help(lecture.steps[1]).await;
        teacher.presses(&session, "end").await.ok();
        let details = sends(&student, last, png(1, 1, RED)).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "REVIEW_MODE");
    });
}

#[test]
fn the_picture_of_a_call_is_deleted_seven_days_after_the_session() {
    on_every_store(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let sent = has_sent(&student, call).await;
        teacher.post(&format!("{}/resolve", request(call)), json!({})).await.ok();
        school.later(8 * DAY_S);
        let (teacher, student) = (teacher.refreshes().await, student.refreshes().await);
        assert_eq!(removes_due(&school).await, (2, 1), "the session is not over");
        teacher.presses(&session, "end").await.ok();
        school.later(7 * DAY_S - 60);
        let (teacher, student) = (teacher.refreshes().await, student.refreshes().await);
        assert_eq!(removes_due(&school).await, (2, 1));
        assert!(file(&school, &teacher, &sent, "url").await.is_ok());
        school.later(61);
        assert_eq!(removes_due(&school).await, (0, 0));
        assert_eq!(file(&school, &teacher, &sent, "url").await, Err(404));
        assert_eq!(view(&student, call).await["picture"], Value::Null);
    });
}

#[test]
fn the_picture_of_a_call_outside_of_a_session_is_deleted_seven_days_later() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        student.enrolls(&lecture).await;
        let call = student.asks_for_help(lecture.steps[0]).await;
        let sent = has_sent(&student, call).await;
        assert!(file(&school, &teacher, &sent, "url").await.is_ok());
        school.later(7 * DAY_S - 60);
        assert_eq!(removes_due(&school).await, (2, 1));
        school.later(61);
        assert_eq!(removes_due(&school).await, (0, 0));
    });
}

#[test]
fn with_a_setting_of_no_days_pictures_go_with_the_end_of_the_session() {
    on_both_with(&["--help-pictures-days", "0"], |school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        has_sent(&student, call).await;
        assert_eq!(removes_due(&school).await, (2, 1));
        teacher.presses(&session, "end").await.ok();
        assert_eq!(removes_due(&school).await, (0, 0));
    });
}

#[test]
fn the_picture_goes_at_once_with_a_call_that_is_withdrawn_and_with_its_person() {
    on_every_store(|school| async move {
        let (teacher, lecture, session, student, call) = escalated(&school).await;
        let sent = has_sent(&student, call).await;
        student.post(&format!("{}/withdraw", request(call)), json!({})).await.ok();
        assert_eq!(file(&school, &teacher, &sent, "url").await, Err(404));
        assert_eq!(removes_due(&school).await, (0, 0));
        // Pictures of settled calls too, if their learner is removed.
        let (settled, open) =
            (student.asks_for_help(lecture.steps[0]).await, student.asks_for_help(lecture.steps[1]).await);
        let of_both = [has_sent(&student, settled).await, has_sent(&student, open).await];
        teacher.post(&format!("{}/resolve", request(settled)), json!({})).await.ok();
        teacher.post(&format!("/api/sessions/{}/participants/{}/remove", session.id, student.id), json!({})).await.ok();
        for picture in &of_both {
            assert_eq!(file(&school, &teacher, picture, "url").await, Err(404));
        }
        assert_eq!(removes_due(&school).await, (0, 0));
        let kim = school.student("김학생").await;
        kim.joins(&session).await;
        let (first, second) = (kim.asks_for_help(lecture.steps[0]).await, kim.asks_for_help(lecture.steps[1]).await);
        let of_both = [has_sent(&kim, first).await, has_sent(&kim, second).await];
        marks(&teacher, first).await.ok();
        school.admin().await.post(&format!("/api/admin/people/{}/erase", kim.id), json!({})).await.is(204);
        for picture in &of_both {
            assert_eq!(file(&school, &teacher, picture, "url").await, Err(404));
        }
        assert_eq!(removes_due(&school).await, (0, 0));
    });
}

#[test]
fn the_picture_stays_with_the_call_of_a_guest_who_came_twice() {
    on_both(|school| async move {
        let (teacher, lecture, session, old, _) = escalated(&school).await;
        let new = school.guest(&session, "김순자 2").await;
        let call = new.asks_for_help(lecture.steps[0]).await;
        let sent = has_sent(&new, call).await;
        let path = format!("/api/sessions/{}/participants/{}/merge", session.id, new.id);
        teacher.post(&path, json!({ "into": old.id })).await.ok();
        let merged = new.refreshes().await;
        assert!(file(&school, &merged, &sent, "url").await.is_ok());
        assert!(file(&school, &teacher, &sent, "url").await.is_ok());
        assert_eq!(removes_due(&school).await, (2, 1));
    });
}

#[test]
fn a_store_that_is_away_keeps_no_picture_of_a_call_for_good() {
    in_bucket(&[], |school, bucket| async move {
        let (_, lecture, _, student, call) = escalated(&school).await;
        has_sent(&student, call).await;
        bucket.goes_down().await;
        sends(&student, call, png(2, 2, RED)).await.refused(503, "STORE_AWAY");
        assert_eq!(left(&school).await, (2, 2), "the row was first");
        student.post(&format!("{}/withdraw", request(call)), json!({})).await.ok();
        assert_eq!(removes_due(&school).await, (2, 2), "the store has not answered");
        bucket.comes_back().await;
        bucket.keeps(Some("help-pictures/"));
        assert_eq!(removes_due(&school).await, (2, 2));
        bucket.keeps(None);
        // Half done work counts as such after an hour.
        school.later(3_601);
        assert_eq!(removes_due(&school).await, (0, 0));
        // A picture that was stored in part is not shown.
        let student = student.refreshes().await;
        let call = student.asks_for_help(lecture.steps[1]).await;
        bucket.fails("put", BucketFault::Breaks, 1);
        let broken = sends(&student, call, png(2, 2, RED)).await;
        assert!(broken.status == 503 || broken.status == 201, "{}", broken.status);
        assert_eq!(view(&student, call).await["picture"].is_null(), broken.status == 503);
    });
}

#[test]
fn one_learner_sends_so_many_pictures_in_an_hour_and_no_more() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (_, _, _, student, call) = escalated(&school).await;
        for _ in 0..60 {
            sends(&student, call, b"no picture".to_vec()).await.refused(400, "PICTURE_REFUSED");
        }
        sends(&student, call, png(1, 1, RED)).await.refused(429, "TOO_MANY_REQUESTS");
        school.later(3_601);
        has_sent(&student.refreshes().await, call).await;
    });
}
