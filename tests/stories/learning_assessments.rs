//! Assessments with questions: who sits them, how long, what counts, and what one learns of it.

mod bounds;
mod clock;

use std::collections::HashSet;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::harness::learning::at;
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both_with};

/// Exams take longer than a token lasts.
const LONG: &[&str] = &["--access-ttl-s", "1000000"];

fn choice(right: &str, points: i64, skill: &str) -> Value {
    json!({ "type": "multiple_choice", "question": "正しいのはどれですか？", "points": points, "skill": skill,
        "options": [{ "text": "let x: number = 5;" }, { "text": "let x = number: 5;" }], "correctAnswer": right })
}

fn code() -> Value {
    json!({ "type": "code_completion", "question": "空欄を埋めてください", "points": 10, "skill": "ジェネリクス",
        "codeTemplate": "function identity<____>(arg: ____): ____ { return arg; }", "correctAnswer": "T, T, T" })
}

fn short() -> Value {
    json!({ "type": "short_text", "question": "開発元は？", "points": 5, "correctAnswer": "Microsoft" })
}

/// An exam of 20 points in three questions, 14 of which pass, with 60 minutes and three tries.
fn exam() -> Value {
    json!({ "title": "最終試験", "type": "exam", "passingScore": 70, "maxScore": 100, "timeLimit": 60,
        "attemptsAllowed": 3, "isRequired": true, "questions": [choice("opt-001", 5, "型システム"), code(), short()] })
}

fn with(base: &Value, more: Value) -> Value {
    let mut whole = base.clone();
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole
}

struct Exam {
    teacher: Person,
    student: Person,
    course: i64,
    enrollment: i64,
    id: String,
    /// The ids of its questions.
    questions: Vec<String>,
}

async fn enrolls(student: &Person, course: i64) -> i64 {
    let made = student.post("/api/v1/enrollments", json!({ "course_id": course })).await.is(201);
    made["enrollment_id"].as_i64().unwrap()
}

impl Exam {
    async fn of(school: &School, exam: Value) -> Exam {
        let teacher = school.teacher().await;
        let course =
            teacher.post("/api/v1/courses", json!({ "title": "TypeScript基礎" })).await.is(201)["course_id"].clone();
        let student = school.student("鈴木一郎").await;
        let course = course.as_i64().unwrap();
        let enrollment = enrolls(&student, course).await;
        let made = teacher.post(&at(&format!("/courses/{course}/assessments")), exam).await.is(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let questions = made["questions"].as_array().unwrap().iter();
        let questions = questions.map(|question| question["id"].as_str().unwrap().to_owned()).collect();
        Exam { teacher, student, course, enrollment, id, questions }
    }

    fn path(&self, rest: &str) -> String {
        at(&format!("/assessments/{}{rest}", self.id))
    }

    async fn starts(&self, student: &Person) -> Reply {
        student.post(&self.path("/start"), json!({})).await
    }

    async fn session(&self) -> Value {
        self.starts(&self.student).await.is(200)["sessionId"].clone()
    }

    async fn saves(&self, session: &Value, answers: Value) -> Reply {
        self.student.patch(&self.path("/answers"), json!({ "sessionId": session, "answers": answers })).await
    }

    async fn submits(&self, session: &Value, answers: Value) -> Reply {
        self.student.post(&self.path("/submit"), json!({ "sessionId": session, "answers": answers })).await
    }

    async fn result(&self, person: &Person, id: &Value) -> Reply {
        person.get(&self.path(&format!("/results/{}", id.as_str().unwrap()))).await
    }

    async fn history(&self) -> Value {
        self.student.get(&self.path("/my-history")).await.ok()
    }

    /// Answers to the three questions of the exam.
    fn answers(&self, option: &str, blanks: &str, text: &str) -> Value {
        let [choice, code, short] = &self.questions[..] else { panic!("three questions") };
        json!({ choice: { "selectedOption": option }, code: { "answer": blanks }, short: { "answer": text } })
    }

    fn right(&self) -> Value {
        self.answers("opt-001", "Ｔ,T ,T", " microsoft")
    }

    async fn portal_results(&self) -> Vec<Value> {
        let found = self.teacher.get(&format!("/api/v1/assessments/{}/results", self.id)).await.ok();
        found["results"].as_array().unwrap().clone()
    }

    async fn assessment_score(&self) -> Value {
        let path = format!("/api/v1/enrollments/{}", self.enrollment);
        self.student.get(&path).await.ok()["enrollment"]["grade"]["assessment_score"].clone()
    }
}

#[test]
fn a_learner_sits_an_exam_and_the_score_is_the_one_of_every_surface() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let shown = exam.student.get(&exam.path("")).await.ok();
        assert_eq!([&shown["maxScore"], &shown["passingScore"], &shown["questionCount"]], [20.0, 14.0, 3.0]);
        let begun = exam.starts(&exam.student).await.is(200);
        assert!(!begun.to_string().contains("correct") && !begun.to_string().contains("Microsoft"), "{begun}");
        assert_eq!(begun["questions"][0]["options"][1], json!({ "id": "opt-002", "text": "let x = number: 5;" }));
        assert!(exam.portal_results().await.is_empty(), "an open attempt is no result");

