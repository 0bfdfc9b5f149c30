//! Background analysis of calls for help. Waiting calls are in the database, so that a restart loses none.

use futures_util::future::join_all;

use super::answers::{HelpType, NewHelpAnswer, SUGGESTION, escalate, give_answer, give_hint};
use super::{HelpRequest, by_id, hold};
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::Result;
use crate::event::{HelpKind, HelpStatus};
use crate::language::Language;
use crate::outside::analyser::{AnalysisResult, EarlierAnswer, HelpQuestion, SURE_ENOUGH};
use crate::school::outline;

const AT_ONCE_MAX_REQUESTS: i64 = 64;
const RECENT_ACTIONS: i64 = 10;
const SHORT: usize = 200;
/// Selects the oldest waiting calls. The second condition only repeats the condition of the partial index, without which
/// SQLite does not use it.
const WAITING: &str = "select id from help_requests
    where status = 'ANALYZING' and status in ('ANALYZING', 'ESCALATED') and created_ms <= $2 order by id limit $1";
/// Time after which a call counts as left behind by the node on which it was made.
const LEFT_BEHIND_AFTER_MS: i64 = 5 * crate::clock::SECOND_MS;

/// Analyzes the oldest calls that wait and that no other node is about to analyse, at most `AT_ONCE_MAX_REQUESTS`. Returns `true` if
/// at least one succeeded.
pub async fn answer_left_behind(app: &School) -> Result<bool> {
    let before_ms = app.now_ms() - if app.nodes.is_alone() { 0 } else { LEFT_BEHIND_AFTER_MS };
    let waiting: Vec<(i64,)> = app.db.all(WAITING, args![AT_ONCE_MAX_REQUESTS, before_ms]).await?;
    let waiting: Vec<i64> = waiting.into_iter().map(|(id,)| id).collect();
    Ok(answer_all(app, &waiting).await)
}

/// Analyzes calls. One that fails is left behind.
pub async fn answer_asked(app: &School, calls: &[i64]) {
    for part in calls.chunks(AT_ONCE_MAX_REQUESTS as usize) {
        answer_all(app, part).await;
    }
}

async fn answer_all(app: &School, calls: &[i64]) -> bool {
    let answers = join_all(calls.iter().map(|id| answer(app, *id))).await;
    // A call that fails keeps waiting, and does not stop those after it.
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()).filter(|error| !error.is_outage()) {
        tracing::error!(%error, "a call for help could not be analysed");
    }
    answers.iter().any(Result::is_ok)
}

async fn answer(app: &School, id: i64) -> Result<()> {
    let mut tx = app.db.read().await?;
    let request = by_id(&mut tx, id).await?;
    if request.status != HelpStatus::Analyzing.word() {
        return Ok(());
    }
    let question = question(&mut tx, &request).await?;
    drop(tx);
    let verdict = app.analyser.analyse(&question).await;
    settle(app, &request, verdict).await
}

async fn question(tx: &mut Tx, request: &HelpRequest) -> Result<HelpQuestion> {
    let item = outline::item_by_id(tx, request.item).await.ok();
    let context: serde_json::Value = serde_json::from_str(&request.context).unwrap_or_default();
    let mut actions: Vec<String> = context["recent_actions"]
        .as_array()
        .map(|list| list.iter().filter_map(|a| a.as_str()).map(short).collect())
        .unwrap_or_default();
    let mut screen = context["current_screen"].as_str().map(short);
    if actions.is_empty() {
        let sql = "select type, coalesce(screen, '') from activity_logs where person = $1 and item = $4 and at_ms > $2
            order by at_ms desc limit $3";
        let since = request.created_ms - 5 * crate::clock::MINUTE_MS;
        let logs: Vec<(String, String)> =
            tx.all(sql, args![request.person, since, RECENT_ACTIONS, request.item]).await?;
        screen = screen.or_else(|| logs.first().and_then(|(_, screen)| package(screen)));
        actions = logs.into_iter().rev().map(|(kind, _)| kind).collect();
    }
    let sql = "select r.content, r.voice, r.by_person is not null, cast(count(r.rating) as bigint),
            cast(avg(r.rating) as double precision)
        from help_responses r join help_requests h on h.id = r.request
        where h.item = $1 and r.rating is not null and r.type = 'TEXT'
        group by r.content, r.voice, r.by_person is not null order by 5 desc, 4 desc limit 5";
    let earlier: Vec<(String, Option<String>, bool, i64, f64)> = tx.all(sql, args![request.item]).await?;
    let sql = "select count(*) from help_requests where item = $1 and person = $2 and id < $3 and kind = 'MANUAL'";
    let (asked_before,) = tx.one(sql, args![request.item, request.person, request.id]).await?;
    let item = item.as_ref();
    Ok(HelpQuestion {
        language: request.language.as_deref().and_then(Language::of_tag).unwrap_or_default(),
        guide: item.and_then(|i| i.guide.clone()),
        voice: item.and_then(|i| i.voice.clone()),
        target_action: item.and_then(|i| i.target_action.clone()),
        target_hint: item.and_then(|i| i.target_hint.clone()),
        screen,
        recent_actions: actions,
        stuck_seconds: request.stuck_seconds,
        earlier: earlier
            .into_iter()
            .map(|(content, voice, by_hand, ratings, average)| EarlierAnswer {
                content,
                voice,
                by_hand,
                ratings,
                average,
            })
            .collect(),
        asked_before,
    })
}

fn short(text: &str) -> String {
    text.chars().take(SHORT).collect()
}

fn package(screen: &str) -> Option<String> {
    let screen: serde_json::Value = serde_json::from_str(screen).ok()?;
    screen["package_name"].as_str().map(short)
}

/// Writes the verdict, unless the call no longer waits for it: the instructor has answered it, or the student has finished
/// the step.
async fn settle(app: &School, asked: &HelpRequest, verdict: AnalysisResult) -> Result<()> {
    let (id, now_ms) = (asked.id, app.now_ms());
    app.group_commit
        .record_for(asked.session.unwrap_or(0), move |tx| {
            let verdict = verdict.clone();
            Box::pin(async move {
                let request: HelpRequest = hold(tx, id).await?;
                if request.status != HelpStatus::Analyzing.word() {
                    return Ok(((), Vec::new()));
                }
                let sql = "update help_requests set diagnosis = $2, confidence = $3 where id = $1";
                tx.run(sql, args![id, &verdict.diagnosis, verdict.confidence]).await?;
                let AnalysisResult { content, voice, confidence, .. } = verdict;
                if confidence >= SURE_ENOUGH {
                    let answer = NewHelpAnswer { help_type: HelpType::Text, content, voice };
                    // A student who called the instructor still waits for the instructor; the hint may help until then.
                    if request.kind == HelpKind::Manual.word() {
                        return Ok(((), give_hint(tx, &request, &answer, now_ms).await?));
                    }
                    return Ok(((), give_answer(tx, &request, None, &answer, None, now_ms).await?));
                }
                if !content.is_empty() {
                    let sql = "insert into help_responses (created_ms, request, type, content, voice)
                        values ($1, $2, $3, $4, $5)";
                    tx.run(sql, args![now_ms, id, SUGGESTION, content, voice]).await?;
                }
                Ok(((), escalate(tx, &request, now_ms).await?))
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn looking_for_calls_reads_no_call_that_is_over() {
        let plan = sqlite_plan(WAITING).await;
        assert!(plan.iter().any(|line| line.contains("help_requests_pending")), "{plan:?}");
    }
}
