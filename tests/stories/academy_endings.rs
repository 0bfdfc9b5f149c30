//! Notices before the end of an access: once each, for each end, to the person's socket too.

use futures_util::future::join_all;
use gyosil::school::enrollment::expiring::expire_due;
use gyosil::school::enrollment::reminding::notify_due;
use reqwest::Method;
use serde_json::{Value, json};

use crate::academy_categories::makes_category;
use crate::academy_enrollments::{days_later, enrolled, enrolls};
use crate::classroom::by_hand;
use crate::harness::people::Person;
use crate::harness::{School, on_both};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
const WEEK: &str = "ACCESS_ENDS_IN_7_DAYS";
const LAST: &str = "ACCESS_ENDS_IN_1_DAY";

/// Runs the job, and returns all notices: the kind, the enrollment and the end of each.
async fn told(school: &School) -> Vec<(String, i64, i64)> {
    notify_due(&school.app).await.unwrap();
    let sql = "select kind, subject, data, person, about from notifications where kind like 'ACCESS_ENDS%' order by id";
    let rows: Vec<(String, i64, String, i64, i64)> = school.app.db.all(sql, vec![]).await.unwrap();
    let row = |(kind, enrollment, end, person, about): (String, i64, String, i64, i64)| {
        assert_eq!(person, about);
        (kind, enrollment, end.parse().unwrap())
    };
    rows.into_iter().map(row).collect()
}

fn kinds(told: &[(String, i64, i64)]) -> Vec<&str> {
    told.iter().map(|(kind, ..)| kind.as_str()).collect()
}

/// The end of an enrollment to the millisecond; the surface cuts it to the second.
async fn end_of(school: &School, enrollment: &Value) -> i64 {
    let sql = "select expires_ms from enrollments where id = $1";
    school.app.db.one::<(i64,)>(sql, vec![enrollment["id"].as_i64().unwrap().into()]).await.unwrap().0
}

fn text_of(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().to_string()
}

/// Lets the clock go to so many seconds before an end.
fn goes_to(school: &School, end_ms: i64, seconds_before: i64) {
    let ms = end_ms - seconds_before * 1_000 - school.app.now_ms();
    school.later(ms.div_euclid(1_000) + i64::from(ms % 1_000 > 0));
}

async fn moves_end(teacher: &Person, enrollment: &Value, end_ms: i64) {
    let path = format!("/courses/enrollments/{}/", enrollment["id"]);
    teacher.put(&path, json!({ "expiry_date": text_of(end_ms) })).await.is(200);
}

#[test]
fn a_learner_is_told_seven_days_and_one_day_before_the_end_once_each() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let enrollment = enrolled(&student, course).await;
        let (id, end) = (enrollment["id"].as_i64().unwrap(), end_of(&school, &enrollment).await);
        goes_to(&school, end, 7 * DAY_S + 60);
        assert_eq!(told(&school).await, []);
        let [student, _] = days_later(&school, 0, [&student, &teacher]).await;
        let mut socket = student.opens(&format!("/ws/help/{}", student.id)).await;
        goes_to(&school, end, 7 * DAY_S);
        let week = (WEEK.to_owned(), id, end);
        assert_eq!(told(&school).await, std::slice::from_ref(&week));
        let heard = socket.waits_for("access_ends").await;
        let ends_at = json!({ "lecture_id": course, "enrollment_id": id, "ends_at": enrollment["expiry_date"] });
        assert_eq!(heard["data"], ends_at);
        for seconds_left in [6 * DAY_S, 3 * DAY_S, 2 * DAY_S, DAY_S + 60] {
            goes_to(&school, end, seconds_left);
            assert_eq!(told(&school).await, std::slice::from_ref(&week), "{seconds_left} seconds before");
        }
        let [student, _] = days_later(&school, 0, [&student, &teacher]).await;
        let mut socket = student.opens(&format!("/ws/help/{}", student.id)).await;
        goes_to(&school, end, DAY_S);
        let both = [week, (LAST.to_owned(), id, end)];
        assert_eq!(told(&school).await, both);
        assert_eq!(socket.waits_for("access_ends").await["data"], ends_at);
        goes_to(&school, end, 0);
        assert_eq!(told(&school).await, both);
        expire_due(&school.app).await.unwrap();
        assert_eq!(told(&school).await, both);

        let [student, _] = days_later(&school, 0, [&student, &teacher]).await;
        let day = school.app.clock.date_of(end);
        for (language, last, first) in [
            ("ko", format!("수강 기간이 곧 끝납니다 ({day})"), format!("{day}에 수강 기간이 끝납니다")),
            ("ja", format!("まもなく受講期間が終わります ({day})"), format!("受講期間は {day} に終わります")),
            ("en", format!("Your access ends soon ({day})"), format!("Your access ends on {day}")),
        ] {
            let listed = student.asks(Method::GET, "/api/notifications", None, &[("accept-language", language)]).await;
            let listed = listed.is(200)["notifications"].clone();
            let told = |n: usize| (listed[n]["message"].clone(), listed[n]["related_id"].clone());
            assert_eq!(told(0), (json!(format!("파이썬 기초: {last}")), json!(id)));
            assert_eq!(told(1), (json!(format!("파이썬 기초: {first}")), json!(id)));
        }
        let newest = student.get("/api/notifications").await.ok()["notifications"][0]["id"].clone();
        let read = student.post(&format!("/api/notifications/{newest}/read"), json!({})).await.ok();
        assert!(read["message"].as_str().unwrap().contains(&day), "{read}");
    });
}

