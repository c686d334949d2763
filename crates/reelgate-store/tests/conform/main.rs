//! What every database must do, one file for each operation. Each test runs once on a SQLite file
//! and once on PostgreSQL, and ends with an audit that finds nothing.

mod accounts;
mod assets;
mod bell;
mod cancel;
mod claim;
mod codes;
mod crash;
mod durability;
mod endpoints;
mod finish;
mod fixture;
mod identities;
mod keys;
mod ledger;
mod list;
mod outbox;
mod postgres;
#[path = "../support/private_postgres.rs"]
mod private_postgres;
mod rates;
mod reconnect;
mod rehearse;
mod report;
mod rescue;
mod simulation;
mod submit;
mod sweep;
mod teams;
mod tls;
mod upstream;
mod users;

/// Makes a test of each async function for each database.
macro_rules! on_each_database {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::fixture::on_sqlite(super::$name);
            })*
        }

        mod postgres {
            $(#[test]
            fn $name() {
                $crate::fixture::on_postgres(super::$name);
            })*
        }
    };
}
pub(crate) use on_each_database;
