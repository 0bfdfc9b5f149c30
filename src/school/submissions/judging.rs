//! The queue of programs as judges see it: they take one by a lease, say that they are still at it, and report.
//!
//! A judge is a process of its own, without sockets: nobody is told by these statements. The server settles what a judge has
//! reported (`settling`).

use serde_json::{Value, json};

use crate::clock::SECOND_MS;
use crate::db::{Arg, Db, args, placeholders, row};
use crate::error::{Error, Result};
use crate::school::assessments::code_questions::{self, CodeQuestion};

/// The time for which a judge has a program. It renews it while it runs the program.
pub const LEASE_MS: i64 = 20 * SECOND_MS;
/// Time after which the row of a judge that is gone is deleted.
const FORGOTTEN_AFTER_MS: i64 = 3_600 * SECOND_MS;

/// A program that a judge has taken, with all that it needs to judge it.
#[derive(Debug)]
pub struct TakenProgram {
    pub id: i64,
    pub lease: String,
    pub language: String,
    pub code: String,
    pub question: CodeQuestion,
}

/// Finding of a judge about one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// The id of the test case; 0 for the example of a question without cases.
    pub case: i64,
    pub sample: bool,
    /// The word of a judge's outcome; `PASSED` if it is passed.
    pub outcome: String,
    pub ms: i64,
    pub kib: i64,
    /// Difference of the output, or error of the program: for those who see the case.
    pub detail: String,
}

pub const PASSED: &str = "PASSED";
/// Words that stand for the summary of a program that was not judged: the judge has failed, or there is no question any more.
pub const JUDGE_FAILED: &str = "JUDGE_FAILED";
pub const QUESTION_DELETED: &str = "QUESTION_DELETED";

/// Finding of a judge about a program.
#[derive(Debug)]
pub struct JudgedProgram {
    /// Empty if the judge has failed, which says nothing about the program.
    pub cases: Vec<CaseResult>,
    /// Words of the compiler, or why the judge has failed.
    pub says: Option<String>,
}

row! {
    struct TakenRow {
        id: i64,
        question: i64,
        language: String,
        code: String,
    }
}

/// Writes that a judge lives and what it runs, as the JSON list of `languages`.
pub async fn say_alive(db: &Db, name: &str, cores: i64, languages: &Value, now_ms: i64) -> Result<()> {
    let sql = "insert into judges (created_ms, name, cores, languages, alive_ms) values ($1, $2, $3, $4, $1)
        on conflict (name) do update set cores = excluded.cores, languages = excluded.languages, alive_ms = excluded.alive_ms";
    db.change(sql, args![now_ms, name, cores, languages.to_string()]).await?;
    db.change("delete from judges where alive_ms < $1", args![now_ms - FORGOTTEN_AFTER_MS]).await.map(drop)
}

/// Deletes the row of a judge that stops, and gives back what it had taken.
pub async fn leave(db: &Db, name: &str) -> Result<()> {
    db.change("delete from judges where name = $1", args![name]).await?;
    let sql = "update submissions set judge_lease_ms = 0, tries = tries - 1
        where status = 'RUNNING' and substr(lease, 1, length($1)) = $1";
    db.change(sql, args![lease_prefix(name)]).await.map(drop)
}

pub(super) fn lease_prefix(judge: &str) -> String {
    format!("{judge}/")
}

/// The program that is next: of each person the one that has waited longest comes before the second of anyone, and those count too that
/// run now. So one who sends a hundred does not stand before one who sends one. `w.question > 0` and `+` lead SQLite to the indexes of
/// those that wait and run, which are short.
const NEXT: &str = "select s.id from submissions s where s.status = 'QUEUED' and s.language in (LANGUAGES)
    order by (select count(*) from submissions w where w.status = 'QUEUED' and w.person = s.person and w.question > 0
            and (w.submitted_ms, w.id) < (s.submitted_ms, s.id))
        + (select count(*) from submissions r where r.status = 'RUNNING' and +r.person = s.person), s.submitted_ms, s.id limit 1";

