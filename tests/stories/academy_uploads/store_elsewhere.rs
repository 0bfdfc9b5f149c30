//! Videos in a bucket: what its URLs allow, and a store that is away, forgets to answer, or says no.

use futures_util::future::{join, join_all};
use gyosil::error::Error;
use gyosil::outside::objects::{NewObject, PartToSend};
use gyosil::school::videos::removal;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::sender::{Begun, Staff, files, long_film, plays, short_film};
use crate::academy_enrollments::enrolls;
use crate::academy_videos::path;
use crate::bucket::{Bucket, BucketFault};
use crate::classroom::by_hand;
use crate::harness::people::Reply;
use crate::harness::{School, on_both, until};
use crate::in_bucket::in_bucket;

/// A refusal that asks to come again.
fn is_away(reply: Reply) {
    let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    reply.refused(503, "STORE_AWAY");
}

fn first_url(begun: &Begun) -> String {
    begun.upload["parts"][0]["url"].as_str().unwrap().to_owned()
}

async fn play_url(staff: &Staff<'_>, video: &Value) -> String {
    staff.teacher.get(&path(video)).await.is(200)["play_url"].as_str().unwrap().to_owned()
}

fn with_another_signature(url: &str) -> String {
    let (front, last) = url.split_at(url.len() - 1);
    format!("{front}{}", if last == "0" { "1" } else { "0" })
}

async fn status_of(school: &School, url: &str) -> StatusCode {
    school.http.get(url).send().await.unwrap().status()
}

/// A part of an open upload, as the server would let someone send it.
fn part<'a>(begun: &'a Begun, number: u16, bytes: usize) -> PartToSend<'a> {
    let word = |name: &str| begun.upload[name].as_str().unwrap();
    PartToSend { key: word("key"), upload: word("upload_id"), number, bytes: bytes as u64 }
}

