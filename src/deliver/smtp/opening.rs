//! From nothing to a connection that may send: TCP, TLS, EHLO, STARTTLS, AUTH.
//!
//! Every failure here is an [`Obstacle`]: it says nothing of any recipient.

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Ehlo, Starttls};
use lettre::transport::smtp::extension::Extension;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{Connection, Features};
use super::obstacle::Obstacle;
use super::reply::{Class, Fault, Reply, io_words};
use super::talk::{Talk, Wire};
use super::tls::Trust;
use super::{Security, SmtpServer, tls};

/// Opens a connection; `trust` is read only when TLS is spoken.
pub(super) async fn open(server: &SmtpServer, trust: &Trust) -> Result<Connection, Obstacle> {
    let stream = connect(server).await?;
    if server.security == Security::Implicit {
        let mut talk = Talk::new(encrypt(server, trust, stream).await?);
        greeting(server, &mut talk).await?;
        return finish(server, talk, Channel::Secret).await;
    }
    let mut talk = Talk::new(stream);
    greeting(server, &mut talk).await?;
    match starttls(server, &mut talk).await? {
        Upgrade::No => finish(server, talk, Channel::Open).await,
        Upgrade::Yes => {
            let place = server.place();
            let stream = talk.into_stream().ok_or_else(|| {
                Obstacle::needs_a_person(format!(
                    "{place} parle avant le chiffrement : la connexion est peut-être altérée"
                ))
            })?;
            finish(server, Talk::new(encrypt(server, trust, stream).await?), Channel::Secret).await
        }
    }
}

/// Whether others on the way can read along.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    Open,
    Secret,
}

enum Upgrade {
    Yes,
    No,
}

