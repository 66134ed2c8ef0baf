//! What each sign weighs, for which kind, by where it stands.

use std::collections::HashSet;

use super::super::Input;
use super::super::page::{Page, Zone};
use super::super::phrases::Found;
use super::Closes;
use super::due::Due;
use super::seen::Seen;
use super::signs::Sign;
use super::title::tells_results;
use crate::model::{Kind, Quote};

pub(super) const KINDS: [Kind; 5] = [Kind::Call, Kind::Aid, Kind::Accreditation, Kind::Results, Kind::News];
/// A few words prove a reading; more would only repeat it.
const QUOTES_MAX: usize = 3;

/// The score of each kind, and the words that gave the most.
pub(super) struct Scores {
    pub points: [f32; 5],
    proofs: Vec<(Kind, f32, Quote)>,
}

#[derive(Clone, Copy)]
pub(super) struct Scored {
    pub kind: Kind,
    pub score: f32,
}

impl Scores {
    pub fn of(page: &Page, input: &Input, closes: Closes, due: Due) -> Self {
        let seen = Seen::of(page);
        let mut scores = Self { points: [0.0; 5], proofs: Vec::new() };
        // With nothing to apply to, it is news: the least that another kind must beat.
        scores.add(Kind::News, 2.0);
        scores.weigh_title(&seen);
        scores.weigh_text(&seen, closes, due);
        scores.weigh_site(input);
        scores
    }

    pub fn best_two(&self) -> [Scored; 2] {
        let mut all: Vec<Scored> = KINDS.iter().zip(self.points).map(|(&kind, score)| Scored { kind, score }).collect();
        // The sort is stable: on a tie the kind that costs a member least to see comes first, in the order of KINDS.
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        let none = Scored { kind: Kind::News, score: 0.0 };
        [all.first().copied().unwrap_or(none), all.get(1).copied().unwrap_or(none)]
    }

    pub fn evidence(&self, kind: Kind) -> Vec<Quote> {
        let mut of_kind: Vec<&(Kind, f32, Quote)> = self.proofs.iter().filter(|proof| proof.0 == kind).collect();
        of_kind.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut seen = HashSet::new();
        let new = of_kind.into_iter().filter(|proof| seen.insert(proof.2.text.to_lowercase()));
        new.take(QUOTES_MAX).map(|proof| proof.2.clone()).collect()
    }

    pub fn add(&mut self, kind: Kind, points: f32) {
        if let Some(score) = self.points.get_mut(kind as usize) {
            *score += points;
        }
    }

    pub fn prove(&mut self, kind: Kind, points: f32, quote: Quote) {
        self.add(kind, points);
        self.proofs.push((kind, points, quote));
    }

    fn weigh_text(&mut self, seen: &Seen, closes: Closes, due: Due) {
        self.weigh_call(seen, closes, due);
        self.weigh_aid(seen, closes, due);
        self.weigh_accreditation(seen, closes);
        self.weigh_some(seen, Kind::Results, Sign::ResultTold, 1.5, 6.0);
        if closes == Closes::NotSaid {
            // Told at once, or told again and again, it is what the page is about.
            let told_first = seen.at(Zone::Lead, Sign::ResultTold).next().is_some();
            let told_again = seen.all(Sign::ResultTold).count() > 2;
            self.add(Kind::Results, f32::from(u8::from(told_first)) * 1.5 + f32::from(u8::from(told_again)) * 1.5);
        }
        if closes == Closes::NotSaid {
            self.weigh_some(seen, Kind::News, Sign::CallToCome, 3.0, 3.0);
        }
        self.weigh_some(seen, Kind::News, Sign::Tender, 1.2, 6.0);
        self.weigh_some(seen, Kind::News, Sign::Job, 0.9, 5.0);
        self.weigh_some(seen, Kind::News, Sign::Press, 0.8, 3.0);
        self.weigh_some(seen, Kind::News, Sign::Inquiry, 1.0, 3.0);
    }

