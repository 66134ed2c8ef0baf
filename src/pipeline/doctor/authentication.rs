//! SPF, DKIM and DMARC of the sender's domain, and whether one of the first two speaks for From.

use super::ask::Ask;
use super::domain::{self, Nearness, Policy};
use super::spf::{self, LOOKUPS_MAX, Published, Walk};
use super::tags::Tags;
use super::{Case, Check, Record, Topic, Verdict};
use crate::dns::DnsError;
use crate::pipeline::courier;

const LATER: &str = "Relancez « glaneur doctor » quand la machine a accès à DNS.";

pub(super) async fn spf(case: &Case<'_>, dns: &impl Ask) -> Check {
    match spf::published(dns, &case.envelope).await {
        Err(error) => silent(Topic::Spf, &error),
        Ok(Published::Nothing) if case.relay_rewrites() => Check::fine(Topic::Spf, rewritten(case)),
        Ok(Published::Nothing) => missing_spf(case),
        Ok(Published::Several(records)) => several_spf(case, &records),
        Ok(Published::One(record)) => {
            match spf::walk(dns, &case.envelope, &record, sending_address(case, dns).await).await {
                Err(error) => silent(Topic::Spf, &error),
                Ok(walk) => judged_spf(case, &record, &walk),
            }
        }
    }
}

fn silent(topic: Topic, error: &DnsError) -> Check {
    Check::unknown(topic, format!("{error}."), LATER)
}

fn rewritten(case: &Case<'_>) -> String {
    format!(
        "{} met sa propre adresse sur l’enveloppe : le SPF de {} n’est pas consulté, c’est DKIM qui compte.",
        case.relay_name(),
        case.envelope
    )
}

/// From where mails leave, as far as it is known: told by a person, or the only address of a relay nobody knows.
async fn sending_address(case: &Case<'_>, dns: &impl Ask) -> Option<std::net::IpAddr> {
    if case.hints.sender_ip.is_some() {
        return case.hints.sender_ip;
    }
    let relay = case.relay.filter(|_| case.provider.is_none())?;
    let address = match relay.host.parse() {
        Ok(address) => address,
        Err(_) => dns.addresses(&relay.host).await.ok()?.first().copied()?,
    };
    is_public(address).then_some(address)
}

pub(super) fn is_public(address: std::net::IpAddr) -> bool {
    match address.to_canonical() {
        std::net::IpAddr::V4(four) => !(four.is_loopback() || four.is_private() || four.is_link_local()),
        std::net::IpAddr::V6(six) => !(six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local()),
    }
}

/// What stands for the relay in a record.
fn spf_term(case: &Case<'_>) -> String {
    match (case.provider.and_then(|provider| provider.include), case.hints.sender_ip, case.relay) {
        (Some(include), ..) => format!("include:{include}"),
        (None, Some(ip), _) => format!("{}:{ip}", if ip.is_ipv4() { "ip4" } else { "ip6" }),
        (None, None, Some(relay)) => match relay.host.parse::<std::net::IpAddr>() {
            Ok(ip) if !is_public(ip) => "ip4:ADRESSE-PUBLIQUE-DE-CE-SERVEUR".to_owned(),
            Ok(ip) => format!("{}:{ip}", if ip.is_ipv4() { "ip4" } else { "ip6" }),
            Err(_) if relay.host == "localhost" => "ip4:ADRESSE-PUBLIQUE-DE-CE-SERVEUR".to_owned(),
            Err(_) => format!("a:{}", relay.host),
        },
        (None, None, None) => "include:DOMAINE-DU-RELAIS".to_owned(),
    }
}

fn missing_spf(case: &Case<'_>) -> Check {
    let record = Record::txt(&case.envelope, format!("v=spf1 {} ~all", spf_term(case)));
    let said = format!("{} ne publie pas de SPF : n’importe qui peut écrire en son nom.", case.envelope);
    let mut advice = "Publiez cet enregistrement".to_owned();
    if case.provider.is_none() {
        advice.push_str(", après avoir demandé à votre relais ce qu’il faut inclure");
    }
    Check::mend(Topic::Spf, said, advice + ".").publish(record)
}

