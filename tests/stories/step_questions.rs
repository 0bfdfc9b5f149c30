//! The question of a step: learners answer it, staff see the numbers, and everyone sees what the instructor shows.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{how_often, log_of, new_session, running_session};
use crate::harness::people::{Lecture, Person, Reply, Session};
use crate::harness::picture::png;
use crate::harness::{School, on_both};
use crate::staff::helper;

async fn asks(teacher: &Person, step: i64, question: Value) -> Reply {
    teacher.put(&format!("/api/subtasks/{step}"), json!({ "question": question })).await
}

fn choice(answer: Value) -> Value {
    json!({ "kind": "CHOICE", "text": "무엇을 누를까요?", "options": [{ "text": "노란 그림" }, { "text": "파란 그림" }], "answer": answer })
}

fn yes_no() -> Value {
    json!({ "kind": "YES_NO", "text": "보이시나요?", "answer": true })
}

fn number() -> Value {
    json!({ "kind": "NUMBER", "text": "몇 도인가요?", "unit": "도", "answer": 36.5 })
}

async fn answers(person: &Person, session: &Session, step: i64, answer: Value) -> Reply {
    person.post(&format!("/api/sessions/{}/steps/{step}/answer", session.id), json!({ "answer": answer })).await
}

async fn shows(teacher: &Person, session: &Session, step: i64, shown: &str) -> Reply {
    teacher.post(&format!("/api/sessions/{}/steps/{step}/results", session.id), json!({ "shown": shown })).await
}

/// A session at its first step, which asks this question, and three guests in it.
async fn asked(school: &School, question: Value) -> (Person, Lecture, Session, Vec<Person>) {
    let (teacher, lecture, session) = new_session(school, 3).await;
    asks(&teacher, lecture.steps[0], question).await.ok();
    teacher.starts(&session, lecture.steps[0]).await;
    let names = ["김순자", "이영희", "박철수"];
    let people = join_all(names.iter().map(|name| school.guest(&session, name))).await;
    (teacher, lecture, session, people)
}

fn counts(shown: &Value) -> Vec<(Value, i64)> {
    let pair = |one: &Value| (one["value"].clone(), one["count"].as_i64().unwrap());
    shown["counts"].as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn an_answer_counts_as_done_and_the_newest_one_counts() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, choice(json!(0))).await;
        let step = lecture.steps[0];
        let mut board = teacher.watches(&session).await;
        let state = board.receives("session_state").await["data"].clone();
        assert_eq!((&state["question"]["question"]["answer"], &state["question"]["total"]), (&json!(0), &json!(0)));
        let taken = answers(&people[0], &session, step, json!(1)).await.ok();
        assert_eq!((&taken["status"], &taken["my_answer"]), (&json!("COMPLETED"), &json!(1)));
        assert_eq!(board.waits_for("student_progress").await["data"]["status"], "COMPLETED");
        let heard = board.waits_for("question_answers").await["data"].clone();
        assert_eq!((&heard["subtask_id"], counts(&heard)), (&json!(step), vec![(json!(0), 0), (json!(1), 1)]));
        assert!(!heard.to_string().contains("user"), "{heard}");
        // The same answer once more tells the board nothing.
        answers(&people[0], &session, step, json!(1)).await.ok();
        board.receives_only("student_progress").await;
        answers(&people[0], &session, step, json!(0)).await.ok();
        answers(&people[1], &session, step, json!(0)).await.ok();
        let heard = board.waits_until("two answers", |frame| frame["data"]["total"] == 2).await;
        assert_eq!(counts(&heard["data"]), [(json!(0), 2), (json!(1), 0)]);
        let mut phone = people[0].follows(&session).await;
        let state = phone.receives("session_state").await["data"].clone();
        assert_eq!((&state["my_answer"], &state["my_subtask_status"]), (&json!(0), &json!("COMPLETED")));
        assert_eq!(state["question_results"]["counts"], Value::Null);
    });
}

#[test]
fn a_phone_answers_on_its_socket_as_it_says_that_it_is_done() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, choice(Value::Null)).await;
        let mut phone = people[0].follows(&session).await;
        phone.receives("session_state").await;
        let key = "018f2b5e-0000-4000-8000-00000000000c";
        let message = json!({ "type": "answer", "key": key, "data": { "subtask_id": lecture.steps[0], "answer": 1 } });
        for _ in 0..2 {
            let reply = phone.asks(message.clone()).await;
            assert_eq!(
                (&reply["data"]["my_answer"], &reply["data"]["status"]),
                (&json!(1), &json!("COMPLETED")),
                "{reply}"
            );
        }
        assert_eq!(how_often(&teacher, &session, "question_answers").await, 1);
        let wrong =
            phone.asks(json!({ "type": "answer", "data": { "subtask_id": lecture.steps[0], "answer": 7 } })).await;
        assert_eq!(wrong["error"]["code"], "INVALID_REQUEST", "{wrong}");
    });
}

