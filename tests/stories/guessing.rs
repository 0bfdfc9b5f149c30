//! Guessing passwords is slow, and locks nobody out of their own account.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gyosil::failures::{Account, Attempts};
use reqwest::Method;
use serde_json::{Value, json};

use crate::classroom::{another_phone, new_session};
use crate::harness::people::{PASSWORD, Reply};
use crate::harness::{School, on_both, on_both_with, until};

const KIM: &str = "kim@example.com";
/// A classroom whose phones share one address.
const CLASSROOM: &str = "203.0.113.7";
const LIMITED: [&str; 4] = ["--rate-limits", "on", "--trusted-proxies", "127.0.0.1"];

async fn tries_with(school: &School, from: &str, password: &str, proof: Option<&str>) -> Reply {
    let body = json!({ "email": KIM, "password": password, "device_proof": proof });
    school.nobody().asks(Method::POST, "/api/auth/login", Some(body), &[("x-forwarded-for", from)]).await
}

async fn tries(school: &School, from: &str, password: &str) -> Reply {
    tries_with(school, from, password, None).await
}

/// Signs in, and keeps what proves it.
async fn device_proof(school: &School, from: &str) -> String {
    tries(school, from, PASSWORD).await.is(200)["device_proof"].as_str().unwrap().to_owned()
}

/// So many failed logins, without the wait for the hash of each.
fn fail(school: &School, against: &Attempts, times: usize) {
    for _ in 0..times {
        let _ = school.app.failures.take_for_good(against, school.app.now_ms());
    }
}

fn retry_after_s(reply: &Reply) -> i64 {
    reply.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

#[test]
fn guessing_the_current_password_on_a_found_phone_is_slow() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let kim = school.student("김학생").await;
        let tries = async |current: &str| {
            kim.put("/api/auth/me", json!({ "password": "another password", "current_password": current })).await
        };
        for _ in 0..10 {
            assert_eq!(tries("wrong guess").await.refused(400, "INVALID_REQUEST")["field"], "current_password");
        }
        tries(PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
    });
}

#[test]
fn a_thousand_tries_at_once_are_a_thousand_tries_and_the_owner_gets_in_from_elsewhere() {
    let flags = ["--rate-limits", "on", "--trusted-proxies", "127.0.0.1"];
    on_both_with(&flags, |school| async move {
        school.registers("STUDENT", "김", "kim@example.com").await;
        let from = async |address: &str, password: &str| {
            let body = json!({ "email": "kim@example.com", "password": password });
            let headers = [("x-forwarded-for", address)];
            school.nobody().asks(reqwest::Method::POST, "/api/auth/login", Some(body), &headers).await
        };
        let guesses = join_all((0..40).map(|_| from("203.0.113.7", "wrong"))).await;
        let heard = guesses.iter().filter(|reply| reply.status == 401).count();
        assert!(heard <= 10, "{heard} guesses were heard");
        from("203.0.113.7", PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
        from("198.51.100.9", PASSWORD).await.is(200);
    });
}

#[test]
fn tries_of_the_current_password_at_once_are_counted_one_by_one() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let guess = json!({ "password": "another password", "current_password": "wrong" });
        let guesses = join_all((0..40).map(|_| kim.put("/api/auth/me", guess.clone()))).await;
        let heard = guesses.iter().filter(|reply| reply.status == 400).count();
        assert!((1..=10).contains(&heard), "{heard} guesses were heard");
        assert!(guesses.iter().all(|reply| [400, 429, 503].contains(&reply.status)));
    });
}

