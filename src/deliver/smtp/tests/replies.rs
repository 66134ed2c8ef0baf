//! Every reply and every silence at every step, and what becomes of the mail and of the one after it.

use super::script::{Act, Script, Step};
use super::*;

/// What administrators are told of all this; each line of its table is tried here.
const DOCUMENT: &str = include_str!("../../../../docs/livraison.md");

/// One mail meets `act` at `step`, with and without PIPELINING; the next, to somebody else, must arrive whatever happened.
async fn check(step: Step, act: Act, expected: &str) {
    check_with("SIZE 100000\nSTARTTLS\nAUTH PLAIN", step, act.clone(), expected).await;
    check_with("SIZE 100000\nSTARTTLS\nAUTH PLAIN\nPIPELINING", step, act, expected).await;
}

async fn check_with(features: &'static str, step: Step, act: Act, expected: &str) {
    let server = Script::new().features(features).then(step, act.clone()).start().await;
    let mut settings =
        server_at(&server, if step == Step::StartTls { Security::StartTlsRequired } else { Security::None });
    if matches!(act, Act::Hang) {
        settings.limits = hasty();
    }
    if step == Step::Auth {
        settings.credentials = Some(("user".into(), "secret-pass".into()));
    }
    let smtp = Smtp::new(settings, 1);
    let outcome = send_to(&smtp, "lea@ville.example").await;
    assert_eq!(name_of(&outcome), expected, "{step:?} {act:?}: {outcome:?}");
    let line = format!("| {step:?} | {} | {expected} |", shown(&act).replace("\r\n", " ⏎ "));
    println!("{line}");
    assert!(DOCUMENT.contains(&line), "docs/livraison.md lacks: {line}");
    assert!(words_of(&outcome).chars().count() <= 500 && !words_of(&outcome).contains(['\r', '\n']));
    assert!(!words_of(&outcome).contains("secret-pass"));
    if step != Step::StartTls {
        let next = send_to(&smtp, "noe@ville.example").await;
        assert_eq!(name_of(&next), "Sent", "the mail after {step:?} {act:?}: {next:?}");
    }
}

fn shown(act: &Act) -> String {
    match act {
        Act::Say(reply) => (*reply).to_owned(),
        Act::SayInBytes(reply) => format!("{reply}, byte by byte"),
        Act::SayThenCut(reply) => format!("{reply}, then cut"),
        Act::SayAfter(_, reply) => format!("{reply}, late"),
        Act::Cut => "connection cut".into(),
        Act::Hang => "silence".into(),
    }
}

#[tokio::test]
async fn before_a_sender_is_accepted_nothing_is_said_of_the_recipient() {
    for step in [Step::Greeting, Step::Ehlo, Step::StartTls, Step::Auth, Step::Mail] {
        check(step, Act::Say("421 4.3.2 shutting down"), "Unreachable").await;
        check(step, Act::Say("451 4.3.0 try later"), "Unreachable").await;
        check(step, Act::SayThenCut("421 4.7.0 too many connections"), "Unreachable").await;
        check(step, Act::Say("554 5.7.1 go away"), "Unreachable!").await;
        check(step, Act::Cut, "Unreachable").await;
        check(step, Act::Hang, "Unreachable").await;
        check(step, Act::SayThenCut("2"), if step == Step::Greeting { "Unreachable!" } else { "Unreachable" }).await;
    }
    check(Step::Greeting, Act::Say("* OK IMAP4rev1"), "Unreachable!").await;
    check(Step::Auth, Act::Say("535 5.7.8 bad credentials"), "Unreachable!").await;
    check(Step::Auth, Act::Say("454 4.7.0 later"), "Unreachable").await;
    check(Step::Auth, Act::Say("334 more?"), "Unreachable").await;
    check(Step::Mail, Act::Say("530 5.7.0 authenticate first"), "Unreachable!").await;
    check(Step::Mail, Act::Say("553 5.7.1 sender refused"), "Unreachable!").await;
    check(Step::Mail, Act::Say("452 4.3.1 no room"), "Unreachable").await;
    check(Step::Mail, Act::Say("552 5.3.4 too large"), "Refused").await;
    check(Step::Mail, Act::Say("354 what?"), "Unreachable").await;
}

