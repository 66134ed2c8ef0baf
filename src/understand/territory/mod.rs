//! The territory that a call is open to: where projects may take place or applicants may be.
//!
//! In the order of evidence: the site's own field; what the title and text say of who may apply and where; the
//! publisher's own territory, unless it relays another's call; the source's. A text may narrow ("contrat de ville de
//! Montreuil") or widen ("jeunes parisiens ou franciliens"); a place merely named, an address, a court, a laureate
//! changes nothing. Pure: it knows neither the clock nor what members want.

mod bodies;
mod claims;
mod cue_words;
mod cues;
mod decision;
mod host;
mod issuer;
mod publisher;
mod relay;
mod wide;

use crate::geography::{Geography, Place, Said};
use crate::model::{Aspect, Doubt, DoubtReason, Field, Level, Quote, Reading, TerritoryCode};
use claims::{Claim, claims};
use cues::Cue;
use decision::{Basis, Decision, Reach};
use issuer::Issuer;
use relay::Site;

/// Bytes of a text that are read: what stands further down is annexes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// What is known of a notice.
#[derive(Clone, Copy, Debug)]
pub struct TerritoryInput<'a> {
    pub title: &'a str,
    pub text: &'a str,
    /// Who launches it, never the site that relays it.
    pub publisher: Option<&'a str>,
    pub url: Option<&'a str>,
    /// What the source covers when a notice does not say.
    pub source_territory: &'a [TerritoryCode],
    /// The site's own field, as codes.
    pub field: Option<&'a (String, Vec<TerritoryCode>)>,
    /// The site's own field, as words ("Drôme").
    pub place: Option<&'a (String, String)>,
}

/// The codes of the territory, sorted; none when nothing says where.
pub fn territory(input: &TerritoryInput) -> Reading<Vec<TerritoryCode>> {
    if let Some(reading) = structured(input) {
        return reading;
    }
    let site = publisher::publisher(input);
    let publisher = site.as_ref().map(|site| &site.publisher);
    let near = publisher.filter(|p| p.said == Said::Place).map_or(input.source_territory, |p| &p.codes);
    let relayed = relay::relayed(
        Site { name: input.publisher.unwrap_or_default(), publisher },
        &issuer::issuers(input.title, input.text, near),
    );
    let speaks = relayed.as_ref().map(|issuer| &issuer.publisher).or(publisher);
    let mut hints: Vec<TerritoryCode> = speaks.iter().flat_map(|p| p.codes.clone()).collect();
    hints.extend(input.source_territory.iter().cloned());
    let mut found = claims(input.title, &Field::Title, &hints);
    found.extend(claims(head(input.text, TEXT_BYTES_MAX), &Field::Text, &hints));
    if let Some(issuer) = &relayed {
        let in_its_name = |c: &Claim| c.field == issuer.field && c.start < issuer.end && issuer.start < c.end;
        found.retain(|claim| !in_its_name(claim) && !is_the_relays(claim, issuer, near));
    }
    let reach = match input.publisher {
        Some(name) if relayed.is_none() && relay::is_state_service(name) => Reach::Local,
        _ => Reach::Wide,
    };
    let mut decision = decision::decide(&found, speaks, input.source_territory, reach);
    let mut relayed = relayed;
    if let Some(region) = region_of_a_regional_call(input, &decision, &found) {
        decision.codes = vec![region];
        decision.doubts.push(Doubt::new(Aspect::Territory, DoubtReason::Weak, ""));
        relayed = None;
    }
    let mut reading = match (&decision.basis, relayed) {
        (Basis::Publisher { .. }, Some(issuer)) => relayed_reading(input, &decision, &issuer),
        _ => reading_of(input, &decision, &found),
    };
    if matches!(decision.basis, Basis::Publisher { .. }) && site.is_some_and(|site| site.presumed) {
        reading = reading.doubted(Doubt::new(Aspect::Territory, DoubtReason::Weak, ""));
    }
    if input.text.len() > TEXT_BYTES_MAX {
        reading = reading.doubted(Doubt::new(Aspect::Territory, DoubtReason::Truncated, ""));
    }
    reading
}

/// "Appel à projets régional", told by a préfecture or a service of a département: its région's.
fn region_of_a_regional_call(input: &TerritoryInput, decision: &Decision, claims: &[Claim]) -> Option<TerritoryCode> {
    const CALLS: [&str; 4] =
        ["appel a projets regional", "appel a projet regional", "appel a candidatures regional", "appel regional"];
    let title = crate::geography::fold(input.title);
    let [own] = decision.codes.as_slice() else { return None };
    let of_a_departement = own.level() == Level::Departement && matches!(decision.basis, Basis::Publisher { .. });
    let regional = of_a_departement && CALLS.iter().any(|call| title.contains(call));
    let said_of_own = claims.iter().any(|claim| claim.cue >= Cue::Concerned && claim.codes.contains(own));
    let geography = Geography::get();
    let region = geography.region_of(own).filter(|_| regional && !said_of_own)?;
    // Overseas, the région is the département.
    (geography.departements_in(&region).len() > 1).then_some(region)
}

