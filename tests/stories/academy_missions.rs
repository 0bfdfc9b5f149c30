//! Missions of the academy: their questions, what a learner sees and answers, and what follows from it.

mod answers;
mod code;
mod reading;

use futures_util::future::join;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::enrolls;
use crate::academy_payments::{PRICE, completes, orders};
use crate::academy_videos::adds_video;
use crate::classroom::by_hand;
use crate::harness::judges;
use crate::harness::learning::at;
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};
use crate::learning_progress::{progress, views};

const CHOICES: &str = "/missions/multiple-choice-questions/";

pub fn mission(minor: i64, more: Value) -> Value {
    let mut new = json!({ "minor_category_id": minor, "title": "평가", "mission_type": "multiple_choice" });
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    new
}

/// Makes a mission, and returns its id.
pub async fn makes_mission(teacher: &Person, minor: i64, more: Value) -> i64 {
    teacher.post("/missions/", mission(minor, more)).await.is(201)["id"].as_i64().unwrap()
}

pub fn choice(mission: i64, right: i64) -> Value {
    json!({ "mission_id": mission, "question": format!("{right}번은?"), "option_1": "하나", "option_2": "둘", "option_3": "셋",
        "option_4": "넷", "option_5": "다섯", "correct_option": right })
}

/// Adds a question to a mission, and returns its id.
pub async fn adds_choice(teacher: &Person, mission: i64, right: i64) -> i64 {
    teacher.post(CHOICES, choice(mission, right)).await.is(201)["id"].as_i64().unwrap()
}

pub async fn answers(student: &Person, question: i64, option: i64) -> Reply {
    student.post(&format!("{CHOICES}{question}/"), json!({ "selected_option": option })).await
}

/// A course with a minor category, in which a student is enrolled.
pub struct Academy {
    pub teacher: Person,
    pub student: Person,
    pub course: i64,
    pub minor: i64,
    pub enrollment: String,
}

impl Academy {
    pub async fn of(school: &School) -> Academy {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        Academy::by(teacher, student).await
    }

    pub async fn by(teacher: Person, student: Person) -> Academy {
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let enrollment = enrolls(&student, course).await.is(201)["id"].to_string();
        Academy { teacher, student, course, minor, enrollment }
    }

    /// Makes a mission with a question for each of these right options. Returns its id, and theirs.
    pub async fn asks(&self, right: &[i64], more: Value) -> (i64, Vec<i64>) {
        let mission = makes_mission(&self.teacher, self.minor, more).await;
        let mut questions = Vec::new();
        for right in right {
            questions.push(adds_choice(&self.teacher, mission, *right).await);
        }
        (mission, questions)
    }

    pub async fn mission(&self, id: i64) -> Value {
        self.teacher.get(&format!("/missions/{id}/")).await.is(200)
    }
}

pub fn ids(page: &Value) -> Vec<i64> {
    let ids: Vec<i64> = page["results"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(page["count"], ids.len());
    ids
}

#[test]
fn a_mission_is_made_and_changed_by_the_staff_of_its_course() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (other, stranger) = (school.another_teacher().await, school.student("이학생").await);
        for (person, code) in [(&academy.student, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")] {
            person.post("/missions/", mission(academy.minor, json!({}))).await.refused(403, code);
        }
        academy.teacher.post("/missions/", mission(999_999, json!({}))).await.refused(404, "NOT_FOUND");
        let id = makes_mission(&academy.teacher, academy.minor, json!({})).await;
        let path = format!("/missions/{id}/");
        let made = academy.mission(id).await;
        assert_eq!((&made["attempts_allowed"], &made["pass_percent"]), (&json!(3), &json!(60.0)));
        assert_eq!((&made["is_required"], &made["major_category_id"]), (&json!(true), &json!(academy.course)));
        assert_eq!(academy.student.get(&path).await.is(200), made);
        stranger.get(&path).await.refused(404, "NOT_FOUND");
        other.get(&path).await.refused(403, "FORBIDDEN");
        for (person, code) in [(&academy.student, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")] {
            person.put(&path, json!({ "title": "나의 평가" })).await.refused(403, code);
            person.patch(&path, json!({ "pass_percent": 0 })).await.refused(403, code);
        }
        let more = json!({ "attempts_allowed": null, "pass_percent": 80, "weight": 2, "is_active": false });
        let changed = academy.teacher.patch(&path, more).await.is(200);
        assert_eq!((&changed["attempts_allowed"], &changed["pass_percent"]), (&json!(null), &json!(80.0)));
        academy.student.get(&path).await.refused(404, "NOT_FOUND");
        // An assessment of another surface is no mission.
        let exam = json!({ "course_id": academy.course, "assessment_name": "시험", "assessment_type": "EXAM" });
        let exam = academy.teacher.post("/api/v1/assessments", exam).await.is(201)["assessment_id"].clone();
        academy.teacher.get(&format!("/missions/{exam}/")).await.refused(404, "NOT_FOUND");
        academy.teacher.put(&format!("/missions/{exam}/"), json!({})).await.refused(404, "NOT_FOUND");
        let code =
            academy.teacher.post("/missions/", mission(academy.minor, json!({ "mission_type": "code_submission" })));
        assert_eq!(code.await.is(201)["attempts_allowed"], json!(null));
    });
}

