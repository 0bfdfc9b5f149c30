//! The row of this node among the nodes that serve the school, and what a node does with those of the dead.
//!
//! A node may speak for people while its row exists and beats. Others end that when the beats have stood still, and then take over
//! its people, session by session: a node that only slept finds that it may not speak any more, and begins anew under a new id.

use futures_util::{StreamExt, stream};

use crate::app::School;
use crate::db::{Tx, args, retry};
use crate::error::{Error, Result};
use crate::live::nodes::{HANDED_BACK, NodeBeats};
use crate::planted::{self, Planted};
use crate::school::sessions::{presence, staff_presence};

/// Sessions of a dead node that are moved at the same time.
const MOVED_AT_ONCE_MAX: usize = 4;

/// Begins to serve. A node that is alone takes over all others at once, since none of them can be alive.
pub async fn begin(app: &School) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let own = insert(&mut tx, app).await?;
    if app.nodes.is_alone() {
        let second_rows = "delete from presence where (select o.node from presence o where o.session = presence.session
            and o.person = presence.person and o.node < presence.node limit 1) is not null";
        tx.run(second_rows, args![]).await?;
        tx.run("update presence set node = $1 where node <> $1", args![own]).await?;
        tx.run("delete from screen_counts", args![]).await?;
        tx.run("delete from staff_presence", args![]).await?;
        // Commands have written some for nodes that are not there.
        tx.run("delete from node_messages", args![]).await?;
        tx.run("delete from nodes where id <> $1", args![own]).await?;
    }
    app.commit(tx, Vec::new()).await?;
    // If this fails, the node has no id yet and begins again.
    presence::begin_grace_of_rows(app, own).await?;
    app.nodes.begin(own);
    Ok(())
}

async fn insert(tx: &mut Tx, app: &School) -> Result<i64> {
    let sql = "insert into nodes (name) values ($1) returning id";
    Ok(tx.one::<(i64,)>(sql, args![&app.config.node]).await?.0)
}

/// Shows the others that this node is alive. Reports it if they have taken it for dead.
pub async fn beat(app: &School) -> Result<()> {
    let own = app.nodes.own();
    if own == 0 {
        return Ok(());
    }
    let mut tx = app.db.begin_beat().await?;
    let rows = tx.run("update nodes set beats = beats + 1 where id = $1 and beats >= 0", args![own]).await?;
    app.commit(tx, Vec::new()).await?;
    if rows == 0 {
        app.nodes.report_lost();
    }
    Ok(())
}

/// Begins anew if others have taken this node for dead, or begins if that was not possible before.
pub async fn renew(app: &School) -> Result<()> {
    let own = app.nodes.own();
    if own == 0 {
        return begin(app).await;
    }
    let has_lease = !app.db.all_urgent::<(i64,)>(presence::HAS_LEASE, args![own]).await?.is_empty();
    if has_lease || planted::has(Planted::UnfencedLease) { Ok(()) } else { begin_anew(app).await }
}

/// Takes a new id, in place of the one that others have taken for dead, and writes all people with a socket here again. The beats do
/// not wait for that.
async fn begin_anew(app: &School) -> Result<()> {
    if app.nodes.is_alone() {
        // The lock of the database is lost as well, so that this server stops.
        return Err(Error::internal("another server has taken over the school"));
    }
    let mut tx = app.db.begin_beat().await?;
    let own = insert(&mut tx, app).await?;
    app.commit(tx, Vec::new()).await?;
    app.nodes.begin(own);
    tracing::warn!("this node gave no sign for too long: others speak for its people, and it begins anew");
    presence::write_all_anew(app);
    staff_presence::write_all_anew(app);
    Ok(())
}

/// Looks at all nodes, and takes over those that are dead.
pub async fn look(app: &School) -> Result<()> {
    let mut outcome = read_own_rows(app).await;
    let begun_ms = app.clock.monotonic_ms();
    let rows: Vec<(i64, i64)> = app.db.all_urgent("select id, beats from nodes order by id", args![]).await?;
    let rows: Vec<NodeBeats> = rows.into_iter().map(|(id, beats)| NodeBeats { id, beats }).collect();
    let own = app.nodes.own();
    if !rows.iter().any(|node| node.id == own && node.beats != HANDED_BACK) {
        app.nodes.report_lost();
    }
    let (dead, has_vanished) = app.nodes.observe(begun_ms, app.clock.monotonic_ms(), &rows);
    if has_vanished {
        app.bus.note_vanished();
    }
    for dead in dead {
        // One that cannot be taken over now keeps no other waiting.
        if let Err(error) = take_over(app, own, dead).await {
            outcome = Err(error);
        }
    }
    outcome
}

/// Reads the rows of this node again if it may have taken over some without hearing of it.
async fn read_own_rows(app: &School) -> Result<()> {
    if app.nodes.take_unread_rows()
        && let Err(error) = presence::begin_grace_of_rows(app, app.nodes.own()).await
    {
        app.nodes.note_unread_rows();
        return Err(error);
    }
    Ok(())
}

/// Ends the right of a dead node to speak for people, makes its people this node's own, and deletes its row. Each session is a
/// transaction of its own: where a session is held by another one, the others do not wait. What is left is done at the next look.
async fn take_over(app: &School, own: i64, dead: NodeBeats) -> Result<()> {
    if !retry(|| end_lease(app, own, dead)).await? {
        return Ok(());
    }
    let sql = "select session from presence where node = $1 union select session from screen_counts where node = $1";
    let sessions: Vec<(i64,)> = app.db.all_urgent(sql, args![dead.id]).await?;
    let move_one = |(session,)| retry(move || presence::take_over(app, session, own, dead.id));
    let moved: Vec<Result<()>> =
        stream::iter(sessions).map(move_one).buffer_unordered(MOVED_AT_ONCE_MAX).collect().await;
    if moved.iter().any(Result::is_err) {
        // A commit without an answer may have moved rows too.
        app.nodes.note_unread_rows();
    }
    moved.into_iter().collect::<Result<()>>()?;
    let sql = "delete from nodes where id = $1 and beats = $2
        and (select p.person from presence p where p.node = $1 limit 1) is null
        and (select c.session from screen_counts c where c.node = $1 limit 1) is null returning name";
    let mut tx = app.db.begin().await?;
    tx.run("delete from staff_presence where node = $1", args![dead.id]).await?;
    let deleted: Option<(String,)> = tx.maybe(sql, args![dead.id, HANDED_BACK]).await?;
    app.commit(tx, Vec::new()).await?;
    if let Some((name,)) = deleted {
        tracing::info!(node = name, id = dead.id, "took over from a node that is gone");
    }
    Ok(())
}

/// Ends the lease of a dead node. Returns `false` if that node is alive after all, or if this one may not speak for anyone.
async fn end_lease(app: &School, own: i64, dead: NodeBeats) -> Result<bool> {
    if dead.beats == HANDED_BACK {
        return Ok(true);
    }
    let mut tx = app.db.begin_beat().await?;
    let sql = "update nodes set beats = $3 where id = $1 and beats = $2
        and (select n.id from nodes n where n.id = $4 and n.beats >= 0) is not null";
    let rows = tx.run(sql, args![dead.id, dead.beats, HANDED_BACK, own]).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(rows > 0)
}

/// Hands the people of this node over to the others at once, when it stops.
pub async fn hand_back(app: &School) -> Result<()> {
    let mut tx = app.db.begin_beat().await?;
    tx.run("update nodes set beats = $2 where id = $1", args![app.nodes.own(), HANDED_BACK]).await?;
    app.commit(tx, Vec::new()).await
}
