//! What the evaluation library needs of the host, and what becomes of a report.

use std::io;

use alc_core::CallKind;
use mlua::{Lua, Table, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{
    Raise, add,
    math::{Sample, student_quantile, welch},
    operate, world,
};
use crate::{
    clock,
    engine::{
        operation::{Begun, Operation},
        world::PAYLOAD_LIMIT,
    },
    store::{Evaluations, Meta},
};

/// What a result may have beside its report, in bytes.
const BESIDE: usize = 4096;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // plain(value): a copy of what JSON can say of it.
    add(lua, host, "plain", |lua, arguments| {
        let mark = world(lua, |world| world.mark.clone())?;
        Ok(mark.build(lua, &mark.plain(&arguments.get(1))?)?)
    })?;
    // student_quantile(p, df): below which number that share of Student's distribution lies.
    add(lua, host, "student_quantile", |lua, arguments| {
        Ok(student_quantile(arguments.number(lua, 1)?, arguments.number(lua, 2)?))
    })?;
    // welch(n, mean, deviation, n, mean, deviation): t, degrees of freedom and p, or nothing where
    // the samples are too small.
    add(lua, host, "welch", |lua, arguments| {
        let sample = |first| -> Result<Sample, Raise> {
            let number = |place| arguments.number(lua, place);
            let (count, mean) = (number(first)?, number(first + 1)?);
            Ok(Sample { count, mean, variance: number(first + 2)?.powi(2) })
        };
        let test = welch(sample(1)?, sample(4)?);
        Ok(match test {
            Some(test) => (Value::Number(test.t), Value::Number(test.df), Value::Number(test.p)),
            None => (Value::Nil, Value::Nil, Value::Nil),
        })
    })?;
    // evaluation_save(strategy, report): what became of storing it; the report is JSON text.
    add(lua, host, "evaluation_save", |lua, arguments| {
        let (strategy, report) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        let key = format!("evaluation\0{strategy}\0{report}");
        let saving = world(lua, |world| Saving {
            evaluations: Evaluations::new(&world.home),
            strategy,
            report,
            llm_calls: world.asked().into(),
            started_at: world.started_at(),
        })?;
        operate(lua, CallKind::File, key, Operation::new(move |intent| saving.begin(intent)))
    })
}

/// A report that is to be stored.
struct Saving {
    evaluations: Evaluations,
    strategy: String,
    /// JSON text.
    report: String,
    llm_calls: u64,
    started_at: i64,
}

/// Under which id, and when; written down before it is stored.
#[derive(Serialize, Deserialize)]
struct Ended {
    eval_id: String,
    /// In Unix milliseconds.
    at: i64,
}

/// What lists say of a report.
#[derive(Deserialize)]
struct Figures {
    aggregated: Aggregated,
    summary: String,
}

#[derive(Deserialize)]
struct Aggregated {
    total: u64,
    passed: u64,
    pass_rate: f64,
    scores: Scores,
}

#[derive(Deserialize)]
struct Scores {
    mean: f64,
}

impl Saving {
    /// Reserves an id, unless one was written down before; then the files are filled, perhaps again.
    fn begin(self, intent: Option<String>) -> Begun {
        if let Some(intent) = intent {
            return Begun::Over(match serde_json::from_str::<Ended>(&intent) {
                Ok(ended) => Ok(self.finish(&ended)),
                Err(error) => Err(error.to_string()),
            });
        }
        let at = clock::now();
        match self.evaluations.reserve(&self.strategy, at / 1000) {
            Err(error) => Begun::Over(Ok(self.told(Err(error)))),
            Ok(eval_id) => {
                let ended = Ended { eval_id, at };
                let intent = json!(ended).to_string();
                Begun::Intends { intent, finish: Box::new(move || Ok(self.finish(&ended))) }
            }
        }
    }

    fn finish(&self, ended: &Ended) -> String {
        self.told(self.fill(ended).map(|()| &ended.eval_id))
    }

    fn fill(&self, ended: &Ended) -> io::Result<()> {
        let mut report: Json = serde_json::from_str(&self.report)?;
        let Figures { aggregated, summary } = Figures::deserialize(&report)?;
        let Aggregated { total, passed, pass_rate, scores } = aggregated;
        report["eval_id"] = json!(ended.eval_id);
        report["strategy"] = json!(self.strategy);
        let meta = Meta {
            eval_id: ended.eval_id.clone(),
            strategy: self.strategy.clone(),
            timestamp: ended.at / 1000,
            pass_rate,
            mean_score: scores.mean,
            total_cases: total,
            passed,
            llm_calls: self.llm_calls,
            elapsed_ms: u64::try_from(ended.at - self.started_at).unwrap_or_default(),
            summary,
        };
        self.evaluations.write(&report, &meta)
    }

    /// What the script is told: the id, or why it has none; and whether a result has room for all of it.
    fn told(&self, stored: io::Result<&String>) -> String {
        let too_long = self.report.len() + BESIDE > PAYLOAD_LIMIT;
        let told = match stored {
            Ok(eval_id) => json!({"eval_id": eval_id, "too_long": too_long}),
            Err(error) => {
                let warning = format!("the evaluation is not stored in evals: {error}");
                json!({"warning": warning, "too_long": too_long})
            }
        };
        told.to_string()
    }
}
