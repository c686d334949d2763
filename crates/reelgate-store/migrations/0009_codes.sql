-- Redeem codes; only their hashes, as with keys.
CREATE TABLE codes (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    label TEXT NOT NULL,
    credits BIGINT NOT NULL CHECK (credits > 0),
    uses BIGINT NOT NULL,
    uses_max BIGINT NOT NULL,
    expires BIGINT,
    revoked BIGINT,
    created BIGINT NOT NULL,
    CHECK (uses >= 0 AND uses <= uses_max)
);

-- Each account redeems a code once; the entry is the grant that it brought.
CREATE TABLE redemptions (
    code TEXT NOT NULL REFERENCES codes (id),
    account TEXT NOT NULL REFERENCES accounts (id),
    entry TEXT NOT NULL UNIQUE REFERENCES ledger_entries (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (code, account)
);
