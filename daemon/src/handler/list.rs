//! Many sessions, in pages that fit a frame.

use alc_ipc::{After, Failure, Home, Json, List, Page, Response, Unreadable};

use super::failure::json;
use crate::{
    engine::PAYLOAD_LIMIT,
    journal::{self, Filter},
    registry::Registry,
};

/// The most sessions that a page holds.
const LARGEST: u32 = 256;

pub(super) async fn list(list: List, registry: &Registry) -> Result<Response, Failure> {
    let List { states, kinds, labels, since, limit, after } = list;
    let filter = Filter { states, kinds, labels, since };
    let after = match after {
        None => None,
        Some(After::Page(place)) => Some(place),
        Some(After::Session(session)) => Some(registry.place(&session).await?),
    };
    let mut limit = if limit == 0 { LARGEST } else { limit.min(LARGEST) } as usize;
    loop {
        let page = registry.list(filter.clone(), limit, after).await?;
        let sessions = lines(&page)?;
        let fit = fitting(&sessions);
        if fit < sessions.len() {
            limit = fit;
            continue;
        }
        let next = page.next.map(After::Page);
        return Ok(Response::Sessions(Page { sessions, damaged: damaged(page), next }));
    }
}

/// The first sessions of a journal that no daemon owns, for somebody who only looks; where there is
/// none, there are none.
pub(crate) fn look(list: List, home: &Home) -> Result<Response, Failure> {
    let List { states, kinds, labels, since, limit, .. } = list;
    let filter = Filter { states, kinds, labels, since };
    let found = journal::look(&home.journal(), &filter, limit.min(LARGEST) as usize)?;
    let mut sessions = found.as_ref().map(lines).transpose()?.unwrap_or_default();
    sessions.truncate(fitting(&sessions));
    let damaged = found.map(damaged).unwrap_or_default();
    Ok(Response::Sessions(Page { sessions, damaged, next: None }))
}

fn lines(page: &journal::Page) -> Result<Vec<Json>, Failure> {
    page.sessions.iter().map(json).collect()
}

fn damaged(page: journal::Page) -> Vec<Unreadable> {
    let unreadable = |(session, error)| Unreadable { session, failure: Failure::from(error) };
    page.damaged.into_iter().map(unreadable).collect()
}

/// How many of the first fit a frame together; each does alone.
fn fitting(sessions: &[Json]) -> usize {
    let mut bytes = 0;
    let fits = |session: &&Json| {
        bytes += session.0.len();
        bytes <= PAYLOAD_LIMIT
    };
    sessions.iter().take_while(fits).count().max(1)
}
