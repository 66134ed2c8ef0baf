//! `doctor --received`: a mail as it arrived, against what was sent; what the relay changed on the way is named.
//!
//! Pure: bytes in, checks out. What was sent is given, where the ledger knows it; else the settings say what they can.

use std::collections::BTreeSet;

use mail_parser::{MessageParser, MimeHeaders};

use super::check::{Check, Topic};
use super::domain::{self, Nearness};
use crate::deliver::dkim::{Held, Signer};

/// A larger file is no mail of ours.
pub const MAIL_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Links of one mail that are compared.
const LINKS_MAX: usize = 2_000;

/// What the mail should have been.
pub(super) struct Expected<'a> {
    pub from: &'a str,
    /// The envelope's sender.
    pub envelope: &'a str,
    /// The mail as it was handed to the relay.
    pub sent: Option<&'a [u8]>,
    /// Who signs, when Glaneur does.
    pub signer: Option<&'a Signer>,
}

/// A message, as far as it is compared.
pub(super) struct Mail {
    headers: Vec<(String, String)>,
    links: BTreeSet<String>,
    /// Pictures fetched from elsewhere when the mail is opened.
    remote_pictures: BTreeSet<String>,
}

impl Mail {
    pub fn read(raw: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(raw)?;
        let headers = message.headers_raw();
        let headers: Vec<(String, String)> =
            headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), unfolded(value))).collect();
        let (mut links, mut remote_pictures) = (BTreeSet::new(), BTreeSet::new());
        for part in message.html_bodies().filter(|part| part.is_content_type("text", "html")) {
            let html = part.text_contents().unwrap_or_default();
            links.extend(attributes(html, "a", "href"));
            remote_pictures.extend(attributes(html, "img", "src").filter(|address| address.starts_with("http")));
        }
        for part in message.text_bodies().filter(|part| part.is_content_type("text", "plain")) {
            links.extend(written_links(part.text_contents().unwrap_or_default()));
        }
        (!headers.is_empty()).then_some(Self { headers, links, remote_pictures })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first address in angle brackets, or alone.
    pub fn address(&self, name: &str) -> Option<String> {
        let value = self.header(name)?;
        let inner = value.rsplit_once('<').map_or(value, |(_, rest)| rest.split('>').next().unwrap_or_default());
        Some(inner.trim().to_ascii_lowercase())
    }

    pub fn message_id(&self) -> Option<&str> {
        self.header("message-id").map(|id| id.trim().trim_start_matches('<').trim_end_matches('>'))
    }

    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.links.iter().map(String::as_str)
    }
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The values of an attribute in the tags of a name; entities of `&` read back.
fn attributes<'a>(html: &'a str, tag: &str, attribute: &str) -> impl Iterator<Item = String> + use<'a> {
    let parsed = scraper::Html::parse_document(html);
    let selector = scraper::Selector::parse(&format!("{tag}[{attribute}]")).ok();
    let found: Vec<String> = selector
        .iter()
        .flat_map(|selector| parsed.select(selector))
        .filter_map(|element| element.value().attr(attribute))
        .take(LINKS_MAX)
        .map(|value| value.trim().to_owned())
        .collect();
    found.into_iter()
}

fn written_links(text: &str) -> impl Iterator<Item = String> {
    let starts = text.match_indices("http").take(LINKS_MAX);
    starts.filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
        let link = rest.get(..end)?.trim_end_matches(['.', ',', ')', ';']);
        (link.starts_with("http://") || link.starts_with("https://")).then(|| link.to_owned())
    })
}

