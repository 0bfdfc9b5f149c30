//! Uploads of a large video, in parts, to both stores in turn: the folder that is embedded, and s3s-fs as a bucket.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::Result;
use crate::address::loopback;
use crate::bucket::Bucket;
use crate::film::{Film, named};
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, free_address, gyosil, wait_until_open};
use crate::http::{ANSWER_WITHIN, Http};
use crate::machine::{self, Server};

const MIB: usize = 1 << 20;
const PART_BYTES: usize = 8 * MIB;
const HEAD_MAX_BYTES: u64 = 64 * 1024;

#[derive(Args)]
pub struct Options {
    /// The Gyosil to measure: the path of its binary
    #[arg(long)]
    gyosil: PathBuf,
    /// MiB of the video
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..=4_000))]
    mib: u16,
    /// Parts that are sent at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=8))]
    at_once: u16,
    /// Uploads to each store; the medians are printed
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=20))]
    rounds: u16,
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

#[derive(Args)]
pub struct BucketOptions {
    #[arg(long, value_parser = loopback)]
    listen: SocketAddr,
}

/// Serves an empty bucket until it is stopped.
pub fn serve_bucket(options: &BucketOptions) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let bucket = Bucket::opens(options.listen).await;
        println!("{}", bucket.flags().join(" "));
        std::future::pending().await
    })
}

/// One upload, in seconds.
struct Times {
    begin: f64,
    send: f64,
    complete: f64,
    of_gyosil: f64,
    of_bucket: f64,
}

