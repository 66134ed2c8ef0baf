//! Ctrl-C in a command that sends: what is in flight ends and is put on record, then the command stops in good order.

use tokio::signal::unix::{self, SignalKind};

use super::output;
use crate::pipeline::Halt;

/// How a command that was cut off ends: 128 and the number of the signal, as shells have it.
const CUT_OFF: i32 = 130;

/// From here on the first signal asks `halt` to stop, the second one cuts.
pub fn on_signal(halt: &Halt) {
    let signals = unix::signal(SignalKind::interrupt()).and_then(|a| Ok((a, unix::signal(SignalKind::terminate())?)));
    // Without them a signal cuts, and the ledger says what is in doubt.
    let Ok((mut interrupt, mut terminate)) = signals else { return };
    let halt = halt.clone();
    tokio::spawn(async move {
        for nth in 0_u32.. {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if nth > 0 {
                std::process::exit(CUT_OFF);
            }
            output::error("arrêt demandé : les courriels en cours se terminent (Ctrl-C encore une fois pour couper)");
            halt.ask();
        }
    });
}
