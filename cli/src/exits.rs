//! Which exit codes each verb gives, and what they say there. Help, man pages and docs/cli.md show
//! this table.

mod table;

use std::{collections::BTreeMap, fmt::Write as _};

use alc_core::FORMAT;

use self::table::VERBS;
use crate::{
    exit::Exit,
    json::{ExitCode, ExitCodesLine},
};

/// How a death is shown that has no code of its own.
pub(crate) const SIGNAL: (&str, &str) = ("128+n", "died of signal n");

/// What a verb's exit codes say, by number; a group of verbs gives those of its verbs, and `alc`
/// itself, named by nothing, all.
pub(crate) fn of(verb: &str) -> Vec<(Exit, &'static str)> {
    if verb.is_empty() {
        return Exit::all().map(|exit| (exit, exit.meaning())).into();
    }
    let mut found = BTreeMap::new();
    for (name, reach, own) in VERBS {
        let in_group = name.strip_prefix(verb).is_some_and(|rest| rest.starts_with(' '));
        if *name != verb && !in_group {
            continue;
        }
        let common = reach.exits().iter().map(|exit| (*exit, exit.meaning()));
        let own =
            own.iter().map(|(exit, says)| (*exit, if in_group { exit.meaning() } else { says }));
        found.extend(common.chain(own).map(|(exit, says)| (exit as u8, (exit, says))));
    }
    found.into_values().collect()
}

/// The first word of every verb.
pub(crate) fn verbs() -> Vec<&'static str> {
    let mut words: Vec<_> = VERBS
        .iter()
        .map(|(verb, _, _)| verb.split_once(' ').map_or(*verb, |(word, _)| word))
        .collect();
    words.dedup();
    words
}

/// The table as people read it.
pub(crate) fn text() -> String {
    let mut text = "Exit codes have one meaning each, in every command.\n\n".to_owned();
    let codes = of("").into_iter().map(|(exit, says)| ((exit as u8).to_string(), says));
    for (code, says) in codes.chain([(SIGNAL.0.to_owned(), SIGNAL.1)]) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{code:>7}  {says}");
    }
    text.push_str("\nNever used: 6, 10-63, 123, 125-127, 255.\n");
    for (verb, _, own) in VERBS {
        let _ = writeln!(text, "\nalc {verb}");
        for (exit, says) in *own {
            let _ = writeln!(text, "{:>7}  {says}", *exit as u8);
        }
    }
    text
}

/// The table as programs read it.
pub(crate) fn line() -> ExitCodesLine {
    let codes = |verb| {
        let exits = of(verb).into_iter();
        exits.map(|(exit, meaning)| ExitCode { code: exit as u8, meaning }).collect()
    };
    let verbs = VERBS.iter().map(|(verb, _, _)| (*verb, codes(verb))).collect();
    ExitCodesLine { v: FORMAT, codes: codes(""), verbs }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Args;

    #[test]
    fn every_verb_has_its_row_and_every_row_its_verb() {
        let mut verbs = Vec::new();
        for verb in Args::command().get_subcommands() {
            let below: Vec<_> = verb.get_subcommands().collect();
            if below.is_empty() {
                verbs.push(verb.get_name().to_owned());
            }
            verbs.extend(below.iter().map(|sub| format!("{} {}", verb.get_name(), sub.get_name())));
        }
        assert_eq!(verbs, VERBS.iter().map(|(verb, _, _)| *verb).collect::<Vec<_>>());
    }

    #[test]
    fn a_verb_shows_its_own_words_and_a_group_the_common_ones() {
        let says = |verb, exit| of(verb).into_iter().find(|(found, _)| *found == exit);
        let runs = (Exit::Unreachable, "it does not run, or is wedged");
        assert_eq!(says("daemon status", Exit::Unreachable), Some(runs));
        let common = (Exit::Unreachable, Exit::Unreachable.meaning());
        assert_eq!(says("daemon", Exit::Unreachable), Some(common));
        assert_eq!(says("completions", Exit::Unreachable), None);
        assert!(says("daemon", Exit::Pending).is_some() && says("daemon", Exit::Ended).is_none());
    }

    #[test]
    fn lines_of_the_table_fit_a_terminal() {
        for line in text().lines() {
            assert!(line.len() <= 100, "{line}");
        }
    }
}
