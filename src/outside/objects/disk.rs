//! Operations of the folder of objects on the disk.

use std::ffi::CString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::error::{Error, Result};

/// Seconds after which a disk that is full may be tried again.
const DISK_RETRY_AFTER_S: u64 = 60;

/// Gives a file its place. Fails if there is something already: a plain rename would replace it silently.
pub(super) fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    let (from_path, to_path) = (CString::new(from.as_os_str().as_bytes())?, CString::new(to.as_os_str().as_bytes())?);
    // SAFETY: both paths end in NUL, and live until the call is over.
    let renamed = unsafe {
        libc::renameat2(libc::AT_FDCWD, from_path.as_ptr(), libc::AT_FDCWD, to_path.as_ptr(), libc::RENAME_NOREPLACE)
    };
    if renamed == 0 {
        return Ok(());
    }
    let error = std::io::Error::last_os_error();
    match error.raw_os_error() {
        // A file system that cannot promise it.
        Some(libc::EINVAL | libc::ENOSYS) if !to.try_exists()? => std::fs::rename(from, to),
        Some(libc::EINVAL | libc::ENOSYS) => Err(ErrorKind::AlreadyExists.into()),
        _ => Err(error),
    }
}

/// Makes the names in a folder safe on the disk.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder and those above it, for the owner of the data folder only.
pub(in crate::outside) fn make_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(super) fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let path = CString::new(folder.as_os_str().as_bytes())?;
    let mut found = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends in NUL, and both live until the call is over.
    if unsafe { libc::statvfs(path.as_ptr(), found.as_mut_ptr()) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the call has filled it, since it did not fail.
    let found = unsafe { found.assume_init() };
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Tells whether so many bytes fit and a part of the disk stays free, for the database that may be on it.
pub(in crate::outside) fn has_room(folder: &Path, bytes: u64) -> std::io::Result<bool> {
    Ok(free_bytes(folder)? / 21 * 20 > bytes)
}

pub(super) fn unless_missing<T>(found: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Does what makes the disk work where it keeps nobody waiting.
pub(in crate::outside) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            tracing::error!("no room for uploads: {error}");
            Error::Busy { retry_after_s: DISK_RETRY_AFTER_S }
        }
        _ => Error::internal(format!("the folder of objects: {error}")),
    })
}
