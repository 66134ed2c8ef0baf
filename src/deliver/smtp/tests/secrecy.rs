//! TLS and passwords.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::script::{Act, Script, Step};
use super::*;

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn pem(&self) -> Vec<u8> {
        self.issuer.pem().into_bytes()
    }

    /// A server's end, with a certificate for `name`.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

fn tls_script(acceptor: TlsAcceptor, security: Security) -> Script {
    let mut script = Script::new().features("STARTTLS\nAUTH PLAIN");
    script.acceptor = Some(acceptor);
    script.implicit = security == Security::Implicit;
    script
}

#[tokio::test]
async fn a_certificate_must_be_right() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    for security in [Security::Implicit, Security::StartTlsRequired, Security::StartTlsOpportunistic] {
        let check = async |name: &str, roots: Option<Vec<u8>>, expected: &str, words: &str| {
            let server = tls_script(ours.acceptor(name), security).start().await;
            let mut settings = server_at(&server, security);
            settings.host = "localhost".into();
            settings.extra_roots = roots;
            let outcome = send_to(&Smtp::new(settings, 1), "lea@ville.example").await;
            assert_eq!(name_of(&outcome), expected, "{security:?} {name}: {outcome:?}");
            assert!(words_of(&outcome).contains(words), "{outcome:?}");
        };
        check("localhost", Some(ours.pem()), "Sent", "queued").await;
        check("ailleurs.example", Some(ours.pem()), "Unreachable!", "établi pour un autre nom").await;
        check("localhost", Some(other.pem()), "Unreachable!", "autorité inconnue").await;
        check("localhost", None, "Unreachable!", "").await;
        check("localhost", Some(b"not a certificate".to_vec()), "Unreachable!", "ca_file").await;
    }
}

#[tokio::test]
async fn implicit_tls_on_a_port_without_it_needs_a_person() {
    let server = Script::new().start().await;
    let mut settings = server_at(&server, Security::Implicit);
    settings.extra_roots = Some(Authority::new("ours").pem());
    let outcome = send_to(&Smtp::new(settings, 1), "lea@ville.example").await;
    assert_eq!(name_of(&outcome), "Unreachable!");
    assert!(words_of(&outcome).contains("ne parle pas TLS"), "{outcome:?}");
}

#[tokio::test]
async fn starttls_is_used_required_or_done_without() {
    async fn check(
        security: Security,
        features: &'static str,
        starttls: Option<Act>,
        with_password: bool,
        expected: &str,
    ) {
        let mut script = Script::new().features(features);
        if let Some(act) = starttls {
            script = script.then(Step::StartTls, act);
        }
        let server = script.start().await;
        let mut settings = server_at(&server, security);
        settings.limits = hasty();
        settings.extra_roots = Some(Authority::new("ours").pem());
        settings.credentials = with_password.then(|| ("user".into(), "pass".into()));
        let outcome = send_to(&Smtp::new(settings, 1), "lea@ville.example").await;
        assert_eq!(name_of(&outcome), expected, "{security:?} {features:?}: {outcome:?}");
        if expected != "Sent" {
            assert_eq!(server.count("AUTH"), 0, "no password in clear");
        }
    }
    use Security::{StartTlsOpportunistic as Opportunistic, StartTlsRequired as Required};
    let refused = || Some(Act::Say("454 4.7.0 TLS not available"));
    check(Required, "AUTH PLAIN", None, false, "Unreachable!").await;
    check(Required, "STARTTLS", refused(), false, "Unreachable").await;
    check(Required, "STARTTLS", Some(Act::Say("502 no")), false, "Unreachable!").await;
    check(Opportunistic, "AUTH PLAIN", None, false, "Sent").await;
    check(Opportunistic, "STARTTLS", refused(), false, "Sent").await;
    check(Opportunistic, "AUTH PLAIN", None, true, "Unreachable!").await;
    check(Opportunistic, "AUTH PLAIN\nSTARTTLS", refused(), true, "Unreachable!").await;
    // Words slipped in before the encryption would be taken for the server's.
    check(Required, "STARTTLS", Some(Act::Say("220 go\r\n250 AUTH PLAIN")), true, "Unreachable!").await;
}

#[tokio::test]
async fn passwords_go_by_plain_or_login_and_only_in_secret() {
    async fn check(features: &'static str, lines: &[&str], expected: &str) {
        let server = Script::new().features(features).start().await;
        let mut settings = server_at(&server, Security::None);
        settings.credentials = Some(("user".into(), "pass".into()));
        let outcome = send_to(&Smtp::new(settings, 1), "lea@ville.example").await;
        assert_eq!(name_of(&outcome), expected, "{features}: {outcome:?}");
        let got = server.seen(|seen| seen.lines.iter().skip(1).take(lines.len()).cloned().collect::<Vec<_>>());
        assert_eq!(got, lines);
    }
    check("AUTH CRAM-MD5 LOGIN PLAIN", &["AUTH PLAIN AHVzZXIAcGFzcw=="], "Sent").await;
    check("AUTH=LOGIN", &["AUTH LOGIN", "dXNlcg==", "cGFzcw=="], "Sent").await;
    check("AUTH XOAUTH2", &[], "Unreachable!").await;
    check("", &[], "Unreachable!").await;
}

#[tokio::test]
async fn after_starttls_the_server_is_greeted_again_and_then_trusted_with_the_password() {
    let ours = Authority::new("ours");
    let server = tls_script(ours.acceptor("localhost"), Security::StartTlsRequired).start().await;
    let mut settings = server_at(&server, Security::StartTlsRequired);
    settings.host = "localhost".into();
    settings.extra_roots = Some(ours.pem());
    settings.credentials = Some(("user".into(), "pass".into()));
    let smtp = Smtp::new(settings, 1);
    assert_eq!(name_of(&send_to(&smtp, "lea@ville.example").await), "Sent");
    assert_eq!(name_of(&send_to(&smtp, "noe@ville.example").await), "Sent");
    let verbs = server.seen(|seen| seen.lines.iter().map(|line| line[..4].to_owned()).collect::<Vec<_>>());
    assert_eq!(verbs.join(" "), "EHLO STAR EHLO AUTH MAIL RCPT DATA MAIL RCPT DATA");
}

#[test]
fn a_server_prints_without_its_password() {
    let mut settings = SmtpServer::new("mx.example", 587, Security::StartTlsRequired);
    settings.credentials = Some(("user".into(), "secret-pass".into()));
    let printed = format!("{settings:?} {:?}", Smtp::new(settings.clone(), 1));
    assert!(printed.contains("mx.example") && !printed.contains("secret-pass"), "{printed}");
}
