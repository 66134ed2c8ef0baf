//! A member's own choices: territories, themes, rhythm, a pause. GET shows; each POST does one thing and shows again.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;

use super::form::{Fields, RHYTHMS};
use super::leave::{failed, unknown};
use crate::compose::day_words;
use crate::model::{Language, Member, MemberState};
use crate::pipeline::agenda;
use crate::pipeline::own::{LinkSent, Wish};
use crate::store::StoreError;
use crate::web::{Page, Site};

/// What was just done, told once by the address of the page.
#[derive(Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

pub async fn show(State(site): State<Arc<Site>>, Path(token): Path<String>, Query(done): Query<Done>) -> Page {
    match site.desk.member(&token).await {
        Ok(Some(member)) => page(&site, (&token, ShownAt::Itself), &member, None, &[], sentence(&done.fait)).await,
        Ok(None) => unknown(&site),
        Err(error) => failed(&site, &error),
    }
}

pub async fn choose(State(site): State<Arc<Site>>, Path(token): Path<String>, body: Bytes) -> Response {
    let wish = Fields::of(&body).wish();
    act(&site, &token, "choix", async |member| {
        Ok(site.desk.choose(member, &wish).await?.map_err(|faults| (Some(wish.clone()), faults)))
    })
    .await
}

pub async fn pause(State(site): State<Arc<Site>>, Path(token): Path<String>, body: Bytes) -> Response {
    let fields = Fields::of(&body);
    act(&site, &token, "pause", async |member| {
        Ok(site.desk.pause(member, fields.one("jusqu_au")).await?.map_err(|fault| (None, vec![fault])))
    })
    .await
}

pub async fn resume(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    act(&site, &token, "reprise", async |member| site.desk.resume(member).await.map(Ok)).await
}

pub async fn leave(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    act(&site, &token, "depart", async |member| site.desk.leave(member).await.map(Ok)).await
}

pub async fn ask_for_data(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    act(&site, &token, "lien", async |member| {
        Ok(match site.desk.send_data_link(member).await? {
            LinkSent::Sent | LinkSent::JustBefore => Ok(()),
            LinkSent::Failed => Err((
                None,
                vec![
                    "le courriel n'a pas pu partir maintenant : réessayez plus tard, ou écrivez à l'équipe.".to_owned(),
                ],
            )),
        })
    })
    .await
}

/// What was written, to show it again, and what is wrong with it.
type Refusal = (Option<Wish>, Vec<String>);

/// Does one thing for the holder of a link; the answer sends the browser back to the page, so that a reload repeats nothing.
async fn act(
    site: &Site,
    token: &str,
    done: &str,
    what: impl AsyncFnOnce(&Member) -> Result<Result<(), Refusal>, StoreError>,
) -> Response {
    let member = match site.desk.member(token).await {
        Ok(Some(member)) => member,
        Ok(None) => return unknown(site).into_response(),
        Err(error) => return failed(site, &error).into_response(),
    };
    match what(&member).await {
        // Relative: the pages may stand below a path of the public address.
        Ok(Ok(())) => Redirect::to(&format!("../{token}?fait={done}")).into_response(),
        Ok(Err((wish, faults))) => {
            page(site, (token, ShownAt::Below), &member, wish, &faults, None).await.into_response()
        }
        Err(error) => failed(site, &error).into_response(),
    }
}

fn sentence(done: &str) -> Option<&'static str> {
    Some(match done {
        "choix" => "C’est enregistré. Le prochain message suivra vos choix.",
        "pause" => "C’est noté. Les appels encore ouverts à votre retour vous seront montrés.",
        "reprise" => "C’est noté. Vous recevrez le prochain message.",
        "depart" => "C’est fait. Vous ne recevrez plus rien.",
        "agenda" => "C’est fait. L’adresse d’avant, s’il y en avait une, ne donne plus rien.",
        "lien" => "Un lien part à votre adresse. Il vaut quatre heures.",
        _ => return None,
    })
}

/// From which address the page is shown: its forms are addressed from there, below whatever path the site stands.
#[derive(Clone, Copy)]
pub(super) enum ShownAt {
    Itself,
    /// In answer to one of its forms.
    Below,
}

impl ShownAt {
    pub(super) fn prefix(self, token: &str) -> String {
        match self {
            Self::Itself => token.to_owned(),
            Self::Below => format!("../{token}"),
        }
    }
}

async fn page(
    site: &Site,
    (token, shown_at): (&str, ShownAt),
    member: &Member,
    wish: Option<Wish>,
    faults: &[String],
    done: Option<&'static str>,
) -> Page {
    let wish = wish.unwrap_or_else(|| Wish {
        places: site.desk.place_names(member).join("\n"),
        themes: member.profile.themes.iter().map(ToString::to_string).collect(),
        rhythm: Some(member.rhythm),
    });
    let theme = |theme: &crate::model::Theme| {
        let chosen = wish.themes.iter().any(|id| id == theme.id.as_str());
        context! { id => theme.id.as_str(), label => &theme.label_fr, chosen }
    };
    let themes: Vec<_> = site.desk.themes.themes.iter().map(theme).collect();
    let rhythm = |(rhythm, word, label)| context! { word, label, chosen => wish.rhythm == Some(rhythm) };
    let rhythms = RHYTHMS.map(rhythm).to_vec();
    let (state, until) = match &member.state {
        MemberState::Active => ("active", None),
        MemberState::Paused { until } if *until > site.desk.today() => {
            ("paused", Some(day_words(*until, Language::Fr)))
        }
        MemberState::Paused { .. } => ("active", None),
        MemberState::Suspended { .. } => ("suspended", None),
        MemberState::Left { .. } => ("left", None),
    };
    let agenda = match agenda::address(&site.app(), member).await {
        Ok(agenda) => agenda,
        Err(trouble) => {
            tracing::error!(%trouble, "l'adresse d'un agenda n'a pas pu être lue");
            None
        }
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let values = context! {
        state, until, themes, rhythms, done, agenda,
        here => shown_at.prefix(token),
        faults => faults.to_vec(),
        address => member.email.masked(),
        places => &wish.places,
        lines => wish.places.lines().count().clamp(2, 8) + 1,
        tomorrow => site.desk.today().succ_opt().map(|day| day.to_string()),
    };
    site.page(status, "choices.html", values)
}
