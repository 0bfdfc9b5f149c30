//! Reads the head of an MP4 and tells whether browsers can play it: H.264 with AAC, of a known duration, in one piece.
//!
//! A file is made of boxes: four bytes of size, four letters of kind, and the content, which may be boxes again. The boxes of
//! the file are walked by reading little more than their headers. Its index, the box `moov`, is then read whole and judged by `movie`.
//! The files are strangers' work: nothing that they say about themselves is trusted, and what is read of them has a limit.

mod boxes;
mod movie;
mod samples;

use bytes::Bytes;
use tokio::sync::Semaphore;

use self::boxes::BoxHeader;
use crate::error::{Error, Result, VideoFault};

/// The largest index that is read. That of a film of four hours has about 5 MiB.
pub const INDEX_MAX_BYTES: u64 = 16 << 20;
/// The number of boxes that are looked at in a file.
const BOXES_MAX: usize = 256;
/// Bytes that are read at once where headers are looked for: small boxes often stand together.
const HEADERS_BYTES: u64 = 64 << 10;
/// Bytes of the index that are read at once: they must come within the time of one answer.
const PIECE_BYTES: usize = 2 << 20;
/// The number of files whose index is in memory at once.
const FILES_AT_ONCE_MAX: usize = 4;

static FILES_AT_ONCE: Semaphore = Semaphore::const_new(FILES_AT_ONCE_MAX);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoFacts {
    /// Seconds that it plays, rounded up.
    pub seconds: i64,
    /// True if the index is behind the pictures: a browser must look for it before it can play.
    pub starts_late: bool,
}

/// The place of the index in its file.
#[derive(Debug, Clone, Copy)]
struct IndexPlace {
    begin: u64,
    size: u64,
    is_late: bool,
}

/// Inspects a file of `file_bytes`, whose parts `read(from, bytes)` returns. Fails if they cannot be read; what is wrong with
/// the file itself is the inner result. Reads at most `PIECE_BYTES` at once, and at most twice `INDEX_MAX_BYTES` in all. A file
/// whose headers come slowly keeps no other waiting.
pub async fn inspect<Read, Reading>(file_bytes: u64, read: Read) -> Result<Result<VideoFacts, VideoFault>>
where
    Read: Fn(u64, usize) -> Reading,
    Reading: Future<Output = Result<Bytes>>,
{
    let place = match find_index(file_bytes, &read).await? {
        Ok(place) => place,
        Err(fault) => return Ok(Err(fault)),
    };
    let Some(size) = usize::try_from(place.size).ok().filter(|_| place.size <= INDEX_MAX_BYTES) else {
        return Ok(Err(VideoFault::HeadTooLarge));
    };
    let _one_of_few = FILES_AT_ONCE.acquire().await.map_err(Error::internal)?;
    let mut index = Vec::with_capacity(size);
    while index.len() < size {
        let bytes = PIECE_BYTES.min(size - index.len());
        let piece = read(place.begin + index.len() as u64, bytes).await?;
        if piece.len() != bytes {
            return Ok(Err(VideoFault::Broken));
        }
        index.extend_from_slice(&piece);
    }
    let judging = tokio::task::spawn_blocking(move || movie::seconds(&index, file_bytes));
    let seconds = judging.await.map_err(Error::internal)?;
    Ok(seconds.map(|seconds| VideoFacts { seconds, starts_late: place.is_late }))
}

/// Walks the boxes of the file to its end, and returns where the content of `moov` is.
async fn find_index<Read, Reading>(file_bytes: u64, read: &Read) -> Result<Result<IndexPlace, VideoFault>>
where
    Read: Fn(u64, usize) -> Reading,
    Reading: Future<Output = Result<Bytes>>,
{
    let mut index = None;
    let mut has_pictures = false;
    let (mut at, mut headers_at, mut headers) = (0, 0, Bytes::new());
    for number in 0..BOXES_MAX {
        let left = file_bytes - at;
        if left == 0 {
            break;
        }
        let needed = left.min(BoxHeader::MAX_BYTES as u64) as usize;
        if bytes_from(&headers, at - headers_at).len() < needed {
            (headers_at, headers) = (at, read(at, left.min(HEADERS_BYTES) as usize).await?);
        }
        let Some(header) = BoxHeader::read(bytes_from(&headers, at - headers_at)) else {
            return Ok(Err(if number == 0 { VideoFault::NotMp4 } else { VideoFault::Broken }));
        };
        match &header.kind {
            b"ftyp" if number == 0 => {}
            _ if number == 0 => return Ok(Err(VideoFault::NotMp4)),
            b"moof" => return Ok(Err(VideoFault::Fragmented)),
            _ => {}
        }
        let Some(size) = header.size_within(left) else {
            return Ok(Err(VideoFault::Broken));
        };
        match &header.kind {
            b"moov" if index.is_some() => return Ok(Err(VideoFault::Broken)),
            b"moov" => {
                let (begin, size) = (at + header.bytes, size - header.bytes);
                index = Some(IndexPlace { begin, size, is_late: has_pictures });
            }
            b"mdat" => has_pictures = true,
            _ => {}
        }
        at += size;
    }
    if at < file_bytes || !has_pictures {
        return Ok(Err(if file_bytes == 0 { VideoFault::NotMp4 } else { VideoFault::Broken }));
    }
    Ok(index.ok_or(VideoFault::Broken))
}

fn bytes_from(content: &[u8], at: u64) -> &[u8] {
    usize::try_from(at).ok().and_then(|at| content.get(at..)).unwrap_or_default()
}
