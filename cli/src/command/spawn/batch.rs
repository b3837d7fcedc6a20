//! `alc spawn --batch`: starts a session for each line of stdin.
//!
//! Every line is read before the first session starts, so that a slip starts nothing. What only the
//! daemon can refuse, such as a name that is in use, is said of the one line; the others start.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use alc_core::{IfExists, Key, Name};
use alc_ipc::Spawn;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    args, bulk,
    command::{advice, eval},
    connect::Connector,
    error::CliError,
    exit::Exit,
    input::{self, InputError, Value},
    output::Output,
    time::parse_duration,
};

/// The longest batch, in bytes.
const LIMIT: usize = 256 << 20;

/// What a line may say: the flags of the verbs that start a session.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Line {
    file: Option<PathBuf>,
    e: Option<String>,
    strategy: Option<Name>,
    task: Option<String>,
    scenario: Option<String>,
    auto_card: bool,
    ctx: Option<Box<RawValue>>,
    name: Option<Name>,
    if_exists: Option<String>,
    idempotency_key: Option<Key>,
    labels: BTreeMap<String, String>,
    deadline: Option<Span>,
    max_llm_calls: Option<u64>,
    /// Without a value: the one it has here.
    env: BTreeMap<String, Option<String>>,
    project_root: Option<PathBuf>,
}

/// Seconds, or a duration as it is typed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Span {
    Seconds(u64),
    Text(String),
}

