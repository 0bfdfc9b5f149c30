//! Pictures of steps: sending them, naming them, and showing them to everyone in the lesson.

use futures_util::future::join_all;
use gyosil::school::pictures::removal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bucket::BucketFault;
use crate::harness::people::{PASSWORD, Person, Reply};
use crate::harness::picture::{png, png_of_size, size};
use crate::harness::{Backend, School, on, on_both};
use crate::in_bucket::{in_bucket, on_every_store};

const RED: [u8; 3] = [200, 30, 30];

async fn sends(person: &Person, lecture: i64, file: Vec<u8>) -> Value {
    person.sends_raw(&format!("/api/lectures/{lecture}/pictures"), "image/png", file).await.is(201)
}

fn named(picture: &Value) -> Value {
    json!({ "picture": picture["picture"], "alt": "홈 화면",
        "marks": [{ "kind": "RING", "x": 0.42, "y": 0.81, "size": 0.12, "label": "여기" }] })
}

#[test]
fn a_picture_of_a_step_is_shown_to_everyone_in_the_session() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let taken = sends(&teacher, lecture.id, png(2_000, 1_000, RED)).await;
        assert_eq!((&taken["width"], &taken["height"]), (&json!(1_600), &json!(800)));
        let path = format!("/api/subtasks/{}", lecture.steps[1]);
        let changed = teacher.put(&path, json!({ "pictures": [named(&taken)], "in_other_app": true })).await.ok();
        let shown = changed["pictures"].clone();
        assert_eq!(shown[0]["url"], taken["url"]);
        assert_eq!((&shown[0]["shown_on"], &shown[0]["marks"][0]["size"]), (&json!("ALL"), &json!(0.12)));

        let session = teacher.opens_session(&lecture).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        teacher.starts(&session, lecture.steps[0]).await;
        let started = phone.waits_for("session_started").await;
        assert_eq!(started["data"]["current_subtask"]["pictures"], json!([]));
        teacher.moves_to(&session, lecture.steps[1]).await;
        let step = phone.waits_for("step_changed").await["data"]["current_subtask"].clone();
        assert_eq!((&step["pictures"], &step["in_other_app"]), (&shown, &json!(true)));
        let steps = student.get(&format!("/api/sessions/{}/steps", session.id)).await.ok();
        assert_eq!(steps["subtasks"][1]["pictures"], shown);
        let mut again = student.follows(&session).await;
        assert_eq!(again.waits_for("session_state").await["data"]["current_subtask"]["pictures"], shown);

        for (url, expected) in [("url", (1_600, 800)), ("small_url", (400, 200))] {
            let reply = school.http.get(school.url(taken[url].as_str().unwrap())).send().await.unwrap();
            assert_eq!(reply.headers()["cache-control"], "public, max-age=31536000, immutable");
            assert_eq!(reply.headers()["content-type"], "image/png");
            assert_eq!(size(&reply.bytes().await.unwrap()), expected);
        }
    });
}

async fn shows(teacher: &Person, step: i64, pictures: Value) -> Reply {
    teacher.put(&format!("/api/subtasks/{step}"), json!({ "pictures": pictures })).await
}

async fn status(school: &School, url: &Value) -> u16 {
    school.http.get(school.url(url.as_str().unwrap())).send().await.unwrap().status().as_u16()
}

async fn stored(school: &School) -> i64 {
    let sql = "select count(*) from pictures";
    school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0
}

#[test]
fn only_the_instructor_of_a_lecture_sends_pictures_to_it() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        let path = format!("/api/lectures/{}/pictures", lecture.id);
        // Nobody looks into what one may not send: it is no picture.
        for (person, status, code) in [
            (&student, 403, "INSTRUCTOR_ONLY"),
            (&school.another_teacher().await, 403, "FORBIDDEN"),
            (&school.nobody(), 401, "UNAUTHORIZED"),
        ] {
            person.sends_raw(&path, "image/png", b"no picture".to_vec()).await.refused(status, code);
        }
        teacher.sends_raw("/api/lectures/999/pictures", "image/png", png(1, 1, RED)).await.refused(404, "NOT_FOUND");
        assert_eq!(stored(&school).await, 0);
        sends(&school.admin().await, lecture.id, png(1, 1, RED)).await;
    });
}

