//! `glaneur run`: the daemon.

use super::{Exit, Failure, Global, open};
use crate::daemon;

pub async fn run(global: &Global) -> Result<Exit, Failure> {
    daemon::run(global.config.clone(), open::clock(global)).await?;
    Ok(Exit::Done)
}
