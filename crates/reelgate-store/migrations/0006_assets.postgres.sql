-- Files that accounts uploaded. The bytes are in media storage, once for all accounts.
CREATE TABLE assets (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'video', 'audio')),
    stored TEXT NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes > 0),
    width BIGINT,
    height BIGINT,
    created BIGINT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= created),
    CHECK ((width IS NULL) = (height IS NULL))
);
CREATE UNIQUE INDEX assets_once ON assets (account, stored);
CREATE INDEX assets_of_account ON assets (account, id);
CREATE INDEX assets_unused ON assets (used);
-- What followers of an account's jobs ask again and again. Jobs that nothing has happened to since
-- they were accepted are found by their ids, so that accepting them costs nothing here.
CREATE INDEX jobs_changed ON jobs (account, updated, id)
    WHERE (leases > 0 OR finished IS NOT NULL);
