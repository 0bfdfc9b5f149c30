//! Progress in videos: what counts as watched, and for how long one may watch.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::enrolls;
use crate::academy_videos::adds_video;
use crate::classroom::{adds_class, by_hand};
use crate::harness::people::{PASSWORD, Person, Reply};
use crate::harness::{School, on_both};
use crate::learning_progress::{certifications, progress, views};

/// A student of a course with a video of ten minutes, and the enrollment.
struct Watcher {
    teacher: Person,
    student: Person,
    course: i64,
    minor: i64,
    video: Value,
    enrollment: Value,
}

impl Watcher {
    async fn of(school: &School) -> Watcher {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let video = adds_video(&teacher, minor, "변수란").await;
        let enrollment = enrolls(&student, course).await.is(201);
        Watcher { teacher, student, course, minor, video, enrollment }
    }

    async fn tries(&self, report: Value) -> Reply {
        let mut body = report;
        body["video_id"] = self.video["id"].clone();
        self.student.post("/videos/progress/", body).await
    }

    async fn watches(&self, report: Value) -> Value {
        self.tries(report).await.is(200)
    }

    /// Reports pieces; the answer is how far one is, and whether it is completed.
    async fn plays(&self, played: Value) -> (f64, bool) {
        let answer = self.watches(json!({ "played": played })).await;
        (answer["progress_percent"].as_f64().unwrap(), answer["is_completed"] == true)
    }
}

async fn signs_in_again(school: &School, person: &Person) -> Person {
    let sql = "select email from people where id = $1";
    let (email,): (String,) = school.app.db.one(sql, vec![person.id.into()]).await.unwrap();
    school.nobody().logs_in(&email, PASSWORD).await
}

#[test]
fn one_goes_on_where_one_was_and_the_greatest_progress_is_kept() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let path = format!("/progress/video/{}/", watcher.video["id"]);
        watcher.student.get(&path).await.refused(404, "NOT_FOUND");
        let told = |one: &Value| {
            ["last_position", "progress_percent", "time_spent", "is_completed"].map(|key| one[key].clone())
        };
        for (report, expected) in [
            (json!({ "last_position": 300, "time_spent": "00:05:00" }), json!([300, 50.0, "00:05:00", false])),
            // Back to an earlier place, and an older report that comes late.
            (json!({ "last_position": 60, "time_spent": "00:02:00" }), json!([60, 50.0, "00:05:00", false])),
            (json!({ "progress_percent": 45.5 }), json!([60, 50.0, "00:05:00", false])),
            (json!({ "progress_percent": 89.9, "time_spent": "00:06:00" }), json!([60, 89.9, "00:06:00", false])),
            (json!({ "last_position": 540 }), json!([540, 90.0, "00:06:00", true])),
            (json!({ "last_position": 0, "is_completed": false }), json!([0, 90.0, "00:06:00", true])),
        ] {
            let answer = watcher.watches(report.clone()).await;
            assert_eq!(json!(told(&answer)), expected, "{report}");
            assert_eq!(watcher.student.get(&path).await.is(200), answer);
        }
        let id = watcher.student.get(&path).await.is(200)["id"].clone();
        let more = json!({ "last_position": 10, "time_spent": "00:07:00" });
        let answer = watcher.student.patch(&format!("/progress/update/{id}/"), more).await.is(200);
        assert_eq!(json!(told(&answer)), json!([10, 90.0, "00:07:00", true]));
        // The last required item completes the course, as on every surface.
        assert_eq!(certifications(&watcher.student).await.len(), 1);
        let enrollment = watcher.enrollment["id"].to_string();
        assert_eq!(progress(&watcher.student, &enrollment).await["progressRate"]["percentage"], 100.0);
    });
}

