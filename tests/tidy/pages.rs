//! The pages stay tidy: what they may import, load and say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use super::{assert_none, files, root};

const LINES_PER_SCRIPT: usize = 300;

#[test]
fn pages_load_nothing_from_elsewhere_and_hold_no_script() {
    let mut faults = Vec::new();
    for page in files("static", &["html", "css", "js", "svg", "webmanifest"]) {
        let name = page.name();
        for word in ["src=\"http", "href=\"http", "from 'http", "from \"http", "import(\"http", "url(http", "@import"] {
            if page.text.contains(word) {
                faults.push(format!("{name}: {word}"));
            }
        }
        for word in [" style=\"", "setAttribute(\"style\"", "<style", " onclick=\"", " onload=\"", "<script>"] {
            if page.text.contains(word) {
                faults.push(format!("{name}: {word}"));
            }
        }
    }
    assert_none("the content security policy of the pages forbids these", faults);
}

/// `(room of the pages, what it may import beside itself)`
const PAGES_MAY_IMPORT: &[(&str, &[&str])] = &[
    ("texts", &[]),
    ("texts/course", &[]),
    ("texts/learn", &[]),
    ("texts/teach", &[]),
    ("shared", &["texts"]),
    ("learn", &["shared", "texts"]),
    // Another page of the same learners.
    ("course", &["shared", "learn", "texts"]),
    ("teach/marking", &["shared"]),
    ("teach/people", &["shared"]),
    ("teach/live", &["shared", "teach/marking", "teach/people"]),
    // The preview beside the editor is the learner's own screen.
    ("teach/office", &["shared", "learn", "teach/marking", "teach/people"]),
    ("teach", &["shared", "texts", "teach/live", "teach/office"]),
    // It shows everything in English too.
    ("check", &["shared", "texts"]),
    ("docs", &["shared"]),
];

#[test]
fn pages_import_from_their_own_room_and_from_below() {
    let mut faults = Vec::new();
    for script in files("static", &["js"]) {
        let name = script.name();
        let room = room_of(name.trim_start_matches("static/"));
        let Some((_, allowed)) = PAGES_MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("{name}: the module {room} is not in the table"));
            continue;
        };
        let imports = script.text.split(['"', '`']).filter(|word| word.starts_with("./") || word.starts_with("../"));
        for import in imports {
            let climbs = import.matches("../").count();
            let base = (0..climbs).fold(room, |room, _| room_of(room));
            let to = format!("{base}/{}", import.trim_start_matches("../").trim_start_matches("./"));
            let to = room_of(to.trim_start_matches('/'));
            if to != room && !allowed.contains(&to) {
                faults.push(format!("{name} imports {import}"));
            }
        }
    }
    assert_none("imports against the table PAGES_MAY_IMPORT", faults);
}

fn room_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(room, _)| room)
}

#[test]
fn scripts_are_short() {
    let scripts =
        files("static", &["js", "css"]).into_iter().map(|script| (script.name(), script.text.lines().count()));
    let long = scripts.filter(|(_, lines)| *lines > LINES_PER_SCRIPT);
    assert_none("longer than the limit", long.map(|(name, lines)| format!("{name}: {lines} lines")).collect());
}

/// The server empties the lines that begin with a comment (`src/web/assets.rs`).
#[test]
fn no_text_of_a_script_goes_over_a_line_and_no_code_follows_a_comment() {
    let mut faults = Vec::new();
    for script in files("static", &["js"]) {
        for (n, line) in script.text.lines().enumerate() {
            let text = line.trim();
            let has_code_after = text.contains("*/") && !text.ends_with("*/");
            if has_code_after || text.matches('`').count() % 2 == 1 {
                faults.push(format!("{}:{}: {text}", script.name(), n + 1));
            }
        }
    }
    assert_none("lines that cannot be told from comments", faults);
}

/// A comment that begins so speaks of something that its reader has to guess.
const NO_BEGINNINGS: &[&str] = &["Who ", "Whoever ", "What ", "Which ", "How ", "Why "];

#[test]
fn comments_of_the_pages_begin_with_a_noun_or_a_verb() {
    let mut faults = Vec::new();
    for file in files("static", &["js", "css"]) {
        for (n, line) in file.text.lines().enumerate() {
            let comment = line.trim().strip_prefix("/**").or_else(|| line.trim().strip_prefix("/*"));
            let comment = comment.or_else(|| line.trim().strip_prefix("//")).unwrap_or_default().trim_start();
            if NO_BEGINNINGS.iter().any(|word| comment.starts_with(word)) {
                faults.push(format!("{}:{}: {}", file.name(), n + 1, line.trim()));
            }
        }
    }
    assert_none("comments that begin with a question", faults);
}

/// Syntax and functions that a Safari of 2021 (iOS 15, the last one of many phones) does not have. A file with such syntax is not read
/// at all there.
const TOO_NEW: &[&str] = &[
    "(?<=",
    "(?<!",
    ".toReversed(",
    ".toSorted(",
    ".toSpliced(",
    "Object.groupBy(",
    "Promise.withResolvers(",
    "Array.fromAsync(",
    "AbortSignal.timeout(",
    "AbortSignal.any(",
    ".isWellFormed(",
    "showPopover(",
    "static {",
];

