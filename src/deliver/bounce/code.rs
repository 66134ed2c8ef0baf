//! Status codes: enhanced ones (RFC 3463) and SMTP replies (RFC 5321 section 4.2), found in any words.

/// class.subject.detail
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl Status {
    /// x.0.0 says nothing but that it failed.
    pub fn is_specific(self) -> bool {
        self.subject != 0
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// The first enhanced status of a failure; one that says something rather than x.0.0. One of success only without any,
/// since versions of programs look the same.
pub(super) fn status(text: &str) -> Option<Status> {
    let mut plain = None;
    let mut success = None;
    for word in text.split(|c: char| !(c.is_ascii_digit() || c == '.')) {
        match parse(word.trim_matches('.')) {
            Some(status) if status.class == 2 => success = success.or(Some(status)),
            Some(status) if status.is_specific() => return Some(status),
            Some(status) => plain = plain.or(Some(status)),
            None => {}
        }
    }
    plain.or(success)
}

fn parse(word: &str) -> Option<Status> {
    let mut numbers = word.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let short = subject.len() <= 3 && detail.len() <= 3 && class.len() == 1;
    if numbers.next().is_some() || !short {
        return None;
    }
    let class = class.parse().ok().filter(|class| matches!(class, 2 | 4 | 5))?;
    Some(Status { class, subject: subject.parse().ok()?, detail: detail.parse().ok()? })
}

/// The first SMTP reply code that says no: three digits on their own, first of a line or after words that bring one.
pub(super) fn reply(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        if !first.is_ascii_digit() {
            at += 1;
            continue;
        }
        let len = bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
        let after = bytes.get(at + len).copied();
        let number = text.get(at..at + len).filter(|_| len == 3).and_then(|digits| digits.parse::<u16>().ok());
        if let Some(code) = number.filter(|code| is_failure(*code))
            && stands_alone(before, after)
        {
            return Some(code);
        }
        at += len;
    }
    None
}

/// The codes that servers give; other numbers are times, sizes, ports.
fn is_failure(code: u16) -> bool {
    matches!(code, 421 | 422 | 430 | 431 | 432 | 441 | 442 | 446 | 447 | 450..=455 | 471 | 500..=504 | 510..=513 | 515 | 517 | 521 | 523 | 530 | 534 | 535 | 541 | 550..=557 | 571)
}

fn stands_alone(before: Option<u8>, after: Option<u8>) -> bool {
    let before_ok = before.is_none_or(|b| b.is_ascii_whitespace() || b"'\"([<>:#;=-".contains(&b));
    let after_ok = after.is_none_or(|b| b.is_ascii_whitespace() || b"'\")]-:;,.".contains(&b));
    before_ok && after_ok
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_found_and_addresses_of_machines_are_not() {
        let check = |text: &str, want: &str| {
            assert_eq!(status(text).map(|s| s.to_string()).unwrap_or_default(), want, "{text}");
        };
        check("550 5.1.1 <lea@ville.example>... User unknown", "5.1.1");
        check("Sorry, no mailbox here by that name. (#5.1.1)", "5.1.1");
        check("550-5.7.26 unauthenticated", "5.7.26");
        check("host [5.1.1.9] said 5.0.0, then 5.2.2", "5.2.2");
        check("5.0.0", "5.0.0");
        check("program 2.0.12 said 5.1.1", "5.1.1");
        check("version 5.1, 15.1.1, 6.1.1", "");
    }

    #[test]
    fn reply_codes_stand_on_their_own() {
        let check = |text: &str, want: Option<u16>| assert_eq!(reply(text), want, "{text}");
        check("said: 550 unknown user", Some(550));
        check("[SMTP Error Code 550]", Some(550));
        check("550-5.7.1 no", Some(550));
        check("553 5.3.0 no", Some(553));
        check("mail 4500 bytes at 10:55:04, id 550123, x550", None);
        check("returned '452 4.2.2 full'", Some(452));
    }
}