/// Every point, in the order in which they are told.
pub(super) fn compare(raw: &[u8], received: &Mail, expected: &Expected<'_>) -> Vec<Check> {
    let sent = expected.sent.and_then(Mail::read);
    let sent = sent.as_ref();
    let mut checks = vec![
        from(received, expected),
        return_path(received, expected),
        message_id(received, sent),
        same_header(received, sent, Topic::ListUnsubscribe, "List-Unsubscribe"),
        same_header(received, sent, Topic::OneClick, "List-Unsubscribe-Post"),
        other_headers(received, sent),
        dkim(raw, received, expected),
        links(received, sent),
        pixel(received),
    ];
    checks.extend(judged(received));
    checks
}

fn from(received: &Mail, expected: &Expected<'_>) -> Check {
    match received.address("from") {
        Some(from) if from == expected.from => Check::fine(Topic::From, format!("From est resté {from}.")),
        Some(from) => Check::mend(
            Topic::From,
            format!("From était {}, il est arrivé {from}.", expected.from),
            "Faites valider ce domaine et cette adresse chez le relais : il remplace celles qu’il ne connaît pas.",
        ),
        None => Check::mend(
            Topic::From,
            "Le courriel est arrivé sans From.",
            "Ce n’est pas un courriel entier : enregistrez sa source.",
        ),
    }
}

fn return_path(received: &Mail, expected: &Expected<'_>) -> Check {
    let Some(path) = received.address("return-path") else {
        return Check::unknown(
            Topic::ReturnPath,
            "Ce fichier n’a pas de Return-Path : on ne voit pas où reviendraient les erreurs.",
            "Enregistrez la source du courriel depuis la boîte qui l’a reçu, non depuis un transfert.",
        );
    };
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default();
    let ours = path == expected.envelope || is_signed(&path, expected.envelope);
    if ours {
        return Check::fine(Topic::ReturnPath, format!("Les erreurs reviennent à {path}."));
    }
    let house = domain::aligned(&domain(&path), &domain(expected.from), Nearness::Relaxed, None);
    let spf = if house { "" } else { " SPF parle alors pour le relais, pas pour vous : seul DKIM compte pour DMARC." };
    Check::mend(
        Topic::ReturnPath,
        format!("Les erreurs reviendraient à {}, pas à {}.{spf}", masked(&path), expected.envelope),
        "Glaneur ne verra pas ces retours : lisez-les chez le relais, ou demandez-lui de les transmettre à cette adresse.",
    )
}

/// An address signed for one mail, where the settings ask for it.
fn is_signed(path: &str, envelope: &str) -> bool {
    envelope.split_once('*').is_some_and(|(before, after)| {
        path.len() > before.len() + after.len() && path.starts_with(before) && path.ends_with(after)
    })
}

/// A relay's own return address may hold the reader's: it is shown cut.
fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or(("", address));
    if local.contains(['=', '+']) { format!("…@{domain}") } else { address.to_owned() }
}

fn message_id(received: &Mail, sent: Option<&Mail>) -> Check {
    let (Some(sent), Some(id)) = (sent.and_then(Mail::message_id), received.message_id()) else {
        return Check::unknown(
            Topic::MessageId,
            "On ne sait pas quel courriel c’était : son Message-ID n’est pas dans la base.",
            "Comparez un courriel envoyé avec cette base, l’édition de l’essai comprise.",
        );
    };
    if sent == id {
        return Check::fine(Topic::MessageId, "Message-ID est resté le même.");
    }
    Check::mend(
        Topic::MessageId,
        format!("Message-ID était {sent}, il est arrivé {id}."),
        "Un courriel renvoyé après un doute ne sera pas reconnu comme le même, et un retour ne dira plus de qui il vient : \
         réglez [mail] bounces et l’adresse de retour signée.",
    )
}

