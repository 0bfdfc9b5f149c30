//! Progress in a course that completes its learners by itself: modules, materials, time, the summary.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::classroom::{adds_class, applied, by_hand, default_class, new_session, plans};
use crate::harness::learning::at;
use crate::harness::people::{Lecture, Person, Reply};
use crate::harness::{School, on_both};
use crate::learning_courses::{completes, enrolled};

/// A lecture that completes its learners by itself, and one of its learners with the enrollment.
pub async fn learner(school: &School, steps: usize) -> (Person, Lecture, Person, String) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    by_hand(school, format!("update courses set completes_itself = true where id = {}", lecture.id)).await;
    let student = school.student("김학생").await;
    let progress = student.enrolls(&lecture).await;
    assert!(progress.is_object());
    let id = enrollment_of(&student).await;
    (teacher, lecture, student, id)
}

pub async fn enrollment_of(student: &Person) -> String {
    let mine = student.get("/api/v1/enrollments/me").await.ok();
    mine["enrollments"][0]["enrollment_id"].as_i64().unwrap().to_string()
}

pub async fn progress(person: &Person, id: &str) -> Value {
    person.get(&at(&format!("/progress/{id}"))).await.ok()
}

pub async fn views(student: &Person, id: &str, material: i64, body: Value) -> Reply {
    student.post(&at(&format!("/progress/{id}/materials/{material}/view")), body).await
}

pub async fn completes_module(student: &Person, id: &str, module: i64, body: Value) -> Reply {
    student.post(&at(&format!("/progress/{id}/modules/{module}/complete")), body).await
}

async fn adds_module(teacher: &Person, lecture: &Lecture, title: &str) -> i64 {
    let made = teacher.post(&format!("/api/lectures/{}/tasks", lecture.id), json!({ "title": title })).await.is(201);
    made["id"].as_i64().unwrap()
}

pub async fn certifications(student: &Person) -> Vec<Value> {
    student.get(&at("/my-certifications")).await.ok()["certifications"].as_array().unwrap().clone()
}

#[test]
fn a_module_is_complete_once_its_required_materials_are_viewed() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 3).await;
        let other = adds_module(&teacher, &lecture, "둘째").await;
        let before = progress(&student, &id).await;
        assert_eq!((&before["status"], &before["startedAt"]), (&json!("not_started"), &Value::Null));
        assert_eq!(before["progressRate"], json!({ "completedCount": 0, "totalCount": 2, "percentage": 0.0 }));
        views(&student, &id, lecture.steps[0], json!({ "completed": true })).await.ok();
        let body = json!({ "timeSpent": 70, "materialsViewed": [lecture.steps[1].to_string()] });
        let missing = completes_module(&student, &id, lecture.task, body.clone()).await.refused(409, "LEARNING_005");
        let last = json!([{ "id": lecture.steps[2].to_string(), "title": "3번째 단계" }]);
        assert_eq!(missing, json!({ "missingMaterials": last, "missingAssessments": [] }));
        // A refused request changed nothing.
        let done = student.get(&format!("/api/v1/progress/enrollment/{id}")).await.ok();
        assert_eq!(done["progresses"].as_array().unwrap().len(), 1);
        let all: Vec<String> = lecture.steps.iter().map(i64::to_string).collect();
        let body = json!({ "timeSpent": 70, "materialsViewed": all });
        let done = completes_module(&student, &id, lecture.task, body.clone()).await.ok();
        assert_eq!(done["timeSpent"], json!({ "minutes": 70, "display": "1時間10分" }));
        assert_eq!(done["progressRate"], json!({ "completedCount": 1, "totalCount": 2, "percentage": 50.0 }));
        // Said again, nothing changes, and no time is added.
        school.later(60);
        assert_eq!(completes_module(&student, &id, lecture.task, body).await.ok(), done);
        let after = progress(&student, &id).await;
        assert_eq!(after["status"], "in_progress");
        assert_eq!(after["moduleCompletions"][0]["materialsViewed"], json!(all));
        assert_eq!(after["moduleCompletions"][0]["timeSpent"]["minutes"], 70);
        // A module without required materials is complete when it is said to be.
        completes_module(&student, &id, other, json!({})).await.ok();
        let after = progress(&student, &id).await;
        assert_eq!((&after["status"], &after["progressRate"]["percentage"]), (&json!("completed"), &json!(100.0)));
    });
}