/// What is wrong with a line, beyond what is wrong with any request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadLine {
    /// It is not even an object; the members of a list would count by their places.
    #[error("it is not a JSON object")]
    NoObject,
    /// It is no JSON, or has a member that it should not have.
    #[error("{0}")]
    Json(serde_json::Error),
    /// None or several of the members that say what runs.
    #[error(
        "it has to say what to run: `file` or `e` for a script, `strategy` for a package, \
         `strategy` with `scenario` or `e` for an evaluation"
    )]
    Program,
    /// A task for nobody.
    #[error("`task` is for a `strategy` alone; all else finds what is in `ctx`")]
    Task,
    /// A card of nothing.
    #[error("`auto_card` is for an evaluation")]
    Card,
    /// The lines themselves come from there.
    #[error("`{0}` cannot be stdin")]
    Stdin(&'static str),
    /// A member is not as its flag is typed.
    #[error("`{member}`: {problem}")]
    Member { member: &'static str, problem: String },
}

pub(super) fn run(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let text = input::read_piped_stdin("the batch", LIMIT, "alc spawn --help")?;
    let lines: Vec<_> =
        (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()).collect();
    let wrong = |&(line, text): &(usize, &str)| Some(of_line(line, request(text).err()?));
    let wrong: Vec<_> = lines.iter().filter_map(wrong).collect();
    if !wrong.is_empty() {
        for error in &wrong {
            output.error(error);
        }
        output.notice("nothing was started");
        return Ok(Exit::Usage);
    }
    if lines.is_empty() {
        return Ok(Exit::Done);
    }
    let mut link = connector.starting()?;
    bulk::for_each(&lines, output, |&(line, text), output| {
        // Read again and not kept: each may bring a script of its own.
        let started = request(text).map_err(CliError::from).and_then(|request| {
            let session = super::spawn(request, &mut link)?;
            super::print(&session, &mut link, output)
        });
        match started.map_err(|error| of_line(line, error)) {
            Ok(()) => Ok(Exit::Done),
            Err(error) if error.exit() == Exit::Usage => {
                output.error(&error);
                Ok(Exit::Usage)
            }
            Err(error) => Err(error),
        }
    })
}

fn of_line(line: usize, error: impl Into<CliError>) -> CliError {
    CliError::OfLine { line, source: Box::new(error.into()) }
}

/// What a line asks for.
fn request(text: &str) -> Result<Spawn, InputError> {
    if !text.trim_start().starts_with('{') {
        return Err(BadLine::NoObject.into());
    }
    let line: Line = serde_json::from_str(text).map_err(BadLine::Json)?;
    let if_exists = line.if_exists.as_deref().map_or(Ok(IfExists::default()), |choice| {
        IfExists::parse(choice).ok_or_else(|| bad("if_exists", &"it is fail, reuse or replace"))
    })?;
    let labels = line.labels.iter().map(|(key, value)| format!("{key}={value}").parse());
    let labels = labels.collect::<Result<_, _>>().map_err(|error| bad("labels", &error))?;
    let env = line.env.into_iter().map(variable).collect::<Result<_, _>>();
    let env = env.map_err(|error| bad("env", &error))?;
    let deadline = line.deadline.map(Span::read).transpose()?;
    let (max_llm_calls, project_root) = (line.max_llm_calls, line.project_root);
    let (name, idempotency_key) = (line.name, line.idempotency_key);
    let base = line.ctx.map(|ctx| Value::Text(ctx.get().to_owned()));
    let start = args::Start {
        source: args::Source { file: line.file, e: line.e },
        given: args::Given {
            ctx: args::Ctx { base, set: Vec::new(), set_json: Vec::new() },
            identity: args::Identity { name, if_exists, labels, idempotency_key },
            terms: args::Terms { deadline, max_llm_calls, env, project_root, check: false },
        },
    };
    match line.strategy {
        None if line.task.is_some() => Err(BadLine::Task.into()),
        None if line.auto_card => Err(BadLine::Card.into()),
        None if line.scenario.is_some() => Err(BadLine::Program.into()),
        None => script(start),
        Some(strategy) => of_package(strategy, line.task, line.scenario, line.auto_card, start),
    }
}

fn script(start: args::Start) -> Result<Spawn, InputError> {
    match &start.source {
        args::Source { file: Some(file), e: None } if file == Path::new("-") => {
            Err(BadLine::Stdin("file").into())
        }
        args::Source { file: Some(_), e: None } | args::Source { file: None, e: Some(_) } => {
            super::read(start)
        }
        _ => Err(BadLine::Program.into()),
    }
}

/// A strategy, or its evaluation where there is a scenario.
fn of_package(
    strategy: Name,
    task: Option<String>,
    scenario: Option<String>,
    auto_card: bool,
    start: args::Start,
) -> Result<Spawn, InputError> {
    let args::Start { source: args::Source { file, e }, given } = start;
    match (file, scenario, e) {
        (None, None, None) if auto_card => Err(BadLine::Card.into()),
        (None, None, None) => advice::request(strategy, task.map(Value::Text), given),
        (None, Some(_), None) | (None, None, Some(_)) if task.is_some() => {
            Err(BadLine::Task.into())
        }
        (None, Some(scenario), None) if scenario == "-" => Err(BadLine::Stdin("scenario").into()),
        (None, scenario @ Some(_), e @ None) | (None, scenario @ None, e @ Some(_)) => {
            let scenario = eval::read(scenario.as_deref(), e)?;
            eval::request(scenario, strategy, auto_card, given)
        }
        _ => Err(BadLine::Program.into()),
    }
}

fn variable(
    (name, value): (String, Option<String>),
) -> Result<crate::caller::Variable, crate::caller::BadVariable> {
    match value {
        Some(value) => format!("{name}={value}").parse(),
        None => name.parse(),
    }
}

impl Span {
    fn read(self) -> Result<Duration, BadLine> {
        match self {
            Self::Seconds(seconds) => Ok(Duration::from_secs(seconds)),
            Self::Text(text) => parse_duration(&text).map_err(|error| bad("deadline", &error)),
        }
    }
}

fn bad(member: &'static str, problem: &dyn ToString) -> BadLine {
    BadLine::Member { member, problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use alc_core::{Program, Scenario};

    use super::*;

    #[test]
    fn a_line_says_what_the_flags_of_a_spawn_do() {
        let line = r#"{"e":"return 1","ctx":{"n":12345678901234567890},"name":"a",
            "if_exists":"reuse","idempotency_key":"k","labels":{"x":"1=2"},"deadline":"2h",
            "max_llm_calls":3,"env":{"A":"b"}}"#;
        let spawn = request(line).expect("reads");
        assert_eq!(spawn.ctx.0, r#"{"n":12345678901234567890}"#);
        assert_eq!(spawn.name, "a".parse().ok());
        assert_eq!(spawn.if_exists, IfExists::Reuse);
        assert_eq!(spawn.key, "k".parse().ok());
        assert_eq!(spawn.labels, ["x=1=2".parse().expect("a label")]);
        assert_eq!(spawn.limits.deadline, Some(7_200_000));
        assert_eq!(spawn.limits.max_llm_calls, Some(3));
        assert_eq!(spawn.caller.env.get("A").map(String::as_str), Some("b"));
        let seconds = request(r#"{"e":"return 1","deadline":90}"#).expect("reads");
        assert_eq!(seconds.limits.deadline, Some(90_000));
    }

    #[test]
    fn a_line_may_name_a_strategy_and_its_task() {
        let line = r#"{"strategy":"cot","task":"@home\n","ctx":{"n":1}}"#;
        let spawn = request(line).expect("reads");
        assert_eq!(spawn.program, Program::Advice { strategy: "cot".parse().expect("a name") });
        assert_eq!(spawn.ctx.0, r#"{"n":1,"task":"@home\n"}"#);
    }

    #[test]
    fn a_line_with_a_scenario_is_an_evaluation() {
        let strategy: Name = "cot".parse().expect("a name");
        let source = |source: &str| Scenario::Source { source: source.into(), chunk: "-e".into() };
        let named = Scenario::Named("sums".parse().expect("a name"));
        for (line, scenario, auto_card) in [
            (r#"{"scenario":"sums","strategy":"cot"}"#, named, false),
            (r#"{"e":"return {}","strategy":"cot","auto_card":true}"#, source("return {}"), true),
        ] {
            let program = Program::Eval { scenario, strategy: strategy.clone(), auto_card };
            assert_eq!(request(line).expect("reads").program, program);
        }
    }

    #[test]
    fn what_no_flag_can_say_is_refused() {
        for (line, why) in [
            ("no", "not a JSON object"),
            (r#"["x.lua"]"#, "not a JSON object"),
            ("{", "EOF"),
            ("{}", "what to run"),
            (r#"{"e":"x","file":"y"}"#, "what to run"),
            (r#"{"file":"x","strategy":"y"}"#, "what to run"),
            (r#"{"scenario":"x"}"#, "what to run"),
            (r#"{"scenario":"x","e":"x","strategy":"y"}"#, "what to run"),
            (r#"{"e":"x","task":"y"}"#, "is for a `strategy`"),
            (r#"{"scenario":"x","strategy":"y","task":"z"}"#, "is for a `strategy`"),
            (r#"{"strategy":"y","auto_card":true}"#, "is for an evaluation"),
            (r#"{"file":"-"}"#, "`file` cannot be stdin"),
            (r#"{"scenario":"-","strategy":"y"}"#, "`scenario` cannot be stdin"),
            (r#"{"scenario":"none.lua","strategy":"y"}"#, "cannot read none.lua"),
            (r#"{"e":"x","labelz":{}}"#, "unknown field"),
            (r#"{"e":"x","labels":{"a b":"c"}}"#, "`labels`: a label"),
            (r#"{"e":"x","env":{"":"c"}}"#, "`env`: a variable"),
            (r#"{"e":"x","env":{"NO_SUCH_VARIABLE":null}}"#, "is not set here"),
            (r#"{"e":"x","if_exists":"often"}"#, "`if_exists`: it is"),
            (r#"{"e":"x","deadline":"soon"}"#, "`deadline`: a duration"),
            (r#"{"e":"x","deadline":-1}"#, "did not match"),
            (r#"{"e":"x","name":"a b"}"#, "a name is"),
            (r#"{"e":"x","ctx":[1]}"#, "`ctx` is not a JSON object"),
            (r#"{"e":" "}"#, "is empty"),
        ] {
            let refused = request(line).expect_err(line).to_string();
            assert!(refused.contains(why), "{line}: {refused}");
        }
    }
}
