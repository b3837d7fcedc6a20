//! The command line: verbs, flags and their help; the one source for help, man page and completions.

mod advice;
mod answer;
mod card;
mod config;
mod daemon;
mod direct;
mod drive;
mod eval;
mod evals;
mod history;
mod identity;
mod kv;
mod manual;
mod many;
mod parting;
mod pkg;
mod report;
mod selection;
mod spawn;
mod terms;
mod test;
mod top;
mod travel;

use std::{str::FromStr, time::Duration};

use alc_core::{Reference, Seq, StateName};
use clap::{
    Args as ClapArgs, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

pub(crate) use self::{
    advice::Advice,
    answer::{Next, Prompt, Resume},
    card::{Card, CardAlias, CardCompare, CardLineage, CardPage, CardSamples, Direction},
    config::Config,
    daemon::{Daemon, DaemonLog, Install, Stop},
    drive::{Accepted, Drive, Driving, Mode, Run, Tape},
    eval::Eval,
    evals::{Evals, EvalsList},
    history::{Gc, Log, MOST_WATCHED, Note, Remove, Watch},
    identity::Identity,
    kv::{Kv, KvGet, KvList, KvPlace, KvReset, KvSet},
    manual::{Completions, Help, Man},
    many::{Cancel, List, Target, Wait},
    parting::{Branch, Diff},
    pkg::{
        LinkScope, Pkg, PkgInstall, PkgLink, PkgNew, PkgRemove, PkgShow, PkgTypes, PkgUnlink,
        Project, Scenario, ScenarioInstall, ScenarioShow,
    },
    report::Report,
    selection::Selection,
    spawn::{Ctx, Given, Source, Spawn, Start, Turn},
    terms::Terms,
    test::PkgTest,
    top::{Inbox, Top},
    travel::{Export, Import},
};
use crate::{output::Manner, time::parse_duration};

/// Pause-and-resume Lua sessions for the shell.
///
/// A session is a Lua script that may ask: `alc.llm("…")` pauses it until somebody answers, seconds
/// or months later, and it goes on from exactly there.
#[derive(Debug, Parser)]
#[command(name = "alc", version, max_term_width = 100, after_help = MORE)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

impl Args {
    /// How output is to look.
    pub(crate) fn manner(&self) -> Manner {
        let Global { json, quiet, verbose, color, .. } = self.global;
        Manner { json, quiet, verbose, color }
    }
}

const MORE: &str = "\
Environment:
  ALC_HOME=DIR      the data folder
  ALC_NO_START=1    the same as --no-start
  NO_COLOR=1        no colour; CLICOLOR_FORCE=1 always";

/// Flags of every verb.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Global {
    /// Print JSON: one object a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No notices on stderr; `list` prints ids only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say on stderr what the client does: which daemon it talks to, and when it connects again
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Never start the daemon: exit with 69 if it is not there
    #[arg(long, global = true)]
    pub(crate) no_start: bool,
}

/// When output is coloured; its values need no help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a session, have its queries answered by a command, and print its result
    Run(Run),
    /// Start a session from a Lua script and print its id
    Spawn(Spawn),
    /// Start a strategy, an installed package, and print the session's id
    Advice(Advice),
    /// Start an evaluation of a strategy, and print the session's id
    Eval(Eval),
    /// Print where a session stands: running, paused, done, failed or cancelled
    State(State),
    /// List sessions, newest first
    List(List),
    /// Print what a session asks; wait until it asks something
    Prompt(Prompt),
    /// Answer what a session asks
    Resume(Resume),
    /// Have a session's queries answered by a command until it ends
    Drive(Drive),
    /// Follow what happens to sessions
    Watch(Watch),
    /// Show all sessions on one live screen; answer and cancel them there
    Top(Top),
    /// Show sessions that wait for an answer on one live screen; answer them there
    Inbox(Inbox),
    /// Wait until sessions need something or have ended
    Wait(Wait),
    /// Print what a session returned
    Result(ResultArgs),
    /// End sessions for good
    Cancel(Cancel),
    /// Print a session's transcript: prompts, answers, log lines, notes
    Log(Log),
    /// Add a note to a session's history, also after its end
    Note(Note),
    /// Start a session that shares another one's history up to a query
    Branch(Branch),
    /// Print where the histories of two sessions part
    Diff(Diff),
    /// Write a session to a file that can be imported on any machine
    Export(Export),
    /// Take a session up from a file that `alc export` wrote, and print its id
    Import(Import),
    /// Delete sessions that have ended
    #[command(name = "rm")]
    Remove(Remove),
    /// Delete old sessions, and give their space back
    Gc(Gc),
    /// List, show or compare stored evaluations
    #[command(subcommand)]
    Evals(Evals),
    /// Write a page about a session: what it asked and was told, and what came of it
    Report(Report),
    /// Look at packages, which are strategies and what scripts require; install them
    #[command(subcommand)]
    Pkg(Pkg),
    /// Look at scenarios, what strategies are evaluated on; install them
    #[command(subcommand)]
    Scenario(Scenario),
    /// Look at cards, records of runs, and name them
    #[command(subcommand)]
    Card(Card),
    /// Look at what scripts keep with `alc.state`, and change it
    #[command(subcommand)]
    Kv(Kv),
    /// Run, start, stop or look at the background process
    #[command(subcommand)]
    Daemon(Daemon),
    /// Find what is wrong here, and the command that mends it
    Doctor,
    /// Print the settings, and who sets them
    #[command(subcommand)]
    Config(Config),
    /// Print a shell's completion script
    Completions(Completions),
    /// Print the man page, or write one for each command
    Man(Man),
    /// Explain a command; `alc help exit-codes` lists the exit codes
    Help(Help),
    /// Print the versions of this program and of the running daemon
    Version,
}

