//! `alc evals`: stored evaluations, listed, shown and compared, without the daemon.

use alc_core::{ComparisonView, EvaluationView};
use alc_ipc::{ClientError, Evals, Json, Request, Response};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::{escape, shield},
    exit::Exit,
    output::{Output, Style},
    table,
    time::rfc3339,
    tool,
};

const HEADINGS: [&str; 6] = ["ID", "STRATEGY", "ENDED", "PASSED", "CASES", "MEAN"];

pub(super) fn run(
    args: args::Evals,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    match args {
        args::Evals::List(args) => list(args, connector, output),
        args::Evals::Show(args) => show(args.id, connector, output),
        args::Evals::Compare(args) => compare(args.a, args.b, connector, output),
    }
}

fn list(
    args: args::EvalsList,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::EvalsList { strategy, limit } = args;
    let found = ask(Evals::List { strategy, limit }, connector)?;
    let mut rows = Vec::new();
    for view in &found {
        if output.json() {
            output.relay(view)?;
            continue;
        }
        let evaluation: EvaluationView = serde_json::from_str(&view.0)?;
        if output.quiet() {
            output.line(&evaluation.eval_id)?;
        } else if output.is_terminal() {
            rows.push(row(&evaluation));
        } else {
            output.line(&row(&evaluation).join("\t"))?;
        }
    }
    if !rows.is_empty() {
        for (place, cells) in table::align(&HEADINGS, &rows).into_iter().enumerate() {
            let line = cells.join("  ");
            let style = if place == 0 { Style::Bold } else { Style::Plain };
            let line = output.paint(style, line.trim_end()).into_owned();
            output.line(&line)?;
        }
    } else if found.is_empty() && output.is_terminal() {
        output.notice("no evaluations yet; begin with: alc eval SCENARIO STRATEGY");
    }
    Ok(Exit::Done)
}

fn row(evaluation: &EvaluationView) -> Vec<String> {
    vec![
        escape(&evaluation.eval_id),
        escape(&evaluation.strategy),
        rfc3339(evaluation.created_at),
        evaluation.passed.to_string(),
        evaluation.total_cases.to_string(),
        format!("{:.3}", evaluation.mean_score),
    ]
}

/// What `show` prints of a report.
#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    failures: Vec<Failed>,
}

/// A case that did not pass.
#[derive(Deserialize)]
struct Failed {
    case: Case,
    response: Answer,
    grades: Vec<Grade>,
    score: f64,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    input: String,
    #[serde(default)]
    expected: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Grade {
    grader: String,
    score: f64,
    error: Option<String>,
}

fn show(id: String, connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let view = one(ask(Evals::Show(id), connector)?)?;
    if output.json() {
        output.relay(&view)?;
        return Ok(Exit::Done);
    }
    let evaluation: EvaluationView = serde_json::from_str(&view.0)?;
    output.line(&shield(&evaluation.summary))?;
    let report = evaluation.report.as_deref().map_or("", RawValue::get);
    let Report { failures } = serde_json::from_str(report)?;
    for failed in &failures {
        output.line("")?;
        for line in lines(failed) {
            output.line(&shield(&line))?;
        }
    }
    Ok(Exit::Done)
}

/// A case that did not pass, in lines.
fn lines(failed: &Failed) -> Vec<String> {
    let Failed { case, response, grades, score } = failed;
    let mut lines = vec![format!("failed with {score:.3}: {}", case.name).trim_end().to_owned()];
    lines.push(format!("  input: {}", case.input));
    if !case.expected.is_empty() {
        lines.push(format!("  expected: {}", case.expected.join(" | ")));
    }
    lines.push(format!("  answer: {}", response.text));
    if let Some(error) = &response.error {
        lines.push(format!("  error: {error}"));
    }
    lines.extend(grades.iter().map(|Grade { grader, score, error }| match error {
        Some(error) => format!("  {grader}: {error}"),
        None => format!("  {grader}: {score:.3}"),
    }));
    lines
}

fn compare(
    a: String,
    b: String,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let view = one(ask(Evals::Compare(a, b), connector)?)?;
    if output.json() {
        output.relay(&view)?;
        return Ok(Exit::Done);
    }
    let comparison: ComparisonView = serde_json::from_str(&view.0)?;
    output.line(&comparison.comparison.summary)?;
    Ok(Exit::Done)
}

fn ask(what: Evals, connector: &Connector) -> Result<Vec<Json>, CliError> {
    match tool::ask("evals", Request::Evals(what), connector.environment())? {
        Response::Report { lines, .. } => Ok(lines),
        _ => Err(ClientError::Confused.into()),
    }
}

fn one(lines: Vec<Json>) -> Result<Json, CliError> {
    lines.into_iter().next().ok_or_else(|| ClientError::Confused.into())
}