#[test]
fn a_file_is_judged_by_its_content() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let path = format!("/api/lectures/{}/pictures", lecture.id);
        let page = b"<!doctype html><script>alert(1)</script>".to_vec();
        let cut = png(300, 300, RED)[..60].to_vec();
        let large = png_of_size(10_000, 10_000);
        assert!(large.len() < 100);
        for (file, why) in
            [(Vec::new(), "it is no"), (page, "it is no"), (cut, "cannot be read"), (large, "too many pixels")]
        {
            let refused = teacher.sends_raw(&path, "image/png", file).await;
            assert!(refused.json["error"]["message"].as_str().unwrap().contains(why), "{}", refused.json);
            refused.refused(400, "PICTURE_REFUSED");
        }
        let too_large = vec![0; (10 << 20) + 1];
        let details = teacher.sends_raw(&path, "image/png", too_large).await.refused(413, "TOO_LARGE");
        assert_eq!(details["limit_bytes"], 10 << 20);
        assert_eq!(stored(&school).await, 0);
        // The header may say anything.
        teacher.sends_raw(&path, "text/html", png(1, 1, RED)).await.is(201);
    });
}

#[test]
fn a_picture_of_ten_mebibytes_is_taken() {
    on(Backend::Sqlite, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let mut file = png(1, 1, RED);
        file.resize(10 << 20, 0);
        sends(&teacher, lecture.id, file).await;
    });
}

#[test]
fn a_step_with_a_bad_picture_changes_nothing_and_its_place_is_named() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let step = lecture.steps[0];
        let taken = sends(&teacher, lecture.id, png(2, 2, RED)).await;
        let name = taken["picture"].as_str().unwrap();
        shows(&teacher, step, json!([named(&taken)])).await.ok();
        let before = teacher.get(&format!("/api/tasks/{}", lecture.task)).await.ok();
        let with = |mark: Value| json!([{ "picture": name, "marks": [mark] }]);
        let one = json!({ "picture": name });
        for (pictures, place) in [
            (json!([one, { "picture": "0123456789abcdef0123456789abcdef" }]), "pictures[1]"),
            (json!([{ "picture": "../../etc/passwd" }]), "pictures[0].picture"),
            (json!([{}]), "pictures[0].picture"),
            (json!([one, one, one, one, one]), "pictures"),
            (json!([{ "picture": name, "shown_on": " " }]), "pictures[0].shown_on"),
            (json!([{ "picture": name, "shown_on": "갤".repeat(31) }]), "pictures[0].shown_on"),
            (json!([{ "picture": name, "alt": "가".repeat(301) }]), "pictures[0].alt"),
            (
                json!([{ "picture": name, "marks": vec![json!({ "kind": "NUMBER", "x": 0, "y": 1, "number": 1 }); 13] }]),
                "pictures[0].marks",
            ),
            (with(json!({ "kind": "RING", "x": 1.01, "y": 0.5, "size": 0.1 })), "pictures[0].marks[0].x"),
            (with(json!({ "kind": "RING", "x": 0.5, "y": -0.1, "size": 0.1 })), "pictures[0].marks[0].y"),
            (with(json!({ "kind": "RING", "x": 0.5, "y": 0.5 })), "pictures[0].marks[0].size"),
            (with(json!({ "kind": "RING", "x": 0.5, "y": 0.5, "size": 0 })), "pictures[0].marks[0].size"),
            (with(json!({ "kind": "ARROW", "x": 0.5, "y": 0.5, "to_x": 0.7 })), "pictures[0].marks[0].to_y"),
            (with(json!({ "kind": "BOX", "x": 0.5, "y": 0.5, "to_x": 2, "to_y": 0.7 })), "pictures[0].marks[0].to_x"),
            (with(json!({ "kind": "NUMBER", "x": 0.5, "y": 0.5, "number": 10 })), "pictures[0].marks[0].number"),
            (with(json!({ "kind": "NUMBER", "x": 0.5, "y": 0.5 })), "pictures[0].marks[0].number"),
            (with(json!({ "kind": "STAR", "x": 0.5, "y": 0.5 })), "pictures[0].marks[0].kind"),
            (
                with(json!({ "kind": "RING", "x": 0.5, "y": 0.5, "size": 0.1, "label": "가".repeat(41) })),
                "pictures[0].marks[0].label",
            ),
        ] {
            let details = shows(&teacher, step, pictures.clone()).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], place, "{pictures}");
        }
        assert_eq!(teacher.get(&format!("/api/tasks/{}", lecture.task)).await.ok(), before);
    });
}

