//! What a school keeps is its owner's: nobody else on the machine reads it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::harness::process::{Process, runs};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).permissions().mode() & 0o7777
}

fn open_up(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn sqlite(data: &Path) -> String {
    format!("sqlite:{}", data.join("gyosil.db").display())
}

fn all_are_closed(data: &Path) {
    assert_eq!(mode(data), 0o700, "{}", data.display());
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_new_data_folder_and_all_in_it_is_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("school").join("data");
    let server = Process::serves(&data, &sqlite(&data), &[]);
    for name in ["gyosil.db", "gyosil.db-wal", "gyosil.db-shm", "jwt-secret", "certificate-key"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    all_are_closed(&data);
    drop(server);
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let place = data.display().to_string();
    let server = Process::serves(&data, &sqlite(&data), &[]);
    let refused = runs(&["serve", "--listen", "127.0.0.1:0", "--data", &place], "");
    let printed = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), printed.lines().count()), (Some(1), 1), "{printed}");
    assert!(printed.contains(&place) && printed.contains("--data"), "{printed}");
    server.loses_power();
    drop(Process::serves(&data, &sqlite(&data), &[]));
}

#[test]
fn a_folder_that_was_open_to_others_is_closed_and_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Power fails, so that what SQLite keeps beside the database stays.
    Process::serves(&data, &sqlite(&data), &[]).loses_power();
    for entry in fs::read_dir(&data).unwrap() {
        open_up(&entry.unwrap().path(), 0o644);
    }
    open_up(&data, 0o755);
    let place = data.display().to_string();
    let look = ["user", "password", "--email", "nobody@example.com", "--password-stdin", "--data", &place];
    let printed = String::from_utf8(runs(&look, "a good password\n").stderr).unwrap();
    assert_eq!(printed.lines().filter(|line| line.contains("was open to others")).count(), 6, "{printed}");
    assert!(printed.contains("0755") && printed.contains("jwt-secret"), "{printed}");
    let again = String::from_utf8(runs(&look, "a good password\n").stderr).unwrap();
    assert!(!again.contains("open to others"), "{again}");
    let server = Process::serves(&data, &sqlite(&data), &[]);
    all_are_closed(&data);
    drop(server);
}

#[test]
fn a_folder_that_holds_other_things_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("home");
    fs::create_dir_all(data.join("pictures")).unwrap();
    open_up(&data, 0o755);
    let server = Process::serves(&data, &sqlite(&data), &[]);
    assert_eq!(mode(&data), 0o755, "someone else's folder is not closed");
    assert_eq!((mode(&data.join("gyosil.db")), mode(&data.join("jwt-secret"))), (0o600, 0o600));
    drop(server);
}

#[test]
fn a_backup_is_its_owners_and_never_goes_over_a_file_or_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let _server = Process::serves(&data, &sqlite(&data), &[]);
    let place = data.display().to_string();
    let back_up = |to: &Path| runs(&["backup", &to.display().to_string(), "--data", &place], "");
    let copy = folder.path().join("copy.db");
    assert!(back_up(&copy).status.success());
    assert_eq!(mode(&copy), 0o600);

    let letter = folder.path().join("letter.txt");
    let link = folder.path().join("link.db");
    fs::write(&letter, "").unwrap();
    symlink(&letter, &link).unwrap();
    symlink(folder.path().join("nothing"), folder.path().join("dangling.db")).unwrap();
    for taken in [&copy, &letter, &link, &folder.path().join("dangling.db")] {
        let refused = back_up(taken);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!((refused.status.code(), said.contains("is there already")), (Some(1), true), "{said}");
    }
    assert_eq!(fs::read_to_string(&letter).unwrap(), "");
    assert!(!folder.path().join("nothing").exists());
}

#[test]
fn a_bad_folder_and_a_taken_port_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let nowhere = folder.path().join("nowhere").display().to_string();
    let says = |words: &[&str]| {
        let refused = runs(words, "a good password\n");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!((refused.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        said
    };
    for data in [&file, Path::new("/proc/nothing")] {
        let said = says(&["serve", "--listen", "127.0.0.1:0", "--data", &data.display().to_string()]);
        assert!(said.contains(&data.display().to_string()) && said.contains("--data"), "{said}");
    }

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = says(&["serve", "--listen", &address.to_string(), "--data", &nowhere]);
    let next = format!("--listen 127.0.0.1:{}", address.port().wrapping_add(1));
    assert!(said.contains(&format!("port {} is taken", address.port())), "{said}");
    assert!(said.contains(&next) || address.port() == u16::MAX, "{said}");

    let add = ["user", "add", "--email", "a@example.com", "--name", "x", "--role", "ADMIN", "--password-stdin"];
    let said = says(&[&add[..], &["--data", &nowhere]].concat());
    assert!(said.contains(&nowhere) && said.contains("--data") && said.contains("gyosil serve"), "{said}");
    assert!(!Path::new(&nowhere).exists(), "no new school was made");
}
