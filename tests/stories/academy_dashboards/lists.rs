//! Lists for staff, and what a learner sees of their own.

use gyosil::clock::parse_rfc3339;
use gyosil::school::dashboards::days::sum_finished;
use gyosil::school::enrollment::reminding::notify_due;
use serde_json::{Value, json};

use super::{DAY_S, LONG, comes_noon, days_ago, films, shows, today, watches};
use crate::academy_enrollments::enrolled;
use crate::academy_missions::{Academy, answers};
use crate::classroom::by_hand;
use crate::harness::{School, on_both, on_both_with};

fn rows(listed: &Value) -> Vec<Value> {
    listed["results"].as_array().unwrap().clone()
}

fn column(rows: &[Value], key: &str) -> Vec<Value> {
    rows.iter().map(|row| row[key].clone()).collect()
}

/// Asserts that a row has these values.
fn has(row: &Value, expected: &Value) {
    assert!(expected.as_object().unwrap().iter().all(|(key, value)| row[key] == *value), "{row} {expected}");
}

#[test]
fn learning_is_listed_by_learner_course_and_day() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (admin, teacher, other) = (school.admin().await, school.teacher().await, school.another_teacher().await);
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let (course, video) = films(&teacher).await;
        let (elsewhere, second) = films(&other).await;
        let mut enrollments = Vec::new();
        for student in [&kim, &lee] {
            enrollments.push(enrolled(student, course).await["id"].clone());
            enrolled(student, elsewhere).await;
        }
        watches(&kim, &video, 60).await;
        watches(&kim, &video, 300).await;
        watches(&kim, &second, 30).await;
        school.later(DAY_S);
        watches(&kim, &video, 420).await;
        watches(&lee, &video, 90).await;
        let login = "select max(id) from logins where person = $1";
        let (login,): (i64,) = school.app.db.one(login, vec![kim.id.into()]).await.unwrap();
        let record = |day: &str, person: i64, enrollment: &Value, seconds: i64| {
            json!({ "date": day, "user_id": person, "major_category_id": course, "enrollment_id": enrollment,
                "total_study_seconds": seconds })
        };
        let (yesterday, today) = (days_ago(&school, 1), today(&school));
        let expected = [
            record(&today, lee.id, &enrollments[1], 90),
            record(&today, kim.id, &enrollments[0], 120),
            record(&yesterday, kim.id, &enrollments[0], 300),
        ];
        for is_summed in [false, true] {
            if is_summed {
                school.later(600);
                sum_finished(&school.app).await.unwrap();
            }
            let listed = shows(&teacher, "learning-records/").await;
            let found = rows(&listed);
            assert_eq!((&listed["count"], found.len()), (&json!(3), 3), "{listed}");
            for (found, expected) in found.iter().zip(&expected) {
                has(found, expected);
            }
            assert_eq!(found[1]["user_activity_id"], json!(login));
            assert_eq!(shows(&admin, "learning-records/").await["count"], 4);
            assert_eq!(shows(&other, "learning-records/").await["count"], 1);
            let of_kim = shows(&admin, &format!("learning-records/?user_id={}", kim.id)).await;
            assert_eq!(of_kim["count"], 3);
            for (query, count) in [
                (format!("user_id={}&major_category_id={course}", kim.id), 2),
                (format!("from={yesterday}&to={yesterday}"), 2),
                (format!("major_category_id={course}&to={yesterday}"), 1),
                ("from=2020-01-01&to=2020-12-31".to_owned(), 0),
            ] {
                let listed = shows(&admin, &format!("learning-records/?{query}")).await;
                assert_eq!((&listed["count"], rows(&listed).len()), (&json!(count), count), "{query}");
            }
            let of_other = format!("/dashboards/learning-records/?major_category_id={elsewhere}");
            teacher.get(&of_other).await.refused(403, "FORBIDDEN");
            teacher.get("/dashboards/learning-records/?major_category_id=999999").await.refused(404, "NOT_FOUND");
            let hers = shows(&teacher, &format!("learning-records/?user_id={}", kim.id)).await;
            assert_eq!(hers["count"], 2, "what she learns elsewhere is not theirs to see");
        }
        // Days that are over are counted by their sums.
        for (table, more) in [("school_days", 5), ("course_days", 7)] {
            by_hand(&school, format!("update {table} set records = records + {more} where day = '{yesterday}'")).await;
        }
        assert_eq!(shows(&admin, "learning-records/").await["count"], 4 + 5);
        assert_eq!(shows(&teacher, "learning-records/").await["count"], 3 + 7);
        assert_eq!(shows(&admin, &format!("learning-records/?user_id={}", kim.id)).await["count"], 3);
    });
}

