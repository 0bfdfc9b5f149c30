//! The time from which learners read the questions of missions, and the questions of a list.

use serde_json::{Value, json};

use super::code::{CODE, question};
use super::{Academy, CHOICES, adds_choice, answers, ids, makes_mission};
use crate::academy_categories::adds_minor;
use crate::academy_enrollments::enrolls;
use crate::harness::learning::at;
use crate::harness::people::Person;
use crate::harness::{School, judges, on_both};

/// A midterm of choices and a final of code.
struct Exams {
    academy: Academy,
    choices: i64,
    choice: i64,
    code: i64,
    program: i64,
}

impl Exams {
    async fn of(school: &School) -> Exams {
        let academy = Academy::of(school).await;
        judges::says(school, &["python"], &[]).await;
        let (choices, asked) = academy.asks(&[1, 2], json!({ "is_midterm": true })).await;
        let more = json!({ "mission_type": "code_submission", "is_final": true });
        let code = makes_mission(&academy.teacher, academy.minor, more).await;
        let program = academy.teacher.post(CODE, question(code, json!({}))).await.is(201)["id"].as_i64().unwrap();
        Exams { academy, choices, choice: asked[0], code, program }
    }

    /// Changes both by the portal.
    async fn sets(&self, more: Value) {
        for id in [self.choices, self.code] {
            self.academy.teacher.put(&format!("/api/v1/assessments/{id}"), more.clone()).await.ok();
        }
    }

    /// Does the person read the questions: by the list, by that of the exam, and by their ids? All three agree.
    async fn reads(&self, person: &Person) -> (bool, bool) {
        let exams = format!("/missions/major/{}/{}", self.academy.course, self.academy.minor);
        let mut reads = Vec::new();
        for (list, exam, id) in
            [(CHOICES, format!("{exams}/mid/mcqs/"), self.choice), (CODE, format!("{exams}/final/cs/"), self.program)]
        {
            let listed = ids(&person.get(list).await.is(200)).contains(&id);
            assert_eq!(ids(&person.get(&exam).await.is(200)).contains(&id), listed, "{exam}");
            let one = person.get(&format!("{list}{id}/")).await;
            if listed {
                assert_eq!(one.is(200)["id"], id);
            } else {
                one.refused(404, "NOT_FOUND");
            }
            reads.push(listed);
        }
        (reads[0], reads[1])
    }
}

#[test]
fn questions_are_read_by_learners_from_the_start_of_their_mission() {
    on_both(|school| async move {
        let exams = Exams::of(&school).await;
        let academy = &exams.academy;
        assert_eq!(exams.reads(&academy.student).await, (true, true));
        exams.sets(json!({ "start_date": gyosil::clock::rfc3339(school.app.now_ms() + 60_000) })).await;
        assert_eq!(exams.reads(&academy.student).await, (false, false));
        assert_eq!(exams.reads(&academy.teacher).await, (true, true));
        academy.student.get(&format!("/missions/{}/", exams.choices)).await.is(200);
        answers(&academy.student, exams.choice, 1).await.refused(409, "OUTSIDE_WINDOW");
        school.later(61);
        assert_eq!(exams.reads(&academy.student).await, (true, true));
    });
}

#[test]
fn questions_with_minutes_are_read_during_an_attempt_and_a_late_answer_begins_none() {
    on_both(|school| async move {
        let exams = Exams::of(&school).await;
        let academy = &exams.academy;
        let mate = school.student("이학생").await;
        enrolls(&mate, academy.course).await.is(201);
        exams.sets(json!({ "time_limit": 1 })).await;
        // Nobody sits a mission of code: its minutes say nothing.
        assert_eq!(exams.reads(&academy.student).await, (false, true));
        assert_eq!(exams.reads(&academy.teacher).await, (true, true));
        answers(&academy.student, exams.choice, 1).await.refused(404, "NOT_FOUND");
        let start = at(&format!("/assessments/{}/start", exams.choices));
        assert_eq!(academy.student.post(&start, json!({})).await.is(200)["attemptNumber"], 1);
        assert_eq!(exams.reads(&academy.student).await, (true, true));
        assert_eq!(exams.reads(&mate).await, (false, true));
        answers(&academy.student, exams.choice, 1).await.is(201);
        school.later(61);
        assert_eq!(exams.reads(&academy.student).await, (false, true));
        school.later(30);
        for _ in 0..2 {
            answers(&academy.student, exams.choice, 1).await.refused(409, "ATTEMPT_OVER");
        }
        let history = academy.student.get(&at(&format!("/assessments/{}/my-history", exams.choices))).await.ok();
        assert_eq!((&history["totalAttempts"], &history["attemptsRemaining"]), (&json!(1), &json!(2)));
        assert_eq!(academy.student.post(&start, json!({})).await.is(200)["attemptNumber"], 2);
        assert_eq!(exams.reads(&academy.student).await, (true, true));
    });
}

#[test]
fn a_list_of_questions_has_those_of_the_mission_or_the_exam_that_is_named() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (teacher, student) = (&academy.teacher, &academy.student);
        let second = adds_minor(teacher, academy.course, "함수").await;
        let (_, quiz) = academy.asks(&[1], json!({})).await;
        let (middle, of_middle) = academy.asks(&[1, 2], json!({ "is_midterm": true })).await;
        let (_, of_last) = academy.asks(&[3], json!({ "is_final": true })).await;
        let elsewhere = makes_mission(teacher, second, json!({ "is_midterm": true })).await;
        let of_second = vec![adds_choice(teacher, elsewhere, 4).await];
        let exam = |minor: i64, which: &str| format!("/missions/major/{}/{minor}/{which}/mcqs/", academy.course);
        for (path, expected) in [
            (CHOICES.to_owned(), [&quiz[..], &of_middle, &of_last, &of_second].concat()),
            (format!("{CHOICES}?mission_id={middle}"), of_middle.clone()),
            (format!("{CHOICES}?mission_id={elsewhere}"), of_second.clone()),
            (exam(academy.minor, "mid"), of_middle),
            (exam(academy.minor, "final"), of_last),
            (exam(second, "mid"), of_second),
            (exam(second, "final"), Vec::new()),
        ] {
            for person in [teacher, student] {
                assert_eq!(ids(&person.get(&path).await.is(200)), expected, "{path} for {}", person.name);
            }
        }
    });
}
