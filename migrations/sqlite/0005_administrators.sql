-- Administrators: how they sign in, and what they were mailed of each edition.

-- One-time links; the token itself is only in the mail or on the screen.
CREATE TABLE admin_links (
    digest TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX admin_links_address ON admin_links (address, made_at);

CREATE TABLE admin_sessions (
    digest TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    -- Proves that a form comes from a page of this session.
    form_token TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;

-- One mail for each edition and administrator, tried again until it is taken.
CREATE TABLE admin_mails (
    edition INTEGER NOT NULL REFERENCES editions (id),
    address TEXT NOT NULL,
    sent_at INTEGER,
    tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (edition, address)
) STRICT;
