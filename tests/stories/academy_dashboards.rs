//! Dashboards of the academy: sums of days, lists for staff, and a learner's own courses.

mod lists;

use futures_util::future::join;
use gyosil::school::dashboards::days::sum_finished;
use gyosil::school::dashboards::visits::{forget_addresses, write_counted, write_day};
use gyosil::visits::DayVisits;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::enrolled;
use crate::academy_payments::{completes, orders};
use crate::academy_videos::adds_video;
use crate::harness::people::Person;
use crate::harness::{School, on_both, on_both_with};

/// Tokens that outlive the days of a story.
const LONG: &[&str] = &["--access-ttl-s", "604800"];
const DAY_S: i64 = 86_400;
const FOR_ADMINS: [&str; 3] = ["summary", "daily-visits", "daily-payments"];
const FOR_STAFF: [&str; 3] = ["learning-records", "video-progress", "expiration-notifications"];

async fn shows(person: &Person, path: &str) -> Value {
    person.get(&format!("/dashboards/{path}")).await.is(200)
}

fn today(school: &School) -> String {
    school.app.clock.date_of(school.app.now_ms())
}

fn days_ago(school: &School, days: i64) -> String {
    gyosil::clock::day_after(&today(school), -days).unwrap()
}

/// Returns the day of a daily list that is so many days before its last one.
fn back(listed: &Value, days: usize) -> &Value {
    let all = listed["results"].as_array().unwrap();
    &all[all.len() - 1 - days]
}

/// Time passes until it is noon in the zone of the school, so that no story breaks at midnight.
fn comes_noon(school: &School) {
    let day = school.app.clock.days(&today(school), &today(school)).remove(0);
    let left_s = (day.starts_ms + DAY_S * 500 - school.app.now_ms()) / 1_000;
    school.later(if left_s < 0 { left_s + DAY_S } else { left_s });
}

/// Time passes until the next minute begins.
fn comes_a_minute(school: &School) {
    school.later(60 - school.app.now_ms() / 1_000 % 60);
}

async fn sum(school: &School, sql: &str) -> i64 {
    school.app.db.one::<(i64,)>(sql.to_owned(), Vec::new()).await.unwrap().0
}

/// A course with a video of ten minutes.
async fn films(teacher: &Person) -> (i64, Value) {
    let course = makes_category(teacher, 0).await;
    let minor = adds_minor(teacher, course, "변수").await;
    (course, adds_video(teacher, minor, "변수란").await["id"].clone())
}

async fn watches(student: &Person, video: &Value, seconds: i64) {
    let spent = format!("00:{:02}:{:02}", seconds / 60, seconds % 60);
    let report = json!({ "video_id": video, "last_position": seconds, "time_spent": spent });
    student.post("/videos/progress/", report).await.is(200);
}

#[test]
fn a_dashboard_is_for_those_whom_it_concerns() {
    on_both(|school| async move {
        let (admin, teacher, student) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        for name in FOR_ADMINS {
            let path = format!("/dashboards/{name}/");
            admin.get(&path).await.is(200);
            for person in [&teacher, &student] {
                person.get(&path).await.refused(403, "ADMIN_ONLY");
            }
        }
        for name in FOR_STAFF {
            let path = format!("/dashboards/{name}/");
            for person in [&admin, &teacher] {
                assert_eq!(person.get(&path).await.is(200)["count"], 0);
            }
            student.get(&path).await.refused(403, "INSTRUCTOR_ONLY");
        }
        assert_eq!(shows(&student, "student-dashboard/").await["count"], 0);
        for name in FOR_ADMINS.iter().chain(&FOR_STAFF).chain(&["student-dashboard"]) {
            school.nobody().get(&format!("/dashboards/{name}/")).await.refused(401, "UNAUTHORIZED");
        }
    });
}

