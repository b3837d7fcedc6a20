//! One change to the journal, as SQL: a session is created, or its life goes on.

use std::{borrow::Cow, io, path::PathBuf, sync::Arc};

use alc_core::{
    CallKind, Entry, Key, Name, Outcome, Pause, Seq, SessionId, State, StateName, Tally,
};
use rusqlite::{Connection, ffi};
use serde::Serialize;

use super::{
    arrive::arrive,
    branch::branch,
    checksum::{Pair, Stored, Table},
    create::create,
    lines::LastLines,
    record::{Append, Arrival, NewAnswer, NewBranch, NewCall, NewSession},
    reserve::NoReserve,
    row::{ReadError, Rows, pause_name, session},
    schema::is_full,
    text::Texts,
};

/// The change is not in the journal, except where it says otherwise.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The id names a session already, or named one that was deleted.
    #[error("there is, or was, a session {0} here")]
    IdTaken(SessionId),
    /// What was to be created is this session.
    #[error("session {0} is the one")]
    Known(SessionId),
    /// Another session has the name.
    #[error("the name `{name}` belongs to session {bearer}")]
    NameInUse { name: Name, bearer: SessionId },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used with another request, for session {0}")]
    KeyInUse(SessionId),
    /// The idempotency key stands for a session that was deleted.
    #[error("the idempotency key stands for session {0}, which is deleted")]
    KeyOfDeleted(SessionId),
    /// The session's history does not end where the change begins, or there is no such session.
    #[error("the history of session {0} does not end there")]
    OutOfOrder(SessionId),
    /// What is to be deleted has not ended.
    #[error("session {0} has not ended")]
    NotEnded(SessionId),
    /// An answer to a query that was never asked or is answered.
    #[error("query {0} is not open")]
    NotOpen(u32),
    /// The parts of the change contradict each other.
    #[error("the state, its outcome and its calls do not fit together")]
    Contradiction,
    /// What is to be changed or copied is damaged.
    #[error(transparent)]
    Unreadable { source: Arc<ReadError> },
    /// The database refused this one change.
    #[error("the journal refused the change")]
    Refused { source: Arc<rusqlite::Error> },
    /// The disk is full.
    #[error("no space left for the journal")]
    Full,
    /// There is no space for the day on which it is.
    #[error("cannot keep space for a full disk in {path}")]
    NoReserve { path: PathBuf, source: Arc<io::Error> },
    /// Nobody knows whether the change is in the journal; it takes no more.
    #[error("the journal failed, and the outcome is unknown")]
    Lost { source: Option<Arc<rusqlite::Error>> },
    /// The journal was closed before.
    #[error("the journal is closed")]
    Closed,
}

impl From<rusqlite::Error> for WriteError {
    /// Says what an error before the commit means.
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            _ if is_full(&error) => Self::Full,
            Some(
                ffi::ErrorCode::SystemIoFailure
                | ffi::ErrorCode::CannotOpen
                | ffi::ErrorCode::NotADatabase
                | ffi::ErrorCode::ReadOnly,
            ) => Self::Lost { source: Some(Arc::new(error)) },
            _ => Self::Refused { source: Arc::new(error) },
        }
    }
}

impl From<NoReserve> for WriteError {
    fn from(error: NoReserve) -> Self {
        match error {
            NoReserve::Full => Self::Full,
            NoReserve::Refused(path, source) => Self::NoReserve { path, source: Arc::new(source) },
        }
    }
}

impl WriteError {
    /// Whether the same change may be written later.
    pub(crate) fn is_for_lack_of_room(&self) -> bool {
        matches!(self, Self::Full | Self::NoReserve { .. })
    }
}

impl From<ReadError> for WriteError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Sqlite(error) => error.into(),
            error => Self::Unreadable { source: Arc::new(error) },
        }
    }
}

impl From<serde_json::Error> for WriteError {
    fn from(error: serde_json::Error) -> Self {
        rusqlite::Error::ToSqlConversionFailure(error.into()).into()
    }
}

