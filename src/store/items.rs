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
    /// The notice it was found as; a merge leaves it.
    pub found_as: NoticeId,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

/// What is kept of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRecord {
    pub source: SourceId,
    /// [`Item::key`]: with the source and the campaign, what tells this item from all others.
    pub key: String,
    pub campaign_year: Option<i32>,
    /// Counts the other calls that this address showed for the same year; 0 for the first.
    pub campaign_nth: u32,
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

    pub async fn items_of_notice(&self, notice: &NoticeId) -> Result<Vec<StoredItem>, StoreError> {
        of_notice(&mut *self.pool.acquire().await?, notice).await
    }

    /// The rows of up to `limit` items after the row `after` (0 at first), in order: all items, batch by batch.
    pub async fn items_after(&self, after: i64, limit: u32) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id FROM items WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = sqlx::query(sql).bind(after).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.iter().map(|row| row.int("id")).collect()
    }

    /// Up to `limit` items after the row `after` that were listed at or after `seen_from`, in order.
    pub async fn fingerprints_after(
        &self,
        after: i64,
        seen_from: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Fingerprint>, StoreError> {
        fingerprints(&mut *self.pool.acquire().await?, after, seen_from, limit).await
    }

    /// These items, and their notices, were listed again at `now`.
    pub async fn touch_items(&self, ids: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut work = self.notice_work().await?;
        work.touch_items(ids, now).await?;
        work.commit().await
    }
}

pub(super) async fn find(conn: &mut AnyConnection, id: i64) -> Result<Option<StoredItem>, StoreError> {
    let row = sqlx::query("SELECT * FROM items WHERE id = $1").bind(id).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn notice_of(conn: &mut AnyConnection, id: i64) -> Result<Option<NoticeId>, StoreError> {
    let row = sqlx::query("SELECT notice FROM items WHERE id = $1").bind(id).fetch_optional(conn).await?;
    row.map(|row| row.text("notice").map(NoticeId)).transpose()
}

pub(super) async fn of_notice(conn: &mut AnyConnection, notice: &NoticeId) -> Result<Vec<StoredItem>, StoreError> {
    let sql = "SELECT * FROM items WHERE notice = $1 ORDER BY id";
    sqlx::query(sql).bind(notice.as_str().to_owned()).fetch_all(conn).await?.iter().map(stored).collect()
}

pub(super) async fn of_keys(
    conn: &mut AnyConnection,
    source: &SourceId,
    keys: &[&str],
) -> Result<Vec<StoredItem>, StoreError> {
    let mut found = Vec::new();
    for keys in keys.chunks(ROWS_MAX) {
        let sql = format!("SELECT * FROM items WHERE source = $1 AND key IN ({}) ORDER BY id", places(2, keys.len()));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(source.as_str().to_owned());
        let query = keys.iter().fold(query, |query, key| query.bind(outside(key)));
        for row in query.fetch_all(&mut *conn).await? {
            found.push(stored(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn fingerprints(
    conn: &mut AnyConnection,
    after: i64,
    seen_from: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Fingerprint>, StoreError> {
    let sql = "SELECT id, sameness FROM items WHERE id > $1 AND last_seen >= $2 ORDER BY id LIMIT $3";
    let query = sqlx::query(sql).bind(after).bind(ms(seen_from)).bind(i64::from(limit));
    let fingerprint = |row: &AnyRow| Ok(Fingerprint { item: row.int("id")?, sameness: row.text("sameness")? });
    query.fetch_all(conn).await?.iter().map(fingerprint).collect()
}

pub(super) async fn touch(conn: &mut AnyConnection, ids: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
    for ids in ids.chunks(ROWS_MAX) {
        let these = places(2, ids.len());
        // Never backwards: a round replayed with an older clock does not make a notice look abandoned.
        let items = format!("UPDATE items SET last_seen = $1 WHERE last_seen < $1 AND id IN ({these})");
        let notices = format!(
            "UPDATE notices SET last_seen = $1 WHERE last_seen < $1 AND id IN (SELECT notice FROM items WHERE id IN ({these}))"
        );
        for sql in [items, notices] {
            let query = sqlx::query(AssertSqlSafe(sql)).bind(ms(now));
            ids.iter().fold(query, |query, id| query.bind(*id)).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

const COLUMNS: &str = "source, key, campaign_year, campaign_nth, url, list_hash, content_hash, notice, sameness, item, \
                       understanding, etag, last_modified";

/// Writes an item over the row `id`, or into a new row. Returns its row.
pub(super) async fn save(
    conn: &mut AnyConnection,
    id: Option<i64>,
    record: &ItemRecord,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let values = places(1, 13);
    let sql = match id {
        Some(_) => format!(
            "UPDATE items SET ({COLUMNS}) = ({values}), last_seen = CASE WHEN last_seen < $14 THEN $14 ELSE last_seen END \
             WHERE id = $15 RETURNING id"
        ),
        None => format!(
            "INSERT INTO items ({COLUMNS}, first_seen, last_seen, found_as) VALUES ({values}, $14, $14, $8) RETURNING id"
        ),
    };
    let mut query = sqlx::query(AssertSqlSafe(sql))
        .bind(record.source.as_str())
        .bind(outside(&record.key))
        .bind(i64::from(record.campaign_year.unwrap_or(0)))
        .bind(i64::from(record.campaign_nth))
        .bind(outside_or_null(record.url.as_deref()))
        .bind(record.list_hash.as_str())
        .bind(record.content_hash.as_str())
        .bind(record.notice.as_str())
        .bind(outside(&record.sameness))
        .bind(json(&record.item)?)
        .bind(json(&record.understanding)?)
        .bind(outside_or_null(record.detail_validators.etag.as_deref()))
        .bind(outside_or_null(record.detail_validators.last_modified.as_deref()))
        .bind(ms(at));
    if let Some(id) = id {
        query = query.bind(id);
    }
    query.fetch_one(conn).await?.int("id")
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
        campaign_nth: row.count("campaign_nth")?,
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
        found_as: NoticeId(row.text("found_as")?),
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
