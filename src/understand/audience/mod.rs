//! Who may apply, and whether a commune, a CCAS or an EPCI may.
//!
//! Those who apply are told from those who are helped by the words around them. A CCAS is taken out only where the words
//! leave it no place. Whether a member's own organisation fits is told elsewhere.

mod headings;
mod signs;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Input;
use super::page::{Page, Zone};
use super::phrases::Found;
use super::words::Words;
use crate::model::{Aspect, Audience, Doubt, DoubtReason, Field, Kind, Quote, Reading};
use signs::{CUES, Cue, WHO, Who};

/// How far a list of those who may apply goes on after its cue, in bytes.
const LIST_BYTES: usize = 450;
const SENTENCE_BYTES: usize = 260;
const BEFORE_BYTES: usize = 160;

pub(super) struct Audiences {
    pub audiences: Reading<Vec<Audience>>,
    pub ccas_eligible: Reading<bool>,
}

/// What the text says of those who may apply.
#[derive(Default)]
struct Said {
    may: BTreeMap<Who, Quote>,
    may_not: BTreeMap<Who, Quote>,
    only: BTreeSet<Who>,
    /// Named by words that introduce those who apply, not by a title or a guess.
    firm: BTreeSet<Who>,
    /// Listed where a page says who applies, or whom its title is for: others would stand there too.
    listed: BTreeSet<Who>,
    weak: bool,
}

pub(super) fn read(page: &Page, input: &Input, kind: Option<Kind>) -> Audiences {
    let mut said = Said::of(page);
    if kind == Some(Kind::Accreditation) {
        return accreditation(said, page);
    }
    let applied_to = matches!(kind, Some(Kind::Call | Kind::Aid));
    if applied_to {
        said.enumerated(page);
    }
    if said.may.is_empty() && applied_to {
        said.guess(page);
    }
    let audiences = match &input.fields.audiences {
        Some((name, audiences)) => from_field(name, audiences),
        None => said.audiences(),
    };
    let ccas_eligible = if applied_to { said.ccas(&audiences, kind) } else { Reading::none() };
    Audiences { audiences, ccas_eligible }
}

/// Food-aid accreditation concerns private non-profit bodies (code de l'action sociale et des familles, L. 266-2);
/// a label or an agrément is open to those whom its page names.
fn accreditation(mut said: Said, page: &Page) -> Audiences {
    if !speaks_of_food_aid(page) {
        if said.firm.is_empty() {
            said.enumerated(page);
        }
        let audiences = said.audiences();
        let ccas_eligible = said.ccas(&audiences, Some(Kind::Accreditation));
        return Audiences { audiences, ccas_eligible };
    }
    let spoken = WHO.find(&page.text).into_iter().filter(|found| page.zone(found.at.start) >= Zone::Body);
    for found in spoken.filter(|found| found.tag == Who::PrivateBody) {
        said.may.entry(found.tag).or_insert(page.quote_text(found.at));
    }
    let shut = [&said.may_not, &said.may];
    let proof = shut
        .into_iter()
        .zip([&[Who::Ccas, Who::PublicBody, Who::Collectivity][..], &[Who::PrivateBody, Who::Association]]);
    let proof = proof.flat_map(|(said, who)| who.iter().find_map(|who| said.get(who))).next();
    let ccas_eligible = proof.map(|quote| Reading::of(false, quote.clone())).unwrap_or_default();
    let private = |who: &Who| matches!(who, Who::Association | Who::PrivateBody);
    let evidence: Vec<Quote> =
        said.may.iter().filter(|(who, _)| private(who)).map(|(_, quote)| quote.clone()).collect();
    let value = (!evidence.is_empty()).then(|| vec![Audience::Associations]);
    Audiences { audiences: Reading { value, evidence, doubts: Vec::new() }, ccas_eligible }
}

fn speaks_of_food_aid(page: &Page) -> bool {
    const NAMES: [&str; 3] = [" aide alimentaire ", " denrees ", " precarite alimentaire "];
    NAMES.iter().any(|name| page.title.plain().contains(name) || page.text.plain().contains(name))
}