#[test]
fn days_without_anything_are_zero_and_a_range_has_at_most_366_of_them() {
    on_both(|school| async move {
        comes_noon(&school);
        let admin = school.admin().await;
        for (name, key) in [("daily-visits", "student_total_views"), ("daily-payments", "amount")] {
            let month = shows(&admin, &format!("{name}/")).await;
            assert_eq!((&month["count"], &month["next"], &month["previous"]), (&json!(30), &json!(null), &json!(null)));
            assert_eq!(back(&month, 0)["date"], today(&school));
            assert_eq!(back(&month, 29)["date"], days_ago(&school, 29));
            assert!(month["results"].as_array().unwrap().iter().all(|day| day[key] == 0), "{month}");
            // A leap year, whole; a day of the future; the day of the last second of a year.
            let year = shows(&admin, &format!("{name}/?from=2024-01-01&to=2024-12-31")).await;
            assert_eq!((&year["count"], &back(&year, 306)["date"]), (&json!(366), &json!("2024-02-29")));
            assert_eq!(shows(&admin, &format!("{name}/?from=9999-12-31&to=9999-12-31")).await["count"], 1);
        }
        for name in ["daily-visits", "daily-payments", "learning-records", "video-progress", "expiration-notifications"]
        {
            for (query, field) in [
                ("from=2024-01-01&to=2025-01-01", "from"),
                ("from=2025-01-02&to=2025-01-01", "to"),
                ("from=2024-02-30", "from"),
                ("from=2999-01-01", "from"),
                ("to=yesterday", "to"),
            ] {
                let refused = admin.get(&format!("/dashboards/{name}/?{query}")).await.refused(400, "INVALID_REQUEST");
                assert_eq!(refused["field"], field, "{name} {query}");
            }
        }
    });
}

#[test]
fn money_counts_on_the_day_on_which_it_moved_before_and_after_the_day_is_summed() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (admin, teacher, student) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 50_000).await;
        let order = orders(&student, course).await;
        completes(&student, &order, "imp_123456789012").await.is(200);
        let refund = format!("/payment/refund/{}/", order["payment_id"]);
        let part = json!({ "amount": 20_000, "reason": "일부 환불" });
        teacher.post(&refund, part).await.is(200);
        school.later(DAY_S);
        teacher.post(&refund, json!({ "reason": "나머지 환불" })).await.is(200);
        let first = json!({ "date": days_ago(&school, 1), "amount": 50_000, "payment_count": 1, "refund_amount": 20_000,
            "refund_count": 1 });
        let second = json!({ "date": today(&school), "amount": 0, "payment_count": 0, "refund_amount": 30_000,
            "refund_count": 1 });
        for is_summed in [false, true] {
            if is_summed {
                // Two nodes come at once.
                school.later(600);
                let (one, other) = join(sum_finished(&school.app), sum_finished(&school.app)).await;
                one.and(other).unwrap();
                let yesterday = days_ago(&school, 1);
                let sql = format!(
                    "select count(*) from school_days where day = '{yesterday}' and is_summed and paid = 50000"
                );
                assert_eq!(sum(&school, &sql).await, 1);
            }
            let listed = shows(&admin, "daily-payments/").await;
            assert_eq!((back(&listed, 1), back(&listed, 0)), (&first, &second), "{is_summed}");
            let summary = shows(&admin, "summary/").await;
            let sums = |period: &str| {
                ["revenue", "refunds", "payment_count", "new_users"].map(|key| summary[period][key].as_i64().unwrap())
            };
            assert_eq!((sums("today"), sums("week")), ([0, 30_000, 0, 0], [50_000, 50_000, 1, 3]));
            assert_eq!(sums("month"), sums("week"));
            assert_eq!(summary["week"]["from"], days_ago(&school, 6));
        }
        let paid = "select cast(sum(amount) as bigint) from payments where paid_ms is not null";
        assert_eq!(sum(&school, paid).await, 50_000);
    });
}

