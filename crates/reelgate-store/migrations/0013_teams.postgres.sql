-- Money that moves between accounts: entries of a further kind, which their CHECKs have to know.
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_kind_check,
    DROP CONSTRAINT ledger_entries_check,
    ADD CONSTRAINT ledger_entries_kind_check
        CHECK (kind IN ('grant', 'hold', 'capture', 'release', 'transfer')),
    ADD CONSTRAINT ledger_entries_check CHECK ((kind IN ('grant', 'transfer')) = (job IS NULL)),
    ADD CHECK (kind <> 'transfer' OR (balance_delta <> 0 AND held_delta = 0));

CREATE TABLE transfers (
    -- What leaves one account and what arrives at the other.
    leaves TEXT COLLATE "C" PRIMARY KEY REFERENCES ledger_entries (id),
    arrives TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES ledger_entries (id),
    giver TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    taker TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    credits BIGINT NOT NULL CHECK (credits > 0),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    CHECK (giver <> taker)
);