fn from_field(name: &str, audiences: &[Audience]) -> Reading<Vec<Audience>> {
    let mut sorted = audiences.to_vec();
    sorted.sort();
    sorted.dedup();
    let text = format!("{sorted:?}");
    Reading::of(sorted, Quote { field: Field::Structured(name.to_owned()), start: 0, end: 0, text })
}

impl Said {
    fn of(page: &Page) -> Self {
        let mut said = Self::default();
        let text = page.text.text();
        let who = bodies(&page.text);
        for cue in CUES.find(&page.text) {
            if page.zone(cue.at.start) <= Zone::Far {
                continue;
            }
            let window = window(text, &cue);
            // Those named come in order, so each cue looks only at its own window.
            let first = who.partition_point(|found| found.at.start < window.start);
            for found in who.iter().skip(first).take_while(|found| found.at.end <= window.end) {
                said.note(cue.tag, found, page.quote_text(found.at.clone()));
            }
        }
        for answer in headings::answers(text) {
            if page.zone(answer.start) <= Zone::Far {
                continue;
            }
            let first = who.partition_point(|found| found.at.start < answer.start);
            let named = who.iter().skip(first).take_while(|found| found.at.end <= answer.end);
            // Those whom a scheme serves stand under such lines, too.
            for found in named.filter(|found| !matches!(found.tag, Who::Person | Who::School)) {
                said.note(Cue::Heading, found, page.quote_text(found.at.clone()));
            }
        }
        for found in
            who.iter().filter(|found| found.tag == Who::AssociationProject && page.zone(found.at.start) >= Zone::Body)
        {
            said.note(Cue::Only, found, page.quote_text(found.at.clone()));
        }
        for found in bodies(&page.title) {
            if matches!(found.tag, Who::Collectivity | Who::Ccas | Who::Association | Who::PrivateBody | Who::Company) {
                said.listed.insert(found.tag);
                said.may.entry(found.tag).or_insert(page.quote_title(found.at));
            }
        }
        // "Les communes ne sont pas éligibles" holds an "éligibles" of its own.
        for who in said.may_not.keys() {
            said.may.remove(who);
        }
        said
    }

    fn note(&mut self, cue: Cue, found: &Found<Who>, quote: Quote) {
        if matches!(found.tag, Who::Municipal | Who::Household | Who::Name) {
            return;
        }
        match cue {
            Cue::ExcludedBefore | Cue::ExcludedAfter => {
                self.may_not.entry(found.tag).or_insert(quote);
            }
            // Helped, they may still not be the ones who apply.
            Cue::Help if matches!(found.tag, Who::Person | Who::School) => {}
            Cue::Help => {
                self.may.entry(found.tag).or_insert(quote);
            }
            Cue::Only => {
                self.only.insert(found.tag);
                self.firm.insert(found.tag);
                self.may.entry(found.tag).or_insert(quote);
            }
            Cue::Follow | Cue::Heading | Cue::Before => {
                if cue == Cue::Heading {
                    self.listed.insert(found.tag);
                }
                self.firm.insert(found.tag);
                self.may.entry(found.tag).or_insert(quote);
            }
        }
    }

    /// "Communes, CCAS et associations": two sorts of bodies in one breath, early in the text, are those who apply.
    fn enumerated(&mut self, page: &Page) {
        let who = bodies(&page.text);
        let early = |found: &Found<Who>| page.zone(found.at.start) >= Zone::Lead;
        for pair in who.windows(2) {
            let [first, second] = pair else { continue };
            let two_sorts = audience(first.tag).zip(audience(second.tag)).is_some_and(|(a, b)| a != b)
                || (first.tag, second.tag) == (Who::Collectivity, Who::Ccas);
            if two_sorts
                && early(first)
                && self.may_be_listed(first, second)
                && in_one_breath(page.text.text(), first, second)
            {
                self.weak = true;
                for found in [first, second] {
                    self.may.entry(found.tag).or_insert(page.quote_text(found.at.clone()));
                }
            }
        }
    }

    fn may_be_listed(&self, first: &Found<Who>, second: &Found<Who>) -> bool {
        [first, second]
            .iter()
            .all(|found| !matches!(found.tag, Who::Person | Who::Name) && !self.may_not.contains_key(&found.tag))
    }