        let session = begun["sessionId"].clone();
        let wrong = exam.answers("opt-002", "T, U, T", "Google");
        let saved = exam.saves(&session, wrong).await.is(200);
        assert_eq!(saved["answeredCount"], 3);
        exam.saves(&session, json!({ exam.questions[2].as_str(): null })).await.is(200);
        school.later(600);
        // One who comes back goes on where they were.
        let again = exam.starts(&exam.student).await.is(200);
        assert_eq!(with(&begun, json!({ "savedAnswers": again["savedAnswers"] })), again);
        let kept =
            json!({ &exam.questions[0]: { "selectedOption": "opt-002" }, &exam.questions[1]: { "answer": "T, U, T" } });
        assert_eq!(again["savedAnswers"], kept);

        // A saved answer counts where the last sheet says nothing.
        let sheet = json!({ &exam.questions[0]: { "selectedOption": "opt-001" }, &exam.questions[2]: { "answer": "Microsoft" } });
        let body = json!({ "sessionId": session, "answers": sheet, "submittedAt": "2001-01-01T00:00:00.000Z" });
        let outcome = exam.student.post(&exam.path("/submit"), body).await.is(200);
        assert_eq!(
            [&outcome["score"], &outcome["normalizedScore"], &outcome["maxScore"]],
            [&json!(16.67), &json!(83.35), &json!(20.0)]
        );
        assert_eq!([&outcome["passed"], &outcome["attemptsRemaining"]], [&json!(true), &json!(2)]);
        assert!(outcome["submittedAt"].as_str().unwrap() > "2020", "the server's clock counts");
        let sql = "select client_submitted_ms from attempts where client_submitted_ms is not null";
        let (said_ms,): (i64,) = school.app.db.one(sql, Vec::new()).await.unwrap();
        assert_eq!(gyosil::clock::rfc3339(said_ms), "2001-01-01T00:00:00Z", "the client's time is kept as it was said");
        let feedback = &outcome["feedback"];
        assert_eq!(feedback["overall"], "よくできました。合格です。");
        assert_eq!(feedback["strengths"], json!(["型システム: 1 問すべて正解"]));
        assert_eq!(feedback["improvements"], json!(["ジェネリクス: 1 問中 0 問正解。復習しましょう。"]));

        let progress = exam.student.get(&at(&format!("/progress/{}", exam.enrollment))).await.ok();
        assert_eq!(&progress["assessmentResults"][0]["feedback"], feedback);

        let result = exam.result(&exam.student, &outcome["resultId"]).await.is(200);
        assert_eq!(result["timeSpent"]["minutes"], 10);
        let answers = result["answers"].as_array().unwrap();
        assert_eq!(
            answers[1],
            json!({ "questionId": exam.questions[1], "question": "空欄を埋めてください", "yourAnswer": "T, U, T",
                "correctAnswer": "T, T, T", "isCorrect": false, "points": 10.0, "earnedPoints": 6.67 })
        );
        assert_eq!(exam.portal_results().await[0]["score"], 16.67);
        assert_eq!(exam.assessment_score().await, 83.35);
        let history = exam.history().await;
        assert_eq!([&history["bestScore"], &history["canRetake"]], [&json!(16.67), &json!(true)]);
        let standing = exam.teacher.post("/api/v1/completions", json!({ "enrollment_id": exam.enrollment })).await;
        standing.is(201);
    });
}