/// What the writer is asked to do.
pub(super) enum Change {
    Create(Box<NewSession>),
    Append(Box<Append>),
    Arrive(Box<Arrival>),
    Branch(Box<NewBranch>),
}

impl Change {
    /// Carries the change out, as a part of the caller's transaction.
    pub(super) fn apply(&self, db: &Connection, texts: &mut Texts) -> Result<(), WriteError> {
        match self {
            Self::Create(session) => create(db, texts, session),
            Self::Append(append) => go_on(db, texts, append),
            Self::Arrive(arrival) => arrive(db, texts, arrival),
            Self::Branch(new) => branch(db, texts, new),
        }
    }

    /// Whether it brings a session nearer to its cancelled end and does little else.
    pub(super) fn is_cancel(&self) -> bool {
        let Self::Append(append) = self else { return false };
        let cancelled =
            matches!(append.state, State::Running { cancel: Some(_) } | State::Cancelled);
        let grows = append.entries.iter().any(|entry| matches!(entry, Entry::Note(_)));
        cancelled && !grows && append.calls.is_empty() && append.successor.is_none()
    }
}

/// The version of what entries say.
const V: u32 = alc_core::FORMAT;

/// What the session's row says before the change.
struct Before {
    row: Stored,
    n: i64,
    seq: Seq,
    /// The time of the change: not before the last one's, also where the clock was set back.
    at: i64,
    state: StateName,
    asked: u32,
    calls: i64,
    tally: Tally,
    lines: LastLines,
    paused_at: Option<i64>,
    /// Whether somebody wants it to end.
    cancelled: bool,
}

impl Before {
    fn find(db: &Connection, append: &Append) -> Result<Option<Self>, ReadError> {
        session(db, &append.session, |row| {
            Ok(Self {
                row: row.stored(Table::Session)?,
                n: row.number("n")?,
                seq: Seq(row.number("seq")?),
                state: row.word("state", StateName::parse)?,
                asked: row.number("asked")?,
                calls: row.number("calls")?,
                at: append.at.max(row.number("changed_at")?),
                tally: row.json("tally")?,
                lines: row.json("lines")?,
                paused_at: row.optional_number("paused_at")?,
                cancelled: !row.is_null("cancel")?,
            })
        })
    }

    fn rows<'a>(&self, db: &'a Connection, append: &'a Append) -> Rows<'a> {
        Rows { db, id: &append.session, n: self.n }
    }
}

/// The end is written last: the database takes nothing more for a session that has ended.
fn go_on(db: &Connection, texts: &mut Texts, append: &Append) -> Result<(), WriteError> {
    let mut before = Before::find(db, append)?
        .filter(|before| before.seq == append.after)
        .ok_or_else(|| WriteError::OutOfOrder(append.session.clone()))?;
    if is_note_after_end(&before, append) {
        return note_after_end(db, texts, &before, append);
    }
    let (settled, new): (Vec<_>, Vec<_>) = append.calls.iter().partition(|call| call.intended);
    for call in settled {
        settle_call(db, texts, before.rows(db, append), call)?;
    }
    for (call, n) in new.into_iter().zip(before.calls..) {
        if call.n != n.cast_unsigned() {
            return Err(WriteError::Contradiction);
        }
        insert_call(db, texts, &mut before, call)?;
    }
    for answer in &append.answers {
        store_answer(db, texts, before.rows(db, append), &mut before, answer)?;
    }
    insert_entries(db, texts, before.n, before.seq, before.at, &append.entries)?;
    update_session(db, texts, &before, append)?;
    // Only now is the name free.
    append.successor.as_ref().map_or(Ok(()), |new| create(db, texts, new))
}

fn is_note_after_end(before: &Before, append: &Append) -> bool {
    let Append { entries, calls, answers, state, outcome, .. } = append;
    before.state.is_terminal()
        && before.state == state.name()
        && entries.iter().all(|entry| matches!(entry, Entry::Note(_)))
        && !entries.is_empty()
        && (calls.is_empty() && answers.is_empty() && outcome.is_none())
}