#[test]
fn pages_hold_each_row_once_over_all_days() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let teacher = school.teacher().await;
        let students = school.students(3).await;
        let (course, video) = films(&teacher).await;
        for student in &students {
            enrolled(student, course).await;
        }
        for day in 1..=3 {
            for student in &students[..day] {
                watches(student, &video, 60 * day as i64).await;
            }
            if day < 3 {
                school.later(DAY_S);
            }
        }
        for list in ["learning-records", "video-progress"] {
            let mut whole: Vec<Value> = Vec::new();
            for is_summed in [false, true] {
                if is_summed {
                    school.later(600);
                    sum_finished(&school.app).await.unwrap();
                }
                let all = rows(&shows(&teacher, &format!("{list}/")).await);
                assert_eq!(all.len(), 6);
                let (mut paged, mut path) = (Vec::new(), format!("{list}/?page_size=2"));
                loop {
                    let page = shows(&teacher, &path).await;
                    assert_eq!(page["count"], 6);
                    paged.extend(rows(&page));
                    match page["next"].as_str() {
                        Some(next) => path = next.split_once("/dashboards/").unwrap().1.to_owned(),
                        None => break,
                    }
                }
                assert_eq!(paged, all);
                assert!(column(&all, "date").is_sorted_by(|one, other| one.as_str() >= other.as_str()));
                if is_summed {
                    assert_eq!(all, whole);
                }
                whole = all;
            }
            teacher.get(&format!("/dashboards/{list}/?page=9")).await.refused(404, "NOT_FOUND");
        }
    });
}

#[test]
fn a_video_is_listed_for_each_day_on_which_it_was_watched() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (teacher, other, kim) =
            (school.teacher().await, school.another_teacher().await, school.student("김학생").await);
        let (course, video) = films(&teacher).await;
        enrolled(&kim, course).await;
        watches(&kim, &video, 300).await;
        school.later(DAY_S);
        watches(&kim, &video, 420).await;
        let progress = kim.get(&format!("/progress/video/{video}/")).await.is(200)["id"].clone();
        let listed = rows(&shows(&teacher, "video-progress/").await);
        let told = listed.iter().map(|row| {
            json!([
                row["date"],
                row["user_progress_id"],
                row["video_id"],
                row["daily_watch_duration"],
                row["progress_percent"]
            ])
        });
        let expected = [
            json!([today(&school), progress, video, 120, 70.0]),
            json!([days_ago(&school, 1), progress, video, 300, 50.0]),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        assert_eq!(shows(&other, "video-progress/").await["count"], 0);
    });
}

#[test]
fn a_deleted_course_is_gone_from_the_lists_of_its_instructor_and_not_from_those_of_the_school() {
    on_both(|school| async move {
        comes_noon(&school);
        let (admin, teacher, kim) = (school.admin().await, school.teacher().await, school.student("김학생").await);
        let (kept, gone) = (films(&teacher).await, films(&teacher).await);
        for (course, video) in [&kept, &gone] {
            enrolled(&kim, *course).await;
            watches(&kim, video, 60).await;
        }
        // With learners in it, it could not be deleted.
        let ended = "update enrollments set status = 'EXPIRED' where class in (select id from classes where course";
        by_hand(&school, format!("{ended} = {})", gone.0)).await;
        teacher.delete(&format!("/courses/major-categories/{}/", gone.0)).await.is(204);
        for list in ["learning-records", "video-progress"] {
            for query in [String::new(), format!("?user_id={}", kim.id)] {
                let path = format!("{list}/{query}");
                let own = shows(&teacher, &path).await;
                assert_eq!(column(&rows(&own), "major_category_id"), [json!(kept.0)], "{own}");
                assert_eq!((&own["count"], &shows(&admin, &path).await["count"]), (&json!(1), &json!(2)), "{path}");
            }
        }
    });
}