#[test]
fn a_right_answer_is_shown_once_passed_or_without_a_try_left() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, with(&exam(), json!({ "attemptsAllowed": 2 }))).await;
        let shown = async |person: &Person, id: &Value| {
            let result = exam.result(person, id).await.is(200);
            result["answers"].as_array().unwrap().iter().filter(|answer| !answer["correctAnswer"].is_null()).count()
        };
        let fails = async || exam.submits(&exam.session().await, json!({})).await.is(200)["resultId"].clone();
        let first = fails().await;
        assert_eq!((shown(&exam.student, &first).await, shown(&exam.teacher, &first).await), (0, 3));
        let last = exam.session().await;
        assert_eq!(shown(&exam.student, &first).await, 0, "not while the last try is open");
        let last = exam.submits(&last, json!({})).await.is(200);
        assert_eq!([&last["passed"], &last["attemptsRemaining"]], [&json!(false), &json!(0)]);
        assert_eq!(shown(&exam.student, &first).await, 3);
        assert_eq!(exam.starts(&exam.student).await.refused(409, "LEARNING_004"), json!({}));
        assert_eq!(exam.history().await["canRetake"], false);

        // One who has passed sees them too, but not while they try once more.
        let other = school.student("田中花子").await;
        enrolls(&other, exam.course).await;
        let other = Exam { student: other, questions: exam.questions.clone(), id: exam.id.clone(), ..exam };
        let passed = other.submits(&other.session().await, other.right()).await.is(200)["resultId"].clone();
        let right = async || other.result(&other.student, &passed).await.is(200)["answers"][0]["correctAnswer"].clone();
        assert_eq!(right().await, "opt-001");
        other.session().await;
        assert_eq!(right().await, Value::Null);
    });
}

#[test]
fn of_thirty_simultaneous_starts_one_attempt_comes() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, with(&exam(), json!({ "attemptsAllowed": 1 }))).await;
        let begun = join_all((0..30).map(|_| exam.starts(&exam.student))).await;
        let sessions: HashSet<String> = begun.into_iter().map(|reply| reply.is(200)["sessionId"].to_string()).collect();
        assert_eq!(sessions.len(), 1);
        let session = exam.session().await;
        // Of two who hand in at once both are told the same, and it counts once.
        let handed = join_all((0..10).map(|_| exam.submits(&session, exam.right()))).await;
        let outcomes: HashSet<String> = handed.into_iter().map(|reply| reply.is(200).to_string()).collect();
        assert_eq!(outcomes.len(), 1);
        assert_eq!(exam.portal_results().await.len(), 1);
        for reply in join_all((0..10).map(|_| exam.starts(&exam.student))).await {
            reply.refused(409, "LEARNING_004");
        }
    });
}

#[test]
fn the_last_try_is_given_once() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, with(&exam(), json!({ "attemptsAllowed": 1 }))).await;
        let body = json!({ "enrollment_id": exam.enrollment, "score": 1 });
        let path = format!("/api/v1/assessments/{}/results", exam.id);
        let (sat, recorded) = join(exam.starts(&exam.student), exam.teacher.post(&path, body)).await;
        assert_eq!([sat.status, recorded.status].iter().filter(|status| **status < 300).count(), 1);
        if sat.status == 200 {
            exam.submits(&sat.json["sessionId"], json!({})).await.is(200);
        }
        // Leaving and coming back gives no try back.
        exam.student.patch(&format!("/api/v1/enrollments/{}/cancel", exam.enrollment), json!({})).await.ok();
        exam.starts(&exam.student).await.refused(409, "LEARNING_011");
        enrolls(&exam.student, exam.course).await;
        exam.starts(&exam.student).await.refused(409, "LEARNING_004");
    });
}

