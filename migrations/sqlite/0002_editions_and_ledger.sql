-- Editions and the ledger: what was frozen, for whom, and what became of each mail.

CREATE TABLE editions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Sorted ids, comma between them.
    cohorts TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    state TEXT NOT NULL,
    trial INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    frame TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    approved_at INTEGER,
    finished_at INTEGER,
    UNIQUE (cohorts, occurrence)
) STRICT;

-- One row for each cohort of a draft: the key refuses a second draft.
CREATE TABLE drafts (
    cohort TEXT PRIMARY KEY NOT NULL,
    edition INTEGER NOT NULL REFERENCES editions (id)
) STRICT;

-- What one edition says, once for all members to whom the same is said.
CREATE TABLE digests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    edition INTEGER NOT NULL REFERENCES editions (id),
    hash TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (edition, hash)
) STRICT;

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    edition INTEGER NOT NULL REFERENCES editions (id),
    member INTEGER NOT NULL REFERENCES members (id),
    -- Who it goes to, as approved; NULL once the member is erased.
    email TEXT,
    addressee TEXT,
    digest INTEGER REFERENCES digests (id),
    message_id TEXT NOT NULL,
    -- For the funders' figures: as they were at approval, without identity.
    cohort TEXT NOT NULL,
    territories TEXT NOT NULL,
    organisation_kind TEXT NOT NULL,
    state TEXT NOT NULL,
    skip_reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- How many times it was in doubt: above zero, the member may have received it twice.
    doubts INTEGER NOT NULL DEFAULT 0,
    -- Counts up with each claim: an answer of an older claim is stale.
    fence INTEGER NOT NULL DEFAULT 0,
    worker_host TEXT,
    worker_pid INTEGER,
    worker_token TEXT,
    lease_until INTEGER,
    -- 0 when due at once; NULL when nobody should take it.
    next_attempt_at INTEGER,
    first_attempt_at INTEGER,
    last_reply TEXT,
    updated_at INTEGER NOT NULL,
    UNIQUE (edition, member)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (edition, next_attempt_at, id) WHERE state IN ('queued', 'deferred', 'uncertain');
CREATE INDEX deliveries_open ON deliveries (edition, state) WHERE state IN ('queued', 'attempting', 'deferred', 'uncertain');
CREATE INDEX deliveries_member ON deliveries (member, edition, state, doubts, digest);
CREATE INDEX members_gone ON members (id) WHERE state IN ('left', 'suspended', 'erased');
CREATE INDEX deliveries_message ON deliveries (message_id);

-- What came back: it belongs to the member and to the receipts, and changes no delivery.
CREATE TABLE returns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member INTEGER REFERENCES members (id),
    delivery INTEGER REFERENCES deliveries (id),
    kind TEXT NOT NULL,
    status TEXT,
    -- The server's words; emptied when the member is erased.
    diagnostic TEXT NOT NULL,
    -- Of the message it was read from: the same message is recorded once.
    fingerprint TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX returns_member ON returns (member);
CREATE INDEX returns_delivery ON returns (delivery);