#[tokio::test]
async fn a_recipient_is_deferred_or_refused_by_itself() {
    for step in [Step::Rcpt, Step::Data] {
        check(step, Act::Say("421 4.3.2 shutting down"), "Deferred").await;
        check(step, Act::SayThenCut("421 4.3.2 shutting down"), "Deferred").await;
        check(step, Act::Say("450 4.2.1 greylisted"), "Deferred").await;
        check(step, Act::SayInBytes("450-4.2.1 greylisted,\r\n450 4.2.1 see example"), "Deferred").await;
        check(step, Act::Say("550 5.1.1 no such user"), "Refused").await;
        check(step, Act::SayThenCut("550 5.1.1 no such user"), "Refused").await;
        check(step, Act::Say("530 5.7.0 authenticate first"), "Unreachable!").await;
        check(step, Act::Say("hello"), "Deferred").await;
        check(step, Act::Say("250-ok\r\n550 no"), "Deferred").await;
        check(step, Act::Cut, "Deferred").await;
        check(step, Act::Hang, "Deferred").await;
    }
    check(Step::Rcpt, Act::SayInBytes("251 will forward"), "Sent").await;
    check(Step::Rcpt, Act::Say("354 what?"), "Deferred").await;
    check(Step::Data, Act::Say("250 what?"), "Deferred").await;
    check(Step::Rcpt, Act::SayAfter(Duration::from_millis(50), "250 slow but fine"), "Sent").await;
}

#[tokio::test]
async fn after_the_dot_only_the_server_knows() {
    check(Step::Dot, Act::Say("250 2.0.0 queued"), "Sent").await;
    check(Step::Dot, Act::SayInBytes("250-2.0.0\r\n250 2.0.0 queued"), "Sent").await;
    check(Step::Dot, Act::SayThenCut("250 2.0.0 queued"), "Sent").await;
    check(Step::Dot, Act::SayAfter(Duration::from_millis(50), "250 slow but fine"), "Sent").await;
    check(Step::Dot, Act::Say("451 4.7.1 greylisted"), "Deferred").await;
    check(Step::Dot, Act::Say("421 4.3.2 shutting down"), "Deferred").await;
    check(Step::Dot, Act::SayThenCut("421 4.3.2 shutting down"), "Deferred").await;
    check(Step::Dot, Act::Say("550 5.7.1 spam"), "Refused").await;
    check(Step::Dot, Act::Say("552 5.3.4 too large"), "Refused").await;
    check(Step::Dot, Act::Say("354 what?"), "Uncertain").await;
    check(Step::Dot, Act::Say("hello"), "Uncertain").await;
    check(Step::Dot, Act::SayThenCut("25"), "Uncertain").await;
    check(Step::Dot, Act::Cut, "Uncertain").await;
    check(Step::Dot, Act::Hang, "Uncertain").await;
}

#[tokio::test]
async fn a_message_cut_before_its_end_is_deferred() {
    // Larger than the buffers between the two sides, so that the end cannot be written.
    let big = [b"Subject: grand\r\n\r\n".as_slice(), &b"0123456789abcdef\r\n".repeat(2_000_000)].concat();
    for act in [Act::Cut, Act::Hang] {
        let server = Script::new().features("8BITMIME").then(Step::Body, act.clone()).start().await;
        let mut settings = server_at(&server, Security::None);
        settings.limits = hasty();
        let smtp = Smtp::new(settings, 1);
        let (from, to) = (address("reseau@glaneur.example"), address("lea@ville.example"));
        let outcome = smtp.send(&from, &to, &big, Instant::now() + Duration::from_secs(60)).await;

        assert_eq!(name_of(&outcome), "Deferred", "{act:?}: {outcome:?}");
        assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent");
    }
}

#[tokio::test]
async fn a_lease_that_is_over_sends_no_data() {
    let server = Script::new().start().await;
    let smtp = client(&server);
    assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
    let (from, to) = (address("reseau@glaneur.example"), address("noe@ville.example"));
    let outcome = smtp.send(&from, &to, MESSAGE, Instant::now()).await;
    assert_eq!(name_of(&outcome), "OutOfTime", "{outcome:?}");
    assert_eq!(server.count("DATA"), 1);

    // It ends while the server thinks, before DATA and then between DATA and the message.
    for step in [Step::Rcpt, Step::Data] {
        let late = Act::SayAfter(Duration::from_millis(1500), if step == Step::Rcpt { "250 ok" } else { "354 go on" });
        let server = Script::new().then(step, late).start().await;
        let outcome = client(&server).send(&from, &to, MESSAGE, Instant::now() + Duration::from_millis(1000)).await;
        assert_eq!(name_of(&outcome), "OutOfTime", "{outcome:?}");
        assert!(words_of(&outcome).contains("trop lent"), "{outcome:?}");
        assert_eq!(server.seen(|seen| seen.messages.len()), 0);
    }
}

