//! The table of exit codes: one row for each cell, and each is what `alc help exit-codes` says.

mod given;
mod table;

use std::{collections::BTreeSet, sync::Mutex, thread};

use self::table::{Row, Shows, TABLE};
use crate::env::TestEnv;

/// What is wrong with what a row's command left.
fn complaint((verb, code, shows, run): Row) -> Option<String> {
    let ran = run(&TestEnv::new());
    let (says, prints) = (!ran.stderr.is_empty(), !ran.stdout.is_empty());
    let names = |name: &str| {
        // Its own program says why a daemon does not run here.
        let begins = ran.stderr.starts_with("alc: ") || ran.stderr.starts_with("alcd: ");
        begins && ran.stderr.contains(&format!(" [{name}]\n"))
    };
    let as_said = match shows {
        Shows::Done => !says,
        Shows::Told => !says && prints,
        Shows::Only(name) => !prints && names(name),
        Shows::Also(name) => prints && names(name),
    };
    let right = ran.code == Some(code) && as_said;
    (!right).then(|| format!("{verb}: expected {code}, {shows:?}, found {ran:?}"))
}

#[test]
fn every_row_of_the_table_is_true() {
    let next = Mutex::new(TABLE.iter());
    let worker = || {
        let row = || next.lock().expect("sound").next();
        std::iter::from_fn(row).filter_map(|row| complaint(*row)).collect::<Vec<_>>()
    };
    let complaints: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no row panics")).collect()
    });
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// Each verb with each exit code that is not any verb's, as `alc help exit-codes` lists them.
fn helped() -> BTreeSet<(String, i32)> {
    let text = TestEnv::new().alc(["help", "exit-codes"]).ok();
    let mut verb = None;
    let mut cells = BTreeSet::new();
    for line in text.lines() {
        let code = line.split_whitespace().next().and_then(|word| word.parse().ok());
        match (line.strip_prefix("alc "), &verb, code) {
            (Some(name), ..) => verb = Some(name.to_owned()),
            (None, Some(verb), Some(code)) => drop(cells.insert((verb.clone(), code))),
            _ => {}
        }
    }
    cells
}

#[test]
fn the_table_is_what_help_says() {
    /// What any verb may give; help says so once.
    const ANY: [i32; 9] = [2, 69, 70, 73, 74, 75, 76, 77, 78];
    let helped = helped();
    let walked: BTreeSet<_> =
        TABLE.iter().map(|(verb, code, ..)| ((*verb).to_owned(), *code)).collect();
    let unknown: Vec<_> =
        walked.difference(&helped).filter(|(_, code)| !ANY.contains(code)).collect();
    assert!(unknown.is_empty(), "not in cli/src/exits.rs: {unknown:?}");
    let missing: Vec<_> = helped.difference(&walked).collect();
    assert!(missing.is_empty(), "a row for each is missing in tests/exit_codes.rs: {missing:?}");
}