fn several_spf(case: &Case<'_>, records: &[String]) -> Check {
    let mut terms: Vec<&str> = Vec::new();
    for term in records.iter().flat_map(|record| record.split_ascii_whitespace().skip(1)) {
        let ends = term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all");
        if !ends && !terms.contains(&term) {
            terms.push(term);
        }
    }
    let record = Record::txt(&case.envelope, format!("v=spf1 {} ~all", terms.join(" ")));
    let said = format!("{} publie {} SPF : les serveurs n’en retiennent aucun.", case.envelope, records.len());
    Check::mend(Topic::Spf, said, "Gardez-en un seul, qui les réunit.").publish(record)
}

fn judged_spf(case: &Case<'_>, record: &str, walk: &Walk) -> Check {
    let domain = &case.envelope;
    if let Some(fault) = walk.faults.first() {
        let said = format!("Le SPF de {domain} a une erreur, et ne vaut rien tant qu’elle y est : {fault}.");
        return Check::mend(Topic::Spf, said, format!("Corrigez-le. Publié : « {record} »."));
    }
    if walk.lookups > LOOKUPS_MAX {
        let said = format!(
            "Le SPF de {domain} demande {} recherches DNS ; les serveurs s’arrêtent à {LOOKUPS_MAX} et le refusent.",
            walk.lookups
        );
        return Check::mend(Topic::Spf, said, "Retirez les « include: » qui ne servent plus.");
    }
    if walk.all == Some('+') {
        let better = Record::txt(domain, with_end(record, "~all"));
        let said = format!("Le SPF de {domain} finit par « +all » : il permet à tout le monde d’écrire en son nom.");
        return Check::mend(Topic::Spf, said, "Finissez-le par « ~all ».").publish(better);
    }
    if case.relay_rewrites() {
        return Check::fine(Topic::Spf, rewritten(case));
    }
    let ends = match walk.all {
        Some('-' | '~') => "",
        _ => " Il ne dit rien des autres serveurs : finissez-le par « ~all ».",
    };
    if let Some(include) = case.provider.and_then(|provider| provider.include) {
        if walk.includes.iter().any(|one| one == include) || walk.allows == Some(true) {
            return Check::fine(Topic::Spf, format!("Le SPF de {domain} permet {}.{ends}", case.relay_name()));
        }
        let said = format!("Le SPF de {domain} ne permet pas à {} d’écrire en son nom.", case.relay_name());
        let better = Record::txt(domain, with_term(record, &format!("include:{include}")));
        return Check::mend(Topic::Spf, said, "Remplacez l’enregistrement par celui-ci.").publish(better);
    }
    match (walk.allows, case.relay) {
        (Some(true), _) => Check::fine(Topic::Spf, format!("Le SPF de {domain} permet {}.{ends}", case.relay_name())),
        (Some(false), _) if case.hints.sender_ip.is_some() && !walk.unsure => {
            let better = Record::txt(domain, with_term(record, &spf_term(case)));
            let said = format!("Le SPF de {domain} ne permet pas l’adresse d’où partent les courriels.");
            Check::mend(Topic::Spf, said, "Remplacez l’enregistrement par celui-ci.").publish(better)
        }
        (_, Some(relay)) => Check::unknown(
            Topic::Spf,
            format!(
                "{domain} publie « {record} » ; on ne voit pas d’ici s’il permet les adresses d’où {} envoie.",
                relay.host
            ),
            "Demandez à votre relais ce que le SPF doit inclure, donnez l’adresse d’envoi par --sender-ip, ou \
             envoyez-vous un essai et lisez-le : « glaneur doctor --received ESSAI.eml ».",
        ),
        (_, None) => Check::unknown(
            Topic::Spf,
            format!("{domain} publie « {record} » ; aucun relais n’est réglé, on ne sait donc pas qui enverra."),
            "Réglez [mail] transport, puis relancez.",
        ),
    }
}

/// The record with a term more, before its end.
fn with_term(record: &str, term: &str) -> String {
    let mut terms: Vec<&str> = record.split_ascii_whitespace().collect();
    let ends = |term: &&str| {
        let bare = term.trim_start_matches(['+', '-', '~', '?']).to_ascii_lowercase();
        bare == "all" || bare.starts_with("redirect=")
    };
    let at = terms.iter().position(ends).unwrap_or(terms.len());
    terms.insert(at, term);
    terms.join(" ")
}

