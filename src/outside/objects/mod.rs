//! Stores large files: objects. A browser sends them in parts and reads them back by signed URLs, in the form of S3, so that
//! the store may be the folder that is embedded here or, later, a bucket elsewhere.

mod disk;
mod folder;
mod parts;
mod signed;

use std::path::Path;

use bytes::Bytes;

pub use self::folder::{FolderStore, ObjectFile, PartWriter, READ_MAX_BYTES};
pub use self::parts::{NewObject, StoredPart};
pub use self::signed::SignedRequest;
use crate::error::Result;

pub enum Objects {
    Folder(FolderStore),
}

impl Objects {
    /// The store in the data folder. `secret` signs its URLs.
    pub fn in_folder(data: &Path, secret: [u8; 32]) -> Objects {
        Objects::Folder(FolderStore::new(data, secret))
    }

    /// Begins an upload, and returns its id. Fails if there is no room for the object.
    pub async fn begin(&self, new: &NewObject) -> Result<String> {
        let Objects::Folder(store) = self;
        store.begin(new).await
    }

    /// Returns the URL to which a part is sent by PUT, at the address under which the caller reaches us.
    pub fn part_url(&self, key: &str, upload: &str, number: u16, for_s: u32, now_ms: i64, origin: &str) -> String {
        let Objects::Folder(store) = self;
        store.part_url(key, upload, number, for_s, now_ms, origin)
    }

    /// Returns the parts that have arrived, in their order. `None` if there is no such upload (any more).
    pub async fn parts(&self, key: &str, upload: &str) -> Result<Option<Vec<StoredPart>>> {
        let Objects::Folder(store) = self;
        store.parts(key, upload).await
    }

    /// Makes the object of its parts, which must be all that were announced. From then on it does not change.
    pub async fn complete(&self, key: &str, upload: &str, tags: &[(u16, String)]) -> Result<()> {
        let Objects::Folder(store) = self;
        store.complete(key, upload, tags).await
    }

    /// Forgets an upload and its parts. One that is not there is not an error.
    pub async fn abort(&self, key: &str, upload: &str) -> Result<()> {
        let Objects::Folder(store) = self;
        store.abort(key, upload).await
    }

    /// Removes what is left of uploads that were begun before this time and that nobody knows of any more.
    pub async fn sweep(&self, before_ms: i64) -> Result<()> {
        let Objects::Folder(store) = self;
        store.sweep(before_ms).await
    }

    /// Returns the size of an object, or `None` if it is not there.
    pub async fn bytes(&self, key: &str) -> Result<Option<u64>> {
        let Objects::Folder(store) = self;
        Ok(store.open(key).await?.map(|object| object.bytes))
    }

    /// Reads a piece of an object, of at most `READ_MAX_BYTES`. It is shorter where the object ends.
    pub async fn read(&self, key: &str, from: u64, bytes: usize) -> Result<Bytes> {
        let Objects::Folder(store) = self;
        store.read(key, from, bytes).await
    }

    /// Returns the URL by which an object is read, also in ranges.
    pub fn play_url(&self, key: &str, for_s: u32, now_ms: i64, origin: &str) -> String {
        let Objects::Folder(store) = self;
        store.play_url(key, for_s, now_ms, origin)
    }

    /// Deletes an object. One that is not there is not an error.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let Objects::Folder(store) = self;
        store.delete(key).await
    }

    /// Opens an object for one who shows a signed URL of it.
    pub async fn open_signed(&self, asked: &SignedRequest<'_>, now_ms: i64) -> Result<ObjectFile> {
        let Objects::Folder(store) = self;
        store.open_signed(asked, now_ms).await
    }

    /// Begins to write a part of `bytes`, for one who shows a signed URL of it.
    pub async fn write_signed(&self, asked: &SignedRequest<'_>, bytes: u64, now_ms: i64) -> Result<PartWriter> {
        let Objects::Folder(store) = self;
        store.write_signed(asked, bytes, now_ms).await
    }
}
