-- Administrators: how they sign in, and what they were mailed of each edition.

-- One-time links; the token itself is only in the mail or on the screen.
CREATE TABLE admin_links (
    digest TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX admin_links_address ON admin_links (address, made_at);

CREATE TABLE admin_sessions (
    digest TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    -- Proves that a form comes from a page of this session.
    form_token TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- One mail for each edition and administrator, tried again until it is taken.
CREATE TABLE admin_mails (
    edition BIGINT NOT NULL REFERENCES editions (id),
    address TEXT NOT NULL,
    sent_at BIGINT,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    PRIMARY KEY (edition, address)
);
