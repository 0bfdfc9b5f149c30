//! Objects in the data folder: `objects/{key}`. What is not whole yet is in `objects/.uploads/{upload}`: `file`, in which every
//! part has its place from the beginning, `about.json`, and `{number}.tag` for each part that is there.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::Stream;
use sha2::{Digest, Sha256};

use super::disk::{blocking, has_room, make_folder, new_file, rename_new, sync_folder, unless_missing};
use super::parts::{NewObject, PartToSend, StoredPart, content_type, is_key};
use super::signed::{SignedRequest, SignedUse, UrlSigner, hex};
use crate::clock::random_bytes;
use crate::error::{Error, Noun, Result};

/// The most that is read at once.
pub const READ_MAX_BYTES: usize = 16 << 20;
/// Bytes that are written to the disk, or read from it for a browser, at once.
const BLOCK_BYTES: usize = 256 << 10;
/// Parts of one upload that are written at once.
const PARTS_AT_ONCE_MAX: usize = 8;
/// Seconds after which a part that is just being written may be tried again.
const PART_RETRY_AFTER_S: u64 = 2;
/// The digits of a SHA-256 that are a tag.
const TAG_DIGITS: usize = 32;
/// The host for which URLs are signed. They work at every address under which this server is reached.
const HOST: &str = "objects.gyosil.invalid";

pub struct FolderStore {
    folder: PathBuf,
    signer: UrlSigner,
    busy: Arc<Mutex<BTreeSet<(String, u16)>>>,
}

/// A part that nobody else may write meanwhile; 0 stands for the whole upload, to which then no part may come.
struct BusyPart {
    part: (String, u16),
    all: Arc<Mutex<BTreeSet<(String, u16)>>>,
}

impl Drop for BusyPart {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.part);
    }
}

impl FolderStore {
    pub(super) fn new(data: &Path, secret: [u8; 32]) -> FolderStore {
        let signer =
            UrlSigner { key_id: "gyosil".into(), secret: hex(&secret), region: "school".into(), host: HOST.into() };
        FolderStore { folder: data.join("objects"), signer, busy: Arc::default() }
    }

    pub(super) async fn begin(&self, new: &NewObject) -> Result<String> {
        self.place(&new.key).ok_or(Error::NotFound(Noun::Upload))?;
        new.parts().ok_or_else(|| Error::internal("an upload without parts, or with too many"))?;
        let upload = URL_SAFE_NO_PAD.encode(random_bytes::<16>());
        let folder = self.upload_folder(&upload).ok_or(Error::NotFound(Noun::Upload))?;
        let facts = new.clone();
        blocking(move || {
            make_folder(&folder)?;
            let begun = if has_room(&folder, facts.bytes)? {
                begin_in(&folder, &facts)
            } else {
                Err(ErrorKind::StorageFull.into())
            };
            if begun.is_err() {
                let _ = fs::remove_dir_all(&folder);
            }
            begun
        })
        .await?;
        Ok(upload)
    }

    pub(super) fn part_url(&self, part: PartToSend<'_>, for_s: u32, now_ms: i64, origin: &str) -> String {
        let allowed = SignedUse { part: Some((part.upload.to_owned(), part.number)), signed_ms: now_ms, for_s };
        self.url("PUT", part.key, &allowed, origin)
    }

    pub(super) fn play_url(&self, key: &str, for_s: u32, now_ms: i64, origin: &str) -> String {
        self.url("GET", key, &SignedUse { part: None, signed_ms: now_ms, for_s }, origin)
    }

    fn url(&self, method: &str, key: &str, allowed: &SignedUse, origin: &str) -> String {
        let path = url_path(key);
        // Without a signature the URL opens nothing.
        let query = self.signer.query(method, &path, allowed).unwrap_or_default();
        format!("{origin}{path}?{query}")
    }

    pub(super) async fn parts(&self, key: &str, upload: &str) -> Result<Option<Vec<StoredPart>>> {
        let Some(folder) = self.upload_folder(upload) else { return Ok(None) };
        let key = key.to_owned();
        blocking(move || {
            let Some(facts) = facts_in(&folder)?.filter(|facts| facts.key == key) else { return Ok(None) };
            parts_in(&folder, &facts).map(Some)
        })
        .await
    }

