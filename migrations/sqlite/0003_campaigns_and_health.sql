-- Several calls at one address within a year; merged notices that can be told apart again; how sources do.

-- SQLite cannot change a UNIQUE constraint: the table is made anew.
ALTER TABLE items RENAME TO items_before_0003;
DROP INDEX items_notice;
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    -- 0 when the item names no campaign.
    campaign_year INTEGER NOT NULL DEFAULT 0,
    -- Counts the other calls that this address showed for the same year.
    campaign_nth INTEGER NOT NULL DEFAULT 0,
    url TEXT,
    list_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    notice TEXT NOT NULL REFERENCES notices (id),
    -- The notice it was found as: a merge is undone from it.
    found_as TEXT NOT NULL REFERENCES notices (id),
    sameness TEXT NOT NULL,
    item TEXT NOT NULL,
    understanding TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    UNIQUE (source, key, campaign_year, campaign_nth)
) STRICT;
INSERT INTO items (id, source, key, campaign_year, url, list_hash, content_hash, notice, found_as, sameness, item,
    understanding, etag, last_modified, first_seen, last_seen)
SELECT id, source, key, campaign_year, url, list_hash, content_hash, notice, notice, sameness, item,
    understanding, etag, last_modified, first_seen, last_seen
FROM items_before_0003;
DROP TABLE items_before_0003;
CREATE INDEX items_notice ON items (notice);
CREATE INDEX items_seen ON items (last_seen);

-- The revision of the notice that took this one in, as the merge left it.
ALTER TABLE notices ADD COLUMN merged_revision INTEGER;

-- What is wrong with the source, what its lists usually hold, what administrators were told.
ALTER TABLE sources ADD COLUMN health TEXT NOT NULL DEFAULT '{}';

-- Each change of a source's state, to be told to administrators once.
CREATE TABLE source_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    told_at INTEGER
) STRICT;
CREATE INDEX source_events_untold ON source_events (id) WHERE told_at IS NULL;
