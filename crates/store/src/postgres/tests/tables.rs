//! Opening: whose tables, which version, which server.

use super::house::{House, RUNTIME, admin, target};
use crate::postgres::{OpenError, PostgresStore};

fn open(house: &House) -> Result<PostgresStore, OpenError> {
    RUNTIME.block_on(PostgresStore::open(&house.target()))
}

#[test]
fn nodes_that_start_together_make_the_tables_once() {
    let house = House::bare();
    let target = house.target();
    RUNTIME.block_on(async {
        let all: Vec<_> = (0..6)
            .map(|_| {
                let target = target.clone();
                tokio::spawn(async move { PostgresStore::open(&target).await })
            })
            .collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_database_of_somebody_else_is_refused_in_words_and_left_alone() {
    let house = House::bare();
    house.execute("CREATE TABLE theirs (a INT)");
    assert!(matches!(open(&house), Err(OpenError::Foreign(_))));
    house.execute("DROP TABLE theirs; CREATE TABLE schema_version (version INT)");
    assert!(matches!(open(&house), Err(OpenError::Foreign(_))));
    house.execute("DROP TABLE schema_version");
    assert!(open(&house).is_ok(), "nothing was left behind");
}

#[test]
fn a_later_version_is_refused_unless_it_says_that_this_one_may_stay() {
    let house = House::new();
    house.execute("UPDATE schema_version SET version = 99, least = 99");
    let Err(OpenError::Later { found, known, .. }) = open(&house) else { panic!("a later version") };
    assert_eq!((found, known), (99, 1));
    house.execute("UPDATE schema_version SET least = 1");
    assert!(open(&house).is_ok(), "it only added to what this one knows");
}

#[test]
fn what_cannot_be_opened_is_said_in_words() {
    let missing = RUNTIME.block_on(PostgresStore::open(&target("no_such_database"))).unwrap_err();
    assert!(matches!(missing, OpenError::Missing { .. }), "{missing}");
    let nobody = "postgres://a:secret@127.0.0.1:1/b".parse().unwrap();
    let unreachable = RUNTIME.block_on(PostgresStore::open(&nobody)).unwrap_err();
    assert!(matches!(unreachable, OpenError::Unreachable { .. }), "{unreachable}");
    assert!(!unreachable.to_string().contains("secret"));
}

#[test]
fn a_database_in_another_encoding_is_refused() {
    let house = House::bare();
    let name = house.target().database().to_owned();
    let latin = format!("{name}_latin");
    admin(&format!("CREATE DATABASE {latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"));
    let refused = RUNTIME.block_on(PostgresStore::open(&target(&latin))).unwrap_err();
    assert!(matches!(&refused, OpenError::Encoding { found, .. } if found == "LATIN1"), "{refused}");
    admin(&format!("DROP DATABASE {latin}"));
}