/// All that an ended session takes: its history grows, and nothing else changes.
fn note_after_end(
    db: &Connection,
    texts: &mut Texts,
    before: &Before,
    append: &Append,
) -> Result<(), WriteError> {
    insert_entries(db, texts, before.n, before.seq, before.at, &append.entries)?;
    let seq = before.seq.plus(append.entries.len()).0.cast_signed();
    Ok(before.row.change(db, &[("seq", &seq), ("changed_at", &before.at)])?)
}

pub(super) fn insert_entries(
    db: &Connection,
    texts: &mut Texts,
    session: i64,
    after: Seq,
    at: i64,
    entries: &[Entry],
) -> Result<(), WriteError> {
    for (entry, place) in entries.iter().zip(1..) {
        let body = json(entry)?;
        Table::Event.insert(
            db,
            &[
                ("session", &session),
                ("seq", &after.plus(place).0.cast_signed()),
                ("at", &at),
                ("kind", &entry.kind()),
                ("v", &V),
                ("body", &texts.store(db, &body)?),
            ],
        )?;
    }
    Ok(())
}

fn insert_call(
    db: &Connection,
    texts: &mut Texts,
    session: &mut Before,
    call: &NewCall,
) -> Result<(), WriteError> {
    let result = match &call.result {
        Some(result) => Some(texts.store(db, result)?),
        None => None,
    };
    let intent = match &call.intent {
        Some(intent) => Some(texts.store(db, intent)?),
        None => None,
    };
    let n = call.n.cast_signed();
    Table::Effect.insert(
        db,
        &[
            ("session", &session.n),
            ("n", &n),
            ("kind", &call.kind.as_str()),
            ("fingerprint", &call.fingerprint),
            ("intent", &intent),
            ("result", &result),
        ],
    )?;
    if call.kind == CallKind::Stats {
        session.tally.recorded();
    }
    for (number, query) in &call.queries {
        let record = json(query)?;
        let tokens = session.tally.asked(query).cast_signed();
        Table::Query.insert(
            db,
            &[
                ("session", &session.n),
                ("number", number),
                ("call", &n),
                ("tokens", &tokens),
                ("asked_at", &session.at),
                ("record", &texts.store(db, &record)?),
            ],
        )?;
    }
    Ok(())
}

/// A call whose intent the journal has is over.
fn settle_call(
    db: &Connection,
    texts: &mut Texts,
    rows: Rows<'_>,
    call: &NewCall,
) -> Result<(), WriteError> {
    let result = call.result.as_ref().ok_or(WriteError::Contradiction)?;
    let which = "WHERE session = ?1 AND n = ?2 AND fingerprint = ?3 AND intent IS NOT NULL";
    let params = (rows.n, call.n.cast_signed(), call.fingerprint);
    let intended = rows.first(Table::Effect, which, params, |row| row.stored(Table::Effect))?;
    let intended = intended.ok_or(WriteError::Contradiction)?;
    Ok(intended.change(db, &[("result", &texts.store(db, result)?)])?)
}

fn store_answer(
    db: &Connection,
    texts: &mut Texts,
    rows: Rows<'_>,
    session: &mut Before,
    answer: &NewAnswer,
) -> Result<(), WriteError> {
    let which = "WHERE session = ?1 AND number = ?2 AND answer IS NULL";
    let open = rows.first(Table::Query, which, (rows.n, answer.query), |row| {
        Ok((row.stored(Table::Query)?, row.number("tokens")?))
    })?;
    let (open, question) = open.ok_or(WriteError::NotOpen(answer.query))?;
    let usage = answer.usage.as_ref().map(json).transpose()?;
    open.change(
        db,
        &[
            ("answer", &texts.store(db, &answer.text)?),
            ("usage", &usage),
            ("answered_at", &session.at),
            ("answer_key", &answer.key.as_ref().map(Key::as_str)),
        ],
    )?;
    session.tally.answered(question, &answer.text, answer.usage);
    Ok(())
}

