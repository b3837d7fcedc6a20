//! Sizes as they are typed, on command lines and in files.

/// The text is no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a size is a number of bytes, or of KiB, MiB or GiB as in 64K, 500M or 2G")]
pub struct BadSize;

/// Reads a number of bytes, perhaps with one of the suffixes `K`, `M` and `G`: 1024 of each other.
pub fn parse_size(text: &str) -> Result<u64, BadSize> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    // `parse` takes a sign, too.
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(BadSize);
    }
    let number: u64 = digits.parse().map_err(|_| BadSize)?;
    number.checked_mul(unit).ok_or(BadSize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_suffix_or_none() {
        for (text, size) in [("0", 0), ("700", 700), ("3K", 3072), ("1M", 1 << 20), ("2G", 2 << 30)]
        {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
        for text in ["", "K", "-1", "+1", "1.5G", "1k", "1KB", "1 G", "M1", "1T", "1\u{1f642}"] {
            assert_eq!(parse_size(text), Err(BadSize), "{text}");
        }
        assert_eq!(parse_size("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(parse_size("17179869184G"), Err(BadSize));
    }
}
