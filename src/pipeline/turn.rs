//! One turn of the work: collect, issue the edition that is due, deliver what is approved.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::bounces::{self, Visit};
use super::collect::{self, Round, Which};
use super::edition::{self, Issue};
use super::send::{self, End, Sending};
use super::{App, Progress, Trouble, lead};
use crate::model::{EditionId, EditionState};

#[derive(Debug)]
pub struct Turn {
    pub round: Round,
    pub issue: Issue,
    pub sendings: Vec<Sending>,
    /// What came back; `None`: no mailbox is set.
    pub returns: Option<Result<Visit, Trouble>>,
}

/// Who has the turn done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A person, by hand: what is due is issued.
    Person,
    /// The service: of several processes, the one that leads the schedule issues. Occurrences before the first start of
    /// the service are not caught up.
    Service { first_start: DateTime<Utc> },
}

/// Does what is due now; nothing is due twice.
pub async fn turn(app: &App, by: By, patience: Duration, progress: &dyn Progress) -> Result<Turn, Trouble> {
    let round = collect::collect(app, &Which::Due, progress).await?;
    // Before the edition, so that a dead address is not written to once more. A mailbox that fails stops nothing.
    let returns = bounces::visit(app).await;
    let issue = match by {
        By::Person => edition::issue_due(app, None).await?,
        By::Service { first_start } if lead::leads_schedule(app).await? => {
            edition::issue_due(app, Some(first_start)).await?
        }
        By::Service { .. } => Issue::NothingDue,
    };
    let sendings = deliver(app, patience, progress).await?;
    Ok(Turn { round, issue, sendings, returns })
}

/// Sends every edition that is approved or was being sent, the oldest first.
pub async fn deliver(app: &App, patience: Duration, progress: &dyn Progress) -> Result<Vec<Sending>, Trouble> {
    let trial = edition::is_trial(app);
    let mut editions = app.store.editions().await?;
    editions.retain(|e| matches!(e.state, EditionState::Approved | EditionState::Sending) && e.trial == trial);
    editions.sort_by_key(|edition| edition.id);
    let mut sendings = Vec::new();
    for edition in editions {
        sendings.push(send::send(app, edition.id, patience, progress).await?);
    }
    Ok(sendings)
}

impl Issue {
    pub fn created(&self) -> Option<(EditionId, EditionState)> {
        match self {
            Self::Created { id, state, .. } => Some((*id, *state)),
            Self::NothingDue => None,
        }
    }
}

impl Sending {
    pub fn is_finished(&self) -> bool {
        self.end == End::Finished
    }
}
