//! One turn of the work: collect, issue the edition that is due, deliver what is approved.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::collect::{self, Round, Which};
use super::edition::{self, Issue};
use super::send::{self, End, Sending};
use super::{App, Progress, Trouble};
use crate::model::{EditionId, EditionState};

#[derive(Debug)]
pub struct Turn {
    pub round: Round,
    pub issue: Issue,
    pub sendings: Vec<Sending>,
}

/// Does what is due now; nothing is due twice.
pub async fn turn(
    app: &App,
    not_before: Option<DateTime<Utc>>,
    patience: Duration,
    progress: &dyn Progress,
) -> Result<Turn, Trouble> {
    let round = collect::collect(app, &Which::Due, progress).await?;
    let issue = edition::issue_due(app, not_before).await?;
    edition::let_go(app).await?;
    let sendings = deliver(app, patience, progress).await;
    // After the members' mails, whatever became of them; and who cannot be told stops nothing.
    if let Err(trouble) = edition::tell_administrators(app).await {
        tracing::warn!(%trouble, "administrators could not be told");
    }
    Ok(Turn { round, issue, sendings: sendings? })
}

/// Sends every edition that is approved or was being sent, the oldest first.
pub async fn deliver(app: &App, patience: Duration, progress: &dyn Progress) -> Result<Vec<Sending>, Trouble> {
    let trial = edition::is_trial(app);
    let mut editions = app.store.editions().await?;
    editions.retain(|e| matches!(e.state, EditionState::Approved | EditionState::Sending) && e.trial == trial);
    // What was approved before its hour waits for it.
    editions.retain(|e| e.state == EditionState::Sending || edition::has_come(app, e));
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
