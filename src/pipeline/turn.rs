//! One turn of the work: collect, issue the edition that is due, deliver what is approved.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::bounces::{self, Visit};
use super::collect::{self, Round, Which};
use super::edition::{self, Issue};
use super::members;
use super::send::{self, End, Sending};
use super::{App, Progress, Trouble, health, lead};
use crate::model::{CohortId, Edition, EditionId, EditionState};

#[derive(Debug)]
pub struct Turn {
    pub round: Round,
    pub issue: Issue,
    pub sendings: Vec<Sending>,
    /// What came back; `None`: no mailbox is set.
    pub returns: Option<Result<Visit, Trouble>>,
    /// What failed, each by its name; the rest was done all the same.
    pub failures: Vec<Failure>,
    /// Editions that wait for a person because the database was restored from a backup.
    pub held: Vec<EditionId>,
    /// Cohorts that members have and the settings do not, and how many members are in no edition because of it.
    pub unknown_cohorts: Vec<(CohortId, usize)>,
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

/// A part of a turn that failed.
#[derive(Debug)]
pub struct Failure {
    pub part: Part,
    pub why: Trouble,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Collect,
    Issue,
    Send(EditionId),
}

/// Does what is due now; nothing is due twice. A part that fails does not keep the others from being done.
pub async fn turn(app: &App, by: By, patience: Duration, progress: &dyn Progress) -> Turn {
    let mut failures = Vec::new();
    let mut fail = |part: Part, why: Trouble| failures.push(Failure { part, why });
    let round = collect::collect(app, &Which::Due, progress).await.unwrap_or_else(|why| {
        fail(Part::Collect, why);
        Round::default()
    });
    // Whether administrators can be told of the sources keeps no edition from leaving.
    if let Err(trouble) = health::tell_admins(app).await {
        tracing::warn!(%trouble, "administrators could not be told of the sources");
    }
    // Before the edition, so that a dead address is not written to once more. A mailbox that fails stops nothing.
    let returns = bounces::visit(app).await;
    if let Err(trouble) = bounces::tell_admins(app).await {
        tracing::warn!(%trouble, "administrators could not be told of what came back");
    }
    let issue = issue(app, by).await.unwrap_or_else(|why| {
        fail(Part::Issue, why);
        Issue::NothingDue
    });
    if let Err(why) = let_go(app, by).await {
        fail(Part::Issue, why);
    }
    let (mut sendings, mut held) = (Vec::new(), Vec::new());
    match to_send(app).await {
        Ok(editions) => {
            held = editions.held;
            for id in editions.due {
                match send::send(app, id, patience, progress).await {
                    Ok(sending) => sendings.push(sending),
                    Err(why) => fail(Part::Send(id), why),
                }
            }
        }
        Err(why) => fail(Part::Issue, why),
    }
    // After the members' mails, whatever became of them; and who cannot be told stops nothing.
    if let Err(trouble) = edition::tell_administrators(app).await {
        tracing::warn!(%trouble, "les administrateurs n'ont pas pu être prévenus");
    }
    let unknown_cohorts = members::in_no_edition(app).await.unwrap_or_default();
    Turn { round, issue, sendings, returns, failures, held, unknown_cohorts }
}

async fn issue(app: &App, by: By) -> Result<Issue, Trouble> {
    match by {
        By::Person => edition::issue_due(app, None).await,
        By::Service { first_start } if lead::leads_schedule(app).await? => {
            edition::issue_due(app, Some(first_start)).await
        }
        By::Service { .. } => Ok(Issue::NothingDue),
    }
}

/// What nobody answered leaves by the same hand that issues.
async fn let_go(app: &App, by: By) -> Result<(), Trouble> {
    let may = match by {
        By::Person => true,
        By::Service { .. } => lead::leads_schedule(app).await?,
    };
    if may {
        edition::let_go(app).await?;
    }
    Ok(())
}

struct ToSend {
    due: Vec<EditionId>,
    held: Vec<EditionId>,
}

/// Every edition that is approved or was being sent, the oldest first.
async fn to_send(app: &App) -> Result<ToSend, Trouble> {
    let trial = edition::is_trial(app);
    let mut editions = app.store.editions().await?;
    editions.sort_by_key(|edition| edition.id);
    let under_way = |state| matches!(state, EditionState::Approved | EditionState::Sending);
    // What was approved before its hour waits for it.
    let is_time = |e: &&Edition| e.state == EditionState::Sending || edition::has_come(app, e);
    let due =
        editions.iter().filter(|e| under_way(e.state) && e.trial == trial).filter(is_time).map(|e| e.id).collect();
    let held = editions.iter().filter(|e| e.held_since.is_some() && !e.state.is_final()).map(|e| e.id).collect();
    Ok(ToSend { due, held })
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.part {
            Part::Collect => write!(f, "collecte : {}", self.why),
            Part::Issue => write!(f, "préparation des éditions : {}", self.why),
            Part::Send(id) => write!(f, "édition {id} : {}", self.why),
        }
    }
}

impl Issue {
    pub fn created(&self) -> Option<(EditionId, EditionState)> {
        match self {
            Self::Created { id, state, .. } => Some((*id, *state)),
            Self::NothingDue | Self::PerhapsSent { .. } => None,
        }
    }
}

impl Sending {
    pub fn is_finished(&self) -> bool {
        self.end == End::Finished
    }
}
