//! What a session has used, counted while it goes on, and how that is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Budget, Entry, Query, StateName, Usage, tokens};

/// The counts of one session, as the journal keeps them.
///
/// ```
/// let mut tally = alc_core::Tally::default();
/// tally.answered(0, "four", None);
/// assert_eq!(tally.response().tokens, 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    pauses: u64,
    rounds: u64,
    records: u64,
    prompt_chars: u64,
    response_chars: u64,
    prompt: Parts,
    response: Parts,
}

/// A number of tokens, by where it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Parts {
    reported: u64,
    estimated: u64,
}

impl Tally {
    /// A query is open; returns how many tokens it counts for until somebody says.
    pub fn asked(&mut self, query: &Query) -> u64 {
        let question = query.tokens();
        let system = query.system.as_deref().map_or(0, chars);
        self.prompt_chars = self.prompt_chars.saturating_add(chars(&query.prompt) + system);
        self.prompt.estimated = self.prompt.estimated.saturating_add(question);
        question
    }

    /// A query, which counted for `question` tokens, is answered.
    pub fn answered(&mut self, question: u64, text: &str, usage: Option<Usage>) {
        let usage = usage.unwrap_or_default();
        self.response_chars = self.response_chars.saturating_add(chars(text));
        if let Some(reported) = usage.prompt_tokens {
            self.prompt.estimated = self.prompt.estimated.saturating_sub(question);
            self.prompt.reported = self.prompt.reported.saturating_add(reported);
        }
        let Parts { reported, estimated } = &mut self.response;
        match usage.completion_tokens {
            Some(tokens) => *reported = reported.saturating_add(tokens),
            None => *estimated = estimated.saturating_add(tokens(text)),
        }
    }

    /// The script has recorded figures of its own.
    pub fn recorded(&mut self) {
        self.records += 1;
    }

    /// How often it did.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The history has another entry.
    pub fn told(&mut self, entry: &Entry) {
        match entry {
            Entry::PauseRequested { .. } => self.pauses += 1,
            Entry::StateTransition { from: StateName::Paused, to: StateName::Running } => {
                self.rounds += 1;
            }
            _ => {}
        }
    }

    /// The tokens of the questions.
    #[must_use]
    pub fn prompt(&self) -> TokenCount {
        self.prompt.count()
    }

    /// The tokens of the answers.
    #[must_use]
    pub fn response(&self) -> TokenCount {
        self.response.count()
    }

    /// The tokens of both.
    #[must_use]
    pub fn total(&self) -> TokenCount {
        let Self { prompt, response, .. } = self;
        let reported = prompt.reported.saturating_add(response.reported);
        Parts { reported, estimated: prompt.estimated.saturating_add(response.estimated) }.count()
    }

    /// The figures of a session that has asked `llm_calls` queries in `elapsed_ms` milliseconds.
    #[must_use]
    pub fn figures(&self, elapsed_ms: u64, llm_calls: u64, budget: Budget) -> Figures {
        Figures {
            elapsed_ms,
            llm_calls,
            pauses: self.pauses,
            rounds: self.rounds,
            total_prompt_chars: self.prompt_chars,
            total_response_chars: self.response_chars,
            prompt_tokens: self.prompt(),
            response_tokens: self.response(),
            total_tokens: self.total(),
            budget: budget.is_set().then_some(budget),
        }
    }
}

impl Parts {
    /// A sum is as good as the worst of its parts.
    fn count(self) -> TokenCount {
        let source = match self {
            Self { reported: 0, estimated: 0 } => Source::Definite,
            Self { estimated: 0, .. } => Source::Provided,
            _ => Source::Estimated,
        };
        TokenCount { tokens: self.reported.saturating_add(self.estimated), source }
    }
}

fn chars(text: &str) -> u64 {
    text.chars().count() as u64
}

/// Where a number of tokens comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Some of it is estimated from the length of the texts.
    Estimated,
    /// Whoever answered said so.
    Provided,
    /// There were none.
    Definite,
}

