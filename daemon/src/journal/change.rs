//! One change to the journal, as SQL: a session is created, or its life goes on.

use std::{borrow::Cow, sync::Arc};

use alc_core::{Entry, Key, Name, Outcome, PauseKind, SessionId, State, StateName, Tally};
use rusqlite::{Connection, OptionalExtension, ToSql, ffi, named_params, types::FromSqlError};
use serde::Serialize;

use super::{
    arrive::arrive,
    branch::branch,
    create::create,
    record::{Append, Arrival, NewAnswer, NewBranch, NewCall, NewSession},
    row::pause_name,
    schema::is_full,
    text::{Column, Texts},
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
    /// What is to be copied into the journal cannot be read any more.
    #[error("the session cannot be read from its file")]
    Unreadable { source: Arc<rusqlite::Error> },
    /// The database refused this one change.
    #[error("the journal refused the change")]
    Refused { source: Arc<rusqlite::Error> },
    /// The disk is full.
    #[error("no space left for the journal")]
    Full,
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

/// The most entries in one statement.
const ENTRIES: usize = 16;

/// What the session's row says before the change.
struct Before {
    n: i64,
    seq: i64,
    /// The time of the change: not before the last one's, also where the clock was set back.
    at: i64,
    state: Option<StateName>,
    asked: u32,
    calls: i64,
    tally: Tally,
}

impl Before {
    fn find(db: &Connection, append: &Append) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT n, seq, state, asked, calls, changed_at, tally
                   FROM session WHERE id = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Self {
                n: row.get(0)?,
                seq: row.get(1)?,
                state: StateName::parse(row.get_ref(2)?.as_str()?),
                asked: row.get(3)?,
                calls: row.get(4)?,
                at: append.at.max(row.get(5)?),
                tally: serde_json::from_str(row.get_ref(6)?.as_str()?)
                    .map_err(FromSqlError::other)?,
            })
        };
        db.prepare_cached(sql)?.query_row([append.session.as_str()], read).optional()
    }
}

/// The end is written last: the database takes nothing more for a session that has ended.
fn go_on(db: &Connection, texts: &mut Texts, append: &Append) -> Result<(), WriteError> {
    let mut before = Before::find(db, append)?
        .filter(|before| before.seq.cast_unsigned() == append.after.0)
        .ok_or_else(|| WriteError::OutOfOrder(append.session.clone()))?;
    if is_note_after_end(&before, append) {
        return note_after_end(db, texts, &before, append);
    }
    let (settled, new): (Vec<_>, Vec<_>) = append.calls.iter().partition(|call| call.intended);
    for call in settled {
        settle_call(db, texts, before.n, call)?;
    }
    for (call, n) in new.into_iter().zip(before.calls..) {
        if call.n != n.cast_unsigned() {
            return Err(WriteError::Contradiction);
        }
        insert_call(db, texts, &mut before, call)?;
    }
    for answer in &append.answers {
        store_answer(db, texts, &mut before, answer)?;
    }
    insert_entries(db, texts, before.n, before.seq, before.at, &append.entries)?;
    update_session(db, texts, &before, append)?;
    // Only now is the name free.
    append.successor.as_ref().map_or(Ok(()), |new| create(db, texts, new))
}

fn is_note_after_end(before: &Before, append: &Append) -> bool {
    let Append { entries, calls, answers, state, outcome, .. } = append;
    before.state.is_some_and(StateName::is_terminal)
        && before.state == Some(state.name())
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
    let sql = "UPDATE session SET seq = ?2, changed_at = ?3 WHERE n = ?1";
    let seq = before.seq + append.entries.len().cast_signed() as i64;
    db.prepare_cached(sql)?.execute((before.n, seq, before.at))?;
    Ok(())
}

/// Several at a time, since SQLite prepares for failure anew with each statement.
pub(super) fn insert_entries(
    db: &Connection,
    texts: &mut Texts,
    session: i64,
    after: i64,
    at: i64,
    entries: &[Entry],
) -> Result<(), WriteError> {
    let mut seq = after + 1;
    for entries in entries.chunks(ENTRIES) {
        let bodies = entries.iter().map(json).collect::<Result<Vec<_>, _>>()?;
        let mut values: Vec<&dyn ToSql> = vec![&session, &seq, &at];
        let mut columns = Vec::with_capacity(2 * ENTRIES);
        for (entry, body) in entries.iter().zip(&bodies) {
            columns.push(Column::Inline(entry.kind()));
            columns.push(texts.store(db, body)?);
        }
        values.extend(columns.iter().map(|column| column as &dyn ToSql));
        db.prepare_cached(&insert_events(entries.len()))?.execute(&*values)?;
        seq += entries.len().cast_signed() as i64;
    }
    Ok(())
}

