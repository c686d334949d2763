-- The last turn that one of the account's jobs was given: kept here, so that the line needs no
-- index by account. And the highest priority that the account may ask for.
ALTER TABLE accounts ADD COLUMN last_turn BIGINT NOT NULL DEFAULT -1;
ALTER TABLE accounts ADD COLUMN priority_max BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET last_turn = COALESCE((SELECT MAX(turn) FROM jobs
    WHERE jobs.account = accounts.id AND turn IS NOT NULL), -1);
DROP INDEX jobs_line_of_account;
-- The highest turn that any worker has taken.
CREATE TABLE line (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    served BIGINT NOT NULL
);
INSERT INTO line VALUES (1, COALESCE((SELECT MIN(turn) - 1 FROM jobs WHERE turn IS NOT NULL), -1));

-- A job has one hold, named as the job: so their one key keeps both unique, and an account's holds
-- are found through its jobs. Rows lie in the order they come.
CREATE TABLE entries_new (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    job TEXT REFERENCES jobs (id),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release')),
    balance_delta BIGINT NOT NULL,
    held_delta BIGINT NOT NULL,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    CHECK (kind <> 'hold' OR id = job),
    CHECK ((kind = 'grant') = (job IS NULL)),
    CHECK (kind <> 'grant' OR (balance_delta > 0 AND held_delta = 0)),
    CHECK (kind <> 'hold' OR (balance_delta = 0 AND held_delta >= 0)),
    CHECK (kind <> 'capture' OR (balance_delta <= 0 AND held_delta <= balance_delta)),
    CHECK (kind <> 'release' OR (balance_delta = 0 AND held_delta <= 0))
) WITHOUT ROWID;
INSERT INTO entries_new SELECT CASE WHEN kind = 'hold' THEN job ELSE id END, account, job, kind,
    balance_delta, held_delta, note, at FROM ledger_entries;
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

-- Ids of jobs sort by creation, so the index that keeps them unique also finds the oldest.
DROP INDEX idempotency_age;