/// One session's state.
#[derive(Debug, ClapArgs)]
pub(crate) struct State {
    #[command(flatten)]
    pub(crate) session: Session,
    /// Exit with 1 if it failed, 3 if it was cancelled, 8 if it is running or paused
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// The session that a verb is about.
#[derive(Debug, ClapArgs)]
pub(crate) struct Session {
    /// The session: an id, a name, the first characters of an id, or `@` for the newest
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
}

/// A limit on waiting.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct Timeout {
    /// Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,
}

/// An outcome.
#[derive(Debug, ClapArgs)]
pub(crate) struct ResultArgs {
    #[command(flatten)]
    pub(crate) session: Session,
    /// Wait until it has ended; otherwise exit with 8 if it has not
    #[arg(long)]
    pub(crate) wait: bool,
    /// Print a string without quotes
    #[arg(short)]
    pub(crate) raw: bool,
    /// With --wait, give up after this time, with exit code 124
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "wait")]
    pub(crate) timeout: Option<Duration>,
}

fn state() -> impl TypedValueParser<Value = StateName> {
    PossibleValuesParser::new(StateName::ALL.map(StateName::as_str))
        .try_map(|name| StateName::parse(&name).ok_or("no such state"))
}

fn seq(text: &str) -> Result<Seq, <u64 as FromStr>::Err> {
    text.parse().map(Seq)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::input::Value;

    fn parse(words: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(words.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_verb_says_what_it_does_in_one_line() {
        for verb in Args::command().get_subcommands() {
            let about = verb.get_about().expect("has a line").to_string();
            assert!(about.len() < 80 && !about.contains('\n'), "{about}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for words in [
            "alc spawn",
            "alc spawn a.lua -e 1",
            "alc resume k7fq2m9d",
            "alc resume k7fq2m9d yes --batch",
            "alc resume k7fq2m9d yes --timeout 3s",
            "alc spawn a.lua --name a.b",
            "alc spawn a.lua --if-exists reuse",
            "alc spawn a.lua --name a --if-exists often",
            "alc spawn a.lua -l key",
            "alc spawn a.lua --idempotency-key=",
            "alc spawn a.lua --deadline soon",
            "alc spawn a.lua --max-llm-calls -1",
            "alc list -l =value",
            "alc list --since tomorrow",
            "alc cancel",
            "alc cancel @ -l a=b",
            "alc cancel @ --dry-run --wait",
            "alc cancel @ --timeout 1s",
            "alc wait @ -l a=b",
            "alc wait -l a=b --create",
            "alc wait @ --state paused",
            "alc watch",
            "alc watch @ --kind run",
            "alc rm",
            "alc rm @ --since 1d",
            "alc spawn a.lua --timeout 1s",
            "alc spawn a.lua --batch",
            "alc spawn --batch --name a",
            "alc spawn --batch --wait",
            "alc drive -- llm",
            "alc drive @ llm",
            "alc drive @ --sh llm -- llm",
            "alc drive @ -j 0 -- llm",
            "alc drive @ --mode replay -- llm",
            "alc drive @ --role grader -- llm",
            "alc run -- llm",
            "alc run a.lua b.lua -- llm",
            "alc run a.lua --strategy cot -- llm",
            "alc run a.lua --task x -- llm",
            "alc state",
            "alc state a/b",
            "alc wait",
            "alc list --state ended",
            "alc list --watch --limit 3",
            "alc result @ --timeout 3s",
            "alc wait @ --timeout soon",
            "alc bogus",
        ] {
            assert_eq!(parse(words).map(|_| ()).expect_err(words).exit_code(), 2, "{words}");
        }
    }

    #[test]
    fn global_flags_stand_anywhere() {
        for words in
            ["alc --json -q state @", "alc state @ -q --json", "alc daemon status -q --json"]
        {
            let args = parse(words).expect(words);
            assert!(args.global.json && args.global.quiet, "{words}");
        }
    }

    #[test]
    fn a_negative_number_is_an_answer() {
        let Some(Command::Resume(resume)) = parse("alc resume @ -4").expect("parses").command
        else {
            panic!("another verb")
        };
        assert_eq!(resume.text, Some(Value::Text("-4".to_owned())));
    }
}
