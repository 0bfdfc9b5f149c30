//! Programs that learners send: they wait, are judged by a real judge, and their points count. And what happens when judges die.

mod keeper;
mod queue;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::academy_missions::{Academy, ids, makes_mission};
use crate::harness::judges::{self, Judge};
use crate::harness::people::{PASSWORD, Person, Reply};
use crate::harness::{Backend, School, on, on_both, until};

const PROGRAMS: &str = "/missions/code-submissions/";
const SUM: &str = "const [a, b] = readline().split(' ').map(Number); console.log(a + b)";
/// Right for the sample and for one of the two hidden cases of [`asks_for_sums`].
const NEARLY: &str =
    "const [a, b] = readline().split(' ').map(Number); if (a > 90) throw new Error('비밀'); console.log(a + b)";

/// Makes a mission with a question in JavaScript: a sample and two hidden cases, for nine points. Returns both ids.
async fn asks_for_sums(academy: &Academy, more: Value) -> (i64, i64) {
    let mut new = json!({ "mission_type": "code_submission", "is_final": true });
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mission = makes_mission(&academy.teacher, academy.minor, new).await;
    (mission, asks(academy, mission).await)
}

async fn asks(academy: &Academy, mission: i64) -> i64 {
    asks_in(academy, mission, "javascript").await
}

async fn asks_in(academy: &Academy, mission: i64, language: &str) -> i64 {
    let case = |input: &str, output: &str, sample: bool| json!({ "input_data": input, "expected_output": output, "is_sample": sample });
    let new = json!({ "mission_id": mission, "problem_statement": "두 수의 합", "language": language, "points": 9,
        "time_limit": 1, "test_cases": [case("1 2", "3\n", true), case("40 2", "42", false), case("99 1", "100", false)] });
    let made = academy.teacher.post("/missions/code-submission-questions/", new).await.is(201);
    made["id"].as_i64().unwrap()
}

async fn sends(person: &Person, question: i64, code: &str) -> Reply {
    person.post(PROGRAMS, json!({ "code_submission_id": question, "submitted_code": code })).await
}

async fn sent(person: &Person, question: i64, code: &str) -> i64 {
    sends(person, question, code).await.is(201)["id"].as_i64().unwrap()
}

fn path(id: i64) -> String {
    format!("{PROGRAMS}{id}/")
}

async fn judged(person: &Person, question: i64, code: &str) -> Value {
    let id = sent(person, question, code).await;
    person.post(&format!("{}evaluate/", path(id)), json!({})).await.is(200)
}

/// An academy with a judge that runs JavaScript.
async fn with_judge(school: &School) -> (Academy, Judge) {
    let judge = Judge::runs(school).await;
    (Academy::of(school).await, judge)
}

fn outcomes(program: &Value) -> Vec<&str> {
    program["cases"].as_array().unwrap().iter().map(|case| case["outcome"].as_str().unwrap()).collect()
}

#[test]
fn a_program_earns_points_for_the_cases_that_it_passes_and_the_best_one_counts() {
    on_both(|school| async move {
        let (academy, _judge) = with_judge(&school).await;
        let (mission, question) = asks_for_sums(&academy, json!({})).await;
        let student = &academy.student;
        let mut socket = student.opens(&format!("/ws/help/{}", student.id)).await;
        let program = judged(student, question, NEARLY).await;
        assert_eq!((&program["status"], &program["result_summary"]), (&json!("JUDGED"), &json!("2/3")));
        assert_eq!((&program["points"], &program["is_passed"]), (&json!(6.0), &json!(false)));
        let told = socket.waits_for("code_judged").await;
        assert_eq!(
            told["data"],
            json!({ "submission_id": program["id"], "code_submission_id": question, "is_passed": false })
        );
        let notices = student.get("/api/notifications").await.ok()["notifications"].clone();
        let notice = notices.as_array().unwrap().iter().find(|notice| notice["type"] == "CODE_JUDGED").unwrap();
        assert_eq!(notice["related_id"], program["id"], "{notice}");

        let score = async || {
            let results = academy.teacher.get(&format!("/api/v1/assessments/{mission}/results")).await.ok();
            let all = results["results"].as_array().unwrap();
            assert_eq!(all.len(), 1, "all programs of a learner are one attempt: {results}");
            all[0]["score"].clone()
        };
        assert_eq!(score().await, 6.0);
        let status = async || {
            let enrollment = student.get(&format!("/courses/enrollments/{}/", academy.enrollment)).await.is(200);
            enrollment["status"].clone()
        };
        // 6 of 9 points pass the mission, and with it the course.
        assert_eq!(status().await, "completed");
        assert_eq!(judged(student, question, SUM).await["points"], 9.0);
        assert_eq!(score().await, 9.0);
        let worse = judged(student, question, "console.log(3)").await;
        assert_eq!((&worse["points"], &worse["result_summary"]), (&json!(3.0), &json!("1/3")));
        assert_eq!(score().await, 9.0, "the best program counts");
        let listed = student.get("/missions/submissions/user/cs/").await.is(200);
        assert_eq!((&listed["count"], &listed["results"][0]), (&json!(3), &worse));
    });
}