#[test]
fn a_known_device_signs_in_while_others_guess_its_password_from_the_same_address() {
    on_both_with(&LIMITED, |school| async move {
        school.registers("STUDENT", "김", KIM).await;
        let proof = device_proof(&school, CLASSROOM).await;
        for _ in 0..10 {
            tries(&school, CLASSROOM, "wrong").await.refused(401, "WRONG_CREDENTIALS");
        }
        tries(&school, CLASSROOM, PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
        let known = tries_with(&school, CLASSROOM, PASSWORD, Some(&proof)).await.is(200);
        // Its newer proof is as good, and the older one stays good.
        let newer = known["device_proof"].as_str().unwrap();
        for proof in [newer, &proof] {
            tries_with(&school, CLASSROOM, PASSWORD, Some(proof)).await.is(200);
        }
        tries(&school, CLASSROOM, PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
    });
}

#[test]
fn a_known_device_that_guesses_is_a_device_like_any_other() {
    on_both_with(&LIMITED, |school| async move {
        school.registers("STUDENT", "김", KIM).await;
        let proof = device_proof(&school, CLASSROOM).await;
        let guesses = join_all((0..40).map(|_| tries_with(&school, CLASSROOM, "wrong", Some(&proof)))).await;
        let heard = guesses.iter().filter(|reply| reply.status == 401).count();
        assert!((10..=20).contains(&heard), "{heard} guesses were heard");
        tries_with(&school, CLASSROOM, PASSWORD, Some(&proof)).await.refused(429, "TOO_MANY_REQUESTS");
        school.later(15 * 60);
        tries_with(&school, CLASSROOM, PASSWORD, Some(&proof)).await.is(200);
    });
}

#[test]
fn a_proof_of_another_person_or_a_forged_one_proves_nothing() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        school.registers("STUDENT", "이", "lee@example.com").await;
        let of_lee = json!({ "email": "lee@example.com", "password": PASSWORD });
        let of_lee = school.nobody().post("/api/auth/login", of_lee).await.is(200);
        let of_lee = of_lee["device_proof"].as_str().unwrap();
        let of_kim = device_proof(&school, "198.51.100.9").await;
        fail(&school, &Attempts::AccountFrom(Account::Of(kim.id), CLASSROOM.parse().unwrap()), 10);
        let (_, rest) = of_lee.split_once('.').unwrap();
        let forged = [
            of_lee.to_owned(),
            format!("{}.{rest}", kim.id),
            of_kim.replacen('.', ".9", 1),
            format!("{of_kim}x"),
            kim.refresh.clone().unwrap(),
            "..".into(),
            "교실".into(),
            "x".repeat(200),
        ];
        for proof in forged {
            tries_with(&school, CLASSROOM, PASSWORD, Some(&proof)).await.refused(429, "TOO_MANY_REQUESTS");
        }
        tries_with(&school, CLASSROOM, PASSWORD, Some(&of_kim)).await.is(200);
    });
}

#[test]
fn an_account_that_is_guessed_from_everywhere_takes_one_try_in_ten_seconds() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let proof = device_proof(&school, "198.51.100.1").await;
        fail(&school, &Attempts::Account(Account::Of(kim.id)), 100);
        // Of many at once, from many addresses, one is heard.
        let addresses: Vec<String> = (1..=20).map(|n| format!("192.0.2.{n}")).collect();
        let guesses = join_all(addresses.iter().map(|from| tries(&school, from, "wrong"))).await;
        assert_eq!(guesses.iter().filter(|reply| reply.status == 401).count(), 1);
        for refused in guesses.into_iter().filter(|reply| reply.status != 401) {
            assert!((1..=10).contains(&retry_after_s(&refused)), "{}", retry_after_s(&refused));
            refused.refused(429, "TOO_MANY_REQUESTS");
        }
        let refused = tries(&school, CLASSROOM, PASSWORD).await;
        tries_with(&school, CLASSROOM, PASSWORD, Some(&proof)).await.is(200);
        school.later(retry_after_s(&refused));
        tries(&school, CLASSROOM, PASSWORD).await.is(200);
        // Who was right does not make the next one wait.
        tries(&school, "192.0.2.1", PASSWORD).await.is(200);
    });
}