#[test]
fn a_completion_that_is_recorded_for_a_day_that_is_over_counts_there() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (admin, teacher, student) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let enrollment = enrolled(&student, course).await["id"].clone();
        school.later(2 * DAY_S);
        sum_finished(&school.app).await.unwrap();
        let counted = async || {
            let summary = shows(&admin, "summary/").await;
            ["today", "week"].map(|period| summary[period]["completions"].as_i64().unwrap())
        };
        assert_eq!(counted().await, [0, 0]);
        let yesterday = days_ago(&school, 1);
        let body =
            json!({ "enrollment_id": enrollment, "completion_date": yesterday, "force": true, "memo": "확인함" });
        let completion = teacher.post("/api/v1/completions", body).await.is(201)["completion_id"].clone();
        let is_summed = format!("select count(*) from school_days where day = '{yesterday}' and is_summed");
        for (is_over, expected) in [(false, 0), (true, 1)] {
            if is_over {
                sum_finished(&school.app).await.unwrap();
            }
            assert_eq!(sum(&school, &is_summed).await, expected);
            assert_eq!(counted().await, [0, 1]);
        }
        let revoked = json!({ "completion_status": "REVOKED", "memo": "잘못 기록함" });
        teacher.put(&format!("/api/v1/completions/{completion}"), revoked).await.is(200);
        assert_eq!(counted().await, [0, 0]);
        sum_finished(&school.app).await.unwrap();
        assert_eq!(counted().await, [0, 0]);
    });
}

#[test]
fn visits_count_people_who_learn_and_addresses_are_forgotten() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (admin, teacher) = (school.admin().await, school.teacher().await);
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let (course, video) = films(&teacher).await;
        enrolled(&kim, course).await;
        enrolled(&lee, course).await;
        let visits = async |days: usize| {
            write_counted(&school.app).await.unwrap();
            let listed = shows(&admin, "daily-visits/").await;
            let day = back(&listed, days);
            let number = |key: &str| day[key].as_i64().unwrap();
            (number("student_unique_visitors"), number("student_total_views"), day["unique_ips"].clone())
        };
        comes_a_minute(&school);
        watches(&kim, &video, 60).await;
        // Looking around is no learning, and what is refused counts nothing.
        lee.get(&format!("/videos/{video}/")).await.is(200);
        lee.get("/dashboards/student-dashboard/").await.is(200);
        lee.post("/videos/progress/", json!({ "video_id": video, "last_position": -1 })).await.is(400);
        assert_eq!(visits(0).await, (1, 1, json!("1")));
        watches(&kim, &video, 120).await;
        assert_eq!(visits(0).await, (1, 1, json!("1")), "in the same minute");
        comes_a_minute(&school);
        watches(&kim, &video, 150).await;
        assert_eq!(visits(0).await, (1, 2, json!("1")));
        school.later(DAY_S);
        for student in [&kim, &lee] {
            watches(student, &video, 180).await;
        }
        assert_eq!((visits(0).await, visits(1).await), ((2, 2, json!("1")), (1, 2, json!("1"))));
        let summary = shows(&admin, "summary/").await;
        let sums = |period: &str| ["active_learners", "visits"].map(|key| summary[period][key].as_i64().unwrap());
        assert_eq!((sums("today"), sums("week"), sums("month")), ([2, 2], [2, 4], [2, 4]));
        school.later(600);
        forget_addresses(&school.app).await.unwrap();
        let yesterday = days_ago(&school, 1);
        let sql = format!("select count(*) from visit_addresses where day <= '{yesterday}'");
        assert_eq!(sum(&school, &sql).await, 0);
        assert_eq!(sum(&school, "select count(*) from visit_salts").await, 1);
        assert_eq!(visits(1).await, (1, 2, json!("1")), "the sums stay");
        // A learner who comes again leaves the latest day, and is one person of the week.
        school.later(DAY_S);
        watches(&lee, &video, 240).await;
        assert_eq!(visits(0).await, (1, 1, json!("1")));
        let summary = shows(&admin, "summary/").await;
        let sums = |period: &str| ["active_learners", "visits"].map(|key| summary[period][key].as_i64().unwrap());
        assert_eq!((sums("today"), sums("week")), ([1, 1], [2, 5]));
    });
}

