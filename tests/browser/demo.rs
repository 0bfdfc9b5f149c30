//! `gyosil demo`, as someone who has just built it sees it: five simulated learners, one real phone, one dashboard.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::run_story;

struct Demo {
    process: Child,
    base: String,
    board: String,
    join: String,
    _data: tempfile::TempDir,
}

impl Demo {
    fn starts() -> Demo {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gyosil"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GYOSIL_")) {
            command.env_remove(name);
        }
        command.args(["demo", "--auto", "--learners", "5", "--listen", "127.0.0.1:0", "--data"]).arg(data.path());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut urls = Vec::new();
        let mut said = String::new();
        while urls.len() < 2 {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "the demo ended: {said}");
            said.push_str(&line);
            let is_url = |word: &&str| word.contains("#t=") || word.contains("/j/");
            urls.extend(line.split_whitespace().filter(is_url).map(str::to_owned));
        }
        // Whatever else it says is drained, so that it never waits for us.
        std::thread::spawn(move || lines.read_to_string(&mut String::new()));
        let path = |url: &str| url[url[8..].find('/').unwrap() + 8..].to_owned();
        let base = urls[0][..urls[0].len() - path(&urls[0]).len()].to_owned();
        Demo { process, base, board: path(&urls[0]), join: path(&urls[1]), _data: data }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_demo_runs_from_the_first_step_to_the_review() {
    run_story(|_| async move {
        let demo = tokio::task::spawn_blocking(Demo::starts).await.unwrap();
        let board = Dashboard::opens_at(&demo.base, &demo.board, &Device::desktop()).await;
        board.is_at("board").await;
        let phone = Phone::opens_at(&demo.base, &demo.join, &Device::phone()).await;
        phone.types_name("나리아").await;
        phone.taps("enter").await;
        phone.sees_one_of(&["waiting", "step"]).await;
        board.until_js("six are in", "document.querySelectorAll('[data-person]').length === 6", vec![]).await;
        board.keeps_screenshot("demo-waiting").await;
        let titles = goes_through(&board, &phone).await;
        phone.sees("ended").await;
        phone.keeps_screenshot("demo-ended").await;
        let reviewed = reviews(&phone).await;
        assert!(titles.len() > 3 && titles.iter().all(|title| reviewed.contains(title)), "{titles:?} of {reviewed:?}");
        board.keeps_screenshot("demo-over").await;
    });
}

async fn title(phone: &Phone) -> String {
    phone.js("return document.querySelector('main h1').innerText.trim()", vec![]).await
}

/// All steps again, at one's own pace.
async fn reviews(phone: &Phone) -> Vec<String> {
    let mut titles = Vec::new();
    phone.taps("again").await;
    phone.sees("review").await;
    while phone.screen().await == "review" {
        let now = title(phone).await;
        phone.taps("next").await;
        phone.leaves(&now).await;
        titles.push(now);
    }
    titles
}

/// The instructor at the dashboard is quicker than the one of `--auto`, and the two do not disturb each other.
async fn goes_through(board: &Dashboard, phone: &Phone) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    let can = async |act: &str| {
        let script = "return [...document.querySelectorAll(`[data-act=${arguments[0]}]`)].some((button) =>
            button.checkVisibility() && !button.disabled && button.getAttribute('aria-disabled') !== 'true')";
        board.js::<bool>(script, vec![act.into()]).await
    };
    if can("start").await {
        board.tries_to_click("[data-act=start]").await;
    }
    loop {
        let screen = phone.screen().await;
        match screen.as_str() {
            "ended" => return titles,
            "answer" => phone.tries_to_click("[data-act=helped]").await,
            "paused" => board.tries_to_click("[data-act=resume]").await,
            "step" => {
                let now = title(phone).await;
                if titles.is_empty() {
                    // The card that tells how one comes back to the class.
                    phone.taps("understood").await;
                }
                if titles.last() != Some(&now) {
                    titles.push(now.clone());
                    phone.tries_to_click("[data-act=done]").await;
                    board.keeps_screenshot(&format!("demo-step-{:02}", titles.len())).await;
                }
                if can("next").await {
                    board.tries_to_click("[data-act=next]").await;
                } else if can("end").await && titles.len() > 1 {
                    board.tries_to_click("[data-act=end]").await;
                    board.tries_to_click("dialog[open] button[value=yes]").await;
                }
                phone.leaves(&now).await;
            }
            _ => phone.until("it begins", async || (phone.screen().await != "waiting").then_some(())).await,
        }
    }
}
