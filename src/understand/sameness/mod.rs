//! Whether two items are one notice, found twice; the next campaign of a notice known; or two notices.
//!
//! Several sites show one call; one URL serves a new call each year; two calls of one agency share a deadline. What is
//! compared is a [`Fingerprint`], small enough to be stored beside each item; [`SamenessIndex`] finds the few known items
//! worth comparing with a new one. What becomes of the answer (merge, revise, ask a person) is decided elsewhere.

mod compare;
mod fingerprint;
mod index;
#[cfg(test)]
mod pairs;
mod postings;
mod sketch;
mod url;

pub use compare::{Sameness, compare};
pub use fingerprint::{CampaignYear, Fingerprint, campaign_year};
pub use index::SamenessIndex;
pub use url::canonical_url;
