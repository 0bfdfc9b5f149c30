//! `gyosil doctor`, as an operator runs it.

use std::path::Path;
use std::process::Output;

use crate::bucket::{Bucket, BucketFault};
use crate::crash::over_both;
use crate::harness::gateway::{Api, Fault, PaymentService};
use crate::harness::nodes::SECRETS;
use crate::harness::postgres;
use crate::harness::process::{Process, runs};
use crate::harness::redis::Redis;

/// The lines that it prints, and its exit code.
fn says(data: &Path, database: &str, flags: &[&str]) -> (Vec<String>, Option<i32>) {
    let data = data.display().to_string();
    let place = ["doctor", "--data", &data, "--database", database];
    let Output { status, stdout, .. } = runs(&[&place, flags].concat(), "");
    (String::from_utf8(stdout).unwrap().lines().map(str::to_owned).collect(), status.code())
}

/// The state of a part, and what is said of it.
fn line_of<'a>(lines: &'a [String], part: &str) -> (&'a str, &'a str) {
    let found = lines.iter().find_map(|line| {
        let (state, rest) = line.split_once(' ')?;
        Some((state, rest.trim_start().strip_prefix(part)?.trim_start()))
    });
    found.unwrap_or_else(|| panic!("no line of {part}: {lines:?}"))
}

#[test]
fn all_that_works_is_told_beside_a_running_server() {
    over_both(|folder, database| async move {
        let data = folder.path().join("data");
        let server = Process::serves(&data, &database, &[]);
        let flags = ["--judge", "on", "--judge-languages", "javascript"];
        let (lines, code) = says(&data, &database, &flags);
        assert_eq!(code, Some(0), "{lines:?}");
        let parts =
            ["data folder", "database", "times", "objects", "judge: javascript", "payments", "certificates", "PDFs"];
        for part in parts {
            assert_eq!(line_of(&lines, part).0, "ok", "{lines:?}");
        }
        assert!(line_of(&lines, "clock").1.contains("Asia/Seoul"), "{lines:?}");
        for part in ["https", "redis"] {
            assert_eq!(line_of(&lines, part).0, "off", "{lines:?}");
        }
        assert_eq!(lines.len(), parts.len() + 3, "{lines:?}");
        drop(server);
    });
}

#[test]
fn a_school_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let database = format!("sqlite:{}", data.join("gyosil.db").display());
    let (lines, code) = says(&data, &database, &[]);
    assert_eq!((code, line_of(&lines, "database").0), (Some(0), "off"), "{lines:?}");
    assert_eq!(line_of(&lines, "judge").0, "off", "{lines:?}");
    let left: Vec<_> = walk(&data).into_iter().filter(|path| path.is_file()).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let inside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    inside.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn what_was_asked_for_and_does_not_work_is_named_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let sqlite = format!("sqlite:{}", data.join("gyosil.db").display());
    let (lines, code) = says(&data, "postgres://nobody@127.0.0.1:1/none", &[]);
    assert_eq!((code, line_of(&lines, "database").0), (Some(1), "FAILS"), "{lines:?}");
    let flags = ["--judge", "on", "--judge-languages", "rust", "--judge-uid", "61001"];
    let (lines, code) = says(&data, &sqlite, &flags);
    let has_rust = Path::new("/usr/bin/rustc").exists() || Path::new("/usr/local/bin/rustc").exists();
    if !has_rust {
        assert_eq!((code, line_of(&lines, "judge: rust").0), (Some(1), "FAILS"), "{lines:?}");
    }
    let flags = ["--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"];
    let (lines, code) = says(&data, &sqlite, &flags);
    assert_eq!((code, line_of(&lines, "https").0), (Some(1), "FAILS"), "{lines:?}");
    let (lines, code) = says(&data, &sqlite, &["--school-name", "교실 👵"]);
    assert_eq!((code, line_of(&lines, "certificates").0), (Some(1), "FAILS"), "{lines:?}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (lines, code) = says(&file, &sqlite, &[]);
    assert_eq!((code, line_of(&lines, "data folder").0), (Some(1), "FAILS"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let database = postgres::new_database().await;
    let redis = Redis::starts();
    let asks = |address: String| says(folder.path(), &database, &[&["--redis", &address], &SECRETS[..]].concat());
    for (address, state, code) in [
        (redis.url(), "ok", 0),
        ("redis://127.0.0.1:1".into(), "FAILS", 1),
        (redis.url().replace("//", "//teacher:wrong@"), "FAILS", 1),
    ] {
        let (lines, ended) = asks(address);
        assert_eq!((ended, line_of(&lines, "redis").0), (Some(code), state), "{lines:?}");
    }
    postgres::drop_database(&database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_payment_service_are_tried() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let sqlite = format!("sqlite:{}", data.join("gyosil.db").display());
    for api in [Api::V1, Api::V2] {
        let service = PaymentService::opens(api).await;
        let asks = |secret: &str| {
            let mut flags = service.flags();
            let at = flags.iter().position(|flag| flag == "--portone-secret").unwrap() + 1;
            flags[at] = secret.to_owned();
            let flags: Vec<&str> = flags.iter().map(AsRef::as_ref).collect();
            tokio::task::block_in_place(|| says(&data, &sqlite, &flags))
        };
        let (lines, code) = asks("secret");
        assert_eq!((code, line_of(&lines, "payments").0), (Some(0), "ok"), "{lines:?}");
        // The service answers 401.
        let (lines, code) = asks("wrong-word");
        assert_eq!((code, line_of(&lines, "payments").0), (Some(1), "FAILS"), "{lines:?}");
        assert!(!lines.concat().contains("wrong-word"), "{lines:?}");
        service.misbehaves("pay", Fault::Breaks, 1);
        let (lines, code) = asks("secret");
        assert_eq!((code, line_of(&lines, "payments").0), (Some(1), "FAILS"), "{lines:?}");
    }
}

#[test]
fn a_language_that_does_not_exist_is_a_bad_value() {
    let refused = runs(&["serve", "--judge-languages", "phyton"], "");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("--judge-languages") && said.contains("phyton"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_bucket_are_tried_and_told_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let bucket = Bucket::opens(([127, 0, 0, 1], 0).into()).await;
    let asks = |secret: Option<&str>| {
        let mut flags = bucket.flags();
        let at = flags.iter().position(|flag| flag == "--s3-secret").unwrap() + 1;
        flags[at] = secret.map_or(flags[at].clone(), str::to_owned);
        let place = ["doctor", "--data", &data, "--judge", "off"];
        let words: Vec<&str> = place.into_iter().chain(flags.iter().map(String::as_str)).collect();
        let Output { status, stdout, stderr } = tokio::task::block_in_place(|| runs(&words, ""));
        let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        for hidden in [flags[at].as_str(), "Signature="] {
            assert!(!said.concat().contains(hidden), "{said:?}");
        }
        let lines: Vec<String> = said[0].lines().map(str::to_owned).collect();
        let (state, says) = line_of(&lines, "objects");
        (status.code(), state.to_owned(), says.to_owned())
    };
    let (code, state, says) = asks(None);
    assert_eq!((code, state.as_str()), (Some(0), "ok"), "{says}");
    assert!(says.contains(&bucket.url()) && bucket.files().is_empty(), "{says}");
    assert_eq!(asks(Some("another-secret")).0, Some(1));
    bucket.fails("create", BucketFault::Breaks, 1);
    assert_eq!(asks(None).0, Some(1));
}
