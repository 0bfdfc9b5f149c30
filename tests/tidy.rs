//! Checks of the source code: imports, lengths, and code that must not exist in certain modules.

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/errors.rs"]
mod errors;
#[path = "tidy/learners.rs"]
mod learners;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/pages.rs"]
mod pages;
#[path = "tidy/units.rs"]
mod units;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LINES_PER_FILE: usize = 500;
const LINES_PER_FUNCTION: usize = 70;

/// The modules of `src`, from the bottom up, each with the modules that it may import.
#[rustfmt::skip]
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &["language"]),
    ("config", &[]),
    ("clock", &[]),
    ("event", &[]),
    ("fonts", &[]),
    ("language", &[]),
    ("metrics", &[]),
    ("patch", &[]),
    ("places", &[]),
    ("planted", &[]),
    ("poster_cache", &[]),
    ("private", &["error"]),
    ("rounding", &[]),
    ("tag", &[]),
    ("keys", &["clock", "error", "private"]),
    ("failures", &["clock", "error", "tag"]),
    ("visits", &["failures"]),
    ("passwords", &["error", "failures"]),
    ("db", &["error", "private"]),
    ("group_commit", &["db", "error", "event"]),
    ("live", &["planted", "clock", "db", "error", "event", "language", "metrics"]),
    ("bus", &["planted", "clock", "config", "db", "error", "failures", "group_commit", "live", "metrics"]),
    ("confined", &[]),
    ("judge", &["confined"]),
    ("outside", &["clock", "config", "confined", "error", "fonts", "keys", "language", "rounding", "tag"]),
    ("print", &["error", "fonts", "tag"]),
    ("app", &[
        "planted", "bus", "clock", "config", "db", "error", "event", "failures", "keys", "group_commit", "live", "metrics",
        "outside", "passwords", "poster_cache", "print", "visits",
    ]),
    ("group_writer", &["app", "db", "error", "group_commit"]),
    ("school", &[
        "planted", "app", "clock", "config", "db", "error", "event", "failures", "keys", "language", "live", "outside", "patch",
        "places", "poster_cache", "print", "rounding", "tag", "visits",
    ]),
    ("surfaces", &[
        "app", "clock", "config", "error", "event", "failures", "language", "live", "metrics", "patch", "poster_cache",
        "rounding", "school", "tag", "web", "visits",
    ]),
    ("web", &["app", "error", "outside", "school", "tag"]),
    ("judge_service", &["clock", "config", "confined", "db", "error", "judge", "school"]),
    ("judge_keeper", &["app", "clock", "config", "school"]),
    ("moving", &["config", "db", "error", "private"]),
    ("writes", &["app", "db", "live"]),
    ("listener", &["config", "error", "failures", "live"]),
    ("serve", &[
        "app", "bus", "clock", "config", "db", "error", "failures", "listener", "keys", "group_commit",
        "group_writer", "live", "metrics", "outside", "passwords", "poster_cache", "print", "private", "school", "surfaces", "visits",
        "writes",
    ]),
    ("doctor", &["bus", "clock", "config", "db", "error", "judge", "judge_service", "listener", "outside", "print", "private", "school"]),
    ("demo", &["app", "clock", "config", "error", "listener", "live", "patch", "school", "serve"]),
    ("command_line", &["app", "config", "db", "demo", "doctor", "error", "judge", "judge_keeper", "judge_service", "listener", "moving", "outside", "print", "private", "school", "serve", "surfaces", "tag"]),
    ("lib", &[]),
    ("main", &[]),
];

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Without its own tests: they may do what a request may not.
    fn code(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap()
    }

    fn room(&self) -> String {
        let below = self.path.strip_prefix(root().join("src")).unwrap();
        below.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
    }

    fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap().display().to_string()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<Source> {
    files(folder, &["rs"])
}

fn files(folder: &str, kinds: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| kinds.iter().any(|kind| e == *kind)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty(), "{folder} is empty");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

#[track_caller]
fn assert_none(message: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{message}:\n  {}", faults.join("\n  "));
}

