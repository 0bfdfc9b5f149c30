//! Staff of a session on several nodes.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::running_session;
use crate::harness::people::{Person, Session};
use crate::harness::{Backend, School, on, until};
use crate::help::request;
use crate::staff::{helper, staff_of};

const QUICK: &[&str] = &["--node-beat-ms", "500"];

/// Waits until a node says of this person whether they are connected to the session.
async fn is_seen(teacher: &Person, session: &Session, person: &Person, is_connected: bool) {
    until("what is shown of the staff", async || {
        let staff = teacher.get(&staff_of(session)).await.ok();
        let one = staff["staff"].as_array().unwrap().iter().find(|one| one["user_id"] == person.id).cloned();
        one.filter(|one| one["connected"] == is_connected).map(drop)
    })
    .await;
}

#[test]
fn all_nodes_agree_on_helpers_and_on_who_goes_to_whom() {
    on(Backend::Postgres, &[], |school: School| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.guest(&session, "김순자").await;
        let first = school.becomes_a_node(QUICK).await;
        let mut second = first.opens_node(QUICK).await;
        let (teacher, student) = (teacher.at(first.address), student.at(first.address));
        let call = student.asks_for_help(lecture.steps[0]).await;
        let mut helpers = Vec::new();
        for n in 0..10 {
            let one = helper(&first, &teacher, &session, &format!("도우미{n}")).await;
            helpers.push(one.at(if n % 2 == 0 { first.address } else { second.address }));
        }
        let path = format!("{}/claim", request(call));
        let replies = join_all(helpers.iter().map(|one| one.post(&path, json!({})))).await;
        let won: Vec<&Value> =
            replies.iter().filter(|r| r.status == 200).map(|r| &r.json["claimed_by"]["id"]).collect();
        assert_eq!(won.len(), 1, "{replies:?}");
        assert!(replies.iter().all(|reply| [200, 409].contains(&reply.status)), "{replies:?}");
        // A helper who is connected to the one node is seen by the other, and removed there.
        let there = &helpers[1];
        let board = format!("/ws/session/{}/helper/", session.id);
        let (mut socket, mut again) = (there.opens(&board).await, there.opens(&board).await);
        is_seen(&teacher, &session, there, true).await;
        again.receives("session_state").await;
        again.hangs_up().await;
        teacher.post(&format!("{}/{}/remove", staff_of(&session), there.id), json!({})).await.is(204);
        assert_eq!(socket.ends().await.code, 4403);
        there.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        // One whose node dies is seen no more, and may be back elsewhere.
        let other = &helpers[3];
        let _lost = other.opens(&board).await;
        is_seen(&teacher, &session, other, true).await;
        second.dies().await;
        is_seen(&teacher, &session, other, false).await;
        let mut back = other.at(first.address).opens(&board).await;
        back.receives("session_state").await;
        is_seen(&teacher, &session, other, true).await;
        teacher.presses(&session, "end").await.ok();
        assert_eq!(back.ends().await.code, 1000);
        other.at(first.address).get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
    });
}
