//! Starts a session.

use std::collections::HashSet;

use alc_core::{Label, Limits, Name};
use alc_ipc::{ErrorCode, Failure, Json, Program, Response, Spawn};

use super::failure::invalid;
use crate::{
    engine::PAYLOAD_LIMIT,
    journal::{Identity, SpawnKey},
    registry::{Registry, Specification},
};

/// The most labels of a session.
const LABELS: usize = 64;

/// Refuses what cannot run before anything is created.
pub(super) async fn spawn(spawn: Spawn, registry: &Registry) -> Result<Response, Failure> {
    let Spawn { program, ctx, name, if_exists, labels, key, limits, caller } = spawn;
    let Program::Run { source, chunk } = program;
    for (what, text) in [("source", &source), ("context", &ctx.0)] {
        if text.len() > PAYLOAD_LIMIT {
            let message =
                format!("the {what} has {} bytes, over the limit of {PAYLOAD_LIMIT}", text.len());
            return Err(Failure { code: ErrorCode::TooLarge, message, hint: None });
        }
    }
    if source.trim().is_empty() {
        return Err(invalid(format!("{chunk} is empty, there is nothing to run")));
    }
    if !matches!(serde_json::from_str(&ctx.0), Ok(serde_json::Value::Object(_))) {
        return Err(invalid("the context is not a JSON object".to_owned()));
    }
    check_labels(&labels)?;
    let key = key.map(|key| {
        let fingerprint = fingerprint(&source, &chunk, &ctx, name.as_ref(), &labels, limits);
        SpawnKey { key, fingerprint }
    });
    let identity = Identity { name, if_exists, labels, key };
    let ctx = ctx.0;
    let specification = Specification { source, chunk, ctx, identity, limits, caller };
    let id = registry.spawn(specification).await?;
    Ok(Response::Spawned(id))
}

fn check_labels(labels: &[Label]) -> Result<(), Failure> {
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
    let mut hasher = blake3::Hasher::new();
    let limits = [limits.deadline, limits.max_llm_calls];
    let limits = limits.map(|limit| limit.map(|limit| limit.to_string()).unwrap_or_default());
    let parts = [source, chunk, &ctx.0, name].into_iter();
    let texts = parts.chain(limits.iter().chain(&labels).map(String::as_str));
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
