//! One edition's sender: tidies up, lets rows flow, waits for what is deferred, until there is an end.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::super::courier::courier;
use super::super::edition;
use super::super::guard;
use super::super::workers;
use super::super::{App, Progress, Trouble};
use super::End;
use super::claims::ROWS_PER_CONNECTION;
use super::content::Contents;
use super::flow::{Flowed, Stop, flow};
use super::pace::Pace;
use super::verdict::{DOUBTS_MAX, Mood, is_policy};
use crate::config::Uncertain;
use crate::deliver::Courier;
use crate::model::{EditionId, EditionState};

/// Flows in a row that handed nothing over, before the sender stops and says so.
const UNREACHABLE_MAX: u32 = 3;
/// Three days, as design has it: then a deferred row is given up.
const EXPIRES_AFTER: chrono::TimeDelta = chrono::TimeDelta::days(3);
/// A shorter wait is not worth a word.
const WAIT_TOLD: Duration = Duration::from_secs(5);

pub(super) struct Sender<'a> {
    pub app: &'a App,
    pub id: EditionId,
    pub contents: Contents<'a>,
    pub courier: Courier,
    pub pace: Option<Pace>,
    /// One for each row that may be in doubt at once.
    pub places: Semaphore,
    pub places_max: usize,
    state: Mutex<State>,
}

/// What changes as it goes.
struct State {
    /// Connections in use: fewer once the server has refused some.
    width: usize,
    tidied: Option<Instant>,
    /// How long a mail takes, of late.
    each: Option<Duration>,
    recorded: u64,
    mood: Mood,
    /// The retry that was last told to whoever waits.
    told: Option<DateTime<Utc>>,
}

impl<'a> Sender<'a> {
    pub(super) async fn new(app: &'a App, id: EditionId) -> Result<Self, Trouble> {
        let width = (app.settings.mail.connections as usize).max(1);
        let places_max = width * ROWS_PER_CONNECTION;
        let refused_before = app.store.deferred_replies(id).await?.iter().any(|reply| is_policy(reply));
        let mood = Mood::towards(refused_before);
        let state = State { width, tidied: None, each: None, recorded: 0, mood, told: None };
        Ok(Self {
            app,
            id,
            contents: Contents::new(app, &edition::find(app, id).await?).await?,
            courier: courier(app)?,
            pace: app.settings.mail.rate.map(|rate| Pace::new(rate.messages_per_second(), Instant::now())),
            places: Semaphore::new(places_max),
            places_max,
            state: Mutex::new(state),
        })
    }

    pub(super) async fn run(&self, patience_ends: Instant, progress: &dyn Progress) -> Result<End, Trouble> {
        let mut unreachable = 0;
        loop {
            if self.app.halt.is_asked() {
                return Ok(End::Interrupted);
            }
            if let Some(rest) = self.app.circuit.rests_for(Instant::now()) {
                if Instant::now() + rest > patience_ends {
                    return Ok(End::Stopped { why: resting(rest) });
                }
                progress.pause(&resting(rest));
                self.rest(rest).await;
                continue;
            }
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
                Some(Stop::Busy { why }) => {
                    let rest = self.app.circuit.open(self.app.tempo.circuit_rests, Instant::now());
                    tracing::warn!(edition = self.id.0, rest_s = rest.as_secs(), %why, "le serveur de courrier est laissé en paix un moment");
                    if Instant::now() + rest > patience_ends {
                        return Ok(End::Stopped { why: format!("{why} ; {}", resting(rest)) });
                    }
                }
                Some(Stop::Obstacle { why, hopeless }) => {
                    unreachable = if recorded > 0 { 0 } else { unreachable + 1 };
                    if hopeless || unreachable >= UNREACHABLE_MAX || Instant::now() >= patience_ends && recorded == 0 {
                        return Ok(End::Stopped { why });
                    }
                    if recorded > 0 {
                        // It takes mails, but not from so many connections.
                        self.narrow();
                    }
                    self.rest(self.app.tempo.look_again * unreachable).await;
                }
            }
        }
    }

    /// Ends idle connections politely.
    pub(super) async fn close(&self) {
        self.courier.close().await;
    }

    pub(super) fn recorded(&self) -> u64 {
        self.state().recorded
    }

    pub(super) fn width(&self) -> usize {
        self.state().width
    }

    pub(super) fn each(&self) -> Option<Duration> {
        self.state().each
    }

    pub(super) fn remember(&self, each: Option<Duration>) {
        self.state().each = each;
    }

    /// The server's mind towards us; not to be held over an await.
    pub(super) fn mood(&self) -> MappedMood<'_> {
        MappedMood(self.state())
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
        let next_at = store.next_due(self.id).await?;
        let wait = next_at.and_then(|at| (at - self.app.clock.now()).to_std().ok()).unwrap_or_default();
        if Instant::now() + wait > patience_ends {
            return Ok(Some(End::Waiting { next_at }));
        }
        let told = self.state().told;
        if let Some(at) = next_at.filter(|at| told != Some(*at) && wait >= WAIT_TOLD) {
            let waiting = store.counts(self.id).await?.open();
            progress.pause(&format!(
                "{waiting} en attente ; nouvel essai à {} (Ctrl-C arrête sans rien perdre)",
                at.with_timezone(&chrono_tz::Europe::Paris).format("%H:%M")
            ));
            self.state().told = Some(at);
        }
        self.rest(wait.clamp(Duration::from_millis(50), self.app.tempo.look_again)).await;
        Ok(None)
    }

    fn narrow(&self) {
        let mut state = self.state();
        state.width = state.width.saturating_sub(1).max(1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The mood, while it is looked at.
pub(super) struct MappedMood<'a>(MutexGuard<'a, State>);

impl std::ops::Deref for MappedMood<'_> {
    type Target = Mood;

    fn deref(&self) -> &Mood {
        &self.0.mood
    }
}

impl std::ops::DerefMut for MappedMood<'_> {
    fn deref_mut(&mut self) -> &mut Mood {
        &mut self.0.mood
    }
}

fn resting(rest: Duration) -> String {
    format!("on le laisse souffler {} s, puis l'envoi reprend de lui-même", rest.as_secs().max(1))
}
