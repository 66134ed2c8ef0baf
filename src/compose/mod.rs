//! Digest content → subject, text, HTML, calendar.
//!
//! Pure: the same [`DigestView`] gives the same bytes, wherever and whenever. It refuses to know the clock, who receives
//! what, and how mail travels. [`view`] is what comes in, [`letter`] turns it into finished sentences, the templates of
//! `templates/email` lay them out.

mod calendar;
mod css;
mod dates;
mod foot;
mod forward;
mod item;
mod letter;
mod markdown;
mod note;
mod opening;
mod review;
mod sample;
mod subject;
mod templates;
mod typography;
mod view;
mod words;
mod wrap;

#[cfg(test)]
mod tests;

pub use calendar::calendar_of;
pub use dates::{days_left as days_left_words, deadline as deadline_words, full_day as day_words};
pub use foot::LetterLinks;
pub use item::{Form, LetterItem, Urgency};
pub use letter::{Letter, LetterSection};
pub use markdown::{WordBlock, WordKind, WordLine, WordRun};
pub use note::note;
pub use review::{ReviewAction, ReviewNotice, ReviewView};
pub use templates::{ComposeError, Composer, TemplateProblem};
pub use typography::{one_line, ours as our_typography, quoted};
pub use view::{
    AccreditationView, Addressee, CampaignView, ChangeView, DigestView, ItemView, Links, SilentSource, Trial, Why,
};
pub use words::{
    Labels, audiences as audience_words, change as change_words, doubt as doubt_words, kind as kind_words,
    section as section_title,
};
