//! Files of pictures in memory, for rooms in which everybody fetches the same one at the same moment.

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::error::{Error, Result};

const CACHED_MAX_BYTES: u64 = 64 << 20;
/// Each shard has its part of the room, and a picture must fit into one.
const SHARDS: usize = 4;
/// Pictures that fit about, for the size of the table.
const USUAL_FILES: usize = 1_000;
/// Room of an entry besides its file.
const ENTRY_BYTES: u64 = 200;

pub struct PictureCache(Cache<String, Bytes, ByBytes>);

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Bytes> for ByBytes {
    fn weight(&self, _: &String, file: &Bytes) -> u64 {
        file.len() as u64 + ENTRY_BYTES
    }
}

impl PictureCache {
    pub fn new() -> Result<PictureCache> {
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(USUAL_FILES)
            .weight_capacity(CACHED_MAX_BYTES)
            .build()
            .map_err(Error::internal)?;
        let (hashes, life) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Ok(PictureCache(Cache::with_options(options, ByBytes, hashes, life)))
    }

    /// Returns a file. All who ask at the same moment for one that is not here wait for one reading. If it fails, the next of them
    /// reads, and nothing of it is kept.
    pub async fn get(&self, file: &str, read: impl Future<Output = Result<Bytes>>) -> Result<Bytes> {
        self.0.get_or_insert_async(file, read).await
    }
}
