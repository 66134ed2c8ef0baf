//! The rules that tell one notice from another.
//!
//! In order, the first that speaks decides:
//! 1. Numbered parts that differ ("volet 1", "volet 2"), other numbers of one word on two pages ("canton 4", "canton 5"), or places of one level that have nothing in common: two notices.
//! 2. One URL: the years in the titles tell campaigns apart; without them, deadlines (or publications) more than eight months
//!    apart do; another title over another text is another notice; else it is the same one, revised.
//!    Two URLs of which one tells results or news and the other a call: two notices.
//! 3. Two URLs, two written years: the next campaign when all else agrees, else two notices.
//! 4. Two URLs, two deadlines: a copy on two sites, of which one was not updated, if title and text agree and the days are
//!    near; a campaign later if they are far; else two notices.
//! 5. Two URLs, one deadline or none: titles must agree; a shared text helps them, never replaces them, for an agency writes
//!    all its calls alike. One voice (one publisher, one site) whose two titles each say something of their own tells of two
//!    calls; two voices may tell of one in their own words.

use super::fingerprint::{CampaignYear, Fingerprint};
use super::sketch::Sketch;
use crate::model::Kind;

/// How two items stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sameness {
    /// One notice, perhaps revised.
    Same,
    /// The same scheme, another year: another notice.
    NextCampaign,
    Different,
    /// A person should look.
    Unsure,
}

/// Deadlines of one campaign move by weeks; campaigns come back after a year, some twice a year.
const CAMPAIGN_DAYS_MIN: i64 = 240;
/// Between these, only the rest can tell.
const REVISION_DAYS_MAX: i64 = 150;
const LIKE: f32 = 0.6;
const NEARLY_EQUAL: f32 = 0.85;

/// What two fingerprints have in common.
struct Common {
    /// Shared words of the titles over all their words, 0 to 1.
    title: f32,
    /// Shared words over the words of the shorter title.
    contained: f32,
    /// How many telling words the titles share.
    shared: usize,
    /// Both titles have words the other lacks.
    crossed: bool,
    /// The likeness of the texts, when both have enough of it.
    text: Option<f32>,
    /// Whether the publishers' names agree, when both are known.
    publisher: Option<bool>,
    /// One publisher or one site speaks.
    one_voice: bool,
    /// Days between the deadlines, when both are known.
    days: Option<i64>,
}

/// Whether two items are one notice. It is symmetric.
pub fn compare(a: &Fingerprint, b: &Fingerprint) -> Sameness {
    let common = Common::of(a, b);
    if a.parts != b.parts && !a.parts.is_empty() && !b.parts.is_empty() {
        return Sameness::Different;
    }
    if a.url.is_some() && a.url == b.url {
        return same_page(a, b, &common);
    }
    if apart(a, b) || counted_apart(a, b) || opens(a) != opens(b) || !common.could_be_one() {
        return Sameness::Different;
    }
    if let (Some(CampaignYear::Written(one)), Some(CampaignYear::Written(other))) = (a.year, b.year)
        && one != other
    {
        return if common.is_one_scheme() { Sameness::NextCampaign } else { Sameness::Different };
    }
    match common.days {
        Some(0) => one_deadline(&common),
        Some(days) => two_deadlines(&common, days),
        None => no_deadline(a, b, &common),
    }
}

fn same_page(a: &Fingerprint, b: &Fingerprint, common: &Common) -> Sameness {
    let unlike_titles = common.title < 0.34 && common.contained < 0.67 && !(a.title.is_empty() && b.title.is_empty());
    let unlike_texts = common.text.is_none_or(|likeness| likeness < 0.25);
    if unlike_titles && unlike_texts {
        return Sameness::Different;
    }
    if let (Some(CampaignYear::Written(one)), Some(CampaignYear::Written(other))) = (a.year, b.year) {
        return if one == other { Sameness::Same } else { Sameness::NextCampaign };
    }
    let published = a.published.zip(b.published).map(|(one, other)| (one - other).num_days().abs());
    match (common.days, published) {
        (Some(days), _) if days >= CAMPAIGN_DAYS_MIN => Sameness::NextCampaign,
        (Some(days), _) if days > REVISION_DAYS_MAX => Sameness::Unsure,
        (Some(_), _) => Sameness::Same,
        // A page that lost or gained its deadline: a year between two publications is another campaign.
        (None, Some(days)) if days >= CAMPAIGN_DAYS_MIN && common.text.is_none_or(|t| t < NEARLY_EQUAL) => {
            Sameness::NextCampaign
        }
        (None, _) => Sameness::Same,
    }
}

/// Places of one level that have nothing in common: each préfecture runs the national programme at home.
fn apart(a: &Fingerprint, b: &Fingerprint) -> bool {
    let one_level = |one: &Fingerprint| one.territory.first().map(|first| first.level());
    let levels = one_level(a).zip(one_level(b));
    levels.is_some_and(|(one, other)| one == other) && !a.territory.iter().any(|code| b.territory.contains(code))
}

