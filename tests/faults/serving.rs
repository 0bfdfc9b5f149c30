//! Nodes that know nothing of each other never serve one school.

use std::time::{Duration, Instant};

use gyosil::db::{ServingLock, Sharing};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::harness::people::Person;
use crate::harness::process::{Process, refuses};
use crate::harness::proxy::{Direction, Proxy};
use crate::harness::redis::Redis;
use crate::harness::{postgres, until};
use crate::work::{Class, Work, serves};

fn tells<F: Future<Output = ()>>(story: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story);
}

async fn is_refused(database: &str) {
    is_refused_with(database, &[], "error: another Gyosil serves the school in this database").await;
}

async fn is_refused_with(database: &str, flags: &[&str], why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let words = ["serve", "--listen", "127.0.0.1:0", "--data", &data, "--database", database];
    let (code, said) = refuses(&[&words, flags].concat()).await;
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.starts_with(why), "{said}");
}

/// The server ends all sessions, or only those that hold the lock.
async fn ends_sessions(database: &str, only_the_lock: bool) {
    let mut root = PgConnection::connect(database).await.unwrap();
    let named = if only_the_lock { "and application_name like 'gyosil lock %'" } else { "" };
    let ends = format!(
        "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() {named}"
    );
    root.execute(AssertSqlSafe(ends)).await.unwrap();
}

async fn logs(server: &Process, line: &str) {
    until(line, async || server.log().contains(line).then_some(())).await;
}

#[test]
fn a_second_server_on_one_postgresql_database_is_refused_with_one_line() {
    tells(async {
        let database = postgres::new_database().await;
        let folder = tempfile::tempdir().unwrap();
        let first = serves(folder.path(), &database);
        is_refused(&database).await;
        // The server at its database goes on as before.
        Person::nobody_at(first.address).get("/readyz").await.is(200);
        assert_eq!(first.stops().0, Some(0));
        let second = serves(folder.path(), &database);
        // A server that was killed keeps nobody out.
        second.loses_power();
        let third = serves(folder.path(), &database);
        Person::nobody_at(third.address).get("/readyz").await.is(200);
    });
}

#[test]
fn a_server_that_lost_its_connections_locks_its_database_again() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let server = serves(folder.path(), &proxied);
        let class = Class::begins(&server).await;
        let work = Work::begins(&class).await;
        work.goes_on(20).await;
        ends_sessions(&database, true).await;
        logs(&server, "the database is locked again").await;
        is_refused(&database).await;
        // The old session of the lock lives on in PostgreSQL, which has not noticed that nobody is at its other end.
        proxy.fall_silent();
        proxy.mend().await;
        until("it is locked again", async || {
            (server.log().matches("the database is locked again").count() == 2).then_some(())
        })
        .await;
        is_refused(&database).await;
        work.goes_on(20).await;
        work.heard_only_not_now();
        work.ends().await.is_all_there(&class).await;
    });
}

#[test]
fn a_server_is_not_refused_for_its_own_lock_whose_answer_was_lost() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let mut root = PgConnection::connect(&database).await.unwrap();
        let mut finds = async |what: &str, sql: &'static str| {
            until(what, async || sqlx::raw_sql(sql).fetch_optional(&mut root).await.unwrap().map(drop)).await;
        };
        proxy.delay(Duration::from_millis(300));
        let taking = tokio::spawn(async move { ServingLock::take(&proxied, Sharing::Alone).await });
        // By then its answer is in the proxy, on its way to the server.
        let connected = "select 1 from pg_stat_activity where datname = current_database()
            and application_name like 'gyosil lock%' and query like 'set tcp_keepalives%'
            and state = 'idle' and state_change < clock_timestamp() - interval '100 milliseconds'";
        finds("it is about to take the lock", connected).await;
        proxy.hold(Some(Direction::ToClient));
        let locked = "select 1 from pg_locks l join pg_database d on d.oid = l.database
            where l.locktype = 'advisory' and l.granted and d.datname = current_database()";
        finds("it is taken", locked).await;
        proxy.fall_silent();
        proxy.mend().await;
        assert!(taking.await.unwrap().unwrap().is_some());
    });
}

#[test]
fn a_server_whose_database_was_taken_over_meanwhile_stops_with_an_error() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let mut lost = serves(folder.path(), &proxied);
        let class = Class::begins(&lost).await;
        let work = Work::begins(&class).await;
        work.goes_on(20).await;
        proxy.cut();
        ends_sessions(&database, false).await;
        let elsewhere = tempfile::tempdir().unwrap();
        let server = serves(elsewhere.path(), &database);
        let since = Instant::now();
        proxy.mend().await;
        assert_eq!(lost.ends().await, Some(1));
        let took = since.elapsed();
        println!("the server without a lock ended {took:?} after it could reach the database again");
        assert!(took < Duration::from_secs(15), "{took:?}");
        let log = lost.log();
        let last = log.lines().last().unwrap();
        assert!(last.starts_with("error: another Gyosil serves the school in this database"), "{log}");
        let ended = work.ends().await;
        // The token of the instructor is signed with the secret of the other data folder.
        let teacher =
            Person::nobody_at(server.address).logs_in("t@example.com", crate::harness::people::PASSWORD).await;
        ended.is_all_there(&Class { teacher, ..class }).await;
    });
}

#[test]
fn nodes_that_start_at_once_on_an_empty_database_all_come_up() {
    tells(async {
        let database = postgres::empty_database().await;
        let redis = Redis::starts();
        let url = redis.url();
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let flags = ["--redis", &url, "--jwt-secret", "a secret of 32 characters or more", "--certificate-key", key];
        let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let nodes: Vec<Process> = std::thread::scope(|scope| {
            let serve = |folder| Process::serves(folder, &database, &flags);
            let starting: Vec<_> = folders.iter().map(|folder| scope.spawn(move || serve(folder.path()))).collect();
            starting.into_iter().map(|node| node.join().unwrap()).collect()
        });
        for node in &nodes {
            Person::nobody_at(node.address).get("/readyz").await.is(200);
        }
        is_refused(&database).await;
        let mut other = flags;
        other[3] = "another secret of 32 characters or more";
        is_refused_with(&database, &other, "error: a node with another GYOSIL_JWT_SECRET or GYOSIL_CERTIFICATE_KEY")
            .await;
        for node in nodes {
            assert_eq!(node.stops().0, Some(0));
        }
        let alone = serves(folders[0].path(), &database);
        is_refused_with(&database, &flags, "error: a Gyosil without --redis serves the school in this database").await;
        Person::nobody_at(alone.address).get("/readyz").await.is(200);
    });
}
