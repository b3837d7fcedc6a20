//! The order of cards, as `order_by` says it.

use std::cmp::Ordering;

use serde_json::Value;

use super::{CardError, filter};

/// A member to order cards by.
#[derive(Clone, Debug)]
pub(super) struct Key {
    path: Vec<String>,
    descending: bool,
}

/// The keys that `order_by` names, the first one first; none, if nothing does.
pub(super) fn read(order_by: Option<&Value>) -> Result<Vec<Key>, CardError> {
    let keys = match order_by {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(keys)) if !keys.is_empty() => keys.as_slice(),
        Some(key) => std::slice::from_ref(key),
    };
    let malformed = |key: &Value| {
        let why = "order_by must be a path such as \"stats.pass_rate\", or a list of those";
        CardError::Refused(format!("{why}, not {key}"))
    };
    keys.iter().map(|key| Key::parse(key).ok_or_else(|| malformed(key))).collect()
}

impl Key {
    fn parse(key: &Value) -> Option<Self> {
        let text = key.as_str()?;
        let (descending, path) = text.strip_prefix('-').map_or((false, text), |path| (true, path));
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        path.iter().all(|part| !part.is_empty()).then_some(Self { path, descending })
    }

    /// What a card has there; nothing, if it cannot be ordered.
    pub(super) fn value<'a>(&self, card: &'a Value) -> Option<&'a Value> {
        let value = self.path.iter().try_fold(card, |value, part| value.get(part))?;
        (value.is_number() || value.is_string() || value.is_boolean()).then_some(value)
    }

    /// Which of two values comes first; one that is missing comes last in any direction.
    pub(super) fn order(&self, a: Option<&Value>, b: Option<&Value>) -> Ordering {
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => return b.is_some().cmp(&a.is_some()),
        };
        let order = filter::order(a, b).unwrap_or_else(|| rank(a).cmp(&rank(b)));
        if self.descending { order.reverse() } else { order }
    }
}

/// The order of values of several kinds.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_paths_in_either_direction() {
        let cards = [json!({ "a": { "b": 2 } }), json!({ "a": { "b": 10.5 } }), json!({ "a": {} })];
        for (key, expected) in [("a.b", [0, 1, 2]), ("-a.b", [1, 0, 2])] {
            let keys = read(Some(&json!(key))).expect("a key");
            let value = |place: usize| keys[0].value(&cards[place]);
            let mut places = [2, 1, 0];
            places.sort_by(|a, b| keys[0].order(value(*a), value(*b)));
            assert_eq!(places, expected, "{key}");
        }
    }

    #[test]
    fn kinds_have_an_order_too() {
        let key = &read(Some(&json!(["x"]))).expect("a key")[0];
        let mut values = [json!("a"), json!(1), json!(true), json!(0.5), json!(false)];
        values.sort_by(|a, b| key.order(Some(a), Some(b)));
        assert_eq!(values, [json!(false), json!(true), json!(0.5), json!(1), json!("a")]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for order_by in [
            json!(""),
            json!("-"),
            json!("a..b"),
            json!(".a"),
            json!(7),
            json!([]),
            json!(["a", ""]),
            json!({}),
        ] {
            let error = read(Some(&order_by)).expect_err("refused").to_string();
            assert!(error.starts_with("order_by "), "{error}");
        }
    }
}
