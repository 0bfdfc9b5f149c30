//! Rules by which learners complete by themselves: attendance, attempts of several enrollments, days and crowds.

use futures_util::future::join;
use gyosil::school::completions::checks;
use serde_json::{Value, json};

use crate::classroom::{adds_class, applied, by_hand, decides, default_class, enrollment, new_session, plans};
use crate::harness::learning::at;
use crate::harness::people::{Lecture, Person, Session};
use crate::harness::{School, on_both, on_both_with, until};
use crate::learning_courses::{completes, enrolled, enrolls, teaches};
use crate::learning_progress::{
    assessment, certifications, completes_module, enrollment_of, learner, progress, scores, views,
};

/// A session of a course that completes its learners by themselves, which one learner has attended to the end.
async fn attended(school: &School) -> (Person, Lecture, Session, Person) {
    let (teacher, lecture, session) = new_session(school, 1).await;
    by_hand(school, format!("update courses set completes_itself = true where id = {}", lecture.id)).await;
    let student = school.student("김학생").await;
    student.joins(&session).await;
    teacher.starts(&session, lecture.steps[0]).await;
    teacher.presses(&session, "end").await.ok();
    (teacher, lecture, session, student)
}

async fn attendance_score(person: &Person, id: &str) -> Value {
    enrollment(person, id.parse().unwrap()).await["grade"]["attendance_score"].clone()
}

/// Cancels an enrollment, enrolls again, and returns the new one.
async fn leaves_and_returns(student: &Person, course: i64, id: &str) -> String {
    decides(student, id.parse().unwrap(), "cancel").await.ok();
    enrolled(student, &course.to_string()).await
}

#[test]
fn one_who_joins_a_session_after_its_end_is_absent_until_they_come_to_one() {
    on_both(|school| async move {
        let (teacher, lecture, session, attending) = attended(&school).await;
        let late = school.student("이학생").await;
        late.joins(&session).await;
        let id = enrollment_of(&late).await;
        views(&late, &id, lecture.steps[0], json!({ "completed": true })).await.ok();
        assert_eq!(
            (&progress(&late, &id).await["status"], attendance_score(&late, &id).await),
            (&json!("in_progress"), json!(0.0))
        );
        let class = default_class(&teacher, lecture.id).await;
        let path = format!("/api/v1/completions/course/{}/class/{class}/standing", lecture.id);
        let standing = teacher.get(&path).await.ok();
        let learners = standing["learners"].as_array().unwrap();
        let theirs = learners.iter().find(|one| one["user_id"] == late.id).unwrap();
        assert_eq!(theirs["missing"], json!(["attendance"]));
        let code = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].clone();
        let view = late.post("/api/attendance/student/view", json!({ "lecSerial": code })).await.ok();
        let summary = &view["data"]["summary"];
        assert_eq!((&summary["absentSessions"], &summary["attendanceRate"]), (&json!(1), &json!(0.0)), "{view}");
        // From the first mark on, meetings count for one who joined by QR.
        let next = teacher.opens_session(&lecture).await;
        late.joins(&next).await;
        assert_eq!(
            (&progress(&late, &id).await["status"], attendance_score(&late, &id).await),
            (&json!("completed"), json!(100.0))
        );
        let id = enrollment_of(&attending).await;
        views(&attending, &id, lecture.steps[0], json!({ "completed": true })).await.ok();
        assert_eq!(progress(&attending, &id).await["status"], "completed");
    });
}