#[test]
fn imports_run_down_only() {
    let mut faults = Vec::new();
    for source in rust_files("src") {
        let room = source.room();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("{}: the module {room} is not in the table", source.name()));
            continue;
        };
        for (n, line) in source.code().lines().enumerate() {
            for word in line.split("crate::").skip(1).filter(|_| !line.trim_start().starts_with("//")) {
                let to: String = word.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !to.is_empty() && to != room && !allowed.contains(&to.as_str()) && room != "lib" {
                    faults.push(format!("{}:{}: {room} imports {to}", source.name(), n + 1));
                }
            }
        }
    }
    assert_none("imports against the table MAY_IMPORT", faults);
}

#[test]
fn a_surface_imports_no_other_surface() {
    let surfaces = ["live", "portal", "attendance", "learning", "academy"];
    let mut faults = Vec::new();
    for source in rust_files("src/surfaces") {
        let own = surfaces.iter().find(|s| source.name().starts_with(&format!("src/surfaces/{s}/")));
        let Some(own) = own else { continue };
        for other in surfaces.iter().filter(|other| *other != own) {
            if source.text.contains(&format!("surfaces::{other}")) {
                faults.push(format!("{} imports {other}", source.name()));
            }
        }
    }
    assert_none("a surface must not import another surface", faults);
}

#[test]
fn the_school_knows_no_http_no_json_dialect_and_no_hub() {
    let mut faults = Vec::new();
    for source in rust_files("src/school") {
        for word in ["axum", "http::", "hyper", "Serialize", "utoipa", "hub", "Hub"] {
            if source.code().contains(word) {
                faults.push(format!("{}: {word}", source.name()));
            }
        }
    }
    assert_none("src/school must not mention HTTP, JSON or the hub (it asks Presence)", faults);
}

#[test]
fn a_surface_never_touches_the_database() {
    let mut faults = Vec::new();
    for source in rust_files("src/surfaces") {
        if source.code().contains(".db.") {
            faults.push(source.name());
        }
    }
    assert_none("a surface must not use the database", faults);
}

fn is_database(name: &str) -> bool {
    name == "src/db.rs" || name.starts_with("src/db/")
}