#[test]
fn an_answer_sent_again_with_its_key_counts_once() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, yes_no()).await;
        let path = format!("/api/sessions/{}/steps/{}/answer", session.id, lecture.steps[0]);
        let key = "018f2b5e-0000-4000-8000-00000000000a";
        let first = people[0].post_once(&path, json!({ "answer": true }), key).await.ok();
        answers(&people[0], &session, lecture.steps[0], json!(false)).await.ok();
        let before = log_of(&teacher, &session).await.len();
        assert_eq!(people[0].post_once(&path, json!({ "answer": true }), key).await.ok(), first);
        assert_eq!(log_of(&teacher, &session).await.len(), before);
        people[0].post_once(&path, json!({ "answer": false }), key).await.refused(409, "KEY_REUSED");
        let found = teacher.get(&format!("/api/sessions/{}/answers", session.id)).await.ok();
        assert_eq!(counts(&found["questions"][0]), [(json!(true), 0), (json!(false), 1)]);
    });
}

#[test]
fn results_are_hidden_until_the_instructor_shows_them() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, choice(json!(1))).await;
        let step = lecture.steps[0];
        let mut phone = people[2].follows(&session).await;
        phone.receives("session_state").await;
        answers(&people[0], &session, step, json!(1)).await.ok();
        answers(&people[1], &session, step, json!(0)).await.ok();
        phone.receives_nothing_more().await;
        shows(&teacher, &session, step, "RESULTS").await.ok();
        let shown = phone.receives("question_results").await["data"].clone();
        assert_eq!((&shown["total"], counts(&shown)), (&json!(2), vec![(json!(0), 1), (json!(1), 1)]));
        assert_eq!((&shown["answer"], &shown["shown"]), (&Value::Null, &json!("RESULTS")));
        answers(&people[2], &session, step, json!(1)).await.ok();
        let closed = shows(&teacher, &session, step, "ANSWER").await.ok();
        assert_eq!((&closed["is_closed"], &closed["total"]), (&json!(true), &json!(3)));
        let shown = phone.receives("question_results").await["data"].clone();
        assert_eq!((&shown["answer"], &shown["total"]), (&json!(1), &json!(3)));
        answers(&people[0], &session, step, json!(0)).await.refused(409, "ANSWER_SHOWN");
        let mut again = people[0].follows(&session).await;
        let state = again.receives("session_state").await["data"].clone();
        assert_eq!((&state["question_results"]["answer"], &state["my_answer"]), (&json!(1), &json!(1)));
        shows(&teacher, &session, step, "HIDDEN").await.ok();
        let hidden = phone.receives("question_results").await["data"].clone();
        assert_eq!((&hidden["counts"], &hidden["answer"]), (&Value::Null, &Value::Null));
        assert_eq!(hidden["is_closed"], json!(true));
        // An answer that was shown once is known: nobody answers any more.
        answers(&people[0], &session, step, json!(0)).await.refused(409, "ANSWER_SHOWN");
    });
}

#[test]
fn who_comes_later_sees_the_numbers_that_the_others_were_shown() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, yes_no()).await;
        let step = lecture.steps[0];
        answers(&people[0], &session, step, json!(true)).await.ok();
        shows(&teacher, &session, step, "RESULTS").await.ok();
        answers(&people[1], &session, step, json!(true)).await.ok();
        let results = |person: Person, session: Session| async move {
            let mut phone = person.follows(&session).await;
            phone.receives("session_state").await["data"]["question_results"].clone()
        };
        let shown = results(people[2].clone(), session.clone()).await;
        assert_eq!((&shown["total"], counts(&shown)), (&json!(1), vec![(json!(true), 1), (json!(false), 0)]));
        let all = teacher.get(&format!("/api/sessions/{}/answers", session.id)).await.ok();
        assert_eq!(all["questions"][0]["total"], json!(2));
        shows(&teacher, &session, step, "RESULTS").await.ok();
        assert_eq!(results(people[2].clone(), session.clone()).await["total"], json!(2));
    });
}