#[test]
fn a_url_of_the_bucket_is_for_one_use_and_for_its_time() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        // Small files: who is refused while a large part is on its way may see the connection break, and not why.
        let (video, open) = (staff.uploads(short_film()).await, staff.begins(short_film()).await);
        let other = staff.begins(short_film()).await;
        let (play, send) = (play_url(&staff, &video.video).await, first_url(&open));
        assert!(play.starts_with(&bucket.url()) && send.starts_with(&bucket.url()), "{play}");
        let (key, of_open) = (video.upload["key"].as_str().unwrap(), open.upload["upload_id"].as_str().unwrap());
        for refused in [
            play.replace(key, open.upload["key"].as_str().unwrap()),
            play.replace("X-Amz-Expires=300", "X-Amz-Expires=9999"),
            with_another_signature(&play),
            format!("{play}&response-content-type=text%2Fhtml"),
            play.split('?').next().unwrap().to_owned(),
            send.clone(),
        ] {
            assert_eq!(status_of(&school, &refused).await, StatusCode::FORBIDDEN, "{refused}");
        }
        for refused in [
            send.replace("partNumber=1", "partNumber=2"),
            send.replace(of_open, other.upload["upload_id"].as_str().unwrap()),
            send.replace(open.upload["key"].as_str().unwrap(), key),
            send.split('?').next().unwrap().to_owned(),
            play.clone(),
        ] {
            let status = staff.puts(&refused, open.part(1)).await.status();
            assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
        }
        let longer = [&open.part(1)[..], b"x"].concat();
        assert_eq!(staff.puts(&send, longer).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(school.http.delete(&play).send().await.unwrap().status(), StatusCode::FORBIDDEN);

        // The clock of a bucket is its own: these were signed before.
        let (objects, now_ms) = (&school.app.objects, school.app.now_ms());
        let sent = |ago_ms| objects.part_url(part(&open, 1, open.film.len()), 60, now_ms - ago_ms, "");
        let played = |ago_ms| objects.play_url(key, 300, now_ms - ago_ms, "");
        assert_eq!(staff.puts(&sent(62_000), open.part(1)).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(status_of(&school, &played(302_000)).await, StatusCode::FORBIDDEN);
        let shown = staff.teacher.get(&open.upload_path()).await.is(200);
        assert!(shown["parts"].as_array().unwrap().iter().all(|part| part["etag"].is_null()), "{shown}");
        assert_eq!(status_of(&school, &played(200_000)).await, StatusCode::OK);
        assert_eq!(staff.puts(&sent(10_000), open.part(1)).await.status(), StatusCode::OK);
        // Nothing of a bucket is served here.
        let here = school.url(&format!("/objects/{key}?{}", play.split_once('?').unwrap().1));
        assert_eq!(status_of(&school, &here).await, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_video_in_a_bucket_is_read_in_ranges() {
    in_bucket(&[], |school, _| async move {
        let staff = Staff::of(&school).await;
        let video = staff.uploads(short_film()).await;
        let (url, last) = (play_url(&staff, &video.video).await, video.film.len() - 1);
        for (range, first, last) in [("bytes=0-1", 0, 1), ("bytes=5-", 5, last), ("bytes=-7", last - 6, last)] {
            let response = school.http.get(&url).header("range", range).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
            let headers = response.headers();
            assert_eq!(headers["content-range"], format!("bytes {first}-{last}/{}", video.film.len()).as_str());
            assert_eq!(headers["content-type"], "video/mp4");
            assert_eq!(headers["content-disposition"], "inline");
            assert_eq!(headers["cache-control"], "private, no-store");
            assert!(response.bytes().await.unwrap() == video.film[first..=last], "{range}");
        }
        let beyond = school.http.get(&url).header("range", format!("bytes={}-", last + 1)).send().await.unwrap();
        assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        let read =
            async |from, bytes| school.app.objects.read(video.upload["key"].as_str().unwrap(), from, bytes).await;
        assert!(read(last as u64 - 1, 100).await.unwrap() == video.film[last - 1..]);
        assert!(read(last as u64 + 50, 100).await.unwrap().is_empty());
    });
}

#[test]
fn parts_that_are_too_small_or_of_another_size_make_no_file() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        let begun = staff.begins(long_film()).await;
        let (objects, now_ms) = (&school.app.objects, school.app.now_ms());
        // A store that takes a part of any size.
        let url = objects.part_url(part(&begun, 1, 6 << 20), 60, now_ms, "");
        let response = staff.puts(&url, vec![1; 6 << 20]).await;
        assert_eq!(response.status(), StatusCode::OK);
        let wrong = json!({ "PartNumber": 1, "ETag": response.headers()["etag"].to_str().unwrap() });
        let others = [staff.sends(&begun, 2).await, staff.sends(&begun, 3).await];
        let all = [&[wrong], &others[..]].concat();
        staff.completes(&begun, &all).await.refused(409, "UPLOAD_INCOMPLETE");
        let shown = staff.teacher.get(&begun.upload_path()).await.is(200);
        let has_come: Vec<bool> =
            shown["parts"].as_array().unwrap().iter().map(|part| part["etag"] != json!(null)).collect();
        assert_eq!(has_come, [false, true, true]);
        let all = [&[staff.sends(&begun, 1).await], &others[..]].concat();
        staff.completes(&begun, &all).await.is(200);
        assert!(plays(&school, &staff.teacher, &begun.video).await.unwrap() == begun.film);

        let key = "videos/1/small.mp4";
        let id = objects.begin(&NewObject { key: key.into(), bytes: 6 << 20, part_bytes: 5 << 20 }).await.unwrap();
        let mut tags = Vec::new();
        for number in 1..=2 {
            let url = objects.part_url(PartToSend { key, upload: &id, number, bytes: 9 }, 60, now_ms, "");
            let response = staff.puts(&url, vec![7; 9]).await;
            tags.push((number, response.headers()["etag"].to_str().unwrap().trim_matches('"').to_owned()));
        }
        let mut refused = vec![tags.clone(), Vec::new(), vec![tags[1].clone()], vec![tags[1].clone(), tags[0].clone()]];
        refused.push(vec![(1, "0".into()), tags[1].clone()]);
        for tags in refused {
            let completed = objects.complete(key, &id, &tags).await;
            assert!(matches!(completed, Err(Error::UploadIncomplete)), "{tags:?}");
        }
        assert_eq!(objects.bytes(key).await.unwrap(), None);
        assert!(objects.begin(&NewObject { key: key.into(), bytes: 10, part_bytes: 5 }).await.is_err());
        objects.abort(key, &id).await.unwrap();
        assert_eq!(bucket.uploads(), [""; 0]);
    });
}

