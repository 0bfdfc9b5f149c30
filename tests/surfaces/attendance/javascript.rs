//! The seed's own programs, unmodified, under Node, against a real server.

use super::classroom::Classroom;
use super::seed::{APPROVE, Example, PROFESSOR_VIEW, REQUEST, STUDENT_VIEW};
use crate::harness::on_both;
use crate::harness::people::Person;
use crate::node::{self, Console};

/// Runs the example of this endpoint to its end. Before it stand only the two names that the seed takes for granted.
async fn runs(path: &str, person: &Person) -> Console {
    let (url, token) = (format!("{}/api", person.base()), person.token.clone().unwrap_or_default());
    let names = serde_json::json!([url, token]);
    node::runs(&format!("const [API_BASE_URL, token] = {names};\n{}", Example::of(path).program)).await
}

#[track_caller]
fn says(console: Console, logged: &[&str], errors: &[&str]) {
    assert!(console.logged == logged && console.errors == errors, "{console:?}, not {logged:?} and {errors:?}");
}

#[test]
fn the_programs_of_the_seed_run_as_they_stand_there() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        says(runs(REQUEST, &class.kim).await, &["출석 요청 완료", "현재 출석률: 81.25%"], &[]);
        let again = "요청 실패: 이미 출석을 요청한 회차입니다. 결과를 기다려 주세요.";
        says(runs(REQUEST, &class.kim).await, &[], &[again]);
        says(runs(REQUEST, &school.nobody()).await, &[], &["요청 실패: 인증이 필요합니다."]);

        class.counts_kims_fifth().await;
        let own = ["출석률: 87.5% (필요: 75%)", "출석: 13회, 결석: 2회"];
        says(runs(STUDENT_VIEW, &class.kim).await, &own, &[]);
        let everyone = ["총 수강생: 2명", "김학생: 87.5%", "  대기 중인 요청: 1건", "이학생: 93.75%"];
        says(runs(PROFESSOR_VIEW, &class.teacher).await, &everyone, &[]);
        // The programs of the seed keep silent when they are refused.
        says(runs(PROFESSOR_VIEW, &class.kim).await, &[], &[]);

        class.lee_asks().await;
        says(runs(APPROVE, &class.teacher).await, &["승인 처리 완료"], &[]);
        class.was_decided_as_in_the_seed().await;
        says(runs(APPROVE, &class.teacher).await, &[], &[]);
    });
}
