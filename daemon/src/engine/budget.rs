//! What a session may use: `ctx.budget`, read once when it starts.

use alc_core::{Query, Reply};
use serde::Deserialize;
use serde_json::Value;

/// The limits that were set, and what was used of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    limits: Limits,
    calls: u64,
    tokens: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Limits {
    llm_calls: Option<u64>,
    elapsed_ms: Option<u64>,
    tokens: Option<u64>,
}

/// What is left of each limit that was set; never below 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remaining {
    pub(super) llm_calls: Option<u64>,
    pub(super) elapsed_ms: Option<u64>,
    pub(super) tokens: Option<u64>,
}

impl Budget {
    /// The budget in a context, which is JSON text. Anything but a non-negative integer is no limit.
    pub(super) fn of_context(ctx: &str) -> Self {
        #[derive(Deserialize)]
        struct Context {
            budget: Option<Value>,
        }
        let context: Option<Context> = serde_json::from_str(ctx).ok();
        let budget = context.and_then(|context| context.budget).unwrap_or_default();
        let limit = |name: &str| budget.get(name).and_then(Value::as_u64);
        let limits = Limits {
            llm_calls: limit("max_llm_calls"),
            elapsed_ms: limit("max_elapsed_ms"),
            tokens: limit("max_tokens"),
        };
        Self { limits, ..Self::default() }
    }

    /// Whether any limit was set.
    pub(super) fn is_set(&self) -> bool {
        self.limits != Limits::default()
    }

    /// Whether the clock must be read to tell.
    pub(super) fn needs_clock(&self) -> bool {
        self.limits.elapsed_ms.is_some()
    }

    /// What is left when `elapsed` milliseconds have passed.
    pub(super) fn remaining(&self, elapsed: u64) -> Remaining {
        let left = |limit: Option<u64>, used: u64| limit.map(|limit| limit.saturating_sub(used));
        Remaining {
            llm_calls: left(self.limits.llm_calls, self.calls),
            elapsed_ms: left(self.limits.elapsed_ms, elapsed),
            tokens: left(self.limits.tokens, self.tokens),
        }
    }

    /// The message to raise when a limit is reached.
    pub(super) fn exceeded(&self, elapsed: u64) -> Option<String> {
        let reached = |name: &str, limit: Option<u64>, used: u64| {
            let limit = limit.filter(|limit| used >= *limit)?;
            Some(format!("budget_exceeded: {name} ({used} of {limit} used)"))
        };
        reached("max_llm_calls", self.limits.llm_calls, self.calls)
            .or_else(|| reached("max_elapsed_ms", self.limits.elapsed_ms, elapsed))
            .or_else(|| reached("max_tokens", self.limits.tokens, self.tokens))
    }

    /// Queries were asked.
    pub(super) fn asked(&mut self, count: u32) {
        self.calls += u64::from(count);
    }

    /// A query, whose text is about `asked` tokens long, was answered.
    pub(super) fn answered(&mut self, asked: u64, reply: &Reply) {
        let usage = reply.usage.unwrap_or_default();
        self.tokens += usage.prompt_tokens.unwrap_or(asked);
        self.tokens += usage.completion_tokens.unwrap_or_else(|| estimate(&reply.text));
    }
}

/// About how many tokens a question has, its system prompt included.
pub(super) fn question(query: &Query) -> u64 {
    estimate(&query.prompt) + query.system.as_deref().map_or(0, estimate)
}

/// A token for every four ASCII characters and for every one and a half others.
fn estimate(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let others = text.chars().filter(|character| !character.is_ascii()).count() as u64;
    ascii.div_ceil(4) + (others * 2).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use alc_core::Usage;

    use super::*;

    #[test]
    fn only_whole_numbers_limit() {
        for ctx in
            ["{}", "[]", r#"{"budget":7}"#, r#"{"budget":{"max_tokens":-1,"max_llm_calls":"3"}}"#]
        {
            assert!(!Budget::of_context(ctx).is_set(), "{ctx}");
        }
        let budget = Budget::of_context(r#"{"budget":{"max_llm_calls":0,"max_tokens":1.5}}"#);
        let remaining = Remaining { llm_calls: Some(0), elapsed_ms: None, tokens: None };
        assert_eq!(budget.remaining(7), remaining);
    }

    #[test]
    fn tokens_are_those_reported_else_an_estimate() {
        assert_eq!((estimate(""), estimate("abcde"), estimate("\u{e4}\u{f6}\u{fc}a")), (0, 2, 3));
        let mut budget = Budget::of_context(r#"{"budget":{"max_tokens":100}}"#);
        budget.answered(10, &Reply { text: "12345678".to_owned(), usage: None });
        assert_eq!(budget.remaining(0).tokens, Some(88));
        let usage = Some(Usage { prompt_tokens: Some(1), completion_tokens: Some(7) });
        budget.answered(10, &Reply { text: "12345678".to_owned(), usage });
        assert_eq!(budget.remaining(0).tokens, Some(80));
    }

    #[test]
    fn the_first_limit_that_is_reached_is_named() {
        let all = r#"{"budget":{"max_llm_calls":1,"max_elapsed_ms":5,"max_tokens":0}}"#;
        let mut budget = Budget::of_context(all);
        let named = |budget: &Budget, elapsed| budget.exceeded(elapsed).expect("is reached");
        assert!(named(&budget, 0).starts_with("budget_exceeded: max_tokens ("));
        assert!(named(&budget, 5).starts_with("budget_exceeded: max_elapsed_ms ("));
        budget.asked(3);
        assert_eq!(named(&budget, 5), "budget_exceeded: max_llm_calls (3 of 1 used)");
    }
}