#[test]
fn a_store_that_is_away_changes_nothing_and_all_goes_on_when_it_is_back() {
    in_bucket(&[], |school, bucket| async move {
        let (staff, student) = (Staff::of(&school).await, school.student("김학생").await);
        enrolls(&student, staff.course).await.is(201);
        for is_hidden in [false, true] {
            let before = files(&school).len();
            let kept = staff.uploads(short_film()).await;
            let (begun, given_up) = (staff.begins(short_film()).await, staff.begins(short_film()).await);
            let parts = staff.sends_all(&begun).await;
            if is_hidden {
                bucket.is_hidden(true)
            } else {
                bucket.goes_down().await
            }
            is_away(staff.teacher.post("/videos/", staff.new_file(&begun.film)).await);
            is_away(staff.teacher.get(&begun.upload_path()).await);
            is_away(staff.completes(&begun, &parts).await);
            // Nobody needs the store to take something away, or to see the rest of the course.
            staff.teacher.delete(&given_up.upload_path()).await.is(204);
            staff.teacher.delete(&path(&kept.video)).await.is(204);
            student.get("/videos/").await.is(200);
            removal::give_up_overdue(&school.app).await.unwrap();
            assert_eq!(files(&school).len(), before + 1 + 2 + 1);

            if is_hidden {
                bucket.is_hidden(false)
            } else {
                bucket.comes_back().await
            }
            staff.teacher.get(&begun.upload_path()).await.is(200);
            staff.completes(&begun, &parts).await.is(200);
            assert!(plays(&school, &student, &begun.video).await.unwrap() == begun.film);
            removal::give_up_overdue(&school.app).await.unwrap();
            assert_eq!(files(&school).len(), before + 1);
        }
    });
}

/// The number of uploads whose leftovers are to be removed now.
async fn due_removals(school: &School) -> i64 {
    let sql = "select count(*) from uploads where in_store and status <> 'OPEN' and status <> 'COMPLETED'
        and removal_ms <= $1";
    school.app.db.one::<(i64,)>(sql, vec![school.app.now_ms().into()]).await.unwrap().0
}

#[test]
fn an_upload_of_which_nobody_knows_is_aborted_by_its_key() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        let kept = staff.begins(short_film()).await;
        for fault in [BucketFault::LosesAnswer, BucketFault::Breaks, BucketFault::Hangs] {
            bucket.fails("create", fault, 1);
            is_away(staff.teacher.post("/videos/", staff.new_file(&short_film())).await);
        }
        assert_eq!(bucket.uploads().len(), 2, "the one that is open, and one whose id was lost");
        // As after a crash between the store's answer and our note of it.
        let crashed = staff.begins(short_film()).await;
        let key = crashed.upload["key"].as_str().unwrap();
        let sql = "update uploads set upload_id = '', item = null, expires_ms = created_ms + 300000";
        by_hand(&school, format!("{sql} where key = '{key}'")).await;
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!(bucket.uploads().len(), 2, "the crashed one has its five minutes");
        let parts = staff.sends_all(&kept).await;
        staff.completes(&kept, &parts).await.is(200);
        school.later(301);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!((bucket.uploads().len(), files(&school).len()), (0, 1));
        let due = async || due_removals(&school).await;
        assert_eq!(due().await, 0);

        // A store that lists no uploads leaves them to its lifecycle rule.
        bucket.fails("create", BucketFault::LosesAnswer, 1);
        is_away(staff.teacher.post("/videos/", staff.new_file(&short_film())).await);
        bucket.fails("list", BucketFault::Breaks, 1);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!(due().await, 1, "it is tried again");
        bucket.fails("list", BucketFault::KnowsNot, 1);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!((due().await, bucket.uploads().len()), (0, 1));
    });
}

/// Waits until the store holds all requests that it shall.
async fn is_full(bucket: &Bucket) {
    until("the store holds all requests", async || bucket.has_misbehaved().then_some(())).await
}

#[test]
fn a_server_that_asks_the_store_too_much_removes_files_later() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        let open = staff.begins(short_film()).await;
        let word = |name: &str| open.upload[name].as_str().unwrap();
        bucket.fails("parts", BucketFault::Hangs, 64);
        let asked = (0..64).map(|_| school.app.objects.parts(word("key"), word("upload_id"), 3));
        let gives_up = async {
            is_full(&bucket).await;
            school.later(86_400);
            removal::give_up_overdue(&school.app).await.unwrap();
            removal::remove_all(&school.app).await
        };
        let (_, removed) = join(join_all(asked), gives_up).await;
        assert!(matches!(removed, Err(Error::Busy { .. })), "no other batch is tried: {removed:?}");
        assert_eq!((bucket.uploads().len(), due_removals(&school).await), (1, 1));
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!((bucket.uploads().len(), due_removals(&school).await), (0, 0));
    });
}

