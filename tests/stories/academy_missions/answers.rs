//! Answers to multiple choices: once in an attempt, three attempts, and what the score does.

use futures_util::future::join;
use serde_json::{Value, json};

use super::{Academy, CHOICES, adds_choice, answers, ids, makes_mission};
use crate::academy_categories::makes_category;
use crate::academy_enrollments::enrolls;
use crate::classroom::by_hand;
use crate::harness::learning::at;
use crate::harness::on_both;
use crate::learning_progress::{certifications, progress};

const OWN: &str = "/missions/submissions/user/mcqs/";
const ALL: &str = "/missions/submissions/all/mcqs/";

#[test]
fn an_answer_is_told_right_or_wrong_at_once_and_counts_once_in_an_attempt() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (mission, questions) = academy.asks(&[2, 5], json!({})).await;
        let student = &academy.student;
        for wrong in [json!(0), json!(6), json!("2"), json!(null)] {
            let body = json!({ "selected_option": wrong });
            let refused =
                student.post(&format!("{CHOICES}{}/", questions[0]), body).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], "selected_option");
        }
        let first = answers(student, questions[0], 1).await.is(201);
        assert_eq!((&first["is_correct"], &first["selected_option"]), (&json!(false), &json!(1)));
        assert_eq!((&first["attempt_number"], &first["score"]), (&json!(1), &json!(null)));
        answers(student, questions[0], 2).await.refused(409, "CHOICE_MADE");
        let second = answers(student, questions[1], 5).await.is(201);
        assert_eq!((&second["is_correct"], &second["attempt_number"]), (&json!(true), &json!(1)));
        assert_eq!((&second["score"], &second["is_passed"]), (&json!(10.0), &json!(false)));
        // The next answer begins the next attempt.
        let again = answers(student, questions[0], 2).await.is(201);
        assert_eq!((&again["is_correct"], &again["attempt_number"]), (&json!(true), &json!(2)));
        answers(student, questions[1], 5).await.is(201);
        let third = answers(student, questions[0], 3).await.is(201);
        assert_eq!(third["attempt_number"], 3);
        answers(student, questions[1], 5).await.is(201);
        let refused = answers(student, questions[1], 5).await.is(409);
        assert_eq!((&refused["code"], &refused["allowed"]), (&json!("NO_ATTEMPTS_LEFT"), &json!(3)));
        let results = academy.teacher.get(&format!("/api/v1/assessments/{mission}/results")).await.ok();
        let scores: Vec<&Value> = results["results"].as_array().unwrap().iter().map(|one| &one["score"]).collect();
        assert_eq!(scores, [&json!(10.0), &json!(20.0), &json!(10.0)]);
    });
}

#[test]
fn of_two_answers_to_one_question_at_once_one_counts() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (_, questions) = academy.asks(&[1, 2], json!({})).await;
        let student = &academy.student;
        let (one, other) = join(answers(student, questions[0], 1), answers(student, questions[0], 2)).await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", one.json, other.json);
        assert_eq!(ids(&student.get(OWN).await.is(200)).len(), 1);
    });
}

#[test]
fn an_answer_whose_reply_was_lost_costs_no_try() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (_, questions) = academy.asks(&[1], json!({})).await;
        let path = format!("{CHOICES}{}/", questions[0]);
        let key = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3b";
        let sends =
            async |option: i64| academy.student.post_once(&path, json!({ "selected_option": option }), key).await;
        let first = sends(2).await.is(201);
        assert_eq!(sends(2).await.is(201), first);
        sends(1).await.refused(409, "KEY_REUSED");
        assert_eq!(ids(&academy.student.get(OWN).await.is(200)).len(), 1);
        // A refusal gives the key back.
        let other = "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3c";
        let (_, more) = academy.asks(&[1, 1], json!({})).await;
        answers(&academy.student, more[0], 1).await.is(201);
        let path = format!("{CHOICES}{}/", more[0]);
        let body = json!({ "selected_option": 1 });
        academy.student.post_once(&path, body.clone(), other).await.refused(409, "CHOICE_MADE");
        answers(&academy.student, more[1], 1).await.is(201);
        assert_eq!(academy.student.post_once(&path, body, other).await.is(201)["attempt_number"], 2);
    });
}

#[test]
fn the_last_mission_that_is_passed_completes_the_unit_and_the_course() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (_, middle) = academy.asks(&[1], json!({ "is_midterm": true })).await;
        let (_, last) = academy.asks(&[1, 2, 3, 4, 5], json!({ "is_final": true, "weight": 3 })).await;
        answers(&academy.student, middle[0], 1).await.is(201);
        let before = progress(&academy.student, &academy.enrollment).await;
        assert_eq!((&before["status"], &before["progressRate"]["completedCount"]), (&json!("in_progress"), &json!(0)));
        // Three of five are the 60 % that pass.
        for (question, option) in last.iter().zip([1, 2, 3, 5, 4]) {
            answers(&academy.student, *question, option).await.is(201);
        }
        let path = format!("/courses/enrollments/{}/", academy.enrollment);
        let after = academy.student.get(&path).await.is(200);
        assert_eq!((&after["status"], certifications(&academy.student).await.len()), (&json!("completed"), 1));
        // The final weighs three times as much as the midterm: (100 + 3 · 60) / 4.
        let grade = academy.student.get(&format!("/api/v1/enrollments/{}", academy.enrollment)).await.ok();
        assert_eq!(grade["enrollment"]["grade"]["assessment_score"], 70.0);
    });
}

