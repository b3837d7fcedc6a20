//! Lists, shows and compares stored evaluations.

use std::path::Path;

use alc_core::{EvaluationView, FORMAT};
use alc_ipc::{ErrorCode, Evals, Failure, Json, Response};
use serde_json::value::RawValue;

use super::failure::json;
use crate::{
    cause::chain,
    comparison::compare,
    store::{EvaluationError, Evaluations, Meta},
};

pub(crate) fn evals(request: Evals, home: &Path) -> Result<Response, Failure> {
    let evaluations = Evaluations::new(home);
    match request {
        Evals::List { strategy, limit } => {
            let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
            let metas = evaluations.list(strategy.as_ref().map(alc_core::Name::as_str), limit)?;
            let views = metas.into_iter().map(|meta| json(&view(meta, None)));
            Ok(report(views.collect::<Result<_, Failure>>()?))
        }
        Evals::Show(id) => {
            let (meta, whole) = evaluations.find(&id)?;
            // On one line, unlike its file.
            let Json(text) = json(&whole)?;
            let whole = RawValue::from_string(text).ok();
            Ok(report(vec![json(&view(meta, whole))?]))
        }
        Evals::Compare(a, b) => Ok(report(vec![json(&compare(&evaluations, &a, &b)?)?])),
    }
}

fn report(lines: Vec<Json>) -> Response {
    Response::Report { lines, warnings: Vec::new() }
}

fn view(meta: Meta, report: Option<Box<RawValue>>) -> EvaluationView {
    EvaluationView {
        v: FORMAT,
        eval_id: meta.eval_id,
        strategy: meta.strategy,
        created_at: meta.timestamp.saturating_mul(1000),
        pass_rate: meta.pass_rate,
        mean_score: meta.mean_score,
        total_cases: meta.total_cases,
        passed: meta.passed,
        llm_calls: meta.llm_calls,
        elapsed_ms: meta.elapsed_ms,
        summary: meta.summary,
        report,
    }
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        let (code, hint) = match &error {
            EvaluationError::Unknown(_) => (ErrorCode::NotFound, Some("alc evals list".to_owned())),
            EvaluationError::Damaged(..) | EvaluationError::Io(..) => (ErrorCode::Damaged, None),
        };
        Self { code, message: chain(&error), hint }
    }
}