/// Forgets all notices, and that they were settled.
async fn forgets_notices(school: &School) {
    by_hand(school, "delete from notifications".to_owned()).await;
    by_hand(school, "update enrollments set first_notice_end_ms = null, last_notice_end_ms = null".to_owned()).await;
}

#[test]
fn a_server_that_was_off_gives_the_notices_that_still_make_sense() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let end = end_of(&school, &enrolled(&student, course).await).await;
        // Off while the first one was due, and on again two days later.
        goes_to(&school, end, 5 * DAY_S);
        assert_eq!(kinds(&told(&school).await), [WEEK]);
        forgets_notices(&school).await;
        goes_to(&school, end, 2 * DAY_S);
        assert_eq!(told(&school).await, []);
        goes_to(&school, end, 2 * HOUR_S);
        assert_eq!(kinds(&told(&school).await), [LAST]);
        forgets_notices(&school).await;
        let school = school.reopens().await;
        goes_to(&school, end, 2 * HOUR_S);
        assert_eq!(kinds(&told(&school).await), [LAST]);
        forgets_notices(&school).await;
        goes_to(&school, end, -1);
        assert_eq!(told(&school).await, []);
    });
}

#[test]
fn a_new_end_has_notices_of_its_own() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let enrollment = enrolled(&student, course).await;
        let (id, end) = (enrollment["id"].as_i64().unwrap(), end_of(&school, &enrollment).await);
        goes_to(&school, end, DAY_S);
        let mut all = vec![(LAST.to_owned(), id, end)];
        assert_eq!(told(&school).await, all);
        // Staff give more time.
        let [student, teacher] = days_later(&school, 0, [&student, &teacher]).await;
        let later = end + 30 * DAY_S * 1_000;
        moves_end(&teacher, &enrollment, later).await;
        assert_eq!(told(&school).await, all);
        goes_to(&school, later, 7 * DAY_S - 60);
        all.push((WEEK.to_owned(), id, later));
        assert_eq!(told(&school).await, all);
        // The old end again: it was told of.
        let [student, teacher] = days_later(&school, 0, [&student, &teacher]).await;
        moves_end(&teacher, &enrollment, later + 1_000).await;
        all.push((WEEK.to_owned(), id, later + 1_000));
        assert_eq!(told(&school).await, all);
        moves_end(&teacher, &enrollment, later).await;
        assert_eq!(told(&school).await, all);
        // After the end the learner enrolls again.
        goes_to(&school, later, -HOUR_S);
        let [student, _] = days_later(&school, 0, [&student, &teacher]).await;
        let again = enrolls(&student, course).await.is(201);
        assert_ne!(again["id"], enrollment["id"]);
        goes_to(&school, end_of(&school, &again).await, 7 * DAY_S);
        all.push((WEEK.to_owned(), again["id"].as_i64().unwrap(), end_of(&school, &again).await));
        assert_eq!(told(&school).await, all);
        // A completed enrollment ends as well.
        by_hand(&school, format!("update enrollments set status = 'COMPLETED' where id = {}", again["id"])).await;
        goes_to(&school, end_of(&school, &again).await, DAY_S);
        all.push((LAST.to_owned(), again["id"].as_i64().unwrap(), end_of(&school, &again).await));
        assert_eq!(told(&school).await, all);
    });
}

