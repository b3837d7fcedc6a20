//! How a board looks.

use alc_core::{QueryView, SessionView, StateName};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style},
    text::{Line, Span, Text},
    widgets::{Paragraph, Row, Table, TableState, Wrap},
};

use super::board::{Board, Mode};
use crate::escape::{escape, shield};

/// The lines that are no sessions.
pub(super) const FRAME: u16 = 3;
/// As much of a prompt as is laid out on every draw.
const SHOWN: usize = 64 << 10;

const COLUMNS: [(&str, Constraint); 7] = [
    ("ID", Constraint::Length(8)),
    ("NAME", Constraint::Max(14)),
    ("STATE", Constraint::Length(9)),
    ("SINCE", Constraint::Length(5)),
    ("ASKED", Constraint::Length(5)),
    ("TOKENS", Constraint::Length(6)),
    ("", Constraint::Fill(1)),
];

/// What decides how it looks besides the board.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    /// What the verb is called.
    pub(super) title: &'a str,
    pub(super) color: bool,
    /// Unix milliseconds.
    pub(super) now: i64,
}

/// Draws all of it.
pub(super) fn draw(board: &Board, look: Look<'_>, frame: &mut Frame<'_>) {
    let lines = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)];
    let [top, middle, bottom] = Layout::vertical(lines).areas(frame.area());
    frame.render_widget(header(board, look), top);
    match (&board.mode, board.session(), board.query()) {
        (Mode::Queries { scroll, .. }, _, Some(query)) => {
            draw_query(board, query, *scroll, look, middle, frame);
        }
        (Mode::Queries { .. }, Some(session), None) => {
            let text = format!("{} is {}", session.id, session.state);
            frame.render_widget(Paragraph::new(text), middle);
        }
        _ => draw_sessions(board, look, middle, frame),
    }
    frame.render_widget(footer(board), bottom);
}

fn header(board: &Board, look: Look<'_>) -> Line<'static> {
    let mut spans = vec![Span::styled(look.title.to_owned(), Modifier::BOLD)];
    for (state, count) in &board.counts {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(format!("{count} {state}"), of_state(*state, look)));
    }
    if !board.heard {
        spans.push(Span::styled("  asking the daemon", Modifier::DIM));
    }
    Line::from(spans)
}

fn footer(board: &Board) -> Line<'_> {
    let keys = match (&board.notice, &board.mode, board.session()) {
        (_, Mode::Sure, Some(session)) => {
            let text = format!("End {} for good? y ends it, any other key does not", session.id);
            return Line::styled(text, Modifier::BOLD);
        }
        (Some(notice), ..) => return Line::styled(escape(notice), Modifier::BOLD),
        (None, Mode::Queries { .. }, _) => "e answer  Tab next query  ↑↓ scroll  c cancel  q back",
        (None, ..) => "Enter what it asks  e answer  c cancel  ↑↓ PgUp PgDn  q quit",
    };
    Line::styled(keys, Modifier::DIM)
}

fn draw_sessions(board: &Board, look: Look<'_>, area: Rect, frame: &mut Frame<'_>) {
    if board.sessions.is_empty() && board.heard && board.is_first() {
        frame.render_widget(Paragraph::new("\nno such sessions"), area);
        return;
    }
    let heads = COLUMNS.map(|(head, _)| head);
    let widths = COLUMNS.map(|(_, width)| width);
    let rows = board.sessions.iter().map(|session| row(session, look));
    let table = Table::new(rows, widths)
        .header(Row::new(heads).style(Modifier::BOLD))
        .row_highlight_style(Modifier::REVERSED);
    let selected = (!board.sessions.is_empty()).then_some(board.selected);
    frame.render_stateful_widget(table, area, &mut TableState::new().with_selected(selected));
}

fn row(session: &SessionView, look: Look<'_>) -> Row<'static> {
    let usage = session.usage;
    Row::new([
        Span::raw(session.id.to_string()),
        Span::raw(escape(session.name.as_deref().unwrap_or_default())),
        Span::styled(session.state.to_string(), of_state(session.state, look)),
        Span::raw(span(look.now.saturating_sub(session.changed_at))),
        Span::raw(format!("{:>5}", short(usage.llm_calls))),
        Span::raw(format!("{:>6}", short(usage.prompt_tokens + usage.completion_tokens))),
        Span::raw(escape(&doing(session))),
    ])
}

/// What it asks, else how far it says it is, else what it said last.
fn doing(session: &SessionView) -> String {
    if let Some((first, more)) =
        session.pause.as_ref().and_then(|pause| pause.queries.split_first())
    {
        let line = first_line(&first.query.prompt);
        return match more.len() {
            0 => line.to_owned(),
            more => format!("{line} (and {more} more)"),
        };
    }
    match (&session.progress, session.log.last()) {
        (Some(progress), _) if !session.state.is_terminal() => {
            let message = progress.message.as_deref().unwrap_or_default();
            format!("{}/{} {message}", progress.step, progress.total)
        }
        (_, Some(last)) => first_line(&last.line.message).to_owned(),
        (_, None) => String::new(),
    }
}

fn first_line(text: &str) -> &str {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    // As much as any screen has.
    &line[..line.floor_char_boundary(500)]
}

fn draw_query(
    board: &Board,
    view: &QueryView,
    scroll: u16,
    look: Look<'_>,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let query = &view.query;
    let role = query.role.as_ref().map(|role| format!(" as {role}")).unwrap_or_default();
    let open = match board.queries().len() {
        1 => String::new(),
        open => format!("; {open} are open"),
    };
    let head = format!("{} asks{role}, for up to {} tokens{open}", view.query_id, query.max_tokens);
    let mut text = Text::from(Line::styled(escape(&head), Modifier::BOLD));
    if let Some(system) = &query.system {
        text.extend(lines(system, Style::from(Modifier::DIM)));
    }
    text.push_line("");
    text.extend(lines(&query.prompt, if look.color { Color::Yellow.into() } else { Style::new() }));
    let page = Paragraph::new(text).wrap(Wrap { trim: false });
    let last = page.line_count(area.width).saturating_sub(usize::from(area.height));
    let scroll = scroll.min(u16::try_from(last).unwrap_or(u16::MAX));
    frame.render_widget(page.scroll((scroll, 0)), area);
}

/// A text as it may stand on a terminal, if it is very long its beginning.
fn lines(text: &str, style: Style) -> Text<'static> {
    let shown = &text[..text.floor_char_boundary(SHOWN)];
    let shown = shield(shown).replace('\t', "    ");
    let mut shown = Text::styled(shown, style);
    if text.len() > SHOWN {
        shown.push_line(Line::styled("… `alc prompt` prints all of it", Modifier::DIM));
    }
    shown
}

fn of_state(state: StateName, look: Look<'_>) -> Style {
    match state {
        StateName::Cancelled => Modifier::DIM.into(),
        _ if !look.color => Style::new(),
        StateName::Done => Color::Green.into(),
        StateName::Failed => Color::Red.into(),
        StateName::Paused => Color::Yellow.into(),
        StateName::Running => Style::new(),
    }
}

/// A time in milliseconds in two or three characters and a unit.
fn span(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A count in at most five characters.
fn short(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}
