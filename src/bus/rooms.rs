//! Looks into the logs of the rooms, which find what no news have brought: Redis lost a message, another node could not send, or a
//! commit of this node got no answer and was written all the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::db::Db;
use crate::error::Result;
use crate::live::{Hub, RoomKey, log};

/// A room in which nothing was heard for so long is looked up in the log.
pub const QUIET_FOR: Duration = Duration::from_millis(200);
/// Time that an event which is in the log has to come by itself.
const COMES_BY_ITSELF_WITHIN: Duration = Duration::from_millis(50);
const CATCHING_UP_MAX_ROOMS: usize = 6;
/// Longest wait for one room to catch up. It goes on by itself.
const CATCHING_UP_WITHIN: Duration = Duration::from_secs(5);

/// Reads the logs of those rooms that are behind. `lasts`: the ids of rooms of a kind, each with the last event that it has released.
pub async fn look_up(hub: &Arc<Hub>, db: &Db, kind: char, lasts: HashMap<i64, i64>) -> Result<()> {
    let heads = log::heads(db, &lasts.keys().copied().collect::<Vec<_>>()).await?;
    let known = heads.into_iter().filter_map(|(id, head)| Some((id, *lasts.get(&id)?, head)));
    let (lost, behind): (Vec<_>, Vec<_>) =
        known.filter(|(_, last, head)| last != head).partition(|(_, last, head)| head < last);
    for (id, last, head) in lost {
        hub.note_head(RoomKey { kind, id }, last, head).await;
    }
    if !behind.is_empty() {
        tokio::time::sleep(COMES_BY_ITSELF_WITHIN).await;
    }
    stream::iter(behind)
        .for_each_concurrent(CATCHING_UP_MAX_ROOMS, |(id, _, head)| async move {
            let catching_up = hub.catch_up(RoomKey { kind, id }, head);
            let _ = tokio::time::timeout(CATCHING_UP_WITHIN, catching_up).await;
        })
        .await;
    Ok(())
}