/// Takes the next program in one of these languages, if one waits. `word` is random, and makes the lease that of this run only. Whoever
/// fails here has taken nothing, or what comes back when its lease is over.
pub async fn take(
    db: &Db,
    (judge, word): (&str, &str),
    languages: &[&str],
    now_ms: i64,
) -> Result<Option<TakenProgram>> {
    if languages.is_empty() {
        return Ok(None);
    }
    // Looked for without a transaction that writes, since there is none most of the time.
    let (marks, args) = placeholders(languages, 1);
    let sql = format!("select id from submissions where status = 'QUEUED' and language in ({marks}) limit 1");
    if db.maybe::<(i64,)>(sql, args).await?.is_none() {
        return Ok(None);
    }
    let lease = format!("{}{word}", lease_prefix(judge));
    let (marks, listed) = placeholders(languages, 3);
    let next = NEXT.replace("LANGUAGES", &marks);
    let sql = format!(
        "update submissions set status = 'RUNNING', tries = tries + 1, lease = $1, judge_lease_ms = $2
        where id = ({next}) and status = 'QUEUED' returning id, question, language, code"
    );
    let args: Vec<Arg> = args![&lease, now_ms + LEASE_MS].into_iter().chain(listed).collect();
    let taken: Option<TakenRow> = db.change_one(sql, args).await?;
    let Some(TakenRow { id, question, language, code }) = taken else { return Ok(None) };
    let mut tx = db.read().await?;
    let question = match code_questions::read(&mut tx, question).await {
        Err(Error::NotFound(_)) => {
            let gone = JudgedProgram { cases: Vec::new(), says: Some(QUESTION_DELETED.into()) };
            report(db, id, &lease, &gone, now_ms).await?;
            return Ok(None);
        }
        question => question?,
    };
    Ok(Some(TakenProgram { id, lease, language, code, question }))
}

/// Says that a judge still has these leases in hand. Others of its own run out.
pub async fn renew(db: &Db, leases: &[&str], now_ms: i64) -> Result<()> {
    if leases.is_empty() {
        return Ok(());
    }
    let (marks, listed) = placeholders(leases, 2);
    let sql = format!("update submissions set judge_lease_ms = $1 where status = 'RUNNING' and lease in ({marks})");
    db.change(sql, args![now_ms + LEASE_MS].into_iter().chain(listed).collect()).await.map(drop)
}

/// Reports what became of a program. Returns false if its lease is over: then another run counts, and this one changes nothing.
pub async fn report(db: &Db, id: i64, lease: &str, judged: &JudgedProgram, now_ms: i64) -> Result<bool> {
    let passed = judged.cases.iter().filter(|case| case.outcome == PASSED).count();
    let status = if judged.cases.is_empty() { "FAILED" } else { "JUDGED" };
    let summary = judged.says.clone().unwrap_or_else(|| format!("{passed}/{}", judged.cases.len()));
    let ms: i64 = judged.cases.iter().map(|case| case.ms).max().unwrap_or_default();
    let kib: i64 = judged.cases.iter().map(|case| case.kib).max().unwrap_or_default();
    let all = passed == judged.cases.len() && passed > 0;
    let sql =
        "update submissions set status = $3, passed = $4, summary = $5, results = $6, run_ms = $7, memory_kb = $8,
        judged_ms = $9, lease = null, judge_lease_ms = null where id = $1 and lease = $2 and status = 'RUNNING'";
    let args = args![id, lease, status, all, summary, results_json(&judged.cases), ms, kib, now_ms];
    Ok(db.change(sql, args).await? > 0)
}

/// Gives a program back that a judge could not run, though the program may be fine. It is tried again.
pub async fn give_back(db: &Db, id: i64, lease: &str) -> Result<()> {
    let sql = "update submissions set judge_lease_ms = 0 where id = $1 and lease = $2 and status = 'RUNNING'";
    db.change(sql, args![id, lease]).await.map(drop)
}

fn results_json(cases: &[CaseResult]) -> String {
    let line = |case: &CaseResult| {
        json!({ "case": case.case, "sample": case.sample, "outcome": case.outcome, "ms": case.ms, "kib": case.kib,
            "detail": case.detail })
    };
    Value::from(cases.iter().map(line).collect::<Vec<_>>()).to_string()
}

/// Reads what a judge has stored.
pub(super) fn read_results(stored: &str) -> Vec<CaseResult> {
    let list: Vec<Value> = serde_json::from_str(stored).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    let line = |one: &Value| CaseResult {
        case: number(&one["case"]),
        sample: one["sample"].as_bool().unwrap_or_default(),
        outcome: text(&one["outcome"]),
        ms: number(&one["ms"]),
        kib: number(&one["kib"]),
        detail: text(&one["detail"]),
    };
    list.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[test]
    fn results_are_read_as_they_were_stored() {
        let case =
            CaseResult { case: 3, sample: true, outcome: PASSED.into(), ms: 5, kib: 900, detail: "\"a\"\n".into() };
        assert_eq!(read_results(&results_json(std::slice::from_ref(&case))), [case]);
        assert_eq!(read_results("no JSON"), []);
    }

    #[tokio::test]
    async fn the_next_program_is_found_among_those_that_wait() {
        let plan = sqlite_plan(&NEXT.replace("LANGUAGES", "'python', 'c'")).await;
        let reads = |line: &&String| line.starts_with("SCAN") || line.starts_with("SEARCH");
        let waits = ["submissions_waiting", "submissions_running"];
        assert!(plan.iter().filter(reads).all(|line| waits.iter().any(|index| line.contains(index))), "{plan:?}");
    }
}
