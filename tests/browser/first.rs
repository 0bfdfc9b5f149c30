//! The first one here, and what the school is called.

use gyosil::school::setup;

use crate::axe::{Contrast, Findings};
use crate::classroom::Class;
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::phone::Phone;
use crate::{run_story, run_story_with};

const NAME: &str = "한빛 정보화교육장";
const LOGO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/icon-192.png");

#[test]
fn the_first_administrator_comes_in_by_the_printed_link() {
    run_story(|school| async move {
        let link = setup::link(&school.app).await.unwrap().expect("nobody is here");
        let path = &link[link.find("/setup#").unwrap()..];
        let findings = Findings::default();
        for (languages, device) in [("en-GB", Device::desktop()), ("ja-JP", Device::phone())] {
            let page = Dashboard::opens_at(&school.url(""), path, &Device { languages, ..device }).await;
            page.is_at("setup").await;
            findings.note(languages, page.faults(Contrast::Aa).await);
            page.keeps_screenshot(&format!("setup-{}", &languages[..2])).await;
        }
        let late = Dashboard::opens_at(&school.url(""), path, &Device::phone()).await;
        late.is_at("setup").await;
        let desk = Dashboard::opens_at(&school.url(""), path, &Device::phone()).await;
        desk.is_at("setup").await;
        desk.keeps_screenshot("setup-ko").await;
        desk.presses_button("setup").await;
        desk.shows("#problem", true).await;
        desk.types("[autocomplete=name]", "박관리").await;
        desk.types("[autocomplete=username]", "아무거나").await;
        desk.types("[autocomplete=new-password]", "a good password").await;
        desk.is_forgiven();
        desk.presses_button("setup").await;
        desk.shows("[autocomplete=username][aria-invalid=true]", true).await;
        findings.note("a wrong address", desk.faults(Contrast::Aa).await);
        desk.keeps_screenshot("setup-wrong").await;
        desk.types("[autocomplete=username]", "admin@example.com").await;
        desk.presses_button("setup").await;
        desk.is_at("lectures").await;
        assert!(desk.url().await.ends_with("/teach"), "the secret is out of the address");
        desk.keeps_screenshot("setup-done").await;
        desk.reloads().await;
        desk.is_at("lectures").await;

        let used = Dashboard::opens_at(&school.url(""), path, &Device::phone()).await;
        used.shows("[data-setup=over]", true).await;
        used.keeps_screenshot("setup-over").await;
        late.is_forgiven();
        late.types("[autocomplete=name]", "늦은이").await;
        late.types("[autocomplete=username]", "late@example.com").await;
        late.types("[autocomplete=new-password]", "a good password").await;
        late.presses_button("setup").await;
        late.shows("[data-setup=over]", true).await;
        findings.are_none();
        let admin = school.nobody().logs_in("admin@example.com", "a good password").await;
        assert_eq!(admin.get("/api/auth/me").await.ok()["role"], "ADMIN");
    });
}

#[test]
fn a_schools_name_and_logo_stand_on_its_pages() {
    run_story_with(&["--school-name", NAME, "--school-logo", LOGO], |school| async move {
        let class = Class::waits(&school).await;
        let findings = Findings::default();
        let has_logo = "document.querySelector('.school:not([hidden]) img, .brand img')?.naturalWidth === 192";
        for width in [320, 412] {
            let device = Device { width, ..Device::phone() };
            for (what, path) in [("code", "/".to_owned()), ("name", format!("/j/{}", class.session.code))] {
                let phone = Phone::opens_at(&school.url(""), &path, &device).await;
                phone.sees(what).await;
                phone.reads(NAME).await;
                phone.until_js("the logo is there", has_logo, vec![]).await;
                findings.note(what, phone.faults(Contrast::Aa).await);
                phone.keeps_screenshot(&format!("school-{what}-{width}")).await;
            }
        }
        let desk = Dashboard::opens(&school, &class.teacher, "/teach").await;
        // The link is used by now: the next page needs the cookie that came with it.
        desk.is_at("lectures").await;
        let screen = format!("/teach/session/{}/screen", class.session.id);
        let poster = format!("/teach/lecture/{}/poster", class.lecture.id);
        let board = format!("/teach/session/{}", class.session.id);
        for (page, path) in [("lectures", "/teach"), ("board", &board), ("poster", &poster), ("screen", &screen)] {
            desk.visits(path).await;
            desk.is_at(page).await;
            desk.reads(NAME).await;
            desk.until_js("the logo is there", has_logo, vec![]).await;
            findings.note(page, desk.faults(Contrast::Aa).await);
            desk.keeps_screenshot(&format!("school-{page}")).await;
        }
        class.begins().await;
        desk.until_js("the step is on the wall", "!document.querySelector('.wall .lesson').hidden", vec![]).await;
        desk.reads(NAME).await;
        desk.keeps_screenshot("school-screen-step").await;
        findings.are_none();
    });
}
