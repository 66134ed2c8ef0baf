//! Whether two items are one notice.
