//! What is written arrives, byte for byte.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::deliver::{Received, Sink};

struct Kept {
    sink: Sink,
    mails: Arc<Mutex<Vec<Received>>>,
}

impl Kept {
    async fn start() -> Self {
        let mails = Arc::new(Mutex::new(Vec::new()));
        let keep = mails.clone();
        let sink =
            Sink::start("127.0.0.1:0".parse().unwrap(), move |mail| keep.lock().unwrap().push(mail)).await.unwrap();
        Self { sink, mails }
    }

    fn client(&self) -> Smtp {
        Smtp::new(SmtpServer::new("127.0.0.1", self.sink.address().port(), Security::None), 2)
    }

    fn last(&self) -> Received {
        self.mails.lock().unwrap().last().cloned().unwrap()
    }
}

async fn send(smtp: &Smtp, message: &[u8]) -> Outcome {
    let (from, to) = (address("reseau@glaneur.example"), address("lea@ville.example"));
    smtp.send(&from, &to, message, Instant::now() + Duration::from_secs(60)).await
}

#[tokio::test]
async fn messages_arrive_as_they_were_written() {
    let kept = Kept::start().await;
    let smtp = kept.client();
    let long = format!("X: {}\r\n\r\n{}\r\n", "a".repeat(5000), "é".repeat(9000));
    let large = format!("Subject: grand\r\n\r\n{}", ".une ligne\r\n..\r\n".repeat(40_000));
    for message in ["A: b\r\n\r\n.\r\n..\r\n...\r\n", "A: b\r\n\r\n\r\n\r\n", &long, &large, "A: b\r\n\r\n.", ""] {
        let outcome = send(&smtp, message.as_bytes()).await;
        assert_eq!(name_of(&outcome), "Sent", "{outcome:?}");
        let expected =
            if message.is_empty() || message.ends_with("\r\n") { message.into() } else { format!("{message}\r\n") };
        let got = kept.last();
        assert!(got.message == expected.as_bytes(), "{} octets for {}", got.message.len(), expected.len());
        assert_eq!(
            (got.from.as_str(), got.to.as_slice()),
            ("reseau@glaneur.example", &["lea@ville.example".to_owned()][..])
        );
    }
}

#[tokio::test]
async fn no_bare_line_feed_smuggles_a_second_mail() {
    let kept = Kept::start().await;
    let smtp = kept.client();
    send(&smtp, b"A: b\r\n\r\nx\n.\nMAIL FROM:<evil@ville.example>\r.\r\n\n.\r\ny\r\n").await;
    assert_eq!(kept.mails.lock().unwrap().len(), 1);
    let message = kept.last().message;
    assert_eq!(message, b"A: b\r\n\r\nx\r\n.\r\nMAIL FROM:<evil@ville.example>\r\n.\r\n\r\n.\r\ny\r\n");
}

#[tokio::test]
async fn a_dropped_sink_answers_no_more() {
    let kept = Kept::start().await;
    let smtp = kept.client();
    assert_eq!(name_of(&send(&smtp, MESSAGE).await), "Sent");
    drop(kept);
    // The task ends at its next turn.
    tokio::time::timeout(Duration::from_secs(5), async {
        while name_of(&send(&smtp, MESSAGE).await) != "Unreachable" {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("nothing listens any more");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_lines_arrive_whole(lines in prop::collection::vec("[ -~é.]{0,40}|\\.{1,3}", 0..40)) {
        let message: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let message = format!("A: b\r\n\r\n{message}");
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let kept = Kept::start().await;
            let outcome = send(&kept.client(), message.as_bytes()).await;
            prop_assert_eq!(name_of(&outcome), "Sent");
            prop_assert_eq!(kept.last().message, message.as_bytes());
            Ok(())
        })?;
    }
}
