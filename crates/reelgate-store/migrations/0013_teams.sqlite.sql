-- Money that moves between accounts: entries of a further kind, which their CHECKs have to know. So
-- the ledger is copied once, and what refers to it with it.
CREATE TABLE redemptions_kept AS SELECT * FROM redemptions;
DROP TABLE redemptions;
CREATE TABLE entries_new (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    job TEXT REFERENCES jobs (id),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release', 'transfer')),
    balance_delta BIGINT NOT NULL,
    held_delta BIGINT NOT NULL,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    CHECK (kind <> 'hold' OR id = job),
    CHECK ((kind IN ('grant', 'transfer')) = (job IS NULL)),
    CHECK (kind <> 'grant' OR (balance_delta > 0 AND held_delta = 0)),
    CHECK (kind <> 'transfer' OR (balance_delta <> 0 AND held_delta = 0)),
    CHECK (kind <> 'hold' OR (balance_delta = 0 AND held_delta >= 0)),
    CHECK (kind <> 'capture' OR (balance_delta <= 0 AND held_delta <= balance_delta)),
    CHECK (kind <> 'release' OR (balance_delta = 0 AND held_delta <= 0))
) WITHOUT ROWID;
INSERT INTO entries_new SELECT id, account, job, kind, balance_delta, held_delta, note, at
    FROM ledger_entries;
DROP TABLE ledger_entries;
ALTER TABLE entries_new RENAME TO ledger_entries;
CREATE INDEX ledger_of_account ON ledger_entries (account, id) WHERE kind <> 'hold';
CREATE UNIQUE INDEX ledger_one_settlement ON ledger_entries (job)
    WHERE kind IN ('capture', 'release');
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries never change');
END;
CREATE TRIGGER ledger_entries_never_vanish BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries never vanish');
END;
CREATE TABLE redemptions (
    code TEXT NOT NULL REFERENCES codes (id),
    account TEXT NOT NULL REFERENCES accounts (id),
    entry TEXT NOT NULL UNIQUE REFERENCES ledger_entries (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (code, account)
);
INSERT INTO redemptions SELECT code, account, entry, at FROM redemptions_kept;
DROP TABLE redemptions_kept;

CREATE TABLE transfers (
    -- What leaves one account and what arrives at the other.
    leaves TEXT PRIMARY KEY REFERENCES ledger_entries (id),
    arrives TEXT NOT NULL UNIQUE REFERENCES ledger_entries (id),
    giver TEXT NOT NULL REFERENCES accounts (id),
    taker TEXT NOT NULL REFERENCES accounts (id),
    credits BIGINT NOT NULL CHECK (credits > 0),
    user_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    CHECK (giver <> taker)
);
