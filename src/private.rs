//! Folders and files that only their owner can read: mode 0700 and 0600.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Error as IoError, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::error::{Error, Result};

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// The permission bits of everyone but the owner.
const OTHERS: u32 = 0o077;
/// Folders that may be in a data folder that belongs to Gyosil alone.
const KNOWN_FOLDERS: [&str; 3] = ["backups", "lost+found", "objects"];

/// Makes all files that this process creates from now on readable by their owner alone.
pub fn hide_new_files() {
    // SAFETY: umask only sets a number of this process.
    unsafe { libc::umask(OTHERS as libc::mode_t) };
}

/// Makes the data folder. If it exists and is open to others, closes it to them and logs that, or only warns if it is shared.
pub fn open_folder(path: &Path) -> Result<()> {
    let shown = path.display();
    let advice = "give another folder with --data (GYOSIL_DATA), or let this user write there";
    match DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path) {
        Ok(()) => {}
        Err(e) if path.exists() => {
            return Err(Error::internal(format!("the data folder {shown} is not a folder ({e}): {advice}")));
        }
        Err(e) => return Err(Error::internal(format!("the data folder {shown} cannot be made ({e}): {advice}"))),
    }
    let found = fs::metadata(path).map_err(|e| Error::internal(format!("the data folder {shown}: {e}")))?;
    if !may_write(path) {
        return Err(Error::internal(format!("nothing can be written in the data folder {shown}: {advice}")));
    }
    // SAFETY: geteuid only returns a number.
    let us = unsafe { libc::geteuid() };
    if found.uid() != us {
        let owner = found.uid();
        tracing::warn!(
            "the data folder {shown} belongs to user {owner}, and this runs as user {us}: run it as the owner"
        );
    }
    let mode = found.mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    if is_shared(path, mode) {
        tracing::warn!(
            "the data folder {shown} is open to others (mode {mode:04o}) and holds other things, so it was left as it \
             is: give Gyosil a folder of its own with --data"
        );
        return Ok(());
    }
    match fs::set_permissions(path, fs::Permissions::from_mode(FOLDER_MODE)) {
        Ok(()) => {
            tracing::warn!("the data folder {shown} was open to others (mode {mode:04o}): now only its owner gets in")
        }
        Err(e) => {
            tracing::warn!("the data folder {shown} is open to others (mode {mode:04o}) and cannot be closed: {e}")
        }
    }
    Ok(())
}

/// Tells whether the folder is more than a data folder. Closing `/tmp`, or a folder that contains folders of others, would
/// break it.
/// Takes the data folder for a server, as long as the returned folder is open. Fails if another server has it: half of a
/// class would sit at the one, and half at the other. Where folders cannot be locked there is only a warning.
pub fn take_folder(path: &Path) -> Result<File> {
    let shown = path.display();
    let folder = File::open(path).map_err(|e| Error::internal(format!("the data folder {shown}: {e}")))?;
    match folder.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let advice = "stop it first, or give another folder with --data (GYOSIL_DATA)";
            return Err(Error::internal(format!("another Gyosil serves the school in {shown}: {advice}")));
        }
        Err(TryLockError::Error(e)) => tracing::warn!("{shown} cannot be locked ({e}): never start two servers on it"),
    }
    Ok(folder)
}

fn is_shared(path: &Path, mode: u32) -> bool {
    let is_sticky = mode & 0o1000 != 0;
    let mut entries = fs::read_dir(path).into_iter().flatten().flatten();
    let is_foreign = |name: &std::ffi::OsStr| !KNOWN_FOLDERS.iter().any(|known| name == *known);
    is_sticky || entries.any(|e| e.file_type().is_ok_and(|kind| kind.is_dir()) && is_foreign(&e.file_name()))
}

fn may_write(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Ok(text) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: the text ends in NUL and lives until the call is over.
    unsafe { libc::access(text.as_ptr(), libc::W_OK | libc::X_OK) == 0 }
}

/// Makes an empty file. If the file exists, closes it to others.
pub fn open_file(path: &Path) -> std::io::Result<()> {
    match new_file(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => close_file(path),
        made => made.map(drop),
    }
}

/// Makes an empty file and opens it for writing. Fails if anything exists at this path, even a link.
pub fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
}

/// Closes a file to everyone but its owner. A missing file is not an error.
pub fn close_file(path: &Path) -> std::io::Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) if found.is_file() && found.mode() & OTHERS != 0 => found,
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => return Ok(()),
    };
    let (shown, mode) = (path.display(), found.mode() & 0o7777);
    match fs::set_permissions(path, fs::Permissions::from_mode(FILE_MODE)) {
        Ok(()) => tracing::warn!("{shown} was open to others (mode {mode:04o}): now only its owner reads it"),
        Err(e) => tracing::warn!("{shown} is open to others (mode {mode:04o}) and cannot be closed: {e}"),
    }
    Ok(())
}

/// Explains to the person at the terminal why a new file cannot be made.
pub fn cannot_make(path: &Path, error: &IoError) -> Error {
    let shown = path.display();
    match error.kind() {
        ErrorKind::AlreadyExists => Error::internal(format!("{shown} is there already, and is never overwritten")),
        _ => Error::internal(format!("{shown} cannot be made: {error}")),
    }
}
