//! The places that a title and a text claim, grouped as they are written together and weighed by the words around them.

use super::cues::{Cue, cue};
use super::wide::wide;
use crate::geography::{Geography, Mention, Words};
use crate::model::{Field, Level, TerritoryCode};

/// Bytes of a text that count as its lead.
pub(super) const LEAD_BYTES: usize = 1_200;

/// Places written together ("en Savoie et Haute-Savoie"), with what the sentence says of them.
#[derive(Clone, Debug)]
pub struct Claim {
    pub codes: Vec<TerritoryCode>,
    /// Other places of that name, when nothing decided.
    pub ambiguous: Vec<TerritoryCode>,
    pub field: Field,
    pub start: usize,
    pub end: usize,
    pub cue: Cue,
    pub in_lead: bool,
    /// The région that a list in brackets narrows: "Île-de-France (75, 77)".
    pub narrows: Option<TerritoryCode>,
}

impl Claim {
    pub fn in_title(&self) -> bool {
        self.field == Field::Title
    }

    /// How much it weighs: the words around it, then where it stands.
    pub fn weight(&self) -> u32 {
        let by_cue = match self.cue {
            Cue::Aside => return 0,
            Cue::Bare => 1,
            Cue::Concerned => 3,
            Cue::Body => 3,
            Cue::Launches => 5,
            Cue::Applicants => 5,
            Cue::Limits => 6,
        };
        by_cue + if self.in_title() { 5 } else { 0 } + u32::from(self.in_lead)
    }
}

/// The claims of a title or a text, in its order; homonyms are decided by `hints`, then by the places named beside them.
pub fn claims(text: &str, field: &Field, hints: &[TerritoryCode]) -> Vec<Claim> {
    let geography = Geography::get();
    let words = Words::of(text);
    let mentions = geography.mentions(&words);
    let mut hints: Vec<TerritoryCode> = hints.to_vec();
    for mention in &mentions {
        if let [only] = mention.candidates.as_slice()
            && matches!(only.level(), Level::Departement | Level::Region)
            && !hints.contains(only)
            && hints.len() < HINTS_MAX
        {
            hints.push(only.clone());
        }
    }
    let mut claims: Vec<Claim> = Vec::new();
    let mut last_word: Option<usize> = None;
    for mention in &mentions {
        let cue = cue(&words, mention, text);
        let (codes, ambiguous) = settle(geography, mention, &hints);
        let linked = last_word.is_some_and(|last| linked(&words, last, mention.words.0));
        last_word = Some(mention.words.1);
        // Alsace: two départements in one name.
        if let Some(group) = claims.last_mut().filter(|g| g.end == mention.end) {
            group.codes.extend(codes);
            continue;
        }
        if let (true, Some(group)) = (linked, claims.last_mut()) {
            let narrowing = group.narrows.is_some() || words.gap_before(mention.words.0).contains('(');
            if !(narrowing && narrow(group, geography, &codes, mention)) {
                join(group, geography, codes, ambiguous, mention, cue, conjunction(&words, mention));
            }
            continue;
        }
        claims.push(Claim {
            codes,
            ambiguous,
            field: field.clone(),
            start: mention.start,
            end: mention.end,
            cue,
            in_lead: *field != Field::Title && mention.start < LEAD_BYTES,
            narrows: None,
        });
    }
    claims.iter_mut().for_each(|claim| whole_region(geography, claim));
    claims.extend(wide(&words, field));
    claims
}

/// Places that serve to tell homonyms apart: more would only blur.
const HINTS_MAX: usize = 12;

/// "Île-de-France (75, 77)": départements in brackets stand for the région before them.
fn narrow(group: &mut Claim, geography: &Geography, codes: &[TerritoryCode], mention: &Mention) -> bool {
    let region = group.narrows.clone().or_else(|| match group.codes.as_slice() {
        [only] if only.level() == Level::Region => Some(only.clone()),
        _ => None,
    });
    let Some(region) = region else { return false };
    let inside = |code: &TerritoryCode| code.level() == Level::Departement && geography.contains(&region, code);
    if codes.is_empty() || !codes.iter().all(inside) {
        return false;
    }
    if group.narrows.is_none() {
        group.codes.clear();
    }
    group.codes.extend(codes.iter().filter(|code| !group.codes.contains(code)).cloned().collect::<Vec<_>>());
    group.narrows = Some(region);
    group.end = mention.end.max(group.end);
    true
}

