//! Uploads of videos: parts that come in any order, files that lie, and what is left of those that nobody finishes.

mod awaited;
mod readings;
pub mod sender;
mod store_elsewhere;

use std::time::{Duration, Instant};

use futures_util::future::{join_all, select_all};
use gyosil::outside::objects::{NewObject, PartToSend};
use gyosil::school::videos::removal;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use self::sender::{Begun, PART_BYTES, Staff, files, long_film, plays, short_film};
use crate::academy_categories::adds_minor;
use crate::academy_enrollments::enrolls;
use crate::academy_videos::{adds_video, path};
use crate::classroom::by_hand;
use crate::harness::film::{Film, named, spoil};
use crate::harness::people::Reply;
use crate::harness::{Backend, on, on_both, on_both_with, until};
use crate::in_bucket::{bucket_of, on_every_store};

#[test]
fn a_video_comes_in_parts_and_plays_for_those_who_are_in_the_course() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let student = school.student("김학생").await;
        let begun = staff.begins(long_film()).await;
        let upload = &begun.upload;
        assert_eq!(
            (&upload["part_size"], &upload["count"], &upload["next"]),
            (&json!(PART_BYTES), &json!(3), &json!(null))
        );
        assert_eq!(upload["file_name"], "변수 1강.mp4");
        let key = upload["key"].as_str().unwrap();
        assert!(key.starts_with("videos/") && key.ends_with(".mp4") && key.is_ascii(), "{key}");
        // Nobody sees a video whose file has not come, and nothing asks for it.
        assert_eq!(student.get("/videos/").await.is(200)["count"], 0);
        assert_eq!((&begun.video["is_required"], &begun.video["duration"]), (&json!(false), &json!(null)));
        let parts = staff.sends_all(&begun).await;
        let done = staff.completes(&begun, &parts).await.is(200);
        assert_eq!((&done["duration"], &done["starts_late"]), (&json!("00:00:10"), &json!(false)));
        assert_eq!((&done["is_required"], &done["video_url"]), (&json!(true), &json!(null)));
        assert_eq!(student.get("/videos/").await.is(200)["count"], 1);

        for person in [&school.nobody(), &student] {
            assert_eq!(plays(&school, person, &begun.video).await, None);
        }
        enrolls(&student, staff.course).await.is(201);
        assert!(plays(&school, &student, &begun.video).await.unwrap() == begun.film);
        // Said again, it is the same.
        assert_eq!(staff.completes(&begun, &parts).await.is(200), done);
        staff.teacher.get(&begun.upload_path()).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn an_upload_goes_on_after_a_reload_with_new_urls() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let begun = staff.begins(long_film()).await;
        let second = staff.sends(&begun, 2).await;
        let old = begun.upload["parts"][0]["url"].as_str().unwrap();
        school.later(3_600);
        let mut staff = staff;
        staff.signs_in_again().await;
        // The clock of a bucket is its own.
        if bucket_of(&school).is_none() {
            assert_eq!(staff.puts(old, begun.part(1)).await.status(), StatusCode::FORBIDDEN);
        }
        let shown = staff.teacher.get(&begun.upload_path()).await.is(200);
        let tags: Vec<&Value> = shown["parts"].as_array().unwrap().iter().map(|part| &part["etag"]).collect();
        let quoted = second["ETag"].as_str().unwrap();
        assert_eq!(tags, [&json!(null), &json!(quoted.trim_matches('"')), &json!(null)]);
        assert_eq!([&shown["upload_id"], &shown["key"]], [&begun.upload["upload_id"], &begun.upload["key"]]);
        let again = Begun { upload: shown, ..begun };
        let parts = [staff.sends(&again, 1).await, second, staff.sends(&again, 3).await];
        staff.completes(&again, &parts).await.is(200);
        assert!(plays(&school, &staff.teacher, &again.video).await.unwrap() == again.film);
    });
}

