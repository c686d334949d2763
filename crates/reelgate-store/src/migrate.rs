//! Bringing a database's tables up to date, forward only.
//!
//! A migration and the note of its number are one transaction, and nothing happens twice; a SQLite
//! file takes all that it lacks in one. A database made by a newer version is refused. How to write
//! one: `migrations/README.md`.

use crate::error::StoreError;

/// One step, as its file in `migrations/` says.
pub(crate) struct Migration {
    name: &'static str,
    /// Its text for SQLite.
    pub(crate) sqlite: &'static str,
    /// Its text for PostgreSQL.
    pub(crate) postgres: &'static str,
}

/// The same text for both databases.
macro_rules! same {
    ($name:literal) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/", $name, ".sql")),
        }
    };
}

/// A text for each, where their SQL has nothing in common.
macro_rules! each {
    ($name:literal) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $name, ".postgres.sql")),
        }
    };
}

/// Every step; its number is its place here, from 1.
const ALL: &[Migration] = &[
    same!("0001_tables"),
    each!("0002_per_database"),
    same!("0003_running_of_account"),
    each!("0004_lean_submit"),
    each!("0005_webhooks"),
    each!("0006_assets"),
    same!("0007_keys"),
    each!("0008_rate_windows"),
    same!("0009_codes"),
    each!("0010_people"),
    same!("0011_front"),
    each!("0012_upstream"),
    each!("0013_teams"),
    each!("0014_desk"),
    same!("0015_formats"),
    same!("0016_lines"),
    each!("0017_plain_checks"),
    each!("0018_key_changes"),
];

/// Makes the table that remembers the steps taken.
pub(crate) const CREATE: &str = "CREATE TABLE IF NOT EXISTS migrations (\
    version BIGINT PRIMARY KEY, name TEXT NOT NULL)";
/// The number of the newest step taken.
pub(crate) const VERSION: &str = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM migrations";

/// What a migration needs of a connection.
pub(crate) trait Scripts {
    /// Runs several statements.
    fn script(&mut self, sql: &str) -> Result<(), StoreError>;
    /// The one number a query answers.
    fn number(&mut self, sql: &str) -> Result<i64, StoreError>;
}

/// Migrates a SQLite file: every step that it lacks, or none. A new file takes all of them, and
/// each commit would wait for the disk.
pub(crate) fn sqlite(connection: &mut impl Scripts) -> Result<(), StoreError> {
    connection.script("BEGIN IMMEDIATE")?;
    match sqlite_steps(connection) {
        Ok(()) => connection.script("COMMIT"),
        Err(error) => {
            // The first error is the one to report.
            let _ = connection.script("ROLLBACK");
            Err(error)
        }
    }
}

fn sqlite_steps(connection: &mut impl Scripts) -> Result<(), StoreError> {
    connection.script(CREATE)?;
    let mut done = connection.number(VERSION)?;
    while let Some(script) = step_after(done, |migration| migration.sqlite)? {
        connection.script(&script)?;
        done += 1;
    }
    Ok(())
}

/// What brings a database from `version` one step further, its own note included.
pub(crate) fn step_after(
    version: i64,
    text: impl Fn(&Migration) -> &'static str,
) -> Result<Option<String>, StoreError> {
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > ALL.len() {
        let message = format!("was made by a newer version of Reelgate (step {version})");
        return Err(StoreError::database("the database", message));
    }
    Ok(ALL.get(done).map(|migration| {
        let number = done + 1;
        let note = format!("INSERT INTO migrations VALUES ({number}, '{}');", migration.name);
        format!("{}\n{note}", text(migration))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_stands_at_the_place_that_its_name_says() {
        for (place, migration) in ALL.iter().enumerate() {
            let number = format!("{:04}_", place + 1);
            assert!(migration.name.starts_with(&number), "{} at {number}", migration.name);
        }
    }
}