#[test]
fn an_ended_session_keeps_its_questions_as_they_were_asked() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, choice(json!(1))).await;
        let (first, second) = (lecture.steps[0], lecture.steps[1]);
        answers(&people[0], &session, first, json!(1)).await.ok();
        asks(&teacher, second, yes_no()).await.ok();
        teacher.post(&format!("/api/sessions/{}/end", session.id), json!({})).await.ok();
        shows(&teacher, &session, first, "RESULTS").await.refused(409, "INVALID_STATE");
        let list = format!("/api/sessions/{}/answers", session.id);
        let before = teacher.get(&list).await.ok();
        assert_eq!(before["questions"].as_array().unwrap().len(), 2);
        asks(&teacher, first, number()).await.ok();
        asks(&teacher, lecture.steps[2], number()).await.ok();
        teacher.delete(&format!("/api/subtasks/{second}")).await.is(204);
        assert_eq!(teacher.get(&list).await.ok(), before);
        let sheet = teacher.get(&format!("{list}.csv")).await.is(200);
        let sheet = sheet.as_str().unwrap();
        assert!(sheet.contains("노란 그림") && !sheet.contains("몇 도인가요?"), "{sheet}");
    });
}

#[test]
fn only_staff_read_the_right_answer_before_it_is_shown() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        asks(&teacher, lecture.steps[0], number()).await.ok();
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        teacher.starts(&session, lecture.steps[0]).await;
        let started = phone.waits_for("session_started").await["data"]["current_subtask"]["question"].clone();
        assert_eq!((&started["unit"], &started["text"]), (&json!("도"), &json!("몇 도인가요?")));
        let mut read = started.to_string();
        let lecture_path = format!("/api/lectures/{}?subtasks=true", lecture.id);
        let paths = [
            lecture_path.clone(),
            format!("/api/tasks/{}", lecture.task),
            format!("/api/sessions/{}/steps", session.id),
            format!("/api/sessions/{}/events", session.id),
        ];
        for path in &paths {
            read += &student.get(path).await.ok().to_string();
        }
        let state = student.follows(&session).await.receives("session_state").await;
        read += &state.to_string();
        assert!(read.contains("몇 도인가요?") && !read.contains("36.5"), "{read}");
        let theirs = teacher.get(&lecture_path).await.ok();
        assert_eq!(theirs["tasks"][0]["subtasks"][0]["question"]["answer"], 36.5);
        student.get(&format!("/api/sessions/{}/answers", session.id)).await.refused(403, "INSTRUCTOR_ONLY");
        shows(&student, &session, lecture.steps[0], "ANSWER").await.refused(403, "INSTRUCTOR_ONLY");
        // Helpers see the numbers, and show nothing.
        let helper = helper(&school, &teacher, &session, "박도우미").await;
        helper.get(&format!("/api/sessions/{}/answers", session.id)).await.ok();
        shows(&helper, &session, lecture.steps[0], "RESULTS").await.refused(403, "INSTRUCTOR_ONLY");
    });
}

#[test]
fn a_step_that_the_class_has_not_reached_takes_no_answer() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, yes_no()).await;
        asks(&teacher, lecture.steps[1], yes_no()).await.ok();
        answers(&people[0], &session, lecture.steps[1], json!(true)).await.refused(400, "INVALID_REQUEST");
        teacher.moves_to(&session, lecture.steps[1]).await;
        answers(&people[0], &session, lecture.steps[1], json!(true)).await.ok();
        answers(&people[0], &session, lecture.steps[0], json!(false)).await.ok();
        answers(&people[0], &session, lecture.steps[2], json!(true)).await.refused(400, "INVALID_REQUEST");
        teacher.moves_to(&session, lecture.steps[2]).await;
        answers(&people[0], &session, lecture.steps[2], json!(true)).await.refused(404, "NOT_FOUND");
        answers(&school.student("김학생").await, &session, lecture.steps[1], json!(true))
            .await
            .refused(403, "FORBIDDEN");
        teacher.presses(&session, "end").await.ok();
        answers(&people[1], &session, lecture.steps[1], json!(true)).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn an_answer_must_fit_its_question() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, choice(Value::Null)).await;
        for wrong in [json!(2), json!(-1), json!(0.5), json!(true), json!("1"), json!(null), json!(1e12), json!([1])] {
            answers(&people[0], &session, lecture.steps[0], wrong).await.refused(400, "INVALID_REQUEST");
        }
        shows(&teacher, &session, lecture.steps[0], "ANSWER").await.refused(400, "INVALID_REQUEST");
        for wrong in [
            json!({ "kind": "CHOICE", "text": "?" }),
            json!({ "kind": "CHOICE", "text": "하나", "options": [{ "text": "가" }] }),
            json!({ "kind": "CHOICE", "text": "여섯", "options": vec![json!({ "text": "가" }); 6] }),
            json!({ "kind": "CHOICE", "text": "답", "options": [{ "text": "가" }, { "text": "나" }], "answer": 2 }),
            json!({ "kind": "YES_NO", "text": "답", "answer": 1 }),
            json!({ "kind": "NUMBER", "text": "답", "answer": false }),
            json!({ "kind": "DRAWING", "text": "답" }),
            json!({ "kind": "CHOICE", "text": "그림", "options": [{ "text": "가", "picture": "0".repeat(32) }, { "text": "나" }] }),
        ] {
            asks(&teacher, lecture.steps[0], wrong.clone()).await.refused(400, "INVALID_REQUEST");
        }
        // A question that was read can be written again, as for a copy.
        asks(&teacher, lecture.steps[0], yes_no()).await.ok();
        let read = teacher.get(&format!("/api/tasks/{}", lecture.task)).await.ok();
        asks(&teacher, lecture.steps[0], read["subtasks"][0]["question"].clone()).await.ok();
        asks(&teacher, lecture.steps[0], Value::Null).await.ok();
        let lecture_now = teacher.get(&format!("/api/tasks/{}", lecture.task)).await.ok();
        assert_eq!(lecture_now["subtasks"][0]["question"], Value::Null);
    });
}

