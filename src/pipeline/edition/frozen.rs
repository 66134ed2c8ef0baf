//! What is frozen of an edition: its frame, its recipients, its digests.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::super::{App, Trouble};
use super::Edits;
use super::look::Look;
use crate::model::{Digest, EditionId, Language, NoticeId, TerritoryCode, ThemeId};
use crate::store::DigestId;

/// What all digests of an edition share, as it was when the edition was created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frame {
    pub language: Language,
    pub network: String,
    pub zone: Tz,
    pub as_of: DateTime<Utc>,
    /// Sources that were down, and since when.
    #[serde(default)]
    pub silent: Vec<Silent>,
    /// Where a reader may write.
    pub contact: Option<String>,
    #[serde(default)]
    pub approval: Approval,
    #[serde(default)]
    pub edits: Edits,
    /// Notices found later wait for the next edition; `None`: those after `as_of`.
    #[serde(default)]
    pub known_until: Option<DateTime<Utc>>,
    /// The drafts that nobody approved and whose place this edition takes.
    #[serde(default)]
    pub replaced: Vec<EditionId>,
    /// A corrective edition says of this notice alone what was wrong, to those who received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<NoticeId>,
    /// Kept at approval; a draft has none, nor has an edition approved before looks were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
}

/// Who was to approve the edition, as the settings had it when it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// Nobody: it leaves unread.
    AtOnce,
    #[default]
    ByAPerson,
}

/// A source that could not be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Silent {
    pub name: String,
    pub since: NaiveDate,
    /// What it covers; nothing: nobody knows, it concerns everybody.
    pub territory: Vec<TerritoryCode>,
}

/// Whom a digest speaks to, as they were at approval.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recipient {
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub cohorts: Vec<String>,
    pub territories: Vec<TerritoryCode>,
    pub themes: Vec<ThemeId>,
}

/// What is frozen of a digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frozen {
    pub digest: Digest,
    /// The version of the templates it was approved with.
    pub templates: String,
}

impl Recipient {
    pub fn full_name(&self) -> Option<String> {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        Some(name).filter(|name| !name.is_empty())
    }
}

pub(in crate::pipeline) async fn frozen_digests(
    app: &App,
    ids: &[DigestId],
) -> Result<HashMap<DigestId, Frozen>, Trouble> {
    let contents = app.store.digests(ids).await?;
    Ok(contents.into_iter().filter_map(|(id, content)| Some((id, serde_json::from_value(content).ok()?))).collect())
}

pub(in crate::pipeline) fn frame_of(edition_frame: &serde_json::Value) -> Result<Frame, Trouble> {
    serde_json::from_value(edition_frame.clone()).map_err(|error| {
        Trouble::File(format!("le cadre de l'édition est illisible ({error}) : restaurez une sauvegarde"))
    })
}