#[test]
fn parts_that_are_swapped_missing_or_too_many_complete_nothing() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let begun = staff.begins(long_film()).await;
        let (first, second) = (staff.sends(&begun, 1).await, staff.sends(&begun, 2).await);
        staff.completes(&begun, &[first.clone(), second.clone()]).await.refused(409, "UPLOAD_INCOMPLETE");
        let third = staff.sends(&begun, 3).await;
        let named = |number: usize, of: &Value| json!({ "PartNumber": number, "ETag": of["ETag"] });
        for wrong in [
            vec![named(1, &second), named(2, &first), third.clone()],
            vec![first.clone(), second.clone()],
            vec![first.clone(), second.clone(), third.clone(), named(4, &third)],
            vec![first.clone(), first.clone(), second.clone(), third.clone()],
            vec![named(1, &json!({ "ETag": "0" })), second.clone(), third.clone()],
        ] {
            staff.completes(&begun, &wrong).await.refused(409, "UPLOAD_INCOMPLETE");
        }
        staff.completes(&begun, &[]).await.refused(400, "INVALID_REQUEST");
        // Each part has the size that it must have.
        let (wrong, refused) = match bucket_of(&school) {
            // A bucket hangs up on a large part that it refuses.
            Some(_) => ([1, 9, 0], StatusCode::FORBIDDEN),
            None => ([PART_BYTES - 1, PART_BYTES + 1, 0], StatusCode::BAD_REQUEST),
        };
        for bytes in wrong {
            let url = begun.upload["parts"][0]["url"].as_str().unwrap();
            assert_eq!(staff.puts(url, vec![0; bytes]).await.status(), refused, "{bytes}");
        }
        staff.completes(&begun, &[third, first, second]).await.is(200);
    });
}

#[test]
fn an_upload_is_ended_by_its_own_key_and_by_staff_of_its_course() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let (other, student) = (school.another_teacher().await, school.student("김학생").await);
        let (begun, second) = (staff.begins(short_film()).await, staff.begins(short_film()).await);
        let parts = staff.sends_all(&begun).await;
        let good = json!({ "video_id": begun.video["id"], "upload_id": begun.upload["upload_id"],
            "key": begun.upload["key"], "parts": parts });
        for (key, wrong) in [
            ("key", second.upload["key"].clone()),
            ("key", json!("../../gyosil.db")),
            ("key", json!("videos/강의.mp4")),
            ("upload_id", second.upload["upload_id"].clone()),
            ("upload_id", json!("")),
            ("video_id", second.video["id"].clone()),
        ] {
            let mut body = good.clone();
            body[key] = wrong;
            staff.teacher.post("/videos/complete-upload/", body.clone()).await.refused(404, "NOT_FOUND");
        }
        for (person, code) in [(&student, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")] {
            person.post("/videos/complete-upload/", good.clone()).await.refused(403, code);
            person.post("/videos/", staff.new_file(&begun.film)).await.refused(403, code);
            person.get(&begun.upload_path()).await.refused(403, code);
            person.delete(&begun.upload_path()).await.refused(403, code);
        }
        // The URL of a part is for this part of this upload.
        let url = |of: &Begun| of.upload["parts"][0]["url"].as_str().unwrap().to_owned();
        let key_of_second = second.upload["key"].as_str().unwrap();
        let foreign = url(&begun).replace(begun.upload["key"].as_str().unwrap(), key_of_second);
        assert_eq!(staff.puts(&foreign, second.part(1)).await.status(), StatusCode::FORBIDDEN);
        staff.teacher.post("/videos/complete-upload/", good).await.is(200);
    });
}

#[test]
fn a_file_that_browsers_do_not_play_is_refused_in_plain_words() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let without = |change: fn(&mut Film)| {
            let mut film = Film::default();
            change(&mut film);
            film.bytes()
        };
        let mut cut = short_film();
        cut.truncate(cut.len() - 100);
        let mut endless = short_film();
        spoil(&mut endless, b"mvhd", 16, &[0; 4]);
        for (film, reason) in [
            (vec![b'x'; 5_000], "MP4 파일이 아닙니다."),
            (without(|film| film.picture = None), "영상이 들어 있지 않습니다."),
            (without(|film| film.sound = None), "소리가 AAC 형식이 아닙니다."),
            (cut, "파일을 읽을 수 없습니다."),
            (endless, "길이를 알 수 없습니다."),
            (without(|film| film.in_index = named(b"mvex", &[])), "조각난 MP4입니다."),
        ] {
            let told = staff.is_refused(film).await;
            assert!(told.contains(reason), "{told}");
        }
        let late = Film { index_last: true, ..Film::default() }.bytes();
        let begun = staff.begins(late).await;
        let parts = staff.sends_all(&begun).await;
        assert_eq!(staff.completes(&begun, &parts).await.is(200)["starts_late"], true);
    });
}

