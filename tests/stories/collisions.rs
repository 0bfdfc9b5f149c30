//! Two who reach for the same things from two sides: one waits for the other, and nobody is sent away.

use futures_util::future::join_all;
use serde_json::json;

use crate::classroom::{how_often, lecture_without_words};
use crate::harness::on_both;
use crate::harness::people::Person;

const ROUNDS: usize = 12;

#[test]
fn the_next_step_and_the_calls_that_it_withdraws_do_not_collide() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = lecture_without_words(&teacher, ROUNDS + 1).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let students: Vec<Person> = join_all((0..6).map(|_| school.guest(&session, "김순자"))).await;
        for n in 0..ROUNDS {
            let step = lecture.steps[n];
            let call = json!({ "subtask_id": step, "request_type": "AUTO" });
            let asked = join_all(students.iter().map(|s| s.post("/api/help/request", call.clone()))).await;
            let ids: Vec<i64> = asked.into_iter().map(|r| r.is(201)["help_request_id"].as_i64().unwrap()).collect();
            // The analyser looks at them, some are finished, some are answered, and the class goes on: all at once.
            let moves = async { teacher.moves_to(&session, lecture.steps[n + 1]).await };
            let finish = join_all(students[..3].iter().map(|s| s.finishes(step)));
            let answers = join_all(ids[3..].iter().map(|id| {
                let path = format!("/api/help/request/{id}/respond");
                let teacher = &teacher;
                async move {
                    let answer = json!({ "help_type": "TEXT", "help_content": "위쪽을 보세요" });
                    teacher.post(&path, answer).await
                }
            }));
            let (_, _, answers) = tokio::join!(moves, finish, answers);
            for answer in answers {
                // It was there to be answered, or the step had changed before.
                assert!([200, 409].contains(&answer.status), "{}: {}", answer.asked, answer.json);
            }
        }
        assert_eq!(how_often(&teacher, &session, "step_changed").await, ROUNDS);
        assert_eq!(how_often(&teacher, &session, "student_progress").await, 3 * ROUNDS);
    });
}
