//! Enrollments of the academy: the time of access, its end, beginning anew, leaving, completing.

use futures_util::future::join;
use gyosil::school::enrollment::expiring::expire_due;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::classroom::{adds_class, applied, by_hand, decides, default_class};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};
use crate::learning_progress::{certifications, progress, views};

const DAY_S: i64 = 86_400;

pub async fn enrolls(student: &Person, major: i64) -> Reply {
    student.post("/courses/enrollments/", json!({ "major_category_id": major })).await
}

pub async fn enrolled(student: &Person, major: i64) -> Value {
    enrolls(student, major).await.is(201)
}

fn path(id: &Value) -> String {
    format!("/courses/enrollments/{id}/")
}

pub async fn shown(person: &Person, id: &Value) -> Value {
    person.get(&path(id)).await.is(200)
}

async fn lists(person: &Person, query: &str) -> Vec<i64> {
    let page = person.get(&format!("/courses/enrollments/{query}")).await.is(200);
    let ids: Vec<i64> = page["results"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(page["count"], ids.len());
    ids
}

/// The time from now until an end, in seconds.
fn seconds_left(school: &School, end: &Value) -> i64 {
    let end: jiff::Timestamp = end.as_str().unwrap().parse().unwrap();
    (end.as_millisecond() - school.app.now_ms()).div_euclid(1_000)
}

fn in_days(school: &School, days: i64) -> String {
    jiff::Timestamp::from_millisecond(school.app.now_ms() + days * DAY_S * 1_000).unwrap().to_string()
}

/// Lets so many days go by. Both sign in anew, since their tokens are over.
pub async fn days_later(school: &School, days: i64, people: [&Person; 2]) -> [Person; 2] {
    school.later(days * DAY_S);
    let mut signed_in = Vec::new();
    for person in people {
        let sql = "select email from people where id = $1";
        let (email,): (String,) = school.app.db.one(sql, vec![person.id.into()]).await.unwrap();
        signed_in.push(school.nobody().logs_in(&email, crate::harness::people::PASSWORD).await);
    }
    signed_in.try_into().unwrap_or_else(|_| panic!("two people"))
}

#[test]
fn a_free_course_is_active_at_once_and_ends_after_its_days() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        teacher.put(&format!("/courses/major-categories/{course}/"), json!({ "access_days": 30 })).await.is(200);
        let minor = adds_minor(&teacher, course, "변수").await;
        let step = teacher.adds_step(minor, "따라 하기").await;
        let made = enrolled(&student, course).await;
        assert_eq!((&made["status"], &made["user_id"]), (&json!("active"), &json!(student.id)));
        assert!((30 * DAY_S - 60..=30 * DAY_S).contains(&seconds_left(&school, &made["expiry_date"])), "{made}");
        enrolls(&student, course).await.refused(409, "ALREADY_ENROLLED");

        let [teacher, student] = days_later(&school, 30, [&teacher, &student]).await;
        let is_expired = async || {
            assert_eq!(shown(&student, &made["id"]).await["status"], "expired");
            assert_eq!(lists(&teacher, "?status=expired").await.len(), 1);
            assert_eq!(lists(&teacher, "?status=active").await, [0; 0]);
            let id = made["id"].to_string();
            views(&student, &id, step, json!({ "completed": true })).await.refused(409, "LEARNING_011");
            let complete = format!("{}complete/", path(&made["id"]));
            student.post(&complete, json!({})).await.refused(409, "INVALID_STATE");
        };
        is_expired().await;
        expire_due(&school.app).await.unwrap();
        is_expired().await;
    });
}

