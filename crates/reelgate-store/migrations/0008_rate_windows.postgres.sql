-- Unlogged: a crash of the database may forget who asked how often, and no commit waits for the disk.
CREATE UNLOGGED TABLE rate_windows (
    bucket TEXT COLLATE "C" PRIMARY KEY,
    opened BIGINT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= 0)
);
CREATE INDEX rate_windows_age ON rate_windows (opened);