#[test]
fn a_module_with_an_assessment_is_complete_once_that_is_passed() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        by_hand(&school, format!("update units set criteria = 'PASS_ASSESSMENT' where id = {}", lecture.task)).await;
        // Nobody has made the assessment yet.
        completes_module(&student, &id, lecture.task, json!({})).await.refused(409, "LEARNING_005");
        let quiz = assessment(&teacher, &lecture).await;
        let whole = completes_module(&student, &id, lecture.task, json!({})).await.refused(409, "LEARNING_005");
        assert_eq!(
            whole["missingAssessments"][0]["id"],
            quiz.to_string(),
            "the exam of the course, where the unit has none"
        );
        by_hand(&school, format!("update assessments set unit = {} where id = {quiz}", lecture.task)).await;
        let missing = completes_module(&student, &id, lecture.task, json!({})).await.refused(409, "LEARNING_005");
        assert_eq!(missing["missingAssessments"], json!([{ "id": quiz.to_string(), "title": "최종 시험" }]));
        scores(&teacher, quiz, &id, 50).await;
        completes_module(&student, &id, lecture.task, json!({})).await.refused(409, "LEARNING_005");
        scores(&teacher, quiz, &id, 85).await;
        let after = progress(&student, &id).await;
        assert_eq!(after["progressRate"]["completedCount"], 1);
        assert_eq!((&after["totalScore"], &after["status"]), (&json!(85.0), &json!("in_progress")));
        let results = after["assessmentResults"].as_array().unwrap();
        let passed: Vec<&Value> = results.iter().map(|result| &result["passed"]).collect();
        assert_eq!(passed, [&json!(false), &json!(true)]);
    });
}

#[test]
fn a_module_that_asks_for_all_that_is_required_needs_its_materials_and_its_assessment() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        by_hand(&school, format!("update units set criteria = 'COMPLETE_REQUIRED' where id = {}", lecture.task)).await;
        let quiz = assessment(&teacher, &lecture).await;
        by_hand(&school, format!("update assessments set unit = {} where id = {quiz}", lecture.task)).await;
        let missing = async || {
            let refused = completes_module(&student, &id, lecture.task, json!({})).await.refused(409, "LEARNING_005");
            ["missingMaterials", "missingAssessments"].map(|key| refused[key].as_array().unwrap().len())
        };
        assert_eq!(missing().await, [1, 1]);
        scores(&teacher, quiz, &id, 85).await;
        assert_eq!(missing().await, [1, 0]);
        views(&student, &id, lecture.steps[0], json!({ "completed": true })).await.ok();
        assert_eq!(progress(&student, &id).await["progressRate"]["completedCount"], 1);
    });
}

pub async fn assessment(teacher: &Person, lecture: &Lecture) -> i64 {
    let new = json!({ "course_id": lecture.id, "assessment_name": "최종 시험", "assessment_type": "EXAM",
        "total_score": 100, "pass_score": 70 });
    teacher.post("/api/v1/assessments", new).await.is(201)["assessment"]["assessment_id"].as_i64().unwrap()
}

pub async fn scores(teacher: &Person, assessment: i64, enrollment: &str, score: i64) {
    let result = json!({ "enrollment_id": enrollment.parse::<i64>().unwrap(), "score": score });
    teacher.post(&format!("/api/v1/assessments/{assessment}/results"), result).await.is(201);
}

#[test]
fn a_step_done_in_a_live_session_is_a_material_viewed_here() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        by_hand(&school, format!("update courses set completes_itself = true where id = {}", lecture.id)).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        student.finishes(lecture.steps[0]).await;
        let id = enrollment_of(&student).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let viewed = views(&student, &id, lecture.steps[1], json!({ "completed": true, "timeSpent": 15 })).await.ok();
        assert_eq!((&viewed["completed"], &viewed["timeSpent"]["minutes"]), (&json!(true), &json!(15)));
        let told = board.waits_for("student_progress").await;
        assert_eq!(told["data"]["status"], "COMPLETED");
        // Both steps are done, and with them the only module.
        let after = progress(&student, &id).await;
        assert_eq!(after["progressRate"]["completedCount"], 1);
        assert_eq!(after["moduleCompletions"][0]["materialsViewed"].as_array().unwrap().len(), 2);
        assert_eq!(after["status"], "completed");
    });
}

