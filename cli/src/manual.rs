//! The man pages, made of the arguments and the table of exit codes.

use std::io;

use clap::{Command, CommandFactory as _};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use crate::{args::Args, exits};

/// What roff puts before each piece of a page; once is enough.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// One page.
pub(crate) struct Page {
    /// The name of its file.
    pub(crate) name: String,
    /// Its text as `man` reads it.
    pub(crate) roff: String,
}

/// A part of what help says last: lines below a label, or a paragraph without one.
pub(crate) struct Section<'a> {
    pub(crate) label: Option<&'a str>,
    pub(crate) body: &'a str,
}

impl<'a> Section<'a> {
    /// The parts of a text.
    pub(crate) fn split(text: &'a str) -> impl Iterator<Item = Self> {
        text.split("\n\n").map(|paragraph| {
            let labelled = paragraph.split_once(":\n").filter(|(label, _)| !label.contains('\n'));
            match labelled {
                Some((label, body)) => Self { label: Some(label), body },
                None => Self { label: None, body: paragraph },
            }
        })
    }
}

/// Every command with all that clap works out for it, `alc` first, then as `alc help` lists them,
/// each with the words by which it is called.
pub(crate) fn commands() -> Vec<(String, Command)> {
    let mut alc = Args::command();
    alc.build();
    let mut found = Vec::new();
    collect("", &alc, &mut found);
    found
}

fn collect(verb: &str, command: &Command, found: &mut Vec<(String, Command)>) {
    found.push((verb.to_owned(), command.clone()));
    for below in command.get_subcommands() {
        collect(format!("{verb} {}", below.get_name()).trim_start(), below, found);
    }
}

/// `alc.1` first, then a page for each command.
pub(crate) fn pages() -> Vec<Page> {
    commands().iter().filter_map(|(verb, command)| page(verb, command).ok()).collect()
}

/// Writing to memory does not fail.
fn page(verb: &str, command: &Command) -> io::Result<Page> {
    // There is no date, so that a page changes only with what it says; `man` wants one to be there.
    let man = Man::new(command.clone())
        .date(" ")
        .source(concat!("alc ", env!("CARGO_PKG_VERSION")))
        .manual("alc manual");
    let mut title = Vec::new();
    man.render_title(&mut title)?;
    let mut roff = Vec::new();
    man.render_name_section(&mut roff)?;
    synopsis(command).to_writer(&mut roff)?;
    man.render_description_section(&mut roff)?;
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (labelled, plain): (Vec<_>, Vec<_>) = Section::split(&after)
        .filter(|section| !section.body.is_empty())
        .partition(|section| section.label.is_some());
    paragraphs(&plain).to_writer(&mut roff)?;
    man.render_options_section(&mut roff)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut roff)?;
    }
    exit_status(verb).to_writer(&mut roff)?;
    blocks(&labelled).to_writer(&mut roff)?;
    see_also(verb).to_writer(&mut roff)?;
    let roff = String::from_utf8_lossy(&roff).replace(PREAMBLE, "");
    Ok(Page {
        name: man.get_filename(),
        roff: String::from_utf8_lossy(&title).into_owned() + &roff,
    })
}

/// As `alc help` shows it.
fn synopsis(command: &Command) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    match usage.strip_prefix(name) {
        Some(rest) => roff.text([bold(name), roman(rest)]),
        None => roff.text([roman(usage)]),
    };
    roff
}

fn paragraphs(sections: &[Section<'_>]) -> Roff {
    let mut roff = Roff::new();
    for section in sections {
        roff.control("PP", []).text([roman(section.body)]);
    }
    roff
}

/// Sections whose lines stay as they are.
fn blocks(sections: &[Section<'_>]) -> Roff {
    let mut roff = Roff::new();
    for Section { label, body } in sections {
        let label = label.unwrap_or_default().to_uppercase();
        roff.control("SH", [label.as_str()]).control("nf", []);
        for line in body.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    roff
}

fn exit_status(verb: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    let codes = exits::of(verb).into_iter().map(|(exit, says)| ((exit as u8).to_string(), says));
    for (code, says) in codes.chain([(exits::SIGNAL.0.to_owned(), exits::SIGNAL.1)]) {
        roff.control("TP", []).text([bold(code)]).text([roman(says)]);
    }
    roff
}

/// The commands above it; of `alc` itself those that tell more.
fn see_also(verb: &str) -> Roff {
    let pages = match verb.split_once(' ') {
        Some((group, _)) => vec![format!("alc-{group}"), "alc".to_owned()],
        None if verb.is_empty() => vec!["alc-help".to_owned(), "alc-man".to_owned()],
        None => vec!["alc".to_owned(), "alc-help".to_owned()],
    };
    let mut line = Vec::new();
    for page in pages.iter().filter(|page| **page != format!("alc-{verb}")) {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(page.as_str()), roman("(1)")]);
    }
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]).text(line);
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_that_says_how_it_ends() {
        let pages = pages();
        assert_eq!(pages.len(), commands().len());
        assert_eq!(pages.first().map(|page| page.name.as_str()), Some("alc.1"));
        for page in &pages {
            assert_eq!(page.roff.matches(PREAMBLE).count(), 1, "{}", page.name);
            for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "\"EXIT STATUS\"", "\"SEE ALSO\""] {
                let count = page.roff.matches(&format!("\n.SH {heading}\n")).count();
                assert_eq!(count, 1, "{}: {heading}", page.name);
            }
        }
    }

    #[test]
    fn examples_are_a_section_and_stand_there_once() {
        for page in pages() {
            assert!(!page.roff.contains("Examples:"), "{}", page.name);
        }
        let named = |name| pages().into_iter().find(|page| page.name == name).expect("a page").roff;
        assert!(named("alc-spawn.1").contains("\n.SH EXAMPLES\n.nf\nalc spawn "));
        assert!(named("alc-note.1").contains("\n\\fBalc note\\fR [OPTIONS] <REF> <TEXT>"));
        assert!(named("alc-daemon-stop.1").contains("alc\\-daemon"));
        assert!(named("alc.1").contains("\n.SH ENVIRONMENT\n.nf\nALC_HOME"));
    }

    #[test]
    fn examples_fit_a_terminal_of_80_columns() {
        for (verb, command) in commands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for section in Section::split(&help).filter(|section| section.label.is_some()) {
                // `man` indents them by seven, help by two.
                let widest = section.body.lines().map(|line| line.trim().chars().count()).max();
                assert!(widest <= Some(80 - 7), "{verb}: {}", section.body);
            }
        }
    }

    #[test]
    fn what_help_says_last_has_labels_and_paragraphs() {
        let parts = Section::split("Examples:\n  a: b\n\nIt prints: this,\nand that.");
        let parts: Vec<_> = parts.map(|section| (section.label, section.body)).collect();
        assert_eq!(parts, [(Some("Examples"), "  a: b"), (None, "It prints: this,\nand that.")]);
    }
}
