//! The instructor at one device, or two.

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::people::PASSWORD;
use crate::harness::proxy::Proxy;
use crate::phone::Phone;
use crate::run_story;

#[test]
fn an_instructor_signs_in_and_stays_signed_in() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let path = format!("/teach/session/{}", class.session.id);
        let device = crate::harness::browser::Device::desktop();
        let desk = Dashboard::opens_at(&school.url(""), &path, &device).await;
        desk.signs_in("teacher@example.com", "not this one").await;
        desk.shows("[role=alert]", true).await;
        desk.signs_in("teacher@example.com", PASSWORD).await;
        desk.is_at("board").await;
        desk.reloads().await;
        desk.is_at("board").await;
        desk.visits("/teach").await;
        desk.is_at("lectures").await;
    });
}

#[test]
fn two_dashboards_see_the_same_and_both_lead() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let tablet = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.sees("waiting").await;
        let her = class.id_of("김순자").await;
        for board in [&desk, &tablet] {
            board.sees(her, "here").await;
        }
        desk.presses_button("start").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        for board in [&desk, &tablet] {
            board.sees(her, "done").await;
        }
        tablet.presses_button("next").await;
        phone.is_at(STEPS[1].0).await;
        desk.reads(STEPS[1].0).await;
        desk.presses_button("back").await;
        phone.is_at(STEPS[0].0).await;
        tablet.sees(her, "done").await;
        tablet.presses_button("pause").await;
        phone.sees("paused").await;
        desk.presses_button("resume").await;
        phone.is_at(STEPS[0].0).await;
    });
}

#[test]
fn a_refreshed_dashboard_keeps_control() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.taps("done").await;
        let her = class.id_of("김순자").await;
        desk.sees(her, "done").await;
        desk.reloads().await;
        desk.is_at("board").await;
        desk.sees(her, "done").await;
        desk.presses_button("next").await;
        phone.is_at(STEPS[1].0).await;
    });
}

#[test]
fn a_dashboard_that_loses_the_network_says_so_and_catches_up() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let proxy = Proxy::to(school.address).await;
        let ticket = gyosil::school::logins::make_ticket_for(&school.app, class.teacher.id).await.unwrap();
        let path = format!("/teach/session/{}#t={ticket}", class.session.id);
        let device = crate::harness::browser::Device::desktop();
        let desk = Dashboard::opens_at(&proxy.url(""), &path, &device).await;
        desk.is_at("board").await;
        desk.until_js("it is connected", "document.querySelector('#link').dataset.state === 'open'", vec![]).await;
        proxy.cut();
        desk.until_js("it says so", "document.querySelector('#link').dataset.state !== 'open'", vec![]).await;
        let grandma = school.guest(&class.session, "김순자").await;
        grandma.finishes(class.lecture.steps[0]).await;
        proxy.mend().await;
        desk.sees(grandma.id, "done").await;
        desk.until_js("it is connected", "document.querySelector('#link').dataset.state === 'open'", vec![]).await;
    });
}

#[test]
fn a_learner_is_renamed_let_in_again_and_removed_from_the_board() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let her = class.id_of("김순자").await;
        desk.sees(her, "working").await;
        desk.opens_person(her).await;
        desk.types("#new-name", "김순자 (앞줄)").await;
        desk.clicks("dialog[open] [data-act=rename]").await;
        desk.reads("김순자 (앞줄)").await;
        desk.opens_person(her).await;
        desk.clicks("dialog[open] [data-act=reentry]").await;
        desk.shows("dialog[open] img", true).await;
        desk.keeps_screenshot("dashboard-reentry").await;
        desk.clicks("dialog[open] [data-act=remove]").await;
        desk.agrees().await;
        phone.sees("removed").await;
        desk.shows(&format!("[data-person='{her}']"), false).await;
    });
}

#[test]
fn the_door_is_closed_and_opened_from_the_board() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.presses_button("door").await;
        let path = format!("/j/{}", class.session.code);
        crate::harness::until("the door is closed", async || {
            let seen = school.nobody().get(&format!("/api/sessions/{}", class.session.code)).await.ok();
            (seen["door"] == "CLOSED").then_some(())
        })
        .await;
        let phone = Phone::opens(&school, &path).await;
        phone.sees("door").await;
        desk.presses_button("door").await;
        phone
            .until("the door is open", async || {
                // The last press has opened the page already, or is just about to.
                phone.tries_to_click("[data-act=again]").await;
                (phone.screen().await == "name").then_some(())
            })
            .await;
    });
}

#[test]
fn the_dialog_about_a_learner_fits_a_phone_however_long_the_names_are() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let guest = school.guest(&class.session, "김순자").await;
        school.guest(&class.session, "Alexandra Konstantinopolskaya-Montgomery").await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        desk.emulates(360, 740).await;
        desk.opens_person(guest.id).await;
        desk.keeps_screenshot("dashboard-person-on-a-phone").await;
        let fits = "[...document.querySelectorAll('dialog[open], dialog[open] *')].every((part) =>
            part.getBoundingClientRect().left >= 0 && part.getBoundingClientRect().right <= innerWidth)";
        desk.until_js("nothing is cut off", fits, vec![]).await;
    });
}
