//! The rules, asked of the database itself: each is a query that must find nothing.
//!
//! Constraints and guarded statements keep the rules one row at a time; this looks across tables
//! and would notice a mistake in any of them. It reads everything, so it is for tests, for
//! operators and for a slow gauge.

use crate::Store;
use crate::db::{Cell, Row, Tx, Value, values};
use crate::error::StoreError;
use crate::sweep;

/// Findings that one rule reports, at most.
const DETAILS_MAX: i64 = 20;

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's number in the architecture's list.
    pub invariant: u8,
    /// What it says.
    pub name: &'static str,
    /// The row that breaks it, and how.
    pub detail: String,
}

/// A rule.
struct Rule {
    invariant: u8,
    name: &'static str,
    /// Finds the rows that break it: an id first, then whatever explains the finding. `$1` is how
    /// many are reported.
    sql: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        invariant: 1,
        name: "a job has an end exactly when its state is final",
        sql: "SELECT id, state, finished FROM jobs \
              WHERE (state IN ('succeeded', 'failed', 'cancelled')) <> (finished IS NOT NULL) \
              OR (state = 'queued') <> (not_before IS NOT NULL) \
              OR (turn IS NOT NULL AND state <> 'queued') LIMIT $1",
    },
    Rule {
        invariant: 2,
        name: "a job has a lease exactly while it runs",
        sql: "SELECT id, state, lease_expires, leases FROM jobs \
              WHERE (state = 'running') <> (lease_expires IS NOT NULL) \
              OR (state = 'running') <> (progress IS NOT NULL) \
              OR (state = 'running') <> (cancel_requested IS NOT NULL) \
              OR (state = 'running' AND leases < 1) LIMIT $1",
    },
    Rule {
        invariant: 3,
        name: "a job has an output exactly when it succeeded, a failure exactly when it failed",
        sql: "SELECT id, state FROM jobs \
              WHERE (state = 'succeeded') <> (output IS NOT NULL) \
              OR (state = 'succeeded') <> (charged IS NOT NULL) \
              OR (state = 'failed') <> (failure_class IS NOT NULL) \
              OR (state = 'failed') <> (failure_message IS NOT NULL) LIMIT $1",
    },
    Rule {
        invariant: 4,
        name: "a job has exactly one hold, of its price and on its account",
        sql: "SELECT j.id, j.price, COUNT(e.id), CAST(SUM(e.held_delta) AS BIGINT) FROM jobs j \
              LEFT JOIN ledger_entries e ON e.id = j.id AND e.job = j.id AND e.kind = 'hold' \
              AND e.account = j.account AND e.held_delta = j.price \
              GROUP BY j.id, j.price HAVING COUNT(e.id) <> 1 LIMIT $1",
    },
    Rule {
        invariant: 4,
        name: "a hold is settled exactly once, and only when its job has ended",
        sql: "SELECT j.id, j.state, COUNT(e.id) FROM jobs j \
              LEFT JOIN ledger_entries e ON e.job = j.id AND e.kind IN ('capture', 'release') \
              GROUP BY j.id, j.state, j.finished \
              HAVING COUNT(e.id) <> CASE WHEN j.finished IS NULL THEN 0 ELSE 1 END LIMIT $1",
    },
    Rule {
        invariant: 4,
        name: "an end settles its hold as its state says: charged when it succeeded, else released",
        sql: "SELECT j.id, j.state, j.charged, e.kind, e.balance_delta, e.held_delta FROM jobs j \
              JOIN ledger_entries e ON e.job = j.id AND e.kind IN ('capture', 'release') \
              WHERE e.account <> j.account OR e.held_delta <> -j.price \
              OR e.kind <> CASE WHEN j.state = 'succeeded' THEN 'capture' ELSE 'release' END \
              OR e.balance_delta <> -COALESCE(j.charged, 0) LIMIT $1",
    },
    Rule {
        invariant: 5,
        name: "an account's totals are the sums of its entries, and it holds no more than it has",
        sql: "SELECT a.id, a.balance, a.held, \
              CAST(COALESCE(SUM(e.balance_delta), 0) AS BIGINT), \
              CAST(COALESCE(SUM(e.held_delta), 0) AS BIGINT) FROM accounts a \
              LEFT JOIN ledger_entries e ON e.account = a.id GROUP BY a.id, a.balance, a.held \
              HAVING a.balance <> CAST(COALESCE(SUM(e.balance_delta), 0) AS BIGINT) \
              OR a.held <> CAST(COALESCE(SUM(e.held_delta), 0) AS BIGINT) \
              OR a.held < 0 OR a.balance < a.held LIMIT $1",
    },
    Rule {
        invariant: 5,
        name: "an account holds the prices of its living jobs",
        sql: "SELECT a.id, a.held, CAST(COALESCE(SUM(j.price), 0) AS BIGINT) FROM accounts a \
              LEFT JOIN jobs j ON j.account = a.id AND j.finished IS NULL \
              GROUP BY a.id, a.held \
              HAVING a.held <> CAST(COALESCE(SUM(j.price), 0) AS BIGINT) LIMIT $1",
    },
    Rule {
        invariant: 6,
        name: "no more is captured than was held",
        sql: "SELECT id, balance_delta, held_delta FROM ledger_entries \
              WHERE kind = 'capture' AND (balance_delta > 0 OR held_delta > balance_delta) \
              LIMIT $1",
    },
    Rule {
        invariant: 8,
        name: "every end that somebody listens for has one message, of its kind",
        sql: "SELECT j.id, j.state, COUNT(d.id) FROM jobs j \
              LEFT JOIN deliveries d ON d.job = j.id AND d.url = j.callback_url \
              AND d.kind = 'job.' || j.state AND d.endpoint IS NULL \
              WHERE j.finished >= COALESCE((SELECT before_ms FROM sweeps WHERE name = $1), \
              j.finished) AND j.callback_url IS NOT NULL \
              GROUP BY j.id, j.state HAVING COUNT(d.id) <> 1 LIMIT $2",
    },
    Rule {
        invariant: 8,
        name: "every end that an endpoint asks for has one message to it",
        // A minute's grace for an end that was being written while the endpoint changed.
        sql: "SELECT j.id, h.id, j.state, COUNT(d.id) FROM webhook_endpoints h \
              JOIN jobs j ON j.account = h.account AND j.finished > h.since + 60000 \
              LEFT JOIN deliveries d ON d.job = j.id AND d.endpoint = h.id \
              AND d.kind = 'job.' || j.state \
              WHERE h.disabled IS NULL \
              AND ' ' || h.events || ' ' LIKE '% job.' || j.state || ' %' \
              AND j.finished >= COALESCE((SELECT before_ms FROM sweeps WHERE name = $1), \
              j.finished) GROUP BY j.id, h.id, j.state HAVING COUNT(d.id) <> 1 LIMIT $2",
    },
    Rule {
        invariant: 8,
        name: "every order that an endpoint asks to hear of has one message to it",
        sql: "SELECT j.id, h.id, COUNT(d.id) FROM webhook_endpoints h \
              JOIN jobs j ON j.account = h.account AND j.created > h.since + 60000 \
              LEFT JOIN deliveries d ON d.job = j.id AND d.endpoint = h.id \
              AND d.kind = 'job.queued' \
              WHERE h.disabled IS NULL AND h.events LIKE '%job.queued%' \
              AND j.created >= COALESCE((SELECT before_ms FROM sweeps WHERE name = $1), \
              j.created) GROUP BY j.id, h.id HAVING COUNT(d.id) <> 1 LIMIT $2",
    },
    Rule {
        invariant: 8,
        name: "no message says of a job what did not happen to it",
        sql: "SELECT d.id, d.kind, j.state FROM deliveries d JOIN jobs j ON j.id = d.job \
              LEFT JOIN webhook_endpoints h ON h.id = d.endpoint \
              WHERE d.lease > j.leases OR d.job_attempt > d.lease \
              OR (d.endpoint IS NULL AND d.url <> COALESCE(j.callback_url, '')) \
              OR (d.endpoint IS NOT NULL AND h.account <> j.account) \
              OR CASE WHEN d.kind = 'job.queued' THEN d.lease <> 0 \
              WHEN d.kind = 'job.running' THEN d.lease < 1 \
              ELSE d.kind <> 'job.' || j.state OR j.finished IS NULL END LIMIT $1",
    },
    Rule {
        invariant: 8,
        name: "what arrived was tried, and no attempt is newer than its delivery",
        sql: "SELECT d.id, d.state, d.token, MAX(a.number) FROM deliveries d \
              LEFT JOIN delivery_attempts a ON a.delivery = d.id \
              GROUP BY d.id, d.state, d.token HAVING MAX(a.number) > d.token \
              OR (d.state = 'delivered' AND d.token < 1) LIMIT $1",
    },
    Rule {
        invariant: 9,
        name: "an idempotency key stands for one job of its account",
        sql: "SELECT i.job, i.account, j.account FROM idempotency i \
              LEFT JOIN jobs j ON j.id = i.job \
              WHERE j.id IS NULL OR j.account <> i.account LIMIT $1",
    },
    Rule {
        invariant: 10,
        name: "no job has more attempts than it may, nor more than it had leases",
        sql: "SELECT id, attempt, attempts_max, leases FROM jobs \
              WHERE attempt < 0 OR attempt > attempts_max OR leases < attempt LIMIT $1",
    },
    Rule {
        invariant: 11,
        name: "a job of a test key costs nothing and stands in the line of tests; no other does",
        sql: "SELECT j.id, k.style, j.priority, j.price FROM jobs j \
              JOIN keys k ON k.id = j.api_key \
              WHERE (k.style = 'test') <> (j.priority < -5) \
              OR (k.style = 'test' AND j.price <> 0) LIMIT $1",
    },
    Rule {
        invariant: 11,
        name: "a job's key belongs to its account",
        sql: "SELECT j.id, j.account, k.account FROM jobs j JOIN keys k ON k.id = j.api_key \
              WHERE k.account <> j.account LIMIT $1",
    },
    Rule {
        invariant: 13,
        name: "what an upstream was asked for is what its job's ticket says",
        sql: "SELECT a.job, j.state, j.ticket, j.ticket_id, a.upstream_id FROM upstream_asks a \
              JOIN jobs j ON j.id = a.job WHERE a.ended IS NULL \
              AND (j.ticket = 'none' OR (j.ticket = 'known') <> (a.upstream_id IS NOT NULL) \
              OR COALESCE(j.ticket_id, '') <> COALESCE(a.upstream_id, '')) LIMIT $1",
    },
    Rule {
        invariant: 12,
        name: "a code was redeemed as often as it counts, never more often than it may",
        sql: "SELECT c.id, c.uses, c.uses_max, COUNT(r.account) FROM codes c \
              LEFT JOIN redemptions r ON r.code = c.id GROUP BY c.id, c.uses, c.uses_max \
              HAVING c.uses <> COUNT(r.account) OR c.uses > c.uses_max LIMIT $1",
    },
    Rule {
        invariant: 12,
        name: "each redemption brought its account the code's credits",
        sql: "SELECT r.code, r.account, e.kind, e.balance_delta, c.credits FROM redemptions r \
              JOIN codes c ON c.id = r.code JOIN ledger_entries e \
              ON e.account = r.account AND e.id = r.entry \
              WHERE e.kind <> 'grant' OR e.balance_delta <> c.credits LIMIT $1",
    },
    Rule {
        invariant: 14,
        name: "a transfer is two entries that cancel out, of its accounts",
        sql: "SELECT t.leaves, t.arrives, o.account, o.balance_delta, i.account, i.balance_delta \
              FROM transfers t JOIN ledger_entries o ON o.id = t.leaves \
              JOIN ledger_entries i ON i.id = t.arrives \
              WHERE o.kind <> 'transfer' OR i.kind <> 'transfer' OR o.account <> t.giver \
              OR i.account <> t.taker OR o.balance_delta <> -t.credits \
              OR i.balance_delta <> t.credits LIMIT $1",
    },
    Rule {
        invariant: 14,
        name: "an entry of a transfer belongs to one transfer",
        sql: "SELECT e.id, e.account FROM ledger_entries e WHERE e.kind = 'transfer' \
              AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t.leaves = e.id) \
              AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t.arrives = e.id) LIMIT $1",
    },
    Rule {
        invariant: 15,
        name: "a place orders under a key of its account that no secret opens",
        sql: "SELECT m.api_key, m.account, k.account, k.style FROM members m \
              JOIN keys k ON k.id = m.api_key \
              WHERE k.account <> m.account OR k.style <> 'studio' OR k.revoked IS NOT NULL \
              LIMIT $1",
    },
    Rule {
        invariant: 15,
        name: "a team has an admin, and no key but those of places",
        sql: "SELECT a.id, a.name FROM accounts a WHERE a.kind = 'team' \
              AND (NOT EXISTS (SELECT 1 FROM members m WHERE m.account = a.id \
              AND m.role = 'admin') OR EXISTS (SELECT 1 FROM keys k WHERE k.account = a.id \
              AND k.style <> 'studio')) LIMIT $1",
    },
    Rule {
        invariant: 15,
        name: "everybody owns the account that is their own, and no other",
        sql: "SELECT u.id, u.account, m.account, m.role FROM users u \
              LEFT JOIN members m ON m.user_id = u.id \
              AND (m.role = 'owner' OR m.account = u.account) \
              WHERE m.account IS NULL OR m.account <> u.account OR m.role <> 'owner' LIMIT $1",
    },
    Rule {
        invariant: 16,
        name: "a payment that was credited brought its account its credits, once",
        sql: "SELECT p.id, p.account, e.account, e.kind, e.balance_delta, p.credits \
              FROM payments p JOIN ledger_entries e ON e.id = p.entry \
              WHERE e.account <> p.account OR e.kind <> 'grant' \
              OR e.balance_delta <> p.credits LIMIT $1",
    },
];

impl Store {
    /// Every rule that does not hold at this moment; nothing when all is well.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self) -> Result<Vec<Violation>, StoreError> {
        self.db.read_long(|tx| Box::pin(audit(tx))).await
    }
}

async fn audit(tx: &mut Tx) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for rule in RULES {
        let values: &[Value<'_>] = match rule.sql.contains("$2") {
            true => &values![sweep::DELIVERIES, DETAILS_MAX],
            false => &values![DETAILS_MAX],
        };
        let rows = tx.query(rule.sql, values).await?;
        violations.extend(rows.into_iter().map(|row| Violation {
            invariant: rule.invariant,
            name: rule.name,
            detail: describe(row),
        }));
    }
    Ok(violations)
}

fn describe(row: Row) -> String {
    let cells = row.into_iter().map(|cell| match cell {
        Cell::Null => "null".to_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Text(text) => text,
    });
    cells.collect::<Vec<_>>().join(" ")
}