#[test]
fn attendance_counts_after_leaving_and_enrolling_again() {
    on_both(|school| async move {
        let (teacher, lecture, _, student) = attended(&school).await;
        let first = enrollment_of(&student).await;
        let again = leaves_and_returns(&student, lecture.id, &first).await;
        assert_eq!(attendance_score(&student, &again).await, 100.0);
        let second = teacher.opens_session(&lecture).await;
        teacher.starts(&second, lecture.steps[0]).await;
        teacher.presses(&second, "end").await.ok();
        assert_eq!(attendance_score(&student, &again).await, 50.0, "what they missed stays missed");
        let third = leaves_and_returns(&student, lecture.id, &again).await;
        assert_eq!(attendance_score(&student, &third).await, 50.0);
        let class = default_class(&teacher, lecture.id).await;
        let path = format!("/api/v1/attendance/course/{}/class/{class}", lecture.id);
        let sheet = teacher.get(&path).await.ok();
        let marks = sheet["students"][0]["attendances"].as_array().unwrap().iter();
        let marks: Vec<&Value> = marks.map(|mark| &mark["attendance_type"]).collect();
        assert_eq!(marks, ["PRESENT", "ABSENT"]);
        // A mark of the first enrollment, made by hand, counts for the one of now.
        let marks = student.get(&format!("/api/v1/attendance/enrollment/{first}")).await.ok();
        let mark = marks["attendances"][0]["attendance_id"].as_i64().unwrap();
        teacher.put(&format!("/api/v1/attendance/{mark}"), json!({ "attendance_type": "ABSENT" })).await.ok();
        assert_eq!(attendance_score(&student, &third).await, 0.0);
    });
}

#[test]
fn one_who_passed_by_the_only_try_stays_passed_after_enrolling_again() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let exam = assessment(&teacher, &lecture).await;
        teacher.put(&format!("/api/v1/assessments/{exam}"), json!({ "attempt_limit": 1 })).await.ok();
        by_hand(&school, format!("update units set criteria = 'PASS_ASSESSMENT' where id = {}", lecture.task)).await;
        scores(&teacher, exam, &id, 85).await;
        let again = leaves_and_returns(&student, lecture.id, &id).await;
        let after = progress(&student, &again).await;
        assert_eq!((&after["progressRate"]["completedCount"], &after["totalScore"]), (&json!(1), &json!(85.0)));
        assert_eq!(after["assessmentResults"][0]["score"], 85.0);
        // A result of the enrollment that they left is theirs still, also when it is graded anew.
        let results = teacher.get(&format!("/api/v1/assessments/{exam}/results")).await.ok();
        let path = format!("/api/v1/assessments/results/{}/grade", results["results"][0]["result_id"]);
        teacher.patch(&path, json!({ "score": 69 })).await.ok();
        let after = progress(&student, &again).await;
        assert_eq!((&after["progressRate"]["completedCount"], &after["totalScore"]), (&json!(0), &json!(69.0)));
        views(&student, &again, lecture.steps[0], json!({ "completed": true })).await.ok();
        assert_eq!(progress(&student, &again).await["status"], "in_progress");
        teacher.patch(&path, json!({ "score": 90 })).await.ok();
        assert_eq!(progress(&student, &again).await["status"], "completed");
        assert_eq!(certifications(&student).await[0]["score"], 90.0);
    });
}

#[test]
fn attempts_after_the_first_that_passes_are_practice() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let question = json!({ "type": "short_text", "question": "?", "correctAnswer": "a", "points": 1 });
        let exam = json!({ "title": "最終試験", "type": "exam", "passingScore": 1, "maxScore": 3, "attemptsAllowed": 5,
            "questions": [question, question, question] });
        let path = at(&format!("/courses/{}/assessments", lecture.id));
        let made = teacher.post(&path, exam).await.is(201);
        let path = at(&format!("/assessments/{}", made["id"].as_str().unwrap()));
        let sits = async |right: usize| {
            let sitting = student.post(&format!("{path}/start"), json!({})).await.ok();
            let questions = sitting["questions"].as_array().unwrap().iter().take(right);
            let answers = questions.map(|q| (q["id"].as_str().unwrap().to_owned(), json!({ "answer": "a" })));
            let answers: serde_json::Map<String, Value> = answers.collect();
            let body = json!({ "sessionId": sitting["sessionId"], "answers": answers });
            student.post(&format!("{path}/submit"), body).await.ok()
        };
        let score = async |id: &str| progress(&student, id).await["totalScore"].clone();
        let history = async || student.get(&format!("{path}/my-history")).await.ok();
        let counting = async || -> Vec<Value> {
            let attempts = history().await["attempts"].as_array().unwrap().clone();
            attempts.into_iter().filter(|one| one["counts"] == true).map(|one| one["score"].clone()).collect()
        };
        sits(0).await;
        assert_eq!((score(&id).await, counting().await), (json!(0.0), vec![json!(0.0)]));
        school.later(60);
        assert_eq!(sits(2).await["passed"], true);
        assert_eq!((score(&id).await, counting().await), (json!(66.67), vec![json!(2.0)]));
        // The right answers are known by now.
        school.later(60);
        assert_eq!(sits(3).await["passed"], true);
        assert_eq!((score(&id).await, counting().await), (json!(66.67), vec![json!(2.0)]));
        let again = leaves_and_returns(&student, lecture.id, &id).await;
        school.later(60);
        assert_eq!(sits(3).await["attemptsRemaining"], 1);
        assert_eq!(score(&again).await, 66.67);
        let history = history().await;
        assert_eq!((&history["bestScore"], &history["canRetake"]), (&json!(3.0), &json!(true)));
        let results = progress(&student, &again).await["assessmentResults"].clone();
        let shown: Vec<&Value> = results.as_array().unwrap().iter().map(|one| &one["normalizedScore"]).collect();
        assert_eq!(shown, [0.0, 66.67, 100.0, 100.0]);
        views(&student, &again, lecture.steps[0], json!({ "completed": true })).await.ok();
        assert_eq!(certifications(&student).await[0]["score"], 66.67);
    });
}

