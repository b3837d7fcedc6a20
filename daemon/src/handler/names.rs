//! What things are called, for whoever completes a command line. Nothing is loaded to find out.

use alc_core::Caller;
use alc_ipc::{Failure, Home, Named, Response};
use serde_json::{Value, json};

use crate::{
    manage::{ManageError, scenarios},
    packages::Resolver,
    store::{Cards, Evaluations, Query, Store},
};

/// More than anybody looks through.
const MOST: usize = 500;

/// A name and a remark.
type One = (String, String);

/// Those of the data folder `home`.
pub(crate) fn names(named: Named, home: &Home) -> Result<Response, Failure> {
    let home = home.path();
    let told = match named {
        Named::Packages(caller) => packages(&caller, home)?,
        Named::Scenarios => {
            let scenarios = scenarios::list(home)?.into_iter();
            scenarios.map(|scenario| (scenario.name, String::new())).collect()
        }
        Named::Cards => cards(&Cards::new(home))?,
        Named::Evaluations => {
            let metas = Evaluations::new(home).list(None, MOST)?;
            metas.into_iter().map(|meta| (meta.eval_id, meta.strategy)).collect()
        }
        Named::Values => {
            let keys = Store::new(home).all()?.into_iter().take(MOST);
            keys.map(|(namespace, key)| (key, namespace.unwrap_or_default())).collect()
        }
    };
    Ok(Response::Names(told))
}

/// Each once; the first place that has it counts.
fn packages(caller: &Caller, home: &std::path::Path) -> Result<Vec<One>, ManageError> {
    let packages = Resolver::new(caller, home)?.packages();
    let mut names: Vec<_> = packages.into_iter().map(|package| package.name).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.into_iter().map(|name| (name, String::new())).collect())
}

fn cards(cards: &Cards) -> Result<Vec<One>, Failure> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = cards.query(&Query::read(&json!({ "limit": MOST }))?)?;
    let ids = found.iter().map(|card| (text(&card["card_id"]), text(&card["pkg"])));
    let aliases = cards.aliases(None)?;
    let aliases = aliases.iter().map(|alias| (text(&alias["name"]), text(&alias["card_id"])));
    Ok(aliases.chain(ids).collect())
}
