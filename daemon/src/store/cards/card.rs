//! A new card: checked, and filled in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CardError, Members, check_name, text::without_nulls};

/// The format of a card.
const SCHEMA: &str = "card/v0";
/// What a run may have come to.
const STATUSES: [&str; 3] = ["succeeded", "failed", "skipped"];

/// A card that is complete.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Card {
    pub(super) pkg: String,
    pub(super) id: String,
    pub(super) members: Members,
}

/// What a card, or what is added to one, says of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    Absent,
    Valid,
    Invalid,
}

impl Run {
    /// What these members say.
    pub(crate) fn of(members: &Value) -> Self {
        let text = |run: &Value, name| {
            run.get(name).is_none_or(|value| value.is_string() || value.is_null())
        };
        match members.get("run") {
            None | Some(Value::Null) => Self::Absent,
            Some(run) if !is_status(&run["status"]) => Self::Invalid,
            Some(run) if ["flow", "reason", "action"].iter().all(|name| text(run, name)) => {
                Self::Valid
            }
            Some(_) => Self::Invalid,
        }
    }
}

/// Whether a run may have come to this.
pub(crate) fn is_status(value: &Value) -> bool {
    value.as_str().is_some_and(|status| STATUSES.contains(&status))
}

impl Card {
    /// The card that `given` is to become, at a time in Unix milliseconds; `taken` says which ids are.
    pub(super) fn complete(
        given: Value,
        now: i64,
        taken: impl Fn(&str) -> Result<bool, CardError>,
    ) -> Result<Self, CardError> {
        let Value::Object(mut members) = without_nulls(given) else {
            return Err(CardError::refused("input must be a table"));
        };
        let name = members.get("pkg").and_then(|pkg| pkg.get("name")).and_then(Value::as_str);
        let pkg = name.ok_or_else(|| CardError::refused("pkg.name is required"))?.to_owned();
        check_name("pkg", &pkg)?;
        let at = Timestamp::from_millisecond(now).unwrap_or_default();
        let mut fill = |name: &str, text: String| {
            members.entry(name).or_insert_with(|| text.into());
        };
        fill("schema_version", SCHEMA.to_owned());
        fill("created_at", format!("{at:.0}"));
        fill("created_by", concat!("alc@", env!("CARGO_PKG_VERSION")).to_owned());
        if let Some(params @ Value::Object(_)) = members.get("params") {
            let fingerprint = format!("{:016x}", djb2(START, &params.to_string()));
            members.entry("param_fingerprint").or_insert_with(|| fingerprint.into());
        }
        let id = match members.remove("card_id") {
            None => generate(&pkg, &members, at, taken)?,
            Some(Value::String(id)) if id.is_empty() => generate(&pkg, &members, at, taken)?,
            Some(Value::String(id)) => {
                check_name("card_id", &id)?;
                if taken(&id)? {
                    return Err(CardError::Refused(format!("card '{id}' already exists")));
                }
                id
            }
            Some(other) => {
                return Err(CardError::Name { what: "card_id", name: other.to_string() });
            }
        };
        members.insert("card_id".to_owned(), id.as_str().into());
        Ok(Self { pkg, id, members })
    }
}

/// An id that no card has: package, model or flow, time, and a hash of the card.
fn generate(
    pkg: &str,
    members: &Members,
    at: Timestamp,
    taken: impl Fn(&str) -> Result<bool, CardError>,
) -> Result<String, CardError> {
    let begin = format!("{pkg}_{}_{}", short(members), at.strftime("%Y%m%dT%H%M%S"));
    let mut hash = djb2(START, &Value::Object(members.clone()).to_string());
    loop {
        let id = format!("{begin}_{:06x}", hash & 0x00ff_ffff);
        if !taken(&id)? {
            return Ok(id);
        }
        hash = djb2(hash, "+");
    }
}

/// What a card is of: its run's flow, else its model, without what all models of a maker begin with.
fn short(members: &Members) -> String {
    let text = |section: &str, name: &str| members.get(section)?.get(name)?.as_str();
    let name = text("run", "flow").or(text("model", "id")).unwrap_or_default();
    let makers = ["claude-", "gpt-"];
    let name = makers.iter().find_map(|maker| name.strip_prefix(maker)).unwrap_or(name);
    let short: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if short.is_empty() { "model".to_owned() } else { short }
}

