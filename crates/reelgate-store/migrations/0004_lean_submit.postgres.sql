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
-- are found through its jobs.
ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_never_change;
UPDATE ledger_entries SET id = job WHERE kind = 'hold';
ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_never_change;
ALTER TABLE ledger_entries ADD CHECK (kind <> 'hold' OR id = job);
DROP INDEX ledger_one_hold;
DROP INDEX ledger_of_account;
CREATE INDEX ledger_of_account ON ledger_entries (account, id) WHERE kind <> 'hold';

-- Ids of jobs sort by creation, so the index that keeps them unique also finds the oldest.
DROP INDEX idempotency_age;
