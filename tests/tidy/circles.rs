//! Finds files that use each other in a circle.
//!
//! A file uses another one if its code names something that is defined there: a function, a type, a macro. The name is
//! followed through every `use` to the file of its definition. So a `mod.rs` that only declares its children and passes
//! their names on uses none of them, and who takes a child's name from there uses the child. Where a `mod.rs` and its child
//! each need something of the other's own, that is a circle like any other: what both need belongs into a third file.
//!
//! The files of a folder in `ONE_MECHANISM` count as one file. A file's own tests do not count.

use std::collections::{BTreeMap, BTreeSet};

use crate::{assert_none, rust_files};

/// Folders whose files may use each other, since none of them means anything without the others.
const ONE_MECHANISM: &[&str] = &["live/hub"];

type Path = Vec<String>;

#[derive(Default)]
struct Module {
    /// The names that `use` brings in, each with its path.
    imports: BTreeMap<String, Path>,
    /// Those of them that are only passed on, as far as `use` says.
    passed_on: BTreeSet<String>,
    /// The paths of the code, and its single names.
    names: BTreeSet<Path>,
}

struct Modules(BTreeMap<Path, Module>);

impl Modules {
    fn read() -> Modules {
        let mut modules = BTreeMap::new();
        for source in rust_files("src") {
            let name = source.name();
            let path = name.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
            if path != "lib" && path != "main" {
                modules.insert(path.split('/').map(str::to_owned).collect(), Module::of(source.code()));
            }
        }
        Modules(modules)
    }

    /// Finds the module in which the last name of a path is defined, and that name. `None` for what is not of this crate,
    /// and for a module itself.
    fn resolve(&self, path: &[String], from: &[String]) -> Option<(Path, String)> {
        let mut at = from.to_vec();
        let mut path = path.to_vec();
        match path[0].as_str() {
            "crate" => at.clear(),
            "self" | "super" => {}
            first if self.0.contains_key(&[from, &[first.to_owned()]].concat()) => {}
            first => {
                let import = self.0.get(from)?.imports.get(first).filter(|import| import[0] != first)?;
                return self.resolve(&[import, &path[1..]].concat(), from);
            }
        }
        while path.first().is_some_and(|name| ["crate", "self", "super"].contains(&name.as_str())) {
            if path.remove(0) == "super" {
                at.pop();
            }
        }
        while path
            .first()
            .is_some_and(|name| self.0.contains_key(&[at.as_slice(), std::slice::from_ref(name)].concat()))
        {
            at.push(path.remove(0));
        }
        let name = path.first()?;
        match self.0.get(&at)?.imports.get(name) {
            Some(import) => self.resolve(&[import, &path[1..]].concat(), &at),
            None => Some((at, name.clone())),
        }
    }

    /// Returns the modules that each module uses, with the names that it uses of them.
    fn uses(&self) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
        let node = |module: &Path| {
            let name = module.join("/");
            let mechanism =
                ONE_MECHANISM.iter().find(|folder| name == **folder || name.starts_with(&format!("{folder}/")));
            mechanism.map_or(name.clone(), |folder| (*folder).to_owned())
        };
        let mut uses: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (module, Module { names, .. }) in &self.0 {
            for (at, name) in names.iter().filter_map(|path| self.resolve(path, module)) {
                if node(&at) != node(module) {
                    uses.entry(node(module)).or_default().entry(node(&at)).or_default().insert(name);
                }
            }
        }
        uses
    }
}

impl Module {
    fn of(code: &str) -> Module {
        let words = words(code);
        let mut module = Module::default();
        let mut at = 0;
        while at < words.len() {
            if words[at] == "use" {
                let before: BTreeSet<String> = module.imports.keys().cloned().collect();
                let is_public = at > 0 && (words[at - 1] == "pub" || words[at - 1] == ")");
                at = module.import(&words, at + 1, &[]);
                let new = module.imports.iter().filter(|(name, _)| !before.contains(*name));
                if is_public {
                    module.passed_on.extend(new.map(|(name, _)| name.clone()));
                } else {
                    module.names.extend(new.map(|(_, path)| path.clone()));
                }
            } else if is_name(&words[at]) {
                let begin = at;
                while words.get(at + 1).is_some_and(|w| w == "::") && words.get(at + 2).is_some_and(|w| is_name(w)) {
                    at += 2;
                }
                // A name that is passed on may also be that of a variable: only a call or a type surely means it.
                let is_single = begin == at && words[at].starts_with(char::is_lowercase);
                let is_call =
                    words.get(at + 1).is_some_and(|w| w == "(" || w == "!") && begin > 0 && words[begin - 1] != ".";
                if !is_single || (is_call && module.passed_on.contains(&words[at])) {
                    module.names.insert(words[begin..=at].iter().step_by(2).cloned().collect());
                }
                at += 1;
            } else {
                at += 1;
            }
        }
        module
    }

    /// Reads a tree of imports below a path. Returns the place after it.
    fn import(&mut self, words: &[String], mut at: usize, below: &[String]) -> usize {
        let mut path = below.to_vec();
        loop {
            match words.get(at).map(String::as_str) {
                Some("::") => at += 1,
                Some("{") => {
                    while words[at] != "}" {
                        at = self.import(words, at + 1, &path);
                    }
                    return at + 1;
                }
                Some("as") => {
                    self.imports.insert(words[at + 1].clone(), path);
                    return at + 2;
                }
                Some("self") if !path.is_empty() => at += 1,
                Some("*") => {
                    path.push("*".to_owned());
                    self.names.insert(path);
                    return at + 1;
                }
                Some(word) if is_name(word) => {
                    path.push(word.to_owned());
                    at += 1;
                }
                _ => break,
            }
        }
        if let Some(name) = path.last().cloned() {
            self.imports.insert(name, path);
        }
        at
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Splits code into names, `::` and single signs, without comments, texts and letters.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            '"' => text_length(rest),
            '\'' if rest.starts_with("'\\") => rest[2..].find('\'').map_or(rest.len(), |end| end + 3),
            '\'' if rest.chars().nth(2) == Some('\'') => rest.char_indices().nth(3).map_or(rest.len(), |(end, _)| end),
            ':' if rest.starts_with("::") => {
                words.push("::".to_owned());
                2
            }
            _ if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                words.push(rest[..end].to_owned());
                end
            }
            _ if c.is_whitespace() => c.len_utf8(),
            _ => {
                words.push(c.to_string());
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    words
}

fn text_length(text: &str) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[test]
fn files_do_not_use_each_other_in_a_circle() {
    let uses = Modules::read().uses();
    let reached = |from: &String| {
        let mut reached = BTreeSet::new();
        let mut next = vec![from];
        while let Some(module) = next.pop() {
            for to in uses.get(module).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(to) {
                    next.push(to);
                }
            }
        }
        reached
    };
    let reached: BTreeMap<&String, BTreeSet<&String>> = uses.keys().map(|module| (module, reached(module))).collect();
    let mut faults = Vec::new();
    for (from, used) in &uses {
        for (to, names) in used {
            if reached.get(to).is_some_and(|reached| reached.contains(from)) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                faults.push(format!("{from} uses {to}: {}", names.join(", ")));
            }
        }
    }
    assert_none("files that use each other in a circle", faults);
}