#[test]
fn numbers_are_counted_by_what_most_people_say() {
    on_both(|school| async move {
        let (teacher, lecture, session, people) = asked(&school, number()).await;
        for (person, answer) in people.iter().zip([json!(36.5), json!(36.500), json!(37)]) {
            answers(person, &session, lecture.steps[0], answer).await.ok();
        }
        let shown = shows(&teacher, &session, lecture.steps[0], "RESULTS").await.ok();
        assert_eq!(counts(&shown), [(json!(36.5), 2), (json!(37), 1)]);
        let sheet = teacher.get(&format!("/api/sessions/{}/answers.csv", session.id)).await.is(200);
        let sheet = sheet.as_str().unwrap();
        assert!(sheet.contains("몇 도인가요?,36.5 도,2,정답") && sheet.contains("몇 도인가요?,37 도,1,"), "{sheet}");
        assert!(!sheet.contains("김순자"), "{sheet}");
    });
}

#[test]
fn answers_of_many_at_once_are_all_counted() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        asks(&teacher, lecture.steps[0], yes_no()).await.ok();
        teacher.starts(&session, lecture.steps[0]).await;
        let people = school.students(20).await;
        join_all(people.iter().map(|person| person.joins(&session))).await;
        let step = lecture.steps[0];
        let given = people.iter().enumerate().map(|(n, person)| answers(person, &session, step, json!(n % 4 == 0)));
        for reply in join_all(given).await {
            reply.ok();
        }
        let shown = shows(&teacher, &session, step, "RESULTS").await.ok();
        assert_eq!(counts(&shown), [(json!(true), 5), (json!(false), 15)]);
        let log = log_of(&teacher, &session).await;
        let last = log.iter().rev().find(|event| event["type"] == "question_answers").unwrap();
        assert_eq!(last["data"]["total"], 20);
    });
}

#[test]
fn a_picture_of_an_option_stays_as_long_as_the_question_names_it() {
    on_both(|school| async move {
        let (teacher, lecture, _) = running_session(&school, 1).await;
        let step = format!("/api/subtasks/{}", lecture.steps[0]);
        let path = format!("/api/lectures/{}/pictures", lecture.id);
        let taken = teacher.sends_raw(&path, "image/png", png(40, 30, [200, 30, 30])).await.is(201);
        let named = json!({ "kind": "CHOICE", "text": "어느 것?",
            "options": [{ "text": "빨강", "picture": taken["picture"] }, { "text": "없음" }] });
        let changed = teacher.put(&step, json!({ "question": named })).await.ok();
        assert_eq!(changed["question"]["options"][0]["picture"]["url"], taken["url"]);
        let unnamed = async || {
            let sql = "select count(*) from pictures where unnamed_ms is not null";
            school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0
        };
        assert_eq!(unnamed().await, 0);
        // Other pictures of the step change nothing in that.
        teacher.put(&step, json!({ "pictures": [] })).await.ok();
        assert_eq!(unnamed().await, 0);
        teacher.put(&step, json!({ "question": null })).await.ok();
        assert_eq!(unnamed().await, 1);
    });
}
