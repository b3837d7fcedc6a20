//! Types whose JSON leaves absent fields out, in a form that has them all: bodies are positional, so
//! a field that is left out would be read from the bytes of the next.

/// An [`alc_core::Usage`].
pub(crate) mod usage {
    use alc_core::Usage;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Fields = Option<(Option<u64>, Option<u64>)>;

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(crate) fn serialize<S: Serializer>(
        usage: &Option<Usage>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let fields: Fields = usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens));
        fields.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Usage>, D::Error> {
        let usage = |(prompt_tokens, completion_tokens)| Usage { prompt_tokens, completion_tokens };
        Ok(Fields::deserialize(from)?.map(usage))
    }
}

/// An [`alc_core::CancelReason`].
pub(crate) mod reason {
    use alc_core::{CancelReason, ReasonCode};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        reason: &CancelReason,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        (reason.code, &reason.detail, reason.requested_at).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<CancelReason, D::Error> {
        let (code, detail, requested_at) = <(ReasonCode, _, _)>::deserialize(from)?;
        Ok(CancelReason { code, detail, requested_at })
    }
}