    pub(super) async fn complete(&self, key: &str, upload: &str, tags: &[(u16, String)]) -> Result<()> {
        let gone = Error::NotFound(Noun::Upload);
        let (Some(folder), Some(place)) = (self.upload_folder(upload), self.place(key)) else { return Err(gone) };
        let busy = self.take(upload, 0)?;
        let (key, tags, objects) = (key.to_owned(), tags.to_vec(), self.folder.clone());
        blocking(move || {
            let _busy = busy;
            let Some(facts) = facts_in(&folder)?.filter(|facts| facts.key == key) else { return Ok(Err(gone)) };
            let parts = parts_in(&folder, &facts)?;
            let is_whole = Some(parts.len()) == facts.parts().map(usize::from)
                && parts
                    .iter()
                    .map(|part| (part.number, &part.tag))
                    .eq(tags.iter().map(|(number, tag)| (*number, tag)));
            if !is_whole {
                return Ok(Err(Error::UploadIncomplete));
            }
            File::open(folder.join("file"))?.sync_all()?;
            move_in(&objects, &folder.join("file"), &place)?;
            // A folder that could not be removed is removed when the upload is aborted.
            let _ = fs::remove_dir_all(&folder);
            Ok(Ok(()))
        })
        .await?
    }

    /// Writes the object beside its place first, so that nobody reads half of it. What a crash leaves there is swept as uploads are.
    pub(super) async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        let beside = self.upload_folder(&URL_SAFE_NO_PAD.encode(random_bytes::<16>()));
        let (Some(place), Some(beside)) = (self.place(key), beside) else {
            return Err(Error::internal("an object that the folder would not take"));
        };
        let objects = self.folder.clone();
        blocking(move || {
            make_folder(&beside)?;
            let put = put_in(&objects, &place, &beside, &content);
            let _ = fs::remove_dir_all(&beside);
            put
        })
        .await
    }

    pub(super) async fn abort(&self, key: &str, upload: &str) -> Result<()> {
        let Some(folder) = self.upload_folder(upload) else { return Ok(()) };
        let busy = self.take(upload, 0)?;
        let key = key.to_owned();
        blocking(move || {
            let _busy = busy;
            if about_in(&folder)?.is_some_and(|facts| facts.key != key) {
                return Ok(());
            }
            unless_missing(fs::remove_dir_all(&folder)).map(drop)
        })
        .await
    }

    /// Removes what is left of uploads that were begun before this time, but for those that are just being written. Those that
    /// somebody knows of are given up long before.
    pub(super) async fn sweep(&self, before_ms: i64) -> Result<()> {
        let uploads = self.folder.join(".uploads");
        let old = blocking(move || {
            let Some(found) = unless_missing(fs::read_dir(&uploads))? else { return Ok(Vec::new()) };
            let mut old = Vec::new();
            for upload in found {
                let upload = upload?;
                let begun =
                    unless_missing(fs::metadata(upload.path().join("about.json")).or_else(|_| upload.metadata()))?;
                let begun_ms = begun.map(|begun| begun.modified()).transpose()?.map(milliseconds);
                if begun_ms.is_some_and(|begun_ms| begun_ms < before_ms) {
                    old.extend(upload.file_name().into_string());
                }
            }
            Ok(old)
        });
        for upload in old.await? {
            let (Some(folder), Ok(busy)) = (self.upload_folder(&upload), self.take(&upload, 0)) else { continue };
            blocking(move || {
                let _busy = busy;
                unless_missing(fs::remove_dir_all(&folder)).map(drop)
            })
            .await?;
        }
        Ok(())
    }

    pub(super) async fn open(&self, key: &str) -> Result<Option<ObjectFile>> {
        let Some(place) = self.place(key) else { return Ok(None) };
        let key = key.to_owned();
        blocking(move || {
            let Some(file) = unless_missing(File::open(&place))? else { return Ok(None) };
            let found = file.metadata()?;
            if !found.is_file() {
                return Ok(None);
            }
            // The content of a key never changes.
            let tag = hex(&Sha256::digest(format!("{key} {}", found.len())))[..TAG_DIGITS].to_owned();
            Ok(Some(ObjectFile { bytes: found.len(), tag, content_type: content_type(&key), file: Arc::new(file) }))
        })
        .await
    }

    pub(super) async fn read(&self, key: &str, from: u64, bytes: usize) -> Result<Bytes> {
        let object = self.open(key).await?.ok_or(Error::NotFound(Noun::Video))?;
        let bytes = object.bytes.saturating_sub(from).min(bytes.min(READ_MAX_BYTES) as u64) as usize;
        blocking(move || object.read(from, bytes)).await
    }

    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        let Some(place) = self.place(key) else { return Ok(()) };
        blocking(move || {
            unless_missing(fs::remove_file(&place))?;
            if let Some(above) = place.parent() {
                // Stays if it holds anything else.
                let _ = fs::remove_dir(above);
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn open_signed(&self, asked: &SignedRequest<'_>, now_ms: i64) -> Result<ObjectFile> {
        self.place(asked.key).ok_or(Error::NoSuchPath)?;
        let allowed = self.signer.check("GET", &url_path(asked.key), asked.query, now_ms)?;
        if allowed.part.is_some() {
            return Err(Error::NotYours);
        }
        self.open(asked.key).await?.ok_or(Error::NotFound(Noun::Video))
    }

    pub(super) async fn write_signed(&self, asked: &SignedRequest<'_>, bytes: u64, now_ms: i64) -> Result<PartWriter> {
        self.place(asked.key).ok_or(Error::NoSuchPath)?;
        let allowed = self.signer.check("PUT", &url_path(asked.key), asked.query, now_ms)?;
        let (upload, number) = allowed.part.ok_or(Error::NotYours)?;
        let folder = self.upload_folder(&upload).ok_or(Error::NotYours)?;
        let busy = self.take(&upload, number)?;
        let key = asked.key.to_owned();
        let open = blocking(move || {
            let Some(facts) = facts_in(&folder)?.filter(|facts| facts.key == key) else {
                return Ok(Err(Error::NotFound(Noun::Upload)));
            };
            let Some(expected) = facts.bytes_of(number) else { return Ok(Err(Error::NotFound(Noun::Upload))) };
            if bytes != expected {
                let fault = format!("part {number} has {expected} bytes");
                return Ok(Err(Error::bad_as_sent("Content-Length", fault)));
            }
            if !has_room(&folder, bytes)? {
                return Err(ErrorKind::StorageFull.into());
            }
            // From now on what is there is neither the old part nor the new one.
            unless_missing(fs::remove_file(tag_file(&folder, number)))?;
            let file = OpenOptions::new().write(true).open(folder.join("file"))?;
            let at = u64::from(number - 1) * facts.part_bytes;
            Ok(Ok(OpenPart { file, folder, number, at, left: bytes, hash: Sha256::new(), _busy: busy }))
        });
        Ok(PartWriter { open: open.await??, gathered: Vec::new() })
    }

    /// Takes a part, or with 0 the whole upload, until the result is dropped.
    fn take(&self, upload: &str, number: u16) -> Result<BusyPart> {
        let mut all = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let part = (upload.to_owned(), number);
        let taken = all.range((upload.to_owned(), 0)..=(upload.to_owned(), u16::MAX)).count();
        let is_taken = match number {
            0 => taken > 0,
            _ => taken >= PARTS_AT_ONCE_MAX || all.contains(&part) || all.contains(&(upload.to_owned(), 0)),
        };
        if is_taken {
            return Err(Error::Busy { retry_after_s: PART_RETRY_AFTER_S });
        }
        all.insert(part.clone());
        Ok(BusyPart { part, all: self.busy.clone() })
    }

    /// Returns the file of an object, or `None` if the key is none of ours, whatever it is.
    fn place(&self, key: &str) -> Option<PathBuf> {
        is_key(key).then(|| self.folder.join(key))
    }

    fn upload_folder(&self, upload: &str) -> Option<PathBuf> {
        let is_ours =
            upload.len() == 22 && upload.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        is_ours.then(|| self.folder.join(".uploads").join(upload))
    }
}

/// A part that is being written.
pub struct PartWriter {
    open: OpenPart,
    gathered: Vec<u8>,
}

struct OpenPart {
    file: File,
    folder: PathBuf,
    number: u16,
    at: u64,
    left: u64,
    hash: Sha256,
    _busy: BusyPart,
}

impl PartWriter {
    /// Writes what has come. Fails if it is more than was said.
    pub async fn write(mut self, came: &[u8]) -> Result<PartWriter> {
        self.gathered.extend_from_slice(came);
        if self.gathered.len() < BLOCK_BYTES { Ok(self) } else { self.flush().await }
    }

    async fn flush(mut self) -> Result<PartWriter> {
        blocking(move || {
            self.open.write(&self.gathered)?;
            self.gathered.clear();
            Ok(self)
        })
        .await
    }

    /// Ends the part, and returns its tag. Fails if it is less than was said.
    pub async fn finish(self) -> Result<String> {
        let written = self.flush().await?;
        if written.open.left > 0 {
            return Err(Error::UploadIncomplete);
        }
        blocking(move || written.open.finish()).await
    }
}

impl OpenPart {
    fn write(&mut self, block: &[u8]) -> std::io::Result<()> {
        let bytes = block.len() as u64;
        self.left = self.left.checked_sub(bytes).ok_or(ErrorKind::InvalidInput)?;
        self.file.write_all_at(block, self.at)?;
        self.hash.update(block);
        self.at += bytes;
        Ok(())
    }

    /// The tag is there only once the part is safe on the disk.
    fn finish(self) -> std::io::Result<String> {
        self.file.sync_data()?;
        let tag = hex(&self.hash.finalize())[..TAG_DIGITS].to_owned();
        let file = tag_file(&self.folder, self.number);
        let fresh = file.with_extension("new");
        unless_missing(fs::remove_file(&fresh))?;
        new_file(&fresh)?.write_all(tag.as_bytes())?;
        fs::rename(&fresh, &file)?;
        Ok(tag)
    }
}

/// An object that is open for reading.
pub struct ObjectFile {
    pub bytes: u64,
    pub tag: String,
    pub content_type: &'static str,
    file: Arc<File>,
}

impl ObjectFile {
    fn read(&self, from: u64, bytes: usize) -> std::io::Result<Bytes> {
        let mut found = vec![0; bytes];
        self.file.read_exact_at(&mut found, from)?;
        Ok(found.into())
    }

    /// Reads a range block by block, no faster than the reader takes them.
    pub fn stream(self, from: u64, bytes: u64) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        futures_util::stream::try_unfold((self, from, from + bytes), |(object, at, end)| async move {
            let bytes = (end - at).min(BLOCK_BYTES as u64);
            if bytes == 0 {
                return Ok(None);
            }
            let read = move || object.read(at, bytes as usize).map(|block| (block, object));
            let (block, object) = blocking(read).await?;
            Ok(Some((block, (object, at + bytes, end))))
        })
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn url_path(key: &str) -> String {
    format!("/objects/{key}")
}

fn tag_file(folder: &Path, number: u16) -> PathBuf {
    folder.join(format!("{number}.tag"))
}

/// Writes down what was announced, safe from a power cut: parts that are safe would be of no use without it.
fn begin_in(folder: &Path, facts: &NewObject) -> std::io::Result<()> {
    new_file(&folder.join("file"))?.set_len(facts.bytes)?;
    let mut about = new_file(&folder.join("about.json"))?;
    about.write_all(serde_json::to_string(facts)?.as_bytes())?;
    about.sync_all()?;
    sync_folder(folder)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Returns what was announced of an upload whose parts may come. `None` if there is none, or it was completed.
fn facts_in(folder: &Path) -> std::io::Result<Option<NewObject>> {
    if folder.join("file").try_exists()? { about_in(folder) } else { Ok(None) }
}

fn put_in(objects: &Path, place: &Path, beside: &Path, content: &[u8]) -> std::io::Result<()> {
    if !has_room(objects, content.len() as u64)? {
        return Err(ErrorKind::StorageFull.into());
    }
    let mut file = new_file(&beside.join("file"))?;
    file.write_all(content)?;
    file.sync_all()?;
    move_in(objects, &beside.join("file"), place)
}

/// Gives a file its place among the objects, safe from a power cut.
fn move_in(objects: &Path, file: &Path, place: &Path) -> std::io::Result<()> {
    if let Some(above) = place.parent() {
        make_folder(above)?;
        match rename_new(file, place) {
            // The last object beside it was deleted just now, and the folder with it.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_folder(above)?;
                rename_new(file, place)?;
            }
            renamed => renamed?,
        }
    }
    // A folder that was just made is lost in a power cut unless the one above it is synced, too.
    place.ancestors().skip(1).take_while(|above| above.starts_with(objects)).try_for_each(sync_folder)
}

fn about_in(folder: &Path) -> std::io::Result<Option<NewObject>> {
    let about = unless_missing(fs::read(folder.join("about.json")))?;
    Ok(about.map(|about| serde_json::from_slice(&about)).transpose()?)
}

fn parts_in(folder: &Path, facts: &NewObject) -> std::io::Result<Vec<StoredPart>> {
    let mut parts = Vec::new();
    for number in 1..=u16::MAX {
        let Some(bytes) = facts.bytes_of(number) else { break };
        if let Some(tag) = unless_missing(fs::read_to_string(tag_file(folder, number)))? {
            parts.push(StoredPart { number, tag, bytes });
        }
    }
    Ok(parts)
}
