//! Large files that are received and read here. Each is on the disk of the data folder from its first byte on, and has no name there:
//! nothing of it is left once nobody has it open, also after a crash.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::objects::disk::{blocking, has_room, make_folder};
use crate::clock::random_bytes;
use crate::error::Result;

/// Bytes that are written at once.
const BLOCK_BYTES: usize = 256 << 10;

pub struct ReceivedFile {
    file: File,
    gathered: Vec<u8>,
}

impl ReceivedFile {
    /// Begins one of at most so many bytes. Fails if the disk has no room for it.
    pub async fn begin(data: &Path, bytes_max: u64) -> Result<ReceivedFile> {
        let folder = data.to_owned();
        let file = blocking(move || {
            make_folder(&folder)?;
            if has_room(&folder, bytes_max)? { nameless(folder) } else { Err(ErrorKind::StorageFull.into()) }
        });
        Ok(ReceivedFile { file: file.await?, gathered: Vec::new() })
    }

    /// Writes what has come.
    pub async fn write(mut self, came: &[u8]) -> Result<ReceivedFile> {
        self.gathered.extend_from_slice(came);
        if self.gathered.len() < BLOCK_BYTES { Ok(self) } else { self.flush().await }
    }

    async fn flush(mut self) -> Result<ReceivedFile> {
        blocking(move || {
            self.file.write_all(&self.gathered)?;
            self.gathered.clear();
            Ok(self)
        })
        .await
    }

    /// Returns the whole file, for reading.
    pub async fn finish(self) -> Result<File> {
        Ok(self.flush().await?.file)
    }
}

/// Makes a file and takes its name away at once.
fn nameless(folder: PathBuf) -> std::io::Result<File> {
    let path = folder.join(format!("received-{:016x}", u64::from_le_bytes(random_bytes())));
    let file = fs::OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}
