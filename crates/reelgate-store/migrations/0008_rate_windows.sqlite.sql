-- Used by servers that share a database; on SQLite there is one, which counts by itself.
CREATE TABLE rate_windows (
    bucket TEXT PRIMARY KEY,
    opened BIGINT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= 0)
);
CREATE INDEX rate_windows_age ON rate_windows (opened);