/// "Canton 4", "canton 5": the same words with other numbers, on two pages.
fn counted_apart(a: &Fingerprint, b: &Fingerprint) -> bool {
    let same_word = |of: &Fingerprint, word: &str| of.numbers.iter().any(|(other, _)| other == word);
    let differs = |one: &Fingerprint, other: &Fingerprint| {
        one.numbers.iter().any(|(word, n)| same_word(other, word) && !other.numbers.contains(&(word.clone(), *n)))
    };
    differs(a, b) && differs(b, a)
}

/// Whether the page opens something to apply to; what is not known may be either.
fn opens(of: &Fingerprint) -> bool {
    !matches!(of.kind, Some(Kind::Results | Kind::News | Kind::Event | Kind::Resource | Kind::Announcement))
}

fn one_deadline(common: &Common) -> Sameness {
    let same_text = common.text.is_some_and(|likeness| likeness >= 0.4);
    let other_text = common.text.is_some_and(|likeness| likeness < 0.1);
    if common.two_of_one_voice() || common.crossed && other_text {
        return Sameness::Different;
    }
    let reworded = same_text || common.title >= 0.75 && !other_text;
    if common.title >= LIKE && (!common.crossed || reworded) {
        return Sameness::Same;
    }
    let more_precise = !common.crossed && (common.one_voice || same_text || common.shared >= 3);
    let retold = common.crossed && same_text;
    if common.contained >= 0.75 && common.shared >= 2 && (more_precise || retold) {
        return Sameness::Same;
    }
    let half_alike = common.contained >= 0.5 && (same_text || common.title >= 0.4);
    match half_alike {
        true if common.text.is_some_and(|likeness| likeness >= LIKE) => Sameness::Same,
        // One deadline, titles half alike: two calls written on one model, or one call told twice.
        true => Sameness::Unsure,
        false => Sameness::Different,
    }
}

fn two_deadlines(common: &Common, days: i64) -> Sameness {
    if days >= CAMPAIGN_DAYS_MIN {
        return if common.is_one_scheme() { Sameness::NextCampaign } else { Sameness::Different };
    }
    let copy = common.text.is_some_and(|likeness| likeness >= LIKE);
    match common.title >= LIKE && !common.crossed || common.title >= NEARLY_EQUAL {
        true if copy && days <= REVISION_DAYS_MAX => Sameness::Same,
        // Perhaps a site not updated after an extension, perhaps a second session.
        true => Sameness::Unsure,
        false => Sameness::Different,
    }
}

fn no_deadline(a: &Fingerprint, b: &Fingerprint, common: &Common) -> Sameness {
    let published = a.published.zip(b.published).map(|(one, other)| (one - other).num_days().abs());
    if published.is_some_and(|days| days >= CAMPAIGN_DAYS_MIN) {
        return if common.is_one_scheme() { Sameness::NextCampaign } else { Sameness::Different };
    }
    if common.two_of_one_voice() {
        return Sameness::Different;
    }
    let copy = common.text.is_some_and(|likeness| likeness >= 0.5);
    if common.title >= 0.4 && copy || common.contained >= 0.75 && copy && common.shared >= 2 {
        return Sameness::Same;
    }
    let other_text = common.text.is_some_and(|likeness| likeness < 0.1);
    let publisher = common.publisher != Some(false);
    if common.title >= NEARLY_EQUAL && common.shared >= 3 && publisher && !other_text {
        return Sameness::Same;
    }
    if common.title >= LIKE && common.shared >= 2 { Sameness::Unsure } else { Sameness::Different }
}

impl Common {
    fn of(a: &Fingerprint, b: &Fingerprint) -> Self {
        let shared = a.title.iter().filter(|word| b.title.contains(word)).count();
        let all = a.title.len() + b.title.len() - shared;
        let shorter = a.title.len().min(b.title.len());
        let ratio = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f32 / whole as f32 };
        let names = (!a.publisher.is_empty() && !b.publisher.is_empty())
            .then(|| a.publisher.iter().any(|word| b.publisher.contains(word)));
        Self {
            title: ratio(shared, all),
            contained: ratio(shared, shorter),
            shared,
            crossed: shared < shorter,
            text: a.text.as_ref().zip(b.text.as_ref()).map(|(one, other): (&Sketch, &Sketch)| one.likeness(other)),
            publisher: names,
            one_voice: names == Some(true) || a.site().is_some_and(|site| b.site() == Some(site)),
            days: a.deadline.zip(b.deadline).map(|(one, other)| (one.date - other.date).num_days().abs()),
        }
    }

    /// Below this nothing else is worth looking at.
    fn could_be_one(&self) -> bool {
        self.shared >= 1 && (self.title >= 0.25 || self.contained >= 0.5)
    }

    /// Titles that each say something of their own, from one publisher or site.
    fn two_of_one_voice(&self) -> bool {
        self.one_voice && self.crossed && self.title < 0.75
    }

    /// The same scheme in another year: its title is the same but for the year.
    fn is_one_scheme(&self) -> bool {
        let same_title = self.title >= 0.75 || (self.contained >= NEARLY_EQUAL && self.shared >= 2);
        same_title && self.publisher != Some(false)
    }
}
