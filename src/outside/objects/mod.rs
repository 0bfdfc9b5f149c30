//! Stores files: objects. A browser sends large ones in parts and reads them back by signed URLs, in the form of S3, so that
//! the store may be the folder that is embedded here or a bucket elsewhere. Small ones go through this server.

pub(in crate::outside) mod disk;
mod folder;
mod parts;
mod s3;
mod signed;

use std::path::Path;

use bytes::Bytes;

pub use self::folder::{FolderStore, ObjectFile, PartWriter, READ_MAX_BYTES};
pub use self::parts::{NewObject, PartToSend, StoredPart};
pub use self::s3::S3Store;
pub use self::signed::SignedRequest;
use crate::clock::Clock;
use crate::config::{ObjectPlace, ObjectSettings};
use crate::error::{Error, Result};

pub enum Objects {
    Folder(FolderStore),
    Bucket(Box<S3Store>),
}

impl Objects {
    /// Opens the store of the settings. Nobody asks a bucket whether it is there: a school teaches on without its videos.
    pub fn open(settings: &ObjectSettings, data: &Path, secret: [u8; 32], clock: Clock) -> Result<Objects> {
        Ok(match &settings.objects {
            ObjectPlace::Folder => Objects::in_folder(data, secret),
            ObjectPlace::Bucket(name) => Objects::Bucket(Box::new(S3Store::new(name, settings, clock)?)),
        })
    }

    /// The store in the data folder. `secret` signs its URLs.
    pub fn in_folder(data: &Path, secret: [u8; 32]) -> Objects {
        Objects::Folder(FolderStore::new(data, secret))
    }

    /// Returns the beginning of all URLs of objects, up to a slash, or `None` if they are our own.
    pub fn base_url(&self) -> Option<&str> {
        match self {
            Objects::Folder(_) => None,
            Objects::Bucket(store) => Some(store.base_url()),
        }
    }

    /// Begins an upload, and returns its id. Fails if there is no room for the object. After `StoreAway` an upload may have
    /// begun: `abort` without an id ends it.
    pub async fn begin(&self, new: &NewObject) -> Result<String> {
        match self {
            Objects::Folder(store) => store.begin(new).await,
            Objects::Bucket(store) => store.begin(new).await,
        }
    }

    /// Returns the URL to which a part is sent by PUT. That of the folder is at the address under which the caller reaches us.
    pub fn part_url(&self, part: PartToSend<'_>, for_s: u32, now_ms: i64, origin: &str) -> String {
        match self {
            Objects::Folder(store) => store.part_url(part, for_s, now_ms, origin),
            Objects::Bucket(store) => store.part_url(part, for_s, now_ms),
        }
    }

    /// Returns the parts that have arrived, in their order, of an upload of at most so many. `None` if there is no such upload
    /// (any more). A bucket may have parts of another size than was announced.
    pub async fn parts(&self, key: &str, upload: &str, most: u16) -> Result<Option<Vec<StoredPart>>> {
        match self {
            Objects::Folder(store) => store.parts(key, upload).await,
            Objects::Bucket(store) => store.parts(key, upload, most).await,
        }
    }

    /// Makes the object of its parts, which must be all that were announced. From then on it does not change.
    pub async fn complete(&self, key: &str, upload: &str, tags: &[(u16, String)]) -> Result<()> {
        match self {
            Objects::Folder(store) => store.complete(key, upload, tags).await,
            Objects::Bucket(store) => store.complete(key, upload, tags).await,
        }
    }

    /// Stores a small object as a whole. From then on it does not change.
    pub async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        match self {
            Objects::Folder(store) => store.put(key, content).await,
            Objects::Bucket(store) => store.put(key, content).await,
        }
    }

    /// Forgets an upload and its parts. One that is not there is not an error. An empty id stands for one that nobody knows.
    /// After `StoreAway` no other would be forgotten, either.
    pub async fn abort(&self, key: &str, upload: &str) -> Result<()> {
        match self {
            Objects::Folder(store) => store.abort(key, upload).await,
            Objects::Bucket(store) => store.abort(key, upload).await,
        }
    }

    /// Removes what is left of uploads that were begun before this time and that nobody knows of any more. A bucket has a rule
    /// of its own for them, since others may use it too.
    pub async fn sweep(&self, before_ms: i64) -> Result<()> {
        match self {
            Objects::Folder(store) => store.sweep(before_ms).await,
            Objects::Bucket(_) => Ok(()),
        }
    }

    /// Returns the size of an object, or `None` if it is not there.
    pub async fn bytes(&self, key: &str) -> Result<Option<u64>> {
        match self {
            Objects::Folder(store) => Ok(store.open(key).await?.map(|object| object.bytes)),
            Objects::Bucket(store) => store.bytes(key).await,
        }
    }

    /// Reads a piece of an object, of at most `READ_MAX_BYTES`. It is shorter where the object ends.
    pub async fn read(&self, key: &str, from: u64, bytes: usize) -> Result<Bytes> {
        match self {
            Objects::Folder(store) => store.read(key, from, bytes).await,
            Objects::Bucket(store) => store.read(key, from, bytes.min(READ_MAX_BYTES)).await,
        }
    }

    /// Returns the URL by which an object is read, also in ranges.
    pub fn play_url(&self, key: &str, for_s: u32, now_ms: i64, origin: &str) -> String {
        match self {
            Objects::Folder(store) => store.play_url(key, for_s, now_ms, origin),
            Objects::Bucket(store) => store.play_url(key, for_s, now_ms),
        }
    }

    /// Deletes an object. One that is not there is not an error.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self {
            Objects::Folder(store) => store.delete(key).await,
            Objects::Bucket(store) => store.delete(key).await,
        }
    }

    /// Opens an object for one who shows a signed URL of it. Those of a bucket are not here.
    pub async fn open_signed(&self, asked: &SignedRequest<'_>, now_ms: i64) -> Result<ObjectFile> {
        match self {
            Objects::Folder(store) => store.open_signed(asked, now_ms).await,
            Objects::Bucket(_) => Err(Error::NoSuchPath),
        }
    }

    /// Begins to write a part of `bytes`, for one who shows a signed URL of it.
    pub async fn write_signed(&self, asked: &SignedRequest<'_>, bytes: u64, now_ms: i64) -> Result<PartWriter> {
        match self {
            Objects::Folder(store) => store.write_signed(asked, bytes, now_ms).await,
            Objects::Bucket(_) => Err(Error::NoSuchPath),
        }
    }
}
