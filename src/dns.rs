//! Questions to DNS: texts, addresses, the names of addresses, mail servers.
//!
//! A name that has no such record answers with nothing; a server that does not answer is an error. It refuses to know what
//! the answers mean. hickory-resolver asks (decision 66), the system's servers or one that is named.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// Asked twice at most: a person waits for the answer.
const ATTEMPTS: usize = 2;
const ANSWER_S: u64 = 3;
/// No more records of one answer are looked at.
const RECORDS_MAX: usize = 50;
/// A text is cut there: no record of mail is as long.
const TEXT_BYTES_MAX: usize = 4_096;

/// DNS did not answer: nothing is known of what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("DNS ne répond pas ({0})")]
pub struct DnsError(pub String);

/// Whom to ask.
pub struct Dns {
    resolver: TokioResolver,
}

impl Dns {
    /// The servers of /etc/resolv.conf.
    pub fn system() -> Result<Self, DnsError> {
        let builder = TokioResolver::builder_tokio().map_err(|error| error_of(&error))?;
        Self::of(builder)
    }

    /// One server, at an address and a port.
    pub fn asking(server: SocketAddr) -> Result<Self, DnsError> {
        let mut named = NameServerConfig::udp_and_tcp(server.ip());
        for connection in &mut named.connections {
            let connection: &mut ConnectionConfig = connection;
            connection.port = server.port();
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![named]);
        Self::of(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
    }

    fn of(mut builder: hickory_resolver::ResolverBuilder<TokioRuntimeProvider>) -> Result<Self, DnsError> {
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(ANSWER_S);
        options.attempts = ATTEMPTS;
        options.edns0 = true;
        // What others see is asked, not what this machine was told.
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self { resolver: builder.build().map_err(|error| error_of(&error))? })
    }

    /// The TXT records of a name, the strings of each joined (RFC 7208 section 3.3).
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        let found = self.ask(name, RecordType::TXT).await?;
        Ok(found
            .into_iter()
            .filter_map(|data| match data {
                RData::TXT(text) => {
                    let bytes: Vec<u8> = text.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
                    Some(String::from_utf8_lossy(bytes.get(..TEXT_BYTES_MAX).unwrap_or(&bytes)).into_owned())
                }
                _ => None,
            })
            .collect())
    }

    /// IPv4 and IPv6.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        let (four, six) = tokio::join!(self.ask(name, RecordType::A), self.ask(name, RecordType::AAAA));
        let found = four?.into_iter().chain(six?);
        Ok(found
            .filter_map(|data| match data {
                RData::A(address) => Some(IpAddr::from(address.0)),
                RData::AAAA(address) => Some(IpAddr::from(address.0)),
                _ => None,
            })
            .collect())
    }

    /// The names that an address says it has (PTR).
    pub async fn names_of(&self, address: IpAddr) -> Result<Vec<String>, DnsError> {
        let found = self.ask_of(Name::from(address), RecordType::PTR).await?;
        Ok(found
            .into_iter()
            .filter_map(|data| match data {
                RData::PTR(name) => Some(plain(&name.0)),
                _ => None,
            })
            .collect())
    }

    /// Where mail for a domain goes (MX), the preferred first; `""` is the mark of a domain that takes none (RFC 7505).
    pub async fn mail_servers(&self, domain: &str) -> Result<Vec<String>, DnsError> {
        let found = self.ask(domain, RecordType::MX).await?;
        let mut servers: Vec<(u16, String)> = found
            .into_iter()
            .filter_map(|data| match data {
                RData::MX(server) => Some((server.preference, plain(&server.exchange))),
                _ => None,
            })
            .collect();
        servers.sort();
        Ok(servers.into_iter().map(|(_, name)| name).collect())
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, DnsError> {
        // A name that DNS cannot hold has no record.
        let Ok(mut name) = Name::from_utf8(name.trim_end_matches('.')) else { return Ok(Vec::new()) };
        name.set_fqdn(true);
        self.ask_of(name, kind).await
    }

    async fn ask_of(&self, name: Name, kind: RecordType) -> Result<Vec<RData>, DnsError> {
        match self.resolver.lookup(name, kind).await {
            Ok(found) => Ok(found.answers().iter().take(RECORDS_MAX).map(|record| record.data.clone()).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error_of(&error)),
        }
    }
}

fn plain(name: &Name) -> String {
    name.to_utf8().trim_end_matches('.').to_ascii_lowercase()
}

fn error_of(error: &NetError) -> DnsError {
    DnsError(match error {
        NetError::Timeout => "pas de réponse à temps".to_owned(),
        NetError::Io(error) => crate::model::why_refused(error).to_string(),
        NetError::NoConnections => "aucun serveur DNS joignable".to_owned(),
        other => other.to_string().chars().filter(|c| !c.is_control()).take(200).collect(),
    })
}
