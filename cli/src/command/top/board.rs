//! What the screen shows, and what a key means there.

use alc_core::{QueryView, SessionId, SessionView, StateName};
use alc_ipc::{After, List};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::source::Page;

/// The sessions of one page, one of them selected.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// Which sessions are looked at; its place and size are those of the page.
    list: List,
    /// Where the pages before this one begin, the first one first.
    before: Vec<Option<After>>,
    next: Option<After>,
    pub(super) sessions: Vec<SessionView>,
    pub(super) counts: Vec<(StateName, u64)>,
    /// The place of the selected one.
    pub(super) selected: usize,
    pub(super) mode: Mode,
    /// What was said last.
    pub(super) notice: Option<String>,
    /// Something was heard of the daemon.
    pub(super) heard: bool,
}

/// What a person looks at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// The sessions.
    #[default]
    List,
    /// The open queries of the selected one.
    Queries {
        /// The place of the one that is shown.
        place: usize,
        /// Its first line on the screen.
        scroll: u16,
    },
    /// Whether the selected one shall be ended.
    Sure,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    Nothing,
    /// Other sessions are to be looked at.
    Look,
    Edit(QueryView),
    Cancel(SessionId),
    Quit,
    /// As a signal would.
    Interrupt,
}

impl Board {
    /// These sessions, `rows` at a time.
    pub(super) fn new(list: List, rows: u16) -> Self {
        Self { list: List { limit: u32::from(rows.max(1)), ..list }, ..Self::default() }
    }

    /// The request for the page.
    pub(super) fn list(&self) -> &List {
        &self.list
    }

    /// Whether no sessions come before the page.
    pub(super) fn is_first(&self) -> bool {
        self.before.is_empty()
    }

    /// The screen has another size.
    pub(super) fn resize(&mut self, rows: u16) {
        self.list.limit = u32::from(rows.max(1));
    }

    /// Takes the sessions as they are now; those of another page than this are late and ignored. The
    /// selected one stays selected wherever it is.
    pub(super) fn take(&mut self, page: Page) -> Act {
        self.heard = true;
        self.counts = page.counts;
        if page.list != self.list {
            return Act::Nothing;
        }
        if page.sessions.is_empty() && !self.is_first() {
            // They were deleted.
            return self.back();
        }
        let selected = self.session().map(|session| session.id.clone());
        (self.sessions, self.next) = (page.sessions, page.next);
        let place = self.sessions.iter().position(|session| Some(&session.id) == selected.as_ref());
        let last = self.sessions.len().saturating_sub(1);
        self.selected = place.unwrap_or(self.selected).min(last);
        if place.is_none() {
            self.mode = Mode::List;
        }
        Act::Nothing
    }

    /// The selected session.
    pub(super) fn session(&self) -> Option<&SessionView> {
        self.sessions.get(self.selected)
    }

    /// The open queries of the selected session.
    pub(super) fn queries(&self) -> &[QueryView] {
        self.session()
            .and_then(|session| session.pause.as_ref())
            .map_or(&[], |pause| &pause.queries)
    }

    /// The query that is looked at: in the list, the lowest.
    pub(super) fn query(&self) -> Option<&QueryView> {
        let place = match self.mode {
            Mode::Queries { place, .. } => place,
            Mode::List | Mode::Sure => 0,
        };
        let queries = self.queries();
        queries.get(place.min(queries.len().saturating_sub(1)))
    }