#[test]
fn other_answers_after_the_end_are_refused_and_the_same_ones_are_answered_again() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let session = exam.session().await;
        let outcome = exam.submits(&session, exam.right()).await.is(200);
        school.later(3_600);
        assert_eq!(exam.submits(&session, exam.right()).await.is(200), outcome);
        assert_eq!(exam.submits(&session, json!({})).await.is(200), outcome);
        exam.submits(&session, exam.answers("opt-002", "T, T, T", "x")).await.refused(409, "LEARNING_012");
        exam.saves(&session, json!({})).await.refused(409, "LEARNING_012");
        assert_eq!(exam.result(&exam.student, &outcome["resultId"]).await.is(200)["score"], 20.0);
        for unknown in [json!("999999"), json!("session-uuid-001")] {
            exam.submits(&unknown, json!({})).await.refused(404, "LEARNING_012");
            exam.saves(&unknown, json!({})).await.refused(404, "LEARNING_012");
        }
    });
}

#[test]
fn only_those_in_the_course_sit_its_active_assessments() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let (stranger, colleague) = (school.student("他人").await, school.another_teacher().await);
        let session = exam.session().await;
        let outcome = exam.submits(&session, json!({})).await.is(200);
        for person in [&stranger, &colleague] {
            exam.starts(person).await.refused(404, "LEARNING_001");
            exam.result(person, &outcome["resultId"]).await.refused(404, "LEARNING_012");
            let body = json!({ "sessionId": session, "answers": {} });
            person.post(&exam.path("/submit"), body.clone()).await.refused(404, "LEARNING_012");
            person.patch(&exam.path("/answers"), body).await.refused(404, "LEARNING_012");
        }
        for path in ["", "/my-history", "/statistics", "/questions"] {
            let expected = if path.starts_with("/s") || path.starts_with("/q") {
                (403, "LEARNING_009")
            } else {
                (404, "LEARNING_001")
            };
            stranger.get(&exam.path(path)).await.refused(expected.0, expected.1);
        }
        for path in ["/statistics", "/questions"] {
            exam.student.get(&exam.path(path)).await.refused(403, "LEARNING_009");
        }
        let inactive = json!({ "is_active": false });
        exam.teacher.put(&format!("/api/v1/assessments/{}", exam.id), inactive).await.ok();
        exam.starts(&exam.student).await.refused(404, "LEARNING_001");
        exam.student.get(&exam.path("")).await.refused(404, "LEARNING_001");
        exam.teacher.get(&exam.path("")).await.is(200);
        exam.teacher.put(&format!("/api/v1/assessments/{}", exam.id), json!({ "is_active": true })).await.ok();
        // One whose time in the course is over does not begin.
        let mut tx = school.app.db.begin().await.unwrap();
        let sql = "update enrollments set expires_ms = $2 where id = $1";
        tx.run(sql, vec![exam.enrollment.into(), school.app.now_ms().into()]).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        assert_eq!(exam.starts(&exam.student).await.refused(409, "LEARNING_011")["status"], "EXPIRED");
        // An assessment has its time too.
        let other = school.student("田中花子").await;
        enrolls(&other, exam.course).await;
        let past = json!({ "start_date": "2020-01-01", "end_date": "2020-01-02" });
        exam.teacher.put(&format!("/api/v1/assessments/{}", exam.id), past).await.ok();
        exam.starts(&other).await.refused(409, "LEARNING_004");
    });
}