/// A row of the table: its name, and its value for an upload of so many MiB.
type Row = (&'static str, fn(&Times, f64) -> f64);

const ROWS: [Row; 5] = [
    ("begin, ms", |times, _| times.begin * 1_000.0),
    ("parts, MiB/s", |times, mib| mib / times.send),
    ("complete and look at the file, ms", |times, _| times.complete * 1_000.0),
    ("processor time of Gyosil, s for a GiB", |times, mib| times.of_gyosil * 1_024.0 / mib),
    ("processor time of s3s-fs, s for a GiB", |times, mib| times.of_bucket * 1_024.0 / mib),
];

pub fn run(options: &Options) -> Result<()> {
    machine::stay_on(options.load_core)?;
    let padding = vec![7; usize::from(options.mib) * MIB];
    let film = Film { before: named(b"free", &padding), ..Film::default() }.bytes();
    let mib = film.len() as f64 / MIB as f64;
    let (mut folder, mut bucket) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        folder.push(upload(options, &film, false)?);
        bucket.push(upload(options, &film, true)?);
    }
    println!("A video of {} MiB, {} parts at once; medians of {}.\n", options.mib, options.at_once, options.rounds);
    println!("| | folder | bucket (s3s-fs) |\n|---|---|---|");
    for (name, value) in ROWS {
        let median = |times: &[Times]| {
            let mut values: Vec<f64> = times.iter().map(|times| value(times, mib)).collect();
            values.sort_unstable_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        println!("| {name} | {:.1} | {:.1} |", median(&folder), median(&bucket));
    }
    Ok(())
}

/// Starts a fresh server, and a fresh bucket if there is one, and sends the film.
fn upload(options: &Options, film: &[u8], in_bucket: bool) -> Result<Times> {
    let data = tempfile::tempdir()?;
    let address = free_address()?;
    let mut command = gyosil(&options.gyosil, data.path(), None);
    command.args(["--listen", &address.to_string(), "--judge", "off"]).stdout(Stdio::null());
    let bucket = if in_bucket { Some(start_bucket(options, data.path(), &mut command)?) } else { None };
    let server = Server::start(&mut command, options.server_core, options.load_core)?;
    wait_until_open(address)?;
    add_instructor(&options.gyosil, data.path(), None)?;
    let mut http = Http::connect(address)?;
    let login = http.post("/api/auth/login", None, &json!({ "email": EMAIL, "password": PASSWORD }))?;
    let token = word(&login, "access_token")?;
    let course = http.post("/courses/major-categories/", Some(&token), &json!({ "name": "부하 시험", "price": 0 }))?;
    let unit = json!({ "major_category_id": course["id"], "name": "동영상" });
    let unit = http.post("/courses/minor-categories/", Some(&token), &unit)?;
    let used = |server: &Server| machine::cpu_time(server.pid());
    let before = (used(&server)?, bucket.as_ref().map(used).transpose()?);

    let begun = Instant::now();
    let new =
        json!({ "minor_category_id": unit["id"], "name": "동영상", "file_name": "a.mp4", "file_size": film.len() });
    let made = http.post("/videos/", Some(&token), &new)?;
    let (video, upload) = (made["video"]["id"].clone(), made["upload"].clone());
    let urls = part_urls(&mut http, &token, &upload)?;
    let begin = begun.elapsed();
    let begun = Instant::now();
    let parts = send_parts(&urls, film, options.at_once.into())?;
    let send = begun.elapsed();
    let begun = Instant::now();
    let all = json!({ "video_id": video, "upload_id": upload["upload_id"], "key": upload["key"], "parts": parts });
    // The load has a connection of its own for it: the other one was quiet for long.
    Http::connect(address)?.post("/videos/complete-upload/", Some(&token), &all)?;
    let complete = begun.elapsed();
    let of_gyosil = used(&server)?.saturating_sub(before.0);
    let of_bucket = bucket.as_ref().map(used).transpose()?.unwrap_or_default();
    Ok(Times {
        begin: begin.as_secs_f64(),
        send: send.as_secs_f64(),
        complete: complete.as_secs_f64(),
        of_gyosil: of_gyosil.as_secs_f64(),
        of_bucket: of_bucket.saturating_sub(before.1.unwrap_or_default()).as_secs_f64(),
    })
}

/// Starts a bucket on the server's core, and gives Gyosil the settings that it prints.
fn start_bucket(options: &Options, data: &Path, gyosil: &mut Command) -> Result<Server> {
    let printed = data.join("bucket.txt");
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bucket", "--listen", &free_address()?.to_string()]).stdout(File::create(&printed)?);
    let server = Server::start(&mut command, options.server_core, options.load_core)?;
    let begun = Instant::now();
    while begun.elapsed() < ANSWER_WITHIN {
        let flags = std::fs::read_to_string(&printed)?;
        if flags.ends_with('\n') {
            gyosil.args(flags.split_whitespace());
            return Ok(server);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("the bucket does not open".into())
}

/// Reads the URLs of all parts, page by page.
fn part_urls(http: &mut Http, token: &str, first: &Value) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    let mut page = first.clone();
    loop {
        for part in page["parts"].as_array().into_iter().flatten() {
            urls.push(word(part, "url")?);
        }
        let Some(next) = page["next"].as_str() else { return Ok(urls) };
        let path = next.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).ok_or("a page without a path")?;
        page = http.get(&path, Some(token))?;
    }
}

fn send_parts(urls: &[String], film: &[u8], at_once: usize) -> Result<Vec<Value>> {
    let next = AtomicUsize::new(0);
    let send_some = || -> Result<Vec<(usize, String)>> {
        let mut sent = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let (Some(url), Some(part)) = (urls.get(n), film.chunks(PART_BYTES).nth(n)) else { return Ok(sent) };
            sent.push((n + 1, send_part(url, part)?));
        }
    };
    let by_sender: Vec<Result<Vec<(usize, String)>>> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..at_once).map(|_| scope.spawn(send_some)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap_or_else(|_| Err("a sender is dead".into()))).collect()
    });
    let mut sent: Vec<(usize, String)> = by_sender.into_iter().collect::<Result<Vec<_>>>()?.concat();
    sent.sort_unstable();
    Ok(sent.into_iter().map(|(number, tag)| json!({ "PartNumber": number, "ETag": tag })).collect())
}

/// Sends a part by a connection of its own, and returns its tag.
fn send_part(url: &str, part: &[u8]) -> Result<String> {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("no address")?;
    let mut stream = TcpStream::connect_timeout(&loopback(host)?, ANSWER_WITHIN)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.set_write_timeout(Some(Duration::from_secs(120)))?;
    let length = part.len();
    let head = format!("PUT /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(part)?;
    let mut lines = BufReader::new(stream.take(HEAD_MAX_BYTES)).lines();
    let status = lines.next().ok_or("no answer")??;
    let mut tag = None;
    for line in lines {
        let line = line?;
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("etag") => tag = Some(value.trim().to_owned()),
            _ if line.is_empty() => break,
            _ => {}
        }
    }
    tag.filter(|_| status.starts_with("HTTP/1.1 200")).ok_or_else(|| format!("a part: {status}").into())
}

fn word(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(String::from).ok_or_else(|| format!("the answer has no text {field}").into())
}
