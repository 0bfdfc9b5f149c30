//! Code questions: their languages, limits and cases, and who sees which.

use serde_json::{Value, json};

use super::{Academy, ids, makes_mission};
use crate::classroom::by_hand;
use crate::harness::learning::at;
use crate::harness::{judges, on_both};

pub const CODE: &str = "/missions/code-submission-questions/";

pub fn question(mission: i64, more: Value) -> Value {
    let mut new = json!({ "mission_id": mission, "problem_statement": "두 수의 합을 출력하세요", "language": "python",
        "example_input": "1 2", "example_output": "3" });
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    new
}

fn case(input: &str, output: &str, is_sample: bool) -> Value {
    json!({ "input_data": input, "expected_output": output, "is_sample": is_sample })
}

async fn mission(academy: &Academy) -> i64 {
    let more = json!({ "mission_type": "code_submission", "is_final": true });
    makes_mission(&academy.teacher, academy.minor, more).await
}

#[test]
fn a_code_question_is_made_in_a_language_that_a_judge_runs() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let mission = mission(&academy).await;
        let makes =
            async |language: &str| academy.teacher.post(CODE, question(mission, json!({ "language": language }))).await;
        makes("python").await.refused(503, "NO_JUDGE");
        judges::says(&school, &["python"], &[("c", "bwrap is missing")]).await;
        let off = makes("c").await.is(409);
        assert!(off["code"] == "LANGUAGE_OFF" && off["detail"].to_string().contains("bwrap is missing"), "{off}");
        makes("cobol").await.refused(409, "LANGUAGE_OFF");
        assert_eq!(makes("Python").await.is(201)["language"], "python");
        let listed = academy.student.get(CODE).await.is(200);
        let shown: Vec<_> =
            listed["languages"].as_array().unwrap().iter().map(|one| (&one["language"], &one["works"])).collect();
        assert_eq!(shown, [(&json!("c"), &json!(false)), (&json!("python"), &json!(true))]);
        assert_eq!(listed["languages"][0]["reason"], "bwrap is missing");
        // A judge that gives no sign of life is gone. What was made stays, and may be changed in all but its language.
        school.later(31);
        makes("python").await.refused(503, "NO_JUDGE");
        let path = format!("{CODE}{}/", listed["results"][0]["id"]);
        academy.teacher.patch(&path, json!({ "language": "c" })).await.refused(503, "NO_JUDGE");
        academy.teacher.patch(&path, json!({ "language": "python", "time_limit": 3 })).await.is(200);
        assert_eq!(academy.student.get(CODE).await.is(200)["languages"], json!([]));
    });
}

#[test]
fn learners_see_the_samples_of_a_code_question_and_staff_all_its_cases() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (other, stranger) = (school.another_teacher().await, school.student("이학생").await);
        judges::says(&school, &["python"], &[]).await;
        let mission = mission(&academy).await;
        let cases = json!([case("1 2\n", "3\n", true), case("", "비밀", false), case("5 5\n", "10\n", false)]);
        let made = academy.teacher.post(CODE, question(mission, json!({ "test_cases": cases }))).await.is(201);
        assert_eq!(
            (&made["time_limit"], &made["memory_limit"], &made["points"]),
            (&json!(2), &json!(256), &json!(10.0))
        );
        let path = format!("{CODE}{}/", made["id"]);
        let exam = format!("/missions/major/{}/{}/final/cs/", academy.course, academy.minor);
        let outputs = |question: &Value| -> Vec<String> {
            let cases = question["test_cases"].as_array().unwrap().iter();
            cases.map(|case| case["expected_output"].as_str().unwrap().to_owned()).collect()
        };
        for (person, seen) in [(&academy.teacher, vec!["3\n", "비밀", "10\n"]), (&academy.student, vec!["3\n"])] {
            assert_eq!(outputs(&person.get(&path).await.is(200)), seen);
            for list in [CODE, &exam] {
                assert_eq!(outputs(&person.get(list).await.is(200)["results"][0]), seen, "{list}");
            }
        }
        stranger.get(&path).await.refused(404, "NOT_FOUND");
        other.get(&path).await.refused(403, "FORBIDDEN");
        for person in [&stranger, &other] {
            person.get(&exam).await.refused(403, "FORBIDDEN");
            assert_eq!(ids(&person.get(CODE).await.is(200)), [0; 0]);
        }
        for (person, code) in [(&academy.student, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")] {
            person.post(CODE, question(mission, json!({}))).await.refused(403, code);
            person.put(&path, json!({ "test_cases": [] })).await.refused(403, code);
            person.delete(&path).await.refused(403, code);
        }
    });
}