fn same_header(received: &Mail, sent: Option<&Mail>, topic: Topic, name: &str) -> Check {
    let advice =
        "Sans lui, Gmail et Yahoo n’offrent plus le désabonnement d’un clic : demandez au relais de ne pas y toucher.";
    match (received.header(name), sent.map(|sent| sent.header(name))) {
        (Some(got), Some(Some(was))) if got == was => Check::fine(topic, format!("{name} est resté le même.")),
        (Some(got), Some(Some(_))) => {
            Check::mend(topic, format!("{name} a été remplacé : « {} ».", shown(got)), advice)
        }
        (None, Some(Some(_))) => Check::mend(topic, format!("{name} a été retiré."), advice),
        (Some(got), Some(None)) => {
            Check::mend(topic, format!("{name} a été ajouté par le relais : « {} ».", shown(got)), advice)
        }
        (None, Some(None)) => {
            Check::unknown(topic, format!("{name} n’était pas envoyé."), "Réglez base_url : voyez « glaneur doctor ».")
        }
        (Some(_), None) => Check::unknown(
            topic,
            format!("{name} est là, mais on ne sait pas s’il est celui qui fut envoyé."),
            "Comparez un courriel envoyé avec cette base.",
        ),
        (None, None) => Check::mend(topic, format!("{name} n’est pas dans le courriel arrivé."), advice),
    }
}

/// Text of a stranger, cut.
fn shown(text: &str) -> String {
    let mut cut: String = text.chars().filter(|c| !c.is_control()).take(120).collect();
    if text.chars().nth(120).is_some() {
        cut.push('…');
    }
    cut
}

/// Headers that keep machines quiet and lists known.
fn other_headers(received: &Mail, sent: Option<&Mail>) -> Check {
    const NAMES: [&str; 6] = ["List-Id", "Auto-Submitted", "Feedback-ID", "Reply-To", "Date", "Subject"];
    let Some(sent) = sent else {
        let missing: Vec<&str> = NAMES.into_iter().take(2).filter(|name| received.header(name).is_none()).collect();
        return match missing.as_slice() {
            [] => Check::unknown(
                Topic::Headers,
                "List-Id et Auto-Submitted sont là.",
                "Comparez un courriel envoyé avec cette base.",
            ),
            missing => Check::mend(
                Topic::Headers,
                format!("Manquent : {}.", missing.join(", ")),
                "Le relais les a retirés : demandez-lui de les laisser.",
            ),
        };
    };
    let differs = |name: &&str| sent.header(name).is_some() && sent.header(name) != received.header(name);
    let changed: Vec<&str> = NAMES.into_iter().filter(differs).collect();
    match changed.as_slice() {
        [] => {
            Check::fine(Topic::Headers, "List-Id, Auto-Submitted, Feedback-ID, Date et Subject sont restés les mêmes.")
        }
        changed => Check::mend(
            Topic::Headers,
            format!("Changés ou retirés : {}.", changed.join(", ")),
            "Sans Auto-Submitted, des réponses d’absence reviendront ; sans List-Id, les filtres des lecteurs ne valent plus.",
        ),
    }
}

fn dkim(raw: &[u8], received: &Mail, expected: &Expected<'_>) -> Check {
    let domain = expected.from.rsplit_once('@').map_or("", |(_, domain)| domain);
    let signed_by = |value: &str| {
        value.split(';').find_map(|tag| tag.trim().strip_prefix("d=").map(|d| d.trim().to_ascii_lowercase()))
    };
    let signers: Vec<String> = received.all("dkim-signature").filter_map(signed_by).collect();
    let named = if signers.is_empty() { "aucune".to_owned() } else { signers.join(", ") };
    let aligned = signers.iter().any(|one| domain::aligned(one, domain, Nearness::Relaxed, None));
    let held = expected.signer.map(|signer| signer.holds(raw));
    let broken = |why: &str| {
        Check::mend(
            Topic::Dkim,
            format!("La signature de Glaneur ne vaut plus : {why} après la signature. Signatures arrivées : {named}."),
            "Demandez au relais de ne plus changer les courriels (suivi des clics, pied de page), ou laissez-le signer lui-même.",
        )
    };
    match held {
        Some(Held::Sound) => {
            Check::fine(Topic::Dkim, format!("La signature de Glaneur vaut encore. Signatures arrivées : {named}."))
        }
        Some(Held::BodyChanged) => broken("le texte a été changé"),
        Some(Held::HeadersChanged) => broken("un en-tête signé a été changé"),
        Some(Held::Absent) => broken("elle a été retirée"),
        None if aligned => Check::fine(Topic::Dkim, format!("Le relais a signé pour votre domaine ({named}).")),
        None => Check::mend(
            Topic::Dkim,
            format!("Aucune signature ne parle pour {domain} (signatures arrivées : {named})."),
            "Activez DKIM chez le relais pour votre domaine, ou que Glaneur signe : [mail.dkim].",
        ),
    }
}

