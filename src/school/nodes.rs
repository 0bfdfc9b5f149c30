//! The row of this node among the nodes that serve the school, and what a node does with those of the dead.
//!
//! A node may speak for people while its row exists. Others delete it when its beats have stood still, and take over the people whom
//! it spoke for, in one transaction: so a node that only slept finds its row missing before it can say anything, and begins anew.

use crate::app::School;
use crate::db::{Tx, args, retry};
use crate::error::Result;
use crate::live::nodes::{HANDED_BACK, NodeBeats};
use crate::school::sessions::{presence, screens};

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
        tx.run("delete from nodes where id <> $1", args![own]).await?;
    }
    app.commit(tx, Vec::new()).await?;
    app.nodes.begin(own);
    presence::expect_taken_over(app).await
}

async fn insert(tx: &mut Tx, app: &School) -> Result<i64> {
    let sql = "insert into nodes (name, started_ms) values ($1, $2) returning id";
    Ok(tx.one::<(i64,)>(sql, args![&app.config.node, app.now_ms()]).await?.0)
}

/// Shows the others that this node is alive. Begins anew if they have taken it for dead.
pub async fn beat(app: &School) -> Result<()> {
    let own = app.nodes.own();
    if own == 0 {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let rows = tx.run("update nodes set beats = beats + 1 where id = $1", args![own]).await?;
    app.commit(tx, Vec::new()).await?;
    if rows == 0 { begin_anew(app, own).await } else { Ok(()) }
}

/// Begins anew if others have taken this node for dead, or begins if that was not possible before.
pub async fn renew(app: &School) -> Result<()> {
    let own = app.nodes.own();
    if own == 0 {
        return begin(app).await;
    }
    let is_there = app.db.maybe::<(i64,)>("select id from nodes where id = $1", args![own]).await?.is_some();
    if is_there { Ok(()) } else { begin_anew(app, own).await }
}

/// Takes a new id, in place of the one that others have taken for dead, and writes all people with a socket here again. Writing goes
/// on in the background: the beats must not wait for it.
async fn begin_anew(app: &School, dead: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let own = insert(&mut tx, app).await?;
    app.commit(tx, Vec::new()).await?;
    if !app.nodes.replace(dead, own) {
        // Another task was faster. Nobody beats for this row, so that it is deleted.
        return Ok(());
    }
    tracing::warn!("this node gave no sign for too long: others speak for its people, and it begins anew");
    let app = app.clone();
    tokio::spawn(async move { presence::write_all_anew(&app).await });
    Ok(())
}

/// Looks at all nodes, and takes over those that are dead.
pub async fn look(app: &School) -> Result<()> {
    settle_doubt(app).await?;
    let begun_ms = app.clock.monotonic_ms();
    let rows: Vec<(i64, i64)> = app.db.all("select id, beats from nodes order by id", args![]).await?;
    let rows: Vec<NodeBeats> = rows.into_iter().map(|(id, beats)| NodeBeats { id, beats }).collect();
    let own = app.nodes.own();
    if !rows.iter().any(|node| node.id == own) {
        app.nodes.report_lost();
    }
    for dead in app.nodes.observe(begun_ms, app.clock.monotonic_ms(), &rows) {
        let taken = retry(|| try_take_over(app, own, dead)).await;
        // A commit without an answer may have moved rows too.
        if !matches!(taken, Ok(false)) {
            app.nodes.doubt();
        }
        if taken? {
            tracing::info!(node = dead.id, "takes over from a node that is gone");
        }
    }
    settle_doubt(app).await
}

/// Reads the rows of this node again if it may have taken over some.
async fn settle_doubt(app: &School) -> Result<()> {
    if app.nodes.take_doubt()
        && let Err(error) = presence::expect_taken_over(app).await
    {
        app.nodes.doubt();
        return Err(error);
    }
    Ok(())
}

/// Deletes the row of a dead node and makes those of its people this node's own. Returns `false` if another node was faster, if the
/// node is alive after all, or if this one may not speak for anyone.
async fn try_take_over(app: &School, own: i64, dead: NodeBeats) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    let is_there = tx.maybe::<(i64,)>("select id from nodes where id = $1", args![own]).await?.is_some();
    if !is_there {
        return Ok(false);
    }
    let present_here = "delete from presence where node = $2 and (select o.node from presence o
        where o.session = presence.session and o.person = presence.person and o.node = $1) is not null";
    tx.run(present_here, args![own, dead.id]).await?;
    tx.run("update presence set node = $1 where node = $2", args![own, dead.id]).await?;
    screens::take_over(&mut tx, own, dead.id).await?;
    // Last, since it waits for what the dead node has begun to write: then rows of it are left, and all is tried again.
    let sql = "delete from nodes where id = $1 and beats = $2";
    if tx.run(sql, args![dead.id, dead.beats]).await? == 0 {
        return Ok(false);
    }
    app.commit(tx, Vec::new()).await.map(|()| true)
}

/// Hands the people of this node over to the others at once, when it stops.
pub async fn hand_back(app: &School) -> Result<()> {
    let mut tx = app.db.begin().await?;
    tx.run("update nodes set beats = $2 where id = $1", args![app.nodes.own(), HANDED_BACK]).await?;
    app.commit(tx, Vec::new()).await
}