#[test]
fn an_address_with_many_failures_is_answered_slowly_and_refused_only_after_a_thousand() {
    on_both_with(&LIMITED, |school| async move {
        school.registers("STUDENT", "김", KIM).await;
        let proof = device_proof(&school, CLASSROOM).await;
        let address = Attempts::LoginsFrom(CLASSROOM.parse().unwrap());
        let takes = async |proof: Option<&str>| {
            let begun = Instant::now();
            tries_with(&school, CLASSROOM, PASSWORD, proof).await.is(200);
            begun.elapsed()
        };
        fail(&school, &address, 100);
        takes(None).await;
        assert_eq!(school.app.failures.delay(&address, school.app.now_ms()), Duration::ZERO);
        fail(&school, &address, 300);
        assert!(takes(None).await >= Duration::from_secs(2));
        assert_eq!(school.app.failures.delay(&address, school.app.now_ms()), Duration::from_secs(2));
        fail(&school, &address, 600);
        let refused = tries(&school, CLASSROOM, PASSWORD).await;
        assert!((1..=15 * 60).contains(&retry_after_s(&refused)));
        // Who writes the header themselves is no proxy: what our proxy saw last counts.
        for from in [format!("198.51.100.1, {CLASSROOM}"), format!("198.51.100.2, {CLASSROOM}:4711")] {
            tries(&school, &from, PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
        }
        takes(Some(&proof)).await;
        tries(&school, "203.0.113.8", PASSWORD).await.is(200);
        school.later(retry_after_s(&refused));
        takes(None).await;
    });
}

#[test]
fn a_page_remembers_in_a_cookie_for_whom_it_has_signed_in() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let with = async |name: &str, password: &str, cookie: &str| {
            let body = json!({ "email": name, "password": password });
            let headers = [("x-forwarded-for", CLASSROOM), ("cookie", cookie)];
            school.nobody().asks(Method::POST, "/api/auth/login?cookie=learn", Some(body), &headers).await
        };
        let remembered = |reply: &Reply| {
            let mut lines = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
            lines.rfind(|line| line.starts_with("gyosil_device=")).unwrap()
        };
        let reply = with(KIM, PASSWORD, "").await;
        let line = remembered(&reply);
        for word in ["HttpOnly", "SameSite=Strict", "Path=/api/auth", "Max-Age="] {
            assert!(line.contains(word), "{line}");
        }
        assert_eq!(reply.is(200)["device_proof"], Value::Null);
        let mut cookie = line.split(';').next().unwrap().to_owned();
        fail(&school, &Attempts::AccountFrom(Account::Of(kim.id), CLASSROOM.parse().unwrap()), 10);
        with(KIM, PASSWORD, "gyosil_device=").await.refused(429, "TOO_MANY_REQUESTS");
        with(KIM, PASSWORD, &format!("other=1; {cookie}")).await.is(200);
        // A computer that a whole class shares remembers the last eight, and what is no proof is dropped.
        cookie.push_str("~7.7.forged");
        let mut pupil = 0;
        for n in 0..9 {
            let email = format!("pupil{n}@example.com");
            let registered = school.registers("STUDENT", "학생", &email).await.id;
            pupil = if n == 1 { registered } else { pupil };
            cookie = remembered(&with(&email, PASSWORD, &cookie).await).split(';').next().unwrap().to_owned();
            assert!(cookie.split('~').count() <= 8 && !cookie.contains("forged"), "{cookie}");
        }
        with(KIM, PASSWORD, &cookie).await.refused(429, "TOO_MANY_REQUESTS");
        fail(&school, &Attempts::AccountFrom(Account::Of(pupil), CLASSROOM.parse().unwrap()), 10);
        with("pupil1@example.com", PASSWORD, &cookie).await.is(200);
    });
}

#[test]
fn a_refresh_proves_a_device_too() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let token = json!({ "refresh_token": kim.refresh });
        let renewed = school.nobody().post("/api/auth/refresh", token).await.is(200);
        let elsewhere = another_phone(&school, KIM).await;
        elsewhere.post("/api/auth/logout", json!({})).await.is(200);
        fail(&school, &Attempts::AccountFrom(Account::Of(kim.id), CLASSROOM.parse().unwrap()), 10);
        tries(&school, CLASSROOM, PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
        tries_with(&school, CLASSROOM, PASSWORD, renewed["device_proof"].as_str()).await.is(200);
    });
}

/// Gives a person another password, as whoever changes it does, while `meanwhile` is at work. What it asks for has read the
/// old password before the new one is there, and comes to write only after that.
async fn while_the_password_changes<T>(
    school: &School,
    person: i64,
    taken: Attempts,
    meanwhile: impl Future<Output = T>,
) -> T {
    fail(school, &taken, 9);
    // It counts itself before it looks at the password, and a right password clears the count.
    let has_begun = || school.app.failures.counted(&taken, school.app.now_ms()) != 9;
    let mut tx = school.app.db.begin().await.unwrap();
    let sql = "update people set password_hash = 'another' where id = $1";
    tx.run(sql, vec![person.into()]).await.unwrap();
    let changes = async {
        until("the try", async || has_begun().then_some(())).await;
        let sql = "update logins set ended_ms = $2 where person = $1 and ended_ms is null";
        tx.run(sql, vec![person.into(), school.app.now_ms().into()]).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
    };
    futures_util::future::join(meanwhile, changes).await.0
}

#[test]
fn no_login_begins_with_a_password_that_is_being_changed() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let taken = Attempts::AccountFrom(Account::Of(kim.id), CLASSROOM.parse().unwrap());
        let login = tries(&school, CLASSROOM, PASSWORD);
        while_the_password_changes(&school, kim.id, taken, login).await.refused(401, "WRONG_CREDENTIALS");
    });
}

#[test]
fn nobody_changes_a_password_by_the_one_that_is_being_changed() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let change = kim.put("/api/auth/me", json!({ "password": "of a thief", "current_password": PASSWORD }));
        let refused = while_the_password_changes(&school, kim.id, Attempts::PasswordOf(kim.id), change).await;
        assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "current_password");
    });
}