#[test]
fn of_reported_pieces_each_second_counts_once() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        assert_eq!(watcher.plays(json!([[0, 60]])).await, (10.0, false));
        // Skipping to the end is no watching, whatever is said beside.
        let skips =
            json!({ "played": [[599, 600]], "last_position": 600, "progress_percent": 100, "is_completed": true });
        let skipped = watcher.watches(skips).await;
        assert_eq!((&skipped["progress_percent"], &skipped["is_completed"]), (&json!(10.17), &json!(false)));
        assert_eq!((&skipped["last_position"], &skipped["time_spent"]), (&json!(600), &json!("00:01:01")));
        assert_eq!(watcher.plays(json!([[0, 60], [30, 60], [599, 600]])).await, (10.17, false));
        assert_eq!(watcher.plays(json!([[60, 300], [100, 200], [400, 538]])).await, (73.17, false));
        // Ranges beyond the end do not count.
        assert_eq!(watcher.plays(json!([[600, 5_000]])).await, (73.17, false));
        assert_eq!(watcher.plays(json!([[300, 400]])).await, (89.83, false));
        assert_eq!(watcher.plays(json!([[538, 540]])).await, (90.17, true));
        assert_eq!(watcher.plays(json!([])).await, (90.17, true));
        for wrong in
            [json!([[5, 4]]), json!([[1]]), json!([[1, 2, 3]]), json!([[-1, 5]]), json!([[0, 90_000]]), json!("0-5")]
        {
            let refused = watcher.tries(json!({ "played": wrong })).await.refused(400, "INVALID_REQUEST");
            assert!(refused["field"].as_str().unwrap().starts_with("played"), "{refused}");
        }
    });
}

#[test]
fn a_client_that_reports_no_pieces_is_taken_at_its_word() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let done = watcher.watches(json!({ "is_completed": true })).await;
        assert_eq!((&done["is_completed"], &done["progress_percent"]), (&json!(true), &json!(100.0)));
        // Nobody knows how long this one is.
        let new = json!({ "minor_category_id": watcher.minor, "name": "길이 모름",
            "video_url": "https://videos.example.com/b.mp4" });
        let video = watcher.teacher.post("/videos/", new).await.is(201);
        let watcher = Watcher { video, ..watcher };
        let begun = watcher.watches(json!({ "played": [[0, 60]], "last_position": 60 })).await;
        assert_eq!((&begun["progress_percent"], &begun["last_position"]), (&json!(0.0), &json!(60)));
        assert_eq!(watcher.watches(json!({ "played": [[60, 90]], "is_completed": true })).await["is_completed"], true);
    });
}

#[test]
fn pieces_that_are_reported_at_once_are_all_kept() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let reports = (0..10).map(|n| watcher.plays(json!([[n * 60, n * 60 + 50]])));
        join_all(reports).await;
        assert_eq!(watcher.plays(json!([])).await, (83.33, false));
    });
}

#[test]
fn time_is_noted_day_by_day_with_how_far_one_was() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        watcher.watches(json!({ "last_position": 120, "time_spent": "00:02:00" })).await;
        watcher.watches(json!({ "last_position": 180, "time_spent": "00:03:00" })).await;
        school.later(86_400);
        let watcher = Watcher { student: signs_in_again(&school, &watcher.student).await, ..watcher };
        watcher.watches(json!({ "last_position": 300, "time_spent": "00:05:00" })).await;
        let sql = "select seconds, rate from study_days where item = $1 order by day";
        let id = watcher.video["id"].as_i64().unwrap();
        let days: Vec<(i64, Option<f64>)> = school.app.db.all(sql, vec![id.into()]).await.unwrap();
        assert_eq!(days, [(180, Some(30.0)), (120, Some(50.0))]);
    });
}

