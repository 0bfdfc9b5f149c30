//! Enrolling through the learning surface: prerequisites, seats, leaving and coming back, statistics.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::classroom::{by_hand, default_class, plans};
use crate::harness::learning::at;
use crate::harness::people::Person;
use crate::harness::{on_both, on_both_with};
use crate::learning_courses::{adds_module, completes, drafts, enrolled, enrolls, path_of, publishes, teaches};

async fn my_enrollments(student: &Person, query: &str) -> Vec<Value> {
    student.get(&at(&format!("/my-enrollments{query}"))).await.ok()["enrollments"].as_array().unwrap().clone()
}

async fn leaves(student: &Person, course: &str) -> u16 {
    student.delete(&at(&format!("/courses/{course}/enroll"))).await.status
}

#[test]
fn prerequisites_are_completed_before_one_enrolls() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let first = teaches(&teacher, json!({ "title": "JavaScript基礎" })).await;
        let second = teaches(&teacher, json!({ "title": "HTML基礎" })).await;
        let course = teaches(&teacher, json!({ "prerequisites": [first, second] })).await;
        let refused = enrolls(&student, &course).await;
        assert_eq!(refused.json["error"]["missingPrerequisites"], json!([first, second]));
        let message = refused.json["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("JavaScript基礎、HTML基礎"), "{message}");
        let details = refused.refused(409, "LEARNING_003");
        assert_eq!(details, "Must complete 'JavaScript基礎', 'HTML基礎' before enrolling");
        assert_eq!(my_enrollments(&student, "").await, [Value::Null; 0]);
        // On the portal it is the same, and staff decide for others.
        let application = json!({ "course_id": course.parse::<i64>().unwrap() });
        student.post("/api/v1/enrollments", application).await.refused(409, "PREREQUISITES_MISSING");
        let enrollment = enrolled(&student, &first).await;
        completes(&teacher, &enrollment).await;
        let details = enrolls(&student, &course).await.refused(409, "LEARNING_003");
        assert_eq!(details, "Must complete 'HTML基礎' before enrolling");
        let enrollment = enrolled(&student, &second).await;
        completes(&teacher, &enrollment).await;
        enrolled(&student, &course).await;
    });
}

#[test]
fn a_prerequisite_that_was_deleted_is_needed_no_more() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let needed = teaches(&teacher, json!({})).await;
        let course = json!({ "prerequisites": [needed], "tags": ["사진"], "level": "beginner" });
        let course = teaches(&teacher, course).await;
        enrolls(&student, &course).await.refused(409, "LEARNING_003");
        let path = json!({ "title": "사진 배우기", "targetSkills": ["사진"], "targetLevel": "beginner" });
        let path = student.post(&at("/paths"), path).await.is(201);
        let next = at(&format!("/paths/{}/next-course", path["id"].as_str().unwrap()));
        assert_eq!(student.get(&next).await.ok()["nextCourse"]["courseId"], json!(needed));
        teacher.delete(&at(&format!("/courses/{needed}"))).await.is(204);
        assert_eq!(student.get(&at(&format!("/courses/{course}"))).await.ok()["prerequisites"], json!([]));
        assert_eq!(student.get(&next).await.ok()["nextCourse"]["courseId"], json!(course));
        enrolled(&student, &course).await;
    });
}

