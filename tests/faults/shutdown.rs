//! Asked to stop, the server is gone within ten seconds, whatever hangs; and what it acknowledged is there.

use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, Executor, SqliteConnection};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::people::Person;
use crate::harness::process::Process;
use crate::harness::proxy::Proxy;
use crate::harness::{Backend, postgres, until};
use crate::work::{Class, Work, serves};

const GONE_WITHIN: Duration = Duration::from_secs(10);

/// The time after which a load balancer would have noticed; nobody waits for it here.
const DRAIN_FLAGS: &[&str] = &["--rate-limits", "off", "--instructor-signup", "open", "--drain-ms", "300000"];

/// A class is at work when something hangs and the server is asked to stop; the next one finds all that was acknowledged.
async fn stops_in_time(
    folder: &Path,
    over: &str,
    database: &str,
    hangs: impl AsyncFnOnce(&Process, &Class, &Work),
    is_mended: impl AsyncFnOnce(),
) {
    let server = serves(folder, over);
    let class = Class::begins(&server).await;
    let work = Work::begins(&class).await;
    work.goes_on(30).await;
    hangs(&server, &class, &work).await;
    let (code, took) = tokio::task::spawn_blocking(move || server.stops()).await.unwrap();
    assert!(took < GONE_WITHIN, "it took {took:?}");
    assert_eq!(code, Some(0));
    let ended = work.ends().await;
    is_mended().await;
    let server = serves(folder, database);
    let class = Class { teacher: class.teacher.at(server.address), ..class };
    ended.is_all_there(&class).await;
}

fn tells<F: Future<Output = ()>>(story: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story);
}

#[test]
fn a_frozen_postgresql_keeps_no_server_from_leaving() {
    tells(async {
        let postgres = postgres::OwnServer::starts();
        let database = postgres.new_database().await;
        let folder = tempfile::tempdir().unwrap();
        let freezes = async |_: &Process, _: &Class, work: &Work| {
            postgres.freezes();
            work.hangs().await;
        };
        stops_in_time(folder.path(), &database, &database, freezes, async || postgres.thaws()).await;
    });
}

#[test]
fn a_silent_link_keeps_no_server_from_leaving() {
    tells(async {
        let database = postgres::new_database().await;
        let (proxy, proxied) = Proxy::to_database(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let falls_silent = async |_: &Process, _: &Class, work: &Work| {
            proxy.fall_silent();
            work.hangs().await;
        };
        stops_in_time(folder.path(), &proxied, &database, falls_silent, async || proxy.cut()).await;
    });
}

#[test]
fn a_database_that_another_process_holds_keeps_no_server_from_leaving() {
    tells(async {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("gyosil.db").display());
        let mut other = None;
        let holds = async |_: &Process, _: &Class, work: &Work| {
            let mut connection = SqliteConnection::connect(&database).await.unwrap();
            connection.execute("begin immediate").await.unwrap();
            other = Some(connection);
            work.hangs().await;
        };
        stops_in_time(folder.path(), &database, &database, holds, async || {}).await;
    });
}

#[test]
fn bodies_that_never_end_keep_no_server_from_leaving() {
    for kept in [Backend::Sqlite, Backend::Postgres] {
        tells(async {
            let folder = tempfile::tempdir().unwrap();
            let database = match kept {
                Backend::Sqlite => format!("sqlite:{}", folder.path().join("gyosil.db").display()),
                Backend::Postgres => postgres::new_database().await,
            };
            let mut callers = Vec::new();
            let stall = async |server: &Process, class: &Class, work: &Work| {
                for _ in 0..20 {
                    let mut tcp = TcpStream::connect(server.address).await.unwrap();
                    let head = format!(
                        "POST /api/lectures HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
                         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{",
                        class.teacher.token.as_ref().unwrap()
                    );
                    tcp.write_all(head.as_bytes()).await.unwrap();
                    callers.push(tcp);
                }
                // These bodies keep nobody else waiting.
                work.goes_on(30).await;
            };
            stops_in_time(folder.path(), &database, &database, stall, async || {}).await;
        });
    }
}

#[test]
fn a_server_that_is_asked_to_stop_says_so_to_load_balancers_first() {
    tells(async {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("gyosil.db").display());
        let mut server = Process::serves(folder.path(), &database, DRAIN_FLAGS);
        let class = Class::begins(&server).await;
        let nobody = Person::nobody_at(server.address);
        nobody.get("/readyz").await.is(200);
        let mut board = class.teacher.watches(&class.session).await;
        board.receives("session_state").await;
        server.is_asked_to_stop();
        let ready = async || Some(nobody.get("/readyz").await).filter(|reply| reply.status == 503);
        let why = until("it is not ready", ready).await;
        assert_eq!(why.json, "the server is closing");
        // Everything else goes on: new callers come in, sockets stay open, the class is taught.
        let student = nobody.joins_as_guest(&class.session, "김순자").await;
        student.follows(&class.session).await.receives("session_state").await;
        board.receives("student_joined").await;
        // A second signal means: do not wait.
        server.is_asked_to_stop();
        let begun = std::time::Instant::now();
        assert_eq!(board.ends().await.code, 1012);
        assert_eq!(server.ends().await, Some(0));
        assert!(begun.elapsed() < GONE_WITHIN, "it took {:?}", begun.elapsed());
    });
}

#[test]
fn a_server_stops_by_itself_after_the_time_for_load_balancers() {
    tells(async {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("gyosil.db").display());
        let drain = Duration::from_millis(700);
        let server = Process::serves(folder.path(), &database, &["--drain-ms", "700"]);
        let (code, took) = tokio::task::spawn_blocking(move || server.stops()).await.unwrap();
        assert_eq!(code, Some(0));
        assert!(took >= drain && took < drain + GONE_WITHIN, "it took {took:?}");
    });
}