fn with_end(record: &str, end: &str) -> String {
    let is_end = |term: &&str| term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all");
    let kept: Vec<&str> = record.split_ascii_whitespace().filter(|term| !is_end(term)).collect();
    format!("{} {end}", kept.join(" "))
}

pub(super) async fn dkim(case: &Case<'_>, dns: &impl Ask) -> Check {
    match &case.settings.mail.dkim {
        Some(_) => own_dkim(case, dns).await,
        None => relay_dkim(case, dns).await,
    }
}

/// The key that Glaneur signs with, against the one that is published.
async fn own_dkim(case: &Case<'_>, dns: &impl Ask) -> Check {
    let signer = match courier::signer(case.settings) {
        Ok(Some(signer)) => signer,
        // It is asked only where DKIM is set.
        Ok(None) => return relay_dkim(case, dns).await,
        Err(why) => {
            return Check::mend(
                Topic::Dkim,
                format!("Glaneur ne peut pas signer : {why}."),
                "Recréez la clé (docs/deliverability.md).",
            );
        }
    };
    let (name, record) = (signer.record_name(), signer.record());
    let wanted = Record::txt(&name, &record);
    let found = match dns.texts(&name).await {
        Ok(found) => found,
        Err(error) => return Check { records: vec![wanted], ..silent(Topic::Dkim, &error) },
    };
    let keys: Vec<Tags> = found.iter().map(|text| Tags::of(text)).filter(|tags| tags.get("p").is_some()).collect();
    let ours = Tags::of(&record).whole("p");
    match keys.as_slice() {
        [] => Check::mend(
            Topic::Dkim,
            format!("Glaneur signe, mais sa clé publique n’est pas publiée ({name})."),
            "Publiez cet enregistrement.",
        )
        .publish(wanted),
        [one] if one.whole("p") == ours => {
            Check::fine(Topic::Dkim, format!("Glaneur signe, et sa clé est publiée ({name})."))
        }
        [_] => Check::mend(
            Topic::Dkim,
            format!(
                "La clé publiée ({name}) n’est pas celle avec laquelle Glaneur signe : ses signatures sont fausses."
            ),
            "Remplacez l’enregistrement par celui-ci, ou remettez l’ancienne clé.",
        )
        .publish(wanted),
        _ => Check::mend(
            Topic::Dkim,
            format!("Plusieurs clés sont publiées sous {name} : les serveurs n’en retiennent aucune pour sûr."),
            "Ne gardez que cet enregistrement.",
        )
        .publish(wanted),
    }
}

/// The relay signs, or nobody does: its key is looked for where it is usually published.
async fn relay_dkim(case: &Case<'_>, dns: &impl Ask) -> Check {
    let told = case.hints.selector.as_deref();
    let usual = case.provider.map_or(&[][..], |provider| provider.selectors);
    let selectors: Vec<&str> = told.map_or_else(|| usual.to_vec(), |told| vec![told]);
    let mut asked = Vec::new();
    for selector in selectors {
        let name = format!("{selector}._domainkey.{}", case.from);
        match dns.texts(&name).await {
            Err(error) => return silent(Topic::Dkim, &error),
            Ok(found) => {
                let key = found.iter().map(|text| Tags::of(text)).find_map(|tags| tags.whole("p"));
                if key.is_some_and(|key| !key.is_empty()) {
                    return Check::fine(Topic::Dkim, format!("Le relais signe, et sa clé est publiée ({name})."));
                }
            }
        }
        asked.push(name);
    }
    let advice = match case.provider {
        Some(provider) => format!(
            "Activez DKIM pour {} dans l’espace client de {}, et publiez ce qu’il donne. Sinon, que Glaneur signe : \
             [mail.dkim], voir docs/deliverability.md.",
            case.from, provider.name
        ),
        None => "Demandez à votre relais s’il signe pour votre domaine, et sous quel sélecteur : relancez avec \
                 --selector NOM. S’il ne signe pas, que Glaneur le fasse : [mail.dkim], voir docs/deliverability.md."
            .to_owned(),
    };
    match asked.as_slice() {
        [] => Check::unknown(
            Topic::Dkim,
            "Glaneur ne signe pas, et l’on ne sait pas sous quel sélecteur le relais signerait.",
            advice,
        ),
        names => Check::mend(
            Topic::Dkim,
            format!("Glaneur ne signe pas, et aucune clé du relais n’est publiée ({}).", names.join(", ")),
            advice,
        ),
    }
}