    /// Nothing says who applies: those that the text speaks of most, when it speaks of nobody else as much.
    fn guess(&mut self, page: &Page) {
        let mut counts: BTreeMap<Who, (usize, Quote)> = BTreeMap::new();
        let mut count = |found: &Found<Who>, points: usize, quote: Quote| {
            let who = if found.tag == Who::Municipal { Who::Collectivity } else { found.tag };
            // A CCAS named alone is as often the one who gives, and "public ou privé" says what, not who.
            if !matches!(who, Who::Person | Who::Ccas | Who::PublicBody | Who::Name) {
                counts.entry(who).or_insert((0, quote)).0 += points;
            }
        };
        for found in bodies(&page.title) {
            count(&found, 3, page.quote_title(found.at.clone()));
        }
        let speaks = |found: &&Found<Who>| match found.tag {
            // Deep in a text, a household is whom a commune's scheme will serve.
            Who::Household => page.zone(found.at.start) >= Zone::Lead,
            _ => page.zone(found.at.start) >= Zone::Body,
        };
        for found in bodies(&page.text).iter().filter(speaks) {
            count(found, 1, page.quote_text(found.at.clone()));
        }
        let Some((&who, (most, quote))) = counts.iter().max_by_key(|(_, (count, _))| *count) else { return };
        let rival = counts.iter().filter(|(other, _)| **other != who).map(|(_, (count, _))| *count).max().unwrap_or(0);
        let companies = matches!(who, Who::Company | Who::School);
        if *most > rival && (!companies || *most > 1) {
            self.weak = true;
            self.may.insert(who, quote.clone());
        }
    }

    fn audiences(&self) -> Reading<Vec<Audience>> {
        let all: BTreeSet<Audience> = self.may.keys().filter_map(|who| audience(*who)).collect();
        if all.is_empty() {
            return Reading::none();
        }
        let evidence =
            self.may.iter().filter(|(who, _)| audience(**who).is_some()).map(|(_, quote)| quote.clone()).collect();
        let doubts = if self.weak { vec![Doubt::new(Aspect::Audiences, DoubtReason::Weak, "")] } else { vec![] };
        Reading { value: Some(all.into_iter().collect()), evidence, doubts }
    }

    fn ccas(&self, audiences: &Reading<Vec<Audience>>, kind: Option<Kind>) -> Reading<bool> {
        let weak = |reading: Reading<bool>| {
            if self.weak { reading.doubted(Doubt::new(Aspect::Ccas, DoubtReason::Weak, "")) } else { reading }
        };
        for who in [Who::Ccas, Who::Collectivity, Who::PublicBody] {
            if let Some(quote) = self.may.get(&who) {
                return weak(Reading::of(true, quote.clone()));
            }
        }
        for who in [Who::Ccas, Who::Collectivity, Who::PublicBody] {
            if let Some(quote) = self.may_not.get(&who) {
                return Reading::of(false, quote.clone());
            }
        }
        let read = audiences.value.as_deref().unwrap_or_default();
        if read.contains(&Audience::Collectivites) {
            return Reading { value: Some(true), evidence: audiences.evidence.clone(), doubts: Vec::new() };
        }
        if let Some(quote) = self.may.get(&Who::Anybody) {
            return Reading::of(true, quote.clone()).doubted(Doubt::new(Aspect::Ccas, DoubtReason::Weak, ""));
        }
        match self.others_only(kind) {
            Some(quote) => weak(Reading::of(false, quote)),
            None => Reading::none(),
        }
    }

    /// Words that leave a CCAS no place: companies, schools or households alone, or associations where the page lists who
    /// applies and names nobody else. Associations merely named leave it in doubt: many such calls take a CCAS that asks.
    fn others_only(&self, kind: Option<Kind>) -> Option<Quote> {
        // Those whom an aid reaches in the end are not those who ask for it; those called upon are.
        let called = kind == Some(Kind::Call) && self.firm.contains(&Who::Person);
        let open = |who: &Who| match who {
            Who::Anybody | Who::Establishment => true,
            Who::Person => !called,
            _ => false,
        };
        if self.may.keys().any(open) {
            return None;
        }
        let associations = [Who::Association, Who::AssociationProject, Who::PrivateBody];
        // Listed under one of their names, they are listed.
        let listed = self.only.union(&self.listed).any(|who| associations.contains(who));
        let shut = |who: &Who| listed || !associations.contains(who);
        self.may.keys().all(shut).then(|| self.may.values().next().cloned()).flatten()
    }
}

