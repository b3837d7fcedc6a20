//! docs/cli.md: every command with its usage, its arguments and flags, and its exit codes.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::{
    exits,
    manual::{self, Section},
};

const HEAD: &str = "\
# The command line

<!-- Generated from the code; tests/generated.rs makes it again. -->

Flags, exit codes, standard output and `--json` are a contract: they change only by addition. What
`--json` prints is described by the JSON Schemas in [`schema/`](schema), one for each `type`.
";

/// The whole file.
pub(super) fn text() -> String {
    let mut text = HEAD.to_owned();
    for (verb, command) in manual::commands() {
        if verb.is_empty() {
            alc(&mut text, &command);
        } else {
            self::command(&mut text, &verb, &command);
        }
    }
    text
}

/// What concerns every command.
fn alc(text: &mut String, alc: &Command) {
    text.push_str("\n## Everywhere\n");
    arguments(text, alc, |_| true);
    after(text, alc);
    text.push_str("\n### Exit codes\n");
    exit_codes(text, "");
    text.push_str("\nNever used: 6, 10–63, 123, 125–127, 255.\n");
}

fn command(text: &mut String, verb: &str, command: &Command) {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## alc {verb}\n\n{about}.\n");
    if command.has_subcommands() {
        return;
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let _ = write!(text, "\n```sh\n{usage}\n```\n");
    arguments(text, command, |arg| !arg.is_global_set() && arg.get_id() != "help");
    after(text, command);
    exit_codes(text, verb);
}

/// A list of arguments and flags.
fn arguments(text: &mut String, command: &Command, shown: impl Fn(&Arg) -> bool) {
    let mut args: Vec<_> =
        command.get_arguments().filter(|arg| !arg.is_hide_set() && shown(arg)).collect();
    args.sort_by_key(|arg| !arg.is_positional());
    if !args.is_empty() {
        text.push('\n');
    }
    for arg in args {
        let help = arg.get_long_help().or_else(|| arg.get_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        let _ = write!(text, "- `{}`: {help}", name(arg));
        if !arg.is_hide_default_value_set()
            && arg.get_action().takes_values()
            && let [default] = arg.get_default_values()
        {
            let _ = write!(text, " (default `{}`)", default.display());
        }
        text.push('\n');
        values(text, arg);
    }
}

/// An argument as it is typed: `-q, --quiet`, `--timeout DURATION`, `REF…`.
fn name(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let mut name = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if arg.get_action().takes_values() {
        let values = arg.get_value_names().unwrap_or_default();
        let values: Vec<_> = values.iter().map(clap::builder::Str::as_str).collect();
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(&values.join(" "));
        if arg.is_positional() && arg.get_num_args().is_some_and(|count| count.max_values() > 1) {
            name.push('…');
        }
    }
    name
}

/// What an argument may be, where that is a list.
fn values(text: &mut String, arg: &Arg) {
    if !arg.get_action().takes_values() {
        return;
    }
    let values = arg.get_possible_values();
    if values.iter().any(|value| value.get_help().is_some()) {
        for value in values {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  - `{}`: {help}", value.get_name());
        }
    } else if !values.is_empty() {
        let names: Vec<_> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        let _ = writeln!(text, "  - {}", names.join(", "));
    }
}

fn after(text: &mut String, command: &Command) {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for section in Section::split(&after).filter(|section| !section.body.is_empty()) {
        match section.label {
            Some(label) => {
                let lines =
                    section.body.lines().map(|line| line.strip_prefix("  ").unwrap_or(line));
                let lines = lines.collect::<Vec<_>>().join("\n");
                let language = if label == "Examples" { "sh" } else { "text" };
                let _ = write!(text, "\n{label}:\n\n```{language}\n{lines}\n```\n");
            }
            None => {
                let _ = write!(text, "\n{}\n", section.body);
            }
        }
    }
}

fn exit_codes(text: &mut String, verb: &str) {
    text.push_str("\n| exit code | meaning |\n|---:|---|\n");
    for (exit, says) in exits::of(verb) {
        let _ = writeln!(text, "| {} | {says} |", exit as u8);
    }
    let _ = writeln!(text, "| {} | {} |", exits::SIGNAL.0, exits::SIGNAL.1);
}