/// A relay names its own place beside the call of a body that reaches further: that says nothing of the call.
fn is_the_relays(claim: &Claim, issuer: &Issuer, own: &[TerritoryCode]) -> bool {
    let geography = Geography::get();
    let lies_in_own = |code: &TerritoryCode| own.iter().any(|o| geography.contains(o, code));
    let own_are_the_issuers = issuer.publisher.codes.iter().all(lies_in_own);
    claim.cue < Cue::Limits && !own_are_the_issuers && claim.codes.iter().all(lies_in_own)
}

fn relayed_reading(input: &TerritoryInput, decision: &Decision, issuer: &Issuer) -> Reading<Vec<TerritoryCode>> {
    let whole = if issuer.field == Field::Title { input.title } else { input.text };
    let text = whole.get(issuer.start..issuer.end).unwrap_or_default().to_owned();
    let quote = Quote { field: issuer.field.clone(), start: issuer.start, end: issuer.end, text };
    let mut reading = Reading::of(sorted(decision.codes.clone()), quote);
    reading.doubts.extend(decision.doubts.iter().cloned());
    reading
}

/// The site's own data wins over the text.
fn structured(input: &TerritoryInput) -> Option<Reading<Vec<TerritoryCode>>> {
    if let Some((name, codes)) = input.field
        && !codes.is_empty()
    {
        let text = codes.iter().map(TerritoryCode::as_str).collect::<Vec<_>>().join(", ");
        let quote = Quote { field: Field::Structured(name.clone()), start: 0, end: 0, text };
        return Some(Reading::of(sorted(codes.clone()), quote));
    }
    let (name, written) = input.place?;
    let geography = Geography::get();
    let quote = Quote { field: Field::Structured(name.clone()), start: 0, end: 0, text: written.clone() };
    match geography.resolve_place(written, input.source_territory) {
        Place::Found(code) => Some(Reading::of(vec![code], quote)),
        Place::Ambiguous(_) => None,
        Place::Unknown => {
            let mentions = geography.find(written);
            let certain = mentions.iter().filter(|m| m.candidates.len() == 1);
            let codes: Vec<_> = certain.filter_map(|m| m.candidates.first().cloned()).collect();
            (!codes.is_empty()).then(|| Reading::of(sorted(codes), quote))
        }
    }
}

fn reading_of(input: &TerritoryInput, decision: &Decision, found: &[Claim]) -> Reading<Vec<TerritoryCode>> {
    let mut reading = match decision.basis {
        Basis::Nothing => Reading::none(),
        Basis::Claim(n) => match found.get(n) {
            Some(claim) => Reading::of(decision.codes.clone(), quote_of(input, claim)),
            None => Reading::none(),
        },
        Basis::Publisher { start: 0, end: 0 } => {
            let url = input.url.unwrap_or_default().to_owned();
            let field = Field::Structured("url".to_owned());
            Reading::of(decision.codes.clone(), Quote { field, start: 0, end: 0, text: url })
        }
        Basis::Publisher { start, end } => {
            let text = input.publisher.and_then(|p| p.get(start..end)).unwrap_or_default().to_owned();
            Reading::of(decision.codes.clone(), Quote { field: Field::Publisher, start, end, text })
        }
        Basis::Source => {
            let names = decision.codes.iter().map(|c| Geography::get().label(c)).collect::<Vec<_>>().join(", ");
            let quote = Quote { field: Field::Source, start: 0, end: 0, text: names };
            Reading::of(decision.codes.clone(), quote).doubted(Doubt::new(
                Aspect::Territory,
                DoubtReason::TerritoryFromSource,
                "",
            ))
        }
    };
    reading.value = reading.value.map(sorted);
    reading.doubts.extend(decision.doubts.iter().cloned());
    reading
}

fn quote_of(input: &TerritoryInput, claim: &Claim) -> Quote {
    let whole = if claim.in_title() { input.title } else { input.text };
    let text = whole.get(claim.start..claim.end).unwrap_or_default().to_owned();
    Quote { field: claim.field.clone(), start: claim.start, end: claim.end, text }
}

fn sorted(mut codes: Vec<TerritoryCode>) -> Vec<TerritoryCode> {
    codes.sort();
    codes.dedup();
    codes
}

/// At most so many bytes, cut on a character.
fn head(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

#[cfg(test)]
mod tests;