/// The bodies that a text names, places left out: in "les huit départements" and "49 communes" one lives or works.
fn bodies(words: &Words) -> Vec<Found<Who>> {
    let mut found = longest(WHO.find(words));
    let public = |who: Who| matches!(who, Who::Collectivity | Who::Ccas);
    found.retain(|found| {
        let counted = || is_counted(words.text(), found.at.start);
        match found.tag {
            // "Les villes de 20 000 habitants".
            Who::Person => !counted(),
            tag => !public(tag) || !counted() && !is_a_place(words.text(), &found.at),
        }
    });
    found
}

/// "Dans les villes de 10 000 habitants", "issus d'une commune rurale", "en mairie ou au CCAS": where, not who.
fn is_a_place(text: &str, at: &Range<usize>) -> bool {
    const BEFORE: usize = 24;
    let before = text.get(text.floor_char_boundary(at.start.saturating_sub(BEFORE))..at.start).unwrap_or_default();
    let before = before.replace(['’', '\''], " ").to_lowercase();
    let mut words = before.split_whitespace().rev();
    let (last, earlier) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let name = text.get(at.clone()).unwrap_or_default();
    let singular = !name.ends_with('s') || name.ends_with("CCAS");
    match (earlier, last) {
        (_, "dans" | "en") | ("dans" | "sur", "la" | "les" | "une" | "des" | "leur" | "chaque") => true,
        ("habitant" | "habitants" | "hors", "la") => true,
        ("d", "une") => name == "commune",
        (_, "au" | "du") => singular,
        _ => false,
    }
}

fn is_counted(text: &str, at: usize) -> bool {
    const NUMBERS: [&str; 11] =
        ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"];
    const BEFORE: usize = 20;
    let before = text.get(text.floor_char_boundary(at.saturating_sub(BEFORE))..at).unwrap_or_default();
    let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    !last.is_empty() && (last.bytes().all(|b| b.is_ascii_digit()) || NUMBERS.contains(&last.as_str()))
}

/// Nothing between two names but what joins a list, or other names of a list ("Communes, offices, associations").
fn in_one_breath(text: &str, first: &Found<Who>, second: &Found<Who>) -> bool {
    const JOINING_BYTES_MAX: usize = 30;
    const LIST_BYTES_MAX: usize = 50;
    const NAME_WORDS_MAX: usize = 4;
    let between = text.get(first.at.end..second.at.start).unwrap_or_default();
    let short = |name: &str| name.split_whitespace().count() <= NAME_WORDS_MAX && !name.contains(['.', ':', ';', '\n']);
    if begins_sentence(text, first.at.start)
        && between.starts_with(',')
        && between.len() <= LIST_BYTES_MAX
        && between.split(',').all(short)
    {
        return true;
    }
    // "Associations d'aide alimentaire et collectivités de la vallée, …".
    let told = between.starts_with([' ', '\u{a0}']) && between.trim_end().ends_with(" et") && short(between);
    if begins_sentence(text, first.at.start) && told && between.len() <= LIST_BYTES_MAX {
        return true;
    }
    let joins = |word: &str| {
        matches!(
            word,
            "" | "et"
                | "ou"
                | "et/ou"
                | "groupements"
                | "les"
                | "des"
                | "un"
                | "une"
                | "leurs"
                | "leur"
                | "l"
                | "d"
                | "and"
                | "or"
        )
    };
    let joined = between.contains([',', '/', '·', '•'])
        || between.split_whitespace().any(|word| matches!(word, "et" | "ou" | "et/ou" | "and" | "or"));
    between.len() <= JOINING_BYTES_MAX
        && joined
        && between.split([' ', ',', '/', '’', '\'', '\u{a0}', '·', '•', '\n']).all(joins)
}