#[test]
fn questions_make_the_total_and_stay_once_someone_has_tried() {
    on_both_with(LONG, |school| async move {
        let plain = with(&exam(), json!({ "questions": [] }));
        let exam = Exam::of(&school, plain).await;
        exam.starts(&exam.student).await.refused(409, "LEARNING_011");
        let adds = async |questions: Value| {
            exam.teacher.post(&exam.path("/questions"), json!({ "questions": questions })).await
        };
        let first = adds(json!([choice("opt-002", 3, "型")])).await.is(201);
        assert_eq!([&first["maxScore"], &first["passingScore"]], [3.0, 2.1]);
        let second = adds(json!([code(), short()])).await.is(201);
        assert_eq!([&second["maxScore"], &second["passingScore"], &second["questionCount"]], [18.0, 12.6, 3.0]);
        assert_eq!(second["questions"][1]["correctAnswer"], "T, T, T");
        let seen = exam.teacher.get(&exam.path("/questions")).await.ok();
        assert_eq!(seen["questions"], second["questions"]);
        // The portal changes no total that questions make.
        let path = format!("/api/v1/assessments/{}", exam.id);
        exam.teacher.put(&path, json!({ "total_score": 100 })).await.refused(400, "INVALID_REQUEST");
        exam.teacher.put(&path, json!({ "pass_score": 18.5 })).await.refused(400, "INVALID_REQUEST");
        for (wrong, why) in [
            (with(&code(), json!({ "correctAnswer": "T, T" })), "blank"),
            (with(&code(), json!({ "codeTemplate": "none" })), "template"),
            (with(&choice("opt-009", 1, "型"), json!({})), "option"),
            (with(&short(), json!({ "correctAnswer": "  " })), "right answer"),
        ] {
            let details = adds(json!([short(), wrong])).await.refused(400, "LEARNING_008");
            assert_eq!(details["field"], "questions[1]");
            assert!(details["reason"].as_str().unwrap().contains(why), "{details}");
        }
        let missing = adds(json!([{ "type": "short_text", "question": "?", "points": 0, "correctAnswer": "x" }])).await;
        assert_eq!(missing.refused(400, "LEARNING_008")["field"], "questions[0].points");
        let many = adds(json!(vec![short(); 198])).await.refused(400, "LEARNING_008");
        assert_eq!(many["field"], "questions");
        exam.student
            .post(&exam.path("/questions"), json!({ "questions": [short()] }))
            .await
            .refused(403, "LEARNING_009");

        // A start and a new question at once: either the question came first, or it is refused.
        let (begun, added) = join(exam.starts(&exam.student), adds(json!([short()]))).await;
        let asked = begun.is(200)["questions"].as_array().unwrap().len();
        match added.status {
            201 => assert_eq!(asked, 4),
            _ => assert_eq!((asked, added.refused(409, "LEARNING_011")), (3, json!({}))),
        }
        adds(json!([short()])).await.refused(409, "LEARNING_011");
    });
}

#[test]
fn hostile_answers_are_refused_and_change_nothing() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let session = exam.session().await;
        exam.saves(&session, json!({ &exam.questions[1]: { "answer": ["T", "T"] } })).await.is(200);
        let before = exam.starts(&exam.student).await.is(200);
        let [choice, code, short] = [0, 1, 2].map(|n| exam.questions[n].as_str());
        for (answers, field) in [
            (json!({ choice: { "selectedOption": 1 } }), format!("answers.{choice}.selectedOption")),
            (json!({ choice: { "selectedOption": "opt-009" } }), "answers".into()),
            (json!({ choice: { "answer": "opt-001" } }), "answers".into()),
            (json!({ code: { "selectedOption": "opt-001" } }), "answers".into()),
            (json!({ code: { "answer": { "a": 1 } } }), format!("answers.{code}.answer")),
            (json!({ code: { "answer": ["T", 1] } }), format!("answers.{code}.answer[1]")),
            (json!({ code: { "answer": ["T", "T", "T", "T"] } }), "answers".into()),
            (json!({ short: { "answer": "\0" } }), format!("answers.{short}.answer")),
            (json!({ short: { "answer": "x".repeat(5_001) } }), format!("answers.{short}.answer")),
            (json!({ short: { "answer": "x", "selectedOption": "opt-001" } }), "answers".into()),
            (json!({ short: "x" }), format!("answers.{short}")),
            (json!({ "999999": { "answer": "x" } }), "answers".into()),
            (json!({ "question-uuid-001": { "answer": "x" } }), "answers.question-uuid-001".into()),
            (json!({ "07": null, "a": null }), "answers.07".into()),
            (json!([]), "answers".into()),
            (json!("x"), "answers".into()),
            (Value::Object((0..10_000).map(|n| (n.to_string(), json!({ "answer": "x" }))).collect()), "answers".into()),
        ] {
            for reply in [exam.saves(&session, answers.clone()).await, exam.submits(&session, answers.clone()).await] {
                let details = reply.refused(400, "LEARNING_008");
                assert_eq!(
                    details["field"].as_str().map(|at| at.starts_with(&field)),
                    Some(true),
                    "{answers} {details}"
                );
            }
        }
        let large = json!({ short: { "answer": "x".repeat(1024 * 1024) } });
        exam.submits(&session, large).await.refused(413, "LEARNING_008");
        let body = json!({ "sessionId": session, "answers": {}, "submittedAt": "yesterday" });
        let details = exam.student.post(&exam.path("/submit"), body).await.refused(400, "LEARNING_008");
        assert_eq!(details["field"], "submittedAt");
        assert_eq!(exam.starts(&exam.student).await.is(200), before);
        let outcome = exam.submits(&session, json!({ choice: {}, code: { "answer": ["T", "T", "T"] } })).await.is(200);
        assert_eq!(outcome["score"], 10.0);
    });
}

