//! TLS towards the server: whom to trust, and what its failures mean.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::SmtpServer;
use super::obstacle::Obstacle;
use super::reply::io_words;
use super::talk::Wire;

/// Whom to trust, read once.
#[derive(Default)]
pub(super) struct Trust {
    connector: OnceCell<TlsConnector>,
}

impl Trust {
    pub(super) async fn connector(&self, server: &SmtpServer) -> Result<TlsConnector, Obstacle> {
        // Reading the system's certificates takes a while, on the disk.
        let make = || async {
            let extra = server.extra_roots.clone();
            let made = tokio::task::spawn_blocking(move || connector(extra.as_deref())).await;
            made.unwrap_or_else(|_| Err(Obstacle::may_pass("la préparation du chiffrement a été interrompue")))
        };
        self.connector.get_or_try_init(make).await.cloned()
    }
}

/// The system's certificates and the settings' own.
pub(super) fn connector(extra: Option<&[u8]>) -> Result<TlsConnector, Obstacle> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(pem) = extra {
        add_extra(&mut roots, pem)?;
    }
    if roots.is_empty() {
        return Err(Obstacle::needs_a_person(
            "aucun certificat d’autorité n’est installé sur cette machine : installez le paquet ca-certificates",
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Obstacle::needs_a_person(format!("TLS ne peut pas démarrer : {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn add_extra(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), Obstacle> {
    let unreadable = || {
        Obstacle::needs_a_person(
            "le fichier de certificats ([mail] ca_file) ne contient aucun certificat PEM lisible : remplacez-le",
        )
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|_| unreadable())?;
    let given = certificates.len();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 || added < given { Err(unreadable()) } else { Ok(()) }
}

/// The handshake; the caller bounds the time.
pub(super) async fn encrypt<S: Wire>(
    connector: &TlsConnector,
    server: &SmtpServer,
    stream: S,
) -> Result<TlsStream<S>, Obstacle> {
    let name = ServerName::try_from(server.host.clone()).map_err(|_| {
        Obstacle::needs_a_person(format!("« {} » ne peut pas être le nom d’un serveur : corrigez-le", server.host))
    })?;
    connector.connect(name, stream).await.map_err(|error| obstacle(server, &error))
}

fn obstacle(server: &SmtpServer, error: &std::io::Error) -> Obstacle {
    let place = server.place();
    let inside = error.get_ref().and_then(|inside| inside.downcast_ref::<rustls::Error>());
    match inside {
        Some(rustls::Error::InvalidCertificate(certificate)) => Obstacle::needs_a_person(format!(
            "le certificat présenté par {place} n’est pas valable ({}) : corrigez le nom du serveur, faites renouveler le \
             certificat, ou donnez son autorité dans [mail] ca_file",
            certificate_words(certificate)
        )),
        Some(rustls::Error::InvalidMessage(_)) => Obstacle::needs_a_person(format!(
            "{place} ne parle pas TLS sur ce port : vérifiez le port, et smtps:// ou starttls"
        )),
        Some(rustls::Error::PeerIncompatible(why)) => {
            Obstacle::needs_a_person(format!("{place} n’offre pas de TLS assez récent ({why:?})"))
        }
        Some(other) => Obstacle::may_pass(format!("le chiffrement avec {place} a échoué ({other})")),
        None => Obstacle::may_pass(format!("le chiffrement avec {place} a échoué ({})", io_words(error))),
    }
}

fn certificate_words(error: &CertificateError) -> String {
    let words = match error {
        CertificateError::UnknownIssuer => "autorité inconnue",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "périmé",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "pas encore valable",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "établi pour un autre nom"
        }
        CertificateError::Revoked => "révoqué",
        CertificateError::BadSignature => "signature fausse",
        CertificateError::Other(_) => "forme refusée",
        _ => return super::reply::shown(&error.to_string()),
    };
    words.to_owned()
}