#[test]
fn nodes_that_write_at_the_same_time_count_a_person_once() {
    on_both(|school| async move {
        comes_noon(&school);
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let visits = DayVisits { people: [kim.id, lee.id].into(), addresses: [[10, 0, 0, 1].into()].into(), views: 3 };
        let (yesterday, today) = (days_ago(&school, 1), today(&school));
        for (n, day) in [(1, &yesterday), (2, &today)] {
            let write = |day| write_day(&school.app, day, &visits);
            let (one, other) = join(write(day), write(&today)).await;
            one.and(other).unwrap();
            let of_today = format!("from visit_days where day = '{today}'");
            for (what, expected) in [("students", 2), ("latest", 2), ("addresses", 1), ("views", 3 * (2 * n - 1))] {
                assert_eq!(sum(&school, &format!("select {what} {of_today}")).await, expected, "{what} {n}");
            }
            let all = "select cast(sum(latest) as bigint) from visit_days";
            assert_eq!(sum(&school, all).await, 2, "{n}");
        }
    });
}

#[test]
fn a_node_that_writes_yesterday_after_others_wrote_today_misses_nobody() {
    on_both(|school| async move {
        comes_noon(&school);
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let of =
            |people: &[i64]| DayVisits { people: people.iter().copied().collect(), views: 1, ..Default::default() };
        let (before, yesterday, today) = (days_ago(&school, 2), days_ago(&school, 1), today(&school));
        let write = async |day: &str, people: &[i64]| write_day(&school.app, day, &of(people)).await.unwrap();
        let counted = async |what: &str| {
            let number =
                async |day: &str| sum(&school, &format!("select {what} from visit_days where day = '{day}'")).await;
            [number(&before).await, number(&yesterday).await, number(&today).await]
        };
        write(&before, &[lee.id]).await;
        write(&yesterday, &[]).await;
        write(&today, &[kim.id, lee.id]).await;
        // Twice: by the node that could not write, and by one that comes later still.
        for _ in 0..2 {
            write(&yesterday, &[kim.id, lee.id]).await;
            assert_eq!((counted("students").await, counted("latest").await), ([1, 2, 2], [0, 0, 2]));
        }
    });
}

#[test]
fn visits_that_are_not_written_yet_are_written_when_the_server_leaves() {
    on_both(|mut school| async move {
        comes_noon(&school);
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let (course, video) = films(&teacher).await;
        enrolled(&kim, course).await;
        watches(&kim, &video, 60).await;
        school.closes().await;
        let school = school.reopens().await;
        let counted = sum(&school, "select cast(sum(views) as bigint) from visit_days").await;
        assert_eq!(counted, 1);
    });
}

#[test]
fn a_day_begins_at_midnight_in_the_zone_of_the_school() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (admin, teacher, kim) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        let (course, video) = films(&teacher).await;
        enrolled(&kim, course).await;
        let priced = makes_category(&teacher, 50_000).await;
        let order = orders(&kim, priced).await;
        // In Seoul it is 23:58, and in UTC 14:58 of the same day.
        let day = school.app.clock.days(&today(&school), &today(&school)).remove(0);
        let left_s = (day.ends_ms - school.app.now_ms()) / 1_000;
        school.later(left_s - 120 + if left_s < 120 { DAY_S } else { 0 });
        let before = today(&school);
        watches(&kim, &video, 60).await;
        completes(&kim, &order, "imp_123456789012").await.is(200);
        school.later(121);
        assert_eq!(days_ago(&school, 1), before);
        watches(&kim, &video, 120).await;
        let reason = json!({ "reason": "일정이 맞지 않습니다" });
        kim.post(&format!("/payment/refund/{}/", order["payment_id"]), reason).await.is(200);
        write_counted(&school.app).await.unwrap();
        let visits = shows(&admin, "daily-visits/").await;
        assert_eq!([1, 0].map(|day| back(&visits, day)["student_total_views"].clone()), [1, 1]);
        let money = shows(&admin, "daily-payments/").await;
        assert_eq!([1, 0].map(|day| back(&money, day)["amount"].clone()), [50_000, 0]);
        assert_eq!([1, 0].map(|day| back(&money, day)["refund_amount"].clone()), [0, 50_000]);
        let records = shows(&teacher, "learning-records/").await;
        let days: Vec<&Value> = records["results"].as_array().unwrap().iter().map(|one| &one["date"]).collect();
        assert_eq!(days, [&json!(today(&school)), &json!(before)]);
    });
}