async fn connect(server: &SmtpServer) -> Result<TcpStream, Obstacle> {
    let place = server.place();
    let connecting = TcpStream::connect((server.host.as_str(), server.port));
    let stream = match timeout(server.limits.connect, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(Obstacle::may_pass(format!("{place} est injoignable ({})", io_words(&error)))),
        Err(_) => return Err(Obstacle::may_pass(format!("{place} est injoignable (pas de réponse à temps)"))),
    };
    // Without it each command waits for the acknowledgement of the one before: 23 mails a second at most.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

async fn encrypt(server: &SmtpServer, trust: &Trust, stream: TcpStream) -> Result<impl Wire + use<>, Obstacle> {
    let connector = trust.connector(server).await?;
    let late = || Err(Obstacle::may_pass(format!("{} n’achève pas le chiffrement à temps", server.place())));
    timeout(server.limits.connect, tls::encrypt(&connector, server, stream)).await.unwrap_or_else(|_| late())
}

async fn greeting(server: &SmtpServer, talk: &mut Talk<impl Wire>) -> Result<(), Obstacle> {
    let place = server.place();
    match talk.reply(server.limits.reply).await {
        Ok(reply) if reply.class() == Class::Done => Ok(()),
        Ok(reply) => Err(Obstacle::reply(&place, "à l’accueil", &reply)),
        Err(Fault::Malformed) => Err(Obstacle::needs_a_person(format!(
            "{place} n’est pas un serveur SMTP, ou attend du TLS d’emblée : vérifiez l’adresse et le port"
        ))),
        Err(fault) => Err(Obstacle::fault(&place, "à l’accueil", &fault)),
    }
}

async fn hello(server: &SmtpServer, talk: &mut Talk<impl Wire>) -> Result<Features, Obstacle> {
    let reply = ask(server, talk, &Ehlo::new(server.hello()), "au salut (EHLO)").await?;
    match reply.class() {
        Class::Done => Ok(Features::of(&reply)),
        _ => Err(Obstacle::reply(&server.place(), "au salut (EHLO)", &reply)),
    }
}

async fn ask(
    server: &SmtpServer,
    talk: &mut Talk<impl Wire>,
    command: &impl std::fmt::Display,
    step: &str,
) -> Result<Reply, Obstacle> {
    let answer = talk.command(command, server.limits.reply).await;
    answer.map_err(|fault| Obstacle::fault(&server.place(), step, &fault))
}

/// Says EHLO in clear, and STARTTLS where it is wanted and offered.
async fn starttls(server: &SmtpServer, talk: &mut Talk<impl Wire>) -> Result<Upgrade, Obstacle> {
    if server.security == Security::None {
        return Ok(Upgrade::No);
    }
    let required = server.security == Security::StartTlsRequired;
    if !hello(server, talk).await?.offers(Extension::StartTls) {
        return if required { Err(no_starttls(server)) } else { Ok(Upgrade::No) };
    }
    let reply = ask(server, talk, &Starttls, "au chiffrement (STARTTLS)").await?;
    match reply.class() {
        Class::Done => Ok(Upgrade::Yes),
        Class::Later | Class::Never if !required => Ok(Upgrade::No),
        _ => Err(Obstacle::reply(&server.place(), "au chiffrement (STARTTLS)", &reply)),
    }
}

fn no_starttls(server: &SmtpServer) -> Obstacle {
    let advice = "vérifiez le port, ou écrivez starttls = \"never\" si la liaison est sûre";
    Obstacle::needs_a_person(format!("{} ne propose pas le chiffrement (STARTTLS) : {advice}", server.place()))
}

/// EHLO (again after STARTTLS: RFC 3207 section 4.2) and AUTH.
async fn finish<S: Wire + 'static>(
    server: &SmtpServer,
    mut talk: Talk<S>,
    channel: Channel,
) -> Result<Connection, Obstacle> {
    let features = hello(server, &mut talk).await?;
    if let Some((user, password)) = &server.credentials {
        // Somebody on the way could take STARTTLS out of the answer to have the password.
        if channel == Channel::Open && server.security != Security::None {
            return Err(no_starttls(server));
        }
        identify(server, &mut talk, &features, user, password).await?;
    }
    let stream: Option<Box<dyn Wire>> = talk.into_stream().map(|stream| Box::new(stream) as Box<dyn Wire>);
    let unasked = || Obstacle::may_pass(format!("{} : {}", server.place(), Fault::Malformed));
    Ok(Connection::new(Talk::new(stream.ok_or_else(unasked)?), features, server.limits))
}

/// PLAIN (RFC 4616) or LOGIN, which some relays offer alone.
async fn identify(
    server: &SmtpServer,
    talk: &mut Talk<impl Wire>,
    features: &Features,
    user: &str,
    password: &str,
) -> Result<(), Obstacle> {
    const STEP: &str = "à l’identification (AUTH)";
    let Some(mechanism) = features.password_mechanism() else {
        let why = format!(
            "{} ne propose pas d’identification par mot de passe (AUTH PLAIN ou LOGIN) : vérifiez le port, le chiffrement, ou retirez user",
            server.place()
        );
        return Err(Obstacle::needs_a_person(why));
    };
    let credentials = Credentials::new(user.to_owned(), password.to_owned());
    let auth = |challenge: Option<&str>| {
        let command = Auth::new(mechanism, credentials.clone(), challenge.map(str::to_owned));
        command.map_err(|error| Obstacle::needs_a_person(format!("{} : {error}", server.place())))
    };
    let mut reply = ask(server, talk, &auth(None)?, STEP).await?;
    // LOGIN servers ask for the name, then for the password, in whatever words: lettre knows but the usual ones.
    for challenge in ["Username", "Password"] {
        if mechanism == Mechanism::Login && reply.class() == Class::More {
            reply = ask(server, talk, &auth(Some(challenge))?, STEP).await?;
        }
    }
    match reply.class() {
        Class::Done => Ok(()),
        Class::Never => Err(Obstacle::needs_a_person(format!(
            "{} refuse l’identifiant ou le mot de passe : {reply}",
            server.place()
        ))),
        _ => Err(Obstacle::reply(&server.place(), STEP, &reply)),
    }
}
