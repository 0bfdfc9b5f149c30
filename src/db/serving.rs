//! The lock that a serving node holds on a PostgreSQL database, so that nodes which know nothing of each other never serve one school.
//!
//! The lock is an advisory one, on a connection of its own. PostgreSQL gives it up when that connection ends, so a node that has died
//! keeps nobody out for longer than the server takes to notice.

use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::pool::{Backend, OPEN_WITHIN};
use super::postgres::{self, end};
use crate::error::{Error, Result};

/// The number of the lock, which nothing else in a database of Gyosil uses: «gyosil» in ASCII.
const KEY: i64 = 0x6779_6f73_696c;
const LOOK_EVERY: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Time for which a starting node waits for one that is just ending.
const START_WITHIN: Duration = Duration::from_secs(5);

/// The way in which a node shares its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// No other node may serve.
    Alone,
    /// Others may serve that share it too.
    WithOthers,
}

impl Sharing {
    fn lock(self) -> &'static str {
        match self {
            Sharing::Alone => "pg_try_advisory_lock",
            Sharing::WithOthers => "pg_try_advisory_lock_shared",
        }
    }

    fn refusal(self) -> Error {
        Error::internal(match self {
            Sharing::Alone => {
                "another Gyosil serves the school in this database: stop it first, or give every node --redis (GYOSIL_REDIS)"
            }
            Sharing::WithOthers => {
                "a Gyosil without --redis serves the school in this database: stop it first, or give it --redis \
                 (GYOSIL_REDIS) too"
            }
        })
    }
}

/// The lock, held until this is dropped. A lost connection is replaced, and the lock is taken again.
pub struct ServingLock {
    keeping: JoinHandle<()>,
    lost: oneshot::Receiver<Error>,
}

struct Holder {
    connection: PgConnection,
    backend: Backend,
}

struct Keeper {
    options: PgConnectOptions,
    sharing: Sharing,
}

impl ServingLock {
    /// Takes the lock of a database. Fails if a node holds it that does not share it. `None` for SQLite, where the data folder is
    /// locked instead.
    pub async fn take(url: &str, sharing: Sharing) -> Result<Option<ServingLock>> {
        if url.starts_with("sqlite:") {
            return Ok(None);
        }
        let options = PgConnectOptions::from_str(url).map_err(Error::internal)?.application_name("gyosil lock");
        // Waits for a server that is just starting.
        postgres::first_connection(&options).await?.close().await.map_err(Error::internal)?;
        let keeper = Keeper { options, sharing };
        let begun = Instant::now();
        let holder = loop {
            match keeper.take(None).await {
                Ok(Some(holder)) => break holder,
                Ok(None) if begun.elapsed() > START_WITHIN => return Err(sharing.refusal()),
                Err(error) if begun.elapsed() > START_WITHIN => return Err(Error::internal(error)),
                Ok(None) | Err(_) => tokio::time::sleep(TRY_AGAIN_AFTER).await,
            }
        };
        let (tell, lost) = oneshot::channel();
        let keeping = tokio::spawn(async move {
            keeper.keep(holder).await;
            let _ = tell.send(sharing.refusal());
        });
        Ok(Some(ServingLock { keeping, lost }))
    }

    /// Waits until another node holds the lock, which can only happen after the connection was lost. Returns the reason to stop.
    pub async fn lost(&mut self) -> Error {
        match (&mut self.lost).await {
            Ok(why) => why,
            Err(_) => Error::internal("the lock of the database is not looked at any more"),
        }
    }
}

impl Drop for ServingLock {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

impl Keeper {
    /// Looks at the lock until another node holds it.
    async fn keep(&self, mut holder: Holder) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let look = sqlx::raw_sql("select 1").execute(&mut holder.connection);
            if matches!(tokio::time::timeout(ANSWER_WITHIN, look).await, Ok(Ok(_))) {
                continue;
            }
            tracing::warn!("the connection that locks the database was lost; it is locked again");
            let lost = holder.backend;
            holder = loop {
                match self.take(Some(&lost)).await {
                    Ok(Some(again)) => break again,
                    Ok(None) => return,
                    Err(error) => tracing::debug!(%error, "the database could not be locked again yet"),
                }
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
            };
            tracing::info!("the database is locked again");
        }
    }

    /// Tries to take the lock over a new connection, after ending the lost one. `None`: another node holds it.
    async fn take(&self, lost: Option<&Backend>) -> sqlx::Result<Option<Holder>> {
        let silent = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        let opening = tokio::time::timeout(OPEN_WITHIN, self.options.connect()).await;
        let mut connection = opening.map_err(|_| silent())??;
        let taking = tokio::time::timeout(ANSWER_WITHIN, self.take_on(&mut connection, lost)).await;
        let taken = taking.map_err(|_| silent())??;
        Ok(taken.map(|backend| Holder { connection, backend }))
    }

    async fn take_on(&self, connection: &mut PgConnection, lost: Option<&Backend>) -> sqlx::Result<Option<Backend>> {
        // The server notices within 11 s that a node's machine is gone.
        let settings = "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
            set tcp_user_timeout = 11000;
            select pid, extract(epoch from backend_start)::text from pg_stat_activity where pid = pg_backend_pid()";
        let row = sqlx::raw_sql(settings).fetch_one(&mut *connection).await?;
        let backend = Backend { pid: row.try_get(0)?, started: row.try_get(1)? };
        if let Some(lost) = lost {
            end(connection, lost).await?;
        }
        loop {
            let take = AssertSqlSafe(format!("select {}({KEY})", self.sharing.lock()));
            if sqlx::raw_sql(take).fetch_one(&mut *connection).await?.try_get(0)? {
                return Ok(Some(backend));
            }
            let is_own = match lost {
                Some(lost) => lost.pid == holder_of_lock(connection).await?.unwrap_or(lost.pid),
                None => false,
            };
            if !is_own {
                return Ok(None);
            }
            // The lost one ends in a moment.
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
        }
    }
}

/// Returns the process of a database session that holds the lock.
async fn holder_of_lock(connection: &mut PgConnection) -> sqlx::Result<Option<i32>> {
    let sql = AssertSqlSafe(format!(
        "select l.pid from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
            where l.locktype = 'advisory' and l.granted
              and l.classid::bigint = {} and l.objid::bigint = {} and l.objsubid = 1",
        KEY >> 32,
        KEY & 0xffff_ffff
    ));
    sqlx::raw_sql(sql).fetch_optional(connection).await?.map(|row| row.try_get(0)).transpose()
}
