-- When an account first paid: models may be kept for those that have. A redeemed code counts.
ALTER TABLE accounts ADD COLUMN purchased BIGINT;
UPDATE accounts SET purchased =
    (SELECT MIN(at) FROM redemptions WHERE redemptions.account = accounts.id);

-- What the account could still spend right after a job was accepted, in millionths; unknown for
-- older jobs. And since when a job's owner wants its record gone, on APIs that have such a call.
ALTER TABLE jobs ADD COLUMN remaining BIGINT;
ALTER TABLE jobs ADD COLUMN deleted BIGINT;

-- An order's own address may ask for beginnings too, and a job may begin more than once.
DROP INDEX deliveries_of_callback;
CREATE UNIQUE INDEX deliveries_of_callback ON deliveries (job, kind, url, lease)
    WHERE endpoint IS NULL;

-- Files that came with a test key are apart from the others.
ALTER TABLE assets ADD COLUMN test BIGINT NOT NULL DEFAULT 0 CHECK (test IN (0, 1));
DROP INDEX assets_once;
CREATE UNIQUE INDEX assets_once ON assets (account, stored, test);
