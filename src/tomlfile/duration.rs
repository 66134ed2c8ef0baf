//! Durations as people write them: `30m`, `12h`, `1d`, `1h30m`.

use std::time::Duration;

/// Reads a sum of numbers with units: `ms`, `s`, `m` or `min`, `h`, `d` or `j` (days), `w` or `sem` (weeks).
///
/// The error is a French sentence.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("« {} » n’est pas une durée", text.trim().chars().take(40).collect::<String>());
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let after = after.trim_start();
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at_checked(letters).ok_or_else(wrong)?;
        let count: u64 = number.parse().map_err(|_| wrong())?;
        let part = count.checked_mul(unit_ms(unit).ok_or_else(wrong)?).map(Duration::from_millis);
        total = part.and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
        rest = after.trim_start();
    }
    Ok(total)
}

fn unit_ms(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1000;
    Some(match unit {
        "ms" => 1,
        "s" => SECOND,
        "m" | "min" => 60 * SECOND,
        "h" => 3600 * SECOND,
        "d" | "j" => 86_400 * SECOND,
        "w" | "sem" => 7 * 86_400 * SECOND,
        _ => return None,
    })
}

/// The shortest way to write a whole number of seconds: `90s`, `12h`, `1d`.
pub(super) fn written(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        _ if duration.subsec_millis() > 0 => format!("{}ms", duration.as_millis()),
        0 => "0s".into(),
        s if s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
