//! A mailbox read by IMAP: connect, encrypted; what came since a number; one message; mark or remove it.
//!
//! async-imap speaks (decision 67). Messages are known by UID, which the server never gives twice as long as UIDVALIDITY
//! stays. It refuses to know what messages say, settings and the database: the caller remembers how far it read.

use std::fmt;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::types::Mailbox;
use async_imap::{Client, Session};
use futures::TryStreamExt;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Security;
use super::smtp::connector;

const CONNECT: Duration = Duration::from_secs(15);
/// One command and its whole answer.
const ANSWER: Duration = Duration::from_secs(60);

/// Where the mailbox is. Its `Debug` shows no password.
#[derive(Clone)]
pub struct ImapServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: String,
    pub password: String,
    pub folder: String,
    /// Certificates to trust beside the system's, in PEM.
    pub extra_roots: Option<Vec<u8>>,
}

impl fmt::Debug for ImapServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImapServer({}:{}, …)", self.host, self.port)
    }
}

/// Why a mailbox could not be read, as one sentence without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImapFault {
    /// It may pass by itself.
    #[error("{0}")]
    Unreachable(String),
    /// A person must mend it.
    #[error("{0}")]
    Wrong(String),
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for T {}

/// An open folder.
pub struct Inbox {
    session: Session<Box<dyn Stream>>,
    place: String,
    /// Numbers of messages are those of this one.
    pub uid_validity: u32,
    /// The number that the next message will have, at least.
    uid_next: u32,
}

impl Inbox {
    pub async fn open(server: &ImapServer) -> Result<Self, ImapFault> {
        let place = format!("la boîte des retours {}:{}", server.host, server.port);
        let client = timeout(CONNECT, connect(server, &place)).await.map_err(|_| late(&place))??;
        let login = timeout(ANSWER, client.login(&server.user, &server.password)).await.map_err(|_| late(&place))?;
        let mut session = login.map_err(|(error, _)| match error {
            Error::No(_) | Error::Bad(_) => ImapFault::Wrong(format!(
                "{place} refuse l’identifiant ou le mot de passe : corrigez user et password_file dans [mail.bounce]"
            )),
            other => fault(&place, &other),
        })?;
        let selected = timeout(ANSWER, session.select(&server.folder)).await.map_err(|_| late(&place))?;
        let Mailbox { uid_validity, uid_next, .. } = selected.map_err(|error| match error {
            Error::No(_) => ImapFault::Wrong(format!(
                "{place} n’a pas de dossier « {} » : corrigez folder dans [mail.bounce]",
                server.folder
            )),
            other => fault(&place, &other),
        })?;
        let uid_validity = uid_validity.ok_or_else(|| {
            ImapFault::Wrong(format!("{place} ne numérote pas ses messages (UIDVALIDITY) : elle ne peut pas être lue"))
        })?;
        Ok(Self { session, place, uid_validity, uid_next: uid_next.unwrap_or(1) })
    }

    /// The numbers after one, in order, `max` at most.
    pub async fn after(&mut self, uid: u32, max: usize) -> Result<Vec<u32>, ImapFault> {
        let from = uid.saturating_add(1);
        // `n:*` always holds the last message, even one before n (RFC 9051 section 6.4.9).
        let found = self.search(&format!("UID {from}:*")).await?;
        let mut numbers: Vec<u32> = found.into_iter().filter(|number| *number >= from).collect();
        numbers.sort_unstable();
        numbers.truncate(max);
        Ok(numbers)
    }

    /// Where to begin in a mailbox that was never read: before its oldest unread message.
    pub async fn beginning(&mut self) -> Result<u32, ImapFault> {
        let unread = self.search("UNSEEN").await?;
        let first = unread.into_iter().min().unwrap_or(self.uid_next);
        Ok(first.saturating_sub(1))
    }

    async fn search(&mut self, query: &str) -> Result<Vec<u32>, ImapFault> {
        let found = timeout(ANSWER, self.session.uid_search(query)).await.map_err(|_| late(&self.place))?;
        Ok(found.map_err(|error| fault(&self.place, &error))?.into_iter().collect())
    }

    /// The beginning of a message; `None` when it is gone. Reading does not mark it.
    pub async fn message(&mut self, uid: u32, bytes_max: usize) -> Result<Option<Vec<u8>>, ImapFault> {
        let query = format!("(UID BODY.PEEK[]<0.{bytes_max}>)");
        let fetched = async {
            let answers: Vec<_> = self.session.uid_fetch(uid.to_string(), query).await?.try_collect().await?;
            Ok::<_, Error>(answers)
        };
        let answers = timeout(ANSWER, fetched).await.map_err(|_| late(&self.place))?;
        let answers = answers.map_err(|error| fault(&self.place, &error))?;
        let ours = answers.iter().filter(|answer| answer.uid == Some(uid));
        Ok(ours.filter_map(|answer| answer.body()).next().map(|body| body.get(..bytes_max).unwrap_or(body).to_vec()))
    }

