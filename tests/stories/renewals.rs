//! Renewing a login: lost replies and two tabs lock nobody out, and a token that was copied is noticed.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{another_phone, new_session};
use crate::harness::people::{Person, Reply};
use crate::harness::{Backend, School, on, on_both};

const HOUR_S: i64 = 3_600;

async fn kim(school: &School) -> Person {
    school.registers("STUDENT", "김학생", "kim@example.com").await
}

async fn refresh(school: &School, person: &Person) -> Reply {
    school.nobody().post("/api/auth/refresh", json!({ "refresh_token": person.refresh })).await
}

/// The notices of a person, on a phone that has just signed in.
async fn notices(school: &School) -> Vec<Value> {
    let phone = another_phone(school, "kim@example.com").await;
    phone.get("/api/notifications").await.ok()["notifications"].as_array().unwrap().clone()
}

#[test]
fn a_refresh_token_is_good_until_its_successor_is_first_used() {
    on_both(|school| async move {
        let first = kim(&school).await;
        // The reply was lost: the phone asks again, and gets the same successor.
        let second = first.refreshes().await;
        assert_ne!(second.refresh, first.refresh);
        assert_eq!(first.refreshes().await.refresh, second.refresh);
        assert_eq!(first.refreshes().await.refresh, second.refresh);
        let third = second.refreshes().await;
        assert_ne!(third.refresh, second.refresh);
        assert_eq!(second.refreshes().await.refresh, third.refresh);
        third.get("/api/auth/me").await.is(200);
    });
}

#[test]
fn a_refresh_token_that_comes_back_later_ends_the_whole_login() {
    on_both(|school| async move {
        let first = kim(&school).await;
        let elsewhere = another_phone(&school, "kim@example.com").await;
        let second = first.refreshes().await;
        let third = second.refreshes().await;
        refresh(&school, &first).await.refused(401, "LOGIN_ENDED");
        for thief_or_owner in [&first, &second, &third] {
            thief_or_owner.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
            refresh(&school, thief_or_owner).await.refused(401, "LOGIN_ENDED");
        }
        elsewhere.refreshes().await.get("/api/auth/me").await.is(200);
    });
}

#[test]
fn two_tabs_that_refresh_at_once_get_the_same_successor() {
    on_both(|school| async move {
        let mut kim = kim(&school).await;
        for _ in 0..3 {
            let tabs = join_all((0..8).map(|_| kim.refreshes())).await;
            assert!(tabs.iter().all(|tab| tab.refresh == tabs[0].refresh));
            kim = tabs.into_iter().next().unwrap();
        }
        kim.get("/api/auth/me").await.is(200);
    });
}

#[test]
fn a_lost_reply_before_an_hour_of_sleep_locks_nobody_out() {
    on_both(|school| async move {
        let mut phone = kim(&school).await;
        // Of every two replies one is lost, and between them the phone sleeps.
        for _ in 0..3 {
            let lost = phone.refreshes().await;
            school.later(HOUR_S);
            let heard = phone.refreshes().await;
            assert_ne!(heard.refresh, lost.refresh);
            phone = heard;
            school.later(HOUR_S);
        }
        // Several in a row, too.
        for _ in 0..3 {
            phone.refreshes().await;
            school.later(HOUR_S);
        }
        phone.refreshes().await.refreshes().await.get("/api/auth/me").await.is(200);
        assert!(notices(&school).await.is_empty());
    });
}

#[test]
fn the_same_successor_is_answered_for_thirty_seconds_also_after_a_restart() {
    on_both(|school| async move {
        let phone = kim(&school).await;
        let first = phone.refreshes().await.refresh;
        let school = school.reopens().await;
        let phone = phone.at(school.address);
        assert_eq!(phone.refreshes().await.refresh, first);
        school.later(15);
        assert_eq!(phone.refreshes().await.refresh, first);
        school.later(31);
        assert_ne!(phone.refreshes().await.refresh, first);
    });
}

