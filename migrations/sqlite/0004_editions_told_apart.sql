-- Editions told apart: by the schedule or by hand, of one life of the database or another; and the looks they were approved with.

ALTER TABLE editions ADD COLUMN origin TEXT NOT NULL DEFAULT 'schedule';
-- Drawn at random: after a restored backup a number comes twice, a Message-ID does not.
ALTER TABLE editions ADD COLUMN nonce TEXT NOT NULL DEFAULT '';
-- Since when it waits for a person because the database was restored from a backup.
ALTER TABLE editions ADD COLUMN held_since INTEGER;

-- The templates that editions were approved with, each version once.
CREATE TABLE templates (
    version TEXT PRIMARY KEY NOT NULL,
    sources TEXT NOT NULL
) STRICT;
