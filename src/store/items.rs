//! Items: what each source lists, as found, with what was understood of it.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::sql::{Columns, ROWS_MAX, json, ms, outside, outside_or_null, places};
use super::{Store, StoreError};
use crate::model::{Item, NoticeId, SourceId, Understanding, Validators};

/// An item as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    pub id: i64,
    pub record: ItemRecord,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// What is kept of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRecord {
    pub source: SourceId,
    /// [`Item::key`]: with the source and the campaign year, what tells this item from all others.
    pub key: String,
    pub campaign_year: Option<i32>,
    pub url: Option<String>,
    /// Of what the list showed: unchanged, its page need not be read again.
    pub list_hash: String,
    /// Of the whole clean item.
    pub content_hash: String,
    pub notice: NoticeId,
    /// What `understand` compares items by; opaque here.
    pub sameness: String,
    pub item: Item,
    pub understanding: Understanding,
    /// Of its own page.
    pub detail_validators: Validators,
}

/// What a round needs to know of an item before reading it.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemHead {
    pub id: i64,
    pub key: String,
    pub campaign_year: Option<i32>,
    pub url: Option<String>,
    pub list_hash: String,
    pub content_hash: String,
    pub notice: NoticeId,
    pub detail_validators: Validators,
    pub last_seen: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub item: i64,
    pub notice: NoticeId,
    pub sameness: String,
}