#[test]
fn a_priced_course_waits_for_its_payment_and_its_days_begin_with_the_approval() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 50_000).await;
        let made = enrolled(&student, course).await;
        assert_eq!((&made["status"], &made["expiry_date"]), (&json!("pending"), &json!(null)));
        assert_eq!(lists(&student, "?status=pending").await.len(), 1);
        let [teacher, student] = days_later(&school, 100, [&teacher, &student]).await;
        let paid = json!({ "payment_amount": 50_000, "payment_method": "CARD" });
        teacher.post(&format!("/api/v1/enrollments/{}/payment", made["id"]), paid).await.is(201);
        let after = shown(&student, &made["id"]).await;
        assert_eq!((&after["status"], &after["enrollment_date"]), (&json!("active"), &made["enrollment_date"]));
        assert!((730 * DAY_S - 60..=730 * DAY_S).contains(&seconds_left(&school, &after["expiry_date"])), "{after}");

        student.delete(&path(&made["id"])).await.refused(409, "PAID_ENROLLMENT");
        let refund = json!({ "refund_amount": 50_000, "refund_reason": "중도 포기" });
        teacher.post(&format!("/api/v1/enrollments/{}/refund", made["id"]), refund).await.ok();
        student.delete(&path(&made["id"])).await.is(204);
        assert_eq!(shown(&student, &made["id"]).await["status"], "cancelled");
        student.delete(&path(&made["id"])).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn a_course_of_another_surface_has_no_end_of_access() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let made = enrolled(&student, lecture.id).await;
        assert_eq!((&made["status"], &made["expiry_date"]), (&json!("active"), &json!(null)));
    });
}

#[test]
fn a_changed_number_of_days_moves_no_end() {
    on_both(|school| async move {
        let (teacher, first, second) =
            (school.teacher().await, school.student("김학생").await, school.student("이학생").await);
        let course = makes_category(&teacher, 0).await;
        let before = enrolled(&first, course).await;
        teacher.put(&format!("/courses/major-categories/{course}/"), json!({ "access_days": 10 })).await.is(200);
        assert_eq!(shown(&first, &before["id"]).await["expiry_date"], before["expiry_date"]);
        let left = seconds_left(&school, &enrolled(&second, course).await["expiry_date"]);
        assert!((10 * DAY_S - 60..=10 * DAY_S).contains(&left), "{left}");
    });
}

#[test]
fn one_whose_access_ended_enrolls_again_with_the_old_progress() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let steps = [teacher.adds_step(minor, "하나").await, teacher.adds_step(minor, "둘").await];
        let old = enrolled(&student, course).await;
        views(&student, &old["id"].to_string(), steps[0], json!({ "completed": true })).await.ok();
        let [_, student] = days_later(&school, 731, [&teacher, &student]).await;

        // The job has not marked the old one yet.
        let new = enrolled(&student, course).await;
        assert_ne!(new["id"], old["id"]);
        assert_eq!(shown(&student, &old["id"]).await["status"], "expired");
        assert_eq!(shown(&student, &new["id"]).await["progress_percent"], 50.0);
        enrolls(&student, course).await.refused(409, "ALREADY_ENROLLED");
        views(&student, &new["id"].to_string(), steps[1], json!({ "completed": true })).await.ok();
        let after = shown(&student, &new["id"]).await;
        assert_eq!((&after["status"], &after["progress_percent"]), (&json!("completed"), &json!(100.0)));
    });
}

#[test]
fn one_whose_access_ended_joins_a_session_by_a_new_enrollment() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let old = enrolled(&student, lecture.id).await;
        let end = json!({ "expiry_date": in_days(&school, 1) });
        teacher.put(&path(&old["id"]), end).await.is(200);
        let [teacher, student] = days_later(&school, 2, [&teacher, &student]).await;
        let session = teacher.opens_session(&lecture).await;
        student.joins(&session).await;
        assert_eq!(shown(&student, &old["id"]).await["status"], "expired");
        assert_eq!(lists(&student, "?status=active").await.len(), 1);
    });
}