/// The statement for `count` entries: the session, the first `seq` and the time, then kind and body
/// of each.
fn insert_events(count: usize) -> String {
    let mut sql = "INSERT INTO event (session, seq, at, kind, body) VALUES ".to_owned();
    for n in 0..count {
        let comma = if n == 0 { "" } else { ", " };
        let (kind, body) = (4 + 2 * n, 5 + 2 * n);
        sql.extend([comma, &format!("(?1, ?2 + {n}, ?3, ?{kind}, ?{body})")]);
    }
    sql
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
    let sql = "INSERT INTO effect (session, n, kind, fingerprint, intent, result)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let kind = call.kind.as_str();
    db.prepare_cached(sql)?.execute((session.n, n, kind, call.fingerprint, intent, result))?;
    let sql = "INSERT INTO query (session, number, call, asked_at, tokens, record)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for (number, query) in &call.queries {
        let record = json(query)?;
        let record = texts.store(db, &record)?;
        let tokens = session.tally.asked(query).cast_signed();
        db.prepare_cached(sql)?.execute((session.n, number, n, session.at, tokens, record))?;
    }
    Ok(())
}

/// A call whose intent the journal has is over.
fn settle_call(
    db: &Connection,
    texts: &mut Texts,
    session: i64,
    call: &NewCall,
) -> Result<(), WriteError> {
    let result = call.result.as_ref().ok_or(WriteError::Contradiction)?;
    let result = texts.store(db, result)?;
    let sql = "UPDATE effect SET result = ?4
               WHERE session = ?1 AND n = ?2 AND fingerprint = ?3 AND intent IS NOT NULL";
    let n = call.n.cast_signed();
    let changed = db.prepare_cached(sql)?.execute((session, n, call.fingerprint, result))?;
    if changed == 1 { Ok(()) } else { Err(WriteError::Contradiction) }
}

fn store_answer(
    db: &Connection,
    texts: &mut Texts,
    session: &mut Before,
    answer: &NewAnswer,
) -> Result<(), WriteError> {
    let usage = answer.usage.as_ref().map(json).transpose()?;
    let text = texts.store(db, &answer.text)?;
    let key = answer.key.as_ref().map(Key::as_str);
    let sql = "UPDATE query SET answer = ?3, usage = ?4, answered_at = ?5, answer_key = ?6
               WHERE session = ?1 AND number = ?2 AND answer IS NULL
               RETURNING tokens";
    let params = (session.n, answer.query, text, usage, session.at, key);
    let question = db.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?;
    let question: i64 = question.ok_or(WriteError::NotOpen(answer.query))?;
    session.tally.answered(question.cast_unsigned(), &answer.text, answer.usage);
    Ok(())
}

/// What every change sets.
macro_rules! always {
    () => {
        "seq = :seq, changed_at = :at, asked = :asked, calls = :calls,
         tally = :tally, progress = coalesce(:progress, progress),
         pause_kind = :pause_kind, paused_at = CASE WHEN :pauses THEN :at
             WHEN :pause_kind IS NULL THEN NULL ELSE paused_at END"
    };
}

/// For when the state stays and no cancel is wanted: SQLite rewrites the index of a column that is
/// set, changed or not.
const STAY: &str = concat!("UPDATE session SET ", always!(), " WHERE n = :n");

const MOVE: &str = concat!(
    "UPDATE session SET ",
    always!(),
    ", state = :state, outcome = :outcome, state_before = :state_before,
       cancel = coalesce(cancel, :cancel),
       finished_at = CASE WHEN :outcome IS NULL THEN NULL ELSE :at END
     WHERE n = :n"
);

fn update_session(
    db: &Connection,
    texts: &mut Texts,
    before: &Before,
    append: &Append,
) -> Result<(), WriteError> {
    let Append { entries, calls, state, .. } = append;
    let outcome = outcome_text(append)?;
    let outcome = match &outcome {
        Some(outcome) => Some(texts.store(db, outcome)?),
        None => None,
    };
    let stays = before.state == Some(state.name()) && !state.name().is_terminal();
    let pause = pause_kind(state);
    let begins = |entry: &Entry| matches!(entry, Entry::PauseRequested { .. });
    let pauses = pause.is_some() && (!stays || entries.iter().any(begins));
    let numbers = calls.iter().flat_map(|call| &call.queries).map(|(number, _)| *number);
    let new = calls.iter().filter(|call| !call.intended).count();
    let progress = latest_progress(entries)?;
    let mut tally = before.tally;
    for entry in entries {
        tally.told(entry);
    }
    let (tally, cancel) = (json(&tally)?, cancel_text(append)?);
    let state_before = state_before(before, append);
    let always = named_params! {
        ":n": before.n,
        ":at": before.at,
        ":seq": before.seq + entries.len().cast_signed() as i64,
        ":asked": numbers.fold(before.asked, u32::max),
        ":calls": before.calls + new.cast_signed() as i64,
        ":tally": tally,
        ":progress": progress,
        ":pauses": pauses,
        ":pause_kind": pause.map(pause_name),
    };
    let moved = named_params! {
        ":state": state.name().as_str(),
        ":cancel": cancel,
        ":outcome": outcome,
        ":state_before": state_before.map(StateName::as_str),
    };
    if stays && cancel.is_none() {
        db.prepare_cached(STAY)?.execute(always)?;
    } else {
        db.prepare_cached(MOVE)?.execute(&*[always, moved].concat())?;
    }
    Ok(())
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

fn pause_kind(state: &State) -> Option<PauseKind> {
    match state {
        State::Paused(pause) => Some(pause.kind()),
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
    told.or(before.state)
}

fn json(value: &impl Serialize) -> Result<String, WriteError> {
    Ok(serde_json::to_string(value)?)
}