#[test]
fn sql_stays_in_its_modules() {
    let words = ["select ", "insert into ", "update ", "delete from "];
    let mut faults = Vec::new();
    for source in rust_files("src") {
        let name = source.name();
        // Messages between nodes in the database concern no part of the school.
        let is_log = ["src/live/log.rs", "src/bus/rows.rs"].contains(&name.as_str());
        if name.starts_with("src/school/") || is_log || is_database(&name) {
            continue;
        }
        for (n, line) in source.code().lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            let starts = |word: &str| line.contains(&format!("\"{word}")) || line.trim_start().starts_with(word);
            if words.iter().any(|word| starts(word)) {
                faults.push(format!("{name}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    assert_none("SQL belongs into src/school, src/live/log.rs, src/bus/rows.rs and src/db", faults);
}

#[test]
fn only_the_app_commits() {
    let mut faults = Vec::new();
    for source in rust_files("src") {
        let allowed = source.name() == "src/app.rs" || is_database(&source.name());
        for (n, line) in source.code().lines().enumerate().filter(|_| !allowed) {
            if line.contains(".commit()") {
                faults.push(format!("{}:{}", source.name(), n + 1));
            }
        }
    }
    assert_none("only src/app.rs and src/db may commit", faults);
}

#[test]
fn nothing_on_a_requests_path_panics() {
    let words = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    let mut faults = Vec::new();
    for source in rust_files("src") {
        for (n, line) in source.code().lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) && !line.trim_start().starts_with("//") {
                faults.push(format!("{}:{}: {}", source.name(), n + 1, line.trim()));
            }
        }
    }
    assert_none("these may panic", faults);
}

#[test]
fn files_and_functions_are_short() {
    let mut faults = Vec::new();
    for source in ["src", "tests", "loadtest"].iter().flat_map(|folder| rust_files(folder)) {
        let lines: Vec<&str> = source.text.lines().collect();
        if lines.len() > LINES_PER_FILE {
            faults.push(format!("{}: {} lines", source.name(), lines.len()));
        }
        for (begin, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
            let indent = line.len() - line.trim_start().len();
            let ends = |l: &&&str| l.len() - l.trim_start().len() == indent && l.trim_start().starts_with('}');
            let length = lines[begin..].iter().position(|l| ends(&l)).unwrap_or(0) + 1;
            // A router is a table of contents: it is as long as the surface is wide.
            let is_router = line.starts_with("pub fn router() -> ");
            if length > LINES_PER_FUNCTION && !is_router {
                faults.push(format!("{}:{}: a function of {length} lines", source.name(), begin + 1));
            }
        }
    }
    assert_none("longer than the limit", faults);
}

fn is_function(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take_while(|w| !w.contains('(')).collect();
    let starts = ["fn", "pub", "pub(crate)", "pub(super)", "async", "const", "unsafe", "extern"];
    line.contains("fn ") && line.trim_end().ends_with(['{', '(']) && words.first().is_some_and(|w| starts.contains(w))
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        let files = fs::read_dir(root().join("migrations").join(folder)).unwrap();
        files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect()
    };
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    let db = fs::read_to_string(root().join("src/db.rs")).unwrap();
    for name in &sqlite {
        let stem = name.trim_end_matches(".sql");
        assert_eq!(db.matches(&format!("\"{stem}\"")).count(), 2, "db.rs runs {stem} on both");
        let text = |folder: &str| fs::read_to_string(root().join("migrations").join(folder).join(name)).unwrap();
        let translated = text("sqlite")
            .replace("integer primary key autoincrement", "bigint generated by default as identity primary key")
            .replace("integer primary key", "bigint primary key");
        let postgres = text("postgres");
        let differs = translated.lines().zip(postgres.lines()).find(|(sqlite, postgres)| sqlite != postgres);
        assert!(translated == postgres, "{name} makes other tables in PostgreSQL: {differs:?}");
    }
}

/// What a surface says in Korean is in the book of phrases, so that everyone is answered in their own language.
#[test]
fn every_phrase_is_known_in_all_languages() {
    let book = fs::read_to_string(root().join("src/surfaces/language/phrases.rs")).unwrap();
    let mut faults = Vec::new();
    for source in rust_files("src/surfaces").iter().filter(|s| !s.name().contains("/language/")) {
        let code: String = source.code().lines().filter(|l| !l.trim_start().starts_with("//")).collect();
        for call in ["done(", "created(", "ok(", "Json(", "Body::from(", "translate(", "translate_with("] {
            let after = code.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            for phrase in after.filter_map(|rest| rest.split('"').next()) {
                if !phrase.is_ascii() && !book.contains(&format!("[\"{phrase}\",")) {
                    faults.push(format!("{}: {phrase}", source.name()));
                }
            }
        }
    }
    assert_none("these phrases have no translation", faults);
}

/// The URL that a handler names in its `#[utoipa::path(…)]`, by `file::function`.
fn urls(surface: &str) -> BTreeMap<String, String> {
    let mut urls = BTreeMap::new();
    for source in rust_files(surface) {
        let file = source.path.file_stem().unwrap().to_str().unwrap();
        for declared in source.code().split("#[utoipa::path(").skip(1) {
            let url = declared.split("path = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let function = declared.split("fn ").nth(1).and_then(|rest| rest.split('(').next()).unwrap();
            let name = if file == "mod" { function.to_owned() } else { format!("{file}::{function}") };
            urls.insert(name, url.to_owned());
        }
    }
    urls
}

#[test]
fn a_router_shows_the_url_beside_its_handlers() {
    let mut faults = Vec::new();
    for surface in ["academy", "attendance", "learning", "live", "portal"] {
        let folder = format!("src/surfaces/{surface}");
        let urls = urls(&folder);
        let router = fs::read_to_string(root().join(&folder).join("mod.rs")).unwrap();
        for line in router.lines().filter(|line| line.contains(".routes(routes!(")) {
            let handlers = line.split("routes!(").nth(1).and_then(|rest| rest.split(')').next()).unwrap();
            let shown = line.split("// ").nth(1).unwrap_or_default();
            let is_true = |handler: &str| urls.get(handler).is_some_and(|url| url == shown);
            if !handlers.split(", ").all(is_true) {
                faults.push(format!("{folder}/mod.rs: {}", line.trim()));
            }
        }
    }
    assert_none("line of a router without the URL of its handlers behind it", faults);
}
