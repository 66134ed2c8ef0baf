//! One edition's sender: tidies up, lets rows flow, waits for what is deferred, until there is an end.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::super::edition;
use super::super::guard;
use super::super::workers;
use super::super::{App, Progress, Trouble};
use super::End;
use super::content::Contents;
use super::domains::Domains;
use super::flow::{Flowed, Stop, flow};
use super::relay::{Cause, Relay};
use super::shares::Shares;
use super::verdict::{DOUBTS_MAX, Sign, is_policy};
use crate::config::Uncertain;
use crate::model::{EditionId, EditionState};
use crate::store::Later;

/// Flows in a row that handed nothing over, before the sender stops and says so.
const UNREACHABLE_MAX: u32 = 3;
/// Three days, as design has it: then a deferred row is given up.
const EXPIRES_AFTER: chrono::TimeDelta = chrono::TimeDelta::days(3);
/// More of them tell nobody more.
const REMARKS_MAX: usize = 50;
/// A shorter wait is not worth a word.
const WAIT_TOLD: Duration = Duration::from_secs(5);

pub(super) struct Sender<'a> {
    pub app: &'a App,
    pub id: EditionId,
    pub contents: Contents<'a>,
    pub relays: Vec<Relay>,
    state: Mutex<State>,
}

/// What changes as it goes.
struct State {
    tidied: Option<Instant>,
    recorded: u64,
    shares: Shares,
    domains: Domains,
    /// What happened that an administrator should hear of, each once.
    remarks: Vec<String>,
    /// The wait that was last told to whoever waits.
    told: Option<DateTime<Utc>>,
}

/// Why no relay takes anything now.
struct Closure {
    until: DateTime<Utc>,
    cause: Cause,
    why: String,
}

impl<'a> Sender<'a> {
    pub(super) async fn new(app: &'a App, id: EditionId) -> Result<Self, Trouble> {
        let refused_before = app.store.deferred_replies(id).await?.iter().any(|reply| is_policy(reply));
        let relays = Relay::all(app, refused_before)?;
        let shares = Shares::new(relays.iter().map(|relay| relay.weight).collect());
        let state =
            State { tidied: None, recorded: 0, shares, domains: Domains::default(), remarks: Vec::new(), told: None };
        let contents = Contents::new(app, &edition::find(app, id).await?).await?;
        Ok(Self { app, id, contents, relays, state: Mutex::new(state) })
    }

    pub(super) async fn run(&self, patience_ends: Instant, progress: &dyn Progress) -> Result<End, Trouble> {
        let mut unreachable = 0;
        loop {
            if self.app.halt.is_asked() {
                return Ok(End::Interrupted);
            }
            self.recall_rests().await?;
            self.tidy().await?;
            let Flowed { recorded, stop } = flow(self, progress).await;
            self.state().recorded += recorded;
            match stop {
                None => {
                    if let Some(end) = self.nothing_to_take(patience_ends, progress).await? {
                        return Ok(end);
                    }
                }
                Some(Stop::Trouble(trouble)) => return Err(trouble),
                Some(Stop::TurnedAway { why }) => return self.turned_away(why).await,
                Some(Stop::Obstacle { why, hopeless }) => {
                    unreachable = if recorded > 0 { 0 } else { unreachable + 1 };
                    if hopeless || unreachable >= UNREACHABLE_MAX || Instant::now() >= patience_ends && recorded == 0 {
                        return Ok(End::Stopped { why });
                    }
                    if recorded > 0 {
                        // It takes mails, but not from so many connections.
                        for relay in &self.relays {
                            relay.narrow();
                        }
                    }
                    self.rest(self.app.tempo.look_again * unreachable).await;
                }
            }
        }
    }

    /// Ends idle connections politely.
    pub(super) async fn close(&self) {
        for relay in &self.relays {
            relay.courier.close().await;
        }
    }

