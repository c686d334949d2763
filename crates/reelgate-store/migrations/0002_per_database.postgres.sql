CREATE FUNCTION ledger_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries never change and never vanish';
END;
$$;

CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_entries_refuse();

CREATE TRIGGER ledger_entries_never_emptied BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_refuse();

-- Rows here are rewritten often: room on each page keeps that cheap, and the line stays clean.
ALTER TABLE accounts SET (fillfactor = 50);
ALTER TABLE jobs SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);

-- Ids sort by creation only as plain bytes, whatever language the database was made for.
ALTER TABLE accounts ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE keys ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN account TYPE TEXT COLLATE "C", ALTER COLUMN hash TYPE TEXT COLLATE "C";
ALTER TABLE jobs ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN account TYPE TEXT COLLATE "C", ALTER COLUMN api_key TYPE TEXT COLLATE "C";
ALTER TABLE ledger_entries ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN account TYPE TEXT COLLATE "C", ALTER COLUMN job TYPE TEXT COLLATE "C";
ALTER TABLE idempotency ALTER COLUMN account TYPE TEXT COLLATE "C",
    ALTER COLUMN idempotency_key TYPE TEXT COLLATE "C", ALTER COLUMN job TYPE TEXT COLLATE "C";
ALTER TABLE deliveries ALTER COLUMN id TYPE TEXT COLLATE "C",
    ALTER COLUMN job TYPE TEXT COLLATE "C";