#[test]
fn scripts_are_read_by_phones_of_2021() {
    let mut faults = Vec::new();
    for script in files("static", &["js"]) {
        for (n, line) in script.text.lines().enumerate() {
            let new = TOO_NEW.iter().filter(|new| line.contains(*new));
            faults.extend(new.map(|new| format!("{}:{}: {new}", script.name(), n + 1)));
        }
    }
    assert_none("too new for old phones", faults);
}

/// The words printed on a certificate are Korean in every language of the page.
const PRINTED_IN_KOREAN: &str = "static/learn/paper.js";

#[test]
fn all_texts_of_the_pages_are_in_their_books() {
    let is_spoken = |c: char| matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}');
    let mut faults = Vec::new();
    for script in files("static", &["js", "css"]) {
        let name = script.name();
        if name.starts_with("static/texts/") || name == PRINTED_IN_KOREAN {
            continue;
        }
        for (n, line) in script.text.lines().enumerate() {
            if line.contains(is_spoken) {
                faults.push(format!("{name}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    assert_none("texts outside static/texts", faults);
}

/// Prints `path section.key kind` for each text of these books.
const TABLE_OF_CONTENTS: &str = r#"
    const { readFileSync } = require("fs");
    const walk = (file, value, path) => {
        const kind = Array.isArray(value) ? `list of ${value.length}` : typeof value;
        if (kind === "object" && value !== null) for (const key of Object.keys(value)) walk(file, value[key], [...path, key]);
        else console.log(file, path.join("."), kind, kind === "string" && value.trim() === "" ? "(empty)" : "");
    };
    for (const file of process.argv.slice(1)) {
        import(`data:text/javascript;base64,${readFileSync(file).toString("base64")}`).then((book) => walk(file, book.default, []));
    }
"#;

type Entries = BTreeSet<String>;

/// The entries of every book, by its name such as `teach/board`, and by language.
fn books() -> BTreeMap<String, BTreeMap<String, Entries>> {
    let paths = files("static/texts", &["js"]).into_iter().map(|book| book.path);
    let read = Command::new("node").args(["-e", TABLE_OF_CONTENTS]).args(paths).output().expect("node is here");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let mut books: BTreeMap<String, BTreeMap<String, Entries>> = BTreeMap::new();
    for line in String::from_utf8(read.stdout).unwrap().lines() {
        let (path, entry) = line.split_once(' ').unwrap();
        let stem = path.split_once("/static/texts/").unwrap().1.trim_end_matches(".js");
        let (title, language) = stem.split_once('.').unwrap_or_else(|| panic!("{path} has no language"));
        let languages = books.entry(title.into()).or_default();
        languages.entry(language.into()).or_default().insert(entry.trim().into());
    }
    books
}

#[test]
fn the_books_have_the_same_keys_in_every_language() {
    let mut faults = Vec::new();
    for (title, languages) in &books() {
        assert_eq!(languages.keys().collect::<Vec<_>>(), ["en", "ja", "ko"], "the languages of {title}");
        let korean = &languages["ko"];
        faults.extend(
            korean.iter().filter(|entry| entry.contains("(empty)")).map(|entry| format!("{title}.ko: {entry}")),
        );
        for other in ["en", "ja"] {
            let differs = languages[other].symmetric_difference(korean);
            faults.extend(differs.map(|entry| format!("{title}.{other} and {title}.ko differ in {entry}")));
        }
    }
    assert_none("books that do not agree", faults);
}

/// A script that loads others later, and the book that is open for all of them.
const ENTRY_POINTS: &[(&str, &str)] =
    &[("course/main.js", "learn/shared"), ("learn/main.js", "learn/shared"), ("teach/main.js", "teach/shared")];

/// A line of an entry point's table: a module that is loaded later, and the books of texts that it needs.
struct Part {
    module: String,
    books: Vec<String>,
}

fn script(name: &str) -> String {
    fs::read_to_string(root().join("static").join(name)).unwrap_or_else(|e| panic!("static/{name}: {e}"))
}

/// The texts in quotes.
fn quoted(code: &str) -> Vec<String> {
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn parts_of(entry: &str) -> Vec<Part> {
    let code = script(entry);
    let rows = code.split("module: \"").skip(1);
    rows.map(|row| {
        let row = row.split('}').next().unwrap();
        let books = row.split("books: [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        Part { module: resolved(entry, row.split('"').next().unwrap()), books: quoted(books) }
    })
    .collect()
}

/// The path in `static/` of the script that `from` imports as `path`.
fn resolved(from: &str, path: &str) -> String {
    let climbs = path.matches("../").count();
    let room = (0..climbs).fold(room_of(from), |room, _| room_of(room));
    format!("{room}/{}", path.trim_start_matches("../").trim_start_matches("./")).trim_start_matches('/').to_owned()
}

/// A script and all scripts that it imports at its start, directly or through others.
fn imported_by(name: &str) -> BTreeSet<String> {
    let (mut found, mut waiting) = (BTreeSet::new(), vec![name.to_owned()]);
    while let Some(name) = waiting.pop() {
        let code = script(&name);
        let imports = code.split("from \"").skip(1).filter_map(|rest| rest.split('"').next());
        waiting.extend(imports.map(|path| resolved(&name, path)));
        found.insert(name);
        waiting.retain(|name| !found.contains(name));
    }
    found
}

#[test]
fn an_entry_point_loads_each_page_later_and_by_its_table() {
    let mut faults = Vec::new();
    for (entry, _) in ENTRY_POINTS {
        let at_start = imported_by(entry);
        let parts = parts_of(entry);
        assert!(parts.len() > 3, "the table of {entry}");
        faults.extend(
            parts
                .iter()
                .filter(|part| at_start.contains(&part.module))
                .map(|part| format!("{entry} imports {} at its start", part.module)),
        );
    }
    // One place follows each table; the last loads books.
    let loaders = ["static/course/main.js", "static/learn/main.js", "static/teach/pages.js", "static/shared/words.js"];
    for script in files("static", &["js"]).iter().filter(|script| !loaders.contains(&script.name().as_str())) {
        if script.text.contains("import(") {
            faults.push(format!("{} loads a script by itself", script.name()));
        }
    }
    assert_none("pages that are not loaded by a table", faults);
}

/// The texts that a script uses: `section.key`, or `section.` where the key is chosen while it runs.
fn texts_used(code: &str) -> Vec<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut used = Vec::new();
    let starts = code.match_indices("words.").filter(|(at, _)| !code[..*at].ends_with(|c| is_name(c) || c == '/'));
    for after in starts.map(|(at, word)| &code[at + word.len()..]) {
        let (section, rest) = after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len()));
        // A sentence may end with «words.».
        if section.is_empty() {
            continue;
        }
        let key = rest.strip_prefix('.').map(|key| &key[..key.find(|c| !is_name(c)).unwrap_or(key.len())]);
        used.push(format!("{section}.{}", key.unwrap_or_default()));
    }
    for (names, of) in code.split("const { ").skip(1).filter_map(|rest| rest.split_once(" } = words")) {
        let of = of.split(';').next().unwrap();
        let section = of.strip_prefix('.').map(|of| format!("{of}."));
        let is_one = !names.contains('\n') && of.chars().all(|c| is_name(c) || c == '.');
        for name in names.split(", ").filter(|_| is_one) {
            let name = name.split(':').next().unwrap();
            used.push(section.as_ref().map_or_else(|| format!("{name}."), |section| format!("{section}{name}")));
        }
    }
    used
}

#[test]
fn a_page_uses_only_texts_of_the_books_that_it_opens() {
    let known = books();
    let mut faults = Vec::new();
    let mut opened = BTreeSet::new();
    let mut check = |start: &str, titles: &[String]| {
        opened.extend(titles.iter().cloned());
        let entries: Vec<&String> = titles.iter().flat_map(|title| &known[title]["ko"]).collect();
        let is_there = |text: &str| {
            entries.iter().any(|entry| {
                entry.strip_prefix(text).is_some_and(|rest| text.ends_with('.') || rest.starts_with(['.', ' ']))
            })
        };
        for name in imported_by(start) {
            let missing = texts_used(&script(&name)).into_iter().filter(|text| !is_there(text));
            faults.extend(missing.map(|text| format!("{name} uses {text}, which is in none of {titles:?}")));
        }
    };
    for (entry, shared) in ENTRY_POINTS {
        check(entry, &[(*shared).to_owned()]);
        for Part { module, books } in parts_of(entry) {
            check(&module, &[vec![(*shared).to_owned()], books].concat());
        }
    }
    check("teach/office/frame.js", &["learn/shared", "learn/lesson", "in-class"].map(str::to_owned));
    check("check/certificate.js", &["check".to_owned()]);
    assert_none("texts that are not there", faults);
    let titles: BTreeSet<String> = known.keys().cloned().collect();
    assert_eq!(opened, titles, "every book is opened by a page");
}

/// A page keeps the books of the pages before it open: the last of two sections with one name would hide the other.
#[test]
fn no_two_books_of_an_entry_point_have_a_section_of_the_same_name() {
    let known = books();
    let mut faults = Vec::new();
    for (entry, shared) in ENTRY_POINTS {
        let titles: BTreeSet<String> = parts_of(entry).into_iter().flat_map(|part| part.books).collect();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for title in titles.into_iter().chain([(*shared).to_owned()]) {
            let sections: BTreeSet<&str> =
                known[&title]["ko"].iter().map(|entry| entry.split('.').next().unwrap()).collect();
            for section in sections {
                if let Some(other) = seen.insert(section.to_owned(), title.clone()) {
                    faults.push(format!("{section} is in {title} and in {other}"));
                }
            }
        }
    }
    assert_none("sections with one name", faults);
}
