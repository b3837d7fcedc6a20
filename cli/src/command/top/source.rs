//! The thread that talks to the daemon for the screen, so that keys are never held up.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

use alc_core::{QueryId, SessionId, SessionView, StateName};
use alc_ipc::{After, Applied, List};

use super::super::{cancel, resume};
use crate::{error::CliError, link::Link};

/// How often the screen is new when nobody presses a key.
const EVERY: Duration = Duration::from_secs(1);
/// How long a daemon may be away before that is said; it is asked again.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the person wants.
#[derive(Debug)]
pub(super) enum Wish {
    /// To see these sessions, from now on.
    Look(List),
    /// To answer.
    Answer(QueryId, String),
    /// To end a session.
    Cancel(SessionId),
}

/// What the daemon says.
#[derive(Debug)]
pub(super) enum News {
    /// The sessions that were wanted last, as they are now.
    Page(Page),
    /// What became of a wish, or why nothing is heard.
    Said(String),
}

/// Some sessions, and how many there are of all.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The request that they answer.
    pub(super) list: List,
    pub(super) sessions: Vec<SessionView>,
    /// Behind which the next page begins, if there is one.
    pub(super) next: Option<After>,
    /// Of all, by state.
    pub(super) counts: Vec<(StateName, u64)>,
}

/// Grants wishes until there will be no more.
pub(super) fn serve(mut link: Link<'_>, wishes: &Receiver<Wish>, news: &Sender<News>) {
    let mut list = List::default();
    loop {
        let mut wish = match wishes.recv_timeout(EVERY) {
            Ok(wish) => Some(wish),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        link.set_timeout(Some(PATIENCE));
        // Of several pages that were asked for meanwhile, the last is looked at.
        while let Some(granted) = wish {
            match granted {
                Wish::Look(wanted) => list = wanted,
                Wish::Answer(query, text) => tell(answer(&query, text, &mut link), news),
                Wish::Cancel(session) => tell(end(&session, &mut link), news),
            }
            wish = wishes.try_recv().ok();
        }
        match look(&list, &mut link) {
            Ok(page) => news.send(News::Page(page)).ok(),
            Err(error) => news.send(News::Said(sentence(&error))).ok(),
        };
    }
}

fn tell(done: Result<String, CliError>, news: &Sender<News>) {
    news.send(News::Said(done.unwrap_or_else(|error| sentence(&error)))).ok();
}

fn answer(query: &QueryId, text: String, link: &mut Link<'_>) -> Result<String, CliError> {
    let resumed = resume::answer(query, text, link)?;
    let already = resumed.answers.iter().any(|(_, applied)| *applied == Applied::Already);
    Ok(format!("{query} {}", if already { "had this answer already" } else { "is answered" }))
}

fn end(session: &SessionId, link: &mut Link<'_>) -> Result<String, CliError> {
    let first = cancel::cancel(session, None, link)?;
    Ok(format!("{session} {}", if first { "is cancelled" } else { "had ended before" }))
}

fn look(list: &List, link: &mut Link<'_>) -> Result<Page, CliError> {
    let page = link.call(|client| client.list(list.clone()))?;
    let read = |view: &alc_ipc::Json| serde_json::from_str(&view.0);
    let sessions = page.sessions.iter().map(read).collect::<Result<_, _>>()?;
    let counts = link.call(alc_ipc::Client::status)?.sessions;
    Ok(Page { list: list.clone(), sessions, next: page.next, counts })
}

/// An error on one line.
fn sentence(error: &CliError) -> String {
    let text = error.to_text("");
    text.lines().next().unwrap_or_default().trim().to_owned()
}
