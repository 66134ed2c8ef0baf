//! What came back, for administrators: a list, and a mail a day at most with what is new, in the servers' own words.
//!
//! Nothing is done here: nobody is suspended, and a successor whom an answer names is shown, never added.

use std::fmt::Write as _;

use chrono::TimeDelta;

use super::super::lead::Leads;
use super::super::post::{Drawer, post};
use super::super::{App, Trouble};
use crate::deliver::bounce;
use crate::model::Rendered;
use crate::store::CameBack;

/// Of one mail, and of the list.
const SHOWN_MAX: u32 = 200;
const PAUSE_HOURS: i64 = 20;
/// One process at a time writes.
const LEAD: &str = "returns-to-admins";
/// How far administrators were told: the number of the last return, and when.
const TOLD: &str = "returns told";

/// What a person may have to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    Dead,
    /// It failed, and the address may be good.
    Failed,
    Complaint,
    Left,
    /// An automatic answer that a person should read.
    ToRead,
}

impl Matter {
    fn of(returned: &CameBack) -> Option<Self> {
        Some(match returned.returned.kind.as_str() {
            "hard" => Self::Dead,
            "soft" => Self::Failed,
            "complaint" => Self::Complaint,
            "unsubscribe" => Self::Left,
            // Ordinary absences keep no words.
            "auto-reply" if !returned.returned.diagnostic.is_empty() => Self::ToRead,
            _ => return None,
        })
    }

    pub fn french(self) -> &'static str {
        match self {
            Self::Dead => "adresse refusée",
            Self::Failed => "remise manquée",
            Self::Complaint => "signalé comme indésirable",
            Self::Left => "a demandé à partir",
            Self::ToRead => "réponse automatique à lire",
        }
    }
}

/// One thing that came back, as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    pub matter: Matter,
    pub back: CameBack,
    /// Another address that an automatic answer names.
    pub successor: Option<String>,
}

impl Shown {
    fn of(back: CameBack) -> Option<Self> {
        let matter = Matter::of(&back)?;
        let own = back.email.as_ref().map(|email| email.expose().to_owned());
        let others = || bounce::addresses(&back.returned.diagnostic).into_iter().map(|found| found.to_lowercase());
        let successor =
            (matter == Matter::ToRead).then(|| others().find(|found| Some(found) != own.as_ref())).flatten();
        Some(Self { matter, back, successor })
    }

    /// Without the address, which stands before it.
    pub fn sentence(&self) -> String {
        let mut sentence = self.matter.french().to_owned();
        if self.back.is_suspended {
            sentence.push_str(", suspendu");
        }
        let _ = write!(sentence, " : « {} »", self.back.returned.diagnostic);
        if let Some(successor) = &self.successor {
            let _ = write!(sentence, " (adresse nommée : {successor} ; personne n'a été ajouté)");
        }
        sentence
    }
}

/// What came back in these days, the oldest first.
pub async fn list(app: &App, days: u32) -> Result<Vec<Shown>, Trouble> {
    let since = app.clock.now() - TimeDelta::days(i64::from(days));
    let mut shown = Vec::new();
    let mut after = 0;
    loop {
        let page = app.store.came_back(after, SHOWN_MAX).await?;
        let Some(last) = page.last() else { return Ok(shown) };
        after = last.id;
        shown.extend(page.into_iter().filter(|back| back.returned.at >= since).filter_map(Shown::of));
    }
}

/// Mails what is new since the last time, once a day at most. Returns how many it tells.
pub async fn tell_admins(app: &App) -> Result<usize, Trouble> {
    let (after, at) = told(app).await?;
    let now = app.clock.now();
    if at.is_some_and(|at| now.timestamp() - at < PAUSE_HOURS * 3600) || app.store.came_back(after, 1).await?.is_empty()
    {
        return Ok(0);
    }
    let lead = Leads::take(app, vec![LEAD.to_owned()]).await?;
    if !lead.hold(LEAD) {
        return Ok(0);
    }
    let done = tell(app, after).await;
    lead.give_up().await;
    done
}

async fn tell(app: &App, after: i64) -> Result<usize, Trouble> {
    let news = app.store.came_back(after, SHOWN_MAX).await?;
    let Some(last) = news.last().map(|back| back.id) else { return Ok(0) };
    let shown: Vec<Shown> = news.into_iter().filter_map(Shown::of).collect();
    if !shown.is_empty() {
        // The same facts, the same Message-ID: who gets it twice sees it once.
        if !mail(app, &content(app, &shown), &format!("returns {after}-{last}")).await {
            return Ok(0);
        }
    }
    app.store.set_meta(TOLD, &format!("{last}:{}", app.clock.now().timestamp())).await?;
    Ok(shown.len())
}

/// False when nobody could be told now.
async fn mail(app: &App, content: &Rendered, seed: &str) -> bool {
    let only_to = &app.settings.mail.only_to;
    let to = if only_to.is_empty() { &app.settings.admins } else { only_to };
    let mut done = to.is_empty();
    for address in to {
        let seed = format!("{seed} {}", address.expose());
        match post(app, Drawer::Administrators, address, content.clone(), &seed).await {
            Ok(()) => done = true,
            Err(trouble) => tracing::warn!(%trouble, "an administrator could not be told of what came back"),
        }
    }
    done
}

/// Words of strangers, quoted in sentences, are text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

async fn told(app: &App) -> Result<(i64, Option<i64>), Trouble> {
    let kept = app.store.meta(TOLD).await?.unwrap_or_default();
    let (id, at) = kept.split_once(':').unwrap_or_default();
    Ok((id.parse().unwrap_or(0), at.parse().ok()))
}

fn content(app: &App, shown: &[Shown]) -> Rendered {
    let mut text = "Bonjour,\n\nVoici ce qui est revenu de nos courriels :\n\n".to_owned();
    let mut html = "<p>Bonjour,</p>\n<p>Voici ce qui est revenu de nos courriels :</p>\n<ul>\n".to_owned();
    for one in shown {
        let who = one.back.email.as_ref().map_or("(inconnu ou effacé)", |email| email.expose());
        let said = one.sentence();
        // Writing to a string does not fail.
        let _ = writeln!(text, "- {who} : {said}");
        let _ = writeln!(html, "<li>{} : {}</li>", escaped(who), escaped(&said));
    }
    let end = "Rien n'est définitif : « glaneur members resume ADRESSE » sert de nouveau un membre suspendu, « glaneur \
               bounces list » redit tout cela. Personne n'est ajouté d'après une réponse : ajoutez vous-même un \
               successeur, avec son accord.";
    let _ = write!(text, "\n{end}\n");
    let _ = write!(html, "</ul>\n<p>{end}</p>\n");
    let number = shown.len();
    let subject = format!("[{}] Retours : {number} à regarder", app.settings.network);
    Rendered { subject, text, html, attachments: Vec::new() }
}