#[test]
fn a_revoked_completion_is_no_prerequisite_and_gives_no_level() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = json!({ "tags": ["TypeScript"], "level": "intermediate" });
        let needed = teaches(&teacher, course).await;
        let next = teaches(&teacher, json!({ "prerequisites": [needed] })).await;
        let id = enrolled(&student, &needed).await;
        completes(&teacher, &id).await;
        let path = json!({ "title": "道", "targetSkills": ["TypeScript"], "targetLevel": "intermediate" });
        let path = student.post(&at("/paths"), path).await.is(201);
        let level = async || {
            let path = student.get(&at(&format!("/paths/{}", path["id"].as_str().unwrap()))).await.ok();
            path["targetSkills"][0]["currentLevel"].clone()
        };
        let status = async || progress(&student, &id).await["status"].clone();
        assert_eq!((level().await, status().await), (json!("intermediate"), json!("completed")));
        let completion = student.get(&format!("/api/v1/completions/enrollment/{id}")).await.ok();
        let completion = format!("/api/v1/completions/{}", completion["completion"]["completion_id"]);
        let change = async |word: &str| {
            teacher.put(&completion, json!({ "completion_status": word, "memo": "確認" })).await.ok();
        };
        change("REVOKED").await;
        assert_eq!((level().await, status().await), (json!("beginner"), json!("failed")));
        enrolls(&student, &next).await.refused(409, "LEARNING_003");
        let stats = teacher.get(&at(&format!("/courses/{needed}/enrollment-stats"))).await.ok();
        assert_eq!((&stats["completedEnrollments"], &stats["failedEnrollments"]), (&json!(0), &json!(1)), "{stats}");
        change("COMPLETED").await;
        assert_eq!((level().await, status().await), (json!("intermediate"), json!("completed")));
        enrolls(&student, &next).await.is(201);
    });
}

