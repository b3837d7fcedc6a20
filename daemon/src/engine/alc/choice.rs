//! `alc.match_enum`: which of some candidates a text names, or nearly names.

use mlua::{IntoLuaMulti, Lua, MultiValue, Table, Value};

use super::{Arguments, Raise, add, bad_argument, text_of};

/// How much of a text is compared in one call: each of its words with each candidate.
const PORTION: usize = 4 << 10;
/// Nothing longer is taken for a word.
const LONGEST: usize = 256;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // named(text, candidates): the place of the candidate that the text mentions last.
    add(lua, host, "named", |lua, arguments| {
        Ok(named(&arguments.text(lua, 1)?, &candidates(lua, &arguments)?).map(|place| place + 1))
    })?;
    // closest(text, candidates, at, score, closest): where to go on in the text, if not at its end,
    // the best score so far and the candidate that has it.
    add(lua, host, "closest", |lua, arguments| {
        let text = arguments.text(lua, 1)?;
        let candidates = candidates(lua, &arguments)?;
        let at = usize::try_from(arguments.get(3).as_integer().unwrap_or_default());
        let mut best = Best {
            score: arguments.get(4).as_number().unwrap_or_default(),
            place: arguments.get(5).as_usize(),
        };
        let next = best.improve(&text, at.unwrap_or_default(), &candidates);
        Ok::<MultiValue, Raise>((next, best.score, best.place).into_lua_multi(lua)?)
    })
}

/// The candidates in lower case.
fn candidates(lua: &Lua, arguments: &Arguments) -> Result<Vec<String>, Raise> {
    let Value::Table(list) = arguments.get(2) else {
        return Err(bad_argument(2, "table", arguments.get(2).type_name()));
    };
    let candidate = |value: Value| {
        let given = value.type_name();
        let text = text_of(lua, value)?;
        let text = text.ok_or_else(|| bad_argument(2, "list of strings", given))?;
        Ok(text.to_lowercase())
    };
    (1..=list.raw_len()).map(|place| candidate(list.raw_get(place)?)).collect()
}

fn named(text: &str, candidates: &[String]) -> Option<usize> {
    let text = text.to_lowercase();
    let mut latest = None;
    for (place, candidate) in candidates.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let start = text.rfind(candidate.as_str());
        if start.is_some() && latest.is_none_or(|(latest, _)| start > latest) {
            latest = Some((start, place));
        }
    }
    latest.map(|(_, place)| place)
}

struct Best {
    score: f64,
    /// Counted from 1.
    place: Option<usize>,
}

impl Best {
    /// Compares the words of a portion of `text`; returns where the next one begins.
    fn improve(&mut self, text: &str, at: usize, candidates: &[String]) -> Option<usize> {
        let rest = text.get(at..)?;
        let mut end = rest.floor_char_boundary(PORTION);
        // To the end of a word.
        end += rest[end..].find(char::is_whitespace).unwrap_or(rest.len() - end);
        for word in rest[..end].split_whitespace() {
            let word = word.trim_matches(|character: char| !character.is_alphanumeric());
            if word.len() > LONGEST {
                continue;
            }
            let word = word.to_lowercase();
            for (place, candidate) in candidates.iter().enumerate() {
                let score = strsim::jaro_winkler(&word, candidate);
                if score > self.score || self.place.is_none() && score >= self.score {
                    *self = Self { score, place: Some(place + 1) };
                }
            }
        }
        (end < rest.len()).then_some(at + end)
    }
}
