//! What tests of the pipeline stand on: an app over a fresh database, and a mail server under our hand.

pub mod bench;
mod issues;
mod restores;
pub mod server;
