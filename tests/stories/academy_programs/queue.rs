//! The queue of programs: who comes first, what is replaced, and what becomes of those whose judge dies.

use gyosil::school::submissions::judging::{self, CaseResult, JudgedProgram, TakenProgram};
use gyosil::school::submissions::sending::{WAITING_MAX_OF_PERSON, WAITING_MAX_PROGRAMS};

use super::*;
use crate::academy_enrollments::enrolls;
use crate::classroom::by_hand;

async fn takes(school: &School) -> Option<TakenProgram> {
    let now_ms = school.app.now_ms();
    takes_in(school, &["javascript"], now_ms).await
}

async fn takes_in(school: &School, languages: &[&str], now_ms: i64) -> Option<TakenProgram> {
    let word = gyosil::clock::random_word();
    judging::take(&school.app.db, ("judge", &word), languages, now_ms).await.unwrap()
}

fn all_passed(program: &TakenProgram) -> JudgedProgram {
    let case = |case: gyosil::school::assessments::code_questions::TestCase| CaseResult {
        case: case.id,
        sample: case.sample,
        outcome: "PASSED".into(),
        ms: 1,
        kib: 1,
        detail: String::new(),
    };
    JudgedProgram { cases: program.question.judged_cases().into_iter().map(case).collect(), says: None }
}

async fn reports(school: &School, program: &TakenProgram) -> bool {
    let judged = all_passed(program);
    judging::report(&school.app.db, program.id, &program.lease, &judged, school.app.now_ms()).await.unwrap()
}

async fn becomes(person: &Person, id: i64, status: &str) -> Value {
    until(status, async || {
        let program = person.get(&path(id)).await.is(200);
        (program["status"] == status).then_some(program)
    })
    .await
}

async fn ready(school: &School) -> (Academy, i64, i64) {
    let academy = Academy::of(school).await;
    judges::says(school, &["javascript"], &[]).await;
    let (mission, question) = asks_for_sums(&academy, json!({})).await;
    (academy, mission, question)
}

#[test]
fn a_newer_program_takes_the_place_of_the_one_that_waits() {
    on_both(|school| async move {
        let (academy, mission, question) = ready(&school).await;
        let other_question = asks(&academy, mission).await;
        let student = &academy.student;
        let (old, other) = (sent(student, question, "1").await, sent(student, other_question, "1").await);
        let new = sent(student, question, "2").await;
        becomes(student, old, "REPLACED").await;
        becomes(student, other, "QUEUED").await;
        student.post(&format!("{}evaluate/", path(old)), json!({})).await.refused(409, "REPLACED");
        // One that runs is not replaced.
        let taken = takes(&school).await.unwrap();
        assert_eq!(taken.id, other, "it has waited longer");
        let taken = takes(&school).await.unwrap();
        assert_eq!((taken.id, taken.code.as_str(), taken.language.as_str()), (new, "2", "javascript"));
        let newest = sent(student, question, "3").await;
        assert!(reports(&school, &taken).await);
        becomes(student, new, "JUDGED").await;
        becomes(student, newest, "QUEUED").await;
    });
}

#[test]
fn everyones_first_program_comes_before_anyones_second() {
    on_both(|school| async move {
        let (academy, mission, question) = ready(&school).await;
        let other = school.student("이학생").await;
        enrolls(&other, academy.course).await.is(201);
        let mut questions = vec![question];
        for _ in 0..2 {
            questions.push(asks(&academy, mission).await);
        }
        let mut first = Vec::new();
        for question in &questions {
            first.push(sent(&academy.student, *question, "1").await);
        }
        let second = sent(&other, question, "1").await;
        let mut order = Vec::new();
        while let Some(taken) = takes(&school).await {
            order.push(taken.id);
        }
        assert_eq!(order, [first[0], second, first[1], first[2]]);
    });
}

#[test]
fn a_program_whose_judge_gives_no_sign_is_tried_again_and_at_last_given_up() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let student = &academy.student;
        let id = sent(student, question, SUM).await;
        for _ in 0..2 {
            let lost = takes(&school).await.unwrap();
            becomes(student, id, "RUNNING").await;
            school.later(25);
            becomes(student, id, "QUEUED").await;
            assert!(!reports(&school, &lost).await, "a report after the lease counts for nothing");
        }
        let kept = takes(&school).await.unwrap();
        school.later(15);
        judging::renew(&school.app.db, &[&kept.lease], school.app.now_ms()).await.unwrap();
        school.later(15);
        becomes(student, id, "RUNNING").await;
        school.later(25);
        let failed = becomes(student, id, "FAILED").await;
        assert_eq!((&failed["points"], &failed["is_passed"]), (&json!(null), &json!(false)));
        assert_eq!(failed["result_summary"], "채점기가 코드를 실행하지 못했습니다");
        assert!(!reports(&school, &kept).await);
        // Asked to evaluate it, the server has it tried again.
        judges::says(&school, &["javascript"], &[]).await;
        let again = async {
            let taken = until("another try", async || takes(&school).await).await;
            assert!(reports(&school, &taken).await);
        };
        let evaluate = format!("{}evaluate/", path(id));
        let (evaluated, ()) = tokio::join!(student.post(&evaluate, json!({})), again);
        let evaluated = evaluated.is(200);
        assert_eq!((&evaluated["status"], &evaluated["points"]), (&json!("JUDGED"), &json!(9.0)));
    });
}

