//! Detection of stuck students: those who have not finished the step while the others have.
//!
//! Once half of the participants who are present have finished, a student is stuck if they take longer than three times the
//! median time of those who finished, and longer than `stuck_after_s`. Pauses and absence do not count.

use std::collections::HashSet;

use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{HeldTable, args, row};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::school::help::{self, StuckStudent};
use crate::school::sessions::presence;

row! {
    struct RunningStep {
        id: i64,
        course: i64,
        step: i64,
        step_ms: i64,
        step_seq: i64,
        started_ms: i64,
        auto_help: bool,
    }
}

/// Selects the running sessions in which someone is, by the time when their step began. `<> 'REVIEW_MODE'` only repeats the
/// condition of the partial index, without which SQLite does not use it.
const RUNNING_STEPS: &str = "select s.id, s.course, s.step, s.step_ms, s.step_seq, s.started_ms, c.auto_help
    from live_sessions s join courses c on c.id = s.course
    where s.status = 'IN_PROGRESS' and s.status <> 'REVIEW_MODE' and s.step_ms < $1 and s.step_ms >= $2
        and (select p.node from presence p where p.session = s.id limit 1) is not null";

/// Selects the pauses since a step began, and who was logged as stuck on it. The list of types is that of the partial index.
const STEP_LOG: &str = "select type, coalesce(person, 0), at_ms from session_events where session = $1 and seq > $2
    and type in ('session_paused', 'session_resumed', 'student_stuck') order by seq";

/// The types, people and times of these events.
type StepLog = Vec<(String, i64, i64)>;

/// Finds the stuck students of the sessions that this node looks after, and logs and sends them to the instructors.
pub async fn report_stuck(app: &School) -> Result<()> {
    // Steps during which the clock was set are left out: nobody knows how long they took.
    let steady_ms = app.clock.steady_since_ms().unwrap_or(0);
    let before = app.now_ms() - app.config.clocks.stuck_after_s * SECOND_MS;
    // A node that is alone knows by its sockets whether anyone is anywhere.
    if app.nodes.is_alone() && app.presence.rooms_here().is_empty() {
        return Ok(());
    }
    let running: Vec<RunningStep> = app.db.all(RUNNING_STEPS, args![before, steady_ms]).await?;
    for step in running.into_iter().filter(|step| app.nodes.is_mine(step.id)) {
        let stuck = find_stuck(app, &step).await?;
        if !stuck.is_empty() {
            log_stuck(app, &step, stuck).await?;
        }
    }
    Ok(())
}

/// Finds the students who are stuck and were not logged as stuck on this step yet.
async fn find_stuck(app: &School, step: &RunningStep) -> Result<Vec<StuckStudent>> {
    let now_ms = app.now_ms();
    let mut tx = app.db.read().await?;
    let log: StepLog = tx.all(STEP_LOG, args![step.id, step.step_seq]).await?;
    let sql = "select p.person, case when ip.status = 'COMPLETED' and ip.done_ms >= $3 then ip.done_ms else null end
        from participants p left join item_progress ip on ip.enrollment = p.enrollment and ip.item = $2
        where p.session = $1 and p.removed_ms is null and p.left_ms is null";
    let people: Vec<(i64, Option<i64>)> = tx.all(sql, args![step.id, step.step, step.started_ms]).await?;
    drop(tx);

    let pauses = pauses(&log, now_ms);
    let present = presence::people_in(app, step.id).await?;
    let attending: Vec<(i64, Option<i64>, i64)> =
        people.into_iter().filter_map(|(id, done_ms)| Some((id, done_ms, present.get(&id)?.since_ms))).collect();
    let mut took: Vec<i64> =
        attending.iter().filter_map(|(_, done_ms, _)| Some(worked_ms(step.step_ms, (*done_ms)?, &pauses))).collect();
    if took.is_empty() || took.len() * 2 < attending.len() {
        return Ok(Vec::new());
    }
    took.sort_unstable();
    let patience = (app.config.clocks.stuck_after_s * SECOND_MS).max(3 * took[took.len() / 2]);
    let known = logged_as_stuck(&log);
    Ok(attending
        .into_iter()
        .filter(|(id, done_ms, _)| done_ms.is_none() && !known.contains(id))
        .map(|(id, _, since_ms)| (id, worked_ms(step.step_ms.max(since_ms), now_ms, &pauses)))
        .filter(|(_, ms)| *ms > patience)
        .map(|(person, ms)| StuckStudent {
            person,
            seconds: ms / SECOND_MS,
            language: present.get(&person).and_then(|person| person.language),
        })
        .collect())
}

