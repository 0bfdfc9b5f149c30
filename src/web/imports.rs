//! Lists the scripts of each instructor page. A browser finds an import only after it has loaded the script that contains
//! it: on a slow network each such step costs a round trip. With the list it can load all scripts at once.

use std::collections::{BTreeMap, BTreeSet};

/// The script that imports the others, some of them only when their page is opened.
const MAIN: &str = "teach/main.js";

/// Returns, for each script that `MAIN` imports later, that script and all that it imports, without those that came with
/// `MAIN`. Paths are relative to `MAIN`. `read` returns the text of a file by its path in `static/`.
pub fn of_later_pages(read: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Vec<String>> {
    let main = read(MAIN).unwrap_or_default();
    let first = closure(MAIN, read);
    let quoted = main.split('"').filter(|word| word.starts_with("./") && word.ends_with(".js"));
    let later = quoted.filter(|path| !first.contains(&resolved(MAIN, path)));
    later
        .map(|path| {
            let imports = closure(&resolved(MAIN, path), read);
            (path.to_owned(), imports.difference(&first).map(|name| beside_main(name)).collect())
        })
        .collect()
}

/// Returns a script and all scripts that it imports at its start, directly or through others.
fn closure(name: &str, read: &dyn Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![name.to_owned()];
    while let Some(name) = waiting.pop() {
        let Some(text) = read(&name) else { continue };
        let imports = text.split("from \"").skip(1).filter_map(|rest| rest.split('"').next());
        waiting.extend(imports.filter(|path| path.starts_with('.')).map(|path| resolved(&name, path)));
        waiting.retain(|name| !found.contains(name));
        found.insert(name);
    }
    found
}

/// Returns the path in `static/` of the script that `from` imports as `path`.
fn resolved(from: &str, path: &str) -> String {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                folders.pop();
            }
            part => folders.push(part),
        }
    }
    folders.join("/")
}

fn beside_main(name: &str) -> String {
    name.strip_prefix("teach/").map_or_else(|| format!("../{name}"), |rest| format!("./{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_listed_with_all_that_it_imports_and_nothing_twice() {
        let read = |name: &str| {
            let text = match name {
                "teach/main.js" => "import { a } from \"../shared/a.js\";\nconst PAGE = \"./live/board.js\";",
                "teach/live/board.js" => "import { a } from \"../../shared/a.js\";\nimport { b } from \"./b.js\";",
                "teach/live/b.js" => "import { board } from \"./board.js\";\nimport { c } from \"../../shared/c.js\";",
                "shared/a.js" | "shared/c.js" => "",
                _ => return None,
            };
            Some(text.to_owned())
        };
        let imports = ["../shared/c.js", "./live/b.js", "./live/board.js"].map(str::to_owned).to_vec();
        assert_eq!(of_later_pages(&read), BTreeMap::from([("./live/board.js".to_owned(), imports)]));
    }
}
