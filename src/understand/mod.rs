//! (to be written)

pub mod dates;
