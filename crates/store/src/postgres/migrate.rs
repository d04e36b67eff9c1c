//! Brings the tables up to date. Nodes that start together take turns, and the second finds nothing left to do.

use doorward_core::rng::{self, SystemRng};
use doorward_core::verify::base64url;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use super::error::{OpenError, open_error};
use super::schema::{STEPS, VERSION};
use super::target::Target;
use crate::sql;

/// `dwrd`: nobody else locks under this number.
pub(super) const APPLICATION: i32 = 0x6477_7264;

const TAKE_TURNS: &str = "SELECT pg_advisory_xact_lock($1, 0)";
/// A step may take as long as it takes, and is not cut off between two of them.
const NO_HURRY: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
    SET LOCAL idle_in_transaction_session_timeout = 0";
const HAS_VERSION: &str = "SELECT to_regclass('schema_version') IS NOT NULL";
const HAS_TABLES: &str = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') \
    AND relnamespace = current_schema()::regnamespace)";
const READ_VERSION: &str = "SELECT application, version, least FROM schema_version WHERE only_row = 1";
const WRITE_VERSION: &str = "UPDATE schema_version SET version = $1, least = $2 WHERE only_row = 1";
const BEGIN_FEED: &str = "INSERT INTO feed (only_row, feed_id, head) VALUES (1, $1, 0)";

/// Takes the steps that are missing.
pub(super) async fn up(link: &mut PgConnection, target: &Target) -> Result<(), OpenError> {
    let failed = |error: &sqlx::Error| open_error(&target.place(), target.database(), error);
    let mut transaction = link.begin_with(sql::postgres::BEGIN).await.map_err(|e| failed(&e))?;
    transaction.execute(sqlx::raw_sql(NO_HURRY)).await.map_err(|e| failed(&e))?;
    let locked = sqlx::query(TAKE_TURNS).bind(APPLICATION).execute(&mut *transaction).await;
    locked.map_err(|e| failed(&e))?;
    let found = find(&mut transaction).await.map_err(|e| failed(&e))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    match found {
        Found::Foreign => return Err(OpenError::Foreign(target.place())),
        Found::Taken { least, version, .. } if least > known => {
            return Err(OpenError::Later { place: target.place(), found: version, known });
        }
        Found::Taken { version, .. } if version >= known => return Ok(()),
        Found::Taken { .. } | Found::Nothing => {}
    }
    let taken = if let Found::Taken { version, .. } = found { usize::try_from(version).unwrap_or(0) } else { 0 };
    take(&mut transaction, taken).await.map_err(|e| failed(&e))?;
    transaction.commit().await.map_err(|e| failed(&e))
}

enum Found {
    Nothing,
    Foreign,
    Taken { version: i64, least: i64 },
}

async fn find(link: &mut PgConnection) -> Result<Found, sqlx::Error> {
    if !sqlx::query(HAS_VERSION).fetch_one(&mut *link).await?.try_get::<bool, _>(0)? {
        let has_tables: bool = sqlx::query(HAS_TABLES).fetch_one(&mut *link).await?.try_get(0)?;
        return Ok(if has_tables { Found::Foreign } else { Found::Nothing });
    }
    // Others have tables of that name too, with other columns.
    let Ok(Some(row)) = sqlx::query(READ_VERSION).fetch_optional(&mut *link).await else { return Ok(Found::Foreign) };
    let application: String = row.try_get(0)?;
    match application == "doorward" {
        true => Ok(Found::Taken { version: row.try_get(1)?, least: row.try_get(2)? }),
        false => Ok(Found::Foreign),
    }
}

/// All missing steps and their number, together or not at all.
async fn take(link: &mut PgConnection, taken: usize) -> Result<(), sqlx::Error> {
    if taken == 0 {
        link.execute(sqlx::raw_sql(VERSION)).await?;
    }
    for step in &STEPS[taken.min(STEPS.len())..] {
        for tables in *step {
            link.execute(sqlx::raw_sql(*tables)).await?;
        }
    }
    if taken == 0 {
        let drawn: [u8; 16] = rng::bytes(&SystemRng::new()).map_err(|e| sqlx::Error::Configuration(e.into()))?;
        sqlx::query(BEGIN_FEED).bind(base64url::encode(&drawn)).execute(&mut *link).await?;
    }
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    sqlx::query(WRITE_VERSION).bind(known).bind(known).execute(link).await.map(|_| ())
}