#[test]
fn what_is_announced_must_be_a_video_that_fits() {
    on_both_with(&["--video-max-mb", "1"], |school| async move {
        let staff = Staff::of(&school).await;
        let good = staff.new_file(&short_film());
        let with = |key: &str, value: Value| {
            let mut new = good.clone();
            new[key] = value;
            new
        };
        for (new, field) in [
            (with("file_size", json!((1 << 20) + 1)), "file_size"),
            (with("file_size", json!(0)), "file_size"),
            (with("file_size", json!(null)), "file_size"),
            (with("file_name", json!(null)), "file_name"),
            (with("file_name", json!("")), "file_name"),
            (with("file_name", json!("강의\u{0}.mp4")), "file_name"),
            (with("video_url", json!("https://videos.example.com/a.mp4")), "video_url"),
            (with("duration", json!("00:00:10")), "duration"),
        ] {
            let refused = staff.teacher.post("/videos/", new.clone()).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], field, "{new}");
        }
        let nothing = json!({ "minor_category_id": staff.minor, "name": "변수란" });
        assert_eq!(staff.teacher.post("/videos/", nothing).await.refused(400, "INVALID_REQUEST")["field"], "video_url");
        staff.teacher.post("/videos/", with("content_type", json!("image/png"))).await.refused(400, "VIDEO_REFUSED");
        let all = staff.teacher.get(&format!("/videos/?minor_category_id={}", staff.minor)).await.is(200);
        assert_eq!((&all["count"], files(&school)), (&json!(0), Vec::new()));

        // No path is made of a name, whatever it is.
        for name in ["../../../etc/passwd.mp4", "..\\변수.mp4", "/강의 (1).mp4", "C:\\강의.mp4"] {
            let begun = staff.teacher.post("/videos/", with("file_name", json!(name))).await.is(201);
            assert_eq!(begun["upload"]["file_name"], name);
            let key = begun["upload"]["key"].as_str().unwrap();
            assert!(key.starts_with(&format!("videos/{}/", staff.course)) && !key.contains(".."), "{key}");
            staff.teacher.delete(&path(&begun["video"])).await.is(204);
        }
        assert_eq!(files(&school), [""; 0]);
    });
}

#[test]
fn another_file_takes_the_place_of_the_first_when_it_is_complete() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let begun = staff.uploads(short_film()).await;
        let other = Film { index_last: true, ..Film::default() }.bytes();
        let given_up = staff.begins_again(&begun.video, other.clone()).await;
        let again = staff.begins_again(&begun.video, other).await;
        // A video has one open upload.
        let url = given_up.upload["parts"][0]["url"].as_str().unwrap();
        assert_eq!(staff.puts(url, given_up.film.clone()).await.status(), StatusCode::NOT_FOUND);
        staff.completes(&given_up, &[json!({ "PartNumber": 1, "ETag": "x" })]).await.refused(409, "UPLOAD_OVER");
        assert!(plays(&school, &staff.teacher, &begun.video).await.unwrap() == begun.film);
        staff.teacher.put(&path(&begun.video), json!({ "duration": "01:00:00" })).await.refused(400, "INVALID_REQUEST");

        let old = staff.teacher.get(&path(&begun.video)).await.is(200)["play_url"].as_str().unwrap().to_owned();
        let parts = staff.sends_all(&again).await;
        staff.completes(&again, &parts).await.is(200);
        assert!(plays(&school, &staff.teacher, &begun.video).await.unwrap() == again.film);
        assert_eq!(school.http.get(&old).send().await.unwrap().status(), StatusCode::NOT_FOUND);
        assert_eq!(files(&school).len(), 1);
        staff.completes(&begun, &[json!({ "PartNumber": 1, "ETag": "x" })]).await.refused(409, "UPLOAD_OVER");

        // An address takes the place of a file, too.
        let link = json!({ "video_url": "https://videos.example.com/a.mp4", "duration": "00:05:00" });
        staff.teacher.put(&path(&begun.video), link).await.is(200);
        assert_eq!(
            staff.teacher.get(&path(&begun.video)).await.is(200)["play_url"],
            "https://videos.example.com/a.mp4"
        );
        assert_eq!(files(&school), [""; 0]);
    });
}

