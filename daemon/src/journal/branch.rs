//! A session that begins with another one's history, as it was when one of its queries was still to
//! be answered.

use alc_core::{Asked, Entry, Name, Pause, PauseKind, Progress, Seq, SessionId, State, Tally};
use rusqlite::{Connection, named_params};

use super::{
    change::{WriteError, insert_entries, json},
    checksum::Table,
    copy::{Copy, CopyError, next_number},
    create::{check_bearer, check_id, check_key, index_labels, labels_of},
    find::row_number,
    lines::LastLines,
    record::{Identity, NewBranch},
    row::{ReadError, Rows, pause_name, session},
    text::{Flaw, Texts},
};

/// Where a session's history can be left: it is paused there. What comes before never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parting {
    /// The query that is to be answered anew.
    pub(crate) query: u32,
    /// The last entry before that.
    pub(crate) seq: Seq,
    /// The time of that entry, in Unix milliseconds.
    pub(crate) at: i64,
    kind: PauseKind,
    /// The queries that wait there, by number.
    open: Vec<u32>,
    /// How many were asked until then.
    asked: u32,
    progress: Option<Progress>,
    /// The pauses until then; the queries are counted when they are copied.
    tally: Tally,
    /// The last lines of the log until then.
    lines: LastLines,
    /// How long the script's clock had stood still by then, in milliseconds.
    stood_still: i64,
}

impl Parting {
    /// The beginning of a history.
    fn start() -> Self {
        Self {
            query: 0,
            seq: Seq(0),
            at: 0,
            kind: PauseKind::Single,
            open: Vec::new(),
            asked: 0,
            progress: None,
            tally: Tally::default(),
            lines: LastLines::default(),
            stood_still: 0,
        }
    }

    /// How a session stands there.
    pub(crate) fn state(&self) -> Option<State> {
        Pause::with_open(self.kind, self.open.clone()).map(State::Paused)
    }

    /// Here, for this query.
    fn for_query(&self, query: u32) -> Self {
        Self { query, ..self.clone() }
    }

    /// Goes on past an entry.
    fn pass(&mut self, seq: Seq, at: i64, entry: Entry) {
        self.tally.told(&entry);
        self.lines.pass(seq, &entry);
        match entry {
            Entry::PauseRequested { pause: Asked { kind, queries } } => {
                self.asked = queries.iter().copied().fold(self.asked, u32::max);
                (self.kind, self.open) = (kind, queries);
            }
            Entry::LlmCallEnd { query_id, .. } => self.open.retain(|open| *open != query_id),
            Entry::Progress(progress) => self.progress = Some(progress),
            Entry::Branched { .. } => self.stood_still += at.saturating_sub(self.at),
            _ => {}
        }
        (self.seq, self.at) = (seq, at);
    }
}

/// Where query `number` was still to be answered; without a number, the first that is open, else the
/// last that was answered. `None` if no such query was asked.
pub(super) fn parting(
    db: &Connection,
    id: &SessionId,
    number: Option<u32>,
) -> Result<Option<Parting>, ReadError> {
    let found = session(db, id, |row| Ok((row.number("n")?, Seq(row.number("seq")?))))?;
    let Some((n, last)) = found else { return Ok(None) };
    let (mut now, mut before) = (Parting::start(), Parting::start());
    let mut found = None;
    let mut open = true;
    let rows = Rows { db, id, n };
    rows.each(Table::Event, "WHERE session = ?1 ORDER BY seq", [n], |row| {
        let seq = Seq(row.number("seq")?);
        if seq != now.seq.plus(1) {
            return Err(row.damaged("seq", Flaw::Contradiction));
        }
        let entry: Entry = row.json("body")?;
        match &entry {
            // Answers that came together were given at one moment.
            Entry::ResumeAccepted { .. } => before = now.clone(),
            Entry::LlmCallEnd { query_id, .. }
                if number.is_none_or(|number| number == *query_id) =>
            {
                found = Some(before.for_query(*query_id));
            }
            // What was open then waits for ever.
            Entry::CancelRequested { .. } if open => {
                found = waiting(&now, number).or_else(|| found.take());
                open = false;
            }
            _ => {}
        }
        now.pass(seq, row.number("at")?, entry);
        Ok(())
    })?;
    if now.seq != last {
        return Err(rows.missing("seq"));
    }
    if open {
        found = waiting(&now, number).or(found);
    }
    Ok(found)
}

/// Here, if such a query waits.
fn waiting(now: &Parting, number: Option<u32>) -> Option<Parting> {
    let open = now.open.iter().copied();
    let query = open.filter(|open| number.is_none_or(|number| number == *open)).min()?;
    Some(now.for_query(query))
}

