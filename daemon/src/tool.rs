//! `alcd tool VERB`: what needs Lua or the data folder and no daemon. A client runs it as its child, in
//! its own folder and with its own environment, asks on its stdin and is answered on its stdout.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use alc_ipc::{ErrorCode, Failure, Home, Request, Response, answer};

use crate::{
    cause::chain,
    config::{Tool, Verb},
    handler,
};

/// Answers one request.
pub(crate) fn run(tool: Tool) -> ExitCode {
    let (stdin, stdout) = (io::stdin().lock(), io::stdout().lock());
    match answer(stdin, stdout, |request| respond(tool, request)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Its parent may be gone, and nobody reads this.
            let _ = writeln!(io::stderr(), "alcd tool: {}", chain(&error));
            ExitCode::from(70)
        }
    }
}

fn respond(tool: Tool, request: Request) -> Response {
    let failed = |error: &dyn std::error::Error| {
        let (code, message) = (ErrorCode::Internal, chain(error));
        Response::Failure(Failure { code, message, hint: None })
    };
    let home = match Home::find(tool.home) {
        Ok(home) => home,
        Err(error) => return failed(&error),
    };
    // What reads files does that beside.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let response = runtime.block_on(async {
        match (tool.verb, request) {
            (Verb::Check, Request::Spawn(spawn)) => handler::check(spawn, &home).await,
            (Verb::Doctor, Request::Examine { owned }) => handler::examine(owned, &home),
            (Verb::Package, Request::Manage(manage)) => handler::manage(manage, &home).await,
            (Verb::Evals, Request::Evals(evals)) => handler::evals(evals, home.path()),
            (Verb::Card, Request::Card(request)) => handler::card(request, &home),
            (Verb::Kv, Request::Value(request)) => handler::value(request, &home),
            (Verb::Config, Request::Settings) => handler::settings(&home, &tool.given),
            (Verb::Names, Request::Names(named)) => handler::names(named, &home),
            (Verb::Names, Request::List(list)) => handler::look(list, &home),
            _ => Err(handler::invalid("this verb answers another request".to_owned())),
        }
    });
    // A read that never ends, of a package that was given up, ends with the process.
    runtime.shutdown_background();
    response.unwrap_or_else(Response::Failure)
}