/// Moves the end of an access that began long ago, and returns it.
async fn ends(school: &School, enrollment: &Value, seconds: i64) -> i64 {
    let end_ms = (school.app.now_ms() / 1_000 + seconds) * 1_000;
    let sql = format!("update enrollments set approved_ms = 0, expires_ms = {end_ms} where id = {}", enrollment["id"]);
    by_hand(school, sql).await;
    end_ms
}

#[test]
fn notices_of_ends_are_listed_the_newest_first() {
    on_both_with(LONG, |school| async move {
        comes_noon(&school);
        let (admin, teacher, other) = (school.admin().await, school.teacher().await, school.another_teacher().await);
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let (course, _) = films(&teacher).await;
        let (one, two) = (enrolled(&kim, course).await, enrolled(&lee, course).await);
        let first = ends(&school, &one, 7 * DAY_S - 60).await;
        notify_due(&school.app).await.unwrap();
        school.later(DAY_S);
        let (second, last) = (ends(&school, &two, 6 * DAY_S).await, ends(&school, &one, DAY_S - 60).await);
        notify_due(&school.app).await.unwrap();
        // The list tells of what was told, and not of what is so by now.
        ends(&school, &one, 100 * DAY_S).await;
        for is_summed in [false, true] {
            if is_summed {
                school.later(600);
                sum_finished(&school.app).await.unwrap();
            }
            let listed = shows(&teacher, "expiration-notifications/").await;
            let found = rows(&listed);
            assert_eq!(
                (&listed["count"], column(&found, "days_before")),
                (&json!(3), vec![json!(1), json!(7), json!(7)])
            );
            assert_eq!(column(&found, "user_id"), [kim.id, lee.id, kim.id].map(|id| json!(id)));
            assert_eq!(column(&found, "enrollment_id")[0], one["id"]);
            let days = [today(&school), today(&school), days_ago(&school, 1)].map(|day| json!(day));
            assert_eq!(column(&found, "notification_date"), days);
            assert!(found.iter().all(|row| row["is_sent"] == true), "{listed}");
            let told =
                column(&found, "expiry_date").into_iter().map(|end| parse_rfc3339(end.as_str().unwrap()).unwrap());
            assert_eq!(told.collect::<Vec<_>>(), [last, second, first]);
            assert_eq!(shows(&admin, "expiration-notifications/").await["count"], 3);
            assert_eq!(shows(&other, "expiration-notifications/").await["count"], 0);
            let of_lee = shows(&admin, &format!("expiration-notifications/?user_id={}", lee.id)).await;
            assert_eq!((&of_lee["count"], &rows(&of_lee)[0]["enrollment_id"]), (&json!(1), &two["id"]));
        }
    });
}

#[test]
fn a_learner_sees_what_is_left_in_their_own_courses() {
    on_both(|school| async move {
        comes_noon(&school);
        let academy = Academy::of(&school).await;
        let (_, questions) = academy.asks(&[2], json!({})).await;
        let own = async || shows(&academy.student, "student-dashboard/").await;
        let before = own().await;
        assert_eq!(before["count"], 1, "{before}");
        let course = &before["results"][0];
        assert_eq!([&course["mission_count"], &course["missions_left"]], [1, 1]);
        assert_eq!(course["is_completed"], false);
        let enrollment = course["enrollment_id"].clone();
        let ends_ms = school.app.now_ms() + 3 * DAY_S * 1_000;
        by_hand(&school, format!("update enrollments set expires_ms = {ends_ms} where id = {enrollment}")).await;
        answers(&academy.student, questions[0], 2).await.is(201);
        let course = own().await["results"][0].clone();
        assert_eq!([&course["mission_count"], &course["missions_left"], &course["days_left"]], [1, 0, 3]);
        by_hand(&school, format!("update enrollments set expires_ms = null where id = {enrollment}")).await;
        let course = own().await["results"][0].clone();
        assert_eq!([&course["days_left"], &course["expiry_date"]], [&Value::Null; 2]);
        let other = school.student("이학생").await;
        assert_eq!(shows(&other, "student-dashboard/").await["count"], 0);
    });
}
