//! What tests of the pipeline stand on: an app over a fresh database, and a mail server under our hand.

pub mod bench;
pub mod server;