    /// What a key does.
    pub(super) fn press(&mut self, key: KeyEvent) -> Act {
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Act::Interrupt;
        }
        self.notice = None;
        match self.mode {
            Mode::List => self.press_in_list(key.code),
            Mode::Queries { .. } => self.press_in_queries(key.code),
            Mode::Sure => self.press_when_asked(key.code),
        }
    }

    fn press_in_list(&mut self, key: KeyCode) -> Act {
        let last = self.sessions.len().saturating_sub(1);
        match key {
            KeyCode::Char('q') | KeyCode::Esc => return Act::Quit,
            KeyCode::Down | KeyCode::Char('j') if self.selected < last => self.selected += 1,
            KeyCode::Down | KeyCode::Char('j' | ' ') | KeyCode::PageDown => {
                return self.forth();
            }
            KeyCode::Up | KeyCode::Char('k') if self.selected > 0 => self.selected -= 1,
            KeyCode::Up | KeyCode::Char('k') => {
                self.selected = usize::MAX;
                return self.back();
            }
            KeyCode::PageUp => return self.back(),
            KeyCode::Home | KeyCode::Char('g') => {
                self.selected = 0;
                self.list.after = None;
                self.before.clear();
                return self.leave();
            }
            KeyCode::End | KeyCode::Char('G') => self.selected = last,
            KeyCode::Enter => self.open(),
            KeyCode::Char('e') => return self.edit(),
            KeyCode::Char('c') => self.ask(),
            _ => {}
        }
        Act::Nothing
    }

    fn press_in_queries(&mut self, key: KeyCode) -> Act {
        let queries = self.queries().len();
        let Mode::Queries { place, scroll } = &mut self.mode else { return Act::Nothing };
        match key {
            KeyCode::Char('q') | KeyCode::Esc | KeyCode::Enter => self.mode = Mode::List,
            KeyCode::Down | KeyCode::Char('j') => *scroll = scroll.saturating_add(1),
            KeyCode::Up | KeyCode::Char('k') => *scroll = scroll.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => *scroll = scroll.saturating_add(10),
            KeyCode::PageUp => *scroll = scroll.saturating_sub(10),
            KeyCode::Home | KeyCode::Char('g') => *scroll = 0,
            KeyCode::Tab | KeyCode::Right => (*place, *scroll) = ((*place + 1) % queries.max(1), 0),
            KeyCode::BackTab | KeyCode::Left => {
                (*place, *scroll) = (place.checked_sub(1).unwrap_or(queries.saturating_sub(1)), 0);
            }
            KeyCode::Char('e') => return self.edit(),
            KeyCode::Char('c') => self.ask(),
            _ => {}
        }
        Act::Nothing
    }

    fn press_when_asked(&mut self, key: KeyCode) -> Act {
        self.mode = Mode::List;
        match (key, self.session()) {
            (KeyCode::Char('y' | 'Y'), Some(session)) => Act::Cancel(session.id.clone()),
            _ => Act::Nothing,
        }
    }

    fn open(&mut self) {
        match self.session() {
            Some(_) if self.query().is_some() => self.mode = Mode::Queries { place: 0, scroll: 0 },
            Some(session) => self.notice = Some(format!("{} asks nothing now", session.id)),
            None => {}
        }
    }

    fn edit(&mut self) -> Act {
        match (self.query(), self.session()) {
            (Some(query), _) => return Act::Edit(query.clone()),
            (None, Some(session)) => self.notice = Some(format!("{} asks nothing now", session.id)),
            (None, None) => {}
        }
        Act::Nothing
    }

    fn ask(&mut self) {
        match self.session() {
            Some(session) if session.state.is_terminal() => {
                self.notice = Some(format!("{} has ended", session.id));
            }
            Some(_) => self.mode = Mode::Sure,
            None => {}
        }
    }

    /// To the next page, if there is one.
    fn forth(&mut self) -> Act {
        let Some(next) = self.next.take() else {
            self.selected = self.sessions.len().saturating_sub(1);
            return Act::Nothing;
        };
        self.before.push(self.list.after.replace(next));
        self.selected = 0;
        self.leave()
    }

    /// To the page before, if there is one.
    fn back(&mut self) -> Act {
        let Some(after) = self.before.pop() else {
            self.selected = 0;
            return Act::Nothing;
        };
        self.list.after = after;
        self.leave()
    }

    /// Shows nothing until the other page is there.
    fn leave(&mut self) -> Act {
        self.sessions.clear();
        self.next = None;
        Act::Look
    }
}
