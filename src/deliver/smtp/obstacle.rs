//! What keeps every mail from leaving, and whether it may pass by itself.

use super::reply::{Class, Fault, Reply};
use crate::deliver::Outcome;

/// Something between us and the server, whoever the mail is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    why: String,
    hope: Hope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hope {
    MayPass,
    NeedsAPerson,
}

impl Obstacle {
    pub(super) fn may_pass(why: impl Into<String>) -> Self {
        Self { why: why.into(), hope: Hope::MayPass }
    }

    pub(super) fn needs_a_person(why: impl Into<String>) -> Self {
        Self { why: why.into(), hope: Hope::NeedsAPerson }
    }

    pub(super) fn fault(place: &str, step: &str, fault: &Fault) -> Self {
        Self::may_pass(format!("{place}, {step} : {fault}"))
    }

    /// A reply other than the one awaited: 5xx waits for a person.
    pub(super) fn reply(place: &str, step: &str, reply: &Reply) -> Self {
        let why = format!("{place}, {step} : {reply}");
        match reply.class() {
            Class::Never => Self::needs_a_person(why),
            Class::Later | Class::Closing | Class::Done | Class::More => Self::may_pass(why),
        }
    }
}

impl From<Obstacle> for Outcome {
    fn from(obstacle: Obstacle) -> Self {
        Self::Unreachable { why: obstacle.why, hopeless: obstacle.hope == Hope::NeedsAPerson }
    }
}
