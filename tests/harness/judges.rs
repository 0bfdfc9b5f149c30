//! Judges that say what they run, without running anything.

use serde_json::json;

use super::School;

/// Lets a judge say which languages work with it, and why another one does not. It gives no other sign of life.
pub async fn says(school: &School, works: &[&str], off: &[(&str, &str)]) {
    let entry = |language: &str, reason: Option<&str>| json!({ "language": language, "engine": "toolchain", "version": "1.0", "works": reason.is_none(), "reason": reason });
    let mut languages: Vec<_> = works.iter().map(|language| entry(language, None)).collect();
    languages.extend(off.iter().map(|(language, why)| entry(language, Some(why))));
    let now_ms = school.app.now_ms();
    let sql = "insert into judges (created_ms, name, cores, languages, alive_ms) values ($1, $2, 1, $3, $1)";
    let mut tx = school.app.db.begin().await.unwrap();
    let (name, languages) = (format!("judge {now_ms}"), json!(languages).to_string());
    tx.run(sql, vec![now_ms.into(), name.into(), languages.into()]).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
}
