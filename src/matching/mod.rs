//! Matching: notices × profile → candidates with their reason; then a member's history makes them a digest.
//!
//! Two steps, so that members who share a profile share the first: [`candidates`] looks at places, themes and
//! audiences; [`digest`] looks at what the member was already shown. Pure: no clock, no store.

mod accreditation;
mod digest;
mod order;
mod profile;
mod rhythm;
#[cfg(test)]
mod tests;

pub use accreditation::accreditations;
pub use digest::{Limits, Occasion, changes_since, digest};
pub use profile::{Candidate, Known, Mismatch, candidates, judge};
pub use rhythm::occasion;