#[test]
fn a_code_question_needs_a_case_or_an_example() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["python"], &[]).await;
        let mission = mission(&academy).await;
        let refused = academy.teacher.post(CODE, question(mission, json!({ "example_output": "\n" }))).await;
        assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "test_cases");
        for (more, field) in [
            (json!({ "time_limit": 0 }), "time_limit"),
            (json!({ "time_limit": 21 }), "time_limit"),
            (json!({ "memory_limit": 15 }), "memory_limit"),
            (json!({ "memory_limit": 1_025 }), "memory_limit"),
            (json!({ "test_cases": vec![case("", "1", true); 101] }), "test_cases"),
            (json!({ "test_cases": [case("", "1", true), { "input_data": "1" }] }), "test_cases[1].expected_output"),
            (json!({ "problem_statement": " " }), "problem_statement"),
        ] {
            let refused = academy.teacher.post(CODE, question(mission, more)).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], field);
        }
        assert_eq!(academy.mission(mission).await["question_count"], 0, "a refusal leaves nothing");
        let many = json!({ "test_cases": vec![case("", "1", false); 100], "points": 7 });
        let made = academy.teacher.post(CODE, question(mission, many)).await.is(201);
        assert_eq!(made["test_cases"].as_array().unwrap().len(), 100);
        assert_eq!(academy.mission(mission).await["total_points"], 7.0);
        let path = format!("{CODE}{}/", made["id"]);
        let only_example = academy.teacher.put(&path, json!({ "test_cases": [] })).await.is(200);
        assert_eq!((&only_example["test_cases"], &only_example["example_output"]), (&json!([]), &json!("3")));
        academy.teacher.put(&path, json!({ "example_output": "" })).await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn a_code_question_stays_as_it_is_once_a_program_was_sent() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["python"], &[]).await;
        let mission = mission(&academy).await;
        let made = academy.teacher.post(CODE, question(mission, json!({}))).await.is(201)["id"].clone();
        let unsent = academy.teacher.post(CODE, question(mission, json!({}))).await.is(201)["id"].clone();
        let sql = "insert into submissions (person, enrollment, question, language, code, status, submitted_ms)";
        let (person, enrollment) = (academy.student.id, &academy.enrollment);
        by_hand(&school, format!("{sql} values ({person}, {enrollment}, {made}, 'python', '1', 'QUEUED', 1)")).await;
        for id in [&made, &unsent] {
            let path = format!("{CODE}{id}/");
            academy.teacher.put(&path, json!({ "time_limit": 1 })).await.refused(409, "ATTEMPTS_EXIST");
            academy.teacher.patch(&path, json!({ "test_cases": [] })).await.refused(409, "ATTEMPTS_EXIST");
            academy.teacher.delete(&path).await.refused(409, "ATTEMPTS_EXIST");
        }
        academy.teacher.post(CODE, question(mission, json!({}))).await.refused(409, "ATTEMPTS_EXIST");
    });
}

#[test]
fn a_mission_of_code_is_shown_but_not_sat_on_the_learning_surface() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["python"], &[]).await;
        let mission = mission(&academy).await;
        academy.teacher.post(CODE, question(mission, json!({}))).await.is(201);
        let path = |rest: &str| at(&format!("/assessments/{mission}{rest}"));
        let shown = academy.student.get(&path("")).await.ok();
        assert_eq!((&shown["type"], &shown["questionCount"]), (&json!("final"), &json!(1)));
        let questions = academy.teacher.get(&path("/questions")).await.ok();
        assert_eq!(
            (&questions["questions"][0]["type"], &questions["questions"][0]["correctAnswer"]),
            (&json!("code"), &json!(null))
        );
        academy.student.post(&path("/start"), json!({})).await.refused(409, "LEARNING_011");
        let short = json!({ "type": "short_text", "question": "?", "correctAnswer": "3", "points": 5 });
        academy.teacher.post(&path("/questions"), json!({ "questions": [short] })).await.refused(400, "LEARNING_008");
        // Staff may record a result as of any assessment.
        let result = json!({ "enrollment_id": academy.enrollment.parse::<i64>().unwrap(), "score": 10 });
        academy.teacher.post(&format!("/api/v1/assessments/{mission}/results"), result).await.is(201);
        let enrollment = academy.student.get(&format!("/courses/enrollments/{}/", academy.enrollment)).await.is(200);
        assert_eq!(enrollment["status"], "completed");
    });
}

#[test]
fn the_record_of_programs_is_no_attempt_of_the_learning_surface() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["python"], &[]).await;
        let more = json!({ "mission_type": "code_submission", "attempts_allowed": 1 });
        let mission = makes_mission(&academy.teacher, academy.minor, more).await;
        let mut questions = Vec::new();
        for _ in 0..2 {
            let made = academy.teacher.post(CODE, question(mission, json!({}))).await.is(201);
            questions.push(made["id"].as_i64().unwrap());
        }
        // As it is written when the first of two questions is judged.
        let enrollment = &academy.enrollment;
        let sql = "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, submitted_ms, graded_ms, score)";
        by_hand(&school, format!("{sql} values (1, 1, {enrollment}, {mission}, 1, 1, 1, 1, 10)")).await;
        let sql =
            "insert into answers (created_ms, updated_ms, attempt, question, value, points, correct, submitted_ms)";
        let of =
            format!("select 1, 1, id, {}, '17', 10, true, 1 from attempts where assessment = {mission}", questions[0]);
        by_hand(&school, format!("{sql} {of}")).await;

        let path = |rest: &str| at(&format!("/assessments/{mission}{rest}"));
        let history = academy.student.get(&path("/my-history")).await.ok();
        assert_eq!((&history["attemptsRemaining"], &history["canRetake"]), (&json!(null), &json!(false)));
        let id = history["attempts"][0]["resultId"].as_str().unwrap();
        let result = academy.student.get(&path(&format!("/results/{id}"))).await.ok();
        assert_eq!((&result["attemptsRemaining"], &result["answers"][0]["yourAnswer"]), (&json!(null), &json!(null)));
        assert_eq!(result["answers"][0]["isCorrect"], true);
        // The next program would write a grade again. A result of staff stays, and takes none of the tries.
        let grades = async |id: &str, score: i64| {
            let path = format!("/api/v1/assessments/results/{id}/grade");
            academy.teacher.patch(&path, json!({ "score": score })).await
        };
        grades(id, 0).await.refused(409, "ANSWERED_BY_CODE");
        let own = json!({ "enrollment_id": enrollment.parse::<i64>().unwrap(), "score": 5 });
        let own = academy.teacher.post(&format!("/api/v1/assessments/{mission}/results"), own).await.is(201);
        grades(&own["result_id"].to_string(), 20).await.ok();
        assert_eq!(academy.student.get(&path("/my-history")).await.ok()["bestScore"], 20.0);
    });
}