#[test]
fn an_upload_whose_sender_went_away_before_it_began_takes_a_place_for_five_minutes() {
    in_bucket(&["--uploads-open", "1"], |school, bucket| async move {
        let mut staff = Staff::of(&school).await;
        bucket.fails("create", BucketFault::Hangs, 1);
        let begins = staff.teacher.post("/videos/", staff.new_file(&short_film()));
        let row_is_there = until("the upload is announced", async || {
            let sql = "select count(*) from uploads where status = 'OPEN'";
            (school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0 == 1).then_some(())
        });
        tokio::select! {
            _ = begins => panic!("the store answered"),
            () = row_is_there => {}
        }
        let refused = staff.teacher.post("/videos/", staff.new_file(&short_film())).await;
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        refused.refused(429, "TOO_MANY_UPLOADS");
        assert!((200..=300).contains(&wait), "{wait}");
        school.later(wait);
        let begun = staff.begins(short_film()).await;
        removal::give_up_overdue(&school.app).await.unwrap();
        school.later(80_000);
        staff.signs_in_again().await;
        removal::give_up_overdue(&school.app).await.unwrap();
        staff.teacher.get(&begun.upload_path()).await.is(200);
    });
}

#[test]
fn a_server_that_asks_the_store_too_much_at_once_says_so_and_does_not_blame_the_store() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        bucket.fails("size", BucketFault::Hangs, 64);
        let many = futures_util::future::join_all((0..64).map(|_| school.app.objects.bytes("videos/1/a.mp4")));
        let refused = async {
            is_full(&bucket).await;
            let reply = staff.teacher.post("/videos/", staff.new_file(&short_film())).await;
            assert!(reply.headers.contains_key("retry-after"));
            reply.refused(503, "BUSY");
        };
        let (many, ()) = tokio::join!(many, refused);
        assert!(many.iter().all(|asked| matches!(asked, Err(Error::StoreAway { .. }))));
        staff.begins(short_film()).await;
    });
}

#[test]
fn an_upload_that_the_store_did_not_begin_is_not_counted() {
    let bounds = ["--uploads-per-hour", "2", "--upload-steps-per-hour", "6", "--rate-limits", "on"];
    in_bucket(&bounds, |school, bucket| async move {
        let staff = Staff::of(&school).await;
        bucket.fails("create", BucketFault::Breaks, 3);
        for _ in 0..3 {
            is_away(staff.teacher.post("/videos/", staff.new_file(&short_film())).await);
        }
        staff.begins(short_film()).await;
        // The store began this one.
        let given_up = staff.begins(short_film()).await;
        staff.teacher.delete(&given_up.upload_path()).await.is(204);
        staff.teacher.post("/videos/", staff.new_file(&short_film())).await.refused(429, "TOO_MANY_UPLOADS");
        // Nor does anyone ask a store that is away for ever.
        let admin = school.admin().await;
        bucket.fails("create", BucketFault::Breaks, 7);
        for _ in 0..6 {
            is_away(admin.post("/videos/", staff.new_file(&short_film())).await);
        }
        admin.post("/videos/", staff.new_file(&short_film())).await.refused(429, "TOO_MANY_UPLOADS");
    });
}

async fn completes_after(fault: BucketFault, kind: &'static str, staff: &Staff<'_>, bucket: &Bucket) {
    let begun = staff.begins(short_film()).await;
    let parts = staff.sends_all(&begun).await;
    bucket.fails(kind, fault, 1);
    is_away(staff.completes(&begun, &parts).await);
    let seen = staff.teacher.get(&path(&begun.video)).await.is(200);
    assert_eq!((&seen["play_url"], &seen["duration"]), (&json!(null), &json!(null)), "{fault:?}");
    assert_eq!(staff.completes(&begun, &parts).await.is(200)["duration"], "00:00:10", "{fault:?}");
    assert!(plays(staff.school, &staff.teacher, &begun.video).await.unwrap() == begun.film);
    assert!(bucket.uploads().is_empty());
}

#[test]
fn an_upload_is_complete_when_the_store_says_so_and_not_before() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        for (fault, kind) in [
            (BucketFault::BreaksLate, "complete"),
            (BucketFault::Breaks, "complete"),
            (BucketFault::LosesAnswer, "complete"),
            (BucketFault::Hangs, "complete"),
            (BucketFault::Breaks, "parts"),
            (BucketFault::Breaks, "size"),
            (BucketFault::Hangs, "read"),
            (BucketFault::KnowsNot, "read"),
            (BucketFault::CutsShort, "read"),
        ] {
            completes_after(fault, kind, &staff, &bucket).await;
        }
    });
}

