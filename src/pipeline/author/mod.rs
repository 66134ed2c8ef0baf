//! Sources written without code: an address looked at, an entry proposed, tried and added; an entry tried again.
//!
//! `add` goes from an address to an entry of sources.toml, `test` shows what an entry gives now, `body` knows who speaks
//! at an address, `trial` reads without storing. Selectors are worked out by `extract::propose`.

mod add;
mod body;
mod test;
mod trial;

pub use add::{ITEMS_SHOWN, Offer, Wish, propose, write};
pub use test::{Silent, Tested, test};
pub use trial::{Since, Trial};

pub use crate::extract::propose::Proposal;