/// The shared part of a history, as rows of session `n`.
fn copy_history(copy: Copy<'_>, from: i64, n: i64, parting: &Parting) -> Result<(), CopyError> {
    let of_session = ("session", ":n");
    let seq = parting.seq.0.cast_signed();
    let parameters = named_params! { ":n": n, ":from": from, ":seq": seq };
    copy.rows(Table::Event, "session = :from AND seq <= :seq", &[of_session], parameters)?;
    let calls = "session = :from AND n <= (
        SELECT max(call) FROM query WHERE session = :from AND number <= :asked)";
    let parameters = named_params! { ":n": n, ":from": from, ":asked": parting.asked };
    copy.rows(Table::Effect, calls, &[of_session], parameters)?;
    let open = serde_json::Value::from(parting.open.clone()).to_string();
    let answered =
        |column| format!("iif(number IN (SELECT value FROM json_each(:open)), NULL, {column})");
    let columns = ["answer", "usage", "answered_at", "answer_key"];
    let values = columns.map(answered);
    let mut changed = vec![of_session];
    changed.extend(columns.into_iter().zip(values.iter().map(String::as_str)));
    let parameters =
        named_params! { ":n": n, ":from": from, ":asked": parting.asked, ":open": open };
    copy.rows(Table::Query, "session = :from AND number <= :asked", &changed, parameters)
}

/// What the copied queries add to the counts of a session.
fn counted(rows: Rows<'_>, mut tally: Tally) -> Result<Tally, ReadError> {
    rows.each(Table::Query, "WHERE session = ?1", [rows.n], |row| {
        let question = tally.asked(&row.json("record")?);
        if let Some(answer) = row.optional_text("answer")? {
            tally.answered(question, &answer, row.optional_json("usage")?);
        }
        Ok(())
    })?;
    let recorded = "WHERE session = ?1 AND kind = 'stats'";
    rows.each(Table::Effect, recorded, [rows.n], |_| {
        tally.recorded();
        Ok(())
    })?;
    Ok(tally)
}

/// Creates the session; it is paused.
pub(super) fn branch(
    db: &Connection,
    texts: &mut Texts,
    branch: &NewBranch,
) -> Result<(), WriteError> {
    let NewBranch { from, parting, id, identity, deadline_at, at, entries } = branch;
    let Identity { name, labels, key, .. } = identity;
    if let Some(key) = key {
        check_key(db, key)?;
    }
    check_bearer(db, name.as_ref())?;
    check_id(db, id)?;
    let gone = || WriteError::OutOfOrder(from.clone());
    let n = next_number(db)?;
    let copy = Copy { from: db, to: db, id: from };
    let from = row_number(db, from)?.ok_or_else(gone)?;
    copy_history(copy, from, n, parting)?;
    let tally = counted(Rows { db, id, n }, parting.tally)?;
    insert_entries(db, texts, n, parting.seq, *at, entries)?;
    let (tally, progress) = (json(&tally)?, parting.progress.as_ref().map(json).transpose()?);
    let parameters = named_params! {
        ":from": from,
        ":n": n,
        ":id": id.as_str(),
        ":name": name.as_ref().map(Name::as_str),
        ":key": key.as_ref().map(|key| key.key.as_str()),
        ":fingerprint": key.as_ref().map(|key| key.fingerprint),
        ":seq": parting.seq.plus(entries.len()).0.cast_signed(),
        ":asked": parting.asked,
        ":at": at,
        ":stood_still": parting.stood_still.saturating_add(at.saturating_sub(parting.at)),
        ":pause_kind": pause_name(parting.kind),
        ":deadline_at": deadline_at,
        ":progress": progress,
        ":tally": tally,
        ":labels": json(&labels_of(labels))?,
        ":open": parting.open.len().cast_signed() as i64,
        ":lines": json(&parting.lines)?,
    };
    copy.rows(Table::Session, "n = :from", &CHANGED, parameters)?;
    index_labels(db, n)
}

/// What a branch's row has of its own.
const CHANGED: [(&str, &str); 24] = [
    ("n", ":n"),
    ("id", ":id"),
    ("name", ":name"),
    ("labels", "json_patch(labels, :labels)"),
    ("spawn_key", ":key"),
    ("spawn_fingerprint", ":fingerprint"),
    ("state", "'paused'"),
    ("finished_at", "NULL"),
    ("seq", ":seq"),
    ("asked", ":asked"),
    ("open", ":open"),
    ("calls", "SELECT count(*) FROM effect WHERE session = :n"),
    ("tally", ":tally"),
    ("lines", ":lines"),
    ("created_at", ":at"),
    ("changed_at", ":at"),
    ("stood_still", ":stood_still"),
    ("paused_at", ":at"),
    ("pause_kind", ":pause_kind"),
    ("deadline_at", ":deadline_at"),
    ("state_before", "NULL"),
    ("progress", ":progress"),
    ("cancel", "NULL"),
    ("outcome", "NULL"),
];
