//! The ledger's worker: takes rows that are due, composes, hands over, records what came of it.
//!
//! A row is durably `attempting` before its mail is handed to SMTP, and its outcome is written after. Whatever happens in
//! between, the next worker finds the row, names it uncertain and knows its Message-ID.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use tokio::time::Instant;

use super::courier::{Envelope, courier};
use super::edition::{self, Frame, Frozen, Recipient, Revisions};
use super::{App, Progress, Trouble};
use crate::compose::Trial;
use crate::config::Uncertain;
use crate::deliver::{self, Courier, message};
use crate::model::{DeliveryState, EditionId, EditionState, EmailAddress, Mailbox};
use crate::store::{Claimed, Counts, DigestId, Outcome, Verdict, WorkerId};

/// How an edition's sending ended this time.
#[derive(Debug)]
pub struct Sending {
    pub edition: EditionId,
    pub counts: Counts,
    pub end: End,
}

#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// Every row is final.
    Finished,
    /// Rows wait for a later try: the next one is due then.
    Waiting { next_at: Option<DateTime<Utc>> },
    /// Somebody paused it.
    Paused,
    /// The process is asked to end: the rest is sent by the next one.
    Interrupted,
    /// The server or the settings do not let anything through.
    Stopped { why: String },
}

/// A lease outlives the slowest conversation: what is not answered by then is taken back.
const LEASE_MS: u32 = 180_000;
/// No DATA is sent in the last stretch of a lease, so that its answer still falls within.
const DATA_MARGIN: Duration = Duration::from_secs(60);
/// Rows taken at once for each connection: no more are ever in doubt.
const ROWS_PER_CONNECTION: u32 = 4;
/// How often a waiting sender looks whether it has been paused.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Three days, as design has it: then a deferred row is given up.
const EXPIRES_AFTER: TimeDelta = TimeDelta::days(3);
/// Batches in which nothing could be handed over, before the sender stops and says so.
const UNREACHABLE_MAX: u32 = 3;

/// Sends an approved edition: until every row is final, or what is left must wait longer than `patience`.
pub async fn send(app: &App, id: EditionId, patience: Duration, progress: &dyn Progress) -> Result<Sending, Trouble> {
    start(app, id).await?;
    let sender = Sender::new(app, id).await?;
    let total = app.store.counts(id).await?.open();
    progress.begin("Envoi", usize::try_from(total).unwrap_or(usize::MAX));
    let end = sender.run(Instant::now() + patience, progress).await;
    sender.courier.close().await;
    progress.end();
    let counts = app.store.counts(id).await?;
    let end = end?;
    edition::journal(app, "edition send", id, &format!("{end:?}")).await?;
    Ok(Sending { edition: id, counts, end })
}

/// Guards, and the move to `sending`. An edition already sent has nothing left to do.
async fn start(app: &App, id: EditionId) -> Result<(), Trouble> {
    let found = edition::find(app, id).await?;
    if let Some(made_at) = app.store.restored_from().await? {
        return Err(Trouble::Restored { made_at, id });
    }
    let wrong = |what| Trouble::WrongState { id, state: found.state, what };
    match found.state {
        EditionState::Approved | EditionState::Sending | EditionState::Sent => {}
        EditionState::Draft => return Err(wrong("approuvez-la d'abord (« glaneur edition approve »)")),
        EditionState::Paused => return Err(wrong("reprenez-la d'abord (« glaneur edition resume »)")),
        EditionState::Cancelled => return Err(wrong("elle ne sera pas envoyée ; créez-en une autre")),
    }
    if found.state != EditionState::Sent {
        match (found.trial, edition::is_trial(app)) {
            (true, false) => return Err(Trouble::TrialEdition(id)),
            (false, true) => return Err(Trouble::RealEdition(id)),
            _ => {}
        }
    }
    if found.state == EditionState::Approved {
        let moved = app.store.move_edition(id, EditionState::Approved, EditionState::Sending, app.clock.now()).await;
        // Another worker began at the same moment: the rows are shared.
        if let Err(error) = moved
            && edition::find(app, id).await?.state != EditionState::Sending
        {
            return Err(error.into());
        }
    }
    Ok(())
}

struct Sender<'a> {
    app: &'a App,
    id: EditionId,
    frame: Frame,
    envelope: Envelope,
    courier: Courier,
    pace: Option<Pace>,
}

impl<'a> Sender<'a> {
    async fn new(app: &'a App, id: EditionId) -> Result<Self, Trouble> {
        Ok(Self {
            app,
            id,
            frame: edition::frame_of(&app.store.frame(id).await?)?,
            envelope: Envelope::new(app, &edition::find(app, id).await?)?,
            courier: courier(app)?,
            pace: app.settings.mail.rate.map(|rate| Pace::new(rate.messages_per_second())),
        })
    }

