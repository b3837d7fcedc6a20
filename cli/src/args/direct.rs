//! The short way for verbs that scripts call in loops: what defines the other verbs is not built.

use std::ffi::OsString;

use clap::{Args as ClapArgs, Parser};

use super::{Args, Command, Global};

/// One verb with the flags of every verb.
#[derive(Debug, Parser)]
struct Only<T: ClapArgs> {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    args: T,
}

impl Args {
    /// Parses a command line. One that names such a verb first and is sound needs no more; any other
    /// is left to the whole definition, which has the help and the messages.
    pub(crate) fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        direct(words).map_or_else(|| Self::try_parse_from(words), Ok)
    }
}

fn direct(words: &[OsString]) -> Option<Args> {
    let words = words.get(1..)?;
    match words.first()?.to_str()? {
        "spawn" => only(words, Command::Spawn),
        "state" => only(words, Command::State),
        "prompt" => only(words, Command::Prompt),
        "resume" => only(words, Command::Resume),
        "wait" => only(words, Command::Wait),
        "result" => only(words, Command::Result),
        _ => None,
    }
}

fn only<T: ClapArgs>(words: &[OsString], verb: impl FnOnce(T) -> Command) -> Option<Args> {
    let Only { global, args } = Only::try_parse_from(words).ok()?;
    Some(Args { global, command: Some(verb(args)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_short_way_reads_what_the_long_one_does() {
        for line in [
            "alc spawn -e x --ctx - --set a=b --set-json c=1 -q",
            "alc spawn a.lua --name n --if-exists reuse -l k=v --deadline 2h --max-llm-calls 3 --json",
            "alc state @ --exit-code --no-start --color never",
            "alc prompt k7fq2m9d.3 --id --all --no-wait --timeout 3s",
            "alc resume @ -4 --raw",
            "alc resume -- @ --raw",
            "alc resume @ --batch --json --next --timeout 1s",
            "alc spawn a.lua --wait --timeout 1s",
            "alc wait a b --for prompt,done",
            "alc wait -l a=b -l c=d",
            "alc result -r --wait --timeout 1m @",
        ] {
            let words = words(line);
            let short = direct(&words).map(|args| format!("{args:?}"));
            let long = Args::try_parse_from(&words).map(|args| format!("{args:?}")).ok();
            assert!(short.is_some() && short == long, "{line}: {short:?} {long:?}");
        }
    }

    #[test]
    fn what_is_not_sound_is_left_to_the_whole_definition() {
        for line in ["alc", "alc --json state @", "alc state", "alc state --help", "alc list"] {
            assert!(direct(&words(line)).is_none(), "{line}");
        }
    }
}