#[test]
fn a_thief_and_the_owner_who_take_turns_are_noticed_at_the_second_turn() {
    on_both(|school| async move {
        for is_void_first in [true, false] {
            let owner = match is_void_first {
                true => kim(&school).await,
                false => another_phone(&school, "kim@example.com").await,
            };
            let before = notices(&school).await.len();
            // The token was copied; both use it, one after the other.
            let first = owner.refreshes().await;
            school.later(60);
            let second = owner.refreshes().await;
            school.later(600);
            // The first successor is void: whichever comes again first, the second turn shows it at the latest.
            let turns = if is_void_first { [&first, &second] } else { [&second, &first] };
            let statuses = [refresh(&school, turns[0]).await.status, refresh(&school, turns[1]).await.status];
            assert_eq!(statuses, if is_void_first { [401, 401] } else { [200, 401] });
            for anyone in [&owner, &first, &second] {
                refresh(&school, anyone).await.refused(401, "LOGIN_ENDED");
                anyone.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
            }
            let notices = notices(&school).await;
            assert_eq!(notices.len(), before + 1, "the person is told, once");
            assert_eq!(notices[0]["type"], "LOGIN_COPIED");
        }
    });
}

#[test]
fn a_login_that_was_copied_ends_with_its_sockets_and_the_others_stay() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let phone = kim(&school).await;
        phone.joins(&session).await;
        let elsewhere = another_phone(&school, "kim@example.com").await;
        let mut socket = phone.follows(&session).await;
        socket.receives("session_state").await;
        let mut other = elsewhere.follows(&session).await;
        other.receives("session_state").await;
        let void = phone.refreshes().await;
        school.later(60);
        phone.refreshes().await;
        refresh(&school, &void).await.refused(401, "LOGIN_ENDED");
        assert_eq!(socket.ends().await.code, 4401);
        other.receives_nothing_more().await;
        elsewhere.refreshes().await.get("/api/auth/me").await.is(200);
        let japanese = [("accept-language", "ja")];
        let notices = elsewhere.asks(reqwest::Method::GET, "/api/notifications", None, &japanese).await.ok();
        assert!(notices["notifications"][0]["message"].as_str().unwrap().contains("ログアウトしました"), "{notices}");
    });
}

#[test]
fn the_stored_part_of_a_token_signs_nobody_in() {
    on_both(|school| async move {
        let phone = kim(&school).await.refreshes().await;
        let mut tx = school.app.db.read().await.unwrap();
        let sql = "select id, nonce, successor_nonce from logins where successor_nonce is not null";
        let (login, nonce, successor): (i64, String, String) = tx.one(sql, Vec::new()).await.unwrap();
        drop(tx);
        for kept in [&nonce, &successor] {
            for token in [kept.clone(), format!("{login}.{kept}."), format!("{login}.{kept}.{kept}")] {
                let reply = school.nobody().post("/api/auth/refresh", json!({ "refresh_token": token })).await;
                reply.refused(401, "LOGIN_ENDED");
            }
        }
        phone.refreshes().await.get("/api/auth/me").await.is(200);
    });
}

#[test]
fn signing_out_by_a_copied_token_notifies_its_person() {
    on_both(|school| async move {
        let kim = school.registers("STUDENT", "김학생", "kim@example.com").await;
        let out = json!({ "refresh_token": kim.refresh });
        let kim = kim.refreshes().await.refreshes().await;
        kim.get("/api/auth/me").await.is(200);
        school.nobody().post("/api/auth/logout", out.clone()).await.refused(401, "LOGIN_ENDED");
        kim.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        let again = another_phone(&school, "kim@example.com").await;
        let notices = again.get("/api/notifications").await.ok()["notifications"].clone();
        assert_eq!(notices[0]["type"], "LOGIN_COPIED", "{notices}");
        school.nobody().post("/api/auth/logout", out).await.ok();
    });
}

#[test]
fn a_dead_refresh_token_that_signs_out_again_and_again_tells_other_nodes_nothing() {
    on(Backend::Postgres, &[], |school| async move {
        let phone = kim(&school).await;
        let node = school.becomes_a_node(&[]).await;
        let signs_out = async || {
            node.nobody().post("/api/auth/logout", json!({ "refresh_token": phone.refresh })).await.ok();
            let (rows,): (i64,) = node.app.db.one("select count(*) from node_messages", Vec::new()).await.unwrap();
            rows
        };
        assert_eq!((signs_out().await, signs_out().await, signs_out().await), (1, 1, 1));
    });
}
