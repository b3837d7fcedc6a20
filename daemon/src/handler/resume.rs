//! Answers queries.

use alc_core::PayloadKind;
use alc_ipc::{Answer, Applied, Failure, Response, Resume, Resumed};

use super::failure::{invalid, json};
use crate::{
    registry::Registry,
    session::{Answers, Given},
};

/// Hands the answers to the session and returns where that leaves it.
pub(super) async fn resume(resume: Resume, registry: &Registry) -> Result<Response, Failure> {
    let Resume { session, answers, key, next } = resume;
    let (given, payload) = match answers {
        alc_ipc::Answers::One { text, usage } => {
            (vec![Given { query: session.query, text, usage }], PayloadKind::Single)
        }
        alc_ipc::Answers::Batch(answers) if answers.is_empty() => {
            return Err(invalid("there is no answer in the batch".to_owned()));
        }
        alc_ipc::Answers::Batch(answers) => {
            let given = answers.into_iter().map(|Answer { query, text, usage }| Given {
                query: Some(query),
                text,
                usage,
            });
            (given.collect(), PayloadKind::Batch)
        }
    };
    let answers = Answers { given, payload, key, next };
    let (id, accepted) = registry.resume(&session, answers).await?;
    let answers = accepted.answers.into_iter().map(|(number, already)| {
        (id.query(number), if already { Applied::Already } else { Applied::Now })
    });
    let next = accepted.next.as_ref().map(json).transpose()?;
    Ok(Response::Resumed(Resumed { answers: answers.collect(), state: accepted.state, next }))
}
