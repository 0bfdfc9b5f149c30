//! Judges: some that say what they run without running anything, and real ones.

use std::process::{Child, Stdio};

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

/// A judge as a process of its own, over the database of a school. It runs JavaScript.
pub struct Judge {
    process: Child,
    pub name: String,
}

impl Judge {
    /// Starts a judge, and waits until it says what it runs.
    pub async fn runs(school: &School) -> Judge {
        let name = format!("judge-{}", gyosil::clock::random_word());
        let data = school.data().display().to_string();
        let words = ["judge", "--as", &name, "--data", &data, "--database", school.database()];
        let mut command = super::process::command(&words);
        command.args(["--judge-languages", "javascript", "--judge-cores", "2"]);
        let process = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let judge = Judge { process, name };
        let sql = "select languages from judges where name = $1";
        super::until("a judge that lives", async || {
            let row = school.app.db.maybe::<(String,)>(sql, vec![judge.name.as_str().into()]).await.unwrap();
            row.map(|(languages,)| assert!(languages.contains(r#""works":true"#), "{languages}"))
        })
        .await;
        judge
    }

    /// Kills it in the middle of what it does.
    pub fn is_killed(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