    pub(super) fn recorded(&self) -> u64 {
        self.state().recorded
    }

    /// Rows that may be in doubt at once.
    pub(super) fn places_max(&self) -> usize {
        self.relays.iter().map(|relay| relay.places_max).sum::<usize>().max(1)
    }

    /// Those that may be given mails now, by their place in the settings.
    pub(super) fn open_relays(&self, now: DateTime<Utc>) -> Vec<usize> {
        let all = self.relays.iter().enumerate();
        all.filter(|(_, relay)| relay.closed(now).is_none()).map(|(place, _)| place).collect()
    }

    pub(super) fn choose(&self, open: &[usize]) -> Option<usize> {
        self.state().shares.choose(open)
    }

    pub(super) fn gave(&self, relay: usize, mails: usize, open: &[usize]) {
        self.state().shares.gave(relay, mails, open);
    }

    pub(super) fn at_once_max(&self, relay: usize, open: &[usize]) -> usize {
        self.state().shares.at_once_max(relay, open)
    }

    pub(super) fn note_domain(
        &self,
        domain: &str,
        sign: Sign,
        reply: &str,
        now: DateTime<Utc>,
    ) -> (Sign, Option<Later>) {
        self.state().domains.note(domain, sign, reply, now, &self.app.tempo)
    }

    /// Leaves a relay alone, for `first` or longer each time, and says so.
    pub(super) async fn rest_relay(&self, relay: &Relay, first: Duration, why: String) -> Result<(), Trouble> {
        let now = self.app.clock.now();
        let resting = relay.rest(first, why, now);
        let rest_s = (resting.until - now).num_seconds();
        self.remark(format!("Relais {} laissé de côté {rest_s} s : {}", relay.name, resting.why));
        tracing::warn!(edition = self.id.0, relay = %relay.name, rest_s, why = %resting.why, "le relais est laissé en paix un moment");
        Ok(self.app.store.rest_relay(&resting).await?)
    }

    pub(super) fn remark(&self, remark: String) {
        let mut state = self.state();
        if !state.remarks.contains(&remark) && state.remarks.len() < REMARKS_MAX {
            state.remarks.push(remark);
        }
    }

    pub(super) fn remarks(&self) -> Vec<String> {
        self.state().remarks.clone()
    }

    /// Relays that an earlier turn, or another process, left alone.
    async fn recall_rests(&self) -> Result<(), Trouble> {
        let now = self.app.clock.now();
        for resting in self.app.store.resting_relays().await? {
            if let Some(relay) = self.relays.iter().find(|relay| relay.name == resting.relay && !relay.is_resting(now))
            {
                relay.recall(&resting);
            }
        }
        Ok(())
    }

    /// Why nothing can leave by any relay, when that is so.
    fn closure(&self, now: DateTime<Utc>) -> Option<Closure> {
        let named = self.relays.len() > 1;
        let mut closure: Option<Closure> = None;
        for relay in &self.relays {
            let closed = relay.closed(now).filter(|closed| closed.cause != Cause::TooEarly)?;
            let why = if named { format!("relais {} : {}", relay.name, closed.why) } else { closed.why };
            closure = Some(match closure {
                None => Closure { until: closed.until, cause: closed.cause, why },
                Some(before) => Closure {
                    until: before.until.min(closed.until),
                    // A limit is no failure: with one that rests, the rest is what matters.
                    cause: if before.cause == Cause::Full { closed.cause } else { before.cause },
                    why: format!("{} ; {why}", before.why),
                },
            });
        }
        closure
    }