#[test]
fn an_upload_whose_removal_the_store_refuses_is_tried_again() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        let (video, open) = (staff.uploads(short_film()).await, staff.begins(short_film()).await);
        bucket.fails("delete", BucketFault::Breaks, 1);
        bucket.fails("abort", BucketFault::Breaks, 1);
        staff.teacher.delete(&path(&open.video)).await.is(204);
        staff.teacher.delete(&path(&video.video)).await.is(204);
        assert_eq!(files(&school).len(), 2);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!(files(&school), [""; 0]);

        // Many that the store keeps, as for want of a right, do not stop the one behind them.
        let many = "insert into uploads (created_ms, updated_ms, key, upload_id, file_name, content_type, bytes, part_bytes,
                parts, status, by_person, expires_ms)
            with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 70)
            select 0, 0, 'kept/' || n, 'x', 'a', 'video/mp4', 1, 1, 1, 'ABORTED', (select min(id) from people), 0 from numbers";
        by_hand(&school, many.to_owned()).await;
        let video = staff.uploads(short_film()).await;
        bucket.keeps(Some(""));
        staff.teacher.delete(&path(&video.video)).await.is(204);
        assert_eq!(files(&school).len(), 1);
        school.later(601);
        bucket.keeps(Some("kept/"));
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!((files(&school).len(), due_removals(&school).await), (0, 0));
        bucket.keeps(None);
        school.later(601);
        assert_eq!(due_removals(&school).await, 70);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!(due_removals(&school).await, 0);
    });
}

#[test]
fn a_file_that_comes_after_its_upload_was_given_up_does_not_stay() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        for deletes_video in [false, true] {
            let begun = staff.begins(short_film()).await;
            let parts = staff.sends_all(&begun).await;
            bucket.fails("assembling", BucketFault::Waits, 1);
            let gives_up = async {
                until("the store makes the file", async || bucket.uploads().is_empty().then_some(())).await;
                let gone = if deletes_video { path(&begun.video) } else { begun.upload_path() };
                staff.teacher.delete(&gone).await.is(204);
                bucket.goes_on();
            };
            let (completed, ()) = tokio::join!(staff.completes(&begun, &parts), gives_up);
            assert!([404, 409].contains(&completed.status), "{:?}", completed.json);
            assert_eq!(files(&school), [""; 0]);
        }

        // The server heard no answer, and gave up; the store has made the file all the same.
        let begun = staff.begins(short_film()).await;
        staff.teacher.delete(&begun.upload_path()).await.is(204);
        bucket.has_late(begun.upload["key"].as_str().unwrap());
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!((files(&school).len(), due_removals(&school).await), (1, 0), "the store is asked in an hour");
        school.later(3_601);
        assert_eq!(due_removals(&school).await, 3);
        removal::give_up_overdue(&school.app).await.unwrap();
        assert_eq!(files(&school), [""; 0]);
        school.later(3_601);
        assert_eq!(due_removals(&school).await, 0, "twice is enough");
    });
}

#[test]
fn an_open_upload_that_the_store_does_not_know_is_not_over() {
    in_bucket(&[], |school, bucket| async move {
        let staff = Staff::of(&school).await;
        let begun = staff.begins(short_film()).await;
        let parts = staff.sends_all(&begun).await;
        let (key, id) = (begun.upload["key"].as_str().unwrap(), begun.upload["upload_id"].as_str().unwrap());
        school.app.objects.abort(key, id).await.unwrap();
        assert_eq!(bucket.uploads(), [""; 0]);
        is_away(staff.teacher.get(&begun.upload_path()).await);
        is_away(staff.completes(&begun, &parts).await);
        staff.teacher.delete(&begun.upload_path()).await.is(204);
        staff.completes(&begun, &parts).await.refused(409, "UPLOAD_OVER");
    });
}

async fn policy(school: &School) -> String {
    let page = school.http.get(school.url("/teach")).send().await.unwrap();
    page.headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[test]
fn pages_may_reach_the_bucket_and_nothing_else() {
    in_bucket(&[], |school, bucket| async move {
        let (policy, url) = (policy(&school).await, bucket.url());
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert!(policy.ends_with(&format!("; connect-src 'self' {url}; media-src 'self' {url}")), "{policy}");
    });
    on_both(|school| async move {
        let policy = policy(&school).await;
        assert!(!policy.contains("connect-src") && !policy.contains("http"), "{policy}");
    });
}
