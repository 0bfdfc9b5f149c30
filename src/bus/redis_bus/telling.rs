//! Rows that a node writes for the others by itself: new sockets of devices, and that news may be lost.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{GATHERED_FOR, RedisBus, write_rows};
use crate::bus::News;
use crate::bus::wire::Packet;
use crate::clock::machine_ms;
use crate::db::Db;
use crate::error::Result;
use crate::group_commit::GroupCommit;
use crate::live::DeviceSocket;

const DEVICES_PER_ROW: usize = 256;
/// Pause before rows are written again that could not be written, and between two that tell that news may be lost.
const PAUSE: Duration = Duration::from_secs(1);

impl RedisBus {
    /// Announces new sockets of devices to the other nodes, for ever, so that older sockets of the same devices are closed there.
    pub async fn announce_devices(self: &Arc<Self>, db: &Db, group_commit: &GroupCommit) {
        loop {
            self.has_devices.notified().await;
            tokio::time::sleep(GATHERED_FOR).await;
            let devices = std::mem::take(&mut *self.devices.lock().unwrap_or_else(PoisonError::into_inner));
            if !devices.is_empty() {
                self.write_for_others(db, group_commit, move |bus| bus.announcements(&devices)).await;
            }
        }
    }

    /// Announcements of sockets that are gone would close others that are not, and so would a second one of the same socket: they are
    /// left out.
    fn announcements(&self, devices: &[DeviceSocket]) -> Vec<Packet> {
        let may_announce = |socket: &&DeviceSocket| self.node.hub.may_announce(socket, machine_ms());
        let devices: Vec<DeviceSocket> = devices.iter().filter(may_announce).cloned().collect();
        let packet = |some: &[DeviceSocket]| Packet { devices: some.to_vec(), ..self.packet() };
        devices.chunks(DEVICES_PER_ROW).map(packet).collect()
    }

    /// Asks the other nodes, for ever, to let their rooms without a log fetch anew when news may not have reached them.
    pub async fn request_resyncs(self: &Arc<Self>, db: &Db, group_commit: &GroupCommit) {
        loop {
            self.unsent.notified().await;
            let request = |bus: &RedisBus| vec![Packet { resync: true, ..bus.packet() }];
            self.write_for_others(db, group_commit, request).await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Writes rows in the group commit, and sends them. Tried again until that succeeds, each time with the packets of that moment.
    async fn write_for_others(
        self: &Arc<Self>,
        db: &Db,
        group_commit: &GroupCommit,
        packets: impl Fn(&RedisBus) -> Vec<Packet> + Send + Sync + 'static,
    ) {
        let packets = Arc::new(packets);
        loop {
            let (bus, packets) = (self.clone(), packets.clone());
            let written: Result<News> = group_commit
                .record(move |tx| {
                    let (packets, now_ms) = (packets(&bus), bus.node.clock.now_ms());
                    Box::pin(async move {
                        let recorded = write_rows(tx, packets, now_ms).await?;
                        Ok((News { recorded, ..News::default() }, Vec::new()))
                    })
                })
                .await;
            match written {
                Ok(news) => return self.send(news).await,
                Err(error) if error.is_outage() => {}
                Err(error) => tracing::error!(%error, "the other nodes could not be told; it is tried again"),
            }
            tokio::time::sleep(PAUSE).await;
            // A commit without an answer may have written them.
            while self.look_at_rows(db).await.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
