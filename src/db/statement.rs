//! Macros that run one statement on a lent connection: with its arguments, within its time limit, and a second time if it changes nothing.

use std::time::Duration;

/// Short, since `begin` waits for no lock.
pub const BEGIN_WITHIN: Duration = Duration::from_secs(2);
/// A connection that broke later than this is not tried again: the caller has waited long enough.
pub const REPEATED_WITHIN: Duration = Duration::from_millis(2_500);

/// Binds the arguments to a query of either database.
macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Int(v) => query.bind(v),
                Arg::Text(v) => query.bind(v),
                Arg::Real(v) => query.bind(v),
                Arg::Bool(v) => query.bind(v),
            };
        }
        query
    }};
}

/// Runs one statement on a lent connection, within its time limit.
macro_rules! ask {
    ($lent:expr, $connection:ident => $work:expr) => {{
        let limit = $lent.limit();
        ask!($lent, limit, $connection => $work)
    }};
    ($lent:expr, $limit:expr, $connection:ident => $work:expr) => {{
        let $connection = $lent.connection()?;
        let outcome = match $limit {
            Some(limit) => tokio::time::timeout(limit, $work).await.ok(),
            None => Some($work.await),
        };
        $lent.take_outcome(outcome)
    }};
}

/// Returns the rows of a query, all or the first.
macro_rules! rows {
    ($sql:expr, $args:expr, $wanted:expr, $connection:expr) => {
        async {
            let query = bound!(sqlx::query($sql), $args);
            match $wanted {
                Wanted::All => query.fetch_all($connection).await,
                Wanted::First => Ok(query.fetch_optional($connection).await?.into_iter().collect()),
            }
        }
    };
}

/// Runs the statement a second time, on a new connection, if the first one broke soon.
/// Only for statements that change nothing.
macro_rules! twice {
    ($lent:expr, $limit:expr, $connection:ident => $work:expr) => {{
        let begun = std::time::Instant::now();
        let mut done = ask!($lent, $limit, $connection => $work);
        if done.is_err() && $lent.is_broken() && begun.elapsed() <= $crate::db::statement::REPEATED_WITHIN {
            $lent.reopen().await?;
            done = ask!($lent, $limit, $connection => $work);
        }
        done
    }};
}

pub(super) use {ask, bound, rows, twice};
