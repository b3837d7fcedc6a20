//! Deletes what is old.

use alc_ipc::{Collect, Collected, Failure, Response};

use crate::registry::{Gone, Policy, Registry};

pub(super) async fn collect(collect: Collect, registry: &Registry) -> Result<Response, Failure> {
    let Collect { older_than, keep_bytes, dry_run } = collect;
    let usual = registry.policy();
    let older_than = older_than.map(|time| i64::try_from(time).unwrap_or(i64::MAX));
    let policy = Policy {
        older_than: older_than.unwrap_or(usual.older_than),
        keep_bytes: keep_bytes.or(usual.keep_bytes),
    };
    let gone = if dry_run {
        registry.would_collect(policy).await?
    } else {
        registry.collect(policy).await?
    };
    let Gone { sessions, blobs, tombstones, bytes } = gone;
    Ok(Response::Collected(Collected { sessions, blobs, tombstones, bytes }))
}
