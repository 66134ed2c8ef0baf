//! Which domains belong together, and the DMARC policy that holds for one.

use super::ask::Ask;
use super::tags::Tags;
use crate::dns::DnsError;

/// Labels of a name that are walked up.
const LABELS_MAX: usize = 8;

/// How near a domain must be to that of From.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nearness {
    /// The same organisation.
    Relaxed,
    /// The very same name.
    Strict,
}

/// A DMARC record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// The name whose `_dmarc` it is.
    pub at: String,
    pub record: String,
    /// Records that stand at the same place; receivers take none of several.
    pub count: usize,
}

impl Policy {
    fn tag(&self, name: &str) -> Option<String> {
        Tags::of(&self.record).get(name).map(str::to_ascii_lowercase)
    }

    pub fn rule(&self) -> Option<String> {
        self.tag("p")
    }

    pub fn has_reports(&self) -> bool {
        self.tag("rua").is_some_and(|rua| !rua.is_empty())
    }

    pub fn spf_nearness(&self) -> Nearness {
        nearness(self.tag("aspf"))
    }

    pub fn dkim_nearness(&self) -> Nearness {
        nearness(self.tag("adkim"))
    }
}

fn nearness(tag: Option<String>) -> Nearness {
    if tag.as_deref() == Some("s") { Nearness::Strict } else { Nearness::Relaxed }
}

/// The policy of a domain: its own, else that of the nearest name above (the tree walk of DMARCbis, which needs no list of
/// public suffixes).
pub(super) async fn policy(ask: &impl Ask, domain: &str) -> Result<Option<Policy>, DnsError> {
    for at in above(domain) {
        let found = ask.texts(&format!("_dmarc.{at}")).await?;
        let mut records: Vec<String> =
            found.into_iter().filter(|text| Tags::of(text).begins_with("v", "DMARC1")).collect();
        let count = records.len();
        if count > 0 {
            return Ok(Some(Policy { at: at.to_owned(), record: records.swap_remove(0), count }));
        }
    }
    Ok(None)
}

/// The name, and those above it that have two labels or more.
fn above(domain: &str) -> impl Iterator<Item = &str> {
    let dots = domain.match_indices('.').map(|(at, _)| at + 1);
    let names = std::iter::once(0).chain(dots).filter_map(|at| domain.get(at..));
    names.filter(|name| name.contains('.')).take(LABELS_MAX)
}

/// Whether a domain speaks for that of From. `organisation` is where the policy of From's domain stands: names below it
/// are of the same house.
pub(super) fn aligned(domain: &str, from: &str, nearness: Nearness, organisation: Option<&str>) -> bool {
    let is_under = |name: &str, top: &str| name == top || name.ends_with(&format!(".{top}"));
    let (domain, from) = (domain.to_ascii_lowercase(), from.to_ascii_lowercase());
    match nearness {
        Nearness::Strict => domain == from,
        Nearness::Relaxed => {
            let house = organisation.is_some_and(|top| is_under(&domain, top) && is_under(&from, top));
            is_under(&domain, &from) || is_under(&from, &domain) || house
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask::Zone;
    use super::*;

    #[test]
    fn the_policy_of_a_domain_is_its_own_or_that_above() {
        let zone = Zone(&[
            "TXT _dmarc.reseau.example = v=DMARC1; p=none; aspf=s; rua=mailto:a@reseau.example",
            "TXT _dmarc.lettre.reseau.example = autre chose",
        ]);
        let check = |domain: &str, want: Option<&str>| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let found = runtime.block_on(policy(&zone, domain)).unwrap();
            assert_eq!(found.as_ref().map(|policy| policy.at.as_str()), want, "{domain}");
            assert!(found.is_none_or(|policy| policy.has_reports() && policy.spf_nearness() == Nearness::Strict));
        };
        check("reseau.example", Some("reseau.example"));
        check("lettre.reseau.example", Some("reseau.example"));
        check("example", None);
        check("ailleurs.example", None);
    }

    #[test]
    fn domains_of_one_house_are_aligned() {
        let check = |domain: &str, from: &str, nearness, organisation, want: bool| {
            assert_eq!(aligned(domain, from, nearness, organisation), want, "{domain} {from}");
        };
        use Nearness::{Relaxed, Strict};
        check("Reseau.example", "reseau.example", Strict, None, true);
        check("m.reseau.example", "reseau.example", Strict, None, false);
        check("m.reseau.example", "reseau.example", Relaxed, None, true);
        check("reseau.example", "m.reseau.example", Relaxed, None, true);
        check("a.reseau.example", "b.reseau.example", Relaxed, None, false);
        check("a.reseau.example", "b.reseau.example", Relaxed, Some("reseau.example"), true);
        check("monreseau.example", "reseau.example", Relaxed, Some("reseau.example"), false);
    }
}