#[test]
fn another_enrollment_completes_once_staff_decide_for_the_learner() {
    on_both(|school| async move {
        let (teacher, lecture, _, _) = learner(&school, 1).await;
        let evening = adds_class(&teacher, lecture.id, json!({ "class_name": "저녁반" })).await;
        let forced = json!({ "completion_status": "COMPLETED", "force": true, "memo": "認定" });
        for (name, before) in [("이학생", "INCOMPLETE"), ("박학생", "REVOKED")] {
            let student = school.student(name).await;
            let first = enrolled(&student, &lecture.id.to_string()).await;
            let second = applied(&student, lecture.id, evening).await.to_string();
            let mut decided = forced.clone();
            decided["enrollment_id"] = json!(first.parse::<i64>().unwrap());
            if before == "INCOMPLETE" {
                decided["completion_status"] = json!("INCOMPLETE");
            }
            let made = teacher.post("/api/v1/completions", decided).await.is(201);
            let completion = format!("/api/v1/completions/{}", made["completion_id"]);
            if before == "REVOKED" {
                teacher.put(&completion, json!({ "completion_status": "REVOKED", "memo": "確認" })).await.ok();
            }
            views(&student, &second, lecture.steps[0], json!({ "completed": true })).await.ok();
            assert_eq!(progress(&student, &second).await["status"], "in_progress", "staff decided after {before}");
            teacher.put(&completion, forced.clone()).await.ok();
            assert_eq!(progress(&student, &first).await["status"], "completed");
            assert_eq!(progress(&student, &second).await["status"], "completed", "{before}");
        }
        // By the batch of a class, too.
        let student = school.student("최학생").await;
        let first = enrolled(&student, &lecture.id.to_string()).await;
        let second = applied(&student, lecture.id, evening).await.to_string();
        let not_completed =
            json!({ "enrollment_id": first.parse::<i64>().unwrap(), "completion_status": "INCOMPLETE" });
        teacher.post("/api/v1/completions", not_completed).await.is(201);
        for id in [&first, &second] {
            views(&student, id, lecture.steps[0], json!({ "completed": true })).await.ok();
            assert_eq!(progress(&student, id).await["status"], if *id == first { "failed" } else { "in_progress" });
        }
        let class = default_class(&teacher, lecture.id).await;
        let batch = json!({ "course_id": lecture.id, "class_id": class, "student_ids": [student.id] });
        assert_eq!(teacher.post("/api/v1/completions/batch", batch).await.ok()["processed"], 1);
        for id in [&first, &second] {
            assert_eq!(progress(&student, id).await["status"], "completed");
        }
    });
}

#[test]
fn two_enrollments_of_a_learner_are_decided_at_once() {
    on_both(|school| async move {
        let (teacher, lecture, _, _) = learner(&school, 1).await;
        let evening = adds_class(&teacher, lecture.id, json!({ "class_name": "저녁반" })).await;
        for student in school.students(6).await {
            let first = enrolled(&student, &lecture.id.to_string()).await;
            let second = applied(&student, lecture.id, evening).await.to_string();
            let mut completions = Vec::new();
            for id in [&first, &second] {
                let not_completed =
                    json!({ "enrollment_id": id.parse::<i64>().unwrap(), "completion_status": "INCOMPLETE" });
                let made = teacher.post("/api/v1/completions", not_completed).await.is(201);
                completions.push(format!("/api/v1/completions/{}", made["completion_id"]));
            }
            let forced = json!({ "completion_status": "COMPLETED", "force": true, "memo": "認定" });
            let decides = |at: usize| teacher.put(&completions[at], forced.clone());
            let (one, other) = join(decides(1), decides(0)).await;
            one.ok();
            other.ok();
            for id in [&first, &second] {
                assert_eq!(progress(&student, id).await["status"], "completed");
            }
        }
    });
}

#[test]
fn one_who_is_done_before_the_class_begins_completes_on_its_first_day() {
    on_both_with(&["--access-ttl-s", "1000000"], |school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let day = |days: i64| school.app.clock.date_of(school.app.now_ms() + days * 86_400_000);
        plans(&teacher, lecture.id, class, json!({ "start_date": day(3) })).await;
        views(&student, &id, lecture.steps[0], json!({ "completed": true })).await.ok();
        checks::judge_due(&school.app).await.unwrap();
        assert_eq!(progress(&student, &id).await["status"], "in_progress");
        // The class begins earlier than planned.
        plans(&teacher, lecture.id, class, json!({ "start_date": day(1) })).await;
        checks::judge_due(&school.app).await.unwrap();
        assert_eq!(progress(&student, &id).await["status"], "in_progress");
        school.later(86_400);
        until("a completion", async || (progress(&student, &id).await["status"] == "completed").then_some(())).await;
        assert_eq!(certifications(&student).await.len(), 1);
        // A class that has begun by a change of its date completes at once.
        let other = school.student("이학생").await;
        plans(&teacher, lecture.id, class, json!({ "start_date": day(1) })).await;
        let theirs = enrolled(&other, &lecture.id.to_string()).await;
        views(&other, &theirs, lecture.steps[0], json!({ "completed": true })).await.ok();
        plans(&teacher, lecture.id, class, json!({ "start_date": day(0) })).await;
        assert_eq!(progress(&other, &theirs).await["status"], "completed");
    });
}