#[test]
fn an_archived_prerequisite_is_asked_of_nobody_until_it_is_published_again() {
    on_both(|school| async move {
        let (teacher, students) = (school.teacher().await, school.students(2).await);
        let needed = teaches(&teacher, json!({ "tags": ["사진"], "level": "beginner" })).await;
        let course = json!({ "prerequisites": [needed], "tags": ["사진"], "level": "intermediate" });
        let course = teaches(&teacher, course).await;
        let path = json!({ "title": "사진 배우기", "targetSkills": ["사진"], "targetLevel": "intermediate" });
        let path = students[0].post(&at("/paths"), path).await.is(201);
        let next = at(&format!("/paths/{}/next-course", path["id"].as_str().unwrap()));
        assert_eq!(students[0].get(&next).await.ok()["nextCourse"]["courseId"], json!(needed));
        enrolls(&students[0], &course).await.refused(409, "LEARNING_003");
        teacher.post(&format!("/api/lectures/{needed}/archive"), json!({})).await.is(200);
        assert_eq!(students[0].get(&next).await.ok()["nextCourse"]["courseId"], json!(course));
        let shown = async |person: &Person| person.get(&path_of(&course)).await.ok()["prerequisites"].clone();
        assert_eq!([shown(&students[0]).await, shown(&teacher).await], [json!([]), json!([needed])]);
        enrolled(&students[0], &course).await;
        teacher.post(&format!("/api/lectures/{needed}/restore"), json!({})).await.is(200);
        enrolls(&students[1], &course).await.refused(409, "LEARNING_003");
        assert_eq!(shown(&students[1]).await, json!([needed]));
    });
}

#[test]
fn an_enrollment_whose_time_is_over_is_renewed_on_both_surfaces() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = teaches(&teacher, json!({})).await;
        let students = school.students(4).await;
        for (student, is_completed, is_on_portal) in [
            (&students[0], true, false),
            (&students[1], true, true),
            (&students[2], false, false),
            (&students[3], false, true),
        ] {
            let id = enrolled(student, &course).await;
            by_hand(&school, format!("update courses set access_days = 30 where id = {course}")).await;
            if is_completed {
                completes(&teacher, &id).await;
            }
            enrolls(student, &course).await.refused(409, "LEARNING_002");
            let now_ms = school.app.now_ms();
            by_hand(&school, format!("update enrollments set expires_ms = {now_ms} where id = {id}")).await;
            let again = if is_on_portal {
                let application = json!({ "course_id": course.parse::<i64>().unwrap() });
                student.post("/api/v1/enrollments", application).await.is(201)["enrollment_id"].to_string()
            } else {
                let again = enrolls(student, &course).await.is(201);
                assert_eq!(again["status"], if is_completed { "completed" } else { "not_started" });
                again["progressId"].as_str().unwrap().to_owned()
            };
            // A completion stays where it is; whoever has not completed begins anew.
            assert_eq!(again == id, is_completed, "{again} after {id}");
            let sql = format!("select expires_ms from enrollments where id = {again}");
            let (end_ms,): (i64,) = school.app.db.one(sql, vec![]).await.unwrap();
            assert!(end_ms > now_ms, "{end_ms} after {now_ms}");
            enrolls(student, &course).await.refused(409, "LEARNING_002");
        }
    });
}

#[test]
fn one_who_enrolls_many_times_at_once_is_enrolled_once() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = teaches(&teacher, json!({})).await;
        let replies = join_all((0..6).map(|_| enrolls(&student, &course))).await;
        let (made, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!(made.len(), 1);
        for reply in refused {
            assert_eq!(reply.refused(409, "LEARNING_002"), "User is already enrolled in this course");
        }
        assert_eq!(my_enrollments(&student, "").await.len(), 1);
    });
}

#[test]
fn the_last_seat_is_given_once() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = teaches(&teacher, json!({})).await;
        let id: i64 = course.parse().unwrap();
        let class = default_class(&teacher, id).await;
        plans(&teacher, id, class, json!({ "capacity": 1 })).await;
        let students = school.students(6).await;
        let replies = join_all(students.iter().map(|student| enrolls(student, &course))).await;
        let made: Vec<Value> = replies.into_iter().map(|reply| reply.is(201)).collect();
        assert_eq!(made.iter().filter(|made| made["isPending"] == false).count(), 1);
        assert!(made.iter().all(|made| made["status"] == "not_started"));
        let shown = teacher.get(&at(&format!("/courses/{course}"))).await.ok();
        assert_eq!(shown["enrollmentCount"], 1);
    });
}

