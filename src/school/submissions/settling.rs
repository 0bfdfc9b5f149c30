//! Consequences of a judge's report, once: the points, the score of the mission, the grade and the notice. And what becomes of
//! programs whose judge has died.

use futures_util::future::join_all;

use super::judging::{JUDGE_FAILED, PASSED, lease_prefix, read_results};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::Result;
use crate::event::{Event, GradeScope, NewEvent};
use crate::rounding::rounded;
use crate::school::assessments::{grading, questions::POINTS_DECIMALS};
use crate::school::enrollment::conditions::hold_enrollments_of_learner;
use crate::school::notifications::{self, NotificationKind};

const SETTLED_AT_ONCE_MAX: i64 = 64;
/// Tries of a program whose judge dies of it, or fails.
pub const TRIES_MAX: i64 = 3;

row! {
    struct Judged {
        person: i64,
        enrollment: i64,
        question: i64,
        mission: i64,
        course: i64,
        instructor: i64,
        points_max: f64,
        status: String,
        results: Option<String>,
        submitted_ms: i64,
        is_gone: bool,
    }
}

const JUDGED: &str = "select s.person, s.enrollment, s.question, q.assessment as mission, a.course, c.instructor,
    q.points as points_max, s.status, s.results, s.submitted_ms,
    (a.deleted_ms is not null or q.deleted_ms is not null or s.deleted_ms is not null) as is_gone
    from submissions s join questions q on q.id = s.question join assessments a on a.id = q.assessment
    join courses c on c.id = a.course where s.id = $1 and s.settled_ms is null and s.judged_ms is not null";

const UNSETTLED: &str = "select id from submissions where settled_ms is null and judged_ms is not null
    order by judged_ms, id limit $1";
const LOST: &str = "select id from submissions where status = 'RUNNING' and judge_lease_ms < $1
    order by judge_lease_ms, id limit $2";

/// Settles what judges have reported. Two nodes may do it at once: the held rows make each count once.
pub async fn settle_judged(app: &School) -> Result<()> {
    let ids: Vec<(i64,)> = app.db.all(UNSETTLED, args![SETTLED_AT_ONCE_MAX]).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let settled = join_all(ids.iter().map(|(id,)| settle(app, *id))).await;
    app.code_judged.notify_waiters();
    settled.into_iter().collect()
}

async fn settle(app: &School, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let settle = app.group_commit.record(move |tx| {
        Box::pin(async move {
            let Some(judged) = hold(tx, id).await? else { return Ok(((), Vec::new())) };
            Ok(((), write(tx, id, judged, now_ms).await?))
        })
    });
    settle.await
}

/// Reads a report that is not settled, and holds all that its points count for.
async fn hold(tx: &mut Tx, id: i64) -> Result<Option<Judged>> {
    let mission = "select q.assessment from submissions s join questions q on q.id = s.question where s.id = $1";
    let Some((mission,)) = tx.maybe::<(i64,)>(mission, args![id]).await? else { return Ok(None) };
    tx.hold(HeldTable::Assessments, mission).await?;
    hold_enrollments_of_learner(tx, "select enrollment from submissions where id = $1", id).await?;
    tx.hold(HeldTable::Submissions, id).await?;
    tx.maybe(JUDGED, args![id]).await
}

async fn write(tx: &mut Tx, id: i64, judged: Judged, now_ms: i64) -> Result<Vec<NewEvent>> {
    let results = judged.results.as_deref().map(read_results).unwrap_or_default();
    let passed = results.iter().filter(|case| case.outcome == PASSED).count();
    let is_judged = judged.status == "JUDGED";
    let points = is_judged.then(|| share(judged.points_max, passed, results.len()));
    let counts = is_judged && !judged.is_gone;
    let attempt = if counts { Some(open_record(tx, &judged, now_ms).await?) } else { None };
    let sql = "update submissions set points = $2, attempt = $3, settled_ms = $4 where id = $1";
    tx.run(sql, args![id, points, attempt, now_ms]).await?;
    let told = Event::CodeJudged {
        person: judged.person,
        submission: id,
        question: judged.question,
        passed: is_judged && passed == results.len(),
    };
    let mut events = vec![NewEvent { session: None, course: judged.course, at_ms: now_ms, event: told }];
    if let Some(attempt) = attempt {
        score(tx, attempt, judged.question, now_ms).await?;
        events.push(NewEvent::grade_due(judged.course, GradeScope::Learner(judged.enrollment), now_ms));
    }
    let kind = NotificationKind::CodeJudged;
    notifications::notify_once(tx, judged.person, kind, judged.instructor, id, now_ms).await?;
    Ok(events)
}

/// The points for the cases that were passed.
fn share(points: f64, passed: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { rounded(points * passed as f64 / all as f64, POINTS_DECIMALS) }
}

/// The record of a person's programs for a mission, from whichever enrollment: one who buys the course again goes on with it.
const RECORD: &str = "select t.id from enrollments e cross join attempts t where e.person = $1 and t.enrollment = e.id
    and t.assessment = $2 and not t.by_hand order by t.number desc limit 1";

