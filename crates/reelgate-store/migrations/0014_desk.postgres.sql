-- What the operator's pages ask of many jobs: how they ended of late, and which failed.
CREATE INDEX jobs_ended ON jobs (finished, state, failure_class) WHERE finished IS NOT NULL;
CREATE INDEX jobs_failed ON jobs (id, failure_class) WHERE failure_class IS NOT NULL;

-- Payments by card, begun or done. The id goes to the payment service and comes back.
CREATE TABLE payments (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    plan TEXT NOT NULL,
    credits BIGINT NOT NULL CHECK (credits > 0),
    -- In the currency's smallest unit.
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    created BIGINT NOT NULL,
    -- The grant that it brought, once it was paid.
    entry TEXT COLLATE "C" UNIQUE REFERENCES ledger_entries (id),
    credited BIGINT,
    CHECK ((entry IS NULL) = (credited IS NULL))
);
CREATE INDEX payments_of_account ON payments (account, id);

-- Who a person is to another service, by OpenID Connect.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_of_user ON identities (user_id);
