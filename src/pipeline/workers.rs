//! Which of this machine's processes, that hold rows of the ledger or leads, run no more.

use crate::store::WorkerId;

/// Those of `workers` on our machine whose process is gone, or whose number another program has.
pub(super) fn dead(mut workers: Vec<WorkerId>, own: &WorkerId) -> Vec<WorkerId> {
    workers.retain(|worker| worker.host == own.host && is_dead(worker, own));
    workers
}

fn is_dead(worker: &WorkerId, own: &WorkerId) -> bool {
    if worker.pid == own.pid {
        return worker.token != own.token;
    }
    match std::fs::read_to_string(format!("/proc/{}/comm", worker.pid)) {
        Ok(command) => !command.starts_with("glaneur"),
        Err(_) => true,
    }
}