#[test]
fn the_last_thing_completes_the_course_on_whichever_surface_it_is_done() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let exam = assessment(&teacher, &lecture).await;
        student.finishes(lecture.steps[0]).await;
        assert_eq!(progress(&student, &id).await["status"], "in_progress");
        scores(&teacher, exam, &id, 69).await;
        assert_eq!(certifications(&student).await, [Value::Null; 0]);
        scores(&teacher, exam, &id, 85).await;
        let after = progress(&student, &id).await;
        assert_eq!(after["status"], "completed");
        let mine = certifications(&student).await;
        assert_eq!((mine.len(), &mine[0]["id"], &mine[0]["score"]), (1, &after["certificateId"], &json!(85.0)));
        // It is the certificate of every other surface.
        let path = format!("/api/v1/completions/enrollment/{id}");
        let completion = student.get(&path).await.ok()["completion"].clone();
        assert_eq!(completion["certificate_no"], mine[0]["certificateNumber"]);
        assert_eq!(completion["completion_status"], "COMPLETED");
    });
}

#[test]
fn a_course_that_does_not_complete_itself_waits_for_its_staff() {
    on_both(|school| async move {
        let (_, lecture, student, id) = learner(&school, 1).await;
        by_hand(&school, format!("update courses set completes_itself = false where id = {}", lecture.id)).await;
        student.finishes(lecture.steps[0]).await;
        let after = progress(&student, &id).await;
        assert_eq!((&after["status"], &after["progressRate"]["percentage"]), (&json!("in_progress"), &json!(100.0)));
        assert_eq!(certifications(&student).await, [Value::Null; 0]);
    });
}

#[test]
fn attendance_counts_where_the_class_has_meetings() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        plans(&teacher, lecture.id, class, json!({ "total_sessions": 1 })).await;
        student.finishes(lecture.steps[0]).await;
        assert_eq!(progress(&student, &id).await["status"], "in_progress");
        let mark = json!({ "enrollment_id": id.parse::<i64>().unwrap(), "class_date": "2026-01-05",
            "attendance_type": "PRESENT" });
        teacher.post("/api/v1/attendance", mark).await.is(201);
        assert_eq!(progress(&student, &id).await["status"], "completed");
    });
}

#[test]
fn one_who_leaves_and_enrolls_again_is_not_completed_against_the_staff() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let failed = json!({ "enrollment_id": id.parse::<i64>().unwrap(), "completion_status": "INCOMPLETE" });
        teacher.post("/api/v1/completions", failed).await.is(201);
        views(&student, &id, lecture.steps[0], json!({ "completed": true })).await.ok();
        let enroll = at(&format!("/courses/{}/enroll", lecture.id));
        student.delete(&enroll).await.is(204);
        let again = student.post(&enroll, json!({})).await.is(201);
        let after = progress(&student, again["progressId"].as_str().unwrap()).await;
        assert_eq!((&after["status"], &after["progressRate"]["percentage"]), (&json!("in_progress"), &json!(100.0)));
        assert_eq!(certifications(&student).await, [Value::Null; 0]);
    });
}

#[test]
fn the_last_modules_completed_at_once_give_one_certificate() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let modules = [lecture.task, adds_module(&teacher, &lecture, "둘째").await];
        let body = json!({ "materialsViewed": [lecture.steps[0].to_string()], "timeSpent": 5 });
        let first = completes_module(&student, &id, modules[0], body.clone());
        let (first, second) = join(first, completes_module(&student, &id, modules[1], json!({}))).await;
        first.ok();
        second.ok();
        let again = (0..6).map(|_| completes_module(&student, &id, modules[0], body.clone()));
        join_all(again).await.into_iter().for_each(|reply| drop(reply.ok()));
        assert_eq!(certifications(&student).await.len(), 1);
        let after = progress(&student, &id).await;
        assert_eq!(
            (&after["status"], &after["moduleCompletions"][0]["timeSpent"]["minutes"]),
            (&json!("completed"), &json!(5))
        );
    });
}