fn links(received: &Mail, sent: Option<&Mail>) -> Check {
    let Some(sent) = sent else {
        return Check::unknown(
            Topic::Links,
            "On ne sait pas quels liens furent envoyés.",
            "Comparez un courriel envoyé avec cette base.",
        );
    };
    let lost = sent.links.difference(&received.links).count();
    let mut added = received.links.difference(&sent.links).filter(|link| link.starts_with("http"));
    let example = added.next().map(|link| shown(link));
    match (lost, example) {
        (0, None) => Check::fine(Topic::Links, format!("Les {} liens sont restés les mêmes.", sent.links.len())),
        (0, Some(example)) => Check::mend(
            Topic::Links,
            format!("Des liens ont été ajoutés, par exemple {example}."),
            "Cherchez dans l’espace client du relais un pied de page ou un bandeau, et coupez-le.",
        ),
        (lost, example) => Check::mend(
            Topic::Links,
            format!(
                "{lost} liens sur {} ont été réécrits ou retirés{}.",
                sent.links.len(),
                example.map(|example| format!(", par exemple {example}")).unwrap_or_default()
            ),
            "Coupez le suivi des clics chez le relais : il apprend qui lit quoi, et casse la signature de Glaneur.",
        ),
    }
}

/// Glaneur sends no picture: each one that is fetched from elsewhere was added.
fn pixel(received: &Mail) -> Check {
    match received.remote_pictures.first() {
        None => Check::fine(Topic::Pixel, "Aucune image n’est cherchée ailleurs : pas de pixel de suivi."),
        Some(first) => Check::mend(
            Topic::Pixel,
            format!("Le relais a ajouté une image qui dit quand le courriel est lu : {}.", shown(first)),
            "Coupez le suivi des ouvertures chez le relais, et dites-le dans votre registre RGPD tant qu’il y est.",
        ),
    }
}

/// What the server that received it thought (RFC 8601), from its first header: those below may be anybody's.
fn judged(received: &Mail) -> Option<Check> {
    let judged = received.header("authentication-results")?.to_ascii_lowercase();
    let result = |method: &str| {
        let part = judged.split(';').find_map(|part| part.trim().strip_prefix(method)?.strip_prefix('='))?;
        Some(part.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned())
    };
    let said: Vec<(&str, String)> =
        ["spf", "dkim", "dmarc"].into_iter().filter_map(|method| Some((method, result(method)?))).collect();
    if said.is_empty() {
        return None;
    }
    let words: Vec<String> = said.iter().map(|(method, result)| format!("{method}={result}")).collect();
    let words = words.join(", ");
    let passes = |name: &str| said.iter().find(|(method, _)| *method == name).map(|(_, result)| result == "pass");
    let fails = passes("dmarc") == Some(false) || passes("dmarc").is_none() && passes("dkim") == Some(false);
    Some(if fails {
        let advice = "Voyez « glaneur doctor » : DMARC demande que SPF ou DKIM parle pour le domaine de From.";
        Check::mend(Topic::Judged, format!("Le serveur qui l’a reçu dit : {words}."), advice)
    } else {
        Check::fine(Topic::Judged, format!("Le serveur qui l’a reçu dit : {words}."))
    })
}
