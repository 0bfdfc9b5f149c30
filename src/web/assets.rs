//! The files of the pages, each with its name, its media type and a tag, which is a hash of its content.

use std::io::Write;
use std::sync::LazyLock;

use bytes::Bytes;
use dashmap::DashMap;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::imports;
use crate::tag;

#[derive(RustEmbed)]
#[folder = "static/"]
struct StaticFiles;

#[derive(Clone)]
pub struct Asset {
    pub kind: &'static str,
    pub tag: String,
    pub bytes: Bytes,
}

const WORKER: &str = "learn/worker.js";
/// The script that is served with the list of the imports of each page.
const LOADER: &str = "teach/pages.js";
/// Smaller files are not compressed, since they fit in one packet anyway.
const COMPRESSED_FROM_BYTES: usize = 1_024;

pub fn find(name: &str) -> Option<Asset> {
    if name == LOADER {
        return Some(loader());
    }
    read_unchanged(name)
}

fn read_unchanged(name: &str) -> Option<Asset> {
    let file = StaticFiles::get(name)?;
    let tag = tag(&file.metadata.sha256_hash());
    Some(Asset { kind: kind(name), tag, bytes: Bytes::from_owner(file.data) })
}

/// Returns a page with a text put in the place of another one. Its tag stands for `beside` too, which is sent with it.
pub fn filled_in(name: &str, (place, text): (&str, &str), beside: &str) -> Option<Asset> {
    let page = find(name)?;
    let written = String::from_utf8_lossy(&page.bytes).replace(place, text);
    let tag = tag(&Sha256::digest([&written, beside].concat()));
    Some(Asset { tag, bytes: written.into(), ..page })
}

/// Returns the page compressed with gzip, scripts without their comments, or `None` if that is not worth it. Each content
/// is compressed once and kept: there are at most as many as there are files.
pub fn compressed(page: &Asset) -> Option<Bytes> {
    static COMPRESSED: LazyLock<DashMap<String, Bytes>> = LazyLock::new(DashMap::new);
    if page.bytes.len() < COMPRESSED_FROM_BYTES || page.kind.starts_with("image/png") || page.kind.starts_with("font/")
    {
        return None;
    }
    if let Some(known) = COMPRESSED.get(&page.tag) {
        return Some(known.clone());
    }
    let script = std::str::from_utf8(&page.bytes).ok().filter(|_| page.kind.starts_with("text/javascript"));
    let code = script.map(without_comments);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(code.as_ref().map_or(&page.bytes, String::as_bytes)).ok()?;
    let small = Bytes::from(encoder.finish().ok()?);
    COMPRESSED.insert(page.tag.clone(), small.clone());
    Some(small)
}

/// Removes the comments of a script, which are a fifth of what a phone would load. Only lines that begin with a comment
/// are emptied, so that the numbers of the lines stay. No text of a script goes over a line (`tests/tidy/pages.rs`).
fn without_comments(script: &str) -> String {
    let mut code = String::with_capacity(script.len());
    let mut is_in_block = false;
    for line in script.lines() {
        let text = line.trim_start();
        let begins_block = text.starts_with("/*");
        if !is_in_block && !begins_block && !text.starts_with("//") {
            code.push_str(line);
        }
        is_in_block = (is_in_block || begins_block) && !text.contains("*/");
        code.push('\n');
    }
    code
}

/// Returns the service worker of the learner's page, with the list of the files that it stores. Its text changes when any of
/// these files changes, so that a browser takes the new version of all of them or of none.
pub fn worker() -> Asset {
    static WRITTEN: LazyLock<Asset> = LazyLock::new(write_worker);
    // A debug build reads the files anew each time.
    if cfg!(debug_assertions) { write_worker() } else { WRITTEN.clone() }
}

fn loader() -> Asset {
    static WRITTEN: LazyLock<Asset> = LazyLock::new(write_loader);
    if cfg!(debug_assertions) { write_loader() } else { WRITTEN.clone() }
}

fn write_loader() -> Asset {
    let read = |name: &str| String::from_utf8(StaticFiles::get(name)?.data.into_owned()).ok();
    let found = serde_json::to_string(&imports::of_later_pages(&read)).unwrap_or_else(|_| "{}".into());
    let code = read_unchanged(LOADER).map(|page| page.bytes).unwrap_or_default();
    let text = [format!("const IMPORTS = {found};\n").as_bytes(), &code].concat();
    Asset { kind: kind(LOADER), tag: tag(&Sha256::digest(&text)), bytes: text.into() }
}

fn write_worker() -> Asset {
    let mut stored: Vec<(String, String)> = StaticFiles::iter()
        .filter(|name| is_of_learner_page(name))
        .filter_map(|name| Some((name.to_string(), find(&name)?.tag)))
        .collect();
    stored.sort();
    let mut hash = Sha256::new();
    for (name, tag) in &stored {
        hash.update(name);
        hash.update(tag);
    }
    let version = tag(&hash.finalize());
    // The pages and the manifest are asked for by other paths. The version depends on them all the same.
    let is_asked_for = |name: &str| !name.ends_with(".html") && !name.ends_with(".webmanifest");
    let asked_for = stored.iter().map(|(name, _)| name).filter(|name| is_asked_for(name));
    let names: Vec<String> = asked_for.map(|name| format!("\"/static/{name}\"")).collect();
    let code = find(WORKER).map(|page| page.bytes).unwrap_or_default();
    let head = format!("const VERSION = {version};\nconst KEPT = [{}];\n", names.join(", "));
    let text = [head.as_bytes(), &code].concat();
    Asset { kind: kind(WORKER), tag: tag(&Sha256::digest(&text)), bytes: text.into() }
}

/// Tells whether a file is part of the learner's page.
fn is_of_learner_page(name: &str) -> bool {
    name != WORKER
        && ["learn/", "shared/", "texts/learn/", "texts/in-class.", "icon"].iter().any(|start| name.starts_with(start))
}

fn tag(sha256: &[u8]) -> String {
    format!("\"{}\"", tag::of_hash(sha256))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_empty_lines() {
        let script = "// One.\nlet a = 1; // two\n  /** Three\n   *  four. */\n  f(\"// five\");\n/** Six. */\n";
        assert_eq!(without_comments(script), "\nlet a = 1; // two\n\n\n  f(\"// five\");\n\n");
    }
}
