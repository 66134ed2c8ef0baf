//! What is said of each point: well, to mend, or not known; with what to publish.

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The sender and the settings themselves.
    From,
    Spf,
    Dkim,
    Dmarc,
    /// Whether SPF or DKIM speaks for the domain of From.
    Alignment,
    ReverseDns,
    /// The relay answers, encrypted, and lets us in.
    Tls,
    /// What comes back arrives somewhere.
    Returns,
    /// Leaving by one click.
    Unsubscribe,
    // What a received mail shows.
    ReturnPath,
    MessageId,
    ListUnsubscribe,
    OneClick,
    Headers,
    Links,
    Pixel,
    /// What the server that received it thought.
    Judged,
}

impl Topic {
    /// Whether it may be otherwise by another relay.
    pub(super) fn is_of_relay(self) -> bool {
        matches!(self, Self::Spf | Self::Dkim | Self::Alignment | Self::ReverseDns | Self::Tls)
    }

    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Spf => "spf",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Alignment => "alignment",
            Self::ReverseDns => "reverse-dns",
            Self::Tls => "tls",
            Self::Returns => "returns",
            Self::Unsubscribe => "unsubscribe",
            Self::ReturnPath => "return-path",
            Self::MessageId => "message-id",
            Self::ListUnsubscribe => "list-unsubscribe",
            Self::OneClick => "list-unsubscribe-post",
            Self::Headers => "headers",
            Self::Links => "links",
            Self::Pixel => "pixel",
            Self::Judged => "authentication-results",
        }
    }

    /// Its name for an administrator.
    pub fn french(self) -> &'static str {
        match self {
            Self::From => "Expéditeur",
            Self::Spf => "SPF",
            Self::Dkim => "DKIM",
            Self::Dmarc => "DMARC",
            Self::Alignment => "Alignement",
            Self::ReverseDns => "DNS inverse",
            Self::Tls => "Relais (TLS)",
            Self::Returns => "Retours",
            Self::Unsubscribe => "Désabonnement",
            Self::ReturnPath => "Return-Path",
            Self::MessageId => "Message-ID",
            Self::ListUnsubscribe => "List-Unsubscribe",
            Self::OneClick => "List-Unsubscribe-Post",
            Self::Headers => "Autres en-têtes",
            Self::Links => "Liens",
            Self::Pixel => "Pixel de suivi",
            Self::Judged => "À l’arrivée",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    Mend,
    /// It could not be checked: from here, now, or with what is known.
    Unknown,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Mend => "mend",
            Self::Unknown => "unknown",
        }
    }
}

/// A DNS record to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub name: String,
    /// `TXT`, `MX`, `PTR`…
    pub kind: &'static str,
    pub value: String,
}

impl Record {
    pub(super) fn txt(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "TXT", value: value.into() }
    }
}

/// One point, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub topic: Topic,
    pub verdict: Verdict,
    /// One or two sentences.
    pub said: String,
    /// What to do; with `records`, what to publish.
    pub advice: Option<String>,
    pub records: Vec<Record>,
}

impl Check {
    pub(super) fn fine(topic: Topic, said: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Fine, said: said.into(), advice: None, records: Vec::new() }
    }

    pub(super) fn mend(topic: Topic, said: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { topic, verdict: Verdict::Mend, said: said.into(), advice, records: Vec::new() }
    }

    pub(super) fn unknown(topic: Topic, said: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, ..Self::mend(topic, said, advice) }
    }

    pub(super) fn publish(mut self, record: Record) -> Self {
        self.records.push(record);
        self
    }
}
