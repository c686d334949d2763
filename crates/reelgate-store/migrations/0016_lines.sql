-- Jobs that an upstream was asked for and that nobody follows: looked for twice a second, and
-- hardly ever there.
CREATE INDEX jobs_underway ON jobs (not_before) WHERE state = 'queued' AND ticket <> 'none';
-- A claim counts what an account has running in one kind of line; now without a look at each job.
CREATE INDEX jobs_running_by_line ON jobs (account, priority) WHERE lease_expires IS NOT NULL;
DROP INDEX jobs_running_of_account;
