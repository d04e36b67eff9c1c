//! The statements and the tables, as the server sees them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::house::{House, RUNTIME};
use crate::sql;

/// Both databases take the shared texts, and PostgreSQL its own. A plan that walks a whole table shows when walking is
/// forbidden and there is no other way.
#[test]
fn every_statement_is_understood_and_none_walks_a_whole_table() {
    let house = House::new();
    RUNTIME.block_on(async {
        let mut link = PgConnection::connect_with(&house.target().options()).await.unwrap();
        link.execute("SET enable_seqscan = off").await.unwrap();
        link.execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
        for (name, text, may_scan) in sql::ALL.iter().chain(sql::postgres::ALL) {
            if text.contains("LIMIT -1") {
                continue;
            }
            let named = name.to_lowercase().replace(' ', "_");
            let prepared = format!("PREPARE p_{named} AS {text}");
            link.execute(AssertSqlSafe(prepared)).await.unwrap_or_else(|e| panic!("{name}: {e}"));
            let places = text.split('$').skip(1).map(|rest| {
                rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().unwrap()
            });
            let nulls = vec!["NULL"; places.max().unwrap_or(0)].join(", ");
            let call = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
            let explain = format!("EXPLAIN EXECUTE p_{named}{call}");
            let plan = link.fetch_all(AssertSqlSafe(explain)).await.unwrap_or_else(|e| panic!("{name}: {e}"));
            let plan: Vec<String> = plan.iter().map(|row| row.try_get(0).unwrap()).collect();
            let scans = plan.iter().any(|step| step.contains("Seq Scan"));
            assert!(!scans || *may_scan, "{name}: {plan:#?}");
        }
    });
}

/// What one database keeps the other keeps too, under the same names: else what is written for one of them is forgotten on
/// the other.
#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let house = House::new();
    let ours: BTreeMap<String, BTreeSet<String>> = RUNTIME.block_on(async {
        let mut link = PgConnection::connect_with(&house.target().options()).await.unwrap();
        let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns \
            WHERE table_schema = current_schema()";
        let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in link.fetch_all(columns).await.unwrap() {
            tables.entry(row.try_get(0).unwrap()).or_default().insert(row.try_get(1).unwrap());
        }
        tables
    });
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("doorward.db");
    drop(crate::SqliteStore::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    let mut theirs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let columns = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    let mut statement = connection.prepare(columns).unwrap();
    let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?))).unwrap();
    for row in rows {
        let (table, column) = row.unwrap();
        theirs.entry(table).or_default().insert(column);
    }
    let own = ["schema_version", "audit_head"];
    let ours: BTreeMap<_, _> = ours.into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
    assert_eq!(ours, theirs);
}
