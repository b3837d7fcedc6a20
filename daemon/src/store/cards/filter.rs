//! Conditions on cards and samples, as `where` says them.

use std::cmp::Ordering;

use serde_json::Value;

use super::CardError;

/// A condition on a value.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// On a member.
    At(String, Box<Filter>),
    /// On the value itself.
    Is(Operator, Value),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operator {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
    Nin,
    Exists,
    Contains,
    StartsWith,
}

impl Operator {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "in" => Self::In,
            "nin" => Self::Nin,
            "exists" => Self::Exists,
            "contains" => Self::Contains,
            "starts_with" => Self::StartsWith,
            _ => return None,
        })
    }

    fn holds(self, found: Option<&Value>, wanted: &Value) -> bool {
        let Some(found) = found else {
            return match self {
                Self::Ne | Self::Nin => true,
                Self::Exists => *wanted == Value::Bool(false),
                _ => false,
            };
        };
        let order = |is: fn(Ordering) -> bool| order(found, wanted).is_some_and(is);
        let text = |is: fn(&str, &str) -> bool| {
            found.as_str().zip(wanted.as_str()).is_some_and(|(found, wanted)| is(found, wanted))
        };
        let listed =
            || wanted.as_array().is_some_and(|all| all.iter().any(|one| is_same(found, one)));
        match self {
            Self::Eq => is_same(found, wanted),
            Self::Ne => !is_same(found, wanted),
            Self::Lt => order(Ordering::is_lt),
            Self::Lte => order(Ordering::is_le),
            Self::Gt => order(Ordering::is_gt),
            Self::Gte => order(Ordering::is_ge),
            Self::In => listed(),
            Self::Nin => !listed(),
            Self::Exists => *wanted == Value::Bool(true),
            Self::Contains => text(|found, wanted| found.contains(wanted)),
            Self::StartsWith => text(|found, wanted| found.starts_with(wanted)),
        }
    }
}

impl Filter {
    /// The conditions that a `where` says; without one there are none.
    pub(super) fn read(clause: Option<&Value>) -> Result<Self, CardError> {
        clause.map_or(Ok(Self::All(Vec::new())), Self::of_clause)
    }

    fn of_clause(clause: &Value) -> Result<Self, CardError> {
        let Value::Object(members) = clause else {
            return Err(CardError::refused("where clause must be a table"));
        };
        let conditions = members.iter().map(|(name, wanted)| {
            Ok(match name.as_str() {
                "_and" => Self::All(Self::of_list(name, wanted)?),
                "_or" => Self::Any(Self::of_list(name, wanted)?),
                "_not" => Self::Not(Box::new(Self::of_clause(wanted)?)),
                _ => Self::At(name.clone(), Box::new(Self::of_member(wanted)?)),
            })
        });
        conditions.collect::<Result<_, _>>().map(Self::All)
    }

    fn of_list(name: &str, clauses: &Value) -> Result<Vec<Self>, CardError> {
        let clauses = clauses.as_array();
        let clauses =
            clauses.ok_or_else(|| CardError::Refused(format!("{name} must be an array")))?;
        clauses.iter().map(Self::of_clause).collect()
    }

    fn of_member(wanted: &Value) -> Result<Self, CardError> {
        let Value::Object(members) = wanted else {
            return Ok(Self::Is(Operator::Eq, wanted.clone()));
        };
        let operators = members.iter().map(|(name, wanted)| {
            Operator::parse(name).map(|operator| Self::Is(operator, wanted.clone()))
        });
        match operators.collect() {
            Some(operators) => Ok(Self::All(operators)),
            None => Self::of_clause(wanted),
        }
    }

    /// Whether a value is as it says; `None` is one that is missing.
    pub(super) fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.holds(value)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(value)),
            Self::Not(filter) => !filter.holds(value),
            Self::At(name, filter) => {
                let member = value.and_then(|value| value.get(name));
                filter.holds(member.filter(|member| !member.is_null()))
            }
            Self::Is(operator, wanted) => operator.holds(value, wanted),
        }
    }
}

/// Which of two values of one kind comes first.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Whether two values are the same; 1 is 1.0.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(name, a): (&String, _)| b.get(name).is_some_and(|b| is_same(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        (Value::Number(_), Value::Number(_)) => order(a, b) == Some(Ordering::Equal),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(clause: &Value) -> bool {
        let card = json!({
            "pkg": { "name": "cot", "tags": ["a", "b"] },
            "stats": { "pass_rate": 0.8, "n": 1, "ok": true },
            "eq": { "lt": 1 },
            "nil": null,
        });
        Filter::read(Some(clause)).expect("a clause").holds(Some(&card))
    }

    #[test]
    fn conditions_hold_for_these_and_not_for_those() {
        for clause in [
            json!({}),
            json!({ "stats": {} }),
            json!({ "pkg": { "name": "cot" }, "stats": { "n": 1.0 } }),
            json!({ "pkg": { "tags": ["a", "b"] } }),
            json!({ "pkg": { "name": { "ne": "x", "contains": "o", "starts_with": "c" } } }),
            json!({ "stats": { "pass_rate": { "gte": 0.8, "lte": 0.8, "gt": 0, "lt": 1 } } }),
            json!({ "stats": { "n": { "in": [2, 1.0] }, "ok": { "gt": false, "eq": true } } }),
            json!({ "pkg": { "name": { "nin": ["x"], "exists": true, "gt": "cos" } } }),
            json!({ "gone": { "ne": 1, "nin": [1], "exists": false } }),
            json!({ "gone": { "deeper": { "exists": false } }, "nil": { "exists": false } }),
            json!({ "_and": [{ "pkg": { "name": "cot" } }, {}], "_not": { "gone": 1 } }),
            json!({ "_or": [{ "gone": 1 }, { "stats": { "n": 1 } }] }),
            json!({ "stats": { "_or": [{ "n": 7 }, { "ok": true }] } }),
            json!({ "eq": { "lt": { "eq": 1 }, "x": { "exists": false } } }),
        ] {
            assert!(holds(&clause), "{clause}");
        }
        for clause in [
            json!({ "pkg": "cot" }),
            json!({ "pkg": { "name": { "eq": "cot", "ne": "cot" } } }),
            json!({ "stats": { "pass_rate": { "lt": "1" } } }),
            json!({ "stats": { "n": { "contains": 1 } } }),
            json!({ "stats": { "n": { "in": 1 } } }),
            json!({ "stats": { "ok": 1 } }),
            json!({ "gone": { "eq": 1 } }),
            json!({ "gone": { "lt": 1 } }),
            json!({ "gone": { "in": [1] } }),
            json!({ "gone": { "exists": true } }),
            json!({ "gone": { "exists": 1 } }),
            json!({ "pkg": { "name": { "exists": false } } }),
            json!({ "_or": [] }),
            json!({ "_not": {} }),
            json!({ "pkg": { "tags": ["a"] } }),
            json!({ "eq": { "lt": 2 } }),
        ] {
            assert!(!holds(&clause), "{clause}");
        }
    }

    #[test]
    fn what_is_no_clause_says_why() {
        for (clause, why) in [
            (json!("x"), "where clause must be a table"),
            (json!(["x"]), "where clause must be a table"),
            (json!({ "_and": {} }), "_and must be an array"),
            (json!({ "a": { "b": 1, "_or": "x" } }), "_or must be an array"),
            (json!({ "_or": [1] }), "where clause must be a table"),
            (json!({ "_not": 1 }), "where clause must be a table"),
        ] {
            let error = Filter::read(Some(&clause)).expect_err(why);
            assert_eq!(error.to_string(), why, "{clause}");
        }
    }
}