#[test]
fn what_is_deleted_takes_its_files_along() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let video = staff.uploads(short_film()).await;
        let open = staff.begins(long_film()).await;
        staff.sends(&open, 1).await;
        staff.teacher.delete(&path(&video.video)).await.is(204);
        staff.teacher.delete(&path(&open.video)).await.is(204);
        assert_eq!(files(&school), [""; 0]);
        // A small part: one who is refused while a large one is on its way may see the connection break.
        let url = open.upload["parts"][2]["url"].as_str().unwrap();
        assert_eq!(staff.puts(url, open.part(3)).await.status(), StatusCode::NOT_FOUND);
        staff.completes(&open, &[json!({ "PartNumber": 1, "ETag": "x" })]).await.refused(404, "NOT_FOUND");

        staff.uploads(short_film()).await;
        staff.begins(short_film()).await;
        staff.teacher.delete(&format!("/courses/minor-categories/{}/", staff.minor)).await.is(204);
        assert_eq!(files(&school), [""; 0]);
        let staff = Staff { minor: adds_minor(&staff.teacher, staff.course, "함수").await, ..staff };
        let kept = staff.uploads(short_film()).await;
        // The server stopped between a commit and what follows it.
        let key = kept.upload["key"].as_str().unwrap();
        by_hand(&school, format!("update uploads set status = 'DELETED' where key = '{key}'")).await;
        removal::remove_all(&school.app).await.unwrap();
        assert_eq!(files(&school), [""; 0]);
        staff.uploads(short_film()).await;
        staff.teacher.delete(&format!("/courses/major-categories/{}/", staff.course)).await.is(204);
        assert_eq!(files(&school), [""; 0]);
    });
}

#[test]
fn an_upload_that_nobody_finishes_in_a_day_is_given_up() {
    on_both(|school| async move {
        let mut staff = Staff::of(&school).await;
        let (begun, other) = (staff.begins(short_film()).await, staff.begins(short_film()).await);
        let parts = staff.sends_all(&begun).await;
        staff.teacher.delete(&other.upload_path()).await.is(204);
        staff.teacher.get(&other.upload_path()).await.refused(404, "NOT_FOUND");
        // A file in the folder that has no row is left from before a crash.
        let leftover = school.data().join("objects/.uploads").join("bGVmdG92ZXItb2YtY3Jhc2");
        std::fs::create_dir(&leftover).unwrap();
        std::fs::write(leftover.join("about.json"), "{").unwrap();

        school.later(86_399);
        staff.signs_in_again().await;
        removal::give_up_overdue(&school.app).await.unwrap();
        staff.teacher.get(&begun.upload_path()).await.is(200);
        school.later(1);
        // The time decides, and not the job.
        staff.teacher.get(&begun.upload_path()).await.refused(404, "NOT_FOUND");
        staff.completes(&begun, &parts).await.refused(409, "UPLOAD_OVER");
        removal::give_up_overdue(&school.app).await.unwrap();
        staff.completes(&begun, &parts).await.refused(409, "UPLOAD_OVER");
        assert_eq!(files(&school), [".uploads/bGVmdG92ZXItb2YtY3Jhc2/about.json"]);
        school.later(2 * 3_600);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!(files(&school), [""; 0]);
        staff.signs_in_again().await;
        let again = staff.begins_again(&begun.video, begun.film.clone()).await;
        let parts = staff.sends_all(&again).await;
        staff.completes(&again, &parts).await.is(200);
    });
}

#[test]
fn two_who_complete_or_begin_at_once_do_it_once() {
    on_every_store(|school| async move {
        let staff = Staff::of(&school).await;
        let begun = staff.begins(short_film()).await;
        let parts = staff.sends_all(&begun).await;
        let replies = join_all((0..4).map(|_| staff.completes(&begun, &parts))).await;
        assert!(replies.iter().any(|reply| reply.status == 200));
        // Callers who came while the file was being made are asked to come again.
        assert!(replies.iter().all(|reply| [200, 503].contains(&reply.status)), "{:?}", replies[0].json);
        assert_eq!(staff.completes(&begun, &parts).await.is(200)["duration"], "00:00:10");
        let again = (0..3).map(|_| staff.begins_anything(&begun.video));
        let replies = join_all(again).await;
        assert!(replies.iter().all(|reply| [200, 409, 503].contains(&reply.status)), "{:?}", replies[0].json);
        let sql = "select count(*) from uploads where status = 'OPEN'";
        assert_eq!(school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0, 1);
        let of_open = if bucket_of(&school).is_some() { 1 } else { 2 };
        assert_eq!(files(&school).len(), 1 + of_open, "the file, and what the upload has that is open");
    });
}

