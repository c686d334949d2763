-- Counts what changes about keys that exist, so that a server which remembers good keys asks one
-- question for all of them. A trigger, because a server of the previous version may change keys too.
CREATE TABLE key_changes (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    changes BIGINT NOT NULL
);
INSERT INTO key_changes VALUES (1, 0);

CREATE FUNCTION count_key_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE key_changes SET changes = changes + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER keys_changed
AFTER UPDATE OF id, account, hash, style, label, expires, guard, revoked OR DELETE ON keys
FOR EACH STATEMENT EXECUTE FUNCTION count_key_changes();
