//! Keeps a judge running beside the server: starts it, and starts another one when it dies.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::School;
use crate::clock::random_word;
use crate::config::{Config, LogForm};
use crate::school::submissions::settling;

/// The time before another judge is started: one that cannot start must not be started all the time.
const RESTARTED_AFTER: Duration = Duration::from_secs(2);

/// Keeps a judge running for as long as the future is polled. Dropping it ends the judge's standard input, by which it stops.
pub async fn keep(app: School) {
    loop {
        let name = format!("judge-{}", random_word());
        match start(&app.config, &name) {
            Ok(judge) => {
                let ended = watch(judge).await;
                tracing::warn!("the judge has ended ({ended}); another one is started");
            }
            Err(error) => tracing::error!(%error, "the judge could not be started; it is tried again"),
        }
        if let Err(error) = settling::end_leases_of(&app, &name).await
            && !error.is_outage()
        {
            tracing::error!(%error, "what a judge had taken could not be given back; its leases will run out");
        }
        tokio::time::sleep(RESTARTED_AFTER).await;
    }
}

/// Starts this program as a judge. It gets the settings of this process that it needs, and none of its secrets but the way to the
/// database.
fn start(config: &Config, name: &str) -> std::io::Result<Child> {
    let mut command = Command::new("/proc/self/exe");
    command.args(["judge", "--as", name]).stdin(Stdio::piped()).stdout(Stdio::null());
    for (own, _) in std::env::vars_os().filter(|(own, _)| own.to_string_lossy().starts_with("GYOSIL_")) {
        if own != "GYOSIL_LOG" {
            command.env_remove(own);
        }
    }
    let settings = &config.judge_settings;
    command.env("GYOSIL_DATA", &config.data).env("GYOSIL_DATABASE", config.database_url());
    command.env("GYOSIL_JUDGE_UID", settings.judge_uid.to_string());
    command.env("GYOSIL_LOG_FORM", if config.log_form == LogForm::Json { "json" } else { "text" });
    if let Some(cores) = settings.judge_cores {
        command.env("GYOSIL_JUDGE_CORES", cores.to_string());
    }
    if !settings.judge_languages.is_empty() {
        command.env("GYOSIL_JUDGE_LANGUAGES", settings.judge_languages.join(","));
    }
    command.spawn()
}

/// Waits for the end of a judge, and tells how it ended. If this is given up, the judge's standard input ends.
async fn watch(mut judge: Child) -> String {
    let _own_while_it_runs = judge.stdin.take();
    let (ended, end) = oneshot::channel();
    thread::spawn(move || ended.send(judge.wait()));
    match end.await {
        Ok(Ok(status)) => status.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "its end was not seen".into(),
    }
}