#[test]
fn a_short_access_and_one_that_is_no_more_ask_for_no_notice() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let short = json!({ "name": "사흘 특강", "access_days": 3 });
        let course = teacher.post("/courses/major-categories/", short).await.is(201)["id"].as_i64().unwrap();
        let students = school.students(4).await;
        let mut enrollments = Vec::new();
        for student in &students {
            enrollments.push(enrolled(student, course).await);
        }
        assert_eq!(told(&school).await, []);
        students[1].delete(&format!("/courses/enrollments/{}/", enrollments[1]["id"])).await.is(204);
        school.admin().await.post(&format!("/api/admin/people/{}/erase", students[2].id), json!({})).await.is(204);
        by_hand(&school, format!("update enrollments set expires_ms = null where id = {}", enrollments[3]["id"])).await;
        goes_to(&school, end_of(&school, &enrollments[0]).await, DAY_S);
        let id = enrollments[0]["id"].as_i64().unwrap();
        assert_eq!(told(&school).await, [(LAST.to_owned(), id, end_of(&school, &enrollments[0]).await)]);
    });
}

/// The number of enrollments whose end of the next seven days has a notice that is not settled.
async fn unsettled(school: &School) -> i64 {
    let week = vec![(school.app.now_ms() + 2 * DAY_S * 1_000).into(), (school.app.now_ms() + 7 * DAY_S * 1_000).into()];
    let sql = "select count(*) from enrollments where status in ('APPROVED', 'COMPLETED') and expires_ms > $1
        and expires_ms <= $2 and (first_notice_end_ms is null or first_notice_end_ms <> expires_ms)";
    school.app.db.one::<(i64,)>(sql, week).await.unwrap().0
}

#[test]
fn an_end_that_was_looked_at_is_not_looked_at_again_until_it_is_moved() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let students = [school.student("김학생").await, school.student("이학생").await, school.student("박학생").await];
        let (long, gone) = (makes_category(&teacher, 0).await, makes_category(&teacher, 0).await);
        let enrollment = enrolled(&students[0], long).await;
        enrolled(&students[1], gone).await;
        let short = json!({ "name": "닷새 특강", "access_days": 5 });
        let short = teacher.post("/courses/major-categories/", short).await.is(201)["id"].as_i64().unwrap();
        let end = end_of(&school, &enrollment).await;
        by_hand(&school, format!("update courses set deleted_ms = 1 where id = {gone}")).await;
        goes_to(&school, end, 6 * DAY_S);
        let [teacher, student] = days_later(&school, 0, [&teacher, &students[2]]).await;
        enrolled(&student, short).await;
        // The end of the long access, of a course that is gone, and of a short access.
        assert_eq!(unsettled(&school).await, 3);
        assert_eq!(kinds(&told(&school).await), [WEEK]);
        assert_eq!(unsettled(&school).await, 0);
        moves_end(&teacher, &enrollment, end + 60_000).await;
        assert_eq!(unsettled(&school).await, 1);
        assert_eq!(kinds(&told(&school).await), [WEEK, WEEK]);
        assert_eq!(unsettled(&school).await, 0);
    });
}

/// Two more than are notified in one transaction.
const MANY: usize = 258;

#[test]
fn many_are_told_once_by_several_nodes_at_once() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = makes_category(&teacher, 0).await;
        let end = end_of(&school, &enrolled(&school.student("김학생").await, course).await).await;
        school.students(MANY - 1).await;
        let sql = format!(
            "insert into enrollments (created_ms, updated_ms, class, person, source, status, approved_ms, expires_ms)
            select e.created_ms, e.updated_ms, e.class, p.id, e.source, e.status, e.approved_ms, e.expires_ms
            from enrollments e cross join people p where p.role = 'STUDENT' and p.id <> e.person and e.expires_ms = {end}"
        );
        by_hand(&school, sql).await;
        goes_to(&school, end, 7 * DAY_S);
        let outcomes = join_all((0..4).map(|_| notify_due(&school.app))).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let all = told(&school).await;
        assert_eq!((all.len(), kinds(&all).iter().all(|kind| *kind == WEEK)), (MANY, true));
    });
}
