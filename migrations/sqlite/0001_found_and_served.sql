-- What was found and who is served: sources, items, notices, members, journal, locks.
-- Instants are Unix milliseconds UTC; civil dates ISO text; booleans 0 or 1; structured values JSON text.

CREATE TABLE meta (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE sources (
    id TEXT PRIMARY KEY NOT NULL,
    last_attempt_at INTEGER,
    last_success_at INTEGER,
    last_read_at INTEGER,
    next_due_at INTEGER,
    failures_in_a_row INTEGER NOT NULL DEFAULT 0,
    fault TEXT,
    fault_since INTEGER,
    items_last INTEGER,
    newest_item_on TEXT,
    validators TEXT NOT NULL
) STRICT;

CREATE TABLE notices (
    id TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    -- When its last wave closes; NULL without a deadline.
    closes_at INTEGER,
    hidden INTEGER NOT NULL DEFAULT 0,
    -- The notice that took this one in: its id still resolves.
    merged_into TEXT REFERENCES notices (id),
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE INDEX notices_closing ON notices (closes_at);
CREATE INDEX notices_merged ON notices (merged_into) WHERE merged_into IS NOT NULL;

-- Never updated: frozen digests point here.
CREATE TABLE notice_revisions (
    notice TEXT NOT NULL REFERENCES notices (id),
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    announced TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (notice, revision)
) STRICT;

CREATE TABLE corrections (
    notice TEXT NOT NULL REFERENCES notices (id),
    aspect TEXT NOT NULL,
    correction TEXT NOT NULL,
    PRIMARY KEY (notice, aspect)
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    -- 0 when the item names no campaign.
    campaign_year INTEGER NOT NULL DEFAULT 0,
    url TEXT,
    list_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    notice TEXT NOT NULL REFERENCES notices (id),
    sameness TEXT NOT NULL,
    item TEXT NOT NULL,
    understanding TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    UNIQUE (source, key, campaign_year)
) STRICT;
CREATE INDEX items_notice ON items (notice);

CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- NULL once erased; the row stays so that its number is never given again.
    email TEXT UNIQUE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    role TEXT NOT NULL,
    organisation_kind TEXT NOT NULL,
    territories TEXT NOT NULL,
    themes TEXT NOT NULL,
    rhythm TEXT NOT NULL,
    -- active, paused, suspended, left, erased.
    state TEXT NOT NULL,
    state_detail TEXT NOT NULL,
    chosen TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE member_cohorts (
    member INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    cohort TEXT NOT NULL,
    PRIMARY KEY (member, cohort)
) STRICT;
CREATE INDEX member_cohorts_cohort ON member_cohorts (cohort, member);

-- Who asked to be forgotten, as digests: an import does not bring them back.
CREATE TABLE erasures (
    digest TEXT PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX journal_subject ON journal (subject);

-- Who leads what, until when: one process at a time runs the schedule.
CREATE TABLE leaders (
    name TEXT PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    token TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;
