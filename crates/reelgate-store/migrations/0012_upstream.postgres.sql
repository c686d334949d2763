-- What upstreams were asked to make: written before they are asked, and again after they answered.
-- A row without an end is what its job's ticket stands for, or what made the job's clip.
CREATE TABLE upstream_asks (
    job TEXT COLLATE "C" NOT NULL REFERENCES jobs (id),
    number BIGINT NOT NULL CHECK (number >= 1),
    engine TEXT NOT NULL,
    -- Which of the engine's keys: an upstream shows a job only to the account that made it.
    credential TEXT NOT NULL,
    upstream_id TEXT,
    asked BIGINT NOT NULL,
    answered BIGINT,
    ended BIGINT,
    outcome TEXT CHECK (outcome IN ('refused', 'failed', 'lost', 'unknown', 'abandoned')),
    PRIMARY KEY (job, number),
    CHECK ((upstream_id IS NULL) = (answered IS NULL)),
    CHECK ((ended IS NULL) = (outcome IS NULL))
);
-- The reason for the table: a job has one copy upstream, whatever dies in between.
CREATE UNIQUE INDEX upstream_asks_open ON upstream_asks (job) WHERE ended IS NULL;
CREATE INDEX upstream_asks_ids ON upstream_asks (engine, upstream_id)
    WHERE upstream_id IS NOT NULL;
CREATE INDEX jobs_stopping ON jobs (id) WHERE cancel_requested = 1;