    /// A call names itself early, tells how and until when one applies.
    fn weigh_call(&mut self, seen: &Seen, closes: Closes, due: Due) {
        let named = |zone: Zone| seen.at(zone, Sign::CallName).find(|found| !seen.in_passing(found));
        if let Some(found) = named(Zone::Lead) {
            self.prove(Kind::Call, 4.0, seen.page.quote_text(found.at.clone()));
        } else if let Some(found) = named(Zone::Body) {
            self.prove(Kind::Call, 1.5, seen.page.quote_text(found.at.clone()));
        }
        let of_itself: Vec<&Found<Sign>> = seen.all(Sign::SelfNamed).filter(|found| !seen.in_passing(found)).collect();
        if let Some(found) = of_itself.first() {
            let points = if of_itself.len() > 1 { 4.0 } else { 2.5 };
            self.prove(Kind::Call, points, seen.page.quote_text(found.at.clone()));
        }
        self.weigh_some(seen, Kind::Call, Sign::Contest, 0.8, 2.4);
        let applying = seen.distinct(Sign::Apply);
        self.add(Kind::Call, (applying as f32 * 0.5).min(2.5));
        self.weigh_some(seen, Kind::Call, Sign::Campaign, 1.0, 2.0);
        // Offers, posts and laws have their dates too: a deadline speaks where something is to be handed in.
        let calls = seen.all(Sign::CallName).any(|found| !seen.in_passing(found));
        let applies = applying > 0 || calls || seen.distinct(Sign::Campaign) > 0;
        if applying > 1 || seen.distinct(Sign::Campaign) > 0 {
            // A campaign that takes files, not one that vaccinates.
            self.weigh_some(seen, Kind::Call, Sign::Season, 1.5, 3.0);
            self.add(Kind::Call, if seen.in_title(Sign::Season) { 2.5 } else { 0.0 });
        }
        let points = match closes {
            Closes::OnADay => 5.0,
            Closes::SomeYear => 3.5,
            Closes::NotSaid => 0.0,
        };
        // A date to hand something in, and no sign of an offer, a post or an event: most likely a call that does not say so.
        let other =
            [Sign::Job, Sign::Tender, Sign::About, Sign::Event, Sign::Inquiry, Sign::Law, Sign::Press, Sign::Result];
        let unlike = other.into_iter().any(|sign| seen.in_title(sign)) || seen.distinct(Sign::Job) > 1;
        let over = tells_results(seen)
            || seen.in_title(Sign::Tender)
            || seen.in_title(Sign::Job)
            || seen.distinct(Sign::Tender) > 2;
        let kept = match (applies, unlike) {
            // The date of the offers, or of a call that is over.
            _ if over => 0.3,
            _ if due == Due::Presence => 0.2,
            (true, _) => 1.0,
            (false, false) if closes == Closes::OnADay && due == Due::Files => 0.9,
            (false, false) if closes == Closes::OnADay => 0.5,
            (false, false) => 0.3,
            (false, true) => 0.3,
        };
        self.add(Kind::Call, points * kept);
        // "Demande de subvention", and no campaign, no year, no end: how one asks at any time.
        let of_a_campaign =
            calls || seen.in_title(Sign::Season) || seen.in_title(Sign::CallName) || has_year(seen.page);
        if closes == Closes::NotSaid
            && seen.in_title(Sign::Campaign)
            && !of_a_campaign
            && seen.distinct(Sign::Limit) == 0
        {
            self.add(Kind::Call, -4.0);
            self.add(Kind::Aid, 2.0);
        }
        if closes == Closes::NotSaid && seen.distinct(Sign::Limit) > 0 {
            self.add(Kind::Call, 1.0);
        }
        if !over && !unlike && closes == Closes::NotSaid {
            self.weigh_some(seen, Kind::Call, Sign::HandIn, 2.5, 2.5);
        }
    }

    /// An aid pays or accompanies somebody at any time.
    fn weigh_aid(&mut self, seen: &Seen, closes: Closes, due: Due) {
        self.weigh_some(seen, Kind::Aid, Sign::Aid, 0.7, 4.5);
        let applying = seen.distinct(Sign::Apply);
        self.add(Kind::Aid, (applying as f32 * 0.4).min(1.5));
        let standing: Vec<&Found<Sign>> = seen.standing().collect();
        if let Some(found) = standing.first() {
            let points = if standing.len() > 1 { 4.0 } else { 3.0 };
            self.prove(Kind::Aid, points, seen.page.quote_text(found.at.clone()));
            self.add(Kind::Call, if closes == Closes::NotSaid { -2.0 } else { 0.0 });
        }
        self.add(
            Kind::Aid,
            match closes {
                // Files due on a day are a campaign's, whatever it is called.
                Closes::OnADay if due == Due::Files => -6.0,
                Closes::OnADay => -4.0,
                // "Avant le 15 novembre, le 15 janvier": a guichet that opens each year.
                Closes::SomeYear => -1.5,
                Closes::NotSaid => 0.0,
            },
        );
    }

    /// An act or a campaign of accreditation speaks of it from the start; a call for food-aid projects mentions it late.
    fn weigh_accreditation(&mut self, seen: &Seen, closes: Closes) {
        if let Some(found) = seen.at(Zone::Lead, Sign::FoodAccreditation).next() {
            self.prove(Kind::Accreditation, 3.0, seen.page.quote_text(found.at.clone()));
        }
        if let Some(found) = seen.at(Zone::Lead, Sign::AccreditationStep).next() {
            self.prove(Kind::Accreditation, 2.0, seen.page.quote_text(found.at.clone()));
        }
        // What is asked for is a right, and no call is named.
        let step = seen.at(Zone::Lead, Sign::AccreditationStep).next().is_some();
        let calls = seen.in_title(Sign::CallName) || seen.all(Sign::CallName).any(|found| !seen.in_passing(found));
        let applied_for = closes != Closes::NotSaid || seen.distinct(Sign::Apply) > 0;
        if step && !calls && applied_for {
            self.add(Kind::Accreditation, 3.0);
            self.add(Kind::Call, -2.0);
        }
        // A collection of acts is named after its number; what it holds stands below.
        let act = seen.in_title(Sign::Law) && !seen.in_title(Sign::Accreditation);
        let gives = |found: &Found<Sign>| matches!(found.tag, Sign::FoodAccreditation | Sign::AccreditationStep);
        if act && seen.before(Zone::Far).any(gives) {
            self.add(Kind::Accreditation, 6.0);
        }
        let asked = seen.in_title(Sign::Accreditation) || seen.in_title(Sign::FoodAccreditation);
        if asked && closes != Closes::NotSaid {
            self.add(Kind::Accreditation, 3.0);
        }
        let steps = seen.distinct(Sign::AccreditationStep) + seen.distinct(Sign::FoodAccreditation);
        self.add(Kind::Accreditation, (steps as f32 * 0.7).min(3.0));
    }

    /// Signs that add up: each phrase once, up to a limit, the first one quoted.
    fn weigh_some(&mut self, seen: &Seen, kind: Kind, sign: Sign, each: f32, most: f32) {
        let count = seen.distinct(sign);
        if let Some(found) = seen.all(sign).next().filter(|_| count > 0) {
            self.prove(kind, (count as f32 * each).min(most), seen.page.quote_text(found.at.clone()));
        }
    }
}

/// A year in the title: what is asked for comes with it.
fn has_year(page: &Page) -> bool {
    page.title.plain().split(' ').any(|word| word.len() == 4 && word.starts_with("20"))
}