#[test]
fn time_is_added_once_for_each_key_and_fits_into_a_day() {
    on_both(|school| async move {
        let (_, lecture, student, id) = learner(&school, 2).await;
        let path = at(&format!("/progress/{id}/materials/{}/view", lecture.steps[0]));
        let key = "123e4567-e89b-42d3-a456-426614174000";
        let body = json!({ "timeSpent": 15 });
        for _ in 0..2 {
            let viewed = student.post_once(&path, body.clone(), key).await.ok();
            assert_eq!(viewed["timeSpent"]["minutes"], 15);
        }
        student.post_once(&path, json!({ "timeSpent": 16 }), key).await.refused(409, "LEARNING_011");
        assert_eq!(student.post(&path, body).await.ok()["timeSpent"]["minutes"], 30);
        student.post(&path, json!({ "timeSpent": 1_441 })).await.refused(400, "LEARNING_008");
        let long = views(&student, &id, lecture.steps[1], json!({ "timeSpent": 1_440 })).await.ok();
        assert_eq!(long["timeSpent"]["minutes"], 1_410);
        assert_eq!(student.get(&at("/progress/summary")).await.ok()["totalLearningTime"]["minutes"], 1_440);
    });
}

#[test]
fn progress_is_recorded_by_its_learner_while_they_have_access() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let (stranger, colleague, admin) =
            (school.student("이영희").await, school.another_teacher().await, school.admin().await);
        let path = at(&format!("/progress/{id}"));
        for person in [&stranger, &colleague] {
            person.get(&path).await.refused(404, "LEARNING_001");
        }
        for person in [&teacher, &admin] {
            assert_eq!(person.get(&path).await.ok()["id"], json!(id));
        }
        for person in [&stranger, &colleague, &teacher, &admin] {
            for act in ["start", "access"] {
                person.post(&format!("{path}/{act}"), json!({})).await.refused(404, "LEARNING_001");
            }
            views(person, &id, lecture.steps[0], json!({})).await.refused(404, "LEARNING_001");
            completes_module(person, &id, lecture.task, json!({})).await.refused(404, "LEARNING_001");
        }
        let begun = student.post(&format!("{path}/start"), json!({})).await.ok();
        assert_eq!(begun["status"], "in_progress");
        school.later(600);
        let visited = student.post(&format!("{path}/access"), json!({})).await.ok();
        assert_eq!(visited["startedAt"], begun["startedAt"]);
        assert_ne!(visited["lastAccessedAt"], begun["lastAccessedAt"]);
        assert_eq!(student.post(&format!("{path}/start"), json!({})).await.ok()["startedAt"], begun["startedAt"]);
        let over = school.app.now_ms() + 60_000;
        by_hand(&school, format!("update enrollments set expires_ms = {over} where id = {id}")).await;
        views(&student, &id, lecture.steps[0], json!({})).await.ok();
        school.later(61);
        assert_eq!(progress(&student, &id).await["status"], "expired");
        let refused = views(&student, &id, lecture.steps[0], json!({})).await.refused(409, "LEARNING_011");
        assert_eq!(refused["status"], "EXPIRED");
        student.post(&format!("{path}/start"), json!({})).await.refused(409, "LEARNING_011");
        gyosil::school::enrollment::expiring::expire_due(&school.app).await.unwrap();
        let shown = student.get(&format!("/api/v1/enrollments/{id}")).await.ok();
        assert_eq!(shown["enrollment"]["status"], "EXPIRED");
        assert_eq!(progress(&student, &id).await["status"], "expired");
    });
}

#[test]
fn a_material_and_a_module_of_another_course_are_refused() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let other = teacher.makes_lecture("생활체육", 1).await;
        views(&student, &id, other.steps[0], json!({})).await.refused(400, "LEARNING_008");
        completes_module(&student, &id, other.task, json!({})).await.refused(404, "LEARNING_001");
        let body = json!({ "materialsViewed": [other.steps[0].to_string()] });
        let refused = completes_module(&student, &id, lecture.task, body).await.refused(400, "LEARNING_008");
        assert_eq!(refused["field"], "materialsViewed");
        let refused = completes_module(&student, &id, lecture.task, json!({ "materialsViewed": ["999999"] })).await;
        assert_eq!(refused.refused(400, "LEARNING_008")["field"], "materialsViewed");
    });
}

#[test]
fn a_day_of_learning_has_24_hours_in_all_courses_together() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let second = teacher.makes_lecture("생활체육", 1).await;
        let other = enrolled(&student, &second.id.to_string()).await;
        for (id, step) in [(&id, lecture.steps[0]), (&other, second.steps[0])] {
            views(&student, id, step, json!({ "timeSpent": 1_440 })).await.ok();
        }
        let summary = student.get(&at("/progress/summary")).await.ok();
        assert_eq!(summary["totalLearningTime"]["display"], "24時間");
    });
}

