//! Answers on tape: a file of JSON lines, each a query's content and its answer.
//!
//! The same may be asked several times and answered differently each time; so an answer is for the
//! n-th time that a driver meets a content. Of two lines for the same the later one counts. Lines are
//! only ever added, and whole, so several drivers may share a cassette.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use alc_core::{FORMAT, Query, QueryView, Usage};
use serde::{Deserialize, Serialize};
use similar::TextDiff;

use super::answer::{Answer, NoAnswer};
use crate::{
    args::{Mode, Tape},
    error::CliError,
};

/// How long one comparison may take, and how much of a query is compared.
const COMPARING: (Duration, usize) = (Duration::from_millis(50), 1 << 16);
/// Texts up to this are compared to the end, however busy the machine is.
const SHORT: usize = 1 << 12;

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    v: u32,
    /// What was asked.
    query: Query,
    /// For which time, from 1.
    n: u32,
    response: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

/// A query's content in a form that can be looked up.
type Content = String;

/// A cassette in its recorder.
#[derive(Debug)]
pub(super) struct Cassette {
    path: PathBuf,
    mode: Mode,
    taped: HashMap<(Content, u32), Answer>,
    /// How often each content was met.
    met: HashMap<Content, u32>,
    /// For which time each query asks, by its number.
    times: HashMap<u32, u32>,
}

impl Cassette {
    /// Reads the tape, if there is to be one.
    pub(super) fn insert(tape: &Tape) -> Result<Option<Self>, CliError> {
        let Some(path) = tape.cassette.clone() else { return Ok(None) };
        let unreadable =
            |source| CliError::Cassette { path: path.clone(), problem: Problem::File(source) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && tape.mode != Mode::Replay => {
                String::new()
            }
            Err(error) => return Err(unreadable(error)),
        };
        let mut taped = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let Line { query, n, response, usage, .. } =
                serde_json::from_str(line).map_err(|source| CliError::Cassette {
                    path: path.clone(),
                    problem: Problem::Line(number, source),
                })?;
            taped.insert((content(&query), n), Answer { text: response, usage });
        }
        let (met, times) = (HashMap::new(), HashMap::new());
        Ok(Some(Self { path, mode: tape.mode, taped, met, times }))
    }

    /// The answer on tape; `None` if somebody must be asked.
    pub(super) fn recall(&mut self, asked: &QueryView) -> Result<Option<Answer>, NoAnswer> {
        let QueryView { query_id, query } = asked;
        let content = content(query);
        let met = &mut self.met;
        let time = *self.times.entry(query_id.number).or_insert_with(|| {
            let met = met.entry(content.clone()).or_default();
            *met += 1;
            *met
        });
        match (self.mode, self.taped.get(&(content, time))) {
            (Mode::Replay | Mode::Auto, Some(answer)) => Ok(Some(answer.clone())),
            (Mode::Record, _) | (Mode::Auto, None) => Ok(None),
            (Mode::Replay, None) => {
                Err(NoAnswer::NotTaped { path: self.path.clone(), diff: self.nearest(query) })
            }
        }
    }

    /// Tapes an answer that was not on tape.
    pub(super) fn tape(&mut self, asked: &QueryView, answer: Answer) -> Result<(), CliError> {
        let QueryView { query_id, query } = asked;
        let n = self.times.get(&query_id.number).copied().unwrap_or(1);
        if self.mode != Mode::Record && self.taped.contains_key(&(content(query), n)) {
            return Ok(());
        }
        let Answer { text, usage } = answer;
        let line = Line { v: FORMAT, query: query.clone(), n, response: text, usage };
        let line = serde_json::to_string(&line)? + "\n";
        add(&self.path, &line)
            .map_err(|source| CliError::Unwritable { path: self.path.clone(), source })
    }

    /// How a query differs from the one on tape that is most like it.
    fn nearest(&self, asked: &Query) -> Option<String> {
        let asked = lines(asked);
        let queries =
            self.taped.keys().filter_map(|(content, _)| serde_json::from_str(content).ok());
        let alike = |taped: &str| {
            let (_, most) = COMPARING;
            compare(start(taped, most), start(&asked, most)).ratio()
        };
        let rated = queries.map(|query: Query| lines(&query)).map(|taped| (alike(&taped), taped));
        // Of equals the first by its text, so that the same is always shown.
        let (_, nearest) = rated.max_by(|(one, its), (other, others)| {
            one.total_cmp(other).then_with(|| others.cmp(its))
        })?;
        let diff = compare(&nearest, &asked);
        Some(diff.unified_diff().header("on tape", "asked").to_string())
    }
}

/// Why a cassette cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// There is no such file, or it is no text.
    #[error(transparent)]
    File(io::Error),
    /// A line is no answer on tape.
    #[error("line {0}: {1}")]
    Line(usize, serde_json::Error),
}

fn content(query: &Query) -> Content {
    // Who asks is none of it. A query always has a JSON form.
    serde_json::to_string(&Query { child: None, ..query.clone() }).unwrap_or_default()
}

/// Adds a whole line, whoever else does.
fn add(path: &Path, line: &str) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    file.lock()?;
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

/// What differs, line by line; of long texts as much as is found in time.
fn compare<'a>(taped: &'a str, asked: &'a str) -> TextDiff<'a, 'a, str> {
    let mut compared = TextDiff::configure();
    if taped.len().max(asked.len()) > SHORT {
        compared.timeout(COMPARING.0);
    }
    compared.diff_lines(taped, asked)
}

/// A query as lines to compare.
fn lines(query: &Query) -> String {
    let Query { prompt, system, max_tokens, role, .. } = query;
    let mut text = format!("max_tokens: {max_tokens}\n");
    for (name, value) in [("role", role), ("system", system)] {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    text + "\n" + prompt + "\n"
}

/// The first bytes of a text, up to a whole character.
fn start(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
