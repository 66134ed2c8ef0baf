//! Claims, the publisher's territory and the source's: which of them says where the call is open.

use super::claims::Claim;
use super::cues::Cue;
use crate::geography::{Geography, Publisher, Said};
use crate::model::{Aspect, Doubt, DoubtReason, Level, TerritoryCode};

/// A claim of this weight says where by itself; below, it only adds to others.
const PLAIN_WEIGHT: u32 = 5;

/// Without publisher or source, a claim of this weight is believed, in doubt.
const LIKELY_WEIGHT: u32 = 3;

/// What the territory was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// By its place among the claims.
    Claim(usize),
    /// Byte offsets into the publisher's name.
    Publisher {
        start: usize,
        end: usize,
    },
    Source,
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Decision {
    pub codes: Vec<TerritoryCode>,
    pub basis: Basis,
    pub doubts: Vec<Doubt>,
}

impl Decision {
    fn of(codes: Vec<TerritoryCode>, basis: Basis) -> Self {
        Self { codes, basis, doubts: Vec::new() }
    }

    fn weak(mut self, detail: impl Into<String>) -> Self {
        self.doubts.push(Doubt::new(Aspect::Territory, DoubtReason::Weak, detail));
        self
    }
}

/// The territory, and the words it rests on.
pub fn decide(claims: &[Claim], publisher: Option<&Publisher>, source: &[TerritoryCode], reach: Reach) -> Decision {
    let mut decision = match publisher {
        Some(publisher) if publisher.said == Said::Place => beside_local(claims, publisher, reach),
        Some(publisher) => beside_scope(claims, publisher, source),
        None if source.is_empty() => alone(claims),
        None => beside_source(claims, source),
    };
    let ambiguous =
        claims.iter().filter(|c| c.in_title() || c.in_lead).find(|c| c.codes.is_empty() && !c.ambiguous.is_empty());
    if let Some(claim) = ambiguous.filter(|c| c.cue != Cue::Aside) {
        let labels: Vec<_> = claim.ambiguous.iter().take(4).map(|c| Geography::get().label(c)).collect();
        decision.doubts.push(Doubt::new(Aspect::Territory, DoubtReason::AmbiguousPlace, labels.join(", ")));
    }
    decision
}

/// How far a local publisher's page may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It may relay a call of the whole country or the Union.
    Wide,
    /// A service of the State: what is national it handles where it is, unless it says "everywhere".
    Local,
}

/// A préfecture, a département, a town: its own territory, unless the text plainly narrows or widens it.
fn beside_local(claims: &[Claim], publisher: &Publisher, reach: Reach) -> Decision {
    let own = &publisher.codes;
    if let Some(decision) = widened(claims, own).or_else(|| narrowed(claims, own)) {
        return decision;
    }
    if let Some((n, claim)) = relayed_wide(claims, own, reach) {
        return Decision::of(claim.codes.clone(), Basis::Claim(n)).weak("");
    }
    Decision::of(own.clone(), Basis::Publisher { start: publisher.start, end: publisher.end })
}

/// "Établissements accueillant de jeunes parisiens, à Paris ou en Île-de-France": its own place and more, in one breath.
fn widened(claims: &[Claim], own: &[TerritoryCode]) -> Option<Decision> {
    let widens = |claim: &Claim| {
        let own_too = claim.codes.iter().any(|c| within(own, c));
        let more = claim.codes.iter().any(|c| !within(own, c) && !matches!(c.level(), Level::Country | Level::Europe));
        (claim.cue >= Cue::Applicants && own_too && more) || neighbours(claim, own)
    };
    let n = claims.iter().position(widens)?;
    Some(Decision::of(claims.get(n)?.codes.clone(), Basis::Claim(n)))
}

