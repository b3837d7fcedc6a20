//! Many sessions, in pages that fit a frame.

use alc_ipc::{Failure, List, Page, Response};

use super::failure::json;
use crate::{cause::chain, log, registry::Registry};

/// The most sessions that a page holds.
const LARGEST: u32 = 256;

pub(super) async fn list(list: List, registry: &Registry) -> Result<Response, Failure> {
    let List { states, kinds, limit, after } = list;
    let limit = if limit == 0 { LARGEST } else { limit.min(LARGEST) };
    let page = registry.list(states, kinds, limit as usize, after).await?;
    for error in &page.damaged {
        log::line(&chain(error));
    }
    let sessions = page.sessions.iter().map(json).collect::<Result<_, _>>()?;
    Ok(Response::Sessions(Page { sessions, next: page.next }))
}
