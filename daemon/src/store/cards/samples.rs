//! A card's samples: a file of rows, each an object on a line.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom},
    path::PathBuf,
};

use serde_json::Value;

use super::{CardError, Cards, Place, filter::Filter, query::count};
use crate::toml::Misspelt;

/// The most bytes of rows that are handed out at once, and so of one row.
const MOST: usize = 16 << 20;
/// The most numbers of a column.
const LONGEST: usize = 1 << 20;

/// Which rows.
#[derive(Clone, Debug)]
pub(crate) struct SampleQuery {
    filter: Filter,
    offset: usize,
    limit: usize,
    /// Where in the file to begin, in bytes.
    begin: u64,
}

/// Some rows.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) rows: Vec<Value>,
    /// Where in the file the rest begins, if all at once would be too many.
    pub(crate) rest: Option<u64>,
}

impl SampleQuery {
    /// The query that a table says: `where`, `offset`, `limit`.
    pub(crate) fn read(options: &Value) -> Result<Self, CardError> {
        if !(options.is_object() || options.is_null()) {
            return Err(CardError::refused("the options must be a table"));
        }
        Ok(Self {
            filter: Filter::read(options.get("where").filter(|clause| !clause.is_null()))?,
            offset: count(options, "offset")?.unwrap_or(0),
            limit: count(options, "limit")?.unwrap_or(usize::MAX),
            begin: 0,
        })
    }

    /// The same, from this place in the file on.
    pub(crate) fn from(self, begin: u64) -> Self {
        Self { begin, ..self }
    }
}

/// The numbers of one member of a card's samples.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) id: String,
    pub(crate) numbers: Vec<f64>,
}

/// A file of rows, as it is read.
struct Rows {
    path: PathBuf,
    file: BufReader<File>,
    line: usize,
    /// How far it is read, in bytes.
    position: u64,
}

impl Rows {
    /// The next row and how many bytes it has.
    fn next(&mut self) -> Result<Option<(Value, usize)>, CardError> {
        loop {
            let mut line = Vec::new();
            let limit = MOST as u64 + 1;
            let read = (&mut self.file).take(limit).read_until(b'\n', &mut line);
            let size = read.map_err(|source| CardError::Io { path: self.path.clone(), source })?;
            if size > MOST {
                return Err(CardError::TooLarge { path: self.path.clone(), limit: MOST as u64 });
            }
            if size == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.position += size as u64;
            if line.trim_ascii().is_empty() {
                continue;
            }
            return match serde_json::from_slice(&line) {
                Ok(row) => Ok(Some((row, size))),
                Err(error) => {
                    let source = Misspelt { line: self.line, problem: error.to_string() };
                    Err(CardError::Misspelt { path: self.path.clone(), source })
                }
            };
        }
    }
}

impl Cards {
    /// The rows of a card that a query wants, as many as can be had at once.
    pub(crate) fn samples(&self, id: &str, query: &SampleQuery) -> Result<Samples, CardError> {
        let mut samples = Samples { rows: Vec::new(), rest: None };
        let Some(mut rows) = self.rows(id, query.begin)? else { return Ok(samples) };
        let (mut skipped, mut bytes) = (0, 0);
        while samples.rows.len() < query.limit {
            let begin = rows.position;
            let Some((row, size)) = rows.next()? else { break };
            if !query.filter.holds(Some(&row)) {
                continue;
            }
            if skipped < query.offset {
                skipped += 1;
                continue;
            }
            bytes += size;
            if bytes > MOST {
                samples.rest = Some(begin);
                break;
            }
            samples.rows.push(row);
        }
        Ok(samples)
    }

    /// All of the rows that a query wants.
    pub(crate) fn all_samples(
        &self,
        id: &str,
        query: &SampleQuery,
    ) -> Result<Vec<Value>, CardError> {
        match self.samples(id, query)? {
            Samples { rows, rest: None } => Ok(rows),
            _ => Err(CardError::Refused(format!(
                "the samples have more than {MOST} bytes; take fewer with `limit` or `where`"
            ))),
        }
    }

    /// The numbers in one member of the rows that a query wants.
    pub(crate) fn column(
        &self,
        id: &str,
        metric: &str,
        query: &SampleQuery,
    ) -> Result<Column, CardError> {
        let mut numbers = Vec::new();
        let mut rows = self.rows(id, 0)?;
        while let Some((row, _)) = rows.as_mut().map_or(Ok(None), Rows::next)? {
            if !query.filter.holds(Some(&row)) {
                continue;
            }
            let Some(number) = row.get(metric).and_then(Value::as_f64) else {
                let place = numbers.len() + 1;
                let why = format!("row {place} of card '{id}' has no number `{metric}`");
                return Err(CardError::Refused(why));
            };
            if numbers.len() == LONGEST {
                let why = format!("card '{id}' has more than {LONGEST} rows");
                return Err(CardError::Refused(why));
            }
            numbers.push(number);
        }
        if numbers.is_empty() {
            return Err(CardError::Refused(format!("card '{id}' has no rows")));
        }
        Ok(Column { id: id.to_owned(), numbers })
    }

    /// The rows of a card from this place in their file on, if it has any.
    fn rows(&self, id: &str, begin: u64) -> Result<Option<Rows>, CardError> {
        let path = self.existing(id)?.samples();
        self.contained(&path)?;
        let failed = |source| CardError::Io { path: path.clone(), source };
        match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(is) if !is.is_file() => return Err(failed(io::Error::other("it is not a file"))),
            Ok(_) => {}
        }
        let mut file = File::open(&path).map_err(failed)?;
        file.seek(SeekFrom::Start(begin)).map_err(failed)?;
        Ok(Some(Rows { path, file: BufReader::new(file), line: 0, position: begin }))
    }
}

impl Place {
    /// Where the card's samples are.
    pub(super) fn samples(&self) -> PathBuf {
        self.path.with_file_name(format!("{}.samples.jsonl", self.id))
    }
}
