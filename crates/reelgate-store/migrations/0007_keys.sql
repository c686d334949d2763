-- When a key stops by itself, and its guard rails as JSON (none for a key without any).
ALTER TABLE keys ADD COLUMN expires BIGINT;
ALTER TABLE keys ADD COLUMN guard TEXT;

-- The day (since 1970, UTC) whose limit a job counts against; none for keys without a daily cap, so
-- that their jobs cost no entry in the index.
ALTER TABLE jobs ADD COLUMN capped_day BIGINT;
CREATE INDEX jobs_of_capped_key ON jobs (api_key, capped_day) WHERE capped_day IS NOT NULL;