/// Lets this many learners become due at once: the last step that they have not done is deleted.
async fn crowd_is_due(school: &School, many: i64) {
    let (teacher, lecture, _, _) = learner(school, 2).await;
    let class = default_class(&teacher, lecture.id).await;
    let people: Vec<String> = (1..=many).map(|n| format!("({n}, 1, '학생 {n}', 'STUDENT')")).collect();
    let people = people.join(", ");
    by_hand(school, format!("insert into people (id, created_ms, name, role) values {people}")).await;
    let sql = format!(
        "insert into enrollments (created_ms, updated_ms, class, person, source, status, approved_ms)
        select 1, 1, {class}, id, 'APPLIED', 'APPROVED', 1 from people where id <= {many}"
    );
    by_hand(school, sql).await;
    let sql = format!(
        "insert into item_progress (created_ms, updated_ms, enrollment, item, status, rate, completed_ms)
        select 1, 1, id, {}, 'COMPLETED', 100, 1 from enrollments where person <= {many}",
        lecture.steps[0]
    );
    by_hand(school, sql).await;
    teacher.delete(&format!("/api/subtasks/{}", lecture.steps[1])).await.is(204);
}

async fn count(school: &School, rows: &str) -> i64 {
    let sql = format!("select count(*) from {rows}");
    school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0
}

async fn all_have_completed(school: &School, many: i64) {
    until("all completions", async || (count(school, "completion_checks").await == 0).then_some(())).await;
    assert_eq!((count(school, "completions").await, count(school, "certificates").await), (many, many));
    assert_eq!(count(school, "enrollments where status = 'COMPLETED'").await, many);
}

#[test]
fn many_who_are_due_at_once_are_completed_in_small_transactions_each_once() {
    on_both(|school| async move {
        // More than one transaction judges.
        let many = 300;
        crowd_is_due(&school, many).await;
        // The server ends in the middle, and what waits is found again. Two nodes judge at once.
        let school = school.reopens().await;
        let (one, other) = join(checks::judge_due(&school.app), checks::judge_due(&school.app)).await;
        one.unwrap();
        other.unwrap();
        all_have_completed(&school, many).await;
    });
}

#[test]
fn a_transaction_that_judges_completes_a_few_and_leaves_the_rest_to_the_next() {
    on_both(|school| async move {
        // More than one transaction completes, and fewer than it judges.
        let many = 40;
        crowd_is_due(&school, many).await;
        checks::judge_due(&school.app).await.unwrap();
        all_have_completed(&school, many).await;
        // All that one transaction writes has the same time.
        let sql = "select max(n) from (select count(*) as n from completions group by created_ms) sizes";
        assert_eq!(school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0, 32);
    });
}

#[test]
fn one_whose_time_is_over_does_not_see_the_assessments_any_more() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let exam = assessment(&teacher, &lecture).await;
        let path = at(&format!("/assessments/{exam}"));
        student.get(&path).await.ok();
        by_hand(&school, format!("update enrollments set expires_ms = {} where id = {id}", school.app.now_ms())).await;
        student.get(&path).await.refused(404, "LEARNING_001");
    });
}

#[test]
fn a_pending_enrollment_is_not_started_wherever_it_is_shown() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        plans(&teacher, lecture.id, class, json!({ "approval": "MANUAL" })).await;
        let student = school.student("김학생").await;
        let id = enrolled(&student, &lecture.id.to_string()).await;
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        student.finishes(lecture.steps[0]).await;
        let mine = student.get(&at("/my-enrollments")).await.ok();
        assert_eq!(mine["enrollments"][0]["status"], "not_started", "{mine}");
        assert_eq!(progress(&student, &id).await["status"], "not_started");
        let summary = student.get(&at("/progress/summary")).await.ok();
        assert_eq!(summary["inProgressCourses"], 0);
        decides(&teacher, id.parse().unwrap(), "approve").await.ok();
        assert_eq!(progress(&student, &id).await["status"], "in_progress");
        completes_module(&student, &id, lecture.task, json!({})).await.ok();
    });
}