    async fn run(&self, patience_ends: Instant, progress: &dyn Progress) -> Result<End, Trouble> {
        let store = &self.app.store;
        let mut unreachable = 0;
        let mut digests: HashMap<DigestId, Frozen> = HashMap::new();
        let mut revisions = Revisions::default();
        let mut told = None;
        loop {
            if self.app.halt.is_asked() {
                return Ok(End::Interrupted);
            }
            let now = self.app.clock.now();
            let dead = self.dead_workers().await?;
            let doubtful = store.take_back(self.id, &dead, now).await?;
            if !doubtful.is_empty() {
                tracing::warn!(
                    edition = self.id.0,
                    rows = doubtful.len(),
                    "un processus est mort en plein envoi : ces courriels sont incertains"
                );
            }
            let doubts = if self.app.settings.mail.uncertain == Uncertain::Hold { 1 } else { DOUBTS_MAX };
            store.hold_uncertain(self.id, doubts, now).await?;
            store.expire(self.id, now - EXPIRES_AFTER, now).await?;
            let limit = self.app.settings.mail.connections * ROWS_PER_CONNECTION;
            let rows = store.claim(self.id, &self.app.worker, LEASE_MS, limit, now).await?;
            if rows.is_empty() {
                match self.nothing_to_take(patience_ends, &mut told, progress).await? {
                    Some(end) => return Ok(end),
                    None => continue,
                }
            }
            let leased_at = Instant::now();
            self.load(&rows, &mut digests, &mut revisions).await?;
            match self.hand_over(rows, leased_at, &digests, &mut revisions, progress).await? {
                Batch::Tried => unreachable = 0,
                Batch::Nothing { why, hopeless } => {
                    unreachable += 1;
                    if hopeless || unreachable >= UNREACHABLE_MAX || Instant::now() >= patience_ends {
                        return Ok(End::Stopped { why });
                    }
                    self.rest(LOOK_AGAIN * unreachable).await;
                }
            }
        }
    }

