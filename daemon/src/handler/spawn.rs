//! Starts a session.

use std::collections::{BTreeMap, HashSet};

use alc_core::{Caller, Label, Limits, Name, Program, Scenario};
use alc_ipc::{ErrorCode, Failure, Home, Json, Response, Spawn};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::failure::invalid;
use crate::{
    engine::{BrokeOff, PAYLOAD_LIMIT},
    environment,
    journal::{Identity, SpawnKey},
    registry::{Registry, RegistryError, Specification},
};

/// The most labels of a session.
const LABELS: usize = 64;

/// Refuses what cannot run before anything is created.
pub(super) async fn spawn(spawn: Spawn, registry: &Registry) -> Result<Response, Failure> {
    let specification = specification(spawn).await?;
    Ok(Response::Spawned(registry.spawn(specification).await?))
}

/// Refuses what `spawn` would refuse for what it is, and creates nothing.
pub(crate) async fn check(spawn: Spawn, home: &Home) -> Result<Response, Failure> {
    specification(spawn).await?.check(home.path().into()).await?;
    Ok(Response::Checked)
}

/// What is to run, as far as that can be told without running it.
async fn specification(spawn: Spawn) -> Result<Specification, Failure> {
    let Spawn { program, ctx, name, if_exists, labels, key, limits, caller } = spawn;
    let (source, chunk) = described(&program);
    check_size("source", source.len(), PAYLOAD_LIMIT)?;
    check_size("context", ctx.0.len(), PAYLOAD_LIMIT)?;
    check_size("caller's environment", caller.size(), Caller::LIMIT)?;
    if source.trim().is_empty() {
        return Err(invalid(format!("{chunk} is empty, there is nothing to run")));
    }
    let Ok(Value::Object(members)) = serde_json::from_str(&ctx.0) else {
        return Err(invalid("the context is not a JSON object".to_owned()));
    };
    check_labels(&labels)?;
    let key = key.map(|key| {
        let fingerprint = fingerprint(source, &chunk, &ctx, name.as_ref(), &labels, limits);
        SpawnKey { key, fingerprint }
    });
    let identity = Identity { name, if_exists, labels, key };
    let (env, caller) = match program {
        Program::Run { .. } => read_environment(members, caller).await?,
        Program::Advice { .. } | Program::Eval { .. } => (BTreeMap::new(), caller),
    };
    Ok(Specification { program, ctx: ctx.0, identity, limits, env, caller })
}

/// The source of a program, or a word where no source can be, and what the program is called.
fn described(program: &Program) -> (&str, String) {
    match program {
        Program::Run { source, chunk } => (source, chunk.clone()),
        Program::Advice { strategy } => ("advice", strategy.to_string()),
        Program::Eval { scenario, strategy, auto_card } => {
            let (source, scenario) = match scenario {
                Scenario::Source { source, chunk } => (source.as_str(), chunk.as_str()),
                Scenario::Named(name) => ("eval", name.as_str()),
            };
            let card = if *auto_card { ", with a card" } else { "" };
            (source, format!("{scenario} for {strategy}{card}"))
        }
    }
}

fn check_size(what: &str, size: usize, limit: usize) -> Result<(), Failure> {
    if size <= limit {
        return Ok(());
    }
    let message = format!("the {what} has {size} bytes, over the limit of {limit}");
    Err(Failure { code: ErrorCode::TooLarge, message, hint: None })
}

/// What the session finds in `alc.env`, put together where reading files holds nobody up.
async fn read_environment(
    ctx: Map<String, Value>,
    caller: Caller,
) -> Result<(BTreeMap<String, String>, Caller), Failure> {
    if !ctx.contains_key("env") {
        return Ok((BTreeMap::new(), caller));
    }
    let read = move || environment::of_context(&ctx, &caller).map(|env| (env, caller));
    match spawn_blocking(read).await {
        Ok(environment) => Ok(environment?),
        Err(_) => Err(RegistryError::Spawn(BrokeOff::Panicked.into()).into()),
    }
}

pub(super) fn check_labels(labels: &[Label]) -> Result<(), Failure> {
    if labels.len() > LABELS {
        return Err(invalid(format!(
            "there are {} labels, over the limit of {LABELS}",
            labels.len()
        )));
    }
    let mut keys = HashSet::new();
    match labels.iter().find(|label| !keys.insert(label.key())) {
        Some(twice) => Err(invalid(format!("the label `{}` is given twice", twice.key()))),
        None => Ok(()),
    }
}

/// A hash of all that makes two requests with one key the same. The journal keeps it: it is the same
/// in every release, whatever the order of the labels.
fn fingerprint(
    source: &str,
    chunk: &str,
    ctx: &Json,
    name: Option<&Name>,
    labels: &[Label],
    limits: Limits,
) -> [u8; 32] {
    let mut labels: Vec<String> = labels.iter().map(Label::to_string).collect();
    labels.sort();
    let name = name.map_or("", Name::as_str);
    let limits = [limits.deadline, limits.max_llm_calls];
    let limits = limits.map(|limit| limit.map(|limit| limit.to_string()).unwrap_or_default());
    let parts = [source, chunk, &ctx.0, name].into_iter();
    hash_of(parts.chain(limits.iter().chain(&labels).map(String::as_str)))
}

/// A hash of these texts and their order.
pub(super) fn hash_of<'a>(texts: impl Iterator<Item = &'a str>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        // With its length, so that no two lists of texts are the same bytes.
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_every_part_apart_and_not_the_order_of_labels() {
        let of = |parts: [&str; 4], labels: &[&str], limits| {
            let [source, chunk, ctx, name] = parts;
            let labels: Vec<Label> =
                labels.iter().map(|label| label.parse().expect("a label")).collect();
            let name = name.parse().ok();
            let ctx = Json(ctx.to_owned());
            fingerprint(source, chunk, &ctx, name.as_ref(), &labels, limits)
        };
        let none = Limits::default();
        let first = of(["a", "b", "{}", "n"], &["x=1", "y=2"], none);
        assert_eq!(of(["a", "b", "{}", "n"], &["y=2", "x=1"], none), first);
        for (parts, labels) in [
            (["ab", "", "{}", "n"], &["x=1", "y=2"][..]),
            (["a", "c", "{}", "n"], &["x=1", "y=2"]),
            (["a", "b", "{ }", "n"], &["x=1", "y=2"]),
            (["a", "b", "{}", ""], &["x=1", "y=2"]),
            (["a", "b", "{}", "n"], &["x=1"]),
            (["a", "b", "{}", "n"], &["x=1", "y=3"]),
        ] {
            assert_ne!(of(parts, labels, none), first, "{parts:?} {labels:?}");
        }
        for limits in
            [Limits { deadline: Some(7), ..none }, Limits { max_llm_calls: Some(7), ..none }]
        {
            assert_ne!(of(["a", "b", "{}", "n"], &["x=1", "y=2"], limits), first, "{limits:?}");
        }
        // Kept in journals: a change would make old keys look used for something else.
        assert_eq!(first[..4], [114, 220, 146, 85]);
    }

    #[test]
    fn a_label_stands_once_and_not_too_many_do() {
        let labels = |count: usize| -> Vec<Label> {
            (0..count).map(|n| format!("k{n}=v").parse().expect("a label")).collect()
        };
        assert!(check_labels(&labels(LABELS)).is_ok());
        assert!(check_labels(&labels(LABELS + 1)).is_err());
        assert!(check_labels(&[labels(1), labels(1)].concat()).is_err());
    }
}
