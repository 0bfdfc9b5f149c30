//! Looks at the database, which find what Redis did not bring. Rows and rooms are looked at apart: sockets without a right are closed
//! soon, however much the rooms have to read.

use std::ops::Range;
use std::time::{Duration, Instant};

use futures_util::future;
use tokio::sync::Notify;

use super::RedisBus;
use super::due_looks::RoomLook;
use crate::bus::wire::Packet;
use crate::bus::{LOOK_EVERY, finish, rooms, rows};
use crate::clock::machine_ms;
use crate::db::Db;
use crate::error::Result;
use crate::live::RoomKey;

/// Pause between two looks at the database while Redis is away.
const LOOK_EVERY_WHILE_AWAY: Duration = Duration::from_millis(500);
const LOOK_AT_MOST_EVERY: Duration = Duration::from_millis(100);
/// The events of a room are heard this long after the last socket has left it: its people may come back.
const HEARD_AFTER_LAST: Duration = Duration::from_secs(10);

const COME_BACK_AFTER_MS: Range<u64> = 0..5_000;

impl RedisBus {
    /// Begins with what is in the database: no socket is here yet whom it could concern.
    pub async fn begin(&self, db: &Db) -> Result<()> {
        let newest = rows::newest(db).await?;
        let ids = rows::ids_after(db, newest - rows::LATE_MAX_ROWS).await?;
        self.rows().begin(newest, &ids, Instant::now(), machine_ms());
        Ok(())
    }

    /// Finds in the database what Redis did not bring, for ever.
    pub async fn keep_up(&self, db: &Db) {
        future::join3(self.keep_up_with_rows(db), self.keep_up_with_rooms(db), self.watch_looks()).await;
    }

    async fn keep_up_with_rows(&self, db: &Db) {
        let mut next_whole = Instant::now();
        loop {
            self.wait_for(&self.rows_woken).await;
            let is_whole = Instant::now() >= next_whole;
            if is_whole {
                next_whole = Instant::now() + LOOK_EVERY;
            }
            finish(self.look_at_some_rows(db, is_whole)).await;
        }
    }

    async fn keep_up_with_rooms(&self, db: &Db) {
        loop {
            self.metrics.redis_up.set(i64::from(self.is_up()));
            self.wait_for(&self.woken).await;
            finish(self.look_at_rooms(db)).await;
        }
    }

    /// Watches the looks, which may hang.
    async fn watch_looks(&self) {
        loop {
            self.metrics.look_age.set(self.blind_for().as_secs() as i64);
            tokio::time::sleep(LOOK_EVERY).await;
            if self.rows().take_overdue(Instant::now()) {
                tracing::warn!("this node cannot read what others tell it; its sockets are to come back");
                self.node.hub.dismiss_all(COME_BACK_AFTER_MS);
            }
        }
    }

    /// The time since this node last saw what the others had committed.
    pub fn blind_for(&self) -> Duration {
        self.rows().looked_ago(Instant::now())
    }

    /// Waits for the next look.
    async fn wait_for(&self, woken: &Notify) {
        tokio::time::sleep(LOOK_AT_MOST_EVERY).await;
        let pause = if self.is_up() { LOOK_EVERY } else { LOOK_EVERY_WHILE_AWAY };
        let _ = tokio::time::timeout(pause - LOOK_AT_MOST_EVERY, woken.notified()).await;
    }

    async fn look_at_rooms(&self, db: &Db) -> Result<()> {
        self.cease_to_hear_left_rooms();
        let look = self.due_looks().take(!self.is_up(), Instant::now());
        let looked_up = self.look_up(db, &look).await;
        if looked_up.is_err() {
            self.due_looks().give_back(look);
            return looked_up;
        }
        let late = |kind| look.late.iter().filter(move |room| room.kind == kind).map(|room| room.id).collect();
        for kind in self.node.kinds.unlogged {
            match look.resync {
                true => self.node.hub.resync(*kind).await,
                false => self.node.hub.resync_rooms(*kind, late(*kind)).await,
            }
        }
        self.metrics.resyncs.inc_by(u64::from(look.resync));
        Ok(())
    }

    /// Reads the logs of the rooms that are behind.
    async fn look_up(&self, db: &Db, look: &RoomLook) -> Result<()> {
        let (hub, kind) = (&self.node.hub, self.node.kinds.logged);
        let quiet_for = if look.all { Duration::ZERO } else { rooms::QUIET_FOR };
        rooms::look_up(hub, db, kind, hub.quiet_rooms(kind, quiet_for, &look.late)).await
    }

    /// Acts on all rows that this node has not acted on.
    pub async fn look_at_rows(&self, db: &Db) -> Result<()> {
        self.look_at_some_rows(db, true).await
    }

    /// Acts on the rows that are new, and if the look `is_whole` also on those that became visible later than newer ones.
    async fn look_at_some_rows(&self, db: &Db, is_whole: bool) -> Result<()> {
        let _one_at_a_time = self.looking.lock().await;
        let began = Instant::now();
        let after = if is_whole { self.rows().low() } else { self.rows().before_new() };
        let ids = rows::ids_after(db, after).await?;
        let unhandled = self.rows().unhandled(&ids);
        for some in unhandled.chunks(rows::BODIES_PER_READ) {
            for (row, body) in rows::read(db, some).await? {
                self.accept_body(row, &body).await;
            }
        }
        self.rows().note_seen(&ids);
        let away_for = self.rows().end_look(began, Instant::now(), machine_ms());
        if away_for > rows::AWAY_MAX {
            tracing::warn!(
                seconds = away_for.as_secs(),
                "this node could not hear the others; its sockets are to come back"
            );
            self.node.hub.dismiss_all(COME_BACK_AFTER_MS);
        }
        Ok(())
    }

    async fn accept_body(&self, row: i64, body: &str) {
        match Packet::decode(body.as_bytes()) {
            Some(packet) => self.accept_row(Packet { row: Some(row), ..packet }).await,
            None => {
                self.metrics.bus_unread.inc();
                self.rows().claim(row);
            }
        }
    }

    fn cease_to_hear_left_rooms(&self) {
        let mut left = self.left_rooms();
        let gone: Vec<RoomKey> =
            left.extract_if(|_, since| since.elapsed() > HEARD_AFTER_LAST).map(|(room, _)| room).collect();
        // Locked until here, so that a room that opens meanwhile is subscribed to after this.
        for room in gone {
            if let Some(links) = self.links.get() {
                links.unsubscribe(&self.channel(room));
            }
        }
    }
}
