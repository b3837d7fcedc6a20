//! Answers queries.

use alc_core::PayloadKind;
use alc_ipc::{Answer, Answers, Applied, Failure, Response, Resume, Resumed};

use super::failure::invalid;
use crate::{registry::Registry, session::Given};

/// Hands the answers to the session and returns where that leaves it.
pub(super) async fn resume(resume: Resume, registry: &Registry) -> Result<Response, Failure> {
    let Resume { session, answers, key } = resume;
    let (given, payload) = match answers {
        Answers::One { text, usage } => {
            (vec![Given { query: session.query, text, usage }], PayloadKind::Single)
        }
        Answers::Batch(answers) if answers.is_empty() => {
            return Err(invalid("there is no answer in the batch".to_owned()));
        }
        Answers::Batch(answers) => {
            let given = answers.into_iter().map(|Answer { query, text, usage }| Given {
                query: Some(query),
                text,
                usage,
            });
            (given.collect(), PayloadKind::Batch)
        }
    };
    let (id, accepted) = registry.resume(&session, given, payload, key).await?;
    let answers = accepted.answers.into_iter().map(|(number, already)| {
        (id.query(number), if already { Applied::Already } else { Applied::Now })
    });
    Ok(Response::Resumed(Resumed { answers: answers.collect(), state: accepted.state }))
}