/// Finds the record of a learner's programs for a mission, which counts as one attempt, or begins it. Programs are sent as often as
/// one likes, so that it is never open.
async fn open_record(tx: &mut Tx, judged: &Judged, now_ms: i64) -> Result<i64> {
    if let Some((id,)) = tx.maybe::<(i64,)>(RECORD, args![judged.person, judged.mission]).await? {
        return Ok(id);
    }
    // Attempts of the learner's other enrollments are counted on, as when one is begun.
    let sql = "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, submitted_ms, graded_ms, score)
        select $3, $3, $1, $2, coalesce((select max(t.number) from enrollments e cross join attempts t
            where e.person = $5 and t.enrollment = e.id and t.assessment = $2), 0) + 1, $4, $3, $3, 0 returning id";
    let args = args![judged.enrollment, judged.mission, now_ms, judged.submitted_ms, judged.person];
    Ok(tx.one::<(i64,)>(sql, args).await?.0)
}

/// The best program that an attempt has for a question.
const BEST: &str =
    "select s.id, s.points, s.passed, s.submitted_ms from submissions s where s.attempt = $1 and s.question = $2
    and s.points is not null and s.deleted_ms is null order by s.points desc, s.id limit 1";

/// Writes the points that the best program of a question has earned, and the score of the attempt. The caller holds the enrollments
/// of the learner.
pub(super) async fn score(tx: &mut Tx, attempt: i64, question: i64, now_ms: i64) -> Result<()> {
    let best: Option<(i64, f64, bool, i64)> = tx.maybe(BEST, args![attempt, question]).await?;
    let (value, points, passed, sent_ms) = match best {
        Some((id, points, passed, sent_ms)) => (id.to_string(), points, passed, sent_ms),
        None => (String::new(), 0.0, false, now_ms),
    };
    let sql = "insert into answers (created_ms, updated_ms, attempt, question, value, points, correct, submitted_ms)
        values ($1, $1, $2, $3, $4, $5, $6, $7) on conflict (attempt, question) do update set value = excluded.value,
            points = excluded.points, correct = excluded.correct, submitted_ms = excluded.submitted_ms, updated_ms = excluded.updated_ms";
    tx.run(sql, args![now_ms, attempt, question, value, points, passed, sent_ms]).await?;
    let points = grading::points_of_programs(tx, attempt).await?;
    let sql = "update attempts set score = $2, graded_ms = $3, updated_ms = $3 where id = $1";
    tx.run(sql, args![attempt, points, now_ms]).await.map(drop)
}

/// Lets programs wait again whose judge gives no sign any more. Two nodes may do it at once.
pub async fn give_back_lost(app: &School) -> Result<()> {
    let ids: Vec<(i64,)> = app.db.all(LOST, args![app.now_ms(), SETTLED_AT_ONCE_MAX]).await?;
    let given = join_all(ids.iter().map(|(id,)| give_back(app, *id))).await;
    given.into_iter().collect()
}

/// Ends the leases of a judge that is known to be dead, so that nobody waits for them to run out.
pub async fn end_leases_of(app: &School, judge: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = "update submissions set judge_lease_ms = 0
        where status = 'RUNNING' and substr(lease, 1, length($1)) = $1";
    tx.run(sql, args![lease_prefix(judge)]).await?;
    tx.run("delete from judges where name = $1", args![judge]).await?;
    app.commit(tx, Vec::new()).await?;
    give_back_lost(app).await
}

async fn give_back(app: &School, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let give_back = app.group_commit.record(move |tx| {
        Box::pin(async move {
            tx.hold(HeldTable::Submissions, id).await?;
            // A newer one of the same question may wait by now: it takes the place of this one.
            let sql = "update submissions set lease = null, judge_lease_ms = null,
                    status = case when tries >= $3 then 'FAILED'
                        when exists (select 1 from submissions w where w.status = 'QUEUED' and w.person = submissions.person
                            and w.question = submissions.question) then 'REPLACED' else 'QUEUED' end
                where id = $1 and status = 'RUNNING' and judge_lease_ms < $2 returning status";
            let became: Option<(String,)> = tx.maybe(sql, args![id, now_ms, TRIES_MAX]).await?;
            let ended = match became.as_ref().map(|(status,)| status.as_str()) {
                Some("FAILED") => format!("judged_ms = $2, summary = '{JUDGE_FAILED}'"),
                Some("REPLACED") => "judged_ms = $2, settled_ms = $2".to_owned(),
                _ => return Ok(((), Vec::new())),
            };
            tx.run(format!("update submissions set {ended} where id = $1"), args![id, now_ms]).await?;
            Ok(((), Vec::new()))
        })
    });
    give_back.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[test]
    fn points_are_shared_by_cases() {
        assert_eq!(share(10.0, 2, 3), 6.666667);
        assert_eq!((share(10.0, 3, 3), share(10.0, 0, 3), share(10.0, 0, 0)), (10.0, 0.0, 0.0));
    }

    #[tokio::test]
    async fn reports_and_lost_programs_are_found_without_looking_at_others() {
        for (sql, index) in [
            (UNSETTLED, "submissions_unsettled"),
            (LOST, "submissions_running"),
            (BEST, "submissions_attempt"),
            (RECORD, "enrollments_person"),
        ] {
            let plan = sqlite_plan(&sql.replace("$1", "5").replace("$2", "6")).await;
            assert!(plan[0].contains(index), "{plan:?}");
        }
    }
}
