//! What an outcome means for its row, and what a streak of them means for the edition.
//!
//! Pure. A server that refuses one recipient by policy may have its reasons; one that refuses five in a row refuses us: a
//! quota is used up, a password is missing, the sender is not allowed. Refusals are final, so those of such a streak are
//! put off until a mail that gets through shows that they were meant for their recipients. What is left of such a streak
//! once the edition is resumed is put off too.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::Tempo;
use crate::deliver;
use crate::model::DeliveryId;
use crate::store::{Claimed, Outcome, Verdict};

/// Refusals by policy in a row, before the edition is paused.
pub(super) const POLICY_REFUSALS_MAX: usize = 5;
/// As many, and nobody accepted at all, are enough when there are no more members to try.
const POLICY_REFUSALS_OF_ALL: usize = 3;
/// Mails in a row that the server put off because of itself, before it is left alone for a while.
pub(super) const BUSY_MAX: u32 = 5;
/// A mail that may have arrived this many times is not sent again: the member has it, or an administrator must look.
pub(super) const DOUBTS_MAX: u32 = 3;

/// An attempt, judged.
#[derive(Debug)]
pub(super) enum Judged {
    Recorded(Outcome, Sign),
    /// Never handed over: the row is given back.
    Untouched {
        why: String,
        hopeless: bool,
    },
}

/// What an answer says of the server's mind towards us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Takes,
    /// It refuses by policy.
    TurnsAway,
    /// It has no room, or has had enough of us for now.
    Busy,
    /// It finds that we send too much; perhaps to this domain alone.
    Throttles,
    /// It wants to wait with this domain's mails.
    Later,
    /// It speaks of this recipient alone.
    Neutral,
}

pub(super) fn judge(row: &Claimed, outcome: deliver::Outcome, now: DateTime<Utc>, tempo: &Tempo) -> Judged {
    let next_at = now + tempo.retry_after(row.attempts);
    let (verdict, reply, sign) = match outcome {
        deliver::Outcome::Sent { reply } => (Verdict::Sent, reply, Sign::Takes),
        deliver::Outcome::Deferred { reply } => {
            let sign = sign_of_later(&reply);
            (Verdict::Deferred { next_at }, reply, sign)
        }
        // Put off, not refused, until it is known whom the policy is against.
        deliver::Outcome::Refused { reply } if is_policy(&reply) => {
            (Verdict::Deferred { next_at: next_at.max(now + tempo.policy_rests) }, reply, Sign::TurnsAway)
        }
        deliver::Outcome::Refused { reply } => (Verdict::Refused, reply, Sign::Neutral),
        deliver::Outcome::Uncertain { why } => {
            (Verdict::Uncertain { next_at: next_at.max(now + tempo.doubt_rests) }, why, Sign::Neutral)
        }
        deliver::Outcome::Unreachable { why, hopeless } => return Judged::Untouched { why, hopeless },
        deliver::Outcome::OutOfTime { why } => return Judged::Untouched { why, hopeless: false },
    };
    Judged::Recorded(Outcome { delivery: row.delivery, fence: row.fence, verdict, reply: Some(reply) }, sign)
}

/// The server's mind, from answer to answer.
#[derive(Debug, Default)]
pub(super) struct Mood {
    turned_away: Vec<TurnedAway>,
    busy: u32,
    last_policy: String,
    /// Mails of this edition were refused by policy before: until one gets through, what is refused may be so again for
    /// the same reason.
    wary: bool,
    /// When the first mail got through.
    first_taken: Option<Instant>,
}

#[derive(Debug)]
struct TurnedAway {
    answered: Instant,
    row: (DeliveryId, i64),
    /// Of a streak that began before: it stays put off, and is tried again.
    of_before: bool,
}

/// What follows from an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    /// These refusals were meant for their recipients: they are final.
    Refuse(Vec<(DeliveryId, i64)>),
    /// Everybody is refused: a person must look.
    TurnedAway {
        why: String,
    },
    /// The server must be left alone.
    Busy {
        why: String,
    },
}

impl Mood {
    /// Of a server that refused mails of this edition by policy, or did not.
    pub(super) fn towards(refused_before: bool) -> Self {
        Self { wary: refused_before, ..Self::default() }
    }

    /// `began` and `ended` are those of the attempt: a mail that was already under way when another was refused proves
    /// nothing of that refusal.
    pub(super) fn note(&mut self, outcome: &Outcome, sign: Sign, began: Instant, ended: Instant) -> Then {
        let reply = outcome.reply.as_deref().unwrap_or_default();
        match sign {
            Sign::Takes => {
                self.busy = 0;
                self.first_taken.get_or_insert(ended);
                let (meant, open) = self.turned_away.drain(..).partition(|refusal| refusal.answered <= began);
                self.turned_away = open;
                refuse(meant)
            }
            Sign::TurnsAway => {
                let of_before = self.wary && self.first_taken.is_none_or(|taken| began < taken);
                let row = (outcome.delivery, outcome.fence);
                self.turned_away.push(TurnedAway { answered: ended, row, of_before });
                self.last_policy = reply.to_owned();
                if self.turned_away.len() < POLICY_REFUSALS_MAX { Then::GoOn } else { self.all_turned_away() }
            }
            Sign::Busy => {
                self.busy += 1;
                if self.busy < BUSY_MAX {
                    return Then::GoOn;
                }
                self.busy = 0;
                Then::Busy { why: format!("le serveur remet tous les courriels à plus tard : {reply}") }
            }
            Sign::Throttles | Sign::Later | Sign::Neutral => Then::GoOn,
        }
    }