    /// Sleeps, unless the process is asked to end.
    async fn rest(&self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.app.halt.heard() => {}
        }
    }

    /// Processes of this machine that hold rows and run no more.
    async fn dead_workers(&self) -> Result<Vec<WorkerId>, Trouble> {
        let mut workers = self.app.store.workers(self.id).await?;
        workers.retain(|worker| worker.host == self.app.worker.host && is_dead(worker, &self.app.worker));
        Ok(workers)
    }

    /// No row is due: the edition is over, or paused, or it is time to wait.
    async fn nothing_to_take(
        &self,
        patience_ends: Instant,
        told: &mut Option<DateTime<Utc>>,
        progress: &dyn Progress,
    ) -> Result<Option<End>, Trouble> {
        let store = &self.app.store;
        if store.finish_if_done(self.id, self.app.clock.now()).await? {
            return Ok(Some(End::Finished));
        }
        match edition::find(self.app, self.id).await?.state {
            EditionState::Sent => return Ok(Some(End::Finished)),
            EditionState::Sending => {}
            _ => return Ok(Some(End::Paused)),
        }
        let next_at = store.next_due(self.id).await?;
        let wait = next_at.and_then(|at| (at - self.app.clock.now()).to_std().ok()).unwrap_or_default();
        if Instant::now() + wait > patience_ends {
            return Ok(Some(End::Waiting { next_at }));
        }
        if let Some(at) = next_at.filter(|at| told.as_ref() != Some(at) && wait >= WAIT_TOLD) {
            let waiting = store.counts(self.id).await?.open();
            progress.pause(&format!(
                "{waiting} en attente ; nouvel essai à {} (Ctrl-C arrête sans rien perdre)",
                at.with_timezone(&chrono_tz::Europe::Paris).format("%H:%M")
            ));
            *told = Some(at);
        }
        self.rest(wait.clamp(Duration::from_millis(50), LOOK_AGAIN)).await;
        Ok(None)
    }

    async fn load(
        &self,
        rows: &[Claimed],
        digests: &mut HashMap<DigestId, Frozen>,
        revisions: &mut Revisions,
    ) -> Result<(), Trouble> {
        let mut wanted: Vec<DigestId> = rows.iter().map(|row| row.digest).collect();
        wanted.sort();
        wanted.dedup();
        wanted.retain(|id| !digests.contains_key(id));
        for (id, frozen) in edition::frozen_digests(self.app, &wanted).await? {
            revisions.load(self.app, &frozen.digest).await?;
            digests.insert(id, frozen);
        }
        Ok(())
    }

    /// Hands a batch to the courier, a few at a time, and records what came of it.
    async fn hand_over(
        &self,
        rows: Vec<Claimed>,
        leased_at: Instant,
        digests: &HashMap<DigestId, Frozen>,
        revisions: &mut Revisions,
        progress: &dyn Progress,
    ) -> Result<Batch, Trouble> {
        let data_before = leased_at + Duration::from_millis(LEASE_MS.into()) - DATA_MARGIN;
        let shared: &Revisions = revisions;
        let connections = self.app.settings.mail.connections as usize;
        let tried: Vec<(Claimed, deliver::Outcome)> = futures::stream::iter(rows)
            .map(|row| async move {
                let outcome = self.try_one(&row, digests, shared, data_before).await;
                progress.step("");
                (row, outcome)
            })
            .buffer_unordered(connections)
            .collect()
            .await;
        let now = self.app.clock.now();
        let mut outcomes = Vec::new();
        let mut untouched = Vec::new();
        let mut trouble = None;
        for (row, outcome) in tried {
            match verdict(&row, outcome, now) {
                Judged::Recorded(outcome) => outcomes.push(outcome),
                Judged::Untouched { why, hopeless } => {
                    untouched.push((row.delivery, row.fence));
                    trouble = Some((why, hopeless));
                }
            }
        }
        if let Some(why) = turned_away(&outcomes)
            && self.app.store.counts(self.id).await?.of(DeliveryState::Sent) == 0
        {
            untouched.extend(outcomes.drain(..).map(|outcome| (outcome.delivery, outcome.fence)));
            trouble = Some((why, true));
        }
        let stale = self.app.store.record(&outcomes, now).await?;
        if !stale.is_empty() {
            tracing::warn!(
                edition = self.id.0,
                rows = stale.len(),
                "des réponses sont venues après le délai : ces courriels sont incertains"
            );
        }
        self.app.store.release(&untouched, now).await?;
        match trouble {
            Some((why, hopeless)) if outcomes.is_empty() => Ok(Batch::Nothing { why, hopeless }),
            _ => Ok(Batch::Tried),
        }
    }

    async fn try_one(
        &self,
        row: &Claimed,
        digests: &HashMap<DigestId, Frozen>,
        revisions: &Revisions,
        data_before: Instant,
    ) -> deliver::Outcome {
        let Some(frozen) = digests.get(&row.digest) else {
            return deliver::Outcome::Refused {
                reply: "le contenu figé de ce courriel manque dans la base".to_owned(),
            };
        };
        let Ok(recipient) = serde_json::from_value::<Recipient>(row.addressee.clone()) else {
            return deliver::Outcome::Refused {
                reply: "le destinataire figé de ce courriel est illisible".to_owned()
            };
        };
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        let diverted = &self.app.settings.mail.only_to;
        let mut last = None;
        let targets: Vec<&EmailAddress> =
            if diverted.is_empty() { vec![&row.email] } else { diverted.iter().collect() };
        for to in targets {
            let bytes = match self.bytes(row, &recipient, frozen, revisions, to) {
                Ok(bytes) => bytes,
                Err(why) => return deliver::Outcome::Refused { reply: why },
            };
            let name = format!("edition-{}-membre-{}", self.id, row.member.0);
            let outcome = self.courier.send(self.envelope.sender(), to, &name, &bytes, data_before).await;
            if !matches!(outcome, deliver::Outcome::Sent { .. }) {
                return outcome;
            }
            last = Some(outcome);
        }
        last.unwrap_or(deliver::Outcome::Refused { reply: "aucun destinataire".to_owned() })
    }

    fn bytes(
        &self,
        row: &Claimed,
        recipient: &Recipient,
        frozen: &Frozen,
        revisions: &Revisions,
        to: &EmailAddress,
    ) -> Result<Vec<u8>, String> {
        let mut view = edition::view(self.app, &self.frame, recipient, row.member, &frozen.digest, revisions);
        if to != &row.email {
            let meant_for = recipient.full_name().unwrap_or_else(|| recipient.organisation.clone());
            view.trial = Some(Trial { meant_for });
        }
        let content = self.app.composer.digest(&view).map_err(|error| error.to_string())?;
        let name = recipient.full_name().filter(|_| to == &row.email);
        let to = Mailbox { name, address: to.clone() };
        let mail = self.envelope.mail(self.app, to, row.member, row.message_id.clone(), content);
        message::write(&mail).map_err(|error| error.to_string())
    }
}

/// What a batch came to.
enum Batch {
    Tried,
    /// Nothing could be handed over: no row was touched.
    Nothing {
        why: String,
        hopeless: bool,
    },
}

enum Judged {
    Recorded(Outcome),
    Untouched { why: String, hopeless: bool },
}