/// Such as one whose question could not be read after it was taken.
#[test]
fn a_program_that_its_judge_does_not_run_is_tried_again_while_the_judge_lives() {
    on_both(|school| async move {
        let (academy, mission, question) = ready(&school).await;
        let other_question = asks(&academy, mission).await;
        let (lost, kept) =
            (sent(&academy.student, question, "1").await, sent(&academy.student, other_question, "1").await);
        let now_ms = school.app.now_ms();
        assert_eq!(takes_in(&school, &["javascript"], now_ms).await.unwrap().id, lost);
        let runs = takes_in(&school, &["javascript"], now_ms).await.unwrap();
        school.later(15);
        judging::renew(&school.app.db, &[&runs.lease], school.app.now_ms()).await.unwrap();
        school.later(15);
        becomes(&academy.student, lost, "QUEUED").await;
        becomes(&academy.student, kept, "RUNNING").await;
        // A lease that was given back stays so, whatever else the judge renews.
        judging::give_back(&school.app.db, kept, &runs.lease).await.unwrap();
        becomes(&academy.student, kept, "QUEUED").await;
    });
}

#[test]
fn a_judge_takes_only_programs_in_languages_that_it_runs() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let id = sent(&academy.student, question, SUM).await;
        for languages in [&[][..], &["python"], &["c", "cpp", "python"]] {
            assert!(takes_in(&school, languages, school.app.now_ms()).await.is_none(), "{languages:?}");
        }
        becomes(&academy.student, id, "QUEUED").await;
        let taken = takes_in(&school, &["python", "javascript"], school.app.now_ms()).await.unwrap();
        assert_eq!(taken.id, id);
    });
}

#[test]
fn one_who_waits_for_a_language_that_no_judge_runs_any_more_is_told_so() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let id = sent(&academy.student, question, SUM).await;
        school.later(40);
        judges::says(&school, &["python"], &[("javascript", "it is broken")]).await;
        let refused = academy.student.post(&format!("{}evaluate/", path(id)), json!({})).await.is(409);
        assert_eq!(refused["code"], "LANGUAGE_OFF", "{refused}");
        becomes(&academy.student, id, "QUEUED").await;
    });
}

/// The judge takes a program and gives no report, until it is given up.
async fn fails(school: &School, person: &Person, id: i64) {
    for _ in 0..3 {
        until("a program that waits", async || takes(school).await).await;
        school.later(25);
    }
    becomes(person, id, "FAILED").await;
    judges::says(school, &["javascript"], &[]).await;
}

#[test]
fn a_program_is_neither_changed_nor_tried_again_after_the_end_of_its_mission() {
    on_both(|school| async move {
        let (academy, mission, question) = ready(&school).await;
        let other_question = asks(&academy, mission).await;
        let student = &academy.student;
        let failed = sent(student, question, "1").await;
        fails(&school, student, failed).await;
        let waits = sent(student, other_question, "1").await;
        let ends = async |date: &str| {
            let change = json!({ "end_date": date });
            academy.teacher.put(&format!("/api/v1/assessments/{mission}"), change).await.is(200);
        };
        ends("2020-01-01").await;
        let evaluate = format!("{}evaluate/", path(failed));
        for reply in [
            student.put(&path(waits), json!({ "submitted_code": SUM })).await,
            student.post(&evaluate, json!({})).await,
            academy.teacher.post(&evaluate, json!({})).await,
        ] {
            let refused = reply.is(409);
            assert_eq!(refused["code"], "OUTSIDE_WINDOW", "{refused}");
        }
        assert_eq!(student.get(&path(waits)).await.is(200)["submitted_code"], "1");
        ends("2099-01-01").await;
        student.put(&path(waits), json!({ "submitted_code": SUM })).await.is(200);
    });
}

#[test]
fn a_program_that_failed_is_tried_again_only_within_the_tries_of_its_mission() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        judges::says(&school, &["javascript"], &[]).await;
        let (_, question) = asks_for_sums(&academy, json!({ "attempts_allowed": 1 })).await;
        let student = &academy.student;
        let failed = sent(student, question, "1").await;
        fails(&school, student, failed).await;
        let second = sent(student, question, SUM).await;
        let taken = takes(&school).await.unwrap();
        assert!(reports(&school, &taken).await);
        becomes(student, second, "JUDGED").await;
        let refused = student.post(&format!("{}evaluate/", path(failed)), json!({})).await.is(409);
        assert_eq!(refused["code"], "NO_ATTEMPTS_LEFT", "{refused}");
        becomes(student, failed, "FAILED").await;
    });
}

