//! What enters a digest when there is more than it holds, and in which order it stands there.
//!
//! Two orders, for two promises (docs/decisions/0045-order.md). Who enters: first what this member would never see
//! otherwise. How it stands: nearest place first, then the nearest deadline. It refuses to know the history.

use std::cmp::Reverse;

use super::digest::Limits;
use crate::model::{Deadline, Digest, Entry, Level, NoticeId, Section};

/// Something to tell, with what decides about its place.
pub(super) struct Told<'a> {
    pub entry: Entry,
    pub need: Need,
    pub nearness: Level,
    /// The one still open.
    pub deadline: Option<Deadline>,
    pub id: &'a NoticeId,
}

/// Why it should be told now; smaller comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Never shown, and lost without this digest, or if the next one failed: it enters even when twelve are in.
    LastChance,
    /// It changed since it was shown: somebody may be working on an application.
    Changed,
    /// About to close, shown before.
    Reminder,
    /// Never shown; an earlier edition had no room for it.
    Waited,
    /// Never shown.
    Fresh,
}

impl Need {
    fn is_unseen(self) -> bool {
        matches!(self, Self::LastChance | Self::Waited | Self::Fresh)
    }
}

/// Takes what enters, in the order in which it stands.
pub(super) fn fill(digest: &mut Digest, mut told: Vec<Told<'_>>, limits: Limits) {
    told.sort_by(|a, b| entry_key(a).cmp(&entry_key(b)));
    let (mut kept, mut late_reminders) = (Vec::with_capacity(told.len()), Vec::new());
    let mut room = Room { items: 0, reminders: 0, aids: 0, network: 0, limits };
    for told in told {
        match room.take(&told) {
            true => kept.push(told),
            false if told.need == Need::Reminder => late_reminders.push(told),
            false if !is_apart(told.entry.section) && told.need.is_unseen() => digest.left_for_next += 1,
            false => {}
        }
    }
    // Reminders take what room is left when all that is new is in.
    let spare = limits.items_max.saturating_sub(room.items);
    kept.extend(late_reminders.into_iter().take(spare));
    kept.sort_by(|a, b| standing_key(a).cmp(&standing_key(b)));
    digest.entries = kept.into_iter().map(|told| told.entry).collect();
}

fn is_apart(section: Section) -> bool {
    matches!(section, Section::Aid | Section::Network)
}

struct Room {
    items: usize,
    reminders: usize,
    aids: usize,
    network: usize,
    limits: Limits,
}

impl Room {
    /// Whether there is room; if so it is taken.
    fn take(&mut self, told: &Told<'_>) -> bool {
        let Self { items, reminders, aids, network, limits } = self;
        let (count, max) = match (told.entry.section, told.need) {
            (Section::Aid, _) => (aids, limits.aids_max),
            (Section::Network, _) => (network, limits.network_max),
            (_, Need::LastChance) => (items, limits.stretched_max.max(limits.items_max)),
            (_, Need::Reminder) if *reminders >= limits.reminders_max => return false,
            _ => (items, limits.items_max),
        };
        if *count >= max {
            return false;
        }
        *count += 1;
        if told.need == Need::Reminder {
            *reminders += 1;
        }
        true
    }
}

type Nearest<'a> = (Reverse<Level>, bool, Option<Deadline>, &'a NoticeId);

fn nearest<'a>(told: &Told<'a>) -> Nearest<'a> {
    // What has no deadline comes after what has one.
    (Reverse(told.nearness), told.deadline.is_none(), told.deadline, told.id)
}

/// Of those that are pressed by time, the first to close enter first; of the others, the nearest.
fn entry_key<'a>(told: &Told<'a>) -> (Need, Option<Deadline>, Nearest<'a>) {
    let pressed = matches!(told.need, Need::LastChance | Need::Reminder);
    (told.need, told.deadline.filter(|_| pressed), nearest(told))
}

fn standing_key<'a>(told: &Told<'a>) -> (Section, Nearest<'a>) {
    (told.entry.section, nearest(told))
}
