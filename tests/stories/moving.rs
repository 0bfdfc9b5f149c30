//! A school moves from SQLite to PostgreSQL, all of it or not at all.

use std::collections::BTreeMap;
use std::process::Output;

use reqwest::Method;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

use crate::harness::people::{PASSWORD, Person};
use crate::harness::process::{Process, runs};
use crate::harness::{Backend, School, on, postgres, until};
use crate::routes::{FilledSchool, Route, routes};

const FLAGS: &[&str] = &["--rate-limits", "off"];

fn moves(school: &School, to: &str) -> Output {
    let data = school.data().display().to_string();
    runs(&["move", "--data", &data, "--database", school.database(), "--to", to], "")
}

fn is_refused(moved: &Output, why: &str) {
    let said = String::from_utf8_lossy(&moved.stderr);
    assert_eq!((moved.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains(why), "{said}");
}

/// All that these people can read, by path. The server's own address is left out, and so are the QR codes that hold it, also those on
/// handouts.
async fn readings(people: &[Person], filled: &FilledSchool, routes: &[Route]) -> BTreeMap<String, String> {
    let mut readings = BTreeMap::new();
    for (n, person) in people.iter().enumerate() {
        let has_qr = |route: &Route| route.path.contains("/qr/") || route.path.ends_with("/handout");
        for route in routes.iter().filter(|route| route.method == Method::GET && !has_qr(route)) {
            let path = filled.path(route, None);
            let reply = person.get(&path).await;
            let text = format!("{} {}", reply.status, reply.json).replace(person.base(), "http://school");
            readings.insert(format!("{n} {path}"), text);
        }
    }
    readings
}

/// The number of rows of each table that has any.
async fn rows_in(database: &str) -> BTreeMap<String, i64> {
    let mut root = PgConnection::connect(database).await.unwrap();
    let names = "select table_name::text from information_schema.tables
        where table_schema = current_schema() and table_name <> '_sqlx_migrations'";
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut root).await.unwrap();
    let mut rows = BTreeMap::new();
    for name in names {
        let count = AssertSqlSafe(format!("select count(*) from {name}"));
        let count: i64 = sqlx::query_scalar(count).fetch_one(&mut root).await.unwrap();
        if count > 0 {
            rows.insert(name, count);
        }
    }
    rows
}

#[test]
fn a_moved_school_goes_on_where_it_was() {
    on(Backend::Sqlite, FLAGS, |mut school| async move {
        let filled = FilledSchool::of(&school).await;
        let routes = routes(&school).await;
        let people = [filled.teacher.clone(), filled.student.clone(), school.nobody()];
        let first = readings(&people, &filled, &routes).await;
        let mut before = readings(&people, &filled, &routes).await;
        // Times differ from run to run.
        before.retain(|path, answer| first[path] == *answer);
        assert!(before.len() > 150, "{}", before.len());
        school.closes().await;
        let target = postgres::empty_database().await;
        let moved = moves(&school, &target);
        let said = String::from_utf8_lossy(&moved.stdout);
        assert_eq!(moved.status.code(), Some(0), "{moved:?}");
        assert!(said.contains("which are the same on both sides") && said.contains("GYOSIL_JWT_SECRET="), "{said}");

        let server = Process::serves(&school.data(), &target, FLAGS);
        let people = people.map(|person| person.at(server.address));
        let after = readings(&people, &filled, &routes).await;
        let other: Vec<String> = before
            .iter()
            .filter(|(path, answer)| after[*path] != **answer)
            .map(|(path, answer)| format!("{path}\n  {answer:.300}\n  {:.300}", after[path]))
            .collect();
        assert!(other.is_empty(), "{}", other.join("\n"));

        // The session runs on, with new ids for what is new.
        let teacher = Person::nobody_at(server.address).logs_in("teacher@example.com", PASSWORD).await;
        assert_eq!(teacher.id, filled.teacher.id);
        let mut board = teacher.watches(&filled.session).await;
        board.receives("session_state").await;
        let guest = Person::nobody_at(server.address).joins_as_guest(&filled.session, "김순자").await;
        board.waits_for("student_joined").await;
        guest.finishes(filled.lecture.steps[0]).await;
        let progress = board.waits_for("student_progress").await;
        assert_eq!(progress["data"]["user_id"], guest.id);
        teacher.moves_to(&filled.session, filled.lecture.steps[1]).await;
        board.waits_for("step_changed").await;
        guest.asks_for_help(filled.lecture.steps[1]).await;
        assert_eq!(server.stops().0, Some(0));
    });
}