    /// There is nobody else to try: what the refusals so far were.
    pub(super) fn conclude(&mut self, anybody_accepted: bool) -> Then {
        if self.turned_away.len() >= POLICY_REFUSALS_OF_ALL && !anybody_accepted {
            return self.all_turned_away();
        }
        refuse(std::mem::take(&mut self.turned_away))
    }

    /// From here on these rows stay put off, even if an answer under way is kinder.
    fn all_turned_away(&mut self) -> Then {
        self.turned_away.clear();
        let reply = &self.last_policy;
        let advice = "vérifiez le quota du relais, et [mail] user, password_file et from";
        Then::TurnedAway { why: format!("le serveur refuse tous les destinataires : {reply} — {advice}") }
    }
}

fn refuse(meant: Vec<TurnedAway>) -> Then {
    let rows: Vec<_> = meant.into_iter().filter(|refusal| !refusal.of_before).map(|refusal| refusal.row).collect();
    if rows.is_empty() { Then::GoOn } else { Then::Refuse(rows) }
}

/// A refusal that is not the recipient's doing (RFC 3463: X.7.X), as far as the reply tells.
pub(super) fn is_policy(reply: &str) -> bool {
    const WORDS: [&str; 12] = [
        "quota",
        "rate limit",
        "limit exceeded",
        "too many",
        "policy",
        "blocked",
        "blacklist",
        "blocklist",
        "reputation",
        "relay",
        "not allowed to send",
        "suspended",
    ];
    match status(reply) {
        Some((_, 7)) => true,
        Some(_) => false,
        None => says_one_of(reply, &WORDS),
    }
}

/// Whose doing a "later" is: the server's own, when it closes (421) or has no room (452, 4.3.X); the domain's, when it
/// finds that we send too much, or does not say; the recipient's, when it speaks of the mailbox or of greylisting.
fn sign_of_later(reply: &str) -> Sign {
    const TOO_MUCH: [&str; 5] = ["too many", "too much", "rate", "limit", "quota"];
    let of_the_recipient = says_one_of(reply, &["greylist", "graylist"]) || matches!(status(reply), Some((_, 1 | 2)));
    // Our own words, of a connection that broke, say nothing of anybody.
    if of_the_recipient || !reply.starts_with('4') {
        return Sign::Neutral;
    }
    if reply.starts_with("421") || reply.starts_with("452") || matches!(status(reply), Some((_, 3))) {
        return Sign::Busy;
    }
    if says_one_of(reply, &TOO_MUCH) { Sign::Throttles } else { Sign::Later }
}

fn says_one_of(reply: &str, words: &[&str]) -> bool {
    let reply = reply.to_lowercase();
    words.iter().any(|word| reply.contains(word))
}

