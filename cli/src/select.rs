//! Which sessions a verb is about: many, by what they are; and those that are named, or selected.

use alc_core::{Reference, SessionView, StateName};
use alc_ipc::{Json, List, Unreadable};

use crate::{args::Selection, error::CliError, link::Link};

/// How many sessions to ask for at a time.
const PAGE: u32 = 200;

/// Hands on the sessions that `list` selects, page by page, so that a long list begins at once; at
/// most `limit` of them. Returns those that should be among them and cannot be read.
pub(crate) fn each_page(
    mut list: List,
    limit: Option<u32>,
    link: &mut Link<'_>,
    mut hand_on: impl FnMut(Vec<Json>) -> Result<(), CliError>,
) -> Result<Vec<Unreadable>, CliError> {
    let mut damaged = Vec::new();
    let mut left = limit.unwrap_or(u32::MAX);
    while left > 0 {
        list.limit = left.min(PAGE);
        let page = link.call(|client| client.list(list.clone()))?;
        left = left.saturating_sub(u32::try_from(page.sessions.len()).unwrap_or(u32::MAX));
        hand_on(page.sessions)?;
        damaged.extend(page.damaged);
        list.after = page.next;
        if list.after.is_none() {
            break;
        }
    }
    Ok(damaged)
}

/// The sessions that the flags let through.
pub(crate) fn filter(selection: &Selection) -> List {
    List {
        states: selection.state.clone(),
        kinds: selection.kind.clone(),
        labels: selection.labels.clone(),
        since: selection.since,
        ..List::default()
    }
}

/// The sessions that were named; or, if flags select them instead, those in one of these states, by
/// id.
pub(crate) fn references(
    named: &[Reference],
    selection: &Selection,
    states: &[StateName],
    link: &mut Link<'_>,
) -> Result<Vec<Reference>, CliError> {
    if selection.is_everything() {
        return Ok(named.to_vec());
    }
    let wanted = |state: &StateName| selection.state.is_empty() || selection.state.contains(state);
    let states: Vec<_> = states.iter().copied().filter(wanted).collect();
    let mut references = Vec::new();
    if states.is_empty() {
        return Ok(references);
    }
    let damaged = each_page(List { states, ..filter(selection) }, None, link, |page| {
        for view in page {
            let session: SessionView = serde_json::from_str(&view.0)?;
            references.push(session.id.into());
        }
        Ok(())
    })?;
    // The verb finds out what is wrong with them, and says so.
    references.extend(damaged.iter().filter_map(|unreadable| unreadable.session.parse().ok()));
    Ok(references)
}

/// There must be sessions, and there are none.
pub(crate) fn none(selection: &Selection) -> CliError {
    let Selection { state, kind, labels, since } = selection;
    let by_labels = state.is_empty() && kind.is_empty() && since.is_none();
    CliError::NoneSelected(if by_labels { labels.clone() } else { Vec::new() })
}