#[test]
fn one_who_completed_and_whose_access_ended_is_renewed_in_the_same_enrollment() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let step = teacher.adds_step(minor, "하나").await;
        let made = enrolled(&student, course).await;
        views(&student, &made["id"].to_string(), step, json!({ "completed": true })).await.ok();
        assert_eq!(shown(&student, &made["id"]).await["status"], "completed");
        enrolls(&student, course).await.refused(409, "ALREADY_ENROLLED");
        let [teacher, student] = days_later(&school, 731, [&teacher, &student]).await;
        expire_due(&school.app).await.unwrap();
        assert_eq!(shown(&student, &made["id"]).await["status"], "completed");

        let renewed = enrolled(&student, course).await;
        assert_eq!((&renewed["id"], &renewed["status"]), (&made["id"], &json!("completed")));
        assert_eq!(renewed["completed_at"], shown(&student, &made["id"]).await["completed_at"]);
        assert!((730 * DAY_S - 60..=730 * DAY_S).contains(&seconds_left(&school, &renewed["expiry_date"])));
        assert_eq!(certifications(&student).await.len(), 1);
        enrolls(&student, course).await.refused(409, "ALREADY_ENROLLED");

        // A course with a price is not renewed without its payment.
        teacher.put(&format!("/courses/major-categories/{course}/"), json!({ "price": 50_000 })).await.is(200);
        let [_, student] = days_later(&school, 731, [&teacher, &student]).await;
        enrolls(&student, course).await.refused(409, "ALREADY_ENROLLED");
    });
}

#[test]
fn two_requests_to_enroll_again_make_one_enrollment() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let step = teacher.adds_step(minor, "하나").await;
        let old = enrolled(&student, course).await;
        let [teacher, student] = days_later(&school, 731, [&teacher, &student]).await;
        let both = async |student: &Person| {
            let (one, other) = join(enrolls(student, course), enrolls(student, course)).await;
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409]);
        };
        both(&student).await;
        assert_eq!(lists(&teacher, "").await.len(), 2);
        let new = lists(&student, "?status=active").await[0];
        assert_ne!(json!(new), old["id"]);
        views(&student, &new.to_string(), step, json!({ "completed": true })).await.ok();
        let [teacher, student] = days_later(&school, 731, [&teacher, &student]).await;
        both(&student).await;
        assert_eq!(lists(&teacher, "").await.len(), 2);
    });
}

#[test]
fn a_seat_whose_time_is_over_is_free_for_the_one_who_had_it() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let class = default_class(&teacher, course).await;
        teacher.put(&format!("/api/v1/courses/{course}/classes/{class}"), json!({ "capacity": 1 })).await.ok();
        enrolled(&student, course).await;
        let [_, student] = days_later(&school, 731, [&teacher, &student]).await;
        let again = enrolled(&student, course).await;
        assert_eq!((&again["status"], &again["is_waiting"]), (&json!("active"), &json!(false)));
    });
}

#[test]
fn the_end_of_an_access_counts_before_the_job_has_marked_it() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let class = default_class(&teacher, course).await;
        teacher.put(&format!("/api/v1/courses/{course}/classes/{class}"), json!({ "capacity": 1 })).await.ok();
        let over = enrolled(&student, course).await;
        let [teacher, student] = days_later(&school, 731, [&teacher, &student]).await;

        // Others get the seat, and nobody leaves, cancels or pays for what is over.
        let next = enrolled(&school.student("이학생").await, course).await;
        assert_eq!((&next["status"], &next["is_waiting"]), (&json!("active"), &json!(false)));
        assert_eq!(student.delete(&path(&over["id"])).await.refused(409, "INVALID_STATE")["status"], "EXPIRED");
        let cancel = json!({ "status": "cancelled" });
        assert_eq!(teacher.put(&path(&over["id"]), cancel).await.refused(409, "INVALID_STATE")["status"], "EXPIRED");
        let pays = format!("/api/v1/enrollments/{}/payment", over["id"]);
        let paid = json!({ "payment_amount": 1_000, "payment_method": "CARD" });
        teacher.post(&pays, paid).await.refused(409, "INVALID_STATE");
        // Its own seat is somebody else's now.
        let later = json!({ "expiry_date": in_days(&school, 1) });
        teacher.put(&path(&over["id"]), later).await.refused(409, "CLASS_FULL");
        let (status,): (String,) = school
            .app
            .db
            .one("select status from enrollments where id = $1", vec![over["id"].as_i64().into()])
            .await
            .unwrap();
        assert_eq!(status, "APPROVED", "the job has not run");
    });
}