/// Class and subject of the enhanced status that stands after the code (RFC 2034).
fn status(reply: &str) -> Option<(u8, u16)> {
    let mut parts = reply.split_whitespace().nth(1)?.splitn(3, '.');
    let class: u8 = parts.next()?.parse().ok().filter(|class| matches!(class, 2 | 4 | 5))?;
    let subject = parts.next()?.parse().ok()?;
    parts.next()?.parse::<u16>().ok()?;
    Some((class, subject))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(n: i64, reply: &str) -> Outcome {
        Outcome { delivery: DeliveryId(n), fence: 1, verdict: Verdict::Refused, reply: Some(reply.to_owned()) }
    }

    #[test]
    fn a_refusal_by_policy_is_told_from_one_of_the_recipient() {
        let check = |reply: &str, expected: bool| assert_eq!(is_policy(reply), expected, "{reply}");
        check("554 5.7.1 relay access denied", true);
        check("550 5.7.1 quota exceeded", true);
        check("550 5.1.1 user unknown", false);
        check("552 5.2.2 mailbox over quota", false);
        check("550 Message rejected: hourly quota reached", true);
        check("550 your IP is blocked", true);
        check("550 no such user here", false);
        check("500 5.3.0 Error: command failed", false);
        check("", false);
    }

    #[test]
    fn a_server_that_has_had_enough_is_told_from_one_that_delays_a_domain_or_a_recipient() {
        let check = |reply: &str, expected: Sign| assert_eq!(sign_of_later(reply), expected, "{reply}");
        check("421 4.3.2 shutting down", Sign::Busy);
        check("421 too many connections", Sign::Busy);
        check("452 4.3.1 insufficient storage", Sign::Busy);
        check("452 too many mails", Sign::Busy);
        check("450 4.7.1 too much mail from you", Sign::Throttles);
        check("451 4.7.1 rate limited", Sign::Throttles);
        check("451 4.7.1 try again later", Sign::Later);
        check("450 4.4.1 no answer from host", Sign::Later);
        check("451 temporary failure", Sign::Later);
        check("452 4.2.2 mailbox full", Sign::Neutral);
        check("450 4.2.0 greylisted, try in 300 seconds", Sign::Neutral);
        check("451 4.7.1 Greylisting in action, limit 5 min", Sign::Neutral);
        check("450 4.1.1 unverified address", Sign::Neutral);
        check("le serveur a fermé la connexion, au destinataire", Sign::Neutral);
    }

    #[test]
    fn a_streak_of_refusals_pauses_and_a_mail_that_gets_through_makes_them_final() {
        let mut mood = Mood::default();
        let start = Instant::now();
        let at = |s: u64| start + std::time::Duration::from_secs(s);
        let away = |mood: &mut Mood, n: i64| mood.note(&outcome(n, "550 5.7.1 quota"), Sign::TurnsAway, at(0), at(1));
        assert_eq!(away(&mut mood, 1), Then::GoOn);
        assert_eq!(away(&mut mood, 2), Then::GoOn);
        assert_eq!(mood.note(&outcome(3, "550 5.1.1 unknown"), Sign::Neutral, at(0), at(1)), Then::GoOn);
        assert_eq!(mood.note(&outcome(4, "250 ok"), Sign::Takes, at(0), at(2)), Then::GoOn, "it was under way before");
        let meant = Then::Refuse(vec![(DeliveryId(1), 1), (DeliveryId(2), 1)]);
        assert_eq!(mood.note(&outcome(4, "250 ok"), Sign::Takes, at(1), at(2)), meant);
        for n in 5..9 {
            assert_eq!(away(&mut mood, n), Then::GoOn);
        }
        let Then::TurnedAway { why } = away(&mut mood, 9) else { panic!("{mood:?}") };
        assert!(why.contains("550 5.7.1 quota") && why.contains("quota du relais"), "{why}");
    }

    #[test]
    fn what_is_left_of_a_quota_refuses_nobody() {
        let start = Instant::now();
        let at = |s: u64| start + std::time::Duration::from_secs(s);
        let away = |mood: &mut Mood, n: i64, s: u64| {
            mood.note(&outcome(n, "550 5.7.1 quota"), Sign::TurnsAway, at(s), at(s + 1))
        };
        let takes = |mood: &mut Mood, s: u64| mood.note(&outcome(90, "250 ok"), Sign::Takes, at(s), at(s + 1));
        let mut mood = Mood::towards(true);
        (0..4).for_each(|n| assert_eq!(away(&mut mood, n, 0), Then::GoOn));
        assert_eq!(takes(&mut mood, 2), Then::GoOn);
        // Under way when the first one got through.
        assert_eq!(away(&mut mood, 5, 2), Then::GoOn);
        assert_eq!(takes(&mut mood, 4), Then::GoOn);
        // From here on a refusal means its recipient.
        assert_eq!(away(&mut mood, 6, 5), Then::GoOn);
        assert_eq!(takes(&mut mood, 7), Then::Refuse(vec![(DeliveryId(6), 1)]));
        // Still the quota, and the last members of the edition: they wait.
        let mut mood = Mood::towards(true);
        (0..2).for_each(|n| assert_eq!(away(&mut mood, n, 0), Then::GoOn));
        assert_eq!(mood.conclude(true), Then::GoOn);
        assert_eq!((0..5).map(|n| away(&mut mood, n, 9)).filter(|then| *then != Then::GoOn).count(), 1);
    }

    #[test]
    fn at_the_end_a_short_streak_is_the_recipients_unless_nobody_was_accepted() {
        let check = |refusals: i64, accepted: bool, expected: &str| {
            let mut mood = Mood::default();
            for n in 0..refusals {
                mood.note(
                    &outcome(n, "554 5.7.1 relay access denied"),
                    Sign::TurnsAway,
                    Instant::now(),
                    Instant::now(),
                );
            }
            let then = format!("{:?}", mood.conclude(accepted));
            assert!(then.starts_with(expected), "{refusals} {accepted}: {then}");
        };
        check(0, false, "GoOn");
        check(2, false, "Refuse");
        check(3, false, "TurnedAway");
        check(3, true, "Refuse");
    }

    #[test]
    fn five_mails_put_off_in_a_row_are_enough() {
        let mut mood = Mood::default();
        let now = Instant::now();
        let busy = |mood: &mut Mood| mood.note(&outcome(1, "421 too many"), Sign::Busy, now, now);
        (1..BUSY_MAX).for_each(|_| assert_eq!(busy(&mut mood), Then::GoOn));
        mood.note(&outcome(1, "250 ok"), Sign::Takes, now, now);
        (1..BUSY_MAX).for_each(|_| assert_eq!(busy(&mut mood), Then::GoOn));
        assert!(matches!(busy(&mut mood), Then::Busy { .. }));
    }
}
