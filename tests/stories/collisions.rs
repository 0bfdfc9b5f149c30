//! Two who reach for the same things from two sides: one waits for the other, and nobody is sent away.

use std::sync::Arc;

use futures_util::future::join_all;
use gyosil::error::{Error, Noun};
use serde_json::json;
use tokio::sync::Notify;

use crate::classroom::{how_often, lecture_without_words};
use crate::harness::people::Person;
use crate::harness::{School, on_both};

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

async fn commits(school: &School) -> u64 {
    let metrics = school.nobody().get("/metrics").await.is(200).as_str().unwrap().to_owned();
    let count = metrics.lines().find_map(|line| line.strip_prefix("gyosil_commit_seconds_count "));
    count.unwrap().parse().unwrap()
}

#[test]
fn refused_writes_leave_the_others_of_their_group_together() {
    on_both(|school| async move {
        let kim = school.student("김학생").await.id;
        let before = commits(&school).await;
        let gate = Arc::new(Notify::new());
        // While the first one is written, all others come into one group.
        let first = {
            let (app, gate) = (school.app.clone(), gate.clone());
            tokio::spawn(async move {
                let written = app.group_commit.record(move |_| {
                    let gate = gate.clone();
                    Box::pin(async move {
                        gate.notified().await;
                        Ok(((), Vec::new()))
                    })
                });
                written.await
            })
        };
        let app = &school.app;
        let refused = join_all(
            (0..40)
                .map(|_| app.group_commit.record::<(), _>(|_| Box::pin(async { Err(Error::NotFound(Noun::Course)) }))),
        );
        let written = join_all((0..40).map(|n| {
            app.group_commit.record(move |tx| {
                Box::pin(async move {
                    let sql = "update people set name = $2 where id = $1";
                    Ok((tx.run(sql, vec![kim.into(), format!("김{n}").into()]).await?, Vec::new()))
                })
            })
        }));
        let opened = async {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            gate.notify_one();
        };
        let (refused, written, ()) = tokio::join!(refused, written, opened);
        first.await.unwrap().unwrap();
        assert!(refused.iter().all(|one| matches!(one, Err(Error::NotFound(_)))));
        assert!(written.iter().all(|one| *one.as_ref().unwrap() == 1));
        let commits = commits(&school).await - before;
        assert!(commits <= 4, "{commits} commits");
    });
}
