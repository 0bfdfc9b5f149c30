//! Lectures that travel: an instructor copies one, exports it, and imports the file in another school.

use std::path::PathBuf;

use serde_json::json;
use thirtyfour::By;

use crate::classroom::Class;
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::harness::picture::png;
use crate::harness::{School, until};
use crate::run_story;

async fn chooses(desk: &Dashboard, file: &std::path::Path) {
    let field = desk.driver().find(By::Css(".importer input[type=file]")).await.unwrap();
    field.send_keys(file.to_str().unwrap()).await.unwrap();
}

/// The list of lectures, with what is done with the first lecture as a whole.
async fn opens_tools(school: &School, class: &Class, device: &Device) -> Dashboard {
    let link = Dashboard::link(school, &class.teacher, "/teach").await;
    let desk = Dashboard::opens_at(&school.url(""), &link, device).await;
    desk.is_at("lectures").await;
    desk.clicks(".travel summary").await;
    desk.shows("[data-act=export]", true).await;
    desk
}

async fn class_with_picture(school: &School) -> Class {
    let class = Class::waits(school).await;
    let path = format!("/api/lectures/{}/pictures", class.lecture.id);
    let red = class.teacher.sends_raw(&path, "image/png", png(40, 80, [200, 30, 30])).await.is(201);
    let step = format!("/api/subtasks/{}", class.lecture.steps[0]);
    class.teacher.put(&step, json!({ "pictures": [{ "picture": red["picture"] }] })).await.ok();
    class
}

#[test]
fn a_copy_opens_in_the_editor() {
    run_story(|school| async move {
        let class = class_with_picture(&school).await;
        let desk = opens_tools(&school, &class, &Device::phone()).await;
        desk.keeps_screenshot("lesson-file-tools-phone").await;
        desk.presses_button("copy-lecture").await;
        desk.is_at("editor").await;
        desk.reads("(복사본)").await;
        desk.shows("[data-step] img.thumb", true).await;
        desk.keeps_screenshot("lesson-file-copy-phone").await;
        let id: i64 = desk.url().await.rsplit('/').next().unwrap().parse().unwrap();
        assert_ne!(id, class.lecture.id);
    });
}

#[test]
fn a_lecture_goes_as_a_file_to_another_school() {
    run_story(|school| async move {
        let class = class_with_picture(&school).await;
        let desk = opens_tools(&school, &class, &Device::desktop()).await;
        desk.keeps_screenshot("lesson-file-tools").await;
        let folder = tempfile::tempdir().unwrap();
        let kept = json!({ "behavior": "allow", "downloadPath": folder.path() });
        desk.cdp("Browser.setDownloadBehavior", kept).await;
        desk.presses_button("export").await;
        let file: PathBuf = until("the file is there", async || {
            let mut files = std::fs::read_dir(folder.path()).ok()?.flatten().map(|file| file.path());
            files.find(|file| file.extension().is_some_and(|end| end == "zip"))
        })
        .await;

        let elsewhere = School::open(school.backend, &[]).await;
        let other = elsewhere.teacher().await;
        for (device, end) in [(Device::phone(), "-phone"), (Device::desktop(), "")] {
            let link = Dashboard::link(&elsewhere, &other, "/teach").await;
            let desk = Dashboard::opens_at(&elsewhere.url(""), &link, &device).await;
            desk.is_at("lectures").await;
            desk.presses_button("import").await;
            desk.shows("[data-act=choose-lesson]", true).await;
            desk.keeps_screenshot(&format!("lesson-file-import{end}")).await;
            let wrong = folder.path().join("wrong.txt");
            std::fs::write(&wrong, b"no lesson").unwrap();
            chooses(&desk, &wrong).await;
            desk.reads("zip 파일이 아닙니다").await;
            desk.keeps_screenshot(&format!("lesson-file-refused{end}")).await;
            desk.is_forgiven();
            let slow = |latency| json!({ "offline": false, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1 });
            desk.network(slow(4_000)).await;
            chooses(&desk, &file).await;
            desk.shows(".importer progress", true).await;
            desk.keeps_screenshot(&format!("lesson-file-sending{end}")).await;
            desk.network(slow(0)).await;
            desk.is_at("editor").await;
            desk.shows("[data-step] img.thumb", true).await;
        }
        let listed = other.get("/api/lectures").await.ok();
        assert_eq!(listed["lectures"].as_array().unwrap().len(), 2);
    });
}