/// "Les projets de Loire-Atlantique, de Mayenne et de Vendée", on a town's site: départements, its own among them.
fn neighbours(claim: &Claim, own: &[TerritoryCode]) -> bool {
    let level = claim.codes.first().map(TerritoryCode::level);
    let large = matches!(level, Some(Level::Departement | Level::Region));
    let alike = claim.codes.iter().all(|c| Some(c.level()) == level);
    let around = |code: &TerritoryCode| own.iter().all(|o| !equal(o, code) && within(std::slice::from_ref(code), o));
    claim.codes.len() > 1
        && claim.cue >= Cue::Concerned
        && (claim.in_lead || claim.in_title())
        && large
        && alike
        && !own.is_empty()
        && claim.codes.iter().any(around)
}

/// One place inside its own, in the title or plainly said at the start, and not its own beside it.
fn narrowed(claims: &[Claim], own: &[TerritoryCode]) -> Option<Decision> {
    let inside = |claim: &Claim| {
        !claim.codes.is_empty() && claim.codes.iter().all(|c| within(own, c) && !own.iter().any(|o| equal(o, c)))
    };
    let own_in_title = claims.iter().any(|c| c.in_title() && c.codes.iter().any(|code| own.contains(code)));
    let own_plainly = claims.iter().any(|c| c.cue >= Cue::Applicants && c.codes.iter().any(|code| own.contains(code)));
    let narrows = |claim: &Claim| {
        let plain = claim.in_title() && claim.cue > Cue::Bare || claim.in_title() && !own_in_title;
        // One town or some départements; a list of towns is where the quartiers are, not who may apply.
        let one = claim.codes.len() == 1 || claim.codes.iter().all(|c| c.level() == Level::Departement);
        let lead = claim.in_lead && one && claim.cue == Cue::Limits && !own_plainly && !own_in_title;
        inside(claim) && (plain && claim.cue != Cue::Aside || lead)
    };
    let n = claims.iter().position(narrows)?;
    Some(Decision::of(claims.get(n)?.codes.clone(), Basis::Claim(n)))
}

/// A ministry, a foundation, the Commission: everywhere, unless the title or plain words say where.
fn beside_scope(claims: &[Claim], publisher: &Publisher, source: &[TerritoryCode]) -> Decision {
    let mut scope =
        Decision::of(publisher.codes.clone(), Basis::Publisher { start: publisher.start, end: publisher.end });
    // Cooperation with another country: both.
    if claims.iter().any(|c| c.in_title() && c.codes.iter().any(|code| code.level() == Level::Elsewhere)) {
        scope.codes.extend(TerritoryCode::parse("X"));
    }
    let narrower =
        |claim: &Claim| claim.codes.iter().all(|c| within(&publisher.codes, c) && !publisher.codes.contains(c));
    let Some((n, claim)) = best(claims, narrower) else { return scope };
    let everywhere =
        claims.iter().any(|c| c.cue >= Cue::Applicants && c.codes.iter().any(|code| publisher.codes.contains(code)));
    let plain = claim.in_title() || (claim.cue >= Cue::Launches && !everywhere);
    // A foundation that a local source lists, and that speaks of that place.
    if claim.cue >= Cue::Concerned && !everywhere && claim.codes.iter().all(|code| source.contains(code)) {
        return Decision::of(claim.codes.clone(), Basis::Claim(n));
    }
    if claim.weight() < PLAIN_WEIGHT || !plain {
        return scope;
    }
    Decision::of(claim.codes.clone(), Basis::Claim(n))
}

