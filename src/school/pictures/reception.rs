//! Places of pictures that are received and worked on: all of them are in memory, and each that is decoded takes a core.

use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::on_step::StoredPicture;
use crate::clock::random_bytes;
use crate::error::{Error, Result};
use crate::outside::pictures::{self, PreparedPicture};
use crate::places::{Place, Places};

const PLACE_WITHIN: Duration = Duration::from_secs(20);
/// Pictures that are decoded at once.
const DECODED_AT_ONCE_MAX: usize = 2;
const RETRY_AFTER_S: u64 = 2;
/// The hexadecimal digits of a name are those of half a SHA-256.
const NAME_BYTES: usize = 16;

static DECODING: Semaphore = Semaphore::const_new(DECODED_AT_ONCE_MAX);

/// Places of uploads of one kind. Those of one kind do not take the places of another.
pub(in crate::school) struct Reception {
    /// Uploads that wait for a place, before anything of their files is read.
    waiting: Semaphore,
    received: Semaphore,
    /// Uploads of a person that wait or are received: more could keep the places from all others.
    of_person: Places<i64>,
}

/// The place of an upload that is received, until it is dropped.
pub(in crate::school) struct ReceptionPlace {
    _received: SemaphorePermit<'static>,
    _of_person: Place<i64>,
}

impl Reception {
    /// Makes the places of files that are received at once, of uploads that wait for that, and of one person among both.
    pub(in crate::school) const fn new(received: usize, waiting: usize, of_person: usize) -> Reception {
        Reception {
            waiting: Semaphore::const_new(waiting),
            received: Semaphore::const_new(received),
            of_person: Places::new(of_person),
        }
    }

    /// Waits for a place among those that are received.
    pub(in crate::school) async fn place(&'static self, person: i64) -> Result<ReceptionPlace> {
        let busy = || Error::Busy { retry_after_s: RETRY_AFTER_S };
        let of_person = self.of_person.take(person).ok_or_else(busy)?;
        let _until_there_is_one = self.waiting.try_acquire().map_err(|_| busy())?;
        let received = timeout(PLACE_WITHIN, self.received.acquire()).await.map_err(|_| busy())?;
        Ok(ReceptionPlace { _received: received.map_err(Error::internal)?, _of_person: of_person })
    }
}

/// Decodes a file, and returns the picture under a new name with its files.
pub(in crate::school) async fn prepare(file: Bytes) -> Result<(StoredPicture, PreparedPicture)> {
    let decoding = DECODING.acquire().await.map_err(Error::internal)?;
    // The work goes on if the sender goes away: until then, nobody takes its place.
    let work = move || {
        let _one_of_few = decoding;
        pictures::prepare(&file)
    };
    let prepared = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let prepared = prepared.map_err(|why| Error::PictureRefused { why })?;
    let picture = StoredPicture {
        name: new_name(&prepared.large),
        kind: prepared.kind.ending().to_owned(),
        width: prepared.width as i64,
        height: prepared.height as i64,
    };
    Ok((picture, prepared))
}

/// Makes a name that nobody can guess, also not one who has the picture, and that no other picture has.
fn new_name(content: &[u8]) -> String {
    let hash = Sha256::new().chain_update(content).chain_update(random_bytes::<16>()).finalize();
    hash.iter().take(NAME_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
