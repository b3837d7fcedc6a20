//! The page as Markdown, for the summary of a CI job: texts fold out, and long ones are cut.

use std::fmt::{self, Display, Formatter, Write};

use super::{Item, Page, Question, What, headline, lasted, remarks};
use crate::story::Story;

/// The most bytes of a text; a job's summary has room for 1 MiB.
const LONGEST: usize = 4 << 10;

/// The page.
pub(crate) fn markdown(story: &Story) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut text, &Page::new(story));
    text
}

/// A text on one line, behind others, that is nothing but text.
struct Inline<'a>(&'a str);

impl Display for Inline<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                char if char.is_control() => f.write_char(' ')?,
                // As characters by number, they mean nothing to Markdown, nor inside of HTML.
                '&' | '<' | '>' | '"' | '\'' | '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~'
                | '#' | '@' | '$' => write!(f, "&#{};", u32::from(char))?,
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

/// A text as a block of code, which nothing in it can end.
struct Block<'a>(&'a str);

impl Display for Block<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (text, cut) = match self.0.len().checked_sub(LONGEST) {
            None | Some(0) => (self.0, 0),
            Some(_) => {
                let end = self.0.floor_char_boundary(LONGEST);
                (&self.0[..end], self.0.len() - end)
            }
        };
        let runs = text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
        let fence = "`".repeat(runs.max(2) + 1);
        writeln!(f, "{fence}text")?;
        for line in text.lines() {
            let clean =
                line.chars().map(|char| if char.is_control() && char != '\t' { ' ' } else { char });
            writeln!(f, "{}", clean.collect::<String>())?;
        }
        writeln!(f, "{fence}")?;
        if cut > 0 {
            writeln!(f, "\n*{cut} more bytes*")?;
        }
        Ok(())
    }
}

fn write_page(to: &mut String, page: &Page<'_>) -> fmt::Result {
    let state = page.story.session.state;
    writeln!(to, "## {}: {state}\n\n| | |\n|---|---|", Inline(&page.title()))?;
    for (what, value) in page.facts() {
        writeln!(to, "| {what} | {} |", Inline(&value))?;
    }
    if let Some((state, text)) = page.outcome() {
        writeln!(to, "\n### What came of it: {state}\n")?;
        if !text.is_empty() {
            writeln!(to, "{}", Block(&text))?;
        }
    }
    writeln!(to, "\n### What happened\n")?;
    for item in &page.items {
        write_item(to, item, page)?;
    }
    Ok(())
}

fn write_item(to: &mut String, item: &Item<'_>, page: &Page<'_>) -> fmt::Result {
    let since = lasted(item.at - page.story.session.created_at);
    match &item.what {
        What::Pause(pause) => {
            writeln!(to, "**{}** at +{since}\n", pause.name())?;
            for question in &pause.questions {
                write_question(to, question, item.at)?;
            }
            Ok(())
        }
        What::Log(lines) => {
            let first = lines.first().map(|(_, line)| headline(&line.message)).unwrap_or_default();
            let lines: Vec<_> = lines
                .iter()
                .map(|(_, line)| format!("{} {}: {}", line.level, line.source, line.message))
                .collect();
            let summary = format!("Log, {}: {first}", lines.len());
            write_details(to, &summary, &[("", &lines.join("\n"))])
        }
        What::Progress(progress) => {
            let message = progress.message.as_deref().unwrap_or_default();
            writeln!(
                to,
                "{} of {} {} at +{since}\n",
                progress.step,
                progress.total,
                Inline(message)
            )
        }
        What::Note { title, content } => {
            write_details(to, &format!("Note: {}", title.unwrap_or_default()), &[("", content)])
        }
        What::Mark(mark) => writeln!(to, "{} at +{since}\n", Inline(mark)),
    }
}

fn write_question(to: &mut String, question: &Question<'_>, at: i64) -> fmt::Result {
    let remarks = remarks(question, at).join(", ");
    let summary = format!("{}. {} ({remarks})", question.number, headline(&question.query.prompt));
    let system = question.query.system.as_deref().map(|system| ("System", system));
    let answer = question.answer.as_ref().map(|answer| ("Answer", answer.text));
    let prompt = Some(("Prompt", question.query.prompt.as_str()));
    let parts: Vec<_> = [system, prompt, answer].into_iter().flatten().collect();
    write_details(to, &summary, &parts)
}

fn write_details(to: &mut String, summary: &str, parts: &[(&str, &str)]) -> fmt::Result {
    writeln!(to, "<details><summary>{}</summary>\n", Inline(summary))?;
    for (name, text) in parts {
        if !name.is_empty() {
            writeln!(to, "{name}:\n")?;
        }
        writeln!(to, "{}", Block(text))?;
    }
    writeln!(to, "</details>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_block_ends_it() {
        let block = Block("a\n````\n</details>\u{1b}[2J").to_string();
        assert_eq!(block, "`````text\na\n````\n</details> [2J\n`````\n");
        assert_eq!(Block("").to_string(), "```text\n```\n");
        let long = Block(&"ä".repeat(LONGEST)).to_string();
        assert!(long.ends_with("```\n\n*4096 more bytes*\n"), "{}", long.len());
    }

    #[test]
    fn a_line_means_nothing_but_itself() {
        assert_eq!(Inline("a|b\n*c*").to_string(), "a&#124;b &#42;c&#42;");
        assert_eq!(Inline("</summary>`").to_string(), "&#60;/summary&#62;&#96;");
    }
}
