//! The first administrator, and what the school is called.

use gyosil::school::setup;
use serde_json::{Value, json};

use crate::harness::process::Process;
use crate::harness::{Backend, School, on, on_both, on_both_with, until};

const SETUP: &str = "/api/setup";

async fn secret(school: &School) -> Option<String> {
    let link = setup::link(&school.app).await.unwrap()?;
    Some(link.split_once("/setup#").unwrap().1.to_owned())
}

fn new(secret: &str, email: &str) -> Value {
    json!({ "secret": secret, "name": "박관리", "email": email, "password": "a good password" })
}

#[test]
fn the_printed_link_makes_one_administrator() {
    on_both(|school| async move {
        let nobody = school.nobody();
        let old = secret(&school).await.unwrap();
        let secret_now = secret(&school).await.unwrap();
        nobody.post(SETUP, new(&old, "a@example.com")).await.refused(403, "SETUP_OVER");
        nobody.post(SETUP, new("", "a@example.com")).await.refused(403, "SETUP_OVER");
        let nameless = json!({ "secret": secret_now, "name": "박관리", "password": "a good password" });
        assert_eq!(nobody.post(SETUP, nameless).await.refused(400, "INVALID_REQUEST")["field"], "email");
        let login = nobody.post(SETUP, new(&secret_now, "a@example.com")).await.is(200);
        assert_eq!(login["user"]["role"], "ADMIN");
        let admin = nobody.logs_in("a@example.com", "a good password").await;
        admin.get("/api/admin/people").await.ok();
        nobody.post(SETUP, new(&secret_now, "b@example.com")).await.refused(403, "SETUP_OVER");
        assert!(secret(&school).await.is_none(), "someone is here");
    });
}

#[test]
fn one_of_all_simultaneous_users_of_the_link_becomes_administrator() {
    on_both(|school| async move {
        let secret = secret(&school).await.unwrap();
        let nobody = school.nobody();
        let tries = (0..8).map(|n| {
            let (nobody, new) = (nobody.clone(), new(&secret, &format!("{n}@example.com")));
            async move { nobody.post(SETUP, new).await.status }
        });
        let mut statuses = futures_util::future::join_all(tries).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403, 403, 403, 403, 403, 403, 403]);
    });
}

#[test]
fn the_link_works_again_after_a_request_that_was_cut_off() {
    on_both(|school| async move {
        let secret = secret(&school).await.unwrap();
        let admin = gyosil::school::people::NewPerson {
            email: Some("a@example.com".into()),
            phone: None,
            password: Some("a good password".into()),
            name: "박관리".into(),
            nickname: None,
            role: gyosil::school::rights::Role::Student,
            age: None,
            digital_level: None,
        };
        let mut work = Box::pin(setup::become_admin(&school.app, &secret, admin, "a browser"));
        assert!(futures_util::poll!(&mut work).is_pending());
        drop(work);
        school.nobody().post(SETUP, new(&secret, "a@example.com")).await.is(200);
    });
}

#[test]
fn the_link_is_over_when_there_is_an_administrator_and_not_before() {
    on_both(|school| async move {
        let link = secret(&school).await.unwrap();
        // Nobody takes it from the one who set the school up by registering first.
        school.student("빠른학생").await;
        school.teacher().await;
        assert!(secret(&school).await.is_some_and(|newer| newer != link));
        school.admin().await;
        assert!(secret(&school).await.is_none());
        school.nobody().post(SETUP, new(&link, "a@example.com")).await.refused(403, "SETUP_OVER");
    });
    on_both(|school| async move {
        let link = secret(&school).await.unwrap();
        school.student("빠른학생").await;
        let login = school.nobody().post(SETUP, new(&link, "a@example.com")).await.is(200);
        assert_eq!(login["user"]["role"], "ADMIN");
    });
}

#[test]
fn a_link_tells_whether_it_still_opens() {
    on_both(|school| async move {
        let nobody = school.nobody();
        let opens = async |secret: &str| {
            nobody.post("/api/setup/check", json!({ "secret": secret })).await.is(200)["is_open"].clone()
        };
        let old = secret(&school).await.unwrap();
        assert_eq!(opens(&old).await, true);
        let secret_now = secret(&school).await.unwrap();
        assert_eq!((opens(&old).await, opens("a guess").await), (json!(false), json!(false)));
        nobody.post(SETUP, new(&secret_now, "a@example.com")).await.is(200);
        assert_eq!(opens(&secret_now).await, false, "it was used");
    });
}

#[test]
fn serve_prints_the_link_while_nobody_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("gyosil.db").display());
    on(Backend::Sqlite, &[], |_| async {
        let server = Process::serves(folder.path(), &database, &[]);
        let link = until("the link", async || {
            let all = server.all_output();
            all.lines().find_map(|line| line.split_once("/setup#").map(|(_, secret)| secret.to_owned()))
        })
        .await;
        let nobody = crate::harness::people::Person::nobody_at(server.address);
        nobody.post(SETUP, new(&link, "a@example.com")).await.is(200);
        drop(server);
        let again = Process::serves(folder.path(), &database, &[]);
        until("its words", async || again.all_output().contains("/docs").then_some(())).await;
        assert!(!again.all_output().contains("/setup#"));
    });
}

#[test]
fn a_school_shows_its_name_and_logo() {
    on_both(|school| async move {
        let about = school.nobody().get("/api/school").await.is(200);
        assert_eq!(about, json!({ "name": null, "logo_url": null, "time_zone": "Asia/Seoul" }));
        school.nobody().get("/api/school/logo").await.refused(404, "NOT_FOUND");
    });
    let logo = concat!(env!("CARGO_MANIFEST_DIR"), "/static/icon-192.png");
    on_both_with(&["--school-name", "한빛 정보화교육장", "--school-logo", logo], |school| async move {
        let about = school.nobody().get("/api/school").await.is(200);
        assert_eq!(about["name"], "한빛 정보화교육장");
        let url = school.url(about["logo_url"].as_str().unwrap());
        let picture = school.http.get(&url).send().await.unwrap();
        let tag = picture.headers()["etag"].clone();
        assert_eq!(
            (picture.status().as_u16(), &picture.headers()["content-type"]),
            (200, &"image/png".parse().unwrap())
        );
        assert_eq!(picture.bytes().await.unwrap(), std::fs::read(logo).unwrap());
        let weak = format!("\"other\", W/{}", tag.to_str().unwrap());
        for known in [tag.to_str().unwrap(), &weak] {
            let again = school.http.get(&url).header("if-none-match", known).send().await.unwrap();
            assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &tag));
            assert_eq!(again.headers()["cache-control"], "public, max-age=86400", "it is kept for another day");
        }
    });
}
