-- Endpoints of accounts, told of all their jobs; and what became of every attempt at a message.

CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
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

-- As before, but about an endpoint or a job's own address, and perhaps about no job at all.
CREATE TABLE new_deliveries (
    id TEXT PRIMARY KEY,
    endpoint TEXT REFERENCES webhook_endpoints (id),
    job TEXT REFERENCES jobs (id),
    kind TEXT NOT NULL,
    -- Leases that the job had been given, and attempts that it had begun, when it happened.
    lease BIGINT NOT NULL DEFAULT 0,
    job_attempt BIGINT NOT NULL DEFAULT 0,
    url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempt BIGINT NOT NULL CHECK (attempt >= 0),
    token BIGINT NOT NULL CHECK (token >= 0),
    -- Pending: when it is due, or when the present attempt's lease ends.
    next_at BIGINT NOT NULL,
    last_status BIGINT,
    created BIGINT NOT NULL,
    settled BIGINT,
    CHECK ((state = 'pending') = (settled IS NULL)),
    CHECK ((kind = 'webhook.test') = (job IS NULL)),
    CHECK (job IS NOT NULL OR endpoint IS NOT NULL)
);
INSERT INTO new_deliveries (id, job, kind, url, state, attempt, token, next_at, last_status,
    created, settled)
    SELECT id, job, kind, url, state, attempt, token, next_at, last_status, created, settled
    FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_settled ON deliveries (settled) WHERE settled IS NOT NULL;
CREATE UNIQUE INDEX deliveries_of_callback ON deliveries (job, kind, url) WHERE endpoint IS NULL;
CREATE UNIQUE INDEX deliveries_of_event ON deliveries (endpoint, job, kind, lease)
    WHERE endpoint IS NOT NULL AND job IS NOT NULL;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint, id) WHERE endpoint IS NOT NULL;

CREATE TABLE delivery_attempts (
    delivery TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    -- The delivery's token under which it was made.
    number BIGINT NOT NULL CHECK (number >= 1),
    at BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    PRIMARY KEY (delivery, number)
);