#[test]
fn a_mission_is_the_midterm_or_the_final_and_not_both() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let both = mission(academy.minor, json!({ "is_midterm": true, "is_final": true }));
        let refused = academy.teacher.post("/missions/", both).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "is_final");
        let id = makes_mission(&academy.teacher, academy.minor, json!({ "is_midterm": true })).await;
        let path = format!("/missions/{id}/");
        academy.teacher.patch(&path, json!({ "is_final": true })).await.refused(400, "INVALID_REQUEST");
        let is = |mission: &Value| [mission["is_midterm"].clone(), mission["is_final"].clone()];
        let last = academy.teacher.patch(&path, json!({ "is_midterm": false, "is_final": true })).await.is(200);
        assert_eq!(is(&last), [json!(false), json!(true)]);
        assert_eq!(is(&academy.teacher.patch(&path, json!({ "title": "기말" })).await.is(200)), is(&last));
        let plain = academy.teacher.patch(&path, json!({ "is_final": false })).await.is(200);
        assert_eq!(is(&plain), [json!(false), json!(false)]);
        let portal = academy.teacher.get(&format!("/api/v1/assessments/{id}")).await.ok();
        assert_eq!(portal["assessment"]["assessment_type"], "QUIZ");
    });
}

#[test]
fn a_mission_keeps_its_type_once_it_has_questions_and_moves_within_its_course_only() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (id, questions) = academy.asks(&[1], json!({})).await;
        let path = format!("/missions/{id}/");
        let code = json!({ "mission_type": "code_submission" });
        let refused = academy.teacher.put(&path, code.clone()).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "mission_type");
        academy.teacher.put(&path, json!({ "mission_type": "multiple_choice" })).await.is(200);
        academy.teacher.delete(&format!("{CHOICES}{}/", questions[0])).await.is(204);
        // With the type go its kind and its tries, unless others are named.
        let portal = format!("/api/v1/assessments/{id}");
        let kind = async || academy.teacher.get(&portal).await.ok()["assessment"]["assessment_type"].clone();
        let changed = academy.teacher.put(&path, code.clone()).await.is(200);
        assert_eq!((&changed["mission_type"], &changed["attempts_allowed"]), (&json!("code_submission"), &json!(null)));
        assert_eq!(kind().await, "ASSIGNMENT");
        let choices = academy.teacher.put(&path, json!({ "mission_type": "multiple_choice" })).await.is(200);
        assert_eq!((&choices["attempts_allowed"], kind().await), (&json!(3), json!("QUIZ")));
        let more = json!({ "mission_type": "code_submission", "attempts_allowed": 7, "is_final": true });
        assert_eq!(academy.teacher.put(&path, more).await.is(200)["attempts_allowed"], 7);
        assert_eq!(kind().await, "FINAL");
        let refused = academy.teacher.post(CHOICES, choice(id, 1)).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "mission_id");

        let elsewhere = makes_category(&academy.teacher, 0).await;
        let foreign = adds_minor(&academy.teacher, elsewhere, "함수").await;
        let refused = academy.teacher.put(&path, json!({ "minor_category_id": foreign })).await;
        assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "minor_category_id");
        let second = adds_minor(&academy.teacher, academy.course, "함수").await;
        let moved = academy.teacher.put(&path, json!({ "minor_category_id": second })).await.is(200);
        assert_eq!(moved["minor_category_id"], second);
        assert_eq!(progress(&academy.student, &academy.enrollment).await["progressRate"]["totalCount"], 1);
        academy.teacher.delete(&format!("/courses/minor-categories/{second}/")).await.is(204);
        academy.teacher.get(&path).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_question_of_a_mission_has_five_options_and_its_learners_do_not_see_the_right_one() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (other, stranger) = (school.another_teacher().await, school.student("이학생").await);
        let (mission, questions) = academy.asks(&[4], json!({ "is_midterm": true })).await;
        for (key, wrong) in [
            ("option_5", json!(null)),
            ("option_1", json!(" ")),
            ("correct_option", json!(0)),
            ("correct_option", json!(6)),
            ("points", json!(0)),
        ] {
            let mut new = choice(mission, 1);
            new[key] = wrong;
            let refused = academy.teacher.post(CHOICES, new).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], key);
        }
        // No surface adds a question with fewer options to it.
        let short = json!({ "questions": [{ "type": "multiple_choice", "question": "?", "correctAnswer": "opt-001", "points": 5,
            "options": [{ "text": "하나" }, { "text": "둘" }] }] });
        academy
            .teacher
            .post(&at(&format!("/assessments/{mission}/questions")), short)
            .await
            .refused(400, "LEARNING_008");

        let one = format!("{CHOICES}{}/", questions[0]);
        let exam = format!("/missions/major/{}/{}/mid/mcqs/", academy.course, academy.minor);
        assert_eq!(academy.teacher.get(&one).await.is(200)["correct_option"], 4);
        for path in [CHOICES, &exam] {
            assert_eq!(academy.teacher.get(path).await.is(200)["results"][0]["correct_option"], 4, "{path}");
            let seen = academy.student.get(path).await.is(200);
            assert_eq!(ids(&seen), questions, "{path}");
            assert_eq!(seen["results"][0]["correct_option"], json!(null), "{path}");
        }
        let seen = academy.student.get(&one).await.is(200);
        assert_eq!((&seen["correct_option"], &seen["option_4"]), (&json!(null), &json!("넷")));
        stranger.get(&one).await.refused(404, "NOT_FOUND");
        stranger.get(&exam).await.refused(403, "FORBIDDEN");
        other.get(&exam).await.refused(403, "FORBIDDEN");
        for person in [&stranger, &other] {
            assert_eq!(ids(&person.get(CHOICES).await.is(200)), [0; 0]);
        }
        for (person, code) in [(&academy.student, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")] {
            person.post(CHOICES, choice(mission, 1)).await.refused(403, code);
            person.patch(&one, json!({ "correct_option": 1 })).await.refused(403, code);
            person.delete(&one).await.refused(403, code);
        }
        let last = exam.replace("/mid/", "/final/");
        assert_eq!(ids(&academy.student.get(&last).await.is(200)), [0; 0]);
        let neither = exam.replace("/mid/", "/middle/");
        assert_eq!(academy.student.get(&neither).await.refused(400, "INVALID_REQUEST")["field"], "mid_or_final");
        let admin = school.admin().await;
        assert_eq!(admin.get(CHOICES).await.is(200)["results"][0]["correct_option"], 4);
    });
}

