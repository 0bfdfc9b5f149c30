//! PostgreSQL: sets up connections, and ends those that do not answer.
//!
//! sqlx does not give access to its socket, so keepalive and the TCP user time-out are set at the server's end of each
//! connection. At this end, every statement has a time limit.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};

use super::failure::Failure;
use super::pool::{Backend, DbConnection, OPEN_WITHIN, OpenConnection, Opener};
use crate::error::{Error, Result};

/// Time by which the server gives up a statement earlier than this side, so that its answer still arrives.
const EARLIER: Duration = Duration::from_millis(500);
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(10);
const START_WITHIN: Duration = Duration::from_secs(15);
const ASIDE_WITHIN: Duration = Duration::from_secs(3);
const PERMISSION_DENIED: &str = "42501";
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(50);
/// Backends beyond this number are not ended from here: they end by themselves, after `IDLE_IN_TRANSACTION`.
const TO_END_MAX_BACKENDS: usize = 64;

/// Opens the first connection. Waits for a server that is just starting, for as long as a person who started both would wait.
pub async fn first_connection(options: &PgConnectOptions) -> Result<PgConnection> {
    let (begun, place) = (Instant::now(), format!("{}:{}", options.get_host(), options.get_port()));
    // The statements that make the tables are long, and would stand in the log.
    let options = options.clone().disable_statement_logging();
    let mut is_told = false;
    loop {
        let tried = tokio::time::timeout(OPEN_WITHIN, options.connect()).await;
        let error = match tried {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if !Failure::is_passing(&error) || begun.elapsed() > START_WITHIN => in_words(&error),
            Err(_) if begun.elapsed() > START_WITHIN => "no answer".into(),
            _ => {
                if !std::mem::replace(&mut is_told, true) {
                    tracing::info!(%place, "waiting for the database");
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        return Err(Error::internal(format!("the database at {place} cannot be reached: {error}")));
    }
}

/// The message of an error, without the line of PostgreSQL's own source from which it comes.
fn in_words(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// Makes the tables, or changes them to those of this version.
pub async fn migrate(first: &mut PgConnection, migrator: &Migrator) -> Result<()> {
    migrator.run(first).await.map_err(|error| match &error {
        MigrateError::VersionMismatch(_) | MigrateError::VersionMissing(_) => {
            Error::internal(format!("the school in this database was made by another version of Gyosil ({error})"))
        }
        MigrateError::ExecuteMigration(cause, _) | MigrateError::Execute(cause) => {
            let denied = cause.as_database_error().is_some_and(|e| e.code().as_deref() == Some(PERMISSION_DENIED));
            let advice = if denied { ": make this role the owner of the database" } else { "" };
            Error::internal(format!("the tables could not be made: {}{advice}", in_words(cause)))
        }
        _ => Error::internal(error),
    })
}

impl DbConnection for PgConnection {
    const IS_LOCAL: bool = false;

    fn roll_back(&mut self) -> BoxFuture<'_, sqlx::Result<()>> {
        Box::pin(async move { sqlx::raw_sql("rollback").execute(self).await.map(drop) })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Read,
    Write,
}

#[derive(Clone)]
pub struct PostgresServer(Arc<ServerState>);

struct ServerState {
    options: PgConnectOptions,
    settings: String,
    to_end: Mutex<Vec<Backend>>,
}

impl PostgresServer {
    pub fn new(options: PgConnectOptions, purpose: Purpose, statement: Duration, lock: Duration) -> PostgresServer {
        // Plans are kept. One that was made while a table was small reads all of it when it has grown, and each statement that
        // is part of a write has an index.
        let whole_tables = if purpose == Purpose::Write { "off" } else { "on" };
        // Statements take milliseconds: compiling one takes as long as running it.
        let settings = format!(
            "set enable_seqscan = {whole_tables};
            set statement_timeout = {}; set lock_timeout = {}; set idle_in_transaction_session_timeout = {};
            set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3;
            set tcp_user_timeout = 30000; set jit = off;
            select pid, extract(epoch from backend_start)::text from pg_stat_activity where pid = pg_backend_pid()",
            statement.saturating_sub(EARLIER).as_millis(),
            lock.as_millis(),
            IDLE_IN_TRANSACTION.as_millis(),
        );
        PostgresServer(Arc::new(ServerState { options, settings, to_end: Mutex::default() }))
    }

    /// Ends the backends that `to_end` lists, over a connection of its own.
    async fn end_all(self) {
        loop {
            let listed = self.to_end().clone();
            let ended = async {
                let mut aside = self.0.options.connect().await?;
                for backend in &listed {
                    end(&mut aside, backend).await?;
                }
                aside.close().await
            };
            if let Ok(Err(error)) = tokio::time::timeout(ASIDE_WITHIN, ended).await {
                tracing::debug!(%error, "silent sessions could not be ended; the server ends them by itself");
            }
            let mut to_end = self.to_end();
            to_end.drain(..listed.len());
            if to_end.is_empty() {
                return;
            }
        }
    }

    fn to_end(&self) -> std::sync::MutexGuard<'_, Vec<Backend>> {
        self.0.to_end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_up(&self, backend: Option<Backend>, number: u64) -> sqlx::Result<Option<bool>> {
        let mut aside = self.0.options.connect().await?;
        if let Some(backend) = backend {
            end(&mut aside, &backend).await?;
        }
        let begun = Instant::now();
        loop {
            let sql = AssertSqlSafe(format!("select pg_xact_status('{number}'::xid8)"));
            let status: Option<String> = sqlx::raw_sql(sql).fetch_one(&mut aside).await?.try_get(0)?;
            match status.as_deref() {
                Some("committed") => return Ok(Some(true)),
                Some("aborted") => return Ok(Some(false)),
                Some(_) if begun.elapsed() < ASIDE_WITHIN => tokio::time::sleep(ASK_AGAIN_AFTER).await,
                _ => return Ok(None),
            }
        }
    }
}

/// Ends a database session, unless its process number belongs to another session by now.
async fn end(aside: &mut PgConnection, backend: &Backend) -> sqlx::Result<()> {
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity
        where pid = $1 and extract(epoch from backend_start)::text = $2";
    sqlx::query(sql).bind(backend.pid).bind(&backend.started).execute(aside).await.map(drop)
}

impl Opener<PgConnection> for PostgresServer {
    fn open(&self) -> BoxFuture<'_, sqlx::Result<OpenConnection<PgConnection>>> {
        Box::pin(async move {
            let mut connection = self.0.options.connect().await?;
            let settings = sqlx::raw_sql(AssertSqlSafe(self.0.settings.clone()));
            let backend = match settings.fetch_optional(&mut connection).await? {
                Some(row) => Some(Backend { pid: row.try_get(0)?, started: row.try_get(1)? }),
                None => None,
            };
            Ok(OpenConnection { connection, backend })
        })
    }

    fn end(&self, backend: Backend) {
        let mut to_end = self.to_end();
        if to_end.len() < TO_END_MAX_BACKENDS {
            to_end.push(backend);
            if to_end.len() == 1 {
                tokio::spawn(self.clone().end_all());
            }
        }
    }

    fn was_committed(&self, backend: Option<Backend>, number: u64) -> BoxFuture<'_, Option<bool>> {
        Box::pin(async move {
            let found = tokio::time::timeout(ASIDE_WITHIN * 2, self.look_up(backend, number)).await;
            found.ok()?.ok()?
        })
    }
}