/// All départements of a région are the région.
fn whole_region(geography: &Geography, claim: &mut Claim) {
    if let Some(region) = &claim.narrows
        && geography.departements_in(region).iter().all(|d| claim.codes.contains(d))
    {
        claim.codes = vec![region.clone()];
    }
}

/// A place added to those written before it.
fn join(
    group: &mut Claim,
    geography: &Geography,
    codes: Vec<TerritoryCode>,
    ambiguous: Vec<TerritoryCode>,
    mention: &Mention,
    cue: Cue,
    conjunction: bool,
) {
    // "Nantes, Loire-Atlantique": the larger place tells which Nantes.
    let qualifies =
        !conjunction && codes.iter().any(|c| group.codes.iter().any(|g| g != c && geography.contains(c, g)));
    // "Paris Île-de-France": a destination's name, the région's.
    let compound =
        qualifies && mention.start.saturating_sub(group.end) <= 1 && codes.iter().any(|c| c.level() == Level::Region);
    if compound {
        group.codes = codes;
    } else if !qualifies {
        group.codes.extend(codes.into_iter().filter(|c| !group.codes.contains(c)).collect::<Vec<_>>());
        group.ambiguous.extend(ambiguous);
        // One aside in an enumeration is one for all; otherwise the first cue holds for the rest.
        group.cue = if group.cue == Cue::Aside || cue == Cue::Aside { Cue::Aside } else { group.cue.max(cue) };
    }
    group.end = mention.end.max(group.end);
}

/// The codes a mention stands for, and the candidates that nothing decided between.
fn settle(
    geography: &Geography,
    mention: &Mention,
    hints: &[TerritoryCode],
) -> (Vec<TerritoryCode>, Vec<TerritoryCode>) {
    let candidates = &mention.candidates;
    let [first, second, ..] = candidates.as_slice() else { return (candidates.clone(), vec![]) };
    let specific = |h: &&TerritoryCode| !matches!(h.level(), Level::Country | Level::Europe | Level::Elsewhere);
    for level in [Level::Commune, Level::Intercommunality, Level::Departement, Level::Region] {
        let hinted = hints.iter().filter(specific).filter(|h| h.level() == level);
        let within: Vec<&TerritoryCode> = hinted
            .flat_map(|h| {
                candidates.iter().filter(move |c| {
                    geography.contains(h, c) || geography.departement_of(h) == geography.departement_of(c)
                })
            })
            .collect();
        if let Some(decided) = within.first()
            && within.iter().all(|c| c == decided)
        {
            return (vec![(*decided).clone()], vec![]);
        }
    }
    let people = |c: &TerritoryCode| geography.population(c).unwrap_or(0);
    if people(first) > 10 * people(second) && people(first) > 20_000 {
        return (vec![first.clone()], vec![]);
    }
    (vec![], candidates.clone())
}

/// Whether only linking words stand between two places.
fn linked(words: &Words<'_>, last: usize, next: usize) -> bool {
    const LINKS: &[&str] = &[
        "et",
        "ou",
        "de",
        "du",
        "des",
        "d",
        "la",
        "le",
        "les",
        "l",
        "en",
        "dans",
        "a",
        "au",
        "aux",
        "departement",
        "departements",
        "ainsi",
        "que",
        "intra",
        "muros",
        "region",
        "ville",
        "communes",
        "commune",
    ];
    next > last
        && next - last <= 6
        && (last + 1..next).all(|n| LINKS.contains(&words.word(n)))
        && (last..next).all(|n| !words.gap_after(n).contains(['.', ';', ':', '\n', '!', '?']))
}

fn conjunction(words: &Words<'_>, mention: &Mention) -> bool {
    (1..=4).any(|back| mention.words.0.checked_sub(back).is_some_and(|n| matches!(words.word(n), "et" | "ou")))
}
