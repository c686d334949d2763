-- People who sign in, the accounts they belong to, and their sessions. Passwords are Argon2id in
-- PHC form; of tokens only the hashes are here.
ALTER TABLE accounts ADD COLUMN kind TEXT NOT NULL DEFAULT 'personal'
    CHECK (kind IN ('personal', 'team'));

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('user', 'operator')),
    password TEXT,
    -- Their own.
    account TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES accounts (id),
    disabled BIGINT,
    created BIGINT NOT NULL
);

-- Orders from the studio are filed under a key that no secret opens, one for each place.
CREATE TABLE members (
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    api_key TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES keys (id),
    since BIGINT NOT NULL,
    PRIMARY KEY (account, user_id)
);
CREATE INDEX members_of_user ON members (user_id, account);

CREATE TABLE sessions (
    id TEXT COLLATE "C" PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    means TEXT NOT NULL CHECK (means IN ('password', 'link', 'openid')),
    agent TEXT NOT NULL,
    created BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, id);
CREATE INDEX sessions_expire ON sessions (expires);

CREATE TABLE sign_in_links (
    hash TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sign_in_links_of_user ON sign_in_links (user_id, created);
CREATE INDEX sign_in_links_expire ON sign_in_links (expires);