pub(super) fn dmarc(case: &Case<'_>, found: &Result<Option<Policy>, DnsError>) -> Check {
    let name = format!("_dmarc.{}", case.from);
    let wanted = || {
        let reader = case.settings.admins.first().map_or("VOTRE-ADRESSE", |admin| admin.expose());
        Record::txt(&name, format!("v=DMARC1; p=none; rua=mailto:{reader}"))
    };
    let policy = match found {
        Err(error) => return silent(Topic::Dmarc, error),
        Ok(None) => {
            let said = format!("{} ne publie pas de DMARC ; Gmail, Yahoo et Microsoft le demandent.", case.from);
            return Check::mend(Topic::Dmarc, said, "Publiez cet enregistrement.").publish(wanted());
        }
        Ok(Some(policy)) => policy,
    };
    if policy.count > 1 {
        let said = format!("_dmarc.{} a {} enregistrements DMARC : aucun ne vaut.", policy.at, policy.count);
        return Check::mend(Topic::Dmarc, said, "Gardez-en un seul.");
    }
    match policy.rule().as_deref() {
        Some(rule @ ("none" | "quarantine" | "reject")) => {
            let above = if policy.at == case.from { "" } else { " (celui du domaine au-dessus)" };
            let reports =
                if policy.has_reports() { "" } else { " Sans « rua », personne n’en reçoit les rapports." };
            let said = format!("_dmarc.{}{above} dit p={rule}.{reports}", policy.at);
            Check::fine(Topic::Dmarc, said)
        }
        _ => {
            let said = format!("Le DMARC de {} n’a pas de règle lisible : « {} ».", policy.at, policy.record);
            Check::mend(Topic::Dmarc, said, "Remplacez-le par celui-ci.").publish(wanted())
        }
    }
}

/// DMARC asks that SPF or DKIM passes for a domain of From's house.
pub(super) fn alignment(case: &Case<'_>, policy: Option<&Policy>, spf: &Check, dkim: &Check) -> Check {
    let (spf_nearness, dkim_nearness) =
        policy.map_or((Nearness::Relaxed, Nearness::Relaxed), |policy| (policy.spf_nearness(), policy.dkim_nearness()));
    let house = policy.map(|policy| policy.at.as_str());
    let spf_aligned = !case.relay_rewrites() && domain::aligned(&case.envelope, &case.from, spf_nearness, house);
    let signed_by = case.settings.mail.dkim.as_ref().map_or(case.from.as_str(), |dkim| dkim.domain.as_str());
    let dkim_aligned = domain::aligned(signed_by, &case.from, dkim_nearness, house);
    let by_spf = spf_aligned && spf.verdict == Verdict::Fine;
    let by_dkim = dkim_aligned && dkim.verdict == Verdict::Fine;
    let open = |aligned: bool, check: &Check| aligned && check.verdict == Verdict::Unknown;
    match (by_spf, by_dkim) {
        (true, true) => Check::fine(Topic::Alignment, format!("SPF et DKIM parlent pour {}.", case.from)),
        (true, false) => Check::fine(
            Topic::Alignment,
            format!("SPF parle pour {} ; DKIM pas encore, or lui seul survit aux transferts.", case.from),
        ),
        (false, true) => Check::fine(Topic::Alignment, format!("DKIM parle pour {}.", case.from)),
        (false, false) if open(spf_aligned, spf) || open(dkim_aligned, dkim) => Check::unknown(
            Topic::Alignment,
            format!("On ne sait pas encore si SPF ou DKIM parle pour {}.", case.from),
            "Voyez les points SPF et DKIM.",
        ),
        (false, false) => {
            let apart = if spf_aligned || case.relay_rewrites() {
                String::new()
            } else {
                format!(" L’enveloppe est de {}, qui n’est pas de la même maison.", case.envelope)
            };
            Check::mend(
                Topic::Alignment,
                format!("Ni SPF ni DKIM ne parle pour {} : DMARC échouera.{apart}", case.from),
                "Mettez « bounces » dans le domaine de « from », et corrigez SPF ou DKIM.",
            )
        }
    }
}