#[test]
fn a_person_begins_and_plays_only_so_many_in_an_hour() {
    let bounds =
        ["--uploads-open", "2", "--uploads-per-hour", "4", "--plays-per-hour", "3", "--upload-steps-per-hour", "4"];
    on_both_with(&[&bounds[..], &["--rate-limits", "on"]].concat(), |school| async move {
        let mut staff = Staff::of(&school).await;
        let refused = async |staff: &Staff<'_>| {
            let reply = staff.teacher.post("/videos/", staff.new_file(&short_film())).await;
            let wait: i64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
            reply.refused(429, "TOO_MANY_UPLOADS");
            wait
        };
        let is_too_often = |reply: Reply| {
            assert!(reply.headers.contains_key("retry-after"));
            reply.refused(429, "TOO_MANY_REQUESTS");
        };
        let both = [staff.begins(short_film()).await, staff.begins(short_film()).await];
        for _ in 0..2 {
            staff.teacher.get(&both[0].upload_path()).await.is(200);
        }
        assert!((86_000..=86_400).contains(&refused(&staff).await));
        for begun in &both {
            let parts = staff.sends_all(begun).await;
            staff.completes(begun, &parts).await.is(200);
            // Said again, it asks no store.
            staff.completes(begun, &parts).await.is(200);
        }
        for _ in 0..2 {
            let more = staff.begins(short_film()).await;
            is_too_often(staff.teacher.get(&more.upload_path()).await);
            is_too_often(staff.completes(&more, &staff.sends_all(&more).await).await);
            staff.teacher.delete(&path(&more.video)).await.is(204);
        }
        assert!((3_000..=3_600).contains(&refused(&staff).await));
        let admin = school.admin().await;
        admin.post("/videos/", staff.new_file(&short_film())).await.is(201);

        for _ in 0..3 {
            staff.teacher.get(&path(&both[0].video)).await.is(200);
        }
        is_too_often(staff.teacher.get(&path(&both[1].video)).await);
        admin.get(&path(&both[1].video)).await.is(200);
        // Those that are elsewhere cost us nothing.
        let link = adds_video(&staff.teacher, staff.minor, "다른 곳").await;
        staff.teacher.get(&path(&link)).await.is(200);
        school.later(3_601);
        staff.signs_in_again().await;
        staff.teacher.get(&path(&both[1].video)).await.is(200);
        let again = staff.begins(short_film()).await;
        staff.teacher.get(&again.upload_path()).await.is(200);
    });
}

#[test]
fn eight_parts_of_an_upload_come_at_once() {
    // Once is enough for what asks no database.
    on(Backend::Sqlite, &[], |school| async move {
        let staff = Staff::of(&school).await;
        let film = vec![0; 9 * PART_BYTES];
        let begun = staff.begins(film).await;
        let url = |number: usize| begun.upload["parts"][number - 1]["url"].as_str().unwrap().to_owned();
        let begins = async |number: usize| {
            let path = url(number).strip_prefix(&school.url("")).unwrap().to_owned();
            let mut tcp = TcpStream::connect(school.address).await.unwrap();
            let head = format!("PUT {path} HTTP/1.1\r\nHost: school\r\nContent-Length: {PART_BYTES}\r\n\r\n");
            tcp.write_all(&[head.as_bytes(), &[0; 300_000]].concat()).await.unwrap();
            let mut answer = [0; 12];
            tcp.read_exact(&mut answer).await.unwrap();
            String::from_utf8_lossy(&answer).into_owned()
        };
        // One of nine is refused at once. A part that comes no further is, too, but not within 20 seconds.
        let begun_at = Instant::now();
        let (refused, _, others) = select_all((1..=9).map(|number| Box::pin(begins(number)))).await;
        assert_eq!(refused, "HTTP/1.1 503");
        assert!(begun_at.elapsed() < Duration::from_secs(20));
        drop(others);
        let has_room = async || (staff.puts(&url(9), begun.part(9)).await.status() == StatusCode::OK).then_some(());
        until("there is room again", has_room).await;
    });
}

#[test]
fn a_file_in_the_store_is_replaced_by_no_other_upload() {
    // Once is enough for what asks no database.
    on(Backend::Sqlite, &[], |school| async move {
        let staff = Staff::of(&school).await;
        let kept = staff.uploads(short_film()).await;
        let (objects, key) = (&school.app.objects, kept.upload["key"].as_str().unwrap());
        let id = objects.begin(&NewObject { key: key.into(), bytes: 5, part_bytes: 5 }).await.unwrap();
        let part = PartToSend { key, upload: &id, number: 1, bytes: 5 };
        let url = objects.part_url(part, 60, school.app.now_ms(), &school.url(""));
        assert_eq!(staff.puts(&url, b"other".to_vec()).await.status(), StatusCode::OK);
        let parts = objects.parts(key, &id, 1).await.unwrap().unwrap();
        let tags: Vec<(u16, String)> = parts.into_iter().map(|part| (part.number, part.tag)).collect();
        assert!(objects.complete(key, &id, &tags).await.is_err());
        assert!(plays(&school, &staff.teacher, &kept.video).await.unwrap() == kept.film);
    });
}