#[test]
fn the_total_of_a_mission_is_the_sum_of_its_points_and_the_share_that_passes_stays() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (mission, questions) = academy.asks(&[1, 2], json!({ "pass_percent": 75 })).await;
        let shown = async || {
            let shown = academy.mission(mission).await;
            (shown["total_points"].as_f64().unwrap(), shown["pass_percent"].as_f64().unwrap())
        };
        assert_eq!(shown().await, (20.0, 75.0));
        let path = |n: usize| format!("{CHOICES}{}/", questions[n]);
        academy.teacher.put(&path(0), json!({ "points": 5.5 })).await.is(200);
        assert_eq!(shown().await, (15.5, 75.0));
        academy.teacher.delete(&path(1)).await.is(204);
        academy.teacher.get(&path(1)).await.refused(404, "NOT_FOUND");
        answers(&academy.student, questions[1], 2).await.refused(404, "NOT_FOUND");
        assert_eq!(shown().await, (5.5, 75.0));
        academy.teacher.delete(&path(0)).await.is(204);
        assert_eq!(shown().await, (100.0, 75.0));
    });
}

#[test]
fn questions_stay_as_they_are_once_someone_has_begun() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (mission, questions) = academy.asks(&[1, 2], json!({})).await;
        let path = format!("{CHOICES}{}/", questions[1]);
        answers(&academy.student, questions[0], 1).await.is(201);
        academy.teacher.put(&path, json!({ "correct_option": 1 })).await.refused(409, "ATTEMPTS_EXIST");
        academy.teacher.patch(&path, json!({ "points": 1 })).await.refused(409, "ATTEMPTS_EXIST");
        academy.teacher.delete(&path).await.refused(409, "ATTEMPTS_EXIST");
        academy.teacher.post(CHOICES, choice(mission, 1)).await.refused(409, "ATTEMPTS_EXIST");
        // The name and the description of the mission may change, and the attempt goes on.
        let more = json!({ "title": "새 이름", "pass_percent": 100 });
        academy.teacher.put(&format!("/missions/{mission}/"), more).await.is(200);
        let done = answers(&academy.student, questions[1], 2).await.is(201);
        assert_eq!((&done["score"], &done["is_passed"]), (&json!(20.0), &json!(true)));
    });
}