#[test]
fn an_account_with_an_address_and_a_number_has_one_count_of_failed_logins() {
    on_both_with(&LIMITED, |school| async move {
        let new = json!({ "email": KIM, "phone": "010-1234-5678", "password": PASSWORD, "name": "김" });
        school.nobody().post("/api/auth/register", new).await.is(201);
        let by_phone = async |password: &str| {
            let body = json!({ "phone": "01012345678", "password": password });
            school.nobody().asks(Method::POST, "/api/auth/login", Some(body), &[("x-forwarded-for", CLASSROOM)]).await
        };
        for _ in 0..5 {
            tries(&school, CLASSROOM, "wrong").await.refused(401, "WRONG_CREDENTIALS");
            by_phone("wrong").await.refused(401, "WRONG_CREDENTIALS");
        }
        tries(&school, CLASSROOM, PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
        by_phone(PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
        tries(&school, "198.51.100.9", PASSWORD).await.is(200);
    });
}

#[test]
fn guests_who_set_passwords_keep_nobody_from_signing_in() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let names: Vec<String> = (0..90).map(|n| format!("손님{n}")).collect();
        let guests = join_all(names.iter().map(|name| school.guest(&session, name))).await;
        let sets = join_all(guests.iter().enumerate().map(|(n, guest)| {
            let body = json!({ "email": format!("guest{n}@example.com"), "password": PASSWORD });
            guest.put("/api/auth/me", body)
        }));
        let body = json!({ "email": "teacher@example.com", "password": PASSWORD });
        let signs_in = join_all((0..15).map(|_| teacher.post("/api/auth/login", body.clone())));
        let (sets, logins) = futures_util::future::join(sets, signs_in).await;
        logins.into_iter().for_each(|login| drop(login.is(200)));
        for set in sets.into_iter().filter(|set| set.status != 200) {
            assert!(set.headers.contains_key("retry-after"), "{set:?}");
            set.is(503);
        }
    });
}

#[test]
fn one_person_and_one_address_change_few_passwords() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        let from = async |address: &str| {
            let body = json!({ "password": PASSWORD, "current_password": PASSWORD });
            kim.asks(Method::PUT, "/api/auth/me", Some(body), &[("x-forwarded-for", address)]).await
        };
        for _ in 0..10 {
            from(CLASSROOM).await.is(200);
        }
        from(CLASSROOM).await.refused(429, "TOO_MANY_REQUESTS");
        school.later(15 * 60);
        let from_here = Attempts::PasswordsFrom(CLASSROOM.parse().unwrap());
        fail(&school, &from_here, 600);
        from(CLASSROOM).await.refused(429, "TOO_MANY_REQUESTS");
        from("198.51.100.9").await.is(200);
    });
}

#[test]
fn a_guest_sets_no_password_without_a_name_to_sign_in_with() {
    on_both_with(&LIMITED, |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        for _ in 0..11 {
            let refused = guest.put("/api/auth/me", json!({ "password": PASSWORD })).await;
            assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "email");
        }
        guest.put("/api/auth/me", json!({ "password": PASSWORD, "phone": "01012345678" })).await.is(200);
    });
}

#[test]
fn one_address_leaves_others_room_to_sign_in() {
    on_both_with(&LIMITED, |school| async move {
        school.registers("STUDENT", "김", KIM).await;
        let tries_as = async |from: &str, name: String| {
            let body = json!({ "email": name, "password": PASSWORD });
            school.nobody().asks(Method::POST, "/api/auth/login", Some(body), &[("x-forwarded-for", from)]).await
        };
        let flood = join_all((0..80).map(|n| tries_as(CLASSROOM, format!("{n}@example.com"))));
        let (flood, own) = tokio::join!(flood, tries_as("198.51.100.9", KIM.to_owned()));
        own.is(200);
        assert!(flood.iter().any(|reply| reply.status == 503), "the flood took no more than its share");
        assert!(flood.iter().all(|reply| [401, 503].contains(&reply.status)));
    });
}

#[test]
fn one_account_begins_a_limited_number_of_logins() {
    on_both_with(&LIMITED, |school| async move {
        let kim = school.registers("STUDENT", "김", KIM).await;
        // Registering is followed by one login.
        fail(&school, &Attempts::RightLoginsOf(kim.id), 98);
        tries(&school, CLASSROOM, "wrong").await.refused(401, "WRONG_CREDENTIALS");
        tries(&school, CLASSROOM, PASSWORD).await.is(200);
        tries(&school, CLASSROOM, PASSWORD).await.refused(429, "TOO_MANY_REQUESTS");
    });
}
