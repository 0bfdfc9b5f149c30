//! Writing a zip file part by part, without ever holding it as a whole. Parts are stored as they are: pictures do not become smaller.

use bytes::Bytes;
use flate2::Crc;

use super::{DIRECTORY_END, DIRECTORY_HEAD, LOCAL_HEAD};
use crate::error::{Error, Result};

/// Version 2.0, as of a zip file without anything special.
const NEEDED_VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// The first of January 1980, at midnight: when a lesson was written is nobody's business, and the same lesson gives the same bytes.
const TIME_AND_DATE: u32 = 0x0021_0000;

/// Writes the heads of the parts, and knows what stands where.
#[derive(Default)]
pub struct ZipWriter {
    directory: Vec<u8>,
    parts: u16,
    written_bytes: u32,
}

impl ZipWriter {
    /// Returns what stands before the content of a part. The content comes right behind it.
    pub fn head_of(&mut self, name: &str, content: &[u8]) -> Result<Bytes> {
        let mut crc = Crc::new();
        crc.update(content);
        let (name_bytes, content_bytes) = (small(name.len())?, number(content.len())?);
        let mut about = Vec::new();
        for field in [NEEDED_VERSION, FLAGS, 0] {
            about.extend(field.to_le_bytes());
        }
        for field in [TIME_AND_DATE, crc.sum(), content_bytes, content_bytes] {
            about.extend(field.to_le_bytes());
        }
        about.extend(name_bytes.to_le_bytes());
        about.extend([0; 2]);
        let head = [&LOCAL_HEAD.to_le_bytes()[..], &about, name.as_bytes()].concat();
        self.directory.extend(DIRECTORY_HEAD.to_le_bytes());
        self.directory.extend(NEEDED_VERSION.to_le_bytes());
        self.directory.extend(about);
        // Neither a comment, nor another disk, nor attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(self.written_bytes.to_le_bytes());
        self.directory.extend(name.as_bytes());
        let so_far = self.written_bytes.checked_add(number(head.len())?).and_then(|all| all.checked_add(content_bytes));
        self.written_bytes = so_far.ok_or_else(too_large)?;
        self.parts = self.parts.checked_add(1).ok_or_else(too_large)?;
        Ok(head.into())
    }

    /// Returns the end of the file.
    pub fn end(self) -> Result<Bytes> {
        let mut end = self.directory;
        let directory_bytes = number(end.len())?;
        end.extend(DIRECTORY_END.to_le_bytes());
        end.extend([0; 4]);
        end.extend(self.parts.to_le_bytes());
        end.extend(self.parts.to_le_bytes());
        end.extend(directory_bytes.to_le_bytes());
        end.extend(self.written_bytes.to_le_bytes());
        end.extend([0; 2]);
        Ok(end.into())
    }
}

fn number(bytes: usize) -> Result<u32> {
    u32::try_from(bytes).map_err(|_| too_large())
}

fn small(bytes: usize) -> Result<u16> {
    u16::try_from(bytes).map_err(|_| too_large())
}

fn too_large() -> Error {
    Error::internal("a zip file that would be too large")
}
