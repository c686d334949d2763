-- Endpoints of accounts, told of all their jobs; and what became of every attempt at a message.

CREATE TABLE webhook_endpoints (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Names of events, with spaces between them.
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    -- Signs too until then.
    previous_secret TEXT,
    previous_until BIGINT,
    failures BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_success BIGINT,
    last_failure BIGINT,
    disabled BIGINT,
    disabled_by TEXT CHECK (disabled_by IN ('owner', 'receiver')),
    -- Since when it hears of what it hears of now; the audit asks for nothing before.
    since BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    -- Its owner wants it no more; it goes when its last delivery has gone.
    deleted BIGINT,
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
    CHECK ((disabled IS NULL) = (disabled_by IS NULL)),
    CHECK (deleted IS NULL OR (disabled IS NOT NULL AND previous_secret IS NULL))
);
CREATE INDEX webhook_endpoints_of_account ON webhook_endpoints (account, id)
    WHERE deleted IS NULL;
CREATE INDEX webhook_endpoints_on ON webhook_endpoints (account) WHERE disabled IS NULL;
CREATE INDEX webhook_endpoints_deleted ON webhook_endpoints (deleted) WHERE deleted IS NOT NULL;

-- A delivery is about an endpoint or a job's own address, and perhaps about no job at all.
ALTER TABLE deliveries ALTER COLUMN job DROP NOT NULL,
    DROP CONSTRAINT deliveries_job_kind_url_key,
    ADD COLUMN endpoint TEXT COLLATE "C" REFERENCES webhook_endpoints (id),
    -- Leases that the job had been given, and attempts that it had begun, when it happened.
    ADD COLUMN lease BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN job_attempt BIGINT NOT NULL DEFAULT 0,
    ADD CHECK ((kind = 'webhook.test') = (job IS NULL)),
    ADD CHECK (job IS NOT NULL OR endpoint IS NOT NULL);
CREATE UNIQUE INDEX deliveries_of_callback ON deliveries (job, kind, url) WHERE endpoint IS NULL;
CREATE UNIQUE INDEX deliveries_of_event ON deliveries (endpoint, job, kind, lease)
    WHERE endpoint IS NOT NULL AND job IS NOT NULL;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint, id) WHERE endpoint IS NOT NULL;

CREATE TABLE delivery_attempts (
    delivery TEXT COLLATE "C" NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    -- The delivery's token under which it was made.
    number BIGINT NOT NULL CHECK (number >= 1),
    at BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    PRIMARY KEY (delivery, number)
);
