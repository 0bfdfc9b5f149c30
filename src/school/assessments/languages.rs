//! Languages in which programs are judged here: those that a judge which lives has tried out.

use serde_json::Value;

use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{Tx, args};
use crate::error::{Error, Result};

/// Time without a sign of life after which a judge counts as gone.
pub const JUDGE_GONE_AFTER_MS: i64 = 30 * SECOND_MS;
/// After how long a caller is asked to try again while no judge runs.
pub const NO_JUDGE_RETRY_S: u64 = 10;

/// A language that a judge knows, and whether it can run it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeLanguage {
    pub language: String,
    pub engine: String,
    pub version: String,
    pub works: bool,
    /// Why it does not work.
    pub reason: Option<String>,
}

/// Lists the languages of the judges that live, by name. One that works with any of them works.
pub async fn list(tx: &mut Tx, now_ms: i64) -> Result<Vec<JudgeLanguage>> {
    let rows: Vec<(String,)> = tx.all(OF_LIVING, args![now_ms - JUDGE_GONE_AFTER_MS]).await?;
    Ok(merged(rows.iter().flat_map(|(stored,)| read(stored)).collect()))
}

const OF_LIVING: &str = "select languages from judges where alive_ms > $1 order by alive_ms, id";

fn read(stored: &str) -> Vec<JudgeLanguage> {
    let list: Vec<Value> = serde_json::from_str(stored).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let language = |one: &Value| JudgeLanguage {
        language: text(&one["language"]),
        engine: text(&one["engine"]),
        version: text(&one["version"]),
        works: one["works"].as_bool().unwrap_or_default(),
        reason: one["reason"].as_str().filter(|reason| !reason.is_empty()).map(str::to_owned),
    };
    list.iter().map(language).collect()
}

fn merged(mut all: Vec<JudgeLanguage>) -> Vec<JudgeLanguage> {
    all.sort_by(|a, b| (&a.language, !a.works).cmp(&(&b.language, !b.works)));
    all.dedup_by(|next, kept| next.language == kept.language);
    all
}

/// Fails unless a judge that lives runs programs in this language.
pub async fn must_run(tx: &mut Tx, language: &str, now_ms: i64) -> Result<()> {
    let all = list(tx, now_ms).await?;
    if all.is_empty() {
        return Err(Error::NoJudge { retry_after_s: NO_JUDGE_RETRY_S });
    }
    let off = |why: Option<String>| {
        let why = why.unwrap_or_else(|| "the judge does not know it".to_owned());
        Error::LanguageOff { language: language.to_owned(), why }
    };
    match all.into_iter().find(|one| one.language == language) {
        Some(one) if one.works => Ok(()),
        Some(one) => Err(off(one.reason)),
        None => Err(off(None)),
    }
}

/// Lists the languages for anyone who has signed in: which are offered here is no secret.
pub async fn offered(app: &School) -> Result<Vec<JudgeLanguage>> {
    list(&mut app.db.read().await?, app.now_ms()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[test]
    fn a_language_that_works_with_one_judge_works() {
        let stored = r#"[{"language": "python", "engine": "toolchain", "version": "3.11", "works": false, "reason": "no bwrap"},
            {"language": "c", "engine": "toolchain", "version": "12", "works": false, "reason": "no bwrap"}]"#;
        let other =
            r#"[{"language": "python", "engine": "toolchain", "version": "3.12", "works": true, "reason": null}]"#;
        let found = merged([read(stored), read(other), read("no JSON")].concat());
        let shown: Vec<_> = found.iter().map(|one| (one.language.as_str(), one.works, one.reason.as_deref())).collect();
        assert_eq!(shown, [("c", false, Some("no bwrap")), ("python", true, None)]);
    }

    #[tokio::test]
    async fn judges_that_are_gone_are_not_read() {
        let plan = sqlite_plan(OF_LIVING).await;
        assert!(plan.iter().any(|line| line.contains("judges_alive")), "{plan:?}");
    }
}
