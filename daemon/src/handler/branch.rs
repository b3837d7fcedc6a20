//! Starts branches.

use alc_core::{IfExists, Label};
use alc_ipc::{Branch, Failure, Response};

use super::spawn::{check_labels, hash_of};
use crate::{
    journal::{Identity, SpawnKey},
    registry::Registry,
};

/// Resolves what it begins with, so that the same request means the same session later.
pub(super) async fn branch(branch: Branch, registry: &Registry) -> Result<Response, Failure> {
    let Branch { session, name, labels, key, deadline } = branch;
    check_labels(&labels)?;
    let from = registry.parts_at(&session).await?;
    let key = key.map(|key| {
        let query = from.0.query(from.1.query).to_string();
        let name = name.as_ref().map_or(String::new(), |name| name.as_str().to_owned());
        let deadline = deadline.map(|limit| limit.to_string()).unwrap_or_default();
        let mut texts: Vec<String> = labels.iter().map(Label::to_string).collect();
        texts.sort();
        texts.extend(["branch".to_owned(), query, name, deadline]);
        SpawnKey { key, fingerprint: hash_of(texts.iter().map(String::as_str)) }
    });
    let identity = Identity { name, if_exists: IfExists::Fail, labels, key };
    let deadline = deadline.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(Response::Spawned(registry.branch(from, identity, deadline).await?))
}