fn logged_as_stuck(log: &StepLog) -> HashSet<i64> {
    log.iter().filter(|(kind, ..)| kind == "student_stuck").map(|(_, person, _)| *person).collect()
}

/// Returns the start and the end of each pause.
fn pauses(log: &StepLog, now_ms: i64) -> Vec<(i64, i64)> {
    let mut pauses: Vec<(i64, i64)> = Vec::new();
    for (kind, _, at_ms) in log {
        match kind.as_str() {
            "session_paused" => pauses.push((*at_ms, now_ms)),
            "session_resumed" => {
                if let Some(pause) = pauses.last_mut() {
                    pause.1 = *at_ms;
                }
            }
            _ => {}
        }
    }
    pauses
}

fn worked_ms(from_ms: i64, to_ms: i64, pauses: &[(i64, i64)]) -> i64 {
    let stood: i64 = pauses.iter().map(|(a, b)| (to_ms.min(*b) - from_ms.max(*a)).max(0)).sum();
    (to_ms - from_ms - stood).max(0)
}

async fn log_stuck(app: &School, step: &RunningStep, stuck: Vec<StuckStudent>) -> Result<()> {
    let RunningStep { id, course, step, step_seq, auto_help, .. } = *step;
    let at_ms = app.now_ms();
    let asked = app
        .group_commit
        .record_for(id, move |tx| {
            let stuck = stuck.clone();
            Box::pin(async move {
                tx.hold(HeldTable::Sessions, id).await?;
                let sql = "select id from live_sessions where id = $1 and step_seq = $2 and status = 'IN_PROGRESS'";
                if tx.maybe::<(i64,)>(sql, args![id, step_seq]).await?.is_none() {
                    return Ok((Vec::new(), Vec::new()));
                }
                let known = logged_as_stuck(&tx.all(STEP_LOG, args![id, step_seq]).await?);
                let mut events = Vec::new();
                for student in stuck.into_iter().filter(|student| !known.contains(&student.person)) {
                    let StuckStudent { person, seconds, .. } = student;
                    let event = Event::StudentStuck { person, item: step, seconds };
                    events.push(NewEvent { session: Some(id), course, at_ms, event });
                    if auto_help {
                        let step = help::StuckStep { id, course, step };
                        events.extend(help::ask_for(tx, &step, student, at_ms).await?);
                    }
                }
                let asked = events.iter().filter_map(|new| match new.event {
                    Event::StudentHelpRequest { request, .. } => Some(request),
                    _ => None,
                });
                Ok((asked.collect::<Vec<i64>>(), events))
            })
        })
        .await?;
    app.help_asked.add(asked);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn looking_for_the_stuck_reads_no_session_that_is_over() {
        let plan = sqlite_plan(RUNNING_STEPS).await;
        assert!(plan.iter().any(|line| line.contains("live_sessions_open")), "{plan:?}");
    }

    #[tokio::test]
    async fn the_pauses_of_a_step_are_found_without_the_rest_of_its_log() {
        let plan = sqlite_plan(STEP_LOG).await;
        assert!(plan.iter().any(|line| line.contains("INDEX session_events_stuck (session=? AND seq>?)")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
    }

    #[test]
    fn pauses_do_not_count() {
        let log = |kind: &str, at| (kind.to_owned(), 0, at);
        let log = vec![log("session_paused", 100), log("session_resumed", 200), log("session_paused", 900)];
        let pauses = pauses(&log, 1_000);
        assert_eq!(worked_ms(0, 1_000, &pauses), 800);
        assert_eq!(worked_ms(150, 950, &pauses), 700);
        assert_eq!(worked_ms(0, 50, &pauses), 50);
    }
}