#[test]
fn pictures_come_back_as_they_were_sent_and_are_sent_back_as_they_came() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
        let taken = sends(&teacher, lecture.id, png(4, 2, RED)).await;
        let marks = json!([
            { "kind": "BOX", "x": 0, "y": 0.25, "to_x": 1, "to_y": 0.5, "size": 0.3 },
            { "kind": "ARROW", "x": 0.1, "y": 0.2, "to_x": 0.3, "to_y": 0.4, "label": "여기" },
            { "kind": "SWIPE", "x": 0.5, "y": 0.9, "to_x": 0.5, "to_y": 0.1 },
            { "kind": "NUMBER", "x": 0.5, "y": 0.5, "number": 9 },
        ]);
        let of_make = json!({ "picture": taken["picture"], "shown_on": " 갤럭시  A34 ", "marks": marks });
        let step = json!({ "title": "눌러 보기", "pictures": [of_make, { "picture": taken["picture"] }] });
        let made = teacher.post(&format!("/api/tasks/{}/subtasks", lecture.task), step).await.is(201);
        let shown = made["pictures"].clone();
        assert_eq!((&shown[0]["shown_on"], &shown[1]["shown_on"]), (&json!("갤럭시 A34"), &json!("ALL")));
        assert_eq!((&shown[1]["alt"], &shown[1]["marks"]), (&json!(""), &json!([])));
        let nothing = Value::Null;
        let expected = |n: usize, key: &str| match (n, key) {
            (0, "size") => nothing.clone(),
            _ => marks[n][key].clone(),
        };
        for n in 0..4 {
            for key in ["kind", "label", "number", "size", "to_x", "to_y", "x", "y"] {
                let (found, sent) = (&shown[0]["marks"][n][key], expected(n, key));
                assert!(found.as_f64() == sent.as_f64() && (found.is_number() || *found == sent), "{n} {key}: {found}");
            }
        }
        // The URLs and the size are those of the picture, whatever is sent.
        let id = made["id"].as_i64().unwrap();
        let mut sent_back = shown.clone();
        (sent_back[0]["url"], sent_back[0]["width"]) = (json!("https://elsewhere.example/a.png"), json!(9));
        assert_eq!(shows(&teacher, id, sent_back).await.ok()["pictures"], shown);
        // Keys that are not named stay.
        let renamed = teacher.put(&format!("/api/subtasks/{id}"), json!({ "title": "밀어 보기" })).await.ok();
        assert_eq!((&renamed["pictures"], &renamed["in_other_app"]), (&shown, &json!(false)));
        assert_eq!(shows(&teacher, id, json!([])).await.ok()["pictures"], json!([]));
    });
}

