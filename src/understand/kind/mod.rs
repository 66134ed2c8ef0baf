//! What a notice is: a call, a standing aid, an accreditation, results, or news with nothing to apply to.
//!
//! Signs found in the title, the lead and the body add to the score of each kind; the site's own field and the words of
//! the URL add theirs. The highest score is the kind; a near second is a doubt. It reads no date itself.

mod due;
mod score;
mod seen;
mod signs;
mod site;
#[cfg(test)]
mod tests;
mod title;
mod turns;

use super::Input;
use super::page::Page;
use crate::model::{Aspect, Deadline, Doubt, DoubtReason, Kind, Quote, Reading};
use score::Scores;

/// Below this lead over the second kind, a fair reader would look twice.
const MARGIN: f32 = 1.5;

/// What the dates say of the end of applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closes {
    OnADay,
    /// A day without its year: none to show, but it tells of a campaign all the same.
    SomeYear,
    NotSaid,
}

impl Closes {
    pub fn of(deadline: &Reading<Deadline>) -> Self {
        match deadline.value {
            Some(_) => Self::OnADay,
            None if deadline.doubts.iter().any(|doubt| doubt.reason == DoubtReason::YearUnknown) => Self::SomeYear,
            None => Self::NotSaid,
        }
    }
}

pub(super) fn read(page: &Page, input: &Input, closes: Closes, deadline: &[Quote]) -> Reading<Kind> {
    let scores = Scores::of(page, input, closes, due::due(page.text.text(), deadline));
    let [best, second] = scores.best_two();
    let mut reading = Reading { value: Some(best.kind), evidence: scores.evidence(best.kind), doubts: Vec::new() };
    if best.score - second.score < MARGIN {
        reading = reading.doubted(Doubt::new(Aspect::Kind, DoubtReason::Weak, second.kind.name()));
    }
    if page.truncated {
        reading = reading.doubted(Doubt::new(Aspect::Kind, DoubtReason::Truncated, ""));
    }
    reading
}

pub(super) trait Named {
    fn name(self) -> &'static str;
}

impl Named for Kind {
    /// As answers and settings write it.
    fn name(self) -> &'static str {
        match self {
            Kind::Call => "call",
            Kind::Aid => "aid",
            Kind::Accreditation => "accreditation",
            Kind::Results => "results",
            Kind::News => "news",
            Kind::Event => "event",
            Kind::Resource => "resource",
            Kind::Announcement => "announcement",
        }
    }
}