#[test]
fn a_course_with_a_price_waits_for_its_payment() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = teaches(&teacher, json!({ "price": 50_000 })).await;
        let made = enrolls(&student, &course).await.is(201);
        assert_eq!((&made["status"], &made["isPending"]), (&json!("not_started"), &json!(true)));
        let waiting = my_enrollments(&student, "?status=not_started").await;
        assert_eq!((waiting.len(), &waiting[0]["isPending"]), (1, &json!(true)));
        let paid = json!({ "payment_amount": 50_000, "payment_method": "CARD" });
        let enrollment = made["progressId"].as_str().unwrap();
        teacher.post(&format!("/api/v1/enrollments/{enrollment}/payment"), paid).await.is(201);
        assert_eq!(my_enrollments(&student, "").await[0]["isPending"], false);
    });
}

#[test]
fn one_who_leaves_and_comes_back_goes_on_where_they_were() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = drafts(&teacher, json!({ "completesItself": false })).await;
        let module = adds_module(&teacher, &course).await;
        publishes(&teacher, &course).await.is(200);
        let first = enrolled(&student, &course).await;
        for material in module["materials"].as_array().unwrap() {
            let item: i64 = material["id"].as_str().unwrap().parse().unwrap();
            let done = json!({ "enrollment_id": first.parse::<i64>().unwrap(), "content_id": item });
            student.patch("/api/v1/progress/complete", done).await.ok();
        }
        let rate = json!({ "completedCount": 1, "totalCount": 1, "percentage": 100.0 });
        assert_eq!(my_enrollments(&student, "?status=in_progress").await[0]["progressRate"], rate);
        assert_eq!(leaves(&student, &course).await, 204);
        assert_eq!(leaves(&student, &course).await, 404);
        assert_eq!(my_enrollments(&student, "").await, [Value::Null; 0]);
        let again = enrolls(&student, &course).await.is(201);
        assert_ne!(again["progressId"], json!(first));
        assert_eq!((&again["progressRate"], &again["status"]), (&rate, &json!("in_progress")));
    });
}

#[test]
fn a_completed_course_is_not_left() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = teaches(&teacher, json!({})).await;
        let enrollment = enrolled(&student, &course).await;
        completes(&teacher, &enrollment).await;
        let left = student.delete(&at(&format!("/courses/{course}/enroll"))).await;
        assert_eq!(left.refused(409, "LEARNING_011")["status"], "COMPLETED");
        assert_eq!(my_enrollments(&student, "?status=completed").await.len(), 1);
        assert_eq!(my_enrollments(&student, "?status=not_started").await.len(), 0);
        student.get(&at("/my-enrollments?status=open")).await.refused(400, "LEARNING_008");
    });
}

#[test]
fn failed_and_expired_enrollments_are_listed_by_their_status() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let kept = teaches(&teacher, json!({})).await;
        let failed = teaches(&teacher, json!({})).await;
        let expired = teaches(&teacher, json!({})).await;
        let mut ids = Vec::new();
        for course in [&kept, &failed, &expired] {
            ids.push(enrolled(&student, course).await);
        }
        let not_completed =
            json!({ "enrollment_id": ids[1].parse::<i64>().unwrap(), "completion_status": "INCOMPLETE" });
        teacher.post("/api/v1/completions", not_completed).await.is(201);
        // Its time is over from this instant on.
        let now_ms = school.app.now_ms();
        by_hand(&school, format!("update enrollments set expires_ms = {now_ms} where id = {}", ids[2])).await;
        for (status, id, course) in
            [("not_started", &ids[0], &kept), ("failed", &ids[1], &failed), ("expired", &ids[2], &expired)]
        {
            let listed = my_enrollments(&student, &format!("?status={status}")).await;
            assert_eq!(listed.len(), 1, "{status}: {listed:?}");
            assert_eq!(
                [&listed[0]["progressId"], &listed[0]["course"]["id"], &listed[0]["status"]],
                [&json!(id), &json!(course), &json!(status)]
            );
        }
        assert_eq!(my_enrollments(&student, "").await.len(), 3);
    });
}

