//! The number of screens that show the current step of a session, as its log has it.
//!
//! Of several nodes that serve the school, each writes how many screens its own people show, in the transaction that logs the sum. Of
//! a person who is in the session by several nodes, the one with the smallest id counts the screen.

use std::collections::HashSet;

use futures_util::future::join_all;

use crate::app::School;
use crate::db::{HeldTable, LISTED_MAX, Tx, args, placeholders, retry, row};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::live::presence::StepSpan;

/// Logs and sends how many screens show the current step, once for each session in which this may have changed.
pub async fn log_screen_counts(app: &School) -> Result<()> {
    let changed: Vec<i64> = app.presence.screens.take_changed().into_iter().collect();
    let steps = match current_steps(app, &changed).await {
        Ok(steps) => steps,
        Err(error) => {
            changed.into_iter().for_each(|session| app.presence.screens.recount(session));
            return Err(error);
        }
    };
    let at_step: HashSet<i64> = steps.iter().map(|step| step.session).collect();
    for session in changed.into_iter().filter(|session| !at_step.contains(session)) {
        app.presence.screens.forget(session);
    }
    // Only the current step counts: a late acknowledgement of an older one is dropped.
    let spans: Vec<StepSpan> =
        steps.iter().map(|s| StepSpan { room: s.session, first: s.first_seq, last: s.last_student_seq }).collect();
    let counted_elsewhere = counted_elsewhere(app, &spans).await;
    let Ok(others) = &counted_elsewhere else {
        spans.iter().for_each(|span| app.presence.screens.recount(span.room));
        return counted_elsewhere.map(drop);
    };
    let screens: Vec<i64> = spans.iter().map(|span| app.presence.count_screens(span, others)).collect();
    let counted = steps.into_iter().zip(screens);
    let is_new = |(step, screens): &(CurrentStep, i64)| {
        app.presence.screens.is_new_count(step.session, step.first_seq, *screens)
    };
    let logging = counted.filter(is_new).map(|(step, screens)| log_screen_count(app, step, screens));
    join_all(logging).await.into_iter().collect()
}

row!(
    /// The step that an open session is at.
    #[derive(Clone, Copy)]
    struct CurrentStep {
        session: i64,
        course: i64,
        step: i64,
        /// Position at which the log of the session comes to this step.
        first_seq: i64,
        last_student_seq: i64,
    }
);

/// Reads the current steps of those of these sessions that are open and at a step.
async fn current_steps(app: &School, sessions: &[i64]) -> Result<Vec<CurrentStep>> {
    let mut steps = Vec::new();
    for part in sessions.chunks(LISTED_MAX) {
        let (marks, ids) = placeholders(part, 1);
        let sql = format!(
            "select id as session, course, step, step_seq as first_seq, last_student_seq from live_sessions
            where id in ({marks}) and status <> 'REVIEW_MODE' and step is not null"
        );
        steps.extend(app.db.all::<CurrentStep>(sql, ids).await?);
    }
    Ok(steps)
}

/// Selects the people of sessions who are in them by a node with a smaller id besides this one.
fn select_counted_elsewhere(sessions: &str) -> String {
    format!(
        "select p.session, p.person from presence p where p.session in ({sessions}) and p.node < $1
        and (select own.node from presence own where own.session = p.session and own.person = p.person
            and own.node = $1) is not null"
    )
}

/// Reads the people of these sessions whose screen another node counts.
async fn counted_elsewhere(app: &School, spans: &[StepSpan]) -> Result<HashSet<(i64, i64)>> {
    let mut people = HashSet::new();
    if app.nodes.is_alone() {
        return Ok(people);
    }
    let sessions: Vec<i64> = spans.iter().map(|span| span.room).collect();
    for part in sessions.chunks(LISTED_MAX) {
        let (marks, ids) = placeholders(part, 2);
        let found: Vec<(i64, i64)> =
            app.db.all(select_counted_elsewhere(&marks), [args![app.nodes.own()], ids].concat()).await?;
        people.extend(found);
    }
    Ok(people)
}

/// Counts the people whose screen shows the current step of a session that is open.
pub async fn count(app: &School, session: i64, span: &StepSpan) -> Result<i64> {
    if app.nodes.is_alone() {
        return Ok(app.presence.count_screens(span, &HashSet::new()));
    }
    Ok(app.db.one::<(i64,)>(SUM, args![session, span.first]).await?.0)
}

const SUM: &str =
    "select cast(coalesce(sum(screens), 0) as bigint) from screen_counts where session = $1 and step_seq = $2";

/// The sum of all nodes before and after one has written its count.
struct Sums {
    before: i64,
    after: i64,
}

