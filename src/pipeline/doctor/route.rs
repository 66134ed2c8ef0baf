//! The way of a mail: who writes, the relay and its names, where what comes back arrives, how a reader leaves.

use std::net::IpAddr;

use super::ask::Ask;
use super::authentication::is_public;
use super::providers;
use super::{Case, Check, Record, Topic};
use crate::config::{BounceMailbox, Tls};
use crate::deliver::{ImapFault, Outcome, Smtp};
use crate::pipeline::{bounces, courier};

pub(super) fn sender(case: &Case<'_>) -> Check {
    if providers::is_of_everybody(&case.from) {
        return Check::mend(
            Topic::From,
            format!("« from » est une adresse de {}, dont vous n’êtes pas maître.", case.from),
            "Écrivez d’une adresse de votre propre domaine : les grandes messageries refusent ou cachent un courriel en \
             nombre qui vient d’ailleurs au nom d’une adresse personnelle.",
        );
    }
    Check::fine(Topic::From, format!("Les courriels partent au nom de {}, par {}.", case.from, case.relay_name()))
}

/// Connects as a sending would, and goes no further.
pub(super) async fn tls(case: &Case<'_>) -> Check {
    let Some(relay) = case.relay else {
        return Check::unknown(
            Topic::Tls,
            "Les courriels sont écrits dans un dossier : aucun relais à essayer.",
            "Réglez [mail] transport = \"smtp://…\" pour envoyer.",
        );
    };
    let server = match courier::smtp_server(relay) {
        Ok(server) => server,
        Err(trouble) => return Check::mend(Topic::Tls, format!("{trouble}."), "Corrigez les réglages."),
    };
    let place = format!("{}:{}", relay.host, relay.port);
    match Smtp::new(server, 1).try_out().await {
        Ok(()) => {
            let identified = if relay.user.is_some() { " et accepte l’identifiant" } else { "" };
            match relay.tls {
                Tls::Implicit | Tls::Required => {
                    Check::fine(Topic::Tls, format!("{place} répond, chiffré, avec un certificat valable{identified}."))
                }
                Tls::Opportunistic => Check::fine(
                    Topic::Tls,
                    format!("{place} répond{identified} ; le chiffrement est pris s’il est offert."),
                ),
                Tls::Never if is_here(&relay.host) => Check::fine(
                    Topic::Tls,
                    format!("{place} répond ; c’est cette machine, rien ne passe par le réseau."),
                ),
                Tls::Never => Check::mend(
                    Topic::Tls,
                    format!("{place} répond, mais en clair : d’autres peuvent lire les courriels en chemin."),
                    "Écrivez starttls = \"required\" dans [mail].",
                ),
            }
        }
        Err(Outcome::Unreachable { why, hopeless: true }) => {
            Check::mend(Topic::Tls, sentence(&why), "Corrigez, puis relancez.")
        }
        Err(Outcome::Unreachable { why, .. }) => Check::unknown(
            Topic::Tls,
            sentence(&why),
            "Vérifiez le nom et le port du relais, et que cette machine peut sortir.",
        ),
        Err(_) => Check::unknown(Topic::Tls, format!("{place} ne dit rien de clair."), "Relancez plus tard."),
    }
}

fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// The address that sends has a name, and the name leads back to it.
pub(super) async fn reverse_dns(case: &Case<'_>, dns: &impl Ask) -> Check {
    let asked = match (case.hints.sender_ip, case.relay) {
        (Some(ip), _) => Ok(vec![ip]),
        (None, None) => {
            return Check::unknown(
                Topic::ReverseDns,
                "Aucun relais n’est réglé.",
                "Réglez [mail] transport, puis relancez.",
            );
        }
        (None, Some(relay)) => match relay.host.parse() {
            Ok(ip) => Ok(vec![ip]),
            Err(_) => dns.addresses(&relay.host).await,
        },
    };
    let addresses = match asked {
        Ok(addresses) => addresses,
        Err(error) => return Check::unknown(Topic::ReverseDns, format!("{error}."), "Relancez plus tard."),
    };
    let public: Vec<IpAddr> = addresses.into_iter().filter(|ip| is_public(*ip)).collect();
    if public.is_empty() {
        return Check::unknown(
            Topic::ReverseDns,
            "Le relais n’a pas d’adresse publique connue d’ici : on ne sait pas d’où partent les courriels.",
            "Relancez avec --sender-ip et l’adresse publique du serveur qui envoie.",
        );
    }
    for ip in &public {
        match named(dns, *ip).await {
            Err(error) => return Check::unknown(Topic::ReverseDns, format!("{error}."), "Relancez plus tard."),
            Ok(Named::Well(_)) => {}
            Ok(bad) => return badly_named(case, *ip, &bad),
        }
    }
    let shown: Vec<String> = public.iter().map(ToString::to_string).collect();
    Check::fine(Topic::ReverseDns, format!("{} : chaque adresse a un nom, qui mène à elle.", shown.join(", ")))
}

enum Named {
    Well(String),
    /// A name that does not lead back.
    Apart(String),
    Not,
}

async fn named(dns: &impl Ask, ip: IpAddr) -> Result<Named, crate::dns::DnsError> {
    let names = dns.names_of(ip).await?;
    for name in &names {
        if dns.addresses(name).await?.contains(&ip) {
            return Ok(Named::Well(name.clone()));
        }
    }
    Ok(names.into_iter().next().map_or(Named::Not, Named::Apart))
}

