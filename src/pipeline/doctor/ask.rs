//! What the examination asks DNS, so that its rules are tested on made-up zones.

use std::net::IpAddr;

use crate::dns::{Dns, DnsError};

pub(super) trait Ask {
    async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError>;
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError>;
    async fn names_of(&self, address: IpAddr) -> Result<Vec<String>, DnsError>;
    async fn mail_servers(&self, domain: &str) -> Result<Vec<String>, DnsError>;
}

impl Ask for Dns {
    async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        Self::texts(self, name).await
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        Self::addresses(self, name).await
    }

    async fn names_of(&self, address: IpAddr) -> Result<Vec<String>, DnsError> {
        Self::names_of(self, address).await
    }

    async fn mail_servers(&self, domain: &str) -> Result<Vec<String>, DnsError> {
        Self::mail_servers(self, domain).await
    }
}

/// Zones of a test: `TXT name = value`, `A name = address`, `PTR address = name`, `MX name = server`.
#[cfg(test)]
pub(super) struct Zone(pub &'static [&'static str]);

#[cfg(test)]
impl Zone {
    fn values(&self, kind: &str, name: &str) -> Result<Vec<String>, DnsError> {
        if self.0 == ["silence"] {
            return Err(DnsError("pas de réponse à temps".into()));
        }
        let asked = format!("{kind} {name} = ").to_ascii_lowercase();
        let of = |line: &&&str| line.to_ascii_lowercase().starts_with(&asked);
        Ok(self.0.iter().filter(of).map(|line| line[asked.len()..].to_owned()).collect())
    }
}

#[cfg(test)]
impl Ask for Zone {
    async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.values("TXT", name)
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        Ok(self.values("A", name)?.iter().filter_map(|address| address.parse().ok()).collect())
    }

    async fn names_of(&self, address: IpAddr) -> Result<Vec<String>, DnsError> {
        self.values("PTR", &address.to_string())
    }

    async fn mail_servers(&self, domain: &str) -> Result<Vec<String>, DnsError> {
        self.values("MX", domain)
    }
}