#[test]
fn the_statistics_of_a_course_count_every_day() {
    on_both_with(&["--access-ttl-s", "604800"], |school| async move {
        let teacher = school.teacher().await;
        let course = teaches(&teacher, json!({})).await;
        let students = school.students(5).await;
        let first = enrolled(&students[0], &course).await;
        school.later(2 * 86_400);
        for student in &students[1..] {
            enrolled(student, &course).await;
        }
        leaves(&students[4], &course).await;
        completes(&teacher, &first).await;
        let sql = format!(
            "insert into study_days (enrollment, course, day, seconds) values ({first}, {course}, '2025-01-01', 3600),
            ({first}, {course}, '2025-01-02', 2400)"
        );
        by_hand(&school, sql).await;
        let failed = my_enrollments(&students[1], "").await[0]["progressId"].as_str().unwrap().parse::<i64>().unwrap();
        let body = json!({ "enrollment_id": failed, "completion_status": "INCOMPLETE" });
        teacher.post("/api/v1/completions", body).await.is(201);
        let path = at(&format!("/courses/{course}/enrollment-stats"));
        let stats = teacher.get(&format!("{path}?days=4")).await.ok();
        let counts = ["totalEnrollments", "activeEnrollments", "completedEnrollments", "failedEnrollments"]
            .map(|key| stats[key].as_i64().unwrap());
        assert_eq!(counts, [4, 2, 1, 1], "{stats}");
        assert_eq!(stats["completionRate"], 0.25);
        assert_eq!(stats["averageCompletionTime"], json!({ "minutes": 100, "display": "1時間40分" }));
        let trend: Vec<i64> = stats["enrollmentTrend"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["enrollments"].as_i64().unwrap())
            .collect();
        assert_eq!(trend, [0, 1, 0, 3]);
        assert_eq!(teacher.get(&path).await.ok()["enrollmentTrend"].as_array().unwrap().len(), 30);
        students[0].get(&path).await.refused(403, "LEARNING_009");
        school.another_teacher().await.get(&path).await.refused(403, "LEARNING_009");
        let shown = teacher.get(&at(&format!("/courses/{course}"))).await.ok();
        assert_eq!((&shown["enrollmentCount"], &shown["completionRate"]), (&json!(4), &json!(0.25)));
    });
}

#[test]
fn a_course_is_deleted_or_enrolled_in_but_not_both() {
    on_both(|school| async move {
        let (teacher, students) = (school.teacher().await, school.students(4).await);
        for _ in 0..4 {
            let course = teaches(&teacher, json!({})).await;
            let path = at(&format!("/courses/{course}"));
            let enrolling = join_all(students.iter().map(|student| enrolls(student, &course)));
            let (deleted, replies) = join(teacher.delete(&path), enrolling).await;
            let made = replies.iter().filter(|reply| reply.status == 201).count();
            if deleted.status == 204 {
                assert_eq!(made, 0);
            } else {
                deleted.refused(409, "LEARNING_006");
                assert_eq!(made, students.len());
            }
        }
    });
}

#[test]
fn one_enrolls_while_a_course_is_published_or_not_at_all() {
    on_both(|school| async move {
        let (teacher, students) = (school.teacher().await, school.students(4).await);
        for _ in 0..4 {
            let course = drafts(&teacher, json!({})).await;
            adds_module(&teacher, &course).await;
            let enrolling = join_all(students.iter().map(|student| enrolls(student, &course)));
            let (published, replies) = join(publishes(&teacher, &course), enrolling).await;
            published.is(200);
            let mut made = 0;
            for reply in replies {
                if reply.status == 201 {
                    made += 1;
                } else {
                    reply.refused(404, "LEARNING_001");
                }
            }
            let shown = teacher.get(&at(&format!("/courses/{course}"))).await.ok();
            assert_eq!(shown["enrollmentCount"], made);
        }
    });
}