    pub async fn mark_as_seen(&mut self, uid: u32) -> Result<(), ImapFault> {
        self.store(uid, "+FLAGS.SILENT (\\Seen)").await
    }

    /// Removes it, and no other that somebody else marked.
    pub async fn remove(&mut self, uid: u32) -> Result<(), ImapFault> {
        self.store(uid, "+FLAGS.SILENT (\\Seen \\Deleted)").await?;
        let expunged = async {
            let gone: Vec<_> = self.session.uid_expunge(uid.to_string()).await?.try_collect().await?;
            Ok::<_, Error>(gone)
        };
        let expunged = timeout(ANSWER, expunged).await.map_err(|_| late(&self.place))?;
        // Without UIDPLUS it stays marked as removed, and is not read again.
        match expunged {
            Ok(_) | Err(Error::Bad(_) | Error::No(_)) => Ok(()),
            Err(error) => Err(fault(&self.place, &error)),
        }
    }

    async fn store(&mut self, uid: u32, what: &str) -> Result<(), ImapFault> {
        let stored = async {
            let told: Vec<_> = self.session.uid_store(uid.to_string(), what).await?.try_collect().await?;
            Ok::<_, Error>(told)
        };
        let stored = timeout(ANSWER, stored).await.map_err(|_| late(&self.place))?;
        stored.map(drop).map_err(|error| fault(&self.place, &error))
    }

    pub async fn close(mut self) {
        // Whatever it answers, nothing more is wanted.
        let _ = timeout(CONNECT, self.session.logout()).await;
    }
}

async fn connect(server: &ImapServer, place: &str) -> Result<Client<Box<dyn Stream>>, ImapFault> {
    let connecting = TcpStream::connect((server.host.as_str(), server.port)).await;
    let stream = connecting.map_err(|error| {
        ImapFault::Unreachable(format!("{place} est injoignable : {}", crate::model::why_refused(&error)))
    })?;
    if server.security == Security::Implicit {
        let mut client = Client::new(encrypted(server, place, stream).await?);
        greeted(&mut client, place).await?;
        return Ok(client);
    }
    let boxed: Box<dyn Stream> = Box::new(stream);
    let mut client = Client::new(boxed);
    greeted(&mut client, place).await?;
    if server.security == Security::None {
        return Ok(client);
    }
    client.run_command_and_check_ok("STARTTLS", None).await.map_err(|_| {
        ImapFault::Wrong(format!(
            "{place} ne propose pas le chiffrement (STARTTLS) : écrivez imaps:// dans [mail.bounce]"
        ))
    })?;
    // What was said before the encryption is dropped with the client.
    Ok(Client::new(encrypted(server, place, client.into_inner()).await?))
}

async fn greeted(client: &mut Client<Box<dyn Stream>>, place: &str) -> Result<(), ImapFault> {
    match client.read_response().await {
        Ok(Some(_)) => Ok(()),
        Ok(None) | Err(_) => {
            Err(ImapFault::Wrong(format!("{place} n’est pas un serveur IMAP : vérifiez l’adresse et le port")))
        }
    }
}

async fn encrypted<S: Stream + 'static>(
    server: &ImapServer,
    place: &str,
    stream: S,
) -> Result<Box<dyn Stream>, ImapFault> {
    let extra = server.extra_roots.clone();
    let made = tokio::task::spawn_blocking(move || connector(extra.as_deref())).await;
    let connector = match made {
        Ok(made) => made.map_err(|why| ImapFault::Wrong(format!("{place} : {why}")))?,
        Err(_) => return Err(ImapFault::Wrong(format!("{place} : la préparation du chiffrement a été interrompue"))),
    };
    let name = ServerName::try_from(server.host.clone()).map_err(|_| {
        ImapFault::Wrong(format!("« {} » ne peut pas être le nom d’un serveur : corrigez-le", server.host))
    })?;
    let stream = connector.connect(name, stream).await.map_err(|error| {
        let shown: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        ImapFault::Wrong(format!(
            "{place} : le chiffrement a échoué ({shown}) ; vérifiez le nom, le port et le certificat (ca_file)"
        ))
    })?;
    Ok(Box::new(stream))
}

fn late(place: &str) -> ImapFault {
    ImapFault::Unreachable(format!("{place} ne répond pas à temps"))
}

fn fault(place: &str, error: &Error) -> ImapFault {
    let why = match error {
        Error::Io(error) => crate::model::why_refused(error),
        Error::ConnectionLost => "la connexion est coupée".to_owned(),
        // What a server says may hold addresses.
        other => super::address::masked(&other.to_string()).chars().filter(|c| !c.is_control()).take(200).collect(),
    };
    ImapFault::Unreachable(format!("{place} : {why}"))
}