#[test]
fn a_learner_is_told_of_hidden_cases_only_whether_they_passed() {
    on_both(|school| async move {
        let (academy, _judge) = with_judge(&school).await;
        let (_, question) = asks_for_sums(&academy, json!({})).await;
        let wrong =
            "const [a] = readline().split(' ').map(Number); if (a > 90) throw new Error('비밀 ' + a); console.log(4)";
        let seen = judged(&academy.student, question, wrong).await;
        assert_eq!(outcomes(&seen), ["WRONG_OUTPUT", "NOT_PASSED", "NOT_PASSED"]);
        assert_eq!(seen["cases"][0]["detail"], "line 1\n- 3\n+ 4");
        assert_eq!((&seen["cases"][1]["detail"], &seen["cases"][2]["execution_time"]), (&json!(""), &json!(0.0)));
        assert!(!seen.to_string().replace(wrong, "").contains("비밀 99"), "{seen}");
        let id = seen["id"].as_i64().unwrap();
        let staff = academy.teacher.get(&path(id)).await.is(200);
        assert_eq!(outcomes(&staff), ["WRONG_OUTPUT", "WRONG_OUTPUT", "CRASHED"]);
        assert!(staff["cases"][2]["detail"].as_str().unwrap().contains("비밀 99"), "{staff}");
        assert!(staff["test_results"].as_str().unwrap().contains("CRASHED"));
        let slow = judged(&academy.student, question, "if (readline() === '99 1') for (;;);").await;
        assert!(slow["execution_time"].as_f64().unwrap() < 0.9, "a hidden case tells nothing by its time: {slow}");
        // Words of a compiler tell no case.
        let unreadable = judged(&academy.student, question, "let x = ;").await;
        assert_eq!(outcomes(&unreadable), ["NOT_COMPILED", "NOT_PASSED", "NOT_PASSED"]);
        assert!(unreadable["result_summary"].as_str().unwrap().starts_with("SyntaxError"), "{unreadable}");
    });
}

#[test]
fn a_program_is_seen_by_its_learner_and_the_staff_of_its_course() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["javascript"], &[]).await;
        let (mission, question) = asks_for_sums(&academy, json!({})).await;
        let (other, stranger) = (school.another_teacher().await, school.student("이학생").await);
        sends(&stranger, question, SUM).await.refused(404, "NOT_FOUND");
        let id = sent(&academy.student, question, SUM).await;
        for person in [&other, &stranger] {
            person.get(&path(id)).await.refused(404, "NOT_FOUND");
            person.put(&path(id), json!({ "submitted_code": "1" })).await.refused(404, "NOT_FOUND");
            person.delete(&path(id)).await.refused(404, "NOT_FOUND");
            person.post(&format!("{}evaluate/", path(id)), json!({})).await.refused(404, "NOT_FOUND");
            assert_eq!(ids(&person.get(PROGRAMS).await.is(200)), [0; 0]);
        }
        stranger.get("/missions/submissions/all/cs/").await.refused(403, "INSTRUCTOR_ONLY");
        assert_eq!(ids(&other.get("/missions/submissions/all/cs/").await.is(200)), [0; 0]);
        for query in [
            "",
            &format!("?mission_id={mission}"),
            &format!("?user_id={}", academy.student.id),
            &format!("?code_submission_id={question}"),
        ] {
            assert_eq!(
                ids(&academy.teacher.get(&format!("/missions/submissions/all/cs/{query}")).await.is(200)),
                [id],
                "{query}"
            );
        }
        assert_eq!(
            ids(&academy.teacher.get("/missions/submissions/all/cs/?mission_id=1").await.is(200)).len(),
            usize::from(mission == 1)
        );
        assert_eq!(ids(&academy.student.get(PROGRAMS).await.is(200)), [id]);
        academy.teacher.put(&path(id), json!({ "submitted_code": "1" })).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn a_program_can_be_changed_and_taken_back_while_it_waits() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["javascript"], &[]).await;
        let (_, question) = asks_for_sums(&academy, json!({})).await;
        let student = &academy.student;
        let id = sent(student, question, "1").await;
        let changed = student.patch(&path(id), json!({ "submitted_code": SUM })).await.is(200);
        assert_eq!((&changed["submitted_code"], &changed["status"]), (&json!(SUM), &json!("QUEUED")));
        for (body, field) in [
            (json!({ "submitted_code": "" }), "submitted_code"),
            (json!({ "submitted_code": "a\0" }), "submitted_code"),
        ] {
            assert_eq!(student.put(&path(id), body).await.refused(400, "INVALID_REQUEST")["field"], field);
        }
        student.delete(&path(id)).await.is(204);
        student.get(&path(id)).await.refused(404, "NOT_FOUND");
        let id = sent(student, question, NEARLY).await;
        let judge = Judge::runs(&school).await;
        let evaluated = student.post(&format!("{}evaluate/", path(id)), json!({})).await.is(200);
        assert_eq!(evaluated["points"], 6.0);
        assert_eq!(
            student.put(&path(id), json!({ "submitted_code": SUM })).await.refused(409, "INVALID_STATE")["status"],
            "JUDGED"
        );
        student.delete(&path(id)).await.refused(409, "INVALID_STATE");
        assert_eq!(judged(student, question, "console.log(3)").await["points"], 3.0);
        drop(judge);
        // Staff delete a program: then the best of the others counts.
        academy.teacher.delete(&path(id)).await.is(204);
        let sql = "select score from attempts where enrollment = $1";
        let enrollment: i64 = academy.enrollment.parse().unwrap();
        let scores: Vec<(f64,)> = school.app.db.all(sql, vec![enrollment.into()]).await.unwrap();
        assert_eq!(scores, [(3.0,)]);
    });
}