/// The longer of two that overlap: "établissements d'enseignement" are no "établissements".
fn longest(found: Vec<Found<Who>>) -> Vec<Found<Who>> {
    let mut kept: Vec<Found<Who>> = Vec::with_capacity(found.len());
    for next in found {
        while kept.last().is_some_and(|last| next.at.start <= last.at.start && last.at.end <= next.at.end) {
            kept.pop();
        }
        if kept.last().is_none_or(|last| last.at.end <= next.at.start || last.at.end < next.at.end) {
            kept.push(next);
        }
    }
    kept
}

fn audience(who: Who) -> Option<Audience> {
    Some(match who {
        Who::Collectivity | Who::Ccas => Audience::Collectivites,
        Who::Association | Who::AssociationProject | Who::PrivateBody => Audience::Associations,
        Who::Company => Audience::Entreprises,
        Who::School | Who::Establishment | Who::PublicBody => Audience::Etablissements,
        Who::Person | Who::Household => Audience::Particuliers,
        Who::Anybody | Who::Municipal | Who::Name => return None,
    })
}

/// The part of a text that a cue speaks of.
fn window(text: &str, cue: &Found<Cue>) -> Range<usize> {
    match cue.tag {
        Cue::Before | Cue::ExcludedBefore => sentence_before(text, cue.at.start),
        Cue::Only => sentence_before(text, cue.at.start).start..after(text, cue.at.end, SENTENCE_BYTES),
        Cue::Follow | Cue::Help if opens_list(text, cue.at.end) => cue.at.end..list_end(text, cue.at.end),
        Cue::Follow | Cue::Help | Cue::ExcludedAfter => cue.at.end..after(text, cue.at.end, SENTENCE_BYTES),
        Cue::Heading if opens_list(text, cue.at.end) && begins_sentence(text, cue.at.start) => {
            cue.at.end..list_end(text, cue.at.end)
        }
        Cue::Heading => cue.at.end..cue.at.end,
    }
}

/// A line or a sentence begins here, behind a bullet or a number at most.
fn begins_sentence(text: &str, at: usize) -> bool {
    const BEFORE_BYTES: usize = 12;
    let before = text.get(text.floor_char_boundary(at.saturating_sub(BEFORE_BYTES))..at).unwrap_or_default();
    let inline = before.trim_end_matches([' ', '\u{a0}', '-', '–', '—', '•', '*', '>', ')', '°']);
    let behind_number = inline.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    [inline, behind_number]
        .iter()
        .any(|part| part.is_empty() || part.ends_with(['\n', '.', ':', '!', '?', '|', '·', ';', '•']))
}

/// A colon, a question mark or a new line comes next.
fn opens_list(text: &str, at: usize) -> bool {
    const MARK_BYTES: usize = 4;
    let next = text.get(at..text.floor_char_boundary(at + MARK_BYTES)).unwrap_or_default();
    next.trim_start_matches([' ', '\u{a0}']).starts_with([':', '?', '\n'])
}

fn list_end(text: &str, at: usize) -> usize {
    let end = text.floor_char_boundary(at + LIST_BYTES);
    // A blank line after the first entry ends the list, unless bullets go on.
    let list = text.get(at..end).unwrap_or_default();
    let body = list.trim_start_matches([' ', ':', '?', '\n', '\u{a0}']);
    let skipped = list.len() - body.len();
    body.find("\n\n").map_or(end, |stop| at + skipped + stop)
}

fn after(text: &str, at: usize, bytes: usize) -> usize {
    let end = text.floor_char_boundary(at + bytes);
    let rest = text.get(at..end).unwrap_or_default();
    let stop = [". ", ".\n", "\n\n", "! ", "? "].iter().filter_map(|mark| rest.find(mark)).min();
    stop.map_or(end, |stop| at + stop)
}

fn sentence_before(text: &str, at: usize) -> Range<usize> {
    let from = text.floor_char_boundary(at.saturating_sub(BEFORE_BYTES));
    let before = text.get(from..at).unwrap_or_default();
    let stop = [". ", ".\n", "\n\n", "! ", "? ", ": "].iter().filter_map(|mark| before.rfind(mark)).max();
    stop.map_or(from, |stop| from + stop)..at
}
