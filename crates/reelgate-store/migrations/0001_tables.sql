-- Only BIGINT and TEXT, so that both databases read this. Moments are milliseconds since 1970,
-- money is micro-credits, ids are twelve characters that sort by creation.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    balance BIGINT NOT NULL,
    held BIGINT NOT NULL,
    webhook_secret TEXT NOT NULL,
    created BIGINT NOT NULL,
    CHECK (held >= 0 AND balance >= held)
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    style TEXT NOT NULL,
    label TEXT NOT NULL,
    created BIGINT NOT NULL,
    revoked BIGINT,
    last_used BIGINT
);
CREATE INDEX keys_of_account ON keys (account, id);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    api_key TEXT NOT NULL REFERENCES keys (id),
    dialect TEXT NOT NULL,
    -- The order as JSON, without the address that the outbox needs.
    ordered TEXT NOT NULL,
    callback_url TEXT,
    price BIGINT NOT NULL CHECK (price >= 0),
    price_version TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    priority BIGINT NOT NULL DEFAULT 0,
    -- Its place in the line for a worker, smallest first; none while it is not in line: because it
    -- waits for not_before, or is no longer queued.
    turn BIGINT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    not_before BIGINT,
    lease_expires BIGINT,
    progress BIGINT,
    cancel_requested BIGINT CHECK (cancel_requested IN (0, 1)),
    finished BIGINT,
    output TEXT,
    charged BIGINT,
    failure_class TEXT,
    failure_message TEXT,
    -- When its files were swept away.
    removed BIGINT,
    attempt BIGINT NOT NULL,
    attempts_max BIGINT NOT NULL,
    leases BIGINT NOT NULL,
    ticket TEXT NOT NULL CHECK (ticket IN ('none', 'asked', 'known')),
    ticket_id TEXT,
    deadline BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished IS NOT NULL)),
    CHECK ((state = 'queued') = (not_before IS NOT NULL)),
    CHECK (state = 'queued' OR turn IS NULL),
    CHECK ((state = 'running') = (lease_expires IS NOT NULL)),
    CHECK ((state = 'running') = (progress IS NOT NULL)),
    CHECK ((state = 'running') = (cancel_requested IS NOT NULL)),
    CHECK ((state = 'succeeded') = (output IS NOT NULL)),
    CHECK ((state = 'succeeded') = (charged IS NOT NULL)),
    CHECK (charged IS NULL OR (charged >= 0 AND charged <= price)),
    CHECK ((state = 'failed') = (failure_class IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_message IS NOT NULL)),
    CHECK (removed IS NULL OR finished IS NOT NULL),
    CHECK (attempt >= 0 AND attempt <= attempts_max AND leases >= attempt),
    CHECK ((ticket = 'known') = (ticket_id IS NOT NULL))
);
CREATE INDEX jobs_of_account ON jobs (account, id);
CREATE INDEX jobs_line ON jobs (priority DESC, turn, id) WHERE turn IS NOT NULL;
CREATE INDEX jobs_line_of_account ON jobs (account, priority, turn) WHERE turn IS NOT NULL;
CREATE INDEX jobs_delayed ON jobs (not_before) WHERE state = 'queued' AND turn IS NULL;
CREATE INDEX jobs_leases ON jobs (lease_expires) WHERE lease_expires IS NOT NULL;
CREATE INDEX jobs_deadlines ON jobs (deadline) WHERE finished IS NULL;
CREATE INDEX jobs_files ON jobs (finished) WHERE finished IS NOT NULL AND removed IS NULL;

CREATE TABLE ledger_entries (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    job TEXT REFERENCES jobs (id),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release')),
    balance_delta BIGINT NOT NULL,
    held_delta BIGINT NOT NULL,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    CHECK ((kind = 'grant') = (job IS NULL)),
    CHECK (kind <> 'grant' OR (balance_delta > 0 AND held_delta = 0)),
    CHECK (kind <> 'hold' OR (balance_delta = 0 AND held_delta >= 0)),
    -- What is captured never exceeds what was held.
    CHECK (kind <> 'capture' OR (balance_delta <= 0 AND held_delta <= balance_delta)),
    CHECK (kind <> 'release' OR (balance_delta = 0 AND held_delta <= 0))
);
CREATE INDEX ledger_of_account ON ledger_entries (account, id);
CREATE UNIQUE INDEX ledger_one_hold ON ledger_entries (job) WHERE kind = 'hold';
CREATE UNIQUE INDEX ledger_one_settlement ON ledger_entries (job)
    WHERE kind IN ('capture', 'release');

CREATE TABLE idempotency (
    account TEXT NOT NULL REFERENCES accounts (id),
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    -- The row comes first in its transaction: that is what makes two equal requests meet.
    job TEXT NOT NULL UNIQUE REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    created BIGINT NOT NULL,
    PRIMARY KEY (account, idempotency_key)
);
CREATE INDEX idempotency_age ON idempotency (created);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL REFERENCES jobs (id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempt BIGINT NOT NULL CHECK (attempt >= 0),
    token BIGINT NOT NULL CHECK (token >= 0),
    -- Pending: when it is due, or when the present attempt's lease ends.
    next_at BIGINT NOT NULL,
    last_status BIGINT,
    created BIGINT NOT NULL,
    settled BIGINT,
    UNIQUE (job, kind, url),
    CHECK ((state = 'pending') = (settled IS NULL))
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_settled ON deliveries (settled) WHERE settled IS NOT NULL;

-- How far each sweep has come: what is older may be gone, so the audit does not ask for it.
CREATE TABLE sweeps (
    name TEXT PRIMARY KEY,
    before_ms BIGINT NOT NULL
);
