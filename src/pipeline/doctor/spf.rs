//! SPF (RFC 7208): what a domain publishes, whom it includes, and whether it lets an address send.

use std::net::IpAddr;

use ipnet::IpNet;

use super::ask::Ask;
use crate::dns::DnsError;

/// RFC 7208 section 4.6.4: terms that ask DNS.
pub(super) const LOOKUPS_MAX: usize = 10;
/// A record is not followed deeper; the lookups end before in a sound one.
const DEPTH_MAX: usize = 10;
/// Addresses looked at for one `mx`.
const MX_MAX: usize = 10;

/// What a domain publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Published {
    Nothing,
    One(String),
    /// Receivers take none of several records.
    Several(Vec<String>),
}

pub(super) async fn published(ask: &impl Ask, domain: &str) -> Result<Published, DnsError> {
    let mut records: Vec<String> = ask.texts(domain).await?.into_iter().filter(|text| is_spf(text)).collect();
    Ok(match records.len() {
        0 => Published::Nothing,
        1 => Published::One(records.remove(0)),
        _ => Published::Several(records),
    })
}

fn is_spf(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    text == "v=spf1" || text.starts_with("v=spf1 ")
}

/// What a whole record comes to, its includes followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Walk {
    /// Domains included or redirected to, at any depth.
    pub includes: Vec<String>,
    pub lookups: usize,
    /// What a receiver would not understand, in words for an administrator.
    pub faults: Vec<String>,
    /// What the record itself says of everybody else: `-`, `~`, `?`, `+`; `None` when it says nothing.
    pub all: Option<char>,
    /// Whether the address that was asked about may send; `None` without one.
    pub allows: Option<bool>,
    /// A term depends on the mail itself (a macro, `ptr`): what it would say is not known.
    pub unsure: bool,
}

/// Follows a record; `sender` is an address to judge.
pub(super) async fn walk(ask: &impl Ask, domain: &str, record: &str, sender: Option<IpAddr>) -> Result<Walk, DnsError> {
    let mut walk = Walk::default();
    let outcome = follow(ask, domain, record, sender, &mut walk, 0).await?;
    walk.all = outcome.all;
    walk.allows = sender.map(|_| outcome.matched == Some('+'));
    Ok(walk)
}

/// What one record says.
#[derive(Default)]
struct Outcome {
    /// The qualifier of the first term that matched.
    matched: Option<char>,
    all: Option<char>,
}

async fn follow(
    ask: &impl Ask,
    domain: &str,
    record: &str,
    sender: Option<IpAddr>,
    walk: &mut Walk,
    depth: usize,
) -> Result<Outcome, DnsError> {
    let mut outcome = Outcome::default();
    let mut redirect = None;
    for term in record.split_ascii_whitespace().skip(1) {
        let (qualifier, term) = qualified(term);
        if let Some((name, value)) = term.split_once('=').filter(|(name, _)| !name.contains([':', '/'])) {
            if name.eq_ignore_ascii_case("redirect") {
                redirect = Some(value.to_owned());
            }
            continue;
        }
        let matched = term_matches(ask, domain, term, sender, walk, depth).await?;
        if term.eq_ignore_ascii_case("all") {
            outcome.all = Some(qualifier);
        }
        if matched && outcome.matched.is_none() {
            outcome.matched = Some(qualifier);
        }
    }
    // RFC 7208 section 6.1: only where no `all` stands.
    if let Some(target) = redirect.filter(|_| outcome.all.is_none()) {
        let other = included(ask, &target, sender, walk, depth).await?;
        outcome.matched = outcome.matched.or(other.matched);
        outcome.all = other.all;
    }
    Ok(outcome)
}

fn qualified(term: &str) -> (char, &str) {
    match term.chars().next() {
        Some(sign @ ('+' | '-' | '~' | '?')) => (sign, term.get(1..).unwrap_or_default()),
        _ => ('+', term),
    }
}

async fn term_matches(
    ask: &impl Ask,
    domain: &str,
    term: &str,
    sender: Option<IpAddr>,
    walk: &mut Walk,
    depth: usize,
) -> Result<bool, DnsError> {
    let (name, rest) = term.split_at(term.find([':', '/']).unwrap_or(term.len()));
    let value = rest.strip_prefix(':').unwrap_or_default();
    match name.to_ascii_lowercase().as_str() {
        "all" => Ok(true),
        "ip4" | "ip6" => Ok(is_in_network(value, sender, walk)),
        "include" => {
            let other = included(ask, value, sender, walk, depth).await?;
            Ok(other.matched == Some('+'))
        }
        "a" | "mx" => {
            let (host, prefix) = host_and_prefix(rest, domain);
            walk.lookups += 1;
            if host.contains('%') {
                walk.unsure = true;
                return Ok(false);
            }
            let mut addresses = Vec::new();
            if name.eq_ignore_ascii_case("a") {
                addresses = ask.addresses(&host).await?;
            } else {
                for server in ask.mail_servers(&host).await?.iter().take(MX_MAX) {
                    addresses.extend(ask.addresses(server).await?);
                }
            }
            Ok(sender.is_some_and(|sender| addresses.iter().any(|one| near(*one, sender, prefix))))
        }
        "exists" | "ptr" => {
            walk.lookups += 1;
            walk.unsure = true;
            Ok(false)
        }
        _ => {
            let shown: String = term.chars().filter(|c| !c.is_control()).take(60).collect();
            walk.faults.push(format!("« {shown} » n’est pas un terme de SPF"));
            Ok(false)
        }
    }
}

