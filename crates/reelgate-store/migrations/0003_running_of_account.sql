-- How many jobs an account has running, asked by a claim that keeps to a cap.
CREATE INDEX jobs_running_of_account ON jobs (account) WHERE lease_expires IS NOT NULL;