    /// Sleeps, unless the process is asked to end.
    pub(super) async fn rest(&self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.app.halt.heard() => {}
        }
    }

    pub(super) async fn is_still_sending(&self) -> Result<bool, Trouble> {
        Ok(edition::find(self.app, self.id).await?.state == EditionState::Sending)
    }

    pub(super) async fn tidy_when_due(&self) -> Result<(), Trouble> {
        let tidied = self.state().tidied;
        if tidied.is_some_and(|at| at.elapsed() < self.app.tempo.tidy_every) {
            return Ok(());
        }
        self.tidy().await
    }

    /// Takes back what dead workers held; gives up what is too old or too doubtful.
    async fn tidy(&self) -> Result<(), Trouble> {
        guard::beat(self.app).await?;
        let store = &self.app.store;
        let now = self.app.clock.now();
        let dead = workers::dead(store.workers(self.id).await?, &self.app.worker);
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
        self.state().tidied = Some(Instant::now());
        Ok(())
    }

    /// Everybody is refused, one after the other: nobody else is tried before a person has looked.
    async fn turned_away(&self, why: String) -> Result<End, Trouble> {
        let moved = self
            .app
            .store
            .move_edition(self.id, EditionState::Sending, EditionState::Paused, self.app.clock.now())
            .await;
        // Paused by a person or by another worker meanwhile: that is as well.
        if let Err(error) = moved
            && self.is_still_sending().await?
        {
            return Err(error.into());
        }
        tracing::error!(edition = self.id.0, %why, "le serveur refuse tout le monde : l'édition est suspendue, une personne doit regarder");
        Ok(End::TurnedAway { why })
    }

    /// No row is due: the edition is over, or paused, or it is time to wait.
    async fn nothing_to_take(&self, patience_ends: Instant, progress: &dyn Progress) -> Result<Option<End>, Trouble> {
        let store = &self.app.store;
        if store.finish_if_done(self.id, self.app.clock.now()).await? {
            return Ok(Some(End::Finished));
        }
        match edition::find(self.app, self.id).await?.state {
            EditionState::Sent => return Ok(Some(End::Finished)),
            EditionState::Sending => {}
            _ => return Ok(Some(End::Paused)),
        }
        if self.app.halt.is_asked() {
            return Ok(Some(End::Interrupted));
        }
        let now = self.app.clock.now();
        let due = store.next_due(self.id).await?;
        // A row is due, or will be, before anybody takes it.
        let closure = self.closure(now).filter(|closure| due.is_none_or(|due| due < closure.until));
        let next_at = closure.as_ref().map(|closure| closure.until).or(due);
        let wait = next_at.and_then(|at| (at - now).to_std().ok()).unwrap_or_default();
        if closure.is_none() && next_at.is_some_and(|at| at <= now) {
            // What a relay that fails had in hand came back after the others had looked for more.
            self.rest(Duration::from_millis(50)).await;
            return Ok(None);
        }
        if Instant::now() + wait > patience_ends {
            return Ok(Some(end_of_patience(closure, next_at, wait)));
        }
        let told = self.state().told;
        if let Some(at) = next_at.filter(|at| told != Some(*at) && wait >= WAIT_TOLD) {
            let waiting = store.counts(self.id).await?.open();
            let why = closure.map(|closure| format!(" ({})", closure.why)).unwrap_or_default();
            progress.pause(&format!(
                "{waiting} en attente{why} ; nouvel essai à {} (Ctrl-C arrête sans rien perdre)",
                at.with_timezone(&self.app.settings.time_zone).format("%H:%M")
            ));
            self.state().told = Some(at);
        }
        self.rest(wait.clamp(Duration::from_millis(50), self.app.tempo.look_again)).await;
        Ok(None)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left must wait longer than whoever asked for the sending.
fn end_of_patience(closure: Option<Closure>, next_at: Option<DateTime<Utc>>, wait: Duration) -> End {
    match closure {
        None => End::Waiting { next_at },
        Some(Closure { cause: Cause::Resting, why, .. }) => End::Stopped {
            why: format!("{why} ; on le laisse souffler {} s, puis l'envoi reprend de lui-même", wait.as_secs().max(1)),
        },
        Some(Closure { until, why, .. }) => End::Limited { next_at: until, why },
    }
}