async fn included(
    ask: &impl Ask,
    domain: &str,
    sender: Option<IpAddr>,
    walk: &mut Walk,
    depth: usize,
) -> Result<Outcome, DnsError> {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    walk.lookups += 1;
    if domain.contains('%') {
        walk.unsure = true;
        return Ok(Outcome::default());
    }
    if walk.lookups > LOOKUPS_MAX * 2 || depth >= DEPTH_MAX {
        return Ok(Outcome::default());
    }
    walk.includes.push(domain.clone());
    match published(ask, &domain).await? {
        Published::One(record) => Box::pin(follow(ask, &domain, &record, sender, walk, depth + 1)).await,
        Published::Nothing => {
            walk.faults.push(format!("« {domain} » est inclus mais ne publie pas de SPF"));
            Ok(Outcome::default())
        }
        Published::Several(_) => {
            walk.faults.push(format!("« {domain} » est inclus mais publie plusieurs SPF"));
            Ok(Outcome::default())
        }
    }
}

fn is_in_network(value: &str, sender: Option<IpAddr>, walk: &mut Walk) -> bool {
    let network = value.parse::<IpNet>().ok().or_else(|| value.parse::<IpAddr>().ok().map(IpNet::from));
    let Some(network) = network else {
        let shown: String = value.chars().filter(|c| !c.is_control()).take(60).collect();
        walk.faults.push(format!("« {shown} » n’est pas une adresse IP"));
        return false;
    };
    sender.is_some_and(|sender| network.contains(&sender))
}

/// `a`, `a:host`, `a/24`, `a:host/24//64`: the host and the two lengths.
fn host_and_prefix(rest: &str, domain: &str) -> (String, (u8, u8)) {
    let (host, lengths) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.strip_prefix(':').filter(|host| !host.is_empty()).unwrap_or(domain);
    let (four, six) = match lengths.split_once("//") {
        Some((four, six)) => (four, six),
        None => (lengths, ""),
    };
    let length = |text: &str, whole| text.trim_start_matches('/').parse().unwrap_or(whole);
    (host.trim_end_matches('.').to_owned(), (length(four, 32), length(six, 128)))
}

fn near(one: IpAddr, sender: IpAddr, (four, six): (u8, u8)) -> bool {
    let length = if one.is_ipv4() { four } else { six };
    IpNet::new(one, length).is_ok_and(|network| network.contains(&sender))
}

#[cfg(test)]
mod tests {
    use super::super::ask::Zone;
    use super::*;

    const ZONE: Zone = Zone(&[
        "TXT reseau.example = v=spf1 mx a:www.reseau.example ip4:192.0.2.0/28 include:relais.example -all",
        "TXT relais.example = v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 ?all",
        "TXT ailleurs.example = v=spf1 redirect=relais.example",
        "TXT boucle.example = v=spf1 include:boucle.example -all",
        "TXT faux.example = v=spf1 ipv4:1.2.3.4 ip4:999.1.1.1 include:rien.example ~all",
        "TXT macro.example = v=spf1 exists:%{i}.liste.example -all",
        "TXT deux.example = v=spf1 -all",
        "TXT deux.example = v=spf1 mx -all",
        "TXT autre.example = v=spf10 mx",
        "MX reseau.example = mx.reseau.example",
        "A mx.reseau.example = 203.0.113.1",
        "A www.reseau.example = 203.0.113.9",
    ]);

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn an_address_may_send_when_a_term_names_it() {
        let check = |domain: &str, sender: &str, want: bool| {
            let walk = run(async {
                let Published::One(record) = published(&ZONE, domain).await.unwrap() else { panic!("{domain}") };
                walk(&ZONE, domain, &record, Some(sender.parse().unwrap())).await.unwrap()
            });
            assert_eq!(walk.allows, Some(want), "{domain} {sender}");
        };
        check("reseau.example", "203.0.113.1", true);
        check("reseau.example", "203.0.113.9", true);
        check("reseau.example", "192.0.2.14", true);
        check("reseau.example", "192.0.2.16", false);
        check("reseau.example", "198.51.100.7", true);
        check("reseau.example", "2001:db8::1", true);
        check("ailleurs.example", "198.51.100.7", true);
        check("ailleurs.example", "192.0.2.1", false);
    }

    #[test]
    fn a_record_is_followed_and_its_faults_are_named() {
        let check = |domain: &str, all: Option<char>, lookups: usize, faults: usize| {
            let walk = run(async {
                let Published::One(record) = published(&ZONE, domain).await.unwrap() else { panic!("{domain}") };
                walk(&ZONE, domain, &record, None).await.unwrap()
            });
            assert_eq!((walk.all, walk.lookups, walk.faults.len()), (all, lookups, faults), "{domain} {walk:?}");
        };
        check("reseau.example", Some('-'), 3, 0);
        check("ailleurs.example", Some('?'), 1, 0);
        check("faux.example", Some('~'), 1, 3);
        check("boucle.example", Some('-'), DEPTH_MAX + 1, 0);
        check("macro.example", Some('-'), 1, 0);
    }

    #[test]
    fn several_records_are_none() {
        assert!(matches!(run(published(&ZONE, "deux.example")).unwrap(), Published::Several(two) if two.len() == 2));
        assert_eq!(run(published(&ZONE, "autre.example")).unwrap(), Published::Nothing);
        assert!(run(published(&Zone(&["silence"]), "reseau.example")).is_err());
    }
}