#[test]
fn one_watches_only_in_a_course_that_one_is_in_and_only_for_oneself() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let other = school.student("이학생").await;
        let report = json!({ "video_id": watcher.video["id"], "last_position": 60 });
        other.post("/videos/progress/", report.clone()).await.refused(403, "FORBIDDEN");
        watcher.teacher.post("/videos/progress/", report.clone()).await.refused(403, "FORBIDDEN");
        let priced = makes_category(&watcher.teacher, 50_000).await;
        let minor = adds_minor(&watcher.teacher, priced, "유료").await;
        let video = adds_video(&watcher.teacher, minor, "유료").await;
        enrolls(&other, priced).await.is(201);
        let unpaid = json!({ "video_id": video["id"], "last_position": 60 });
        other.post("/videos/progress/", unpaid).await.refused(403, "PAYMENT_NEEDED");
        let id = watcher.watches(report).await["id"].clone();
        let update = format!("/progress/update/{id}/");
        other.patch(&update, json!({ "last_position": 1 })).await.refused(404, "NOT_FOUND");
        enrolls(&other, watcher.course).await.is(201);
        other.patch(&update, json!({ "last_position": 1 })).await.refused(404, "NOT_FOUND");
        let path = format!("/progress/video/{}/", watcher.video["id"]);
        other.get(&path).await.refused(404, "NOT_FOUND");
        assert_eq!(other.get("/progress/").await.is(200)["count"], 0);
        let step = watcher.teacher.adds_step(watcher.minor, "따라 하기").await;
        let step = json!({ "video_id": step, "last_position": 60 });
        watcher.student.post("/videos/progress/", step).await.refused(404, "NOT_FOUND");
        watcher.teacher.delete(&format!("/videos/{}/", watcher.video["id"])).await.is(204);
        watcher.tries(json!({ "last_position": 1 })).await.refused(404, "NOT_FOUND");
        assert_eq!(watcher.student.get("/progress/").await.is(200)["count"], 0);
    });
}

#[test]
fn when_the_time_is_over_nothing_is_written_and_a_new_enrollment_goes_on() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let step = watcher.teacher.adds_step(watcher.minor, "따라 하기").await;
        let begun = watcher.watches(json!({ "played": [[0, 300]], "last_position": 300 })).await;
        school.later(730 * 86_400);
        let watcher = Watcher { student: signs_in_again(&school, &watcher.student).await, ..watcher };
        let student = &watcher.student;
        for _ in 0..2 {
            let refused = watcher.tries(json!({ "last_position": 400, "is_completed": true })).await;
            assert_eq!(refused.json["status"], "EXPIRED");
            refused.refused(409, "INVALID_STATE");
            let update = format!("/progress/update/{}/", begun["id"]);
            student.patch(&update, json!({ "is_completed": true })).await.refused(409, "INVALID_STATE");
            let done = json!({ "subtask_id": step, "status": "COMPLETED" });
            student.post("/api/progress/update", done).await.refused(409, "INVALID_STATE");
            student.post("/api/help/request", json!({ "subtask_id": step })).await.refused(409, "INVALID_STATE");
            let current = format!("/api/progress/me?lecture_id={}", watcher.course);
            student.get(&current).await.refused(409, "INVALID_STATE");
            // A learner still sees the progress of before.
            let kept = student.get(&format!("/progress/video/{}/", watcher.video["id"])).await.is(200);
            assert_eq!((&kept["last_position"], &kept["is_completed"]), (&json!(300), &json!(false)));
            gyosil::school::enrollment::expiring::expire_due(&school.app).await.unwrap();
        }
        let again = enrolls(student, watcher.course).await.is(201);
        assert_ne!(again["id"], watcher.enrollment["id"]);
        assert_eq!(watcher.plays(json!([[300, 540]])).await, (90.0, true));
        let listed = student.get("/progress/").await.is(200);
        assert_eq!((&listed["count"], &listed["results"][0]["enrollment_id"]), (&json!(1), &again["id"]));
        let overall = student.get("/progress/overall/").await.is(200);
        assert_eq!((&overall["count"], &overall["results"][0]["completed_video_count"]), (&json!(1), &json!(1)));
    });
}

#[test]
fn a_video_is_one_item_on_every_surface() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let id = watcher.enrollment["id"].to_string();
        let video = watcher.video["id"].as_i64().unwrap();
        let viewed = views(&watcher.student, &id, video, json!({ "timeSpent": 5 })).await;
        viewed.ok();
        let here = watcher.student.get("/progress/").await.is(200)["results"][0].clone();
        assert_eq!((&here["time_spent"], &here["progress_percent"]), (&json!("00:05:00"), &json!(0.0)));
        watcher.watches(json!({ "last_position": 570 })).await;
        assert_eq!(progress(&watcher.student, &id).await["status"], "completed");
        let portal = watcher.student.get(&format!("/api/v1/progress/enrollment/{id}")).await.ok();
        let one = &portal["progresses"][0];
        assert_eq!(
            (&one["content_id"], &one["last_position"], &one["progress_rate"]),
            (&json!(video), &json!(570), &json!(95.0))
        );
    });
}

