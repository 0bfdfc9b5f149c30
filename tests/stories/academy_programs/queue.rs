//! The queue of programs: who comes first, what is replaced, and what becomes of those whose judge dies.

use gyosil::school::submissions::judging::{self, CaseResult, JudgedProgram, TakenProgram};
use gyosil::school::submissions::sending::WAITING_MAX_PROGRAMS;

use super::*;
use crate::academy_enrollments::enrolls;
use crate::classroom::by_hand;

async fn takes(school: &School) -> Option<TakenProgram> {
    let now_ms = school.app.now_ms();
    judging::take(&school.app.db, "judge", &format!("{now_ms}"), now_ms).await.unwrap()
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
        judging::renew(&school.app.db, "judge", school.app.now_ms()).await.unwrap();
        school.later(15);
        becomes(student, id, "RUNNING").await;
        school.later(25);
        let failed = becomes(student, id, "FAILED").await;
        assert_eq!((&failed["points"], &failed["is_passed"]), (&json!(null), &json!(false)));
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
        let enrollment = enrolls(&filler, academy.course).await.is(201)["id"].clone();
        let numbers = format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {WAITING_MAX_PROGRAMS})"
        );
        by_hand(
            &school,
            format!(
                "{numbers} insert into questions (created_ms, updated_ms, assessment, position, kind, text, points)
            select 1, 1, {mission}, 1000 + i, 'CODE', 'x', 1 from n"
            ),
        )
        .await;
        by_hand(
            &school,
            format!(
                "insert into submissions (person, enrollment, question, language, code, status, submitted_ms)
            select {}, {enrollment}, id, 'javascript', '1', 'QUEUED', 1 from questions where position > 1000",
                filler.id
            ),
        )
        .await;
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