#[test]
fn a_program_on_which_judges_fail_is_tried_again_only_so_often() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let student = &academy.student;
        let id = sent(student, question, "1").await;
        fails(&school, student, id).await;
        by_hand(&school, format!("update submissions set tries = 10 where id = {id}")).await;
        let refused = student.post(&format!("{}evaluate/", path(id)), json!({})).await.is(409);
        assert_eq!(refused["code"], "INVALID_STATE", "{refused}");
    });
}

#[test]
fn a_program_sent_again_with_its_key_is_one_program() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let key = "0b5d6f0e-6c43-4f0e-9a4f-5d6c2f1f9a07";
        let sends = async |code: &str| {
            let body = json!({ "code_submission_id": question, "submitted_code": code });
            academy.student.post_once(PROGRAMS, body, key).await
        };
        let id = sends("1").await.is(201)["id"].clone();
        let taken = takes(&school).await.unwrap();
        assert!(reports(&school, &taken).await);
        becomes(&academy.student, taken.id, "JUDGED").await;
        assert_eq!(sends("1").await.is(201)["id"], id);
        sends("2").await.is(409);
        assert_eq!(academy.student.get(PROGRAMS).await.is(200)["count"], 1);
    });
}

#[test]
fn one_person_cannot_fill_the_queue() {
    on_both(|school| async move {
        let (academy, mission, question) = ready(&school).await;
        let student = &academy.student;
        let other = school.student("이학생").await;
        enrolls(&other, academy.course).await.is(201);
        fills(&school, mission, (student.id, &academy.enrollment), WAITING_MAX_OF_PERSON).await;
        sends(student, question, SUM).await.refused(503, "QUEUE_FULL");
        let id = sent(&other, question, SUM).await;
        sent(&other, question, SUM).await;
        becomes(&other, id, "REPLACED").await;
        assert!(takes(&school).await.is_some() && takes(&school).await.is_some());
        sent(student, question, SUM).await;
        // The one that it replaces does not count.
        sent(student, question, SUM).await;
    });
}

/// Lets programs of a person wait, each for a question of its own.
async fn fills(school: &School, mission: i64, (person, enrollment): (i64, &str), programs: i64) {
    let numbers = format!("with recursive n (i) as (select 1 union all select i + 1 from n where i < {programs})");
    by_hand(
        school,
        format!(
            "{numbers} insert into questions (created_ms, updated_ms, assessment, position, kind, text, points)
            select 1, 1, {mission}, 1000 + i, 'CODE', 'x', 1 from n"
        ),
    )
    .await;
    by_hand(
        school,
        format!(
            "insert into submissions (person, enrollment, question, language, code, status, submitted_ms)
            select {person}, {enrollment}, id, 'javascript', '1', 'QUEUED', 1 from questions where position > 1000"
        ),
    )
    .await;
}

#[test]
fn a_program_that_was_lost_is_replaced_if_a_newer_one_waits() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let old = sent(&academy.student, question, "1").await;
        takes(&school).await.unwrap();
        let new = sent(&academy.student, question, "2").await;
        school.later(25);
        becomes(&academy.student, old, "REPLACED").await;
        assert_eq!(takes(&school).await.unwrap().id, new);
    });
}

#[test]
fn the_queue_has_a_bound() {
    on_both(|school| async move {
        let (academy, mission, question) = ready(&school).await;
        let filler = school.student("이학생").await;
        let enrollment = enrolls(&filler, academy.course).await.is(201)["id"].to_string();
        fills(&school, mission, (filler.id, &enrollment), WAITING_MAX_PROGRAMS).await;
        sends(&academy.student, question, SUM).await.refused(503, "QUEUE_FULL");
        assert!(takes(&school).await.is_some());
        sent(&academy.student, question, SUM).await;
    });
}

#[test]
fn a_report_on_a_program_of_someone_who_was_erased_counts_for_nothing() {
    on_both(|school| async move {
        let (academy, _, question) = ready(&school).await;
        let id = sent(&academy.student, question, SUM).await;
        let taken = takes(&school).await.unwrap();
        academy.student.delete("/accounts/delete/").await.is(204);
        assert!(!reports(&school, &taken).await);
        let program = academy.teacher.get(&path(id)).await.is(200);
        assert_eq!((&program["status"], &program["submitted_code"]), (&json!("FAILED"), &json!("")));
    });
}

/// The judge is killed in the middle of a run, as by a kernel that is out of memory.
#[test]
fn a_killed_judge_loses_no_program() {
    on_both(|school| async move {
        let mut judge = Judge::runs(&school).await;
        let academy = Academy::of(&school).await;
        let (_, question) = asks_for_sums(&academy, json!({})).await;
        let id = sent(&academy.student, question, "for (;;);").await;
        becomes(&academy.student, id, "RUNNING").await;
        judge.is_killed();
        let _another = Judge::runs(&school).await;
        becomes(&academy.student, id, "RUNNING").await;
        gyosil::school::submissions::settling::end_leases_of(&school.app, &judge.name).await.unwrap();
        let judged = becomes(&academy.student, id, "JUDGED").await;
        assert_eq!(judged["result_summary"], "0/3");
    });
}