#[test]
fn once_pieces_were_reported_no_other_word_counts() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        assert_eq!(watcher.plays(json!([[0, 60]])).await, (10.0, false));
        for report in [
            json!({ "last_position": 600 }),
            json!({ "progress_percent": 100, "is_completed": true }),
            json!({ "last_position": 599, "time_spent": "00:04:00" }),
        ] {
            let answer = watcher.watches(report.clone()).await;
            assert_eq!(
                [&answer["progress_percent"], &answer["is_completed"], &answer["time_spent"]],
                [&json!(10.0), &json!(false), &json!("00:01:00")],
                "{report}"
            );
        }
        // Another film: no piece of it was watched.
        let shorter = json!({ "video_url": "https://videos.example.com/shorter.mp4", "duration": "00:01:00" });
        watcher.teacher.put(&format!("/videos/{}/", watcher.video["id"]), shorter).await.is(200);
        assert_eq!(watcher.plays(json!([])).await, (10.0, false));
        assert_eq!(watcher.plays(json!([[0, 54]])).await, (90.0, true));
    });
}

#[test]
fn a_position_completes_nothing_that_is_said_not_to_be_completed() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let seeks = watcher.watches(json!({ "is_completed": false, "last_position": 600 })).await;
        assert_eq!(seeks["is_completed"], false);
        assert_eq!(watcher.watches(json!({ "is_completed": true })).await["is_completed"], true);
    });
}

#[test]
fn the_day_knows_how_far_one_was_also_by_a_report_without_time() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        watcher.watches(json!({ "last_position": 480, "time_spent": "00:01:00" })).await;
        watcher.watches(json!({ "is_completed": true })).await;
        let sql = "select rate from study_days where item = $1";
        let id = watcher.video["id"].as_i64().unwrap();
        assert_eq!(school.app.db.one::<(f64,)>(sql, vec![id.into()]).await.unwrap().0, 100.0);
    });
}

#[test]
fn pieces_add_no_more_time_than_went_by() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let seconds = |answer: &Value| {
            let parts = answer["time_spent"].as_str().unwrap().split(':');
            parts.fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap())
        };
        // Nobody knows how long this one is.
        let new = json!({ "minor_category_id": watcher.minor, "name": "끝없는", "video_url": "https://videos.example.com/b" });
        let video = watcher.teacher.post("/videos/", new).await.is(201);
        let watcher = Watcher { video, ..watcher };
        watcher.watches(json!({ "last_position": 1 })).await;
        let report = json!({ "played": [[0, 86_400]], "time_spent": "10:00:00" });
        let boasts = watcher.watches(report).await;
        assert!((300..400).contains(&seconds(&boasts)), "{boasts}");
    });
}

#[test]
fn what_one_reports_is_what_one_sees_in_whichever_class_one_learns() {
    on_both(|school| async move {
        let watcher = Watcher::of(&school).await;
        let student = &watcher.student;
        let class = adds_class(&watcher.teacher, watcher.course, json!({})).await;
        let newer = format!(
            "insert into enrollments (created_ms, updated_ms, class, person, source, status)
            values (1, 1, {class}, {}, 'APPLIED', 'EXPIRED')",
            student.id
        );
        by_hand(&school, newer).await;
        let written = watcher.watches(json!({ "last_position": 60 })).await;
        assert_eq!(written["enrollment_id"], watcher.enrollment["id"]);
        let path = format!("/progress/video/{}/", watcher.video["id"]);
        assert_eq!(student.get(&path).await.is(200), written);
        let listed = student.get("/progress/").await.is(200);
        assert_eq!((&listed["count"], &listed["results"][0]), (&json!(1), &written));
        let overall = student.get("/progress/overall/").await.is(200);
        assert_eq!(
            (&overall["count"], &overall["results"][0]["enrollment_id"]),
            (&json!(1), &watcher.enrollment["id"])
        );
    });
}
