//! What the documentation shows is run: each section in a folder of its own, its scripts and Makefiles
//! as files, its commands in one shell, which must print what stands below them.

use std::{env, ffi::OsString, fs, path::Path, process::Command};

use crate::env::{Ran, TestEnv};

/// A model that is never wrong about what it was asked.
const LLM: &str = "#!/bin/sh\nread -r line\nprintf 'llm: %s\\n' \"$line\"\n";

const PAGE: &str = include_str!("../docs/cookbook.md");

/// A fenced block: what it is, and its lines.
struct Block<'a> {
    kind: &'a str,
    text: String,
}

/// A section's title and blocks.
struct Section<'a> {
    title: &'a str,
    blocks: Vec<Block<'a>>,
}

/// The sections of a page; the first has no title.
fn sections(page: &str) -> Vec<Section<'_>> {
    let mut sections = vec![Section { title: "", blocks: Vec::new() }];
    let mut open: Option<Block<'_>> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```"), line.strip_prefix("## ")) {
            (Some(_), Some(_), _) => {
                let section = sections.last_mut().expect("one at least");
                section.blocks.extend(open.take());
            }
            (Some(block), None, _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(kind), _) => open = Some(Block { kind, text: String::new() }),
            (None, None, Some(title)) => sections.push(Section { title, blocks: Vec::new() }),
            (None, None, None) => {}
        }
    }
    assert!(open.is_none(), "a block without an end");
    sections
}

/// Writes the blocks that are files; a file's first line says its name.
fn write_files(blocks: &[Block<'_>], folder: &Path) {
    for block in blocks {
        let mark = match block.kind {
            "lua" => "-- ",
            "make" => "# ",
            _ => continue,
        };
        let name = block.text.lines().next().and_then(|line| line.strip_prefix(mark));
        fs::write(folder.join(name.expect("a file's name")), &block.text).expect("writes");
    }
}

/// The programs that the commands may use.
fn path(env: &TestEnv) -> OsString {
    let bin = env.folder().join("bin");
    fs::create_dir(&bin).expect("creates");
    env.executable("bin/llm", LLM);
    let alc = Path::new(env!("CARGO_BIN_EXE_alc")).parent().expect("a folder").to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([bin, alc].into_iter().chain(env::split_paths(&others))).expect("a path")
}

/// Runs a section with the files of the whole page.
fn run(section: &Section<'_>, files: &[Block<'_>]) {
    let env = TestEnv::new();
    let path = path(&env);
    let work = env.folder().join("work");
    fs::create_dir(&work).expect("creates");
    write_files(files, &work);
    write_files(&section.blocks, &work);
    let of = |kind| {
        let blocks = section.blocks.iter().filter(move |block| block.kind == kind);
        blocks.map(|block| block.text.as_str()).collect::<String>()
    };
    let mut shell = env.program("sh");
    shell.env("PATH", path).current_dir(&work).args(["-euc", &of("sh")]);
    let ran = Ran::new(shell.output().expect("runs"));
    assert_eq!(ran.stdout, of("text"), "{}: {ran:?}", section.title);
    assert_eq!(ran.code, Some(0), "{}: {ran:?}", section.title);
}

/// Whether the section's commands can be run here.
#[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
fn has_programs(section: &Section<'_>) -> bool {
    let missing = ["jq", "make"].into_iter().find(|program| {
        let named = |block: &Block<'_>| block.text.split_whitespace().any(|word| word == *program);
        section.blocks.iter().any(named) && Command::new(program).arg("--version").output().is_err()
    });
    if let Some(program) = missing {
        println!("skipped: {program}");
    }
    missing.is_none()
}

/// The commands of each recipe, with its title.
pub(crate) fn scripts() -> Vec<(String, String)> {
    let commands = |section: &Section<'_>| {
        let blocks = section.blocks.iter().filter(|block| block.kind == "sh");
        blocks.map(|block| block.text.as_str()).collect()
    };
    let sections = sections(PAGE);
    sections.iter().map(|section| (section.title.to_owned(), commands(section))).collect()
}

#[test]
fn every_recipe_does_what_it_says() {
    let sections = sections(PAGE);
    let (files, recipes) = sections.split_first().expect("an introduction");
    assert_eq!(recipes.len(), 12);
    for recipe in recipes.iter().filter(|recipe| has_programs(recipe)) {
        run(recipe, &files.blocks);
    }
}
