//! Locks on names, held until the end of a transaction: for what has no row yet, and for rules about many rows.

use super::error::Fault;
use super::pool::Conn;
use crate::sql;

/// What is named. The numbers are the same on every node.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names {
    /// Purposes of one-time values.
    Purposes = 1,
    /// Counts of attempts.
    Counts = 2,
    /// Accounts to which a session is added.
    SignIns = 3,
    /// That somebody administers the server: one name.
    Administrators = 4,
}

/// Always in one order, so that two that lock several never wait for each other. Two names that share a number wait for
/// each other now and then, and nothing else.
pub(super) async fn lock(conn: &mut Conn, names: Names, numbers: Vec<i32>) -> Result<(), Fault> {
    sqlx::query(sql::postgres::LOCK_NAMES).bind(names as i32).bind(numbers).execute(&mut conn.link).await?;
    Ok(())
}

/// The number of a name that is random or a digest.
pub(super) fn number(name: &[u8]) -> i32 {
    name.iter().take(8).fold(0, |number: i32, byte| number.wrapping_mul(67).wrapping_add(i32::from(*byte)))
}
