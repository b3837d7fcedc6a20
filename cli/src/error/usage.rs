//! What clap refuses, as one sentence.

use std::ffi::OsString;

use clap::error::ErrorKind;

use super::CliError;

/// What clap says about the words of a command line, in one sentence and with the help to read.
pub(crate) fn usage(refused: &clap::Error, words: &[OsString], alc: &clap::Command) -> CliError {
    let verb = words.iter().skip(1).find_map(|word| alc.find_subcommand(word));
    let help = match verb {
        Some(verb) => format!("alc {} --help", verb.get_name()),
        None => "alc --help".to_owned(),
    };
    let message = match refused.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing".to_owned(),
        _ => sentence(&refused.render().to_string()),
    };
    CliError::Usage { message, help }
}

/// Joins the lines that clap writes before the usage: `error: …`, then indented details and tips.
fn sentence(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let paragraphs = text.split("\n\n").take_while(|paragraph| {
        !paragraph.starts_with("Usage:") && !paragraph.starts_with("For more information")
    });
    let joined: Vec<String> = paragraphs
        .map(|paragraph| {
            let paragraph = paragraph.trim();
            let paragraph = paragraph.strip_prefix("tip: ").unwrap_or(paragraph);
            paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    joined.join("; ")
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;
    use crate::args::Args;

    fn usage_of(words: &str) -> CliError {
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        let refused = Args::try_parse_from(&words).expect_err("is refused");
        usage(&refused, &words, &Args::command())
    }

    #[test]
    fn wrong_arguments_are_one_sentence_with_a_suggestion() {
        let text = usage_of("alc sate @").to_text("alc:");
        assert!(text.starts_with("alc: unrecognized subcommand 'sate'; "), "{text}");
        assert!(
            text.contains("'state'") && text.ends_with("[usage]\n  hint: alc --help"),
            "{text}"
        );
        let text = usage_of("alc wait @ --timeot 3").to_text("alc:");
        assert!(text.contains("'--timeout'") && text.ends_with("alc wait --help"), "{text}");
        assert_eq!(
            usage_of("alc state").to_text("alc:").lines().next(),
            Some("alc: the following required arguments were not provided: <REF> [usage]")
        );
        let text = usage_of("alc daemon").to_text("alc:");
        assert_eq!(text, "alc: a command is missing [usage]\n  hint: alc daemon --help");
    }
}
