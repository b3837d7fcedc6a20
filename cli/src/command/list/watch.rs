//! `alc list --watch`: the list, and what changes of it; drawn in place on a terminal, else in lines.

use std::ops::ControlFlow;

use alc_core::SessionView;
use alc_ipc::{Json, Listed};

use super::{
    is_table,
    picture::{Picture, Size},
    print_line,
    roster::Roster,
    row, table,
};
use crate::{
    args::Selection,
    connect::Connector,
    error::CliError,
    exit::Exit,
    output::{Output, OutputError, Style},
    select,
    signals::Left,
};

pub(super) fn run(
    selection: &Selection,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let list = select::filter(selection);
    let mut link = connector.starting()?;
    let command = output.same(format!("alc list --watch{}", selection.flags()));
    let left = Left { sentence: "stopped watching; sessions go on".to_owned(), command };
    let waiting = connector.signals().waiting(left.clone());
    let drawn = is_table(output) && !connector.environment().dumb;
    let mut watch = Watch { roster: Roster::default(), picture: drawn.then(Picture::default) };
    let mut shown = Ok(());
    let followed = link.call(|client| {
        client.follow(list.clone(), |listed| {
            shown = waiting.step(|| (watch.take(listed, output), left.clone()));
            if shown.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
    });
    shown?;
    followed?;
    Ok(Exit::Done)
}

struct Watch {
    roster: Roster,
    /// Where nothing is drawn, lines are printed.
    picture: Option<Picture>,
}

impl Watch {
    fn take(&mut self, listed: Listed<'_>, output: &mut Output) -> Result<(), CliError> {
        match listed {
            Listed::Begin => self.roster.begin(),
            Listed::Session(view) => self.put(view, output)?,
            Listed::Gone(session) => drop(self.roster.remove(session)),
            Listed::UpToDate => {
                self.roster.end();
                self.draw(output)?;
                output.flush()?;
            }
        }
        Ok(())
    }

    fn put(&mut self, view: &Json, output: &mut Output) -> Result<(), CliError> {
        let session: SessionView = serde_json::from_str(&view.0)?;
        let drawn = self.picture.is_some();
        let row = if drawn { row(&session) } else { Vec::new() };
        let news = self.roster.put(session.id.clone(), session.seq, row);
        match (news && !drawn, output.json()) {
            (true, true) => output.relay(view)?,
            (true, false) => print_line(&session, output)?,
            (false, _) => {}
        }
        Ok(())
    }

    fn draw(&mut self, output: &mut Output) -> Result<(), OutputError> {
        let Some(picture) = &mut self.picture else { return Ok(()) };
        let size = Size::now();
        // The headings, what does not fit, and where the cursor stands.
        let rows = self.roster.first(size.rows.saturating_sub(3));
        let mut lines = table(&rows, output);
        let more = self.roster.len() - rows.len();
        if self.roster.len() == 0 {
            lines = vec![output.paint(Style::Dim, "no such sessions yet").into_owned()];
        } else if more > 0 {
            lines.push(output.paint(Style::Dim, &format!("… and {more} older ones")).into_owned());
        }
        output.bytes(picture.draw(&lines, size).as_bytes())
    }
}
