//! Between SQL values and the model's: rows read by column name, instants as milliseconds, structures as JSON.
//!
//! It refuses to know any table.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::StoreError;

/// How many rows one statement names. SQLite allows 32,766 parameters, but looks for each one's name from the first on:
/// long statements cost more than several short ones.
pub(super) const ROWS_MAX: usize = 400;

/// Reads of one row by column name.
pub(super) trait Columns {
    fn int(&self, column: &str) -> Result<i64, StoreError>;
    fn int_or_null(&self, column: &str) -> Result<Option<i64>, StoreError>;
    fn text(&self, column: &str) -> Result<String, StoreError>;
    fn text_or_null(&self, column: &str) -> Result<Option<String>, StoreError>;

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    fn count(&self, column: &str) -> Result<u32, StoreError> {
        u32::try_from(self.int(column)?).map_err(|why| StoreError::unreadable(column, why))
    }

    fn instant(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        instant(column, self.int(column)?)
    }

    fn instant_or_null(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.int_or_null(column)?.map(|ms| instant(column, ms)).transpose()
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|why| StoreError::unreadable(column, why))
    }

    /// A value whose JSON form is a bare string: an enum's name, a code.
    fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        word(column, self.text(column)?)
    }

    /// What `parse` makes of the text.
    fn parsed<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(&self.text(column)?).map_err(|why| StoreError::unreadable(column, why))
    }
}

impl Columns for AnyRow {
    fn int(&self, column: &str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn int_or_null(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn text_or_null(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

fn instant(column: &str, ms: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(ms).ok_or_else(|| StoreError::unreadable(column, "no instant"))
}

pub(super) fn word<T: DeserializeOwned>(column: &str, word: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|why| StoreError::unreadable(column, why))
}

pub(super) fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(super) fn ms_or_null(at: Option<DateTime<Utc>>) -> Option<i64> {
    at.map(ms)
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|why| StoreError::unreadable("JSON", why))
}

/// Text that came from outside, as both databases take it: PostgreSQL refuses the NUL that SQLite cuts at.
pub(super) fn outside(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

pub(super) fn outside_or_null(text: Option<&str>) -> Option<String> {
    text.map(outside)
}

/// The bare string that `value` is in JSON.
pub(super) fn name_of<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        Ok(other) => Err(StoreError::unreadable("JSON", format!("{other} is no word"))),
        Err(why) => Err(StoreError::unreadable("JSON", why)),
    }
}

/// `$first, $first+1, …`: as many as `count`.
pub(super) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// `($1, $2), ($3, $4), …`: `rows` tuples of `columns` each, from `$first`.
pub(super) fn tuples(first: usize, rows: usize, columns: usize) -> String {
    let tuple = |row: usize| format!("({})", places(first + row * columns, columns));
    (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
}
