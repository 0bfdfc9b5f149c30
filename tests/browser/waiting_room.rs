//! The waiting room behind a poster, as early phones see it, and the plan of the next class on the instructor's page.

use std::time::Duration;

use serde_json::json;

use crate::axe::Contrast;
use crate::axe::Findings;
use crate::classroom;
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

#[test]
fn a_phone_that_comes_early_sees_when_the_class_is_and_goes_in_by_itself() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let lecture = classroom::lecture(&teacher).await;
        let made = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok();
        let poster = format!("/l/{}", made["poster_code"].as_str().unwrap());
        let tomorrow = school.app.clock.date_of(school.app.now_ms() + 86_400_000);
        let plan = json!({ "date": tomorrow, "time": "14:30" });
        let path = format!("/api/lectures/{}/next-class", lecture.id);
        teacher.put(&path, plan).await.ok();
        let findings = Findings::default();
        for (languages, says) in [
            ("ja-JP", "次の授業は明日 午後2時30分です。"),
            ("en-GB", "The next class: tomorrow at 2:30 pm."),
            ("ko-KR", "다음 수업은 내일 오후 2시 30분이에요."),
        ] {
            let phone = Phone::opens_at(&school.url(""), &poster, &Device { languages, ..Device::phone() }).await;
            phone.sees("lobby").await;
            phone.reads(says).await;
            for theme in THEMES {
                phone.looks("theme", json!(theme)).await;
                findings.note(&format!("{languages}, {theme}"), phone.faults(Contrast::Aaa).await);
                phone.keeps_screenshot(&format!("lobby-{}-{theme}", &languages[..2])).await;
            }
            findings.note(languages, phone.hard_to_read_or_press().await);
        }
        let phone = Phone::opens(&school, &poster).await;
        phone.sees("lobby").await;
        phone.looks("size", json!(200)).await;
        phone.emulates(360, 740).await;
        phone.keeps_screenshot("lobby-200").await;
        findings.note("200 % at 360 px", phone.hard_to_read_or_press().await);
        findings.are_none();
        // Without a plan for another day, it asks every few seconds.
        teacher.put(&path, json!({})).await.ok();
        school.later(2);
        phone.reloads().await;
        phone.reads("선생님께 여쭤보세요").await;
        let session = teacher.opens_session(&lecture).await;
        phone.sees("name").await;
        let place: String = phone.js("return location.pathname", vec![]).await;
        assert_eq!(place, format!("/j/{}", session.code));
    });
}

#[test]
fn the_waiting_room_opens_without_a_network_and_goes_on_when_it_is_back() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let lecture = classroom::lecture(&teacher).await;
        let made = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok();
        let poster = format!("/l/{}", made["poster_code"].as_str().unwrap());
        let phone = Phone::opens(&school, &poster).await;
        phone.sees("lobby").await;
        phone.reads("선생님께 여쭤보세요").await;
        phone.is_kept().await;
        phone.is_offline(true).await;
        phone.reloads().await;
        phone.sees("lobby").await;
        phone.reads("카카오톡 기초").await;
        phone.reads("다시 이어지면 저절로 열려요").await;
        phone.keeps_screenshot("lobby-offline").await;
        teacher.opens_session(&lecture).await;
        phone.is_offline(false).await;
        phone.sees("name").await;
        phone.is_forgiven();
    });
}

#[test]
fn an_old_poster_says_so_also_on_a_phone_that_has_the_page() {
    run_story(|school| async move {
        let phone = Phone::opens(&school, "/").await;
        phone.sees("code").await;
        phone.is_kept().await;
        phone.visits("/l/ACDE-FGHJ-KMNP").await;
        phone.sees("old-poster").await;
        phone.reads("이 포스터는 이제 쓰지 않아요").await;
        phone.keeps_screenshot("lobby-old-poster").await;
        phone.is_forgiven();
    });
}

#[test]
fn the_instructor_plans_the_next_class_beside_the_poster() {
    run_story(|school| async move {
        let teacher = school.teacher().await;
        let lecture = classroom::lecture(&teacher).await;
        let desk = Dashboard::opens(&school, &teacher, &format!("/teach/lecture/{}/poster", lecture.id)).await;
        desk.is_at("poster").await;
        desk.shows("[data-act=unplan]", false).await;
        let day = school.app.clock.date_of(school.app.now_ms() + 3 * 86_400_000);
        let fill = "for (const [id, value] of Object.entries(arguments[0])) document.querySelector(id).value = value";
        let _: Option<bool> = desk.js(fill, vec![json!({ "#next-date": day, "#next-time": "14:00" })]).await;
        desk.presses_button("plan").await;
        desk.reads("저장했습니다").await;
        desk.keeps_screenshot("office-poster-next-class").await;
        let findings = Findings::default();
        findings.note("the plan", desk.faults(Contrast::Aa).await);
        findings.are_none();
        let path = format!("/api/lectures/{}/next-class", lecture.id);
        assert_eq!(teacher.get(&path).await.ok()["planned"]["time"], "14:00");
        desk.presses_button("unplan").await;
        desk.shows("[data-act=unplan]", false).await;
        crate::harness::until("the plan is gone", async || {
            tokio::time::sleep(Duration::from_millis(20)).await;
            teacher.get(&path).await.ok()["planned"].is_null().then_some(())
        })
        .await;
    });
}
