//! `alc list`: many sessions, newest first.

use alc_core::{SessionView, StateName};
use alc_ipc::{After, ClientError, Json, List, Unreadable};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    output::{Output, OutputError, Style},
    select, table,
    time::rfc3339,
};

mod picture;
mod roster;
mod watch;

const HEADINGS: [&str; 6] = ["ID", "NAME", "STATE", "CREATED", "SEQ", "LABELS"];
const STATE: usize = 2;

pub(super) fn run(
    args: &args::List,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    if args.watch {
        return watch::run(&args.selection, connector, output);
    }
    let aligned = is_table(output);
    let mut rows = Vec::new();
    let (mut any, mut damaged) = (false, Vec::new());
    let show = |page: Vec<Json>| {
        any |= !page.is_empty();
        for view in page {
            if output.json() {
                output.relay(&view)?;
                continue;
            }
            let session = serde_json::from_str(&view.0)?;
            if aligned {
                rows.push(row(&session));
            } else {
                print_line(&session, output)?;
            }
        }
        Ok(())
    };
    match (connector.reading()?, &args.after) {
        (Some(mut link), _) => {
            damaged = select::each_page(selection(args), args.limit, &mut link, show)?;
        }
        (None, Some(after)) => return Err(CliError::NotFound(after.clone())),
        (None, None) => {}
    }
    if any && aligned {
        for line in table(&rows, output) {
            output.line(&line)?;
        }
    } else if !any && damaged.is_empty() && output.is_terminal() {
        output.notice(if selection(args) == List::default() && args.limit != Some(0) {
            r#"no sessions yet; begin with: alc spawn -e 'return alc.llm("2+2?")'"#
        } else {
            "no such sessions"
        });
    }
    Ok(damaged.into_iter().fold(Exit::Done, |all, Unreadable { failure, .. }| {
        let error = CliError::Client(ClientError::Refused(failure));
        output.error(&error);
        all.with(error.exit())
    }))
}

/// The sessions that the flags let through.
fn selection(args: &args::List) -> List {
    List { after: args.after.clone().map(After::Session), ..select::filter(&args.selection) }
}

/// Whether somebody looks at columns.
fn is_table(output: &Output) -> bool {
    output.is_terminal() && !output.json() && !output.quiet()
}

/// A session as scripts read it.
fn print_line(session: &SessionView, output: &mut Output) -> Result<(), OutputError> {
    if output.quiet() {
        output.line(session.id.as_str())
    } else {
        output.line(&row(session).join("\t"))
    }
}

fn row(session: &SessionView) -> Vec<String> {
    let labels: Vec<String> =
        session.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    vec![
        session.id.to_string(),
        escape(session.name.as_deref().unwrap_or_default()),
        session.state.to_string(),
        rfc3339(session.created_at),
        session.seq.to_string(),
        escape(&labels.join(",")),
    ]
}

/// Rows under their headings, a line each.
fn table(rows: &[Vec<String>], output: &Output) -> Vec<String> {
    let line = |(place, cells): (usize, Vec<String>)| {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let style = match place {
                0 => Style::Bold,
                _ if column == STATE => style(cell.trim()),
                _ => Style::Plain,
            };
            output.paint(style, cell)
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    table::align(&HEADINGS, rows).into_iter().enumerate().map(line).collect()
}

fn style(state: &str) -> Style {
    match StateName::parse(state) {
        Some(StateName::Done) => Style::Green,
        Some(StateName::Failed) => Style::Red,
        Some(StateName::Cancelled) => Style::Dim,
        Some(StateName::Paused) => Style::Yellow,
        Some(StateName::Running) | None => Style::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_what_scripts_split_at_tabs() {
        let session: SessionView = serde_json::from_str(
            r#"{"v":1,"type":"session","id":"k7fq2m9d","kind":"run","state":"paused","seq":4,
                "created_at":0,"changed_at":0,"labels":{"b":"x\ty","a":"1"},
                "usage":{"llm_calls":0,"prompt_tokens":0,"completion_tokens":0,"source":"definite"},"log":[]}"#,
        )
        .expect("a session");
        assert_eq!(
            row(&session).join("\t"),
            "k7fq2m9d\t\tpaused\t1970-01-01T00:00:00.000Z\t4\ta=1,b=x\\ty"
        );
    }
}
