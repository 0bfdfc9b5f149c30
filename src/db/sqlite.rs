//! SQLite: one file, with a thread for each connection.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

use super::pool::{DbConnection, OpenConnection, Opener};

/// Longest wait of a statement while another process holds the SQLite database.
pub const LOCKED_FOR_MAX: Duration = Duration::from_secs(4);
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Opens the first connection, and makes the tables that are missing. Another process may do the same at this moment: SQLite
/// does not wait for it by itself, and refuses to make a table that the other one has just made. So a failure is tried again.
pub async fn first_connection(options: &SqliteConnectOptions, migrations: &Migrator) -> sqlx::Result<SqliteConnection> {
    let begun = Instant::now();
    loop {
        match open_and_migrate(options, migrations).await {
            Err(error) if may_be_another_process(&error) && begun.elapsed() < LOCKED_FOR_MAX => {
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
            }
            result => return result,
        }
    }
}

async fn open_and_migrate(options: &SqliteConnectOptions, migrations: &Migrator) -> sqlx::Result<SqliteConnection> {
    let mut connection = options.connect().await?;
    migrations.run(&mut connection).await?;
    Ok(connection)
}

/// Tells whether another process that opens the database may be the reason: it holds the file, or has just made a table.
fn may_be_another_process(error: &sqlx::Error) -> bool {
    let error = match error {
        sqlx::Error::Migrate(failed) => match &**failed {
            MigrateError::ExecuteMigration(..) => return true,
            MigrateError::Execute(error) => error,
            _ => return false,
        },
        error => error,
    };
    // The primary code is the lowest byte: 5 is SQLITE_BUSY.
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

impl DbConnection for SqliteConnection {
    const IS_LOCAL: bool = true;

    /// Rolls back. Fails if SQLite has already rolled back by itself: such a connection is closed.
    fn roll_back(&mut self) -> BoxFuture<'_, sqlx::Result<()>> {
        Box::pin(async move { sqlx::raw_sql("rollback").execute(self).await.map(drop) })
    }
}

pub struct SqliteFile(pub SqliteConnectOptions);

impl Opener<SqliteConnection> for SqliteFile {
    fn open(&self) -> BoxFuture<'_, sqlx::Result<OpenConnection<SqliteConnection>>> {
        Box::pin(async move { Ok(OpenConnection { connection: self.0.connect().await?, backend: None }) })
    }
}