#[test]
fn an_answer_that_was_told_right_or_wrong_cannot_be_changed_on_another_surface() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (mission, questions) = academy.asks(&[1, 2], json!({})).await;
        let student = &academy.student;
        answers(student, questions[0], 3).await.is(201);
        let path = |rest: &str| at(&format!("/assessments/{mission}{rest}"));
        let sitting = student.post(&path("/start"), json!({})).await.is(200);
        assert_eq!(sitting["attemptNumber"], 1);
        let sheet = |option: &str| {
            let answers = json!({ questions[0].to_string(): { "selectedOption": option } });
            json!({ "sessionId": sitting["sessionId"], "answers": answers })
        };
        student.patch(&path("/answers"), sheet("1")).await.refused(409, "LEARNING_011");
        student.post(&path("/submit"), sheet("1")).await.refused(409, "LEARNING_011");
        let taken_back = json!({ "sessionId": sitting["sessionId"], "answers": { questions[0].to_string(): {} } });
        student.patch(&path("/answers"), taken_back).await.refused(409, "LEARNING_011");
        // An answer that was saved there and not told may be given here; the one that completes the attempt hands it in.
        let saved = json!({ questions[1].to_string(): { "selectedOption": "5" } });
        student.patch(&path("/answers"), json!({ "sessionId": sitting["sessionId"], "answers": saved })).await.ok();
        assert_eq!(ids(&student.get(OWN).await.is(200)).len(), 1);
        let last = answers(student, questions[1], 2).await.is(201);
        assert_eq!((&last["is_correct"], &last["score"]), (&json!(true), &json!(10.0)));
        let result = student.get(&path(&format!("/results/{}", sitting["sessionId"].as_str().unwrap()))).await.ok();
        let right: Vec<&Value> = result["answers"].as_array().unwrap().iter().map(|one| &one["isCorrect"]).collect();
        assert_eq!(right, [&json!(false), &json!(true)]);
    });
}

#[test]
fn a_mission_is_answered_by_those_who_are_in_its_course_while_it_is_active() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (mission, questions) = academy.asks(&[1, 2], json!({})).await;
        let stranger = school.student("이학생").await;
        for person in [&stranger, &academy.teacher, &school.admin().await] {
            answers(person, questions[0], 1).await.refused(404, "NOT_FOUND");
        }
        let path = format!("/missions/{mission}/");
        academy.teacher.patch(&path, json!({ "is_active": false })).await.is(200);
        answers(&academy.student, questions[0], 1).await.refused(404, "NOT_FOUND");
        assert_eq!(ids(&academy.student.get(CHOICES).await.is(200)), [0; 0]);
        assert_eq!(ids(&academy.teacher.get(CHOICES).await.is(200)), questions);
        academy.teacher.patch(&path, json!({ "is_active": true })).await.is(200);
        answers(&academy.student, questions[0], 1).await.is(201);
        // The time in the course is over.
        let ends = school.app.now_ms() - 1;
        by_hand(&school, format!("update enrollments set expires_ms = {ends} where id = {}", academy.enrollment)).await;
        let refused = answers(&academy.student, questions[1], 1).await.is(409);
        assert_eq!(refused["status"], "EXPIRED");
        academy.student.get(&path).await.refused(404, "NOT_FOUND");
        assert_eq!(ids(&academy.student.get(CHOICES).await.is(200)), [0; 0]);
        // A learner still sees the answers of before.
        assert_eq!(ids(&academy.student.get(OWN).await.is(200)).len(), 1);
    });
}

#[test]
fn learners_see_their_own_answers_and_staff_those_in_their_courses() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (mission, questions) = academy.asks(&[1, 2], json!({})).await;
        let mate = school.student("이학생").await;
        enrolls(&mate, academy.course).await.is(201);
        let first = answers(&academy.student, questions[0], 1).await.is(201);
        let second = answers(&mate, questions[0], 2).await.is(201);
        let third = answers(&mate, questions[1], 2).await.is(201);
        let other = school.another_teacher().await;
        let elsewhere = makes_category(&other, 0).await;
        let minor = crate::academy_categories::adds_minor(&other, elsewhere, "함수").await;
        let foreign = makes_mission(&other, minor, json!({})).await;
        let foreign = adds_choice(&other, foreign, 1).await;
        enrolls(&mate, elsewhere).await.is(201);
        let fourth = answers(&mate, foreign, 1).await.is(201);

        let of = |answers: &[&Value]| answers.iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>();
        let (admin, mate_id) = (school.admin().await, mate.id);
        for (person, path, seen) in [
            (&academy.student, OWN.to_owned(), of(&[&first])),
            (&academy.student, format!("{OWN}?user_id={mate_id}"), of(&[&first])),
            (&mate, OWN.to_owned(), of(&[&fourth, &third, &second])),
            (&mate, format!("{OWN}?mission_id={mission}"), of(&[&third, &second])),
            (&academy.teacher, ALL.to_owned(), of(&[&third, &second, &first])),
            (&academy.teacher, format!("{ALL}?user_id={mate_id}"), of(&[&third, &second])),
            (&academy.teacher, format!("{ALL}?question_id={}", questions[0]), of(&[&second, &first])),
            (&academy.teacher, format!("{ALL}?question_id={foreign}"), Vec::new()),
            (&other, ALL.to_owned(), of(&[&fourth])),
            (&admin, ALL.to_owned(), of(&[&fourth, &third, &second, &first])),
            (&admin, format!("{ALL}?mission_id={mission}"), of(&[&third, &second, &first])),
        ] {
            assert_eq!(ids(&person.get(&path).await.is(200)), seen, "{path} for {}", person.name);
        }
        academy.student.get(ALL).await.refused(403, "INSTRUCTOR_ONLY");
        let page = academy.teacher.get(&format!("{ALL}?page_size=2&page=2")).await.is(200);
        assert_eq!((&page["count"], &page["results"], &page["next"]), (&json!(3), &json!([first]), &json!(null)));
    });
}