#[test]
fn the_summary_counts_courses_and_tells_what_was_done_last() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let exam = assessment(&teacher, &lecture).await;
        // A course that was not begun has no score.
        let second = teacher.makes_lecture("생활체육", 1).await;
        assessment(&teacher, &second).await;
        school.later(60);
        student.enrolls(&second).await;
        for (seconds, score) in [(60, 40), (60, 90)] {
            school.later(seconds);
            scores(&teacher, exam, &id, score).await;
        }
        school.later(60);
        views(&student, &id, lecture.steps[0], json!({ "completed": true, "timeSpent": 40 })).await.ok();
        let summary = student.get(&at("/progress/summary")).await.ok();
        let counts = ["totalCourses", "inProgressCourses", "completedCourses", "failedCourses", "certificationsEarned"];
        assert_eq!(counts.map(|key| summary[key].as_i64().unwrap()), [2, 0, 1, 0, 1]);
        assert_eq!(
            (&summary["averageScore"], &summary["totalLearningTime"]["display"]),
            (&json!(90.0), &json!("40分"))
        );
        let activities = summary["recentActivities"].as_array().unwrap();
        let mut kinds: Vec<&str> = activities.iter().map(|one| one["type"].as_str().unwrap()).collect();
        kinds[..3].sort_unstable();
        let expected = [
            "certificate_earned",
            "course_completed",
            "module_completed",
            "assessment_passed",
            "assessment_failed",
            "course_enrolled",
            "course_enrolled",
        ];
        assert_eq!(kinds, expected);
        let module = activities.iter().find(|one| one["type"] == "module_completed").unwrap();
        assert_eq!(
            (&module["moduleTitle"], &module["courseTitle"]),
            (&json!("메시지 보내기"), &json!("카카오톡 기초"))
        );
        let nobody = school.student("이영희").await.get(&at("/progress/summary")).await.ok();
        assert_eq!((&nobody["totalCourses"], &nobody["recentActivities"]), (&json!(0), &json!([])));
    });
}

#[test]
fn a_course_completed_in_two_classes_counts_once_until_it_is_revoked() {
    on_both(|school| async move {
        let (teacher, student, admin) = (school.teacher().await, school.student("김학생").await, school.admin().await);
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let evening = adds_class(&teacher, lecture.id, json!({})).await;
        let morning = default_class(&teacher, lecture.id).await;
        let mut completions = Vec::new();
        for class in [morning, evening] {
            let id = applied(&student, lecture.id, class).await.to_string();
            completes(&teacher, &id).await;
            let found = teacher.get(&format!("/api/v1/completions/enrollment/{id}")).await.ok();
            completions.push(found["completion"]["completion_id"].as_i64().unwrap());
            admin.post(&at("/certifications/issue"), json!({ "progressId": id })).await.is(201);
        }
        // Each class has a certificate of its own, which prints it.
        assert_eq!(certifications(&student).await.len(), 2);
        let summary = async || student.get(&at("/progress/summary")).await.ok();
        let counted = |summary: &Value| {
            ["totalCourses", "completedCourses", "certificationsEarned"].map(|key| summary[key].as_i64().unwrap())
        };
        let kinds = |summary: &Value| {
            let activities = summary["recentActivities"].as_array().unwrap().iter();
            let mut kinds: Vec<String> = activities.map(|one| one["type"].as_str().unwrap().to_owned()).collect();
            kinds.sort_unstable();
            kinds
        };
        let before = summary().await;
        assert_eq!(counted(&before), [1, 1, 1]);
        let [enrolled, completed, earned] = ["course_enrolled", "course_completed", "certificate_earned"];
        assert_eq!(kinds(&before), [earned, earned, completed, completed, enrolled, enrolled]);
        for completion in completions {
            let revoked = json!({ "completion_status": "REVOKED", "memo": "確認" });
            teacher.put(&format!("/api/v1/completions/{completion}"), revoked).await.ok();
        }
        let after = summary().await;
        assert_eq!(counted(&after), [1, 0, 0]);
        assert_eq!(kinds(&after), [enrolled, enrolled]);
    });
}
