//! Any bytes, and damaged messages: an answer each time, in little time.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{daemon, report};
use crate::deliver::bounce::{MESSAGE_BYTES_MAX, mbox, read};

fn samples() -> Vec<Vec<u8>> {
    let fields = "Original-Recipient: rfc822;lea@ville.example\nFinal-Recipient: rfc822;lea@ville.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 inconnue";
    let text = "<lea@ville.example>: host said: 550 5.1.1 <lea@ville.example> non\n\n--- Below this line is a copy\n\nReceived: x\n";
    vec![report(fields).into_bytes(), daemon("failure notice", text).into_bytes()]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&bytes);
        mbox::messages(&bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ -~\n@<>é:;.=-]{0,800}") {
        read(daemon("failure notice", &text).as_bytes());
        read(report(&text).as_bytes());
    }

    #[test]
    fn damaged_messages_are_read_without_panic(
        which in 0usize..2, cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..20),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, byte, what) in cuts {
            if bytes.is_empty() { break; }
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.truncate(at),
            }
        }
        read(&bytes);
    }
}

#[test]
fn every_cut_of_a_report_is_read() {
    for sample in samples() {
        for end in 0..sample.len() {
            read(&sample[..end]);
        }
    }
}

#[test]
fn hostile_shapes_take_little_time_and_no_deep_stack() {
    let check = |name: &str, message: String| {
        let start = Instant::now();
        read(message.as_bytes());
        mbox::messages(message.as_bytes());
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
    };
    let many = |unit: &str| unit.repeat(MESSAGE_BYTES_MAX / unit.len() + 1);
    check("messages in messages", many("Content-Type: message/rfc822\n\n"));
    check("encoded messages in messages", many("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"));
    check("digests in digests", many("Content-Type: multipart/digest; boundary=b\n\n--b\n\n"));
    check("boundaries that never come", many("Content-Type: multipart/mixed; boundary=x\n\n--y\n"));
    check("parts without end", format!("Content-Type: multipart/report; boundary=b\n\n{}", many("--b\n\nx\n")));
    check("signs", daemon("failure notice", &many("@")));
    check("addresses", daemon("failure notice", &many("a@b.example ")));
    check("addresses in lines", daemon("failure notice", &many("<a@b.example>:\n550 no\n")));
    check("addresses in a header", format!("X-Failed-Recipients: {}\n\nx", many("a@b.example, ")));
    check("one long line", daemon("failure notice", &many("not delivered ")));
    check("digits", daemon("failure notice", &many("5.5.5.5.550")));
    check("folded headers", format!("Subject: {}\n\nx", many("a\n ")));
    check("fields", report(&many("Final-Recipient: rfc822; a@b.example\nAction: failed\n")));
    check("statuses", report(&many("Status: 5.1.1\n\n")));
    check("html", daemon("failure notice", &many("<a href=\"x\"><b>&eacute;")).replace("text/plain", "text/html"));
    check("postmarks", many("From a Mon Jan 12 08:00:00 2026\nA: b\n\n"));
}
