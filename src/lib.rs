//! Glaneur watches French public sources for calls for projects and accreditation notices, understands each one, and
//! mails every member of a training network the few that concern them.
//!
//! The folders tell the story of a notice: [`sources`] → [`fetch`] → [`extract`] → [`understand`] → [`matching`] →
//! [`compose`] → [`deliver`]. Only [`pipeline`] knows the whole of it. ARCHITECTURE.md draws the map.

pub mod cli;
pub mod compose;
pub mod config;
pub mod daemon;
pub mod deliver;
pub mod demo;
pub mod dns;
pub mod entries;
pub mod extract;
pub mod fetch;
pub mod geography;
pub mod matching;
pub mod model;
pub mod pdf;
pub mod pipeline;
pub mod roster;
pub mod sources;
pub mod store;
pub mod tomlfile;
pub mod understand;
pub mod web;
