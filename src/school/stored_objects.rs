//! Objects for those who show a signed URL. Whoever was given one may use it until its time is over, without a token: it is
//! opened by players, and in parts by browsers.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::error::{Error, Result};
use crate::outside::objects::ObjectFile;

pub use crate::outside::objects::SignedRequest;

/// Parts that are received at once.
const PARTS_IN_FLIGHT_MAX: usize = 64;
const PART_RETRY_AFTER_S: u64 = 2;
/// Readings of objects that are under way at once: each holds an open file and a block of it.
const READINGS_MAX: usize = 1_024;
const READING_RETRY_AFTER_S: u64 = 5;
/// A part must have come within this time, and on the way at least so many bytes within each window.
const PART_WITHIN: Duration = Duration::from_secs(120);
const WINDOW: Duration = Duration::from_secs(10);
const WINDOW_MIN_BYTES: usize = 80 << 10;

static PARTS_IN_FLIGHT: Semaphore = Semaphore::const_new(PARTS_IN_FLIGHT_MAX);
static READINGS: Semaphore = Semaphore::const_new(READINGS_MAX);

/// An object that is read, as one of a bounded number.
pub struct ObjectReading {
    pub object: ObjectFile,
    one_of_few: SemaphorePermit<'static>,
}

/// Opens the object of a signed URL.
pub async fn open(app: &App, asked: &SignedRequest<'_>) -> Result<ObjectReading> {
    let busy = |_| Error::Busy { retry_after_s: READING_RETRY_AFTER_S };
    let one_of_few = READINGS.try_acquire().map_err(busy)?;
    Ok(ObjectReading { object: app.objects.open_signed(asked, app.now_ms()).await?, one_of_few })
}

impl ObjectReading {
    /// Reads a range block by block, no faster than the reader takes them.
    pub fn stream(self, from: u64, bytes: u64) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        let ObjectReading { object, one_of_few } = self;
        object.stream(from, bytes).map(move |block| {
            let _until_the_last = &one_of_few;
            block
        })
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
    let mut pace = PartPace::begins_now();
    while let Some(block) = pace.next(content).await? {
        part = part.write(block.as_ref()).await?;
    }
    part.finish().await
}

/// The pace at which a part comes.
struct PartPace {
    ends: Instant,
    window_ends: Instant,
    bytes_in_window: usize,
}

impl PartPace {
    fn begins_now() -> PartPace {
        let now = Instant::now();
        PartPace { ends: now + PART_WITHIN, window_ends: now + WINDOW, bytes_in_window: 0 }
    }

    async fn next<Part, Block, Broken>(&mut self, content: &mut Part) -> Result<Option<Block>>
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
