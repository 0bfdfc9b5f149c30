//! A lecture that two instructors teach together, as its pages show it to both.

use serde_json::json;

use crate::assisting::looks_at;
use crate::axe::Contrast::Aa;
use crate::axe::Findings;
use crate::classroom::Class;
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::harness::people::Person;
use crate::run_story;

#[test]
fn a_lecture_is_shared_found_led_and_left() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let colleague = school.another_teacher().await;
        let findings = Findings::default();
        let editor = format!("/teach/lecture/{}", class.lecture.id);
        let desk = Dashboard::opens(&school, &class.teacher, &editor).await;
        desk.is_at("editor").await;
        shares(&desk, &colleague, &findings).await;
        let line = format!("[data-teacher='{}']", colleague.id);

        // The colleague has it in the list.
        let link = Dashboard::link(&school, &colleague, "/teach").await;
        let theirs = Dashboard::opens_at(&school.url(""), &link, &Device::phone()).await;
        theirs.is_at("lectures").await;
        let card = format!("[data-lecture='{}']", class.lecture.id);
        is_shown_what_may_be_done(&theirs, &card, &editor, &findings).await;

        // Both boards lead the class, and see each other.
        theirs.visits(&format!("/teach/session/{}", class.session.id)).await;
        theirs.is_at("board").await;
        theirs.link_is("open").await;
        theirs.shows("[data-act=attendance]:not([hidden])", false).await;
        theirs.presses_button("pause").await;
        let board = Dashboard::watches(&school, &class.teacher, &class.session).await;
        board.shows("[data-act=resume]", true).await;
        board.shows("[data-staff][data-role=CO_TEACHER]", true).await;
        board.shows("[data-staff][data-role=CO_TEACHER] [data-act=end-help]", false).await;
        board.keeps_screenshot("board-with-co-teacher").await;
        findings.note("the board with a co-teacher", board.faults(Aa).await);

        // The end of the sharing shuts the board at once.
        desk.clicks(&format!("{line} [data-act=end-sharing]")).await;
        desk.agrees().await;
        desk.shows(&line, false).await;
        desk.keeps_screenshot("co-teacher-ended").await;
        theirs.reads("이 강의의 강사만 볼 수 있습니다.").await;
        theirs.keeps_screenshot("co-teacher-shut-out").await;

        // One who was added leaves by themselves.
        let path = format!("/api/lectures/{}/teachers", class.lecture.id);
        class.teacher.post(&path, json!({ "user_id": colleague.id })).await.is(201);
        theirs.visits(&editor).await;
        theirs.is_at("editor").await;
        theirs.clicks(".teachers summary").await;
        theirs.presses_button("leave-lecture").await;
        theirs.agrees().await;
        theirs.is_at("lectures").await;
        theirs.shows(&card, false).await;
        theirs.is_forgiven();
        findings.are_none();
    });
}

/// The instructor finds the colleague by name, and shares the lecture.
async fn shares(desk: &Dashboard, colleague: &Person, findings: &Findings) {
    desk.clicks(".teachers summary").await;
    desk.shows("[data-teacher][data-owner=true]", true).await;
    desk.types("#colleague", "최강").await;
    desk.presses_button("find-colleague").await;
    desk.shows(&format!("[data-colleague='{}']", colleague.id), true).await;
    findings.note("sharing", desk.faults(Aa).await);
    desk.keeps_screenshot("co-teacher-found").await;
    desk.presses_button("share").await;
    desk.shows("dialog[open]", true).await;
    desk.keeps_screenshot("co-teacher-asked").await;
    desk.agrees().await;
    let line = format!("[data-teacher='{}']", colleague.id);
    desk.shows(&format!("{line} [data-act=end-sharing]"), true).await;
    desk.keeps_screenshot("co-teacher-shared").await;
}

/// The colleague has the lecture in the list, and its pages without what would be refused.
async fn is_shown_what_may_be_done(theirs: &Dashboard, card: &str, editor: &str, findings: &Findings) {
    theirs.shows(card, true).await;
    theirs.reads("박강사 님의 강의").await;
    theirs.shows(&format!("{card} a[href$='/attendance']"), false).await;
    theirs.shows(".running-now [data-session]", true).await;
    looks_at(theirs, "co-teacher-list", findings).await;
    theirs.visits(editor).await;
    theirs.is_at("editor").await;
    theirs.shows("[data-act=bin-lecture]", false).await;
    theirs.shows(".tabs a[href$='/attendance']", false).await;
    theirs.shows(".tabs a[href$='/statistics']", true).await;
    theirs.clicks(".teachers summary").await;
    theirs.shows("[data-act=leave-lecture]", true).await;
    theirs.shows("[data-act=end-sharing], #colleague", false).await;
    looks_at(theirs, "co-teacher-editor", findings).await;
    theirs.visits(&format!("{editor}/statistics")).await;
    theirs.is_at("statistics").await;
    theirs.shows("[data-person] a", false).await;
    theirs.visits(&format!("{editor}/poster")).await;
    theirs.is_at("poster").await;
    theirs.shows("[data-act=print]", true).await;
    theirs.shows("[data-act=renew]", false).await;
}
