//! Objects for those who show a signed URL. Whoever was given one may use it until its time is over, without a token: it is
//! opened by players, and in parts by browsers.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio::time::{Instant, timeout, timeout_at};

use crate::app::App;
use crate::error::{Error, Result};
use crate::failures::network;
use crate::outside::objects::ObjectFile;
use crate::places::{Place, Places};

pub use crate::outside::objects::SignedRequest;

/// Parts that are received at once.
const PARTS_IN_FLIGHT_MAX: usize = 64;
const PART_RETRY_AFTER_S: u64 = 2;
/// Readings of objects that are under way at once: each holds an open file and a block of it.
const READINGS_MAX: usize = 1_024;
/// Those of one address. A classroom watches behind one.
pub const READINGS_OF_ADDRESS_MAX: usize = 128;
/// A reader takes each block within this time. A player that pauses for longer asks again.
const BLOCK_TAKEN_WITHIN: Duration = Duration::from_secs(60);
const READING_RETRY_AFTER_S: u64 = 5;
/// A part must have come within this time.
const PART_WITHIN: Duration = Duration::from_secs(120);
/// On the way, at least so many bytes come within each window.
const WINDOW: Duration = Duration::from_secs(10);
const WINDOW_MIN_BYTES: usize = 80 << 10;

static PARTS_IN_FLIGHT: Semaphore = Semaphore::const_new(PARTS_IN_FLIGHT_MAX);
static READINGS: Semaphore = Semaphore::const_new(READINGS_MAX);
static READINGS_OF_ADDRESS: Places<IpAddr> = Places::new(READINGS_OF_ADDRESS_MAX);

/// An object that is read, as one of a bounded number.
pub struct ObjectReading {
    pub object: ObjectFile,
    place: (SemaphorePermit<'static>, Place<IpAddr>),
}

/// Opens the object of a signed URL, for a reader at this address.
pub async fn open(app: &App, asked: &SignedRequest<'_>, address: IpAddr) -> Result<ObjectReading> {
    let busy = Error::Busy { retry_after_s: READING_RETRY_AFTER_S };
    let of_all = READINGS.try_acquire().ok();
    let place = of_all.zip(READINGS_OF_ADDRESS.take(network(address))).ok_or(busy)?;
    Ok(ObjectReading { object: app.objects.open_signed(asked, app.now_ms()).await?, place })
}

impl ObjectReading {
    /// Reads a range block by block, no faster than the reader takes them. A reader who takes none for too long loses the file
    /// and the place, also if the connection stays.
    pub fn stream(self, from: u64, bytes: u64) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        let ObjectReading { object, place } = self;
        let (sender, blocks) = mpsc::channel(1);
        tokio::spawn(async move {
            let _until_the_last = place;
            hand_out(object.stream(from, bytes), sender, BLOCK_TAKEN_WITHIN).await;
        });
        stream::unfold(blocks, |mut blocks| async move { blocks.recv().await.map(|block| (block, blocks)) })
    }
}

/// Hands out blocks, until the reader goes away or does not take one within this time.
async fn hand_out<Block>(blocks: impl Stream<Item = Block>, reader: mpsc::Sender<Block>, each_within: Duration) {
    let mut blocks = pin!(blocks);
    while let Some(block) = blocks.next().await {
        if !matches!(timeout(each_within, reader.send(block)).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// Receives the part of a signed URL, and returns its tag. Fails if it is not of the size that it must have. A part that does
/// not come whole, or too slowly, was not sent.
pub async fn receive<Part, Block, Broken>(
    app: &App,
    asked: &SignedRequest<'_>,
    bytes: u64,
    content: &mut Part,
) -> Result<String>
where
    Part: Stream<Item = Result<Block, Broken>> + Unpin,
    Block: AsRef<[u8]>,
{
    let busy = |_| Error::Busy { retry_after_s: PART_RETRY_AFTER_S };
    let _one_of_few = PARTS_IN_FLIGHT.try_acquire().map_err(busy)?;
    let mut part = app.objects.write_signed(asked, bytes, app.now_ms()).await?;
    let mut pace = UploadPace::begins_now(PART_WITHIN);
    while let Some(block) = pace.next(content).await? {
        part = part.write(block.as_ref()).await?;
    }
    part.finish().await
}

/// The pace at which a file comes.
pub(super) struct UploadPace {
    ends: Instant,
    window_ends: Instant,
    bytes_in_window: usize,
}

impl UploadPace {
    /// Begins for a file that must have come within this time.
    pub(super) fn begins_now(within: Duration) -> UploadPace {
        let now = Instant::now();
        UploadPace { ends: now + within, window_ends: now + WINDOW, bytes_in_window: 0 }
    }

    pub(super) async fn next<Part, Block, Broken>(&mut self, content: &mut Part) -> Result<Option<Block>>
    where
        Part: Stream<Item = Result<Block, Broken>> + Unpin,
        Block: AsRef<[u8]>,
    {
        loop {
            match timeout_at(self.window_ends.min(self.ends), content.next()).await {
                Ok(None) => return Ok(None),
                Ok(Some(Ok(block))) => {
                    self.bytes_in_window += block.as_ref().len();
                    return Ok(Some(block));
                }
                Ok(Some(Err(_))) => return Err(Error::UploadIncomplete),
                Err(_) if self.bytes_in_window >= WINDOW_MIN_BYTES && Instant::now() < self.ends => {
                    (self.window_ends, self.bytes_in_window) = (Instant::now() + WINDOW, 0);
                }
                Err(_) => return Err(Error::Busy { retry_after_s: PART_RETRY_AFTER_S }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn blocks_are_handed_out_only_while_they_are_taken() {
        let (sender, mut blocks) = mpsc::channel(1);
        let all = tokio::spawn(hand_out(stream::iter(0..5), sender, BLOCK_TAKEN_WITHIN));
        for block in 0..5 {
            assert_eq!(blocks.recv().await, Some(block));
        }
        assert_eq!(blocks.recv().await, None);
        all.await.unwrap();

        // Nobody takes the second one: the file is let go, though the reader is still there.
        let (sender, mut blocks) = mpsc::channel(1);
        hand_out(stream::iter(0..5), sender, Duration::from_millis(20)).await;
        assert_eq!((blocks.recv().await, blocks.recv().await), (Some(0), None));

        let (sender, blocks) = mpsc::channel(1);
        drop(blocks);
        hand_out(stream::iter(0..5), sender, BLOCK_TAKEN_WITHIN).await;
    }
}