fn badly_named(case: &Case<'_>, ip: IpAddr, bad: &Named) -> Check {
    let said = match bad {
        Named::Apart(name) | Named::Well(name) => format!("{ip} se nomme {name}, mais ce nom ne mène pas à {ip}."),
        Named::Not => format!("{ip} n’a pas de nom (PTR) ; beaucoup de serveurs refusent une telle adresse."),
    };
    let name = match bad {
        Named::Apart(name) | Named::Well(name) => name.clone(),
        Named::Not => format!("mail.{}", case.from),
    };
    let advice =
        "À demander à qui fournit cette adresse IP (hébergeur ou relais) ; le nom doit aussi mener à l’adresse.";
    let kind = if ip.is_ipv4() { "A" } else { "AAAA" };
    Check::mend(Topic::ReverseDns, said, advice)
        .publish(Record { name: ip.to_string(), kind: "PTR", value: name.clone() })
        .publish(Record { name, kind, value: ip.to_string() })
}

/// The domains that mails come from and come back to take mail.
pub(super) async fn returns(case: &Case<'_>, dns: &impl Ask) -> Vec<Check> {
    let mut domains = vec![case.envelope.as_str()];
    if case.from != case.envelope {
        domains.push(&case.from);
    }
    let mut checks = Vec::new();
    for domain in domains {
        checks.push(takes_mail(dns, domain).await);
    }
    if case.relay_rewrites() {
        checks.push(Check::unknown(
            Topic::Returns,
            format!("Chez {}, les erreurs de remise reviennent au relais, pas à vous.", case.relay_name()),
            "Lisez-les dans son espace client, ou demandez-lui de les transmettre (docs/deliverability.md).",
        ));
    }
    checks
}

/// The mailbox that the service reads can be opened.
pub(super) async fn mailbox(case: &Case<'_>) -> Option<Check> {
    let settings = case.settings.mail.bounce.as_ref()?;
    Some(match &settings.mailbox {
        BounceMailbox::Maildir(folder) if folder.join("new").is_dir() => {
            Check::fine(Topic::Returns, format!("La boîte des retours est là ({}).", folder.display()))
        }
        BounceMailbox::Maildir(folder) => Check::mend(
            Topic::Returns,
            format!("{} n’est pas une boîte Maildir.", folder.display()),
            "Corrigez maildir dans [mail.bounce], ou les droits du dossier.",
        ),
        BounceMailbox::Imap(imap) => match bounces::try_out(imap).await {
            Ok(Ok(())) => Check::fine(
                Topic::Returns,
                format!("La boîte des retours s’ouvre ({}:{}, {}).", imap.host, imap.port, imap.folder),
            ),
            Ok(Err(fault @ ImapFault::Unreachable(_))) => Check::unknown(
                Topic::Returns,
                sentence(&fault.to_string()),
                "Vérifiez le nom et le port, puis relancez.",
            ),
            Ok(Err(fault @ ImapFault::Wrong(_))) => {
                Check::mend(Topic::Returns, sentence(&fault.to_string()), "Corrigez [mail.bounce], puis relancez.")
            }
            Err(trouble) => Check::mend(Topic::Returns, sentence(&trouble.to_string()), "Corrigez [mail.bounce]."),
        },
    })
}

async fn takes_mail(dns: &impl Ask, domain: &str) -> Check {
    let refuses = |said: String| {
        Check::mend(
            Topic::Returns,
            said,
            "Ce qui revient et les réponses se perdent : donnez un MX à ce domaine, ou changez d’adresse.",
        )
    };
    match dns.mail_servers(domain).await {
        Err(error) => Check::unknown(Topic::Returns, format!("{error}."), "Relancez plus tard."),
        Ok(servers) if servers.iter().any(|name| name.is_empty()) => {
            refuses(format!("{domain} déclare ne recevoir aucun courriel (MX nul)."))
        }
        Ok(servers) if !servers.is_empty() => {
            Check::fine(Topic::Returns, format!("{domain} reçoit du courriel ({}).", servers.join(", ")))
        }
        // RFC 5321 section 5.1: without MX, the address itself.
        Ok(_) => match dns.addresses(domain).await {
            Err(error) => Check::unknown(Topic::Returns, format!("{error}."), "Relancez plus tard."),
            Ok(addresses) if addresses.is_empty() => refuses(format!("{domain} n’a ni MX ni adresse.")),
            Ok(_) => Check::fine(Topic::Returns, format!("{domain} n’a pas de MX ; son adresse en tient lieu.")),
        },
    }
}

pub(super) fn unsubscribe(case: &Case<'_>) -> Check {
    match &case.settings.base_url {
        Some(url) if url.scheme() == "https" => Check::fine(
            Topic::Unsubscribe,
            format!(
                "Chaque courriel porte un désabonnement en un clic ({}) et par courriel.",
                url.host_str().unwrap_or_default()
            ),
        ),
        _ => Check::mend(
            Topic::Unsubscribe,
            "Sans « base_url » en https, les courriels n’ont pas de désabonnement en un clic, que Gmail et Yahoo demandent.",
            "Mettez les pages derrière une adresse https, puis écrivez base_url dans glaneur.toml.",
        ),
    }
}