impl Store {
    pub async fn item_heads(&self, source: &SourceId) -> Result<Vec<ItemHead>, StoreError> {
        sqlx::query(
            "SELECT id, key, campaign_year, url, list_hash, content_hash, notice, etag, last_modified, last_seen \
             FROM items WHERE source = $1 ORDER BY id",
        )
        .bind(source.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(head)
        .collect()
    }

    pub async fn item(&self, id: i64) -> Result<Option<StoredItem>, StoreError> {
        let row = sqlx::query("SELECT * FROM items WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(stored).transpose()
    }

    pub async fn items_of_notice(&self, notice: &NoticeId) -> Result<Vec<StoredItem>, StoreError> {
        let sql = "SELECT * FROM items WHERE notice = $1 ORDER BY id";
        sqlx::query(sql).bind(notice.as_str()).fetch_all(&self.pool).await?.iter().map(stored).collect()
    }

    /// Up to `limit` items after the id `after` (0 at first), in order: all items, batch by batch.
    pub async fn items_after(&self, after: i64, limit: u32) -> Result<Vec<StoredItem>, StoreError> {
        let sql = "SELECT * FROM items WHERE id > $1 ORDER BY id LIMIT $2";
        sqlx::query(sql).bind(after).bind(i64::from(limit)).fetch_all(&self.pool).await?.iter().map(stored).collect()
    }

    pub async fn all_fingerprints(&self) -> Result<Vec<Fingerprint>, StoreError> {
        let rows = sqlx::query("SELECT id, notice, sameness FROM items ORDER BY id").fetch_all(&self.pool).await?;
        let fingerprint = |row: &AnyRow| {
            Ok(Fingerprint {
                item: row.int("id")?,
                notice: NoticeId(row.text("notice")?),
                sameness: row.text("sameness")?,
            })
        };
        rows.iter().map(fingerprint).collect()
    }

    /// These items, and their notices, were listed again at `now`.
    pub async fn touch_items(&self, ids: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for ids in ids.chunks(ROWS_MAX) {
            let these = places(2, ids.len());
            // Never backwards: a round replayed with an older clock does not make a notice look abandoned.
            let items = format!("UPDATE items SET last_seen = $1 WHERE last_seen < $1 AND id IN ({these})");
            let notices = format!(
                "UPDATE notices SET last_seen = $1 WHERE last_seen < $1 AND id IN (SELECT notice FROM items WHERE id IN ({these}))"
            );
            for sql in [items, notices] {
                let query = sqlx::query(AssertSqlSafe(sql)).bind(ms(now));
                ids.iter().fold(query, |query, id| query.bind(*id)).execute(tx.conn()).await?;
            }
        }
        tx.commit().await
    }

    /// Points items to another notice: for splitting what was taken for one.
    pub async fn move_items(&self, ids: &[i64], notice: &NoticeId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for ids in ids.chunks(ROWS_MAX) {
            let sql = format!("UPDATE items SET notice = $1 WHERE id IN ({})", places(2, ids.len()));
            let query = sqlx::query(AssertSqlSafe(sql)).bind(notice.as_str().to_owned());
            ids.iter().fold(query, |query, id| query.bind(*id)).execute(tx.conn()).await?;
        }
        tx.commit().await
    }
}

const COLUMNS: &str = "source, key, campaign_year, url, list_hash, content_hash, notice, sameness, item, understanding, \
                       etag, last_modified, first_seen, last_seen";

/// Writes an item; known by `id`, or else by its source, key and campaign year. Returns its id.
pub(super) async fn save(
    conn: &mut AnyConnection,
    id: Option<i64>,
    record: &ItemRecord,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let sql = match id {
        Some(_) => {
            format!("UPDATE items SET ({COLUMNS}) = ({}, first_seen, $14) WHERE id = $13 RETURNING id", places(1, 12))
        }
        None => format!(
            "INSERT INTO items ({COLUMNS}) VALUES ({}, $13, $14) ON CONFLICT (source, key, campaign_year) DO UPDATE SET \
             url = excluded.url, list_hash = excluded.list_hash, content_hash = excluded.content_hash, \
             notice = excluded.notice, sameness = excluded.sameness, item = excluded.item, \
             understanding = excluded.understanding, etag = excluded.etag, last_modified = excluded.last_modified, \
             last_seen = excluded.last_seen RETURNING id",
            places(1, 12)
        ),
    };
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(record.source.as_str())
        .bind(outside(&record.key))
        .bind(i64::from(record.campaign_year.unwrap_or(0)))
        .bind(outside_or_null(record.url.as_deref()))
        .bind(record.list_hash.as_str())
        .bind(record.content_hash.as_str())
        .bind(record.notice.as_str())
        .bind(outside(&record.sameness))
        .bind(json(&record.item)?)
        .bind(json(&record.understanding)?)
        .bind(outside_or_null(record.detail_validators.etag.as_deref()))
        .bind(outside_or_null(record.detail_validators.last_modified.as_deref()))
        .bind(id.unwrap_or(ms(at)))
        .bind(ms(at))
        .fetch_one(conn)
        .await?;
    row.int("id")
}

fn head(row: &AnyRow) -> Result<ItemHead, StoreError> {
    Ok(ItemHead {
        id: row.int("id")?,
        key: row.text("key")?,
        campaign_year: campaign_year(row)?,
        url: row.text_or_null("url")?,
        list_hash: row.text("list_hash")?,
        content_hash: row.text("content_hash")?,
        notice: NoticeId(row.text("notice")?),
        detail_validators: validators(row)?,
        last_seen: row.instant("last_seen")?,
    })
}

fn stored(row: &AnyRow) -> Result<StoredItem, StoreError> {
    let record = ItemRecord {
        source: row.parsed("source", SourceId::parse)?,
        key: row.text("key")?,
        campaign_year: campaign_year(row)?,
        url: row.text_or_null("url")?,
        list_hash: row.text("list_hash")?,
        content_hash: row.text("content_hash")?,
        notice: NoticeId(row.text("notice")?),
        sameness: row.text("sameness")?,
        item: row.json("item")?,
        understanding: row.json("understanding")?,
        detail_validators: validators(row)?,
    };
    Ok(StoredItem {
        id: row.int("id")?,
        record,
        first_seen: row.instant("first_seen")?,
        last_seen: row.instant("last_seen")?,
    })
}

fn campaign_year(row: &AnyRow) -> Result<Option<i32>, StoreError> {
    Ok(i32::try_from(row.int("campaign_year")?).ok().filter(|year| *year != 0))
}

fn validators(row: &AnyRow) -> Result<Validators, StoreError> {
    Ok(Validators { etag: row.text_or_null("etag")?, last_modified: row.text_or_null("last_modified")? })
}
