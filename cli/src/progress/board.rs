//! The sessions that are watched: a spinner for each that runs, a bar for one that says how far it is,
//! a line for each open query.

use alc_core::{Progress, QueryId, QueryView, Seq, SessionId, SessionView, ShownEntry, StateName};
use indicatif::{MultiProgress, ProgressBar};

use super::{Screen, TURN, style};
use crate::escape::escape;

const RUNNING: &str = "{spinner} {prefix} {wide_msg}";
const MEASURED: &str = "{spinner} {prefix} [{bar:20}] {pos}/{len} {wide_msg}";
const QUERY: &str = "? {prefix} {wide_msg}";

/// A few lines for each session, in a fixed order; gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Board {
    /// `None` where nothing is drawn.
    lines: Option<MultiProgress>,
    cards: Vec<Card>,
}

/// One session.
#[derive(Debug)]
struct Card {
    id: SessionId,
    /// What has happened up to here is drawn.
    seen: Seq,
    state: StateName,
    progress: Option<Progress>,
    open: Vec<(QueryId, String)>,
    /// Its spinner or its first open query.
    line: ProgressBar,
    /// Its other open queries.
    more: Vec<ProgressBar>,
}

impl Board {
    pub(super) fn new(screen: &Screen) -> Self {
        let lines = (!screen.0.is_hidden()).then(|| screen.0.clone());
        Self { lines, cards: Vec::new() }
    }

    /// One more session, as it stands.
    pub(crate) fn add(&mut self, session: &SessionView) {
        let Some(lines) = &self.lines else { return };
        let open = session.pause.iter().flat_map(|pause| &pause.queries).map(headline).collect();
        let mut card = Card {
            id: session.id.clone(),
            seen: session.seq,
            state: session.state,
            progress: session.progress.clone(),
            open,
            line: lines.add(ProgressBar::no_length()),
            more: Vec::new(),
        };
        card.draw(lines);
        self.cards.push(card);
    }

    /// Something happened to a session.
    pub(crate) fn take(&mut self, id: &SessionId, seq: Seq, entry: &ShownEntry) {
        let Some(lines) = &self.lines else { return };
        let card = self.cards.iter_mut().find(|card| card.id == *id && card.seen < seq);
        if let Some(card) = card {
            card.seen = seq;
            if card.take(entry) {
                card.draw(lines);
            }
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if let Some(lines) = &self.lines {
            self.cards.iter_mut().for_each(|card| card.erase(lines));
        }
    }
}

impl Card {
    /// Whether it looks different from now on.
    fn take(&mut self, entry: &ShownEntry) -> bool {
        match entry {
            ShownEntry::StateTransition { to, .. } => self.state = *to,
            ShownEntry::PauseRequested { pause } => {
                self.open = pause.queries.iter().map(headline).collect();
            }
            ShownEntry::LlmCallEnd { query_id, .. } => self.open.retain(|(id, _)| id != query_id),
            ShownEntry::Progress(progress) => self.progress = Some(progress.clone()),
            _ => return false,
        }
        true
    }

    fn draw(&mut self, lines: &MultiProgress) {
        for line in self.more.drain(..) {
            lines.remove(&line);
        }
        match self.state {
            StateName::Running => self.draw_running(),
            StateName::Paused => self.draw_queries(lines),
            _ => self.erase(lines),
        }
    }

    fn draw_running(&self) {
        self.line.set_prefix(self.id.to_string());
        if let Some(Progress { step, total, message }) = &self.progress {
            self.line.set_style(style(MEASURED));
            self.line.set_length(*total);
            self.line.set_position(*step);
            self.line.set_message(escape(message.as_deref().unwrap_or_default()));
        } else {
            self.line.set_style(style(RUNNING));
            self.line.set_message("running");
        }
        self.line.enable_steady_tick(TURN);
    }

    fn draw_queries(&mut self, lines: &MultiProgress) {
        self.line.disable_steady_tick();
        let mut last = self.line.clone();
        for (place, (id, text)) in self.open.iter().enumerate() {
            if place > 0 {
                last = lines.insert_after(&last, ProgressBar::no_length());
                self.more.push(last.clone());
            }
            last.set_style(style(QUERY));
            last.set_prefix(id.to_string());
            last.set_message(text.clone());
            last.tick();
        }
    }

    fn erase(&mut self, lines: &MultiProgress) {
        for line in self.more.drain(..).chain([self.line.clone()]) {
            line.finish_and_clear();
            lines.remove(&line);
        }
    }
}

/// A query's id and its first line.
fn headline(query: &QueryView) -> (QueryId, String) {
    let first = query.query.prompt.lines().next().unwrap_or_default();
    (query.query_id.clone(), escape(first))
}
