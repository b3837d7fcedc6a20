//! Which cards are listed, and what of each.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{CardError, Cards, Found, check_name, filter::Filter, order};

/// Which cards, and in which order.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pkg: Option<String>,
    filter: Filter,
    order: Vec<order::Key>,
    offset: usize,
    limit: usize,
}

impl Query {
    /// The query that a table says: `pkg`, `where`, `order_by`, `limit`, `offset`.
    pub(crate) fn read(query: &Value) -> Result<Self, CardError> {
        if !(query.is_object() || query.is_null()) {
            return Err(CardError::refused("the query must be a table"));
        }
        let pkg = text(query, "pkg")?;
        pkg.as_deref().map_or(Ok(()), |pkg| check_name("pkg", pkg))?;
        let given = |name| query.get(name).filter(|value| !value.is_null());
        Ok(Self {
            pkg,
            filter: Filter::read(given("where"))?,
            order: order::read(given("order_by"))?,
            offset: count(query, "offset")?.unwrap_or(0),
            limit: count(query, "limit")?.unwrap_or(usize::MAX),
        })
    }

    /// The newest cards of a package.
    pub(super) fn newest(pkg: String, limit: usize) -> Self {
        Self {
            pkg: Some(pkg),
            filter: Filter::All(Vec::new()),
            order: Vec::new(),
            offset: 0,
            limit,
        }
    }
}

/// A member of a table of options that is a text.
pub(super) fn text(options: &Value, name: &str) -> Result<Option<String>, CardError> {
    match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(CardError::Refused(format!("{name} must be a string"))),
    }
}

/// A member of a table of options that is a whole number; a fraction is dropped.
pub(super) fn count(options: &Value, name: &str) -> Result<Option<usize>, CardError> {
    let refused = || CardError::Refused(format!("{name} must be a number that is not negative"));
    match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match (value.as_u64(), value.as_f64()) {
            (Some(count), _) => Ok(Some(usize::try_from(count).unwrap_or(usize::MAX))),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it saturates"
            )]
            (None, Some(count)) if count >= 0.0 => Ok(Some(count as usize)),
            _ => Err(refused()),
        },
    }
}

/// What is shown of a card in a list.
fn summary(Found { place, card }: &Found) -> Value {
    let mut summary = json!({ "card_id": place.id, "pkg": place.pkg });
    for (name, value) in [
        ("created_at", &card["created_at"]),
        ("model", &card["model"]["id"]),
        ("flow", &card["run"]["flow"]),
        ("scenario", &card["scenario"]["name"]),
    ] {
        if value.is_string() {
            summary[name] = value.clone();
        }
    }
    let rate = &card["stats"]["pass_rate"];
    if rate.is_number() {
        summary["pass_rate"] = rate.clone();
    }
    summary
}

impl Cards {
    /// Summaries of the cards that a query wants.
    pub(crate) fn query(&self, query: &Query) -> Result<Vec<Value>, CardError> {
        Ok(self.selected(query)?.iter().map(summary).collect())
    }

    /// The cards that a query wants, in its order; then the newest first.
    pub(super) fn selected(&self, query: &Query) -> Result<Vec<Found>, CardError> {
        let mut cards = self.all(query.pkg.as_deref())?;
        cards.retain(|found| query.filter.holds(Some(&found.card)));
        cards.sort_by(|a, b| query.compare(a, b));
        Ok(cards.into_iter().skip(query.offset).take(query.limit).collect())
    }
}

/// When a card was made, as its file says; nothing, if it does not.
fn created_at(found: &Found) -> &str {
    found.card["created_at"].as_str().unwrap_or_default()
}

impl Query {
    fn compare(&self, a: &Found, b: &Found) -> Ordering {
        let keys = self.order.iter();
        let order = keys.map(|key| key.order(key.value(&a.card), key.value(&b.card)));
        let newest = || created_at(b).cmp(created_at(a)).then_with(|| b.place.id.cmp(&a.place.id));
        order.fold(Ordering::Equal, Ordering::then).then_with(newest)
    }
}
