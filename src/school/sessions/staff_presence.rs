//! Staff who are connected to a session, over all nodes. A node that is alone answers from memory; others write a row for each person
//! whose socket they hold. It is shown to staff and decides nothing, so a row that could not be written is only tried again.

use std::collections::HashSet;
use std::time::Duration;

use crate::app::School;
use crate::db::args;
use crate::error::Result;

const PAUSE: Duration = Duration::from_secs(1);
const TRIES: usize = 30;

/// Notes that a socket of the session's staff has opened on this node.
pub fn note_opened(app: &School, session: i64, person: i64) {
    if app.presence.staff.add(session, person) {
        write_later(app, session, person);
    }
}

/// Notes that a socket of the session's staff has closed on this node.
pub fn note_closed(app: &School, session: i64, person: i64) {
    if app.presence.staff.remove(session, person) {
        write_later(app, session, person);
    }
}

/// Writes all staff with a socket on this node again, under its new id.
pub fn write_all_anew(app: &School) {
    for (session, person) in app.presence.staff.all() {
        write_later(app, session, person);
    }
}

fn write_later(app: &School, session: i64, person: i64) {
    if !app.nodes.is_alone() {
        tokio::spawn(write_until_true(app.clone(), session, person));
    }
}

/// Writes whether a person is connected by this node, until the row says what is so.
async fn write_until_true(app: School, session: i64, person: i64) {
    for _ in 0..TRIES {
        let is_here = app.presence.staff.has(session, person);
        let written = write(&app, session, person, is_here).await.is_ok();
        if written && app.presence.staff.has(session, person) == is_here {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn write(app: &School, session: i64, person: i64, is_here: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = match is_here {
        true => "insert into staff_presence (session, person, node) values ($1, $2, $3) on conflict do nothing",
        false => "delete from staff_presence where session = $1 and person = $2 and node = $3",
    };
    tx.run(sql, args![session, person, app.nodes.own()]).await?;
    app.commit(tx, Vec::new()).await
}

const CONNECTED: &str = "select f.person from staff_presence f join nodes n on n.id = f.node and n.beats >= 0
    where f.session = $1 and f.node <> $2";

/// Returns those of a session's staff who have an open socket in it.
pub async fn connected_in(app: &School, session: i64) -> Result<HashSet<i64>> {
    let mut people = app.presence.staff.people_in(session);
    if !app.nodes.is_alone() {
        let elsewhere: Vec<(i64,)> = app.db.all(CONNECTED, args![session, app.nodes.own()]).await?;
        people.extend(elsewhere.into_iter().map(|(person,)| person));
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn connected_staff_of_a_session_are_found_without_those_of_others() {
        let plan = sqlite_plan(CONNECTED).await;
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
    }
}