#[test]
fn a_mission_may_allow_so_many_programs_for_a_question() {
    on_both(|school| async move {
        let (academy, _judge) = with_judge(&school).await;
        let (mission, question) = asks_for_sums(&academy, json!({ "attempts_allowed": 2 })).await;
        let second = asks(&academy, mission).await;
        judged(&academy.student, question, "1").await;
        judged(&academy.student, question, "2").await;
        let refused = sends(&academy.student, question, SUM).await.is(409);
        assert_eq!((&refused["code"], &refused["allowed"]), (&json!("NO_ATTEMPTS_LEFT"), &json!(2)));
        assert_eq!(judged(&academy.student, second, SUM).await["points"], 9.0);
        let sql = "select count(*), max(score) from attempts";
        assert_eq!(school.app.db.one::<(i64, f64)>(sql, Vec::new()).await.unwrap(), (1, 9.0));
    });
}

#[test]
fn a_program_for_a_mission_that_is_over_is_refused() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["javascript"], &[]).await;
        let (mission, question) = asks_for_sums(&academy, json!({})).await;
        let past = json!({ "end_date": "2020-01-01" });
        academy.teacher.put(&format!("/api/v1/assessments/{mission}"), past).await.is(200);
        sends(&academy.student, question, SUM).await.is(409);
        let listed = academy.student.get(PROGRAMS).await.is(200);
        assert_eq!(listed["count"], 0);
    });
}

#[test]
fn one_who_waits_ten_seconds_is_told_that_it_still_waits() {
    on(Backend::Sqlite, &[], |school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["javascript"], &[]).await;
        let (_, question) = asks_for_sums(&academy, json!({})).await;
        let id = sent(&academy.student, question, SUM).await;
        let begun = std::time::Instant::now();
        let evaluate = format!("{}evaluate/", path(id));
        let replies = join_all((0..9).map(|_| academy.student.post(&evaluate, json!({})))).await;
        let (too_many, waited): (Vec<Reply>, Vec<Reply>) = replies.into_iter().partition(|reply| reply.status == 429);
        assert!(!too_many.is_empty() && !waited.is_empty(), "{} {}", too_many.len(), waited.len());
        for refused in too_many {
            refused.refused(429, "TOO_MANY_WAITING");
        }
        for waiting in waited {
            assert_eq!(waiting.is(202)["status"], "QUEUED");
        }
        assert!((9..20).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
        // The judge that said that it lives gives no sign any more.
        school.later(40);
        academy.student.post(&format!("{}evaluate/", path(id)), json!({})).await.refused(503, "NO_JUDGE");
        sends(&academy.student, question, SUM).await.refused(503, "NO_JUDGE");
    });
}
