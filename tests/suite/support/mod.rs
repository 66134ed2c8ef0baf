//! What journeys stand on: a workspace with files as an administrator writes them, a site under our hand, databases.

pub mod browser;
pub mod chromium;
pub mod dns;
pub mod document;
pub mod dovecot;
pub mod mta;
pub mod postfix;
pub mod postgres;
pub mod site;
pub mod slow;
pub mod workspace;

pub use browser::{Browser, Served};
pub use postgres::on_both;
pub use site::Site;
pub use workspace::{Answer, Workspace};

/// A Monday morning, as the schedule of the workspaces has it.
pub const MONDAY: &str = "2026-01-12T08:00:00+01:00";
pub const NEXT_MONDAY: &str = "2026-01-19T08:00:00+01:00";