#[test]
fn a_picture_stays_while_a_step_names_it_and_one_day_longer() {
    on_every_store(|school| async move {
        let teacher = school.teacher().await;
        let (lecture, other) =
            (teacher.makes_lecture("카카오톡 기초", 3).await, teacher.makes_lecture("복사본", 1).await);
        let shared = sends(&teacher, lecture.id, png(600, 300, RED)).await;
        let unused = sends(&teacher, lecture.id, png(2, 2, RED)).await;
        assert_ne!(shared["picture"], unused["picture"]);
        for step in [lecture.steps[0], lecture.steps[1], other.steps[0]] {
            shows(&teacher, step, json!([named(&shared), named(&shared)])).await.ok();
        }
        let is_there = async |picture: &Value| {
            // Another server, which has nothing in its memory.
            let beside = school.opens_beside(&school.flags()).await;
            let found = (status(&beside, &picture["url"]).await, status(&beside, &picture["small_url"]).await);
            assert!(found == (200, 200) || found == (404, 404), "{found:?}");
            found == (200, 200)
        };
        let a_day_passes = async || {
            school.later(25 * 3_600);
            removal::remove_unnamed(&school.app).await.unwrap();
        };
        removal::remove_unnamed(&school.app).await.unwrap();
        assert!(is_there(&unused).await && is_there(&shared).await);
        a_day_passes().await;
        assert!(!is_there(&unused).await && is_there(&shared).await);
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        shows(&teacher, lecture.steps[2], json!([named(&unused)])).await.refused(400, "INVALID_REQUEST");

        // One step after the other lets it go: by its list, with its task, and with its lecture.
        shows(&teacher, lecture.steps[0], json!([])).await.ok();
        a_day_passes().await;
        assert!(is_there(&shared).await);
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        teacher.delete(&format!("/api/tasks/{}", lecture.task)).await.is(204);
        a_day_passes().await;
        assert!(is_there(&shared).await);
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        teacher.delete(&format!("/api/lectures/{}", other.id)).await.is(204);
        removal::remove_unnamed(&school.app).await.unwrap();
        assert!(is_there(&shared).await, "for a day");
        a_day_passes().await;
        assert!(!is_there(&shared).await);
        assert_eq!(stored(&school).await, 0);
    });
}

#[test]
fn a_picture_that_is_named_again_in_time_stays() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let taken = sends(&teacher, lecture.id, png(2, 2, RED)).await;
        shows(&teacher, lecture.steps[0], json!([named(&taken)])).await.ok();
        teacher.delete(&format!("/api/subtasks/{}", lecture.steps[0])).await.is(204);
        school.later(23 * 3_600);
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        shows(&teacher, lecture.steps[1], json!([named(&taken)])).await.ok();
        school.later(25 * 3_600);
        removal::remove_unnamed(&school.app).await.unwrap();
        assert_eq!(status(&school, &taken["url"]).await, 200);
    });
}

#[test]
fn a_picture_that_two_steps_take_and_let_go_at_once_is_counted_right() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 8).await;
        let taken = sends(&teacher, lecture.id, png(2, 2, RED)).await;
        for round in 0..6 {
            let changes = lecture.steps.iter().enumerate().map(|(n, step)| {
                let pictures = if (n + round) % 2 == 0 { json!([named(&taken)]) } else { json!([]) };
                shows(&teacher, *step, pictures)
            });
            for reply in join_all(changes).await {
                assert!(reply.status == 200 || reply.status == 503, "{}", reply.json);
            }
            let sql = "select count(*), (select count(*) from item_pictures), (select count(*) from items where pictures <> '[]')
                from pictures where unnamed_ms is null";
            let (named, rows, items): (i64, i64, i64) = school.app.db.one(sql, Vec::new()).await.unwrap();
            assert_eq!((named == 1, rows), (rows > 0, items));
        }
    });
}

#[test]
fn a_file_of_a_picture_is_kept_by_browsers_for_good() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let taken = sends(&teacher, lecture.id, png(40, 20, RED)).await;
        let url = taken["url"].as_str().unwrap();
        let nobody = school.nobody();
        let whole = nobody.get(url).await;
        let tag = whole.headers["etag"].to_str().unwrap().to_owned();
        let head = nobody.asks(Method::HEAD, url, None, &[]).await;
        assert_eq!((head.status, &head.headers["content-length"]), (200, &whole.headers["content-length"]));
        assert_eq!(head.json, "");
        let known = nobody.asks(Method::GET, url, None, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status, &known.headers["cache-control"]), (304, &whole.headers["cache-control"]));
        assert_eq!(known.headers["x-content-type-options"], "nosniff");
        for wrong in [
            "/pictures/0123456789abcdef0123456789abcdef.png".to_owned(),
            url.replace(".png", ".jpg"),
            url.replace(".png", ".svg"),
            url.replace(".png", "-tiny.png"),
            "/pictures/..%2fgyosil.db".to_owned(),
        ] {
            nobody.get(&wrong).await.refused(404, "NOT_FOUND");
        }
        nobody.delete(url).await.is(405);

        // The same bytes from another server, and after a restart.
        let bytes = school.http.get(school.url(url)).send().await.unwrap().bytes().await.unwrap();
        let other = school.opens_beside(&[]).await;
        assert_eq!(other.http.get(other.url(url)).send().await.unwrap().bytes().await.unwrap(), bytes);
        let school = school.reopens().await;
        assert_eq!(school.http.get(school.url(url)).send().await.unwrap().bytes().await.unwrap(), bytes);
    });
}

