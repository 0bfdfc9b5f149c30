//! The languages that compilers and interpreters of the machine may offer, and how each is called.

use std::path::{Path, PathBuf};

/// Folders in which the tools are looked for. A box shows nothing but `/usr`.
const FOLDERS: [&str; 2] = ["/usr/bin", "/usr/local/bin"];

/// Room for the stacks of 64 threads and what libraries reserve. Pages that are only read cost tables: this much address space needs few.
const OWN_ADDRESS_MIB: u64 = 4 * 1024;

/// A language, as the table below describes it. In the commands, `{tool}` is the tool's path, `{beside}` its folder, and `{memory}` the limit in MiB.
#[derive(Debug)]
pub(super) struct ToolLanguage {
    /// The word by which questions and submissions name it.
    pub name: &'static str,
    pub tool: &'static str,
    pub source: &'static str,
    /// Commands of the compiler, and the name of what they make. Without it the source itself is run.
    pub compile: Option<(&'static [&'static [&'static str]], &'static str)>,
    pub run: &'static [&'static str],
    /// Memory that the language itself takes: allowed to it beside the limit of the question, as data and in all.
    pub own_data_mib: u64,
    pub own_memory_mib: u64,
    /// Address space beside the limit of the question. `None` for those that reserve far more than they use.
    pub own_address_mib: Option<u64>,
    /// A program that writes its first line of input, and is tried at the start of the judge.
    pub echo: &'static str,
    /// Part of the error of a program whose memory was used up.
    pub out_of_memory: &'static str,
}

pub(super) const LANGUAGES: &[ToolLanguage] = &[
    ToolLanguage {
        name: "python",
        tool: "python3",
        source: "main.py",
        compile: None,
        run: &["{tool}", "-I", "-B", "/box/main.py"],
        own_data_mib: 16,
        own_memory_mib: 16,
        own_address_mib: Some(OWN_ADDRESS_MIB),
        echo: "print(input())",
        out_of_memory: "MemoryError",
    },
    ToolLanguage {
        name: "c",
        tool: "gcc",
        source: "main.c",
        compile: Some((&[&["{tool}", "-std=gnu17", "-O2", "-pipe", "-o", "/box/made", "/box/main.c", "-lm"]], "made")),
        run: &["/box/made"],
        own_data_mib: 4,
        own_memory_mib: 8,
        own_address_mib: Some(OWN_ADDRESS_MIB),
        echo: "#include <stdio.h>\nint main(void) { char line[80]; if (scanf(\"%79s\", line) == 1) puts(line); }",
        out_of_memory: "out of memory",
    },
    ToolLanguage {
        name: "cpp",
        tool: "g++",
        source: "main.cpp",
        compile: Some((&[&["{tool}", "-std=gnu++20", "-O2", "-pipe", "-o", "/box/made", "/box/main.cpp"]], "made")),
        run: &["/box/made"],
        own_data_mib: 4,
        own_memory_mib: 8,
        own_address_mib: Some(OWN_ADDRESS_MIB),
        echo: "#include <iostream>\n#include <string>\nint main() { std::string line; std::cin >> line; std::cout << line; }",
        out_of_memory: "bad_alloc",
    },
    ToolLanguage {
        name: "java",
        tool: "javac",
        source: "Main.java",
        compile: Some((
            &[
                &[
                    "{tool}",
                    "-J-Xmx256m",
                    "-J-XX:-UsePerfData",
                    "-encoding",
                    "UTF-8",
                    "-d",
                    "/box/out",
                    "/box/Main.java",
                ],
                &[
                    "{beside}/jar",
                    "-J-Xmx256m",
                    "-J-XX:-UsePerfData",
                    "--create",
                    "--file",
                    "/box/made",
                    "-C",
                    "/box/out",
                    ".",
                ],
            ],
            "made",
        )),
        run: &[
            "{beside}/java",
            "-Xmx{memory}m",
            "-Xss16m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-cp",
            "/box/made",
            "Main",
        ],
        own_data_mib: 512,
        own_memory_mib: 96,
        own_address_mib: None,
        echo: "public class Main { public static void main(String[] a) throws Exception {
            System.out.println(new java.io.BufferedReader(new java.io.InputStreamReader(System.in)).readLine()); } }",
        out_of_memory: "OutOfMemoryError",
    },
    ToolLanguage {
        name: "node",
        tool: "node",
        source: "main.js",
        compile: None,
        run: &["{tool}", "--max-old-space-size={memory}", "/box/main.js"],
        own_data_mib: 512,
        own_memory_mib: 96,
        own_address_mib: None,
        echo: "console.log(require('fs').readFileSync(0, 'utf8').split('\\n')[0])",
        out_of_memory: "heap out of memory",
    },
    ToolLanguage {
        name: "rust",
        tool: "rustc",
        source: "main.rs",
        compile: Some((&[&["{tool}", "--edition", "2021", "-O", "-o", "/box/made", "/box/main.rs"]], "made")),
        run: &["/box/made"],
        own_data_mib: 4,
        own_memory_mib: 8,
        own_address_mib: Some(OWN_ADDRESS_MIB),
        echo: "fn main() { let mut line = String::new(); let _ = std::io::stdin().read_line(&mut line); print!(\"{line}\"); }",
        out_of_memory: "memory allocation of",
    },
];

impl ToolLanguage {
    /// Finds the tool on this machine, or tells why there is none.
    pub fn find(&self) -> Result<PathBuf, String> {
        let found = FOLDERS.iter().map(|folder| Path::new(folder).join(self.tool)).find(|path| path.exists());
        let path = found.ok_or_else(|| format!("there is no {} in /usr/bin or /usr/local/bin", self.tool))?;
        let path = path.canonicalize().map_err(|e| format!("{}: {e}", self.tool))?;
        if path.starts_with("/usr") { Ok(path) } else { Err(format!("{} is not below /usr", path.display())) }
    }

    /// Folders beside `/usr` that the tool needs: Debian keeps the settings of Java in `/etc`.
    pub fn folders(&self, tool: &Path) -> Vec<String> {
        let parts = tool.iter().filter_map(|part| part.to_str());
        let home = parts.clone().find(|part| self.name == "java" && part.contains("openjdk"));
        let name =
            home.map(|home| home.trim_end_matches("-amd64").trim_end_matches("-arm64").trim_start_matches("java-"));
        let folder = name.map(|name| format!("/etc/java-{name}"));
        folder.into_iter().filter(|folder| Path::new(folder).is_dir()).collect()
    }
}

/// Fills in a command.
pub(super) fn command(words: &[&str], tool: &Path, memory_mib: u64) -> Vec<String> {
    let beside = tool.parent().unwrap_or(tool);
    let filled = |word: &&str| {
        let word = word.replace("{tool}", &tool.display().to_string());
        word.replace("{beside}", &beside.display().to_string()).replace("{memory}", &memory_mib.to_string())
    };
    words.iter().map(filled).collect()
}
