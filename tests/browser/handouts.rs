//! The handout: learners fetch it from the review, and instructors beside the lecture.

use std::path::Path;

use serde_json::json;

use crate::classroom::Class;
use crate::dashboard::Dashboard;
use crate::harness::browser::Browser;
use crate::harness::until;
use crate::phone::Phone;
use crate::run_story;

impl Browser {
    async fn keeps_files_in(&self, folder: &Path) {
        let kept = json!({ "behavior": "allow", "downloadPath": folder });
        self.cdp("Browser.setDownloadBehavior", kept).await;
    }
}

/// Waits for a PDF in a folder, and returns its name.
async fn comes_to(folder: &Path) -> String {
    until("the handout is there", async || {
        let mut files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
        let file = files.find(|file| file.extension().is_some_and(|end| end == "pdf"))?;
        let bytes = std::fs::read(&file).ok()?;
        (bytes.starts_with(b"%PDF") && bytes.len() > 5_000)
            .then(|| file.file_name().unwrap().to_str().unwrap().to_owned())
    })
    .await
}

#[test]
fn a_learner_keeps_the_handout_and_is_told_when_the_internet_is_needed() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        class.begins().await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("step").await;
        class.presses("end").await;
        phone.sees("ended").await;
        phone.taps("again").await;
        phone.taps("steps").await;
        phone.sees("review-list").await;
        phone.is_offline(true).await;
        phone.taps("handout").await;
        phone.shows(".handout .note.call", true).await;
        phone.keeps_screenshot("handout-offline").await;
        phone.is_offline(false).await;
        let folder = tempfile::tempdir().unwrap();
        phone.keeps_files_in(folder.path()).await;
        phone.taps("handout").await;
        phone.shows(".handout .note.good", true).await;
        phone.shows(".handout .note.call", false).await;
        let name = comes_to(folder.path()).await;
        assert!(name.contains("유인물") || name.contains("download"), "{name}");
        phone.keeps_screenshot("handout-kept").await;
    });
}

#[test]
fn an_instructor_prints_the_handout_of_a_lecture() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let desk = Dashboard::opens(&school, &class.teacher, "/teach").await;
        desk.is_at("lectures").await;
        let folder = tempfile::tempdir().unwrap();
        desk.keeps_files_in(folder.path()).await;
        desk.keeps_screenshot("handout-lectures").await;
        desk.presses_button("handout").await;
        comes_to(folder.path()).await;
        let other = tempfile::tempdir().unwrap();
        desk.visits(&format!("/teach/lecture/{}", class.lecture.id)).await;
        desk.is_at("editor").await;
        desk.keeps_files_in(other.path()).await;
        desk.keeps_screenshot("handout-editor").await;
        desk.presses_button("handout").await;
        comes_to(other.path()).await;
    });
}