fn update_session(
    db: &Connection,
    texts: &mut Texts,
    before: &Before,
    append: &Append,
) -> Result<(), WriteError> {
    let Append { entries, calls, state, .. } = append;
    let stays = before.state == state.name();
    let begins = |entry: &Entry| matches!(entry, Entry::PauseRequested { .. });
    let pause = pause(state);
    let paused_at = match pause {
        Some(_) if !stays || entries.iter().any(begins) => Some(before.at),
        Some(_) => before.paused_at,
        None => None,
    };
    let numbers = calls.iter().flat_map(|call| &call.queries).map(|(number, _)| *number);
    let new = calls.iter().filter(|call| !call.intended).count();
    let (mut tally, mut lines) = (before.tally, before.lines.clone());
    for (entry, place) in entries.iter().zip(1..) {
        tally.told(entry);
        lines.pass(before.seq.plus(place), entry);
    }
    let seq = before.seq.plus(entries.len()).0.cast_signed();
    let (asked, calls) =
        (numbers.fold(before.asked, u32::max), before.calls + new.cast_signed() as i64);
    let (open, pause_kind) = (
        pause.map_or(0, |pause| pause.open().len().cast_signed() as i64),
        pause.map(|pause| pause_name(pause.kind())),
    );
    let (tally, lines) = (json(&tally)?, json(&lines)?);
    let mut changes: Vec<Pair<'_>> = vec![
        ("seq", &seq),
        ("changed_at", &before.at),
        ("asked", &asked),
        ("open", &open),
        ("calls", &calls),
        ("tally", &tally),
        ("lines", &lines),
        ("pause_kind", &pause_kind),
        ("paused_at", &paused_at),
    ];
    let (outcome, progress, cancel) =
        (outcome_text(append)?, latest_progress(entries)?, cancel_text(append)?);
    let outcome = outcome.as_deref().map(|outcome| texts.store(db, outcome)).transpose()?;
    let state_before = state_before(before, append).map(StateName::as_str);
    let (state, finished_at) = (state.name().as_str(), outcome.as_ref().map(|_| before.at));
    changes.extend::<[Pair<'_>; 4]>([
        ("state", &state),
        ("outcome", &outcome),
        ("finished_at", &finished_at),
        ("state_before", &state_before),
    ]);
    if progress.is_some() {
        changes.push(("progress", &progress));
    }
    if !before.cancelled {
        changes.push(("cancel", &cancel));
    }
    Ok(before.row.change(db, &changes)?)
}

/// The outcome as JSON, where the state has one.
fn outcome_text(append: &Append) -> Result<Option<Cow<'_, str>>, WriteError> {
    Ok(match (&append.state, &append.outcome) {
        (State::Done, Some(Outcome::Done(value))) => Some(Cow::Borrowed(value)),
        (State::Failed, Some(Outcome::Failed(error))) => Some(json(error)?.into()),
        (State::Cancelled, Some(Outcome::Cancelled(reason))) => Some(json(reason)?.into()),
        (State::Running { .. } | State::Paused(_), None) => None,
        _ => return Err(WriteError::Contradiction),
    })
}

fn cancel_text(append: &Append) -> Result<Option<String>, WriteError> {
    let ((State::Running { cancel: Some(reason) }, _) | (_, Some(Outcome::Cancelled(reason)))) =
        (&append.state, &append.outcome)
    else {
        return Ok(None);
    };
    json(reason).map(Some)
}

fn latest_progress(entries: &[Entry]) -> Result<Option<String>, WriteError> {
    let progress = entries.iter().rev().find_map(|entry| match entry {
        Entry::Progress(progress) => Some(progress),
        _ => None,
    });
    progress.map(json).transpose()
}

fn pause(state: &State) -> Option<&Pause> {
    match state {
        State::Paused(pause) => Some(pause),
        _ => None,
    }
}

/// What a session was when it was cancelled. The history says it, also when one change took the
/// session through several states.
fn state_before(before: &Before, append: &Append) -> Option<StateName> {
    if append.state != State::Cancelled {
        return None;
    }
    let told = append.entries.iter().rev().find_map(|entry| match entry {
        Entry::StateTransition { from, to: StateName::Cancelled } => Some(*from),
        _ => None,
    });
    told.or(Some(before.state))
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, WriteError> {
    Ok(serde_json::to_string(value)?)
}
