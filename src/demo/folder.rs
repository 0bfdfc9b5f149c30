//! The demo's own data folder, emptied at each start. Only a folder that holds the demo's mark file is ever emptied.

use std::fs::{self, DirEntry, File, OpenOptions, TryLockError};
use std::io::{Error as IoError, Write};
use std::path::Path;

use crate::error::{Error, Result};

const MARK: &str = "GYOSIL-DEMO.txt";
const MARK_SAYS: &str = "Made by `gyosil demo`, which deletes everything in this folder each time it starts.\n\
    Keep nothing here.\n";

/// The demo's folder. It is locked against other demos until this is dropped.
pub struct Folder {
    _mark: File,
}

impl Folder {
    pub fn emptied(path: &Path) -> Result<Folder> {
        let failed = |e: IoError| Error::internal(format!("{}: {e}", path.display()));
        fs::create_dir_all(path).map_err(failed)?;
        let inside: Vec<DirEntry> = fs::read_dir(path).and_then(Iterator::collect).map_err(failed)?;
        let is_ours = inside.iter().any(|entry| entry.file_name() == MARK);
        if !is_ours && !inside.is_empty() {
            let why = "is not empty, and no demo has made it: give the demo another folder with --data";
            return Err(Error::internal(format!("{} {why}", path.display())));
        }
        let mark = mark(path)?;
        for entry in inside.iter().filter(|entry| entry.file_name() != MARK) {
            remove(entry).map_err(failed)?;
        }
        Ok(Folder { _mark: mark })
    }
}

/// Writes the mark file and locks it against a second demo.
fn mark(path: &Path) -> Result<File> {
    let failed = |e: IoError| Error::internal(format!("{}: {e}", path.join(MARK).display()));
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(MARK));
    let mut mark = open.map_err(failed)?;
    match mark.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let why = "another demo is running here: stop it, or give this one another folder with --data";
            return Err(Error::internal(format!("{}: {why}", path.display())));
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    mark.set_len(0).and_then(|()| mark.write_all(MARK_SAYS.as_bytes())).map_err(failed)?;
    Ok(mark)
}

/// Deletes a file, a folder or a link. The target of a link stays.
fn remove(entry: &DirEntry) -> std::io::Result<()> {
    if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somewhere() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_folder_that_a_demo_did_not_make_is_left_as_it_is() {
        let dir = somewhere();
        let letter = dir.path().join("letter.txt");
        fs::write(&letter, "dear").unwrap();
        assert!(Folder::emptied(dir.path()).is_err());
        assert_eq!(fs::read_to_string(letter).unwrap(), "dear");
    }

    #[test]
    fn the_next_demo_empties_the_folder_of_the_last() {
        let dir = somewhere();
        drop(Folder::emptied(dir.path()).unwrap());
        fs::write(dir.path().join("gyosil.db"), "old").unwrap();
        let _folder = Folder::emptied(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let dir = somewhere();
        let first = Folder::emptied(dir.path()).unwrap();
        fs::write(dir.path().join("gyosil.db"), "in use").unwrap();
        assert!(Folder::emptied(dir.path()).is_err());
        assert!(dir.path().join("gyosil.db").exists());
        drop(first);
        assert!(Folder::emptied(dir.path()).is_ok());
    }
}
