-- Which relay takes what: hourly limits and warm-ups are counted here, over restarts.

ALTER TABLE deliveries ADD COLUMN relay TEXT;
-- When its last attempt was to begin.
ALTER TABLE deliveries ADD COLUMN departs_at BIGINT;
CREATE INDEX deliveries_departures ON deliveries (relay, departs_at) WHERE departs_at IS NOT NULL;

-- Relays that are left alone for a while, and why.
CREATE TABLE relays (
    name TEXT PRIMARY KEY NOT NULL,
    -- How many times in a row.
    rests BIGINT NOT NULL,
    rests_until BIGINT NOT NULL,
    why TEXT NOT NULL
);
