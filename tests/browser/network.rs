//! What a lost network, a dead battery or a reload takes from a person: nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::proxy::Proxy;
use crate::harness::socket::Socket;
use crate::phone::Phone;
use crate::run_story;

/// From the network's return until the same person is at the class's step.
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// A phone whose wire can be cut, at the first step of a class, and the instructor's own ear.
async fn phone_behind_a_proxy(school: &School) -> (Class, Proxy, Phone, Socket) {
    let class = Class::runs(school).await;
    let proxy = Proxy::to(school.address).await;
    let mut ear = class.teacher.watches(&class.session).await;
    ear.receives("session_state").await;
    let phone = Phone::joins_at(&proxy.url(""), &class.session, "김순자", &Device::phone()).await;
    phone.is_at(STEPS[0].0).await;
    phone.link_is(&["open"]).await;
    (class, proxy, phone, ear)
}

/// How often she has finished this step, as it was told.
fn finished(ear: &Socket, step: i64) -> usize {
    let is = |f: &&Value| f["type"] == "student_progress" && f["data"]["subtask_id"] == step;
    ear.received.iter().filter(is).filter(|f| f["data"]["status"] == "COMPLETED").count()
}

#[test]
fn a_phone_that_loses_its_network_in_mid_step_and_taps_done_comes_back_with_it() {
    run_story(|school| async move {
        let (class, proxy, phone, mut ear) = phone_behind_a_proxy(&school).await;
        proxy.cut();
        phone.is_offline(true).await;
        phone.link_is(&["waiting", "offline"]).await;
        phone.taps("done").await;
        phone.is_sending_done().await;
        phone.keeps_screenshot("phone-offline").await;
        class.goes_to(1).await;
        proxy.mend().await;
        phone.is_offline(false).await;
        let mended = Instant::now();
        phone.is_at(STEPS[1].0).await;
        assert!(mended.elapsed() < BACK_WITHIN, "{:?}", mended.elapsed());
        phone.link_is(&["open"]).await;
        ear.waits_for("student_progress").await;
        // Another sign of life of hers comes after everything that she had kept.
        phone.taps("done").await;
        let is_second =
            |f: &Value| f["type"] == "student_progress" && f["data"]["subtask_id"] == class.lecture.steps[1];
        ear.waits_until("the second step", is_second).await;
        ear.receives_only("step_shown").await;
        assert_eq!(finished(&ear, class.lecture.steps[0]), 1);
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_phone_on_a_network_that_went_silent_notices_and_comes_back() {
    run_story(|school| async move {
        let (class, proxy, phone, mut ear) = phone_behind_a_proxy(&school).await;
        proxy.fall_silent();
        phone.taps("done").await;
        phone.link_is(&["waiting", "connecting", "offline"]).await;
        class.goes_to(1).await;
        proxy.mend().await;
        phone.is_at(STEPS[1].0).await;
        ear.waits_for("student_progress").await;
        assert_eq!(finished(&ear, class.lecture.steps[0]), 1);
    });
}

#[test]
fn a_phone_and_a_board_say_that_saving_takes_longer_while_the_database_takes_no_writes() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let her = class.id_of("김순자").await;
        desk.sees(her, "working").await;
        // Another process holds the database.
        let mut other = SqliteConnection::connect(school.database()).await.unwrap();
        other.execute("begin immediate").await.unwrap();
        phone.taps("done").await;
        phone.link_is(&["paused"]).await;
        desk.link_is("paused").await;
        phone.keeps_screenshot("phone-paused").await;
        desk.keeps_screenshot("board-paused").await;
        other.execute("rollback").await.unwrap();
        desk.sees(her, "done").await;
        phone.link_is(&["open"]).await;
        desk.link_is("open").await;
        phone.shows("[data-act=done]", false).await;
    });
}

#[test]
fn a_tap_without_a_network_survives_a_reload() {
    run_story(|school| async move {
        let (class, proxy, phone, mut ear) = phone_behind_a_proxy(&school).await;
        phone.is_kept().await;
        proxy.cut();
        phone.taps("done").await;
        phone.is_sending_done().await;
        phone.reloads().await;
        phone.sees_one_of(&["offline", "step"]).await;
        phone.keeps_screenshot("phone-opened-without-a-network").await;
        proxy.mend().await;
        phone.is_at(STEPS[0].0).await;
        phone.shows("[data-act=done]", false).await;
        ear.waits_for("student_progress").await;
        assert_eq!(finished(&ear, class.lecture.steps[0]), 1);
    });
}

