-- In whose words an endpoint hears of jobs.
ALTER TABLE webhook_endpoints ADD COLUMN format TEXT NOT NULL DEFAULT 'native'
    CHECK (format IN ('native', 'openai'));