/// A server that refuses everybody by policy (RFC 3463: X.7.X) refuses us, not them: a password is missing, or the sender is
/// not allowed. Refusals are final, so they are not recorded before a person has looked.
fn turned_away(outcomes: &[Outcome]) -> Option<String> {
    const REFUSALS_MIN: usize = 3;
    let by_policy = |outcome: &Outcome| {
        let reply = outcome.reply.as_deref().unwrap_or_default();
        outcome.verdict == Verdict::Refused && reply.contains("5.7.")
    };
    let all = outcomes.len() >= REFUSALS_MIN && outcomes.iter().all(by_policy);
    let reply = outcomes.first()?.reply.clone().unwrap_or_default();
    all.then(|| {
        format!("le serveur refuse tous les destinataires : {reply} — vérifiez [mail] user, password_file et from")
    })
}

fn verdict(row: &Claimed, outcome: deliver::Outcome, now: DateTime<Utc>) -> Judged {
    let next_at = now + retry_after(row.attempts);
    let next_in_doubt = next_at.max(now + DOUBT_RESTS);
    let (verdict, reply) = match outcome {
        deliver::Outcome::Sent { reply } => (Verdict::Sent, reply),
        deliver::Outcome::Deferred { reply } => (Verdict::Deferred { next_at }, reply),
        deliver::Outcome::Refused { reply } => (Verdict::Refused, reply),
        deliver::Outcome::Uncertain { why } => (Verdict::Uncertain { next_at: next_in_doubt }, why),
        deliver::Outcome::Unreachable { why, hopeless } => return Judged::Untouched { why, hopeless },
    };
    Judged::Recorded(Outcome { delivery: row.delivery, fence: row.fence, verdict, reply: Some(reply) })
}

/// A shorter wait is not worth a word.
const WAIT_TOLD: Duration = Duration::from_secs(5);

/// A mail that may have arrived is sent again this long after, at the soonest: what cut one answer is over by then, or never
/// will be.
const DOUBT_RESTS: TimeDelta = TimeDelta::hours(1);

/// A mail that may have arrived this many times is not sent again: the member has it, or an administrator must look.
const DOUBTS_MAX: u32 = 3;

/// One minute, then twice as long each time, four hours at the most.
fn retry_after(attempts: u32) -> TimeDelta {
    const LONGEST: TimeDelta = TimeDelta::hours(4);
    let doublings = attempts.saturating_sub(1).min(8);
    TimeDelta::minutes(1 << doublings).min(LONGEST)
}

/// A worker of this machine is dead when its process is: gone, or another program under its number.
fn is_dead(worker: &WorkerId, own: &WorkerId) -> bool {
    if worker.pid == own.pid {
        return worker.token != own.token;
    }
    match std::fs::read_to_string(format!("/proc/{}/comm", worker.pid)) {
        Ok(command) => !command.starts_with("glaneur"),
        Err(_) => true,
    }
}

/// Mails leave no faster than the rate of the settings.
struct Pace {
    between: Duration,
    next: tokio::sync::Mutex<Instant>,
}

impl Pace {
    fn new(per_second: f64) -> Self {
        let between = Duration::from_secs_f64(1.0 / per_second.max(0.000_01));
        Self { between, next: tokio::sync::Mutex::new(Instant::now()) }
    }

    async fn wait(&self) {
        let mut next = self.next.lock().await;
        let at = (*next).max(Instant::now());
        *next = at + self.between;
        drop(next);
        tokio::time::sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeliveryId;

    #[test]
    fn a_server_that_turns_everybody_away_is_told_from_one_that_refuses_some() {
        let outcome = |verdict: Verdict, reply: &str| Outcome {
            delivery: DeliveryId(1),
            fence: 1,
            verdict,
            reply: Some(reply.to_owned()),
        };
        let policy = || outcome(Verdict::Refused, "554 5.7.1 relay access denied");
        let unknown = || outcome(Verdict::Refused, "550 5.1.1 user unknown");
        let check = |outcomes: &[Outcome], expected: bool| {
            assert_eq!(turned_away(outcomes).is_some(), expected, "{outcomes:?}")
        };
        check(&[policy(), policy(), policy()], true);
        check(&[policy(), policy()], false);
        check(&[policy(), policy(), unknown()], false);
        check(&[policy(), policy(), outcome(Verdict::Sent, "250 2.0.0 ok")], false);
        check(&[], false);
    }

    #[test]
    fn retries_grow_to_four_hours() {
        let minutes: Vec<i64> = [1, 2, 3, 7, 8, 9, 50].map(|n| retry_after(n).num_minutes()).to_vec();
        assert_eq!(minutes, [1, 2, 4, 64, 128, 240, 240]);
    }
}
