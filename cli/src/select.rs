//! Which sessions a verb is about: many, by what they are; and those that are named, or bear labels.

use alc_core::{Label, Reference, SessionView, StateName};
use alc_ipc::{Json, List};

use crate::{error::CliError, link::Link};

/// How many sessions to ask for at a time.
const PAGE: u32 = 200;

/// Hands on the sessions that `list` selects, page by page, so that a long list begins at once; at
/// most `limit` of them.
pub(crate) fn each_page(
    mut list: List,
    limit: Option<u32>,
    link: &mut Link<'_>,
    mut hand_on: impl FnMut(Vec<Json>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut left = limit.unwrap_or(u32::MAX);
    while left > 0 {
        list.limit = left.min(PAGE);
        let page = link.call(|client| client.list(list.clone()))?;
        left = left.saturating_sub(u32::try_from(page.sessions.len()).unwrap_or(u32::MAX));
        hand_on(page.sessions)?;
        list.after = page.next;
        if list.after.is_none() {
            break;
        }
    }
    Ok(())
}

/// The sessions that were named; or, if labels were given instead, those in these states that bear
/// all of them, by id.
pub(crate) fn references(
    named: &[Reference],
    labels: &[Label],
    states: &[StateName],
    link: &mut Link<'_>,
) -> Result<Vec<Reference>, CliError> {
    let mut references = named.to_vec();
    if !labels.is_empty() {
        let (states, labels) = (states.to_vec(), labels.to_vec());
        each_page(List { states, labels, ..List::default() }, None, link, |page| {
            for view in page {
                let session: SessionView = serde_json::from_str(&view.0)?;
                references.push(session.id.into());
            }
            Ok(())
        })?;
    }
    Ok(references)
}
