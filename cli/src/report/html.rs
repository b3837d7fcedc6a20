//! The page as one HTML file: no script, nothing from elsewhere, and no text of the session's that
//! could be more than text.

use std::fmt::{self, Display, Formatter, Write};

use alc_core::LogLine;

use super::{Item, Page, Pause, Question, What, headline, lasted, remarks, shown_time};
use crate::story::Story;

const STYLE: &str = include_str!("style.css");

/// Styles of this page and nothing else, should a text ever be taken for markup.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// How wide the strip of waits is drawn.
const STRIP: i64 = 1000;

/// The page.
pub(crate) fn html(story: &Story) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut text, &Page::new(story));
    text
}

/// A text that is nothing but text, wherever it stands.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(char)?,
                '\r' => {}
                // What a control character is called, as a picture.
                '\0'..' ' => {
                    f.write_char(char::from_u32(0x2400 + u32::from(char)).unwrap_or(' '))?;
                }
                '\u{7f}'..='\u{9f}' => f.write_char('\u{fffd}')?,
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

fn write_page(to: &mut String, page: &Page<'_>) -> fmt::Result {
    let (title, session) = (page.title(), &page.story.session);
    writeln!(to, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(to, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">")?;
    writeln!(to, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(to, "<meta name=\"referrer\" content=\"no-referrer\">")?;
    writeln!(to, "<title>{} · {}</title>", Text(&title), session.state)?;
    writeln!(to, "<style>\n{STYLE}</style>\n</head>\n<body>\n<header>")?;
    let state = session.state;
    let name = Text(&title);
    writeln!(to, "<h1>{name} <span class=\"state {state}\">{state}</span></h1>\n<dl>")?;
    for (what, value) in page.facts() {
        writeln!(to, "<div><dt>{what}</dt><dd>{}</dd></div>", Text(&value))?;
    }
    writeln!(to, "</dl>")?;
    write_strip(to, page)?;
    writeln!(to, "</header>\n<main>")?;
    write_outcome(to, page)?;
    writeln!(to, "<h2>What happened</h2>\n<ol>")?;
    for item in &page.items {
        write_item(to, item, page)?;
    }
    writeln!(to, "</ol>\n</main>\n</body>\n</html>")
}

/// When it waited for answers, and when it did not.
fn write_strip(to: &mut String, page: &Page<'_>) -> fmt::Result {
    let begin = page.story.session.created_at;
    let whole = (page.until - begin).max(1);
    let place = |at: i64| ((at - begin).clamp(0, whole).saturating_mul(STRIP)) / whole;
    let waited = lasted(page.waited());
    writeln!(
        to,
        "<figure>\n<svg viewBox=\"0 0 {STRIP} 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"It waited {waited} of {}\">",
        lasted(whole)
    )?;
    for (from, until) in page.waits() {
        let (x, width) = (place(from), (place(until) - place(from)).max(1));
        writeln!(to, "<rect x=\"{x}\" width=\"{width}\" height=\"10\"/>")?;
    }
    writeln!(
        to,
        "</svg>\n<figcaption>waiting for answers, from the first moment to the last</figcaption>\n</figure>"
    )
}

fn write_outcome(to: &mut String, page: &Page<'_>) -> fmt::Result {
    let Some((state, text)) = page.outcome() else {
        if let Some(progress) = &page.story.session.progress {
            write!(to, "<p>")?;
            write_progress(to, progress)?;
            writeln!(to, "</p>")?;
        }
        return Ok(());
    };
    writeln!(to, "<section class=\"outcome\">\n<h2>What came of it: {state}</h2>")?;
    if !text.is_empty() {
        writeln!(to, "<pre>{}</pre>", Text(&text))?;
    }
    writeln!(to, "</section>")
}

fn write_progress(to: &mut String, progress: &alc_core::Progress) -> fmt::Result {
    let alc_core::Progress { step, total, message } = progress;
    let message = Text(message.as_deref().unwrap_or_default());
    write!(to, "<progress max=\"{total}\" value=\"{step}\"></progress> {step} of {total} {message}")
}

fn write_item(to: &mut String, item: &Item<'_>, page: &Page<'_>) -> fmt::Result {
    let class = if matches!(item.what, What::Pause(_)) { " class=\"pause\"" } else { "" };
    let since = lasted(item.at - page.story.session.created_at);
    write!(to, "<li{class}><time title=\"{}\">+{since}</time> ", shown_time(item.at))?;
    match &item.what {
        What::Pause(pause) => write_pause(to, pause, item.at)?,
        What::Log(lines) => write_log(to, lines)?,
        What::Progress(progress) => write_progress(to, progress)?,
        What::Note { title, content } => {
            let title = Text(title.unwrap_or("Note"));
            write!(to, "<strong>{title}</strong>\n<pre>{}</pre>", Text(content))?;
        }
        What::Mark(mark) => write!(to, "{}", Text(mark))?,
    }
    writeln!(to, "</li>")
}

fn write_log(to: &mut String, lines: &[(i64, &LogLine)]) -> fmt::Result {
    let count = match lines {
        [_] => "1 line".to_owned(),
        lines => format!("{} lines", lines.len()),
    };
    let first = lines.first().map(|(_, line)| headline(&line.message)).unwrap_or_default();
    write!(to, "Log\n<details><summary>{count}: {}</summary>\n<pre>", Text(&first))?;
    for (_, LogLine { level, source, message }) in lines {
        writeln!(to, "{} {}: {}", Text(level), Text(source), Text(message))?;
    }
    write!(to, "</pre></details>")
}

fn write_pause(to: &mut String, pause: &Pause<'_>, at: i64) -> fmt::Result {
    let open = pause.questions.iter().filter(|question| question.answer.is_none()).count();
    write!(to, "{}", pause.name())?;
    match (pause.ended(), open) {
        (Some(ended), _) => write!(to, " <span class=\"quiet\">{}</span>", lasted(ended - at))?,
        (None, 1) => write!(to, " <span class=\"state paused\">open</span>")?,
        (None, open) => write!(to, " <span class=\"state paused\">{open} open</span>")?,
    }
    writeln!(to)?;
    for question in &pause.questions {
        write_question(to, question, at)?;
    }
    Ok(())
}

fn write_question(to: &mut String, question: &Question<'_>, at: i64) -> fmt::Result {
    let unfold = if question.answer.is_none() { " open" } else { "" };
    let remarks = remarks(question, at).join(" · ");
    writeln!(
        to,
        "<details{unfold}><summary>{}. {} <span class=\"quiet\">{}</span></summary>",
        question.number,
        Text(&headline(&question.query.prompt)),
        Text(&remarks)
    )?;
    if let Some(system) = &question.query.system {
        writeln!(to, "<h3>System</h3>\n<pre>{}</pre>", Text(system))?;
    }
    writeln!(to, "<h3>Prompt</h3>\n<pre>{}</pre>", Text(&question.query.prompt))?;
    match &question.answer {
        Some(answer) => writeln!(to, "<h3>Answer</h3>\n<pre>{}</pre>", Text(answer.text))?,
        None => writeln!(to, "<h3>No answer yet</h3>")?,
    }
    writeln!(to, "</details>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_nothing_but_text() {
        let hostile = "</pre><script>alert('1')</script>\"&\0\u{1b}[2J\u{9b}\r\n";
        let text = Text(hostile).to_string();
        assert_eq!(
            text,
            "&lt;/pre&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;\u{2400}\u{241b}[2J\u{fffd}\n"
        );
    }
}
