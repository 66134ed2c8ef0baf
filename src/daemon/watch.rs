//! The watchdog: systemd is told that the service lives only while its work goes on.
//!
//! It watches from a task of its own. Long work is no hang: every request and every mail is a step. Work that stands
//! still without a step is one, although timers still run: systemd is told nothing more and starts the service again.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::pipeline::Pulse;

/// How often systemd is told; packaging/glaneur.service gives us two minutes.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);
/// No single step takes so long: requests, conversations, locks and the steps of a rate all end before.
pub const SILENCE_MAX: Duration = Duration::from_secs(30 * 60);

/// Calls `alive` while the pulse beats; never ends by itself.
pub async fn over(pulse: Pulse, silence_max: Duration, alive: impl Fn()) {
    let mut ticks = tokio::time::interval(SIGN_OF_LIFE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = Seen::Working;
    loop {
        ticks.tick().await;
        let silence = pulse.silence();
        let seen = Seen::of(silence, silence_max);
        match (before, seen) {
            (_, Seen::Working) => alive(),
            (Seen::Working, Seen::Hung) => tracing::error!(
                minutes = silence.as_secs() / 60,
                "le travail n'avance plus : systemd n'est plus prévenu, il relancera le service"
            ),
            (Seen::Hung, Seen::Hung) => {}
        }
        before = seen;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Working,
    Hung,
}

impl Seen {
    fn of(silence: Duration, silence_max: Duration) -> Self {
        if silence <= silence_max { Self::Working } else { Self::Hung }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_vouched_for_and_a_hang_is_not() {
        let check = async |silence_max: Duration, vouched: bool| {
            let pulse = Pulse::default();
            while pulse.silence() < Duration::from_millis(2) {
                std::hint::spin_loop();
            }
            let signs = std::cell::Cell::new(0);
            let watch = over(pulse, silence_max, || signs.set(signs.get() + 1));
            // Its first look comes at once, the next one after twenty seconds.
            let _ = tokio::time::timeout(Duration::from_millis(20), watch).await;
            assert_eq!(signs.get() > 0, vouched);
        };
        check(SILENCE_MAX, true).await;
        check(Duration::from_millis(1), false).await;
        assert_eq!(Seen::of(Duration::from_secs(4 * 3600), SILENCE_MAX), Seen::Hung);
    }

    #[test]
    fn each_step_ends_the_silence() {
        let pulse = Pulse::default();
        let beaten = pulse.clone();
        while pulse.silence() < Duration::from_millis(5) {
            std::hint::spin_loop();
        }
        crate::pipeline::Progress::step(&beaten, "une annonce");
        assert!(pulse.silence() < Duration::from_millis(5));
    }
}