/// Writes the count of this node. Returns `None` if this node may not speak for anyone. The transaction must hold the session.
async fn write_count(tx: &mut Tx, session: i64, node: i64, step_seq: i64, screens: i64) -> Result<Option<Sums>> {
    let (before,) = tx.one(SUM, args![session, step_seq]).await?;
    let sql = "insert into screen_counts (session, node, step_seq, screens)
        select $1, n.id, $3, $4 from nodes n where n.id = $2 and n.beats >= 0
        on conflict (session, node) do update set step_seq = excluded.step_seq, screens = excluded.screens";
    if tx.run(sql, args![session, node, step_seq, screens]).await? == 0 {
        return Ok(None);
    }
    let (after,) = tx.one(SUM, args![session, step_seq]).await?;
    Ok(Some(Sums { before, after }))
}

/// Lets the other nodes count their screens of a session again, whose people this node has begun or ceased to count.
pub(super) async fn mark_stale(tx: &mut Tx, session: i64, node: i64) -> Result<()> {
    let sql = "update screen_counts set is_stale = true where session = $1 and node > $2";
    tx.run(sql, args![session, node]).await.map(drop)
}

/// Adds the count of a dead node to that of this one, so that the sum of the session stays what its log says. All nodes count the
/// session again, and this one then takes off the screens of people who are not back.
pub(super) async fn take_over(tx: &mut Tx, session: i64, own: i64, dead: i64) -> Result<()> {
    let sql = "delete from screen_counts where session = $1 and node = $2 returning step_seq, screens";
    let Some((step_seq, screens)) = tx.maybe::<(i64, i64)>(sql, args![session, dead]).await? else { return Ok(()) };
    let sql = "insert into screen_counts (session, node, step_seq, screens, is_stale)
        select s.id, $2, $3, $4, true from live_sessions s
            where s.id = $1 and s.status <> 'REVIEW_MODE' and s.step_seq = $3
        on conflict (session, node) do update set step_seq = excluded.step_seq, screens = excluded.screens
            + case when screen_counts.step_seq = excluded.step_seq then screen_counts.screens else 0 end";
    tx.run(sql, args![session, own, step_seq, screens]).await?;
    tx.run("update screen_counts set is_stale = true where session = $1", args![session]).await.map(drop)
}

const STALE: &str = "select session from screen_counts where node = $1 and is_stale";

/// Finds the sessions whose screens this node is to count again since other nodes have changed what it counts. Each is marked as
/// counted first, in a transaction of its own that holds it: a change after that marks it again.
pub async fn find_stale(app: &School) -> Result<()> {
    let node = app.nodes.own();
    let mut outcome = Ok(());
    for (session,) in app.db.all::<(i64,)>(STALE, args![node]).await? {
        // A session that somebody holds keeps no other from being counted.
        outcome = retry(|| begin_to_count(app, session, node)).await.and(outcome);
    }
    outcome
}

async fn begin_to_count(app: &School, session: i64, node: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Sessions, session).await?;
    let sql = "update screen_counts set is_stale = false where session = $1 and node = $2";
    tx.run(sql, args![session, node]).await?;
    // Before the commit, which may take effect without an answer.
    app.presence.screens.log_again(session);
    app.commit(tx, Vec::new()).await
}

/// Logs a count, unless the session has gone to another step since, or has ended: then it is counted again.
async fn log_screen_count(app: &School, at: CurrentStep, screens: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let node = Some(app.nodes.own()).filter(|_| !app.nodes.is_alone());
    let logged = app
        .group_commit
        .record_for(at.session, move |tx| {
            Box::pin(async move {
                let CurrentStep { session, course, step, first_seq, .. } = at;
                tx.hold(HeldTable::Sessions, session).await?;
                let sql = "select id from live_sessions where id = $1 and step_seq = $2 and status <> 'REVIEW_MODE'";
                if tx.maybe::<(i64,)>(sql, args![session, first_seq]).await?.is_none() {
                    return Ok((false, Vec::new()));
                }
                let screens = match node {
                    Some(node) => match write_count(tx, session, node, first_seq, screens).await? {
                        Some(Sums { before, after }) if before != after => after,
                        // Nobody hears of a count that stays.
                        written => return Ok((written.is_some(), Vec::new())),
                    },
                    None => screens,
                };
                let event = Event::StepShown { step, screens };
                Ok((true, vec![NewEvent { session: Some(session), course, at_ms: now_ms, event }]))
            })
        })
        .await;
    match logged {
        Ok(true) => app.presence.screens.mark_logged(at.session, at.first_seq, screens),
        Ok(false) | Err(_) => app.presence.screens.recount(at.session),
    }
    logged.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn counts_are_found_by_an_index() {
        for (sql, index) in [
            (SUM, "screen_counts_1 (session=?)"),
            (STALE, "screen_counts_stale (node=?)"),
            (&select_counted_elsewhere("$2, $3"), "presence_1 (session=?)"),
        ] {
            let plan = sqlite_plan(sql).await;
            assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
            assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
        }
    }
}