#[test]
fn a_school_is_not_moved_into_a_database_that_has_rows() {
    on(Backend::Sqlite, FLAGS, |mut school| async move {
        school.teacher().await;
        school.closes().await;
        let target = postgres::new_database().await;
        assert_eq!(moves(&school, &target).status.code(), Some(0));
        let rows = rows_in(&target).await;
        assert!(rows["people"] == 1 && rows["logins"] == 1, "{rows:?}");
        is_refused(&moves(&school, &target), "has rows already");
        assert_eq!(rows_in(&target).await, rows);
    });
}

#[test]
fn a_school_is_not_moved_into_a_database_to_which_someone_is_writing() {
    on(Backend::Sqlite, FLAGS, |mut school| async move {
        school.teacher().await;
        school.closes().await;
        let target = postgres::new_database().await;
        let mut other = PgConnection::connect(&target).await.unwrap();
        other.execute("begin; insert into node_messages (at_ms, body) values (1, '{}')").await.unwrap();
        is_refused(&moves(&school, &target), "PostgreSQL is in use");
        other.execute("rollback").await.unwrap();
        assert_eq!(moves(&school, &target).status.code(), Some(0));
    });
}

#[test]
fn a_school_that_is_served_is_not_moved() {
    on(Backend::Sqlite, FLAGS, |mut school| async move {
        school.teacher().await;
        school.closes().await;
        let target = postgres::new_database().await;
        let server = Process::serves(&school.data(), school.database(), FLAGS);
        is_refused(&moves(&school, &target), "another Gyosil serves the school");
        assert_eq!(server.stops().0, Some(0));
        let elsewhere = tempfile::tempdir().unwrap();
        let server = Process::serves(&elsewhere.path().join("data"), &target, FLAGS);
        is_refused(&moves(&school, &target), "another Gyosil serves the school in this database");
        assert_eq!(server.stops().0, Some(0));
        let rows = rows_in(&target).await;
        assert!(!rows.contains_key("people") && !rows.contains_key("logins"), "{rows:?}");
    });
}

#[test]
fn a_school_that_cannot_be_moved_whole_is_not_moved_at_all() {
    on(Backend::Sqlite, FLAGS, |mut school| async move {
        school.teacher().await;
        school.closes().await;
        let target = postgres::new_database().await;
        let empty = rows_in(&target).await;
        let mut file = SqliteConnection::connect(school.database()).await.unwrap();
        file.execute("pragma foreign_keys = off").await.unwrap();
        file.execute("update logins set person = 1").await.unwrap();
        is_refused(&moves(&school, &target), "the table logins could not be moved");
        assert_eq!(rows_in(&target).await, empty);
        file.execute("update logins set person = (select id from people)").await.unwrap();
        file.close().await.unwrap();
        let moved = moves(&school, &target);
        assert_eq!(moved.status.code(), Some(0), "{moved:?}");
    });
}

#[test]
fn a_school_that_is_changed_while_it_is_moved_is_not_moved() {
    on(Backend::Sqlite, FLAGS, |mut school| async move {
        school.teacher().await;
        school.closes().await;
        let target = postgres::new_database().await;
        let empty = rows_in(&target).await;
        // The move waits for this table before it writes to any.
        let mut holder = PgConnection::connect(&target).await.unwrap();
        holder.execute("begin; lock table people in share mode").await.unwrap();
        std::thread::scope(|scope| {
            let moving = scope.spawn(|| moves(&school, &target));
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(async {
                    let waiting = "select count(*) from pg_stat_activity where datname = current_database()
                        and application_name = 'gyosil move' and (query like 'begin; lock%' or query = 'rollback')";
                    let mut watcher = PgConnection::connect(&target).await.unwrap();
                    until("the move waits", async || {
                        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&mut watcher).await.unwrap();
                        (waiting > 0).then_some(())
                    })
                    .await;
                    let mut file = SqliteConnection::connect(school.database()).await.unwrap();
                    file.execute("update people set name = '이강사'").await.unwrap();
                    holder.execute("rollback").await.unwrap();
                });
            });
            is_refused(&moving.join().unwrap(), "the school was changed meanwhile");
        });
        assert_eq!(rows_in(&target).await, empty);
    });
}
