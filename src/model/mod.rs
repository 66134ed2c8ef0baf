//! The words of the project, as types. Everything speaks them; they import nothing of ours.
//!
//! The story they tell: a [`Source`] lists [`Item`]s; understood, an item becomes a [`Notice`]; matched with a
//! [`Profile`], notices become a [`Digest`]; an [`Edition`] has one [`Delivery`] for each [`Member`].
//! No clock, disk, network or SQL here.

mod cohort;
mod date;
mod delivery;
mod digest;
mod edition;
mod health;
mod hex;
mod http;
mod item;
mod mail;
mod member;
mod notice;
mod os;
mod problem;
mod reading;
mod source;
mod spelling;
mod territory;
mod theme;
mod understanding;

pub use cohort::{Cohort, CohortId};
pub use date::Deadline;
pub use delivery::{Delivery, DeliveryId, DeliveryState, SkipReason};
pub use digest::{
    Acquaintance, Campaign, Digest, Entry, Reason, RegionAccreditation, Relation, Section, Showing, Turn,
};
pub use edition::{Edition, EditionId, EditionState, Origin};
pub use health::{Ailment, Health, HealthTurn, SourceEvent, Symptom};
pub use hex::hex;
pub use http::{Body, Method, Request, Response, Validators};
pub use item::{Attachment, Fields, Item, Stated};
pub use mail::{EmailAddress, InvalidEmailAddress, Mail, MailAttachment, Mailbox, Rendered};
pub use member::{Member, MemberField, MemberId, MemberState, OrganisationKind, Profile, Rhythm};
pub use notice::{Change, Correction, CorrectionValue, Link, Notice, NoticeId, Status};
pub use os::why_refused;
pub use problem::{Problem, Problems};
pub use reading::{Aspect, Doubt, DoubtReason, Field, Language, Quote, Reading};
pub use source::{
    DetailSelect, Documents, InvalidSourceId, JsonSelect, ListSelect, Paging, Reach, Source, SourceId, SourceKind,
};
pub use spelling::unaccented;
pub use territory::{InvalidTerritoryCode, Level, TerritoryCode};
pub use theme::{Theme, ThemeExpression, ThemeId, Themes};
pub use understanding::{Audience, CallType, Kind, Understanding};
