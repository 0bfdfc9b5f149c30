//! An object before it is whole: how large it will be, and which parts have arrived.

use serde::{Deserialize, Serialize};

/// An object that will come in parts. All parts have `part_bytes`, but for the last one, which has the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewObject {
    /// Names of letters, digits, `.`, `_` and `-`, with `/` between them. No name begins with a dot.
    pub key: String,
    pub bytes: u64,
    pub part_bytes: u64,
}

/// A part that has arrived whole. Parts are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    pub number: u16,
    /// Changes with the content.
    pub tag: String,
    pub bytes: u64,
}

/// A part that its sender may send.
#[derive(Debug, Clone, Copy)]
pub struct PartToSend<'a> {
    pub key: &'a str,
    pub upload: &'a str,
    pub number: u16,
    pub bytes: u64,
}

/// Tells whether a key is one of ours: no path leads out of it, and it is the same in a URL.
pub(super) fn is_key(key: &str) -> bool {
    let is_name = |name: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain)
    };
    key.len() <= 200 && key.split('/').all(is_name)
}

/// The types of the objects that are stored.
pub(super) fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "mp4" => "video/mp4",
        "jpg" => "image/jpeg",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

impl NewObject {
    /// Returns the number of parts, or `None` if there are none, or more than can be counted.
    pub fn parts(&self) -> Option<u16> {
        let parts = self.bytes.checked_add(self.part_bytes)?.checked_sub(1)?.checked_div(self.part_bytes)?;
        u16::try_from(parts).ok().filter(|parts| *parts > 0)
    }

    /// Returns the bytes of a part, or `None` if there is no such part.
    pub fn bytes_of(&self, number: u16) -> Option<u64> {
        let before = u64::from(number.checked_sub(1)?).checked_mul(self.part_bytes)?;
        (before < self.bytes).then(|| self.part_bytes.min(self.bytes - before))
    }
}