#[test]
fn every_phone_is_where_it_was_after_a_restart_of_the_server() {
    run_story(|school| async move {
        let (class, proxy, phone, _) = phone_behind_a_proxy(&school).await;
        phone.taps("done").await;
        let school = school.reopens().await;
        proxy.leads_to(school.address);
        phone.link_is(&["open"]).await;
        phone.is_at(STEPS[0].0).await;
        phone.shows("[data-act=done]", false).await;
        let class = Class { teacher: class.teacher.at(school.address), ..class };
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
    });
}

#[test]
fn a_browser_that_was_closed_opens_at_the_same_step_and_asks_nothing() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        phone.shows("[data-act=done]", false).await;
        let path = format!("/j/{}", class.session.code);
        let phone = phone.is_closed_and_opened(&path).await;
        let opened = Instant::now();
        phone.is_at(STEPS[0].0).await;
        phone.shows("[data-act=done]", false).await;
        assert!(opened.elapsed() < BACK_WITHIN, "{:?}", opened.elapsed());
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn a_reload_changes_nothing_wherever_one_is() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let phone = Phone::opens(&school, &format!("/j/{}", class.session.code)).await;
        comes_back_to(&phone, "name").await;
        phone.types_name("김순자").await;
        phone.taps("enter").await;
        comes_back_to(&phone, "waiting").await;
        class.begins().await;
        comes_back_to(&phone, "step").await;
        class.goes_to(1).await;
        phone.is_at(STEPS[1].0).await;
        phone.taps("help").await;
        phone.shows("[data-act=help]", false).await;
        comes_back_to(&phone, "step").await;
        // She still waits for help, and is not asked to call again.
        phone.shows("[data-act=help]", false).await;
        class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
        comes_back_to(&phone, "answer").await;
        phone.reads("위쪽의 «친구»를 눌러 주세요.").await;
        phone.taps("helped").await;
        class.presses("pause").await;
        comes_back_to(&phone, "paused").await;
        class.presses("resume").await;
        class.presses("end").await;
        comes_back_to(&phone, "ended").await;
        phone.taps("again").await;
        phone.sees("review").await;
        phone.taps("next").await;
        phone.reads(STEPS[1].0).await;
        comes_back_to(&phone, "review").await;
        phone.reads(STEPS[1].0).await;
        assert_eq!(class.people().await.len(), 1);
    });
}

#[test]
fn an_answer_is_there_after_a_reload_however_long_the_login_takes() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        class.goes_to(1).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.taps("help").await;
        class.answers("김순자", "위쪽의 «친구»를 눌러 주세요.").await;
        phone.sees("answer").await;
        phone.holds_back("/api/auth/refresh").await;
        phone.reloads().await;
        phone.sees("step").await;
        phone.lets_through().await;
        phone.sees("answer").await;
        phone.reads("위쪽의 «친구»를 눌러 주세요.").await;
    });
}

async fn comes_back_to(phone: &Phone, screen: &str) {
    phone.sees(screen).await;
    phone.reloads().await;
    let reloaded = Instant::now();
    phone.sees(screen).await;
    assert!(reloaded.elapsed() < BACK_WITHIN, "{screen} after {:?}", reloaded.elapsed());
}

#[test]
fn the_page_opens_without_a_network_and_goes_on_when_there_is_one() {
    run_story(|school| async move {
        let (_, proxy, phone, _) = phone_behind_a_proxy(&school).await;
        phone.is_kept().await;
        proxy.cut();
        phone.visits("/").await;
        phone.sees_one_of(&["offline", "return", "code"]).await;
        phone.reloads().await;
        phone.sees_one_of(&["offline", "return", "code"]).await;
        proxy.mend().await;
        phone.sees("return").await;
        phone.taps("yes").await;
        phone.is_at(STEPS[0].0).await;
    });
}

#[test]
fn it_can_be_installed_as_an_app() {
    run_story(|school| async move {
        let phone = Phone::opens(&school, "/").await;
        phone.sees("code").await;
        phone.is_kept().await;
        let manifest = phone.cdp("Page.getAppManifest", json!({})).await;
        assert_eq!(manifest["errors"], json!([]), "{manifest}");
        let said: Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
        assert_eq!((&said["display"], &said["start_url"]), (&json!("standalone"), &json!("/")));
        let faults = phone.cdp("Page.getInstallabilityErrors", json!({})).await;
        assert_eq!(faults["installabilityErrors"], json!([]));
    });
}