#[test]
fn staff_move_the_end_of_an_access() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let made = enrolled(&student, course).await;
        let set = async |end: Value| teacher.put(&path(&made["id"]), json!({ "expiry_date": end })).await;
        let moved = set(json!(in_days(&school, 5))).await.is(200);
        assert!((5 * DAY_S - 60..=5 * DAY_S).contains(&seconds_left(&school, &moved["expiry_date"])), "{moved}");
        assert_eq!(set(json!(in_days(&school, -1))).await.is(200)["status"], "expired");
        assert_eq!(set(json!(in_days(&school, 1))).await.is(200)["status"], "active");
        assert_eq!(set(json!(in_days(&school, -1))).await.is(200)["status"], "expired");
        let endless = set(json!(null)).await.is(200);
        assert_eq!((&endless["status"], &endless["expiry_date"]), (&json!("active"), &json!(null)));

        // Another open enrollment of the person in the class is in the way.
        assert_eq!(set(json!(in_days(&school, -1))).await.is(200)["status"], "expired");
        let again = enrolled(&student, course).await;
        set(json!(in_days(&school, 1))).await.refused(409, "ALREADY_ENROLLED");
        assert_eq!(shown(&student, &made["id"]).await["status"], "expired");
        let cancel = json!({ "status": "cancelled" });
        assert_eq!(teacher.put(&path(&again["id"]), cancel).await.is(200)["status"], "cancelled");
        let later = json!({ "expiry_date": in_days(&school, 1) });
        let refused = teacher.put(&path(&again["id"]), later).await.refused(409, "INVALID_STATE");
        assert_eq!(refused["status"], "CANCELLED");
    });
}