const START: u64 = 5381;

/// Bernstein's hash of a text, from a hash on.
fn djb2(hash: u64, text: &str) -> u64 {
    let step = |hash: u64, byte: u8| hash.wrapping_mul(33).wrapping_add(byte.into());
    text.bytes().fold(hash, step)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_769_860_800_999;

    fn card(given: Value) -> Result<Card, String> {
        Card::complete(given, NOW, |id| Ok(id == "taken")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_card_is_filled_in() {
        let Card { pkg, id, members } =
            card(json!({ "pkg": { "name": "cot" }, "params": { "b": 1.0, "a": [2] }, "x": null }))
                .expect("complete");
        let canonical = r#"{"a":[2],"b":1.0}"#;
        let expected = json!({
            "schema_version": "card/v0",
            "created_at": "2026-01-31T12:00:00Z",
            "created_by": concat!("alc@", env!("CARGO_PKG_VERSION")),
            "pkg": { "name": "cot" },
            "params": { "a": [2], "b": 1.0 },
            "param_fingerprint": format!("{:016x}", djb2(START, canonical)),
            "card_id": id,
        });
        assert_eq!(Value::Object(members), expected);
        assert_eq!(pkg, "cot");
        let hash = id.strip_prefix("cot_model_20260131T120000_").expect("its parts");
        assert!(hash.len() == 6 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        // Bernstein's own example of the algorithm.
        assert_eq!(djb2(START, "a"), 177_670);
    }

    #[test]
    fn an_id_says_what_the_card_is_of() {
        for (given, short) in [
            (json!({ "model": { "id": "claude-opus-4-6" } }), "opus46"),
            (json!({ "model": { "id": "gpt-4.1" } }), "41"),
            (json!({ "model": { "id": "--" } }), "model"),
            (json!({ "run": { "flow": "flow_a" }, "model": { "id": "x" } }), "flowa"),
        ] {
            let mut given = given;
            given["pkg"] = json!({ "name": "p" });
            let id = card(given).expect("complete").id;
            assert!(id.starts_with(&format!("p_{short}_20260131T120000_")), "{id}");
        }
    }

    #[test]
    fn a_generated_id_that_is_taken_is_varied() {
        let given = json!({ "pkg": { "name": "p" } });
        let first = card(given.clone()).expect("complete").id;
        let second = Card::complete(given, NOW, |id| Ok(id == first)).expect("complete").id;
        assert_ne!(first, second);
        assert_eq!(first.len(), second.len());
    }

    #[test]
    fn what_cannot_be_a_card_says_why() {
        for (given, why) in [
            (json!(null), "input must be a table"),
            (json!(["x"]), "input must be a table"),
            (json!({}), "pkg.name is required"),
            (json!({ "pkg": { "name": 7 } }), "pkg.name is required"),
            (json!({ "pkg": { "name": "" } }), "Invalid pkg name: ''"),
            (json!({ "pkg": { "name": "../x" } }), "Invalid pkg name: '../x'"),
            (json!({ "pkg": { "name": "a\\b" } }), "Invalid pkg name: 'a\\b'"),
            (json!({ "pkg": { "name": "." } }), "Invalid pkg name: '.'"),
            (json!({ "pkg": { "name": "p" }, "card_id": "a/b" }), "Invalid card_id name: 'a/b'"),
            (json!({ "pkg": { "name": "p" }, "card_id": 7 }), "Invalid card_id name: '7'"),
            (json!({ "pkg": { "name": "p" }, "card_id": "taken" }), "card 'taken' already exists"),
        ] {
            assert_eq!(card(given.clone()).expect_err(why), why, "{given}");
        }
    }

    #[test]
    fn a_run_has_a_status() {
        for (members, run) in [
            (json!({}), Run::Absent),
            (json!({ "run": { "status": "failed", "reason": "r" } }), Run::Valid),
            (json!({ "run": { "status": "done" } }), Run::Invalid),
            (json!({ "run": {} }), Run::Invalid),
            (json!({ "run": "succeeded" }), Run::Invalid),
            (json!({ "run": { "status": "skipped", "flow": 7 } }), Run::Invalid),
        ] {
            assert_eq!(Run::of(&members), run, "{members}");
        }
    }
}