#[test]
fn a_room_that_fetches_one_picture_reads_the_store_once() {
    in_bucket(&[], |school, bucket| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let taken = sends(&teacher, lecture.id, png(40, 20, RED)).await;
        // The store answers no more than once.
        bucket.fails("read", BucketFault::Breaks, 1);
        assert_eq!(status(&school, &taken["url"]).await, 503);
        for found in join_all((0..300).map(|_| status(&school, &taken["url"]))).await {
            assert_eq!(found, 200);
        }
        bucket.goes_down().await;
        assert_eq!(status(&school, &taken["url"]).await, 200);
        assert_eq!(status(&school, &taken["small_url"]).await, 503);
    });
}

#[test]
fn a_store_that_is_away_loses_no_picture_and_keeps_none_for_good() {
    in_bucket(&[], |school, bucket| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let path = format!("/api/lectures/{}/pictures", lecture.id);
        sends(&teacher, lecture.id, png(2, 2, RED)).await;
        bucket.goes_down().await;
        let refused = teacher.sends_raw(&path, "image/png", png(2, 2, RED)).await;
        assert_eq!(refused.refused(503, "STORE_AWAY"), json!({}));
        assert_eq!(stored(&school).await, 2, "the row was first");
        school.later(25 * 3_600);
        removal::remove_unnamed(&school.app).await.unwrap();
        assert_eq!(stored(&school).await, 2, "the store has not answered");
        bucket.comes_back().await;
        bucket.keeps(Some("pictures/"));
        removal::remove_unnamed(&school.app).await.unwrap();
        assert_eq!((stored(&school).await, bucket.files().len()), (2, 2));
        bucket.keeps(None);
        school.later(11 * 60);
        removal::remove_unnamed(&school.app).await.unwrap();
        assert_eq!((stored(&school).await, bucket.files().len()), (0, 0));
    });
}

#[test]
fn a_lecture_has_so_many_pictures_and_no_more() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        sends(&teacher, lecture.id, png(2, 2, RED)).await;
        let mut tx = school.app.db.begin().await.unwrap();
        for n in 1..1_000 {
            let sql = format!(
                "insert into pictures (created_ms, updated_ms, course, name, kind, width, height, bytes, status)
                values (1, 1, {}, '{n}', 'png', 1, 1, 1, 'STORED')",
                lecture.id
            );
            tx.run(sql, Vec::new()).await.unwrap();
        }
        school.app.commit(tx, Vec::new()).await.unwrap();
        let path = format!("/api/lectures/{}/pictures", lecture.id);
        teacher.sends_raw(&path, "image/png", png(2, 2, RED)).await.refused(409, "TOO_MANY_PICTURES");
    });
}

#[test]
fn pictures_of_a_lecture_with_a_price_are_hidden_with_its_other_contents() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let taken = sends(&teacher, lecture.id, png(2, 2, RED)).await;
        shows(&teacher, lecture.steps[0], json!([named(&taken)])).await.ok();
        let path = format!("/api/v1/courses/{}", lecture.id);
        let stranger = school.student("이학생").await;
        let task = format!("/api/tasks/{}", lecture.task);
        assert_eq!(stranger.get(&task).await.ok()["subtasks"][0]["pictures"][0]["url"], taken["url"]);
        teacher.put(&path, json!({ "price": 50_000 })).await.ok();
        assert_eq!(stranger.get(&task).await.ok()["subtasks"][0]["pictures"], json!([]));
        assert_eq!(teacher.get(&task).await.ok()["subtasks"][0]["pictures"][0]["url"], taken["url"]);
    });
}
