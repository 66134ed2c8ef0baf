//! Connections: used again, never too many, never harmed by the mail before.

use std::sync::Arc;

use super::script::{Act, Script, Step};
use super::*;

/// Waits until it is so, ten seconds at most.
async fn until(so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it comes to be so");
}

#[tokio::test]
async fn mails_one_after_the_other_share_a_connection() {
    let server = Script::new().start().await;
    let smtp = client(&server);
    for _ in 0..5 {
        assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
    }
    assert_eq!(server.seen(|seen| (seen.connections, seen.messages.len())), (1, 5));
    assert_eq!(server.count("EHLO"), 1);
}

#[tokio::test]
async fn one_bad_recipient_among_good_ones_harms_nobody() {
    let refused = Act::Say("550 5.1.1 no such user");
    let server = Script::new().then(Step::Rcpt, Act::Say("250 ok")).then(Step::Rcpt, refused).start().await;
    let smtp = client(&server);
    let mut outcomes = Vec::new();
    for to in ["lea@ville.example", "parti@ville.example", "noe@ville.example"] {
        outcomes.push(name_of(&send_to(&smtp, to).await));
    }
    assert_eq!(outcomes, ["Sent", "Refused", "Sent"]);
    assert_eq!(server.seen(|seen| seen.connections), 1);
    let lines = server.seen(|seen| seen.lines.iter().skip(1).map(|line| line[..4].to_owned()).collect::<Vec<_>>());
    assert_eq!(lines.join(" "), "MAIL RCPT DATA MAIL RCPT RSET MAIL RCPT DATA");
}

#[tokio::test]
async fn with_pipelining_a_refused_recipient_harms_nobody_either() {
    let refused = Act::Say("550 5.1.1 no such user");
    let server = Script::new()
        .features("PIPELINING")
        .then(Step::Rcpt, Act::Say("250 ok"))
        .then(Step::Rcpt, refused)
        .start()
        .await;
    let smtp = client(&server);
    let mut outcomes = Vec::new();
    for to in ["lea@ville.example", "parti@ville.example", "noe@ville.example"] {
        outcomes.push(name_of(&send_to(&smtp, to).await));
    }
    assert_eq!(outcomes, ["Sent", "Refused", "Sent"]);
    assert_eq!(server.seen(|seen| (seen.connections, seen.messages.len())), (1, 2));
    let lines = server.seen(|seen| seen.lines.iter().skip(1).map(|line| line[..4].to_owned()).collect::<Vec<_>>());
    assert_eq!(lines.join(" "), "MAIL RCPT DATA MAIL RCPT DATA RSET MAIL RCPT DATA");
}

#[tokio::test]
async fn a_server_that_wants_the_message_of_a_refused_recipient_is_left() {
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let smtp = Smtp::new(SmtpServer::new("127.0.0.1", listener.local_addr().unwrap().port(), Security::None), 1);
    let odd = async {
        let mut wire = BufReader::new(listener.accept().await.unwrap().0);
        wire.write_all(b"220 mx\r\n").await.unwrap();
        for reply in ["250-mx\r\n250 PIPELINING", "250 ok", "550 5.1.1 no such user", "354 go on"] {
            wire.read_line(&mut String::new()).await.unwrap();
            wire.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
        }
        let mut rest = Vec::new();
        wire.read_to_end(&mut rest).await.unwrap();
        rest
    };
    let (outcome, rest) = futures::join!(send_to(&smtp, "parti@ville.example"), odd);
    assert_eq!(name_of(&outcome), "Refused");
    assert_eq!(rest, b"", "not even a dot: nothing can be taken for a message");
}

#[tokio::test]
async fn a_connection_that_cannot_be_reset_is_not_used_again() {
    for act in [Act::Say("500 what?"), Act::Cut, Act::Say("421 bye")] {
        let server = Script::new().then(Step::Rcpt, Act::Say("450 later")).then(Step::Rset, act).start().await;
        let smtp = client(&server);
        assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Deferred");
        assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent");
        assert_eq!(server.seen(|seen| seen.connections), 2);
    }
}

#[tokio::test]
async fn a_reused_connection_that_is_dead_or_tired_gives_way_to_a_fresh_one() {
    for act in [
        Act::Cut,
        Act::Say("421 4.4.2 idle too long"),
        Act::Say("451 4.7.0 too many messages in this session"),
        Act::Say("503 5.5.1 what?"),
    ] {
        let server = Script::new().then(Step::Mail, Act::Say("250 ok")).then(Step::Mail, act.clone()).start().await;
        let smtp = client(&server);
        assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
        assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent", "{act:?}");
        assert_eq!(server.seen(|seen| (seen.connections, seen.messages.len())), (2, 2), "{act:?}");
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_left_alone() {
    let server = Script::new().then(Step::Dot, Act::SayThenCut("250 2.0.0 queued")).start().await;
    let smtp = client(&server);
    assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
    assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent");
    assert_eq!(server.seen(|seen| seen.connections), 2);
}

#[tokio::test]
async fn a_connection_is_used_for_so_many_messages_and_no_more() {
    let server = Script::new().start().await;
    let mut settings = server_at(&server, Security::None);
    settings.limits.messages_per_connection_max = 2;
    let smtp = Smtp::new(settings, 1);
    for _ in 0..5 {
        assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
    }
    assert_eq!(server.seen(|seen| seen.connections), 3);
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_a_while() {
    let server = Script::new().start().await;
    let mut settings = server_at(&server, Security::None);
    settings.limits.idle = Duration::from_millis(50);
    let smtp = Smtp::new(settings, 1);
    assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
    until(|| server.count("QUIT") == 1).await;
    assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent");
    assert_eq!(server.seen(|seen| seen.connections), 2);
}

#[tokio::test]
async fn no_more_connections_are_open_than_allowed() {
    let server = Script::new().start().await;
    let smtp = Arc::new(Smtp::new(server_at(&server, Security::None), 3));
    // Spawned, as the pipeline does: what `send` gives must be able to travel between threads.
    let sends = (0..30).map(|_| {
        let smtp = smtp.clone();
        tokio::spawn(async move { send_to(&smtp, "lea@ville.example").await })
    });
    let outcomes: Vec<Outcome> = futures::future::try_join_all(sends).await.unwrap();
    assert!(outcomes.iter().all(|outcome| name_of(outcome) == "Sent"), "{outcomes:?}");
    assert_eq!(server.seen(|seen| (seen.connections, seen.open_max, seen.messages.len())), (3, 3, 30));
}

#[tokio::test]
async fn a_send_given_up_half_way_harms_no_other() {
    let server = Script::new().then(Step::Data, Act::Hang).start().await;
    let smtp = client(&server);
    tokio::select! {
        outcome = send_to(&smtp, "lea@ville.example") => panic!("{outcome:?}"),
        () = until(|| server.count("DATA") == 1) => {}
    }
    assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent");
    assert_eq!(server.seen(|seen| seen.messages.len()), 1);
}
