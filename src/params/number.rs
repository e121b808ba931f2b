//! Numbers as GitLab spells them when it turns one into a text: integers as they are, fractions in the shortest
//! spelling that reads back as the same value. Called by `rules` and `Params::text`.

use std::str;

/// Digits before the point up to which no exponent is used.
const MAX_WHOLE_DIGITS: i32 = 16;
/// Zeros after the point up to which no exponent is used.
const MAX_LEADING_ZEROS: i32 = 3;

/// The text for a JSON number or boolean.
pub(super) fn to_text(raw: &[u8]) -> String {
    let raw = str::from_utf8(raw).unwrap_or_default();
    if raw == "-0" {
        return "0".to_owned();
    }
    if !raw.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) || raw.starts_with(['t', 'f']) {
        return raw.to_owned();
    }
    match raw.parse::<f64>() {
        Ok(value) if value.is_finite() => fraction(value),
        _ => format!("{}Infinity", if raw.starts_with('-') { "-" } else { "" }),
    }
}

fn fraction(value: f64) -> String {
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    match exponent + 1 {
        _ if value == 0.0 => format!("{sign}0.0"),
        whole @ 1..=MAX_WHOLE_DIGITS => {
            let (head, tail) =
                digits.split_at(usize::try_from(whole.min(count)).unwrap_or_default());
            let zeros = "0".repeat(usize::try_from(whole - count).unwrap_or_default());
            format!(
                "{sign}{head}{zeros}.{}",
                if tail.is_empty() { "0" } else { tail }
            )
        }
        zeros if (-MAX_LEADING_ZEROS..=0).contains(&zeros) => {
            format!(
                "{sign}0.{}{digits}",
                "0".repeat(usize::try_from(-zeros).unwrap_or_default())
            )
        }
        _ => {
            let (head, tail) = digits.split_at(1);
            let direction = if exponent < 0 { '-' } else { '+' };
            let tail = if tail.is_empty() { "0" } else { tail };
            format!("{sign}{head}.{tail}e{direction}{:02}", exponent.abs())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled_like_gitlab_does() {
        for (raw, text) in [
            ("12", "12"),
            ("-7", "-7"),
            ("-0", "0"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            ("true", "true"),
            ("false", "false"),
            ("3.5", "3.5"),
            ("1.0", "1.0"),
            ("-0.0", "-0.0"),
            ("1e3", "1000.0"),
            ("1.50", "1.5"),
            ("1e15", "1000000000000000.0"),
            ("1234567890123456.0", "1234567890123456.0"),
            ("1e16", "1.0e+16"),
            ("1.25E20", "1.25e+20"),
            ("0.0001", "0.0001"),
            ("0.00001", "1.0e-05"),
            ("-1.5e-7", "-1.5e-07"),
            ("1e-100", "1.0e-100"),
            ("1e400", "Infinity"),
            ("-1e400", "-Infinity"),
        ] {
            assert_eq!(to_text(raw.as_bytes()), text, "{raw}");
        }
    }
}