#[test]
fn staff_admit_those_who_wait() {
    on_both(|school| async move {
        let (teacher, first, second) =
            (school.teacher().await, school.student("김학생").await, school.student("이학생").await);
        let course = makes_category(&teacher, 50_000).await;
        let class = default_class(&teacher, course).await;
        teacher.put(&format!("/api/v1/courses/{course}/classes/{class}"), json!({ "capacity": 1 })).await.ok();
        let (one, other) = (enrolled(&first, course).await, enrolled(&second, course).await);
        assert_eq!((&one["is_waiting"], &other["waiting_number"]), (&json!(false), &json!(1)));
        let active = json!({ "status": "active" });
        teacher.put(&path(&other["id"]), active.clone()).await.refused(409, "CLASS_FULL");
        assert_eq!(teacher.put(&path(&one["id"]), active.clone()).await.is(200)["status"], "active");
        assert_eq!(teacher.put(&path(&one["id"]), active.clone()).await.is(200)["status"], "active");
        first.delete(&path(&one["id"])).await.is(204);
        // All or nothing: an end is not for one who waits.
        let both = json!({ "status": "active", "expiry_date": in_days(&school, 3) });
        teacher.put(&path(&other["id"]), both).await.refused(409, "INVALID_STATE");
        let admitted = teacher.put(&path(&other["id"]), active.clone()).await.is(200);
        assert_eq!((&admitted["status"], &admitted["is_waiting"]), (&json!("active"), &json!(false)));
        assert!(admitted["expiry_date"].is_string());
        teacher.put(&path(&one["id"]), active).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn a_student_changes_no_enrollment() {
    on_both(|school| async move {
        let (teacher, student, other) =
            (school.teacher().await, school.student("김학생").await, school.student("이학생").await);
        let course = makes_category(&teacher, 0).await;
        let made = enrolled(&student, course).await;
        let change = json!({ "expiry_date": null });
        student.put(&path(&made["id"]), change.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        other.put(&path(&made["id"]), change.clone()).await.refused(404, "NOT_FOUND");
        other.get(&path(&made["id"])).await.refused(404, "NOT_FOUND");
        other.delete(&path(&made["id"])).await.refused(404, "NOT_FOUND");
        other.post(&format!("{}complete/", path(&made["id"])), json!({})).await.refused(404, "NOT_FOUND");
        school.another_teacher().await.put(&path(&made["id"]), change).await.refused(403, "FORBIDDEN");
        assert_eq!(lists(&other, "").await, [0; 0]);
        other.get(&format!("/courses/enrollments/?user_id={}", student.id)).await.refused(403, "FORBIDDEN");
        let named = json!({ "major_category_id": course, "user_id": student.id });
        other.post("/courses/enrollments/", named).await.refused(403, "FORBIDDEN");
        teacher
            .post("/courses/enrollments/", json!({ "major_category_id": course }))
            .await
            .refused(403, "STUDENT_ONLY");
        assert_eq!(shown(&teacher, &made["id"]).await, made);
        let wrong = json!({ "status": "completed" });
        teacher.put(&path(&made["id"]), wrong).await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn completing_says_what_is_missing() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let made = enrolled(&student, course).await;
        let complete = format!("{}complete/", path(&made["id"]));
        // An empty course is completed by nobody.
        let missing = student.post(&complete, json!({})).await.refused(409, "REQUIREMENTS_NOT_MET");
        assert_eq!(missing["missing"], json!(["progress"]));
        let minor = adds_minor(&teacher, course, "변수").await;
        let step = teacher.adds_step(minor, "따라 하기").await;
        let exam = json!({ "course_id": course, "assessment_name": "중간 시험", "assessment_type": "EXAM" });
        let exam = teacher.post("/api/v1/assessments", exam).await.is(201)["assessment_id"].clone();
        let missing = student.post(&complete, json!({})).await.refused(409, "REQUIREMENTS_NOT_MET");
        assert_eq!(missing["missing"], json!(["progress", "assessment"]));
        views(&student, &made["id"].to_string(), step, json!({ "completed": true })).await.ok();
        let missing = student.post(&complete, json!({})).await.refused(409, "REQUIREMENTS_NOT_MET");
        assert_eq!(missing["missing"], json!(["assessment"]));
        let result = json!({ "enrollment_id": made["id"], "score": 90 });
        teacher.post(&format!("/api/v1/assessments/{exam}/results"), result).await.is(201);

        let done = student.post(&complete, json!({})).await.is(200);
        assert_eq!((&done["status"], &done["total_score"]), (&json!("completed"), &json!(92.5)));
        assert_eq!(certifications(&student).await.len(), 1);
        assert_eq!(student.post(&complete, json!({})).await.is(200), done);
        assert_eq!(teacher.post(&complete, json!({})).await.is(200), done);
        assert_eq!(progress(&student, &made["id"].to_string()).await["status"], "completed");
        student.delete(&path(&made["id"])).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn an_empty_unit_that_waits_for_its_materials_lets_nobody_complete() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        by_hand(&school, format!("update units set criteria = 'VIEW_ALL_MATERIALS' where id = {minor}")).await;
        let made = enrolled(&student, course).await;
        for person in [&student, &teacher] {
            let complete = format!("{}complete/", path(&made["id"]));
            let missing = person.post(&complete, json!({})).await.refused(409, "REQUIREMENTS_NOT_MET");
            assert_eq!(missing["missing"], json!(["progress"]));
        }
        assert_eq!(shown(&student, &made["id"]).await["status"], "active");
        assert_eq!(certifications(&student).await.len(), 0);
    });
}

#[test]
fn staff_cancel_no_enrollment_while_its_money_is_kept() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 50_000).await;
        let made = enrolled(&student, course).await;
        let pays = format!("/api/v1/enrollments/{}/payment", made["id"]);
        teacher.post(&pays, json!({ "payment_amount": 50_000, "payment_method": "CARD" })).await.is(201);
        assert_eq!(shown(&student, &made["id"]).await["status"], "active");
        let cancel = json!({ "status": "cancelled" });
        teacher.put(&path(&made["id"]), cancel).await.refused(409, "PAID_ENROLLMENT");
        student.delete(&path(&made["id"])).await.refused(409, "PAID_ENROLLMENT");
        assert_eq!(shown(&student, &made["id"]).await["status"], "active");
    });
}