/// No publisher that says where: the claims, else the source.
fn beside_source(claims: &[Claim], source: &[TerritoryCode]) -> Decision {
    let from_source = Decision::of(source.to_vec(), Basis::Source);
    let Some((n, claim)) = best(claims, |_| true) else { return from_source };
    let decision = Decision::of(claim.codes.clone(), Basis::Claim(n));
    let confirms = claim.codes.iter().all(|c| source.contains(c));
    if confirms && claim.weight() >= LIKELY_WEIGHT {
        return decision;
    }
    // A source that covers the country: the one place a text speaks of is likelier than the whole.
    let broad = source.iter().all(|c| matches!(c.level(), Level::Country | Level::Europe | Level::Elsewhere));
    let likely = claim.weight() >= LIKELY_WEIGHT && claim.weight() < PLAIN_WEIGHT;
    if broad && likely && claim.in_lead && dominates(claims, claim) {
        return decision.weak("");
    }
    // A text that names a place outside the source's is somebody else's call; inside, it must be plain.
    let plain = claim.in_title() || claim.cue >= Cue::Launches;
    if claim.weight() >= PLAIN_WEIGHT && plain { decision } else { from_source }
}

fn alone(claims: &[Claim]) -> Decision {
    match best(claims, |_| true) {
        Some((n, claim)) if claim.weight() >= PLAIN_WEIGHT => Decision::of(claim.codes.clone(), Basis::Claim(n)),
        Some((n, claim)) if claim.weight() >= LIKELY_WEIGHT => {
            Decision::of(claim.codes.clone(), Basis::Claim(n)).weak("")
        }
        _ => Decision::of(Vec::new(), Basis::Nothing),
    }
}

/// Whether every other place of some weight lies in the claim's, or around it.
fn dominates(claims: &[Claim], claim: &Claim) -> bool {
    let others = claims.iter().filter(|c| c.weight() > 1);
    others.flat_map(|c| &c.codes).all(|code| claim.codes.iter().any(|own| Geography::get().overlaps(own, code)))
}

/// A claim of everywhere, where the page says of no place of its own that it is meant.
fn relayed_wide<'c>(claims: &'c [Claim], own: &[TerritoryCode], reach: Reach) -> Option<(usize, &'c Claim)> {
    let own_place = |claim: &&Claim| claim.codes.iter().any(|code| meets(own, code));
    let said_of_own = claims.iter().filter(own_place).map(|claim| claim.cue).max().unwrap_or(Cue::Aside);
    let wide = |claim: &Claim| {
        let everywhere = claim.codes.iter().any(|code| matches!(code.level(), Level::Country | Level::Europe));
        let plain = claim.cue >= Cue::Applicants && (claim.in_title() || claim.in_lead);
        let likely = claim.cue >= Cue::Concerned && claim.in_title();
        let believed = match reach {
            Reach::Wide => plain && said_of_own < Cue::Applicants || likely && said_of_own < Cue::Concerned,
            Reach::Local => plain && said_of_own < Cue::Concerned,
        };
        everywhere && (believed || likely && said_of_own == Cue::Aside)
    };
    claims.iter().enumerate().find(|(_, claim)| wide(claim))
}

/// The heaviest claim; places that are often named weigh more, the first wins.
fn best(claims: &[Claim], wanted: impl Fn(&Claim) -> bool) -> Option<(usize, &Claim)> {
    let again = |claim: &Claim| {
        let same = claims.iter().filter(|c| c.weight() > 0 && c.codes.first() == claim.codes.first());
        same.count().saturating_sub(1).min(3) as u32
    };
    let candidates = claims.iter().enumerate().filter(|(_, c)| !c.codes.is_empty() && c.weight() > 0 && wanted(c));
    candidates.max_by_key(|(n, c)| (c.weight() * 2 + again(c), std::cmp::Reverse(*n)))
}

fn within(own: &[TerritoryCode], code: &TerritoryCode) -> bool {
    own.iter().any(|o| Geography::get().contains(o, code))
}

fn equal(a: &TerritoryCode, b: &TerritoryCode) -> bool {
    let geography = Geography::get();
    geography.contains(a, b) && geography.contains(b, a)
}

fn meets(own: &[TerritoryCode], code: &TerritoryCode) -> bool {
    let somewhere = !matches!(code.level(), Level::Country | Level::Europe | Level::Elsewhere);
    somewhere && own.iter().any(|o| Geography::get().overlaps(o, code))
}
