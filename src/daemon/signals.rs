//! What the system says to the daemon, and what the daemon says to systemd.

use sd_notify::NotifyState;
use tokio::signal::unix::{self, SignalKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Stop,
    Reload,
}

impl Signal {
    /// Of two signals that came while a turn was ending: who was told to stop reads no files first.
    pub fn stronger(before: Option<Self>, new: Self) -> Self {
        if before == Some(Self::Stop) { Self::Stop } else { new }
    }
}

pub struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    hangup: unix::Signal,
}

impl Signals {
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: unix::signal(SignalKind::terminate())?,
            interrupt: unix::signal(SignalKind::interrupt())?,
            hangup: unix::signal(SignalKind::hangup())?,
        })
    }

    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.hangup.recv() => Signal::Reload,
        }
    }
}

/// Without systemd these say nothing to nobody.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

pub fn alive() {
    notify(&[NotifyState::Watchdog]);
}

pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd n'a pas pu être prévenu");
    }
}

#[cfg(test)]
mod tests {
    use super::Signal::{self, Reload, Stop};

    #[test]
    fn nothing_takes_a_stop_back() {
        let check = |before, new, expected| assert_eq!(Signal::stronger(before, new), expected);
        check(None, Reload, Reload);
        check(None, Stop, Stop);
        check(Some(Reload), Stop, Stop);
        check(Some(Stop), Reload, Stop);
    }
}