#[test]
fn statistics_count_every_closed_attempt() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, with(&exam(), json!({ "attemptsAllowed": null }))).await;
        let none = exam.teacher.get(&exam.path("/statistics")).await.ok();
        assert_eq!([&none["totalAttempts"], &none["passRate"], &none["medianScore"]], [0.0, 0.0, 0.0]);
        assert_eq!(none["difficultQuestions"], json!([]));
        // Scores of 20: 0, 5, 5, 15, 20; the second student has the last two.
        let sheets = [
            json!({}),
            json!({ &exam.questions[0]: { "selectedOption": "opt-001" } }),
            json!({ &exam.questions[2]: { "answer": "microsoft" } }),
        ];
        for sheet in sheets {
            let session = exam.session().await;
            school.later(120);
            exam.submits(&session, sheet).await.is(200);
        }
        let other = school.student("田中花子").await;
        let enrollment = enrolls(&other, exam.course).await;
        for score in [15, 20] {
            let body = json!({ "enrollment_id": enrollment, "score": score });
            exam.teacher.post(&format!("/api/v1/assessments/{}/results", exam.id), body).await.is(201);
        }
        exam.session().await;
        let found = exam.teacher.get(&exam.path("/statistics")).await.ok();
        let numbers = ["totalAttempts", "uniqueStudents", "passRate", "averageScore", "medianScore"];
        assert_eq!(numbers.map(|key| found[key].as_f64().unwrap()), [5.0, 2.0, 0.4, 9.0, 5.0]);
        let scores = json!({ "0-20": 1, "21-40": 2, "41-60": 0, "61-80": 1, "81-100": 1 });
        assert_eq!(found["scoreDistribution"], scores);
        assert_eq!(found["averageTimeSpent"]["minutes"], 2);
        let difficult = found["difficultQuestions"].as_array().unwrap();
        let rates: Vec<f64> = difficult.iter().map(|question| question["correctRate"].as_f64().unwrap()).collect();
        assert_eq!((rates, &difficult[0]["questionId"]), (vec![0.0, 0.3333, 0.3333], &json!(exam.questions[1])));
        let body = json!({ "enrollment_id": enrollment, "score": 19 });
        exam.teacher.post(&format!("/api/v1/assessments/{}/results", exam.id), body).await.is(201);
        assert_eq!(exam.teacher.get(&exam.path("/statistics")).await.ok()["medianScore"], 10.0);
    });
}

#[test]
fn feedback_is_in_the_language_of_whoever_reads_it() {
    on_both_with(LONG, |school| async move {
        let exam = Exam::of(&school, exam()).await;
        let outcome = exam.submits(&exam.session().await, json!({})).await.is(200);
        let path = exam.path(&format!("/results/{}", outcome["resultId"].as_str().unwrap()));
        let read = async |language: &str| {
            let headers = [("accept-language", language)];
            exam.student.asks(reqwest::Method::GET, &path, None, &headers).await.is(200)["feedback"]["overall"].clone()
        };
        assert_eq!(outcome["feedback"]["overall"], "合格まであと 14 点でした。");
        assert_eq!(read("ko").await, "합격까지 14점이 모자랐습니다.");
        assert_eq!(read("en").await, "14 more points would have passed.");
        // Texts that staff write come first.
        let graded = json!({ "score": 15, "feedback": "面接で確認しました" });
        let path = format!("/api/v1/assessments/results/{}/grade", outcome["resultId"].as_str().unwrap());
        exam.teacher.patch(&path, graded).await.ok();
        assert_eq!(read("ja").await, "面接で確認しました");
    });
}