#[test]
fn staff_decide_in_a_course_that_does_not_complete_itself() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        by_hand(&school, format!("update courses set completes_itself = false where id = {course}")).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let step = teacher.adds_step(minor, "따라 하기").await;
        let class = adds_class(&teacher, course, json!({})).await;
        let (first, second) = (enrolled(&student, course).await, applied(&student, course, class).await);
        for id in [first["id"].to_string(), second.to_string()] {
            views(&student, &id, step, json!({ "completed": true })).await.ok();
        }
        let complete = format!("{}complete/", path(&first["id"]));
        student.post(&complete, json!({})).await.refused(403, "INSTRUCTOR_ONLY");
        let not = json!({ "enrollment_id": first["id"], "completion_status": "INCOMPLETE" });
        teacher.post("/api/v1/completions", not).await.is(201);
        for id in [first["id"].clone(), json!(second)] {
            let complete = format!("{}complete/", path(&id));
            let refused = teacher.post(&complete, json!({})).await.refused(409, "INVALID_STATE");
            assert_eq!(refused["status"], "INCOMPLETE");
        }
        decides(&student, second, "cancel").await.ok();
        assert_eq!(certifications(&student).await.len(), 0);
    });
}

#[test]
fn staff_complete_by_the_rule_where_a_learner_may_not() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        by_hand(&school, format!("update courses set completes_itself = false where id = {course}")).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let step = teacher.adds_step(minor, "따라 하기").await;
        let made = enrolled(&student, course).await;
        let complete = format!("{}complete/", path(&made["id"]));
        teacher.post(&complete, json!({})).await.refused(409, "REQUIREMENTS_NOT_MET");
        views(&student, &made["id"].to_string(), step, json!({ "completed": true })).await.ok();
        student.post(&complete, json!({})).await.refused(403, "INSTRUCTOR_ONLY");
        assert_eq!(teacher.post(&complete, json!({})).await.is(200)["status"], "completed");
        assert_eq!(certifications(&student).await.len(), 1);
    });
}

#[test]
fn two_nodes_mark_ten_thousand_that_are_over_once() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = makes_category(&teacher, 0).await;
        let class = default_class(&teacher, course).await;
        let now_ms = school.app.now_ms();
        let many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)";
        let people = format!(
            "insert into people (id, created_ms, name, role)
            {many} select 1000000 + i, 0, 'one of many', 'STUDENT' from n"
        );
        let enrollments = format!(
            "insert into enrollments (created_ms, updated_ms, class, person, source, status, approved_ms, expires_ms)
            {many} select 0, 0, {class}, 1000000 + i, 'APPLIED', 'APPROVED', 0, case when i = 1 then {} else {now_ms} end
            from n",
            now_ms + 3_600_000
        );
        for sql in [people, enrollments] {
            by_hand(&school, sql).await;
        }
        // Two nodes do it at once.
        let (one, other) = join(expire_due(&school.app), expire_due(&school.app)).await;
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        let sql = "select count(*) from enrollments where status = $1";
        for (status, number) in [("EXPIRED", 9_999), ("APPROVED", 1)] {
            let (found,): (i64,) = school.app.db.one(sql, vec![status.into()]).await.unwrap();
            assert_eq!(found, number, "{status}");
        }
    });
}