#[test]
fn a_question_that_is_answered_and_deleted_at_once_is_one_of_them() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        for _ in 0..5 {
            let (mission, questions) = academy.asks(&[1, 2], json!({})).await;
            let path = format!("{CHOICES}{}/", questions[0]);
            let (answered, deleted) =
                join(answers(&academy.student, questions[0], 1), academy.teacher.delete(&path)).await;
            let left = academy.mission(mission).await["question_count"].clone();
            match answered.status {
                201 => assert_eq!((deleted.status, left), (409, json!(2)), "{}", deleted.json),
                404 => assert_eq!((deleted.status, left), (204, json!(1)), "{}", deleted.json),
                other => panic!("{other}: {}", answered.json),
            }
        }
    });
}

#[test]
fn a_mission_makes_its_unit_wait_for_it() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        // A unit of another surface is complete once its items are done.
        let task = json!({ "title": "자료형" });
        let task = academy.teacher.post(&format!("/api/lectures/{}/tasks", academy.course), task).await.is(201);
        let task = task["id"].as_i64().unwrap();
        let step = academy.teacher.adds_step(task, "따라 하기").await;
        let mission = makes_mission(&academy.teacher, task, json!({})).await;
        let question = adds_choice(&academy.teacher, mission, 3).await;
        views(&academy.student, &academy.enrollment, step, json!({ "completed": true })).await.ok();
        let rate = async || progress(&academy.student, &academy.enrollment).await["progressRate"].clone();
        assert_eq!(rate().await["completedCount"], 0);
        answers(&academy.student, question, 3).await.is(201);
        assert_eq!(rate().await["completedCount"], 1);
    });
}

#[test]
fn a_unit_is_asked_for_missions_that_are_required_and_shown_and_once() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let unit = academy.minor;
        let asks_for_items = async || {
            by_hand(&school, format!("update units set criteria = 'VIEW_ALL_MATERIALS' where id = {unit}")).await;
        };
        let criteria = async || {
            let sql = format!("select criteria from units where id = {unit}");
            school.app.db.maybe::<(String,)>(sql, Vec::new()).await.unwrap().unwrap().0
        };
        asks_for_items().await;
        makes_mission(&academy.teacher, unit, json!({ "is_required": false })).await;
        let id = makes_mission(&academy.teacher, unit, json!({ "is_active": false })).await;
        let path = format!("/missions/{id}/");
        academy.teacher.put(&path, json!({ "title": "새 이름" })).await.is(200);
        assert_eq!(criteria().await, "VIEW_ALL_MATERIALS");
        academy.teacher.put(&path, json!({ "is_active": true })).await.is(200);
        assert_eq!(criteria().await, "COMPLETE_REQUIRED");
        // Staff said otherwise: a new title does not undo it. A mission that is shown again on the portal is one more.
        asks_for_items().await;
        academy.teacher.put(&path, json!({ "title": "다른 이름" })).await.is(200);
        let portal = format!("/api/v1/assessments/{id}");
        academy.teacher.put(&portal, json!({ "is_active": false })).await.ok();
        assert_eq!(criteria().await, "VIEW_ALL_MATERIALS");
        academy.teacher.put(&portal, json!({ "is_active": true })).await.ok();
        assert_eq!(criteria().await, "COMPLETE_REQUIRED");
    });
}

#[test]
fn one_who_has_not_paid_yet_is_told_to_pay_first() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, PRICE).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let mission = makes_mission(&teacher, minor, json!({})).await;
        let question = adds_choice(&teacher, mission, 2).await;
        judges::says(&school, &["javascript"], &[]).await;
        let code = makes_mission(&teacher, minor, json!({ "mission_type": "code_submission" })).await;
        let program = json!({ "mission_id": code, "problem_statement": "합", "language": "javascript", "points": 9,
            "test_cases": [{ "input_data": "1", "expected_output": "1", "is_sample": true }] });
        let program = teacher.post("/missions/code-submission-questions/", program).await.is(201)["id"].clone();
        let video = adds_video(&teacher, minor, "변수란").await["id"].clone();
        let step = teacher.adds_step(minor, "따라 하기").await;
        let order = orders(&student, course).await;
        let program = json!({ "code_submission_id": program, "submitted_code": "1" });
        for (path, body) in [
            (format!("{CHOICES}{question}/"), json!({ "selected_option": 2 })),
            ("/missions/code-submissions/".to_owned(), program),
            ("/videos/progress/".to_owned(), json!({ "video_id": video, "is_completed": true })),
            ("/api/help/request".to_owned(), json!({ "subtask_id": step })),
            (at(&format!("/progress/{}/start", order["enrollment_id"])), json!({})),
        ] {
            let reply = student.post(&path, body).await;
            let says_so = ["결제", "お支払い", "Pay for"].iter().any(|word| reply.json.to_string().contains(word));
            assert!(says_so, "{}", reply.json);
            assert_eq!(reply.status, 403, "{}", reply.json);
        }
        completes(&student, &order, "imp_1").await.is(200);
        answers(&student, question, 2).await.is(201);
    });
}
