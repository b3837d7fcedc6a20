//! A look at a data folder by a process that does not own it.

use alc_ipc::{ErrorCode, Examined, Failure, Home, JournalFacts, Response};

use super::failure::discard;
use crate::{
    cause::chain,
    engine,
    journal::{self, Examination},
};

pub(crate) fn examine(owned: bool, home: &Home) -> Result<Response, Failure> {
    let ordered = engine::iterates_as_always().map_err(|error| Failure {
        code: ErrorCode::Internal,
        message: chain(&error),
        hint: None,
    })?;
    let facts = |Examination { sessions, bytes, problems }| {
        let mended = |(problem, session): (_, Option<String>)| {
            (problem, session.and_then(|session| discard(&session)))
        };
        let problems = problems.into_iter().map(mended).collect();
        JournalFacts { sessions, bytes, problems }
    };
    let journal = match journal::examine(&home.journal(), owned) {
        Ok(examined) => examined.map(|examined| Ok(facts(examined))),
        Err(error) => {
            Some(Err(Failure { code: ErrorCode::Damaged, message: chain(&error), hint: None }))
        }
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Response::Examined(Examined { version, ordered, journal }))
}