#[tokio::test]
async fn nobody_at_the_other_end_may_pass() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let outcome = send_to(&Smtp::new(SmtpServer::new("127.0.0.1", port, Security::None), 1), "lea@ville.example").await;
    assert_eq!(name_of(&outcome), "Unreachable");
    assert!(words_of(&outcome).contains("connexion refusée"), "{outcome:?}");
    let outcome = send_to(&Smtp::new(SmtpServer::new("mx.invalid", 25, Security::None), 1), "lea@ville.example").await;
    assert_eq!(name_of(&outcome), "Unreachable");
}

#[tokio::test]
async fn what_the_server_cannot_take_is_told_without_asking_it() {
    async fn check(features: &'static str, from: &str, to: &str, message: &[u8], expected: &str, mail: &str) {
        let server = Script::new().features(features).start().await;
        let smtp = client(&server);
        let outcome = smtp.send(&address(from), &address(to), message, Instant::now() + Duration::from_secs(60)).await;
        assert_eq!(name_of(&outcome), expected, "{features} {from} {to}: {outcome:?}");
        let lines =
            server.seen(|seen| seen.lines.iter().filter(|line| line.starts_with("MAIL")).cloned().collect::<Vec<_>>());
        assert_eq!(lines.concat(), mail);
    }
    let (from, to) = ("r@glaneur.example", "lea@ville.example");
    check("", from, to, MESSAGE, "Sent", "MAIL FROM:<r@glaneur.example>").await;
    check("SIZE 28", from, to, MESSAGE, "Sent", "MAIL FROM:<r@glaneur.example> SIZE=28").await;
    check("SIZE", from, to, MESSAGE, "Sent", "MAIL FROM:<r@glaneur.example> SIZE=28").await;
    check("SIZE 27", from, to, MESSAGE, "Refused", "").await;
    check("", from, "élodie@ville.example", MESSAGE, "Refused", "").await;
    check("", "réseau@glaneur.example", to, MESSAGE, "Unreachable!", "").await;
    check("SMTPUTF8", from, "élodie@ville.example", MESSAGE, "Sent", "MAIL FROM:<r@glaneur.example> SMTPUTF8").await;
    // An international domain has an ASCII form, which every server takes.
    check("", from, "lea@été.example", MESSAGE, "Sent", "MAIL FROM:<r@glaneur.example>").await;
    let eight_bit = "Subject: essai\r\n\r\nété\r\n".as_bytes();
    check("", from, to, eight_bit, "Refused", "").await;
    check("8BITMIME", from, to, eight_bit, "Sent", "MAIL FROM:<r@glaneur.example> BODY=8BITMIME").await;
    check("8BITMIME", from, to, "Subject: été\r\n\r\nn\r\n".as_bytes(), "Refused", "").await;
}

#[tokio::test]
async fn the_recipients_address_is_masked_in_what_the_server_says() {
    let server = Script::new().then(Step::Rcpt, Act::Say("550 <Lea@Ville.Example>: no such user")).start().await;
    let outcome = send_to(&client(&server), "lea@ville.example").await;
    assert_eq!(outcome, Outcome::Refused { reply: "550 <L***@Ville.Example>: no such user".into() });
    // Wherever it stands, however often, whoever's it is.
    for (step, reply) in [
        (Step::Rcpt, "550 lea@ville.example: unknown (lea@ville.example, see \"le a\"@ville.example)"),
        (Step::Mail, "553 5.7.1 <reseau@glaneur.example>: sender refused for lea@ville.example"),
        (Step::Greeting, "554 complain to postmaster@mx.example about lea@ville.example"),
        (Step::Dot, "354 what about lea@ville.example?"),
    ] {
        let server = Script::new().then(step, Act::Say(reply)).start().await;
        let words = words_of(&send_to(&client(&server), "lea@ville.example").await).to_lowercase();
        for whole in ["lea@", "le a\"", "reseau@", "postmaster@"] {
            assert!(!words.contains(whole), "{step:?}: {words}");
        }
    }
}
