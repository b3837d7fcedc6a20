//! What a session has used of its budget.

use alc_core::{Budget, Reply, tokens};

/// The budget, and what was used of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Account {
    budget: Budget,
    calls: u64,
    tokens: u64,
}

/// What is left of each limit that was set; never below 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remaining {
    pub(super) llm_calls: Option<u64>,
    pub(super) elapsed_ms: Option<u64>,
    pub(super) tokens: Option<u64>,
}

impl Account {
    /// Of a session that has used nothing.
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, calls: 0, tokens: 0 }
    }

    /// Whether anything is limited.
    pub(super) fn is_limited(&self) -> bool {
        self.budget.is_set()
    }

    /// Whether the clock must be read to tell.
    pub(super) fn needs_clock(&self) -> bool {
        self.budget.max_elapsed_ms.is_some()
    }

    /// What is left when `elapsed` milliseconds have passed.
    pub(super) fn remaining(&self, elapsed: u64) -> Remaining {
        let left = |limit: Option<u64>, used: u64| limit.map(|limit| limit.saturating_sub(used));
        Remaining {
            llm_calls: left(self.budget.max_llm_calls, self.calls),
            elapsed_ms: left(self.budget.max_elapsed_ms, elapsed),
            tokens: left(self.budget.max_tokens, self.tokens),
        }
    }

    /// The message to raise when a limit is reached.
    pub(super) fn exceeded(&self, elapsed: u64) -> Option<String> {
        let reached = |name: &str, limit: Option<u64>, used: u64| {
            let limit = limit.filter(|limit| used >= *limit)?;
            Some(format!("budget_exceeded: {name} ({used} of {limit} used)"))
        };
        reached("max_llm_calls", self.budget.max_llm_calls, self.calls)
            .or_else(|| reached("max_elapsed_ms", self.budget.max_elapsed_ms, elapsed))
            .or_else(|| reached("max_tokens", self.budget.max_tokens, self.tokens))
    }

    /// Queries were asked.
    pub(super) fn asked(&mut self, count: u32) {
        self.calls += u64::from(count);
    }

    /// A query, whose text is about `asked` tokens long, was answered.
    pub(super) fn answered(&mut self, asked: u64, reply: &Reply) {
        let usage = reply.usage.unwrap_or_default();
        self.tokens += usage.prompt_tokens.unwrap_or(asked);
        self.tokens += usage.completion_tokens.unwrap_or_else(|| tokens(&reply.text));
    }
}

#[cfg(test)]
mod tests {
    use alc_core::Usage;

    use super::*;

    fn account(ctx: &str) -> Account {
        Account::new(Budget::of_context(ctx))
    }

    #[test]
    fn tokens_are_those_reported_else_an_estimate() {
        let mut account = account(r#"{"budget":{"max_tokens":100}}"#);
        account.answered(10, &Reply { text: "12345678".to_owned(), usage: None });
        assert_eq!(account.remaining(0).tokens, Some(88));
        let usage = Some(Usage { prompt_tokens: Some(1), completion_tokens: Some(7) });
        account.answered(10, &Reply { text: "12345678".to_owned(), usage });
        assert_eq!(account.remaining(0).tokens, Some(80));
    }

    #[test]
    fn the_first_limit_that_is_reached_is_named() {
        let all = r#"{"budget":{"max_llm_calls":1,"max_elapsed_ms":5,"max_tokens":0}}"#;
        let mut account = account(all);
        let named = |account: &Account, elapsed| account.exceeded(elapsed).expect("is reached");
        assert!(named(&account, 0).starts_with("budget_exceeded: max_tokens ("));
        assert!(named(&account, 5).starts_with("budget_exceeded: max_elapsed_ms ("));
        account.asked(3);
        assert_eq!(named(&account, 5), "budget_exceeded: max_llm_calls (3 of 1 used)");
    }
}
