//! What each request does: one `match`, one file for each request that is more than a call.

mod branch;
mod card;
mod collect;
mod evals;
mod examine;
mod failure;
mod follow;
mod lease;
mod list;
mod log;
mod names;
mod note;
mod observe;
mod package;
mod resume;
mod settings;
mod spawn;
mod status;
mod stop;
mod travel;
mod value;

use std::sync::Arc;

use alc_core::{QueryView, Reference, SessionId, SessionView};
use alc_ipc::{Failure, Json, Request, Response, WaitFor};
use tokio::sync::mpsc;

pub(crate) use self::{
    card::card, evals::evals, examine::examine, failure::invalid, list::look, names::names,
    package::manage, settings::settings, spawn::check, stop::stop, value::value,
};
use crate::{config::Given, journal::Lost, registry::Registry, server::Daemon, visitor::Visitor};

/// Carries a request out. Interim responses go to `interim`; the last one is returned.
pub(crate) async fn handle(
    request: Request,
    daemon: &Daemon,
    visitor: &Arc<Visitor>,
    interim: &mpsc::Sender<Response>,
) -> Response {
    let registry = &daemon.registry;
    let done = match request {
        Request::Spawn(spawn) => spawn::spawn(spawn, registry).await,
        Request::State(session) => state(&session, registry).await,
        Request::Where(session) => stands(&session, registry).await,
        Request::List(list) => list::list(list, registry).await,
        Request::Query(query) => self::query(&query, registry).await,
        Request::Resume(resume) => resume::resume(resume, registry).await,
        Request::Aim(aim) => self::aim(&aim, registry).await,
        Request::Cancel(cancel) => self::cancel(cancel, registry).await,
        Request::Outcome(session) => outcome(&session, registry).await,
        Request::Wait(wait) => self::wait(&wait, registry).await,
        Request::Observe(observe) => observe::observe(observe, registry, interim).await,
        Request::Note(note) => note::note(note, registry).await,
        Request::Log(log) => log::log(log, registry, interim).await,
        Request::Delete(session) => delete(&session, registry).await,
        Request::Collect(collect) => collect::collect(collect, registry).await,
        Request::Lease(lease) => lease::lease(lease, registry, &visitor.driver).await,
        Request::Status => status::status(daemon).await,
        Request::Examine { .. }
        | Request::Evals(_)
        | Request::Card(_)
        | Request::Value(_)
        | Request::Names(_) => {
            Err(failure::invalid("`alcd tool` looks into data folders".to_owned()))
        }
        Request::Export(session) => travel::export(&session, registry, interim).await,
        Request::Deliver(part) => travel::deliver(part, registry, visitor).await,
        Request::Import(import) => travel::import(import, registry, visitor).await,
        Request::Branch(branch) => branch::branch(branch, registry).await,
        Request::Leave(leave) => travel::leave(leave, registry).await,
        Request::Manage(_) => Err(package::not_here()),
        Request::Settings => settings::settings(&daemon.home, &Given::default()),
        Request::Follow(list) => follow::follow(list, registry, interim).await,
        Request::Discard(session) => discard(session, registry).await,
    };
    done.unwrap_or_else(Response::Failure)
}

async fn state(session: &Reference, registry: &Registry) -> Result<Response, Failure> {
    shown(&registry.state(session).await?)
}

async fn stands(session: &Reference, registry: &Registry) -> Result<Response, Failure> {
    Ok(Response::Stands(registry.stands(session).await?))
}

async fn wait(wait: &alc_ipc::Wait, registry: &Registry) -> Result<Response, Failure> {
    let until = wait.until;
    if until == WaitFor::Arrival {
        return shown(&registry.arrival(&wait.session).await?);
    }
    let wanted = |state: alc_core::StateName| {
        state.is_terminal()
            || (until == WaitFor::Actionable && state == alc_core::StateName::Paused)
    };
    shown(&registry.wait(&wait.session, wanted).await?)
}

async fn query(reference: &Reference, registry: &Registry) -> Result<Response, Failure> {
    let Some(number) = reference.query else {
        return Err(failure::invalid(format!("`{reference}` names no query")));
    };
    let (session, stored) = registry.query(reference, number).await?;
    let view = QueryView { query_id: session.query(number), query: stored.query };
    Ok(Response::Query(failure::json(&view)?))
}

async fn aim(aim: &alc_ipc::Aim, registry: &Registry) -> Result<Response, Failure> {
    Ok(Response::Aimed(registry.aim(&aim.session, aim.key.as_ref()).await?))
}

async fn cancel(cancel: alc_ipc::Cancel, registry: &Registry) -> Result<Response, Failure> {
    let reason = alc_core::CancelReason { requested_at: crate::clock::now(), ..cancel.reason };
    let (session, first) = registry.cancel(&cancel.session, reason).await?;
    Ok(Response::Cancelled { session, first })
}

async fn delete(session: &Reference, registry: &Registry) -> Result<Response, Failure> {
    Ok(Response::Deleted(registry.delete(session).await?))
}

async fn discard(session: SessionId, registry: &Registry) -> Result<Response, Failure> {
    let lost = registry.discard(&session).await?;
    let lost =
        lost.map(|Lost { events, queries, answers }| alc_ipc::Lost { events, queries, answers });
    Ok(Response::Discarded { session, lost })
}

async fn outcome(session: &Reference, registry: &Registry) -> Result<Response, Failure> {
    let (session, state, outcome) = registry.outcome(session).await?;
    Ok(Response::Outcome { session, state, outcome: outcome.map(Json) })
}

fn shown(session: &SessionView) -> Result<Response, Failure> {
    Ok(Response::Session(failure::json(session)?))
}
