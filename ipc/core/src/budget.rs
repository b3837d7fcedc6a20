//! What a session may use, and how many tokens a text counts for where nobody said.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Query;

/// The limits of one session, fixed when it is spawned; what is absent is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    /// Queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_llm_calls: Option<u64>,
    /// Milliseconds from its start, its pauses included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_elapsed_ms: Option<u64>,
    /// Tokens of questions and answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
}

impl Budget {
    /// The `budget` of a context, which is JSON text. Anything but a non-negative integer is no limit.
    ///
    /// ```
    /// let budget = alc_core::Budget::of_context(r#"{"budget":{"max_tokens":9,"max_llm_calls":"3"}}"#);
    /// assert_eq!((budget.max_tokens, budget.max_llm_calls), (Some(9), None));
    /// ```
    #[must_use]
    pub fn of_context(ctx: &str) -> Self {
        #[derive(Deserialize)]
        struct Context {
            budget: Option<Value>,
        }
        let context: Option<Context> = serde_json::from_str(ctx).ok();
        let budget = context.and_then(|context| context.budget).unwrap_or_default();
        let limit = |name: &str| budget.get(name).and_then(Value::as_u64);
        Self {
            max_llm_calls: limit("max_llm_calls"),
            max_elapsed_ms: limit("max_elapsed_ms"),
            max_tokens: limit("max_tokens"),
        }
    }

    /// The same with no more queries than `limit`, if there is one.
    #[must_use]
    pub fn with_calls(self, limit: Option<u64>) -> Self {
        let max_llm_calls = self.max_llm_calls.into_iter().chain(limit).min();
        Self { max_llm_calls, ..self }
    }

    /// Whether anything is limited.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

impl Query {
    /// About how many tokens it has, its system prompt included.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        tokens(&self.prompt) + self.system.as_deref().map_or(0, tokens)
    }
}

/// About how many tokens a text has: one for every four ASCII characters and for every one and a
/// half others.
///
/// ```
/// assert_eq!(alc_core::tokens("abcde"), 2);
/// ```
#[must_use]
pub fn tokens(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let others = text.chars().filter(|character| !character.is_ascii()).count() as u64;
    ascii.div_ceil(4) + (others * 2).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_limit() {
        for ctx in
            ["{}", "[]", r#"{"budget":7}"#, r#"{"budget":{"max_tokens":-1,"max_llm_calls":"3"}}"#]
        {
            assert!(!Budget::of_context(ctx).is_set(), "{ctx}");
        }
        let budget = Budget::of_context(r#"{"budget":{"max_llm_calls":0,"max_tokens":1.5}}"#);
        assert_eq!(budget, Budget { max_llm_calls: Some(0), ..Budget::default() });
    }

    #[test]
    fn of_two_limits_on_queries_the_smaller_counts() {
        let of = |own, limit| {
            let budget = Budget { max_llm_calls: own, ..Budget::default() };
            budget.with_calls(limit).max_llm_calls
        };
        assert_eq!(of(None, None), None);
        assert_eq!(of(Some(3), None), Some(3));
        assert_eq!(of(None, Some(4)), Some(4));
        assert_eq!(of(Some(3), Some(4)), Some(3));
        assert_eq!(of(Some(5), Some(4)), Some(4));
    }

    #[test]
    fn characters_count_by_their_kind() {
        assert_eq!((tokens(""), tokens("abcde"), tokens("\u{e4}\u{f6}\u{fc}a")), (0, 2, 3));
    }
}
