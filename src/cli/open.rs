//! What most commands begin with: the files read, the store opened.

use super::{Failure, Global};
use crate::pipeline::{App, Clock, Files};
use crate::store::Open;

/// The clock of `--now`.
pub fn clock(global: &Global) -> Clock {
    global.now.map_or_else(Clock::real, |now| Clock::fixed_at(now.to_utc()))
}

/// For commands that begin the work: a store is made when there is none.
pub async fn app(global: &Global) -> Result<App, Failure> {
    open(global, Open::Create).await
}

/// For commands that look at what was done: without a store there is nothing to look at.
pub async fn existing_app(global: &Global) -> Result<App, Failure> {
    open(global, Open::Existing).await
}

async fn open(global: &Global, open: Open) -> Result<App, Failure> {
    let files = Files::read(global.config.as_deref())?;
    Ok(App::open(files, clock(global), open).await?)
}