/// A number of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenCount {
    /// How many.
    pub tokens: u64,
    /// Who says so.
    pub source: Source,
}

/// What a session used, and what it recorded about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stats {
    /// What was counted.
    pub auto: Figures,
    /// What it gave `alc.stats.record`.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub custom: BTreeMap<String, Box<RawValue>>,
}

/// What was counted of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    /// Milliseconds from its start to its end, its pauses included.
    pub elapsed_ms: u64,
    /// Queries asked.
    pub llm_calls: u64,
    /// How often it paused.
    pub pauses: u64,
    /// How often it went on after a pause.
    pub rounds: u64,
    /// Characters of the questions, their system prompts included.
    pub total_prompt_chars: u64,
    /// Characters of the answers.
    pub total_response_chars: u64,
    /// Tokens of the questions.
    pub prompt_tokens: TokenCount,
    /// Tokens of the answers.
    pub response_tokens: TokenCount,
    /// Tokens of both.
    pub total_tokens: TokenCount,
    /// What it was allowed to use, if that was limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Asked, PauseKind};

    fn query(prompt: &str, system: Option<&str>) -> Query {
        Query {
            prompt: prompt.into(),
            system: system.map(str::to_owned),
            max_tokens: 1024,
            grounded: false,
            underspecified: false,
            cache_breakpoint: None,
            role: None,
            child: None,
        }
    }

    fn usage(prompt: u64, completion: u64) -> Usage {
        Usage { prompt_tokens: Some(prompt), completion_tokens: Some(completion) }
    }

    fn count(tokens: u64, source: Source) -> TokenCount {
        TokenCount { tokens, source }
    }

    #[test]
    fn tokens_are_those_reported_else_an_estimate_and_it_says_which() {
        let mut tally = Tally::default();
        assert_eq!(tally.total(), count(0, Source::Definite));
        let first = tally.asked(&query("12345678", Some("äöü")));
        assert_eq!((first, tally.prompt()), (4, count(4, Source::Estimated)));
        tally.answered(first, "1234", Some(usage(7, 2)));
        assert_eq!(tally.prompt(), count(7, Source::Provided));
        assert_eq!(tally.total(), count(9, Source::Provided));
        let second = tally.asked(&query("1234", None));
        tally.answered(second, "12345", None);
        assert_eq!(tally.prompt(), count(8, Source::Estimated));
        assert_eq!(tally.response(), count(4, Source::Estimated));
        let figures = tally.figures(5, 2, Budget::default());
        assert_eq!((figures.total_prompt_chars, figures.total_response_chars), (15, 9));
        assert_eq!(figures.total_tokens, count(12, Source::Estimated));
    }

    #[test]
    fn sums_stop_at_the_largest_number() {
        let mut tally = Tally::default();
        for _ in 0..2 {
            let question = tally.asked(&query("a", None));
            tally.answered(question, "", Some(usage(u64::MAX, u64::MAX)));
        }
        assert_eq!(tally.total(), count(u64::MAX, Source::Provided));
    }

    #[test]
    fn a_pause_counts_when_it_begins_and_a_round_when_all_is_answered() {
        let mut tally = Tally::default();
        let pause = Asked { kind: PauseKind::Single, queries: vec![1] };
        let moves = |from, to| Entry::StateTransition { from, to };
        for entry in [
            moves(StateName::Running, StateName::Paused),
            Entry::PauseRequested { pause: pause.clone() },
            moves(StateName::Paused, StateName::Running),
            Entry::PauseRequested { pause },
            moves(StateName::Paused, StateName::Cancelled),
        ] {
            tally.told(&entry);
        }
        let figures = tally.figures(0, 2, Budget::default());
        assert_eq!((figures.pauses, figures.rounds), (2, 1));
    }

    #[test]
    fn what_a_session_without_counts_says_is_nothing() {
        let tally: Tally = serde_json::from_str("{}").expect("reads");
        assert_eq!(tally, Tally::default());
        let text = serde_json::to_string(&tally).expect("writes");
        assert_eq!(serde_json::from_str::<Tally>(&text).expect("reads"), tally);
    }
}
