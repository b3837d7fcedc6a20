//! A card as the text of its file: TOML, with its keys in order. There is no null in it: such members
//! and elements are left out.

use std::path::Path;

use serde_json::Value;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value as Toml};

use super::{CardError, LARGEST, Members};
use crate::toml;

/// The members in a file's text.
pub(super) fn read(path: &Path, text: &str) -> Result<Members, CardError> {
    match toml::parse(text) {
        Ok(document) => Ok(members(document.iter())),
        Err(source) => Err(CardError::Misspelt { path: path.to_owned(), source }),
    }
}

/// The text of these members; what would not come back from it is refused.
pub(super) fn write(members: &Members) -> Result<String, CardError> {
    let text = DocumentMut::from(table(members)).to_string();
    if text.len() as u64 > LARGEST {
        let why = format!("the card has {} bytes, over the limit of {LARGEST}", text.len());
        return Err(CardError::Refused(why));
    }
    match read(Path::new("the card"), &text) {
        Ok(again) if again == *members => Ok(text),
        Ok(_) => Err(CardError::refused("the card has a value that TOML cannot hold")),
        Err(error) => Err(error),
    }
}

/// Takes every null out of a value.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(elements) => {
            elements.into_iter().filter(|element| !element.is_null()).map(without_nulls).collect()
        }
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, member)| !member.is_null());
            members.map(|(name, member)| (name, without_nulls(member))).collect()
        }
        value => value,
    }
}

fn members<'a>(items: impl Iterator<Item = (&'a str, &'a Item)>) -> Members {
    let pairs = items.map(|(name, item)| (name.to_owned(), value_of_item(item)));
    pairs.filter(|(_, value)| !value.is_null()).collect()
}

fn value_of_item(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => value_of(value),
        Item::Table(table) => members(table.iter()).into(),
        Item::ArrayOfTables(tables) => {
            tables.iter().map(|table| Value::from(members(table.iter()))).collect()
        }
    }
}

fn value_of(value: &Toml) -> Value {
    match value {
        Toml::String(text) => text.value().as_str().into(),
        Toml::Integer(number) => (*number.value()).into(),
        // What is no number in JSON is left out.
        Toml::Float(number) => (*number.value()).into(),
        Toml::Boolean(flag) => (*flag.value()).into(),
        Toml::Datetime(time) => time.value().to_string().into(),
        Toml::Array(elements) => {
            elements.iter().map(value_of).filter(|element| !element.is_null()).collect()
        }
        Toml::InlineTable(table) => {
            let pairs = table.iter().map(|(name, value)| (name.to_owned(), value_of(value)));
            Value::Object(pairs.filter(|(_, value)| !value.is_null()).collect())
        }
    }
}

fn table(members: &Members) -> Table {
    members.iter().filter_map(|(name, value)| Some((name.as_str(), item(value)?))).collect()
}

/// An object is a section, and so is each of a list of objects; anything else is on one line.
fn item(value: &Value) -> Option<Item> {
    Some(match value {
        Value::Object(members) => Item::Table(table(members)),
        Value::Array(elements) if !elements.is_empty() && elements.iter().all(Value::is_object) => {
            let tables = elements.iter().filter_map(Value::as_object).map(table);
            Item::ArrayOfTables(tables.collect::<ArrayOfTables>())
        }
        value => Item::Value(inline(value)?),
    })
}

fn inline(value: &Value) -> Option<Toml> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(elements) => elements.iter().filter_map(inline).collect::<Array>().into(),
        Value::Object(members) => {
            let pairs = members.iter().filter_map(|(name, value)| Some((name, inline(value)?)));
            pairs.collect::<InlineTable>().into()
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Members {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_card_is_written_with_its_keys_in_order_and_comes_back() {
        let card = object(&json!({
            "stats": { "pass_rate": 1.0, "n": 3, "by": [{ "tag": "b", "x": [[1, 2.5], []] }, {}] },
            "pkg": { "name": "cot" },
            "b key": "two\nlines \"quoted\" \\ \u{7}",
            "a": [1, "x", { "y": {} }],
            "empty": {},
            "none": [],
        }));
        let text = write(&card).expect("writes");
        let expected = r#"a = [1, "x", { y = {} }]
"b key" = """
two
lines "quoted" \\ \u0007"""
none = []

[empty]

[pkg]
name = "cot"

[stats]
n = 3
pass_rate = 1.0

[[stats.by]]
tag = "b"
x = [[1, 2.5], []]

[[stats.by]]
"#;
        assert_eq!(text, expected);
        assert_eq!(read(Path::new("x"), &text).expect("reads"), card);
    }

    #[test]
    fn integers_and_floats_stay_apart() {
        for text in ["1", "1.0", "-0.0", "9223372036854775807", "1e300", "0.1", "1e-7"] {
            let card = object(&json!({ "n": serde_json::from_str::<Value>(text).expect("JSON") }));
            let again = read(Path::new("x"), &write(&card).expect(text)).expect(text);
            assert_eq!(again["n"].is_i64(), card["n"].is_i64(), "{text}");
            assert_eq!(again, card, "{text}");
        }
        let huge = object(&json!({ "n": u64::MAX }));
        assert!(write(&huge).is_err(), "it would come back as a float");
    }

    #[test]
    fn what_json_has_not_is_read_as_text_or_left_out() {
        let text = "at = 2026-01-31T12:00:00Z\nday = 2026-01-31\nbad = nan\nlist = [1, inf, 2]";
        let card = read(Path::new("x"), text).expect("reads");
        let expected = json!({ "at": "2026-01-31T12:00:00Z", "day": "2026-01-31", "list": [1, 2] });
        assert_eq!(Value::Object(card), expected);
        let nulls = json!({ "a": null, "b": [null, 1, { "c": null }] });
        assert_eq!(without_nulls(nulls), json!({ "b": [1, {}] }));
    }

    #[test]
    fn what_cannot_come_back_is_not_written() {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert!(write(&object(&json!({ "deep": deep }))).is_err());
        let error = read(Path::new("card.toml"), "a = 1\nb = [").expect_err("no TOML").to_string();
        assert!(error.starts_with("card.toml:2: "), "{error}");
    }
}
