//! From the QR to the step.

use crate::harness::School;
use crate::harness::people::{Lecture, Person, Session};
use crate::phone::Phone;
use crate::told;

pub async fn class(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let session = teacher.opens_session(&lecture).await;
    (teacher, lecture, session)
}

#[test]
fn who_scans_the_code_types_a_name_and_follows() {
    told(|school| async move {
        let (teacher, lecture, session) = class(&school, 2).await;
        let phone = Phone::joins(&school, &session, "김순자").await;
        phone.sees("waiting").await;
        phone.keeps_screenshot("first-waiting").await;
        teacher.starts(&session, lecture.steps[0]).await;
        phone.is_at("1번째 단계").await;
        phone.keeps_screenshot("first-step").await;
        phone.taps("done").await;
        teacher.moves_to(&session, lecture.steps[1]).await;
        phone.is_at("2번째 단계").await;
        phone.taps("help").await;
        phone.keeps_screenshot("first-help").await;
    });
}
