//! A database for each test, copied from one that has its tables already.
#![expect(clippy::unwrap_used, reason = "what cannot be set up breaks the test")]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::runtime::Runtime;

use super::super::{PostgresStore, Target};

/// What waits for stores runs on threads of the tests; what works for them runs here.
pub(super) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = format!("doorward_template_{}", std::process::id());
    admin(&format!("CREATE DATABASE {name}"));
    drop(RUNTIME.block_on(PostgresStore::open(&target(&name))).unwrap());
    name
});

/// Where a server is that lets us make databases.
fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "whoever starts the server says where it is")]
    let said = std::env::var("DOORWARD_TEST_POSTGRES");
    said.expect("`cargo xtask test postgres` starts a server and says where it is")
}

pub(super) fn target(database: &str) -> Target {
    let server = server();
    let (place, _) = server.rsplit_once('/').unwrap();
    format!("{place}/{database}").parse().unwrap()
}

/// Said to the server, in another database.
pub(super) fn admin(statement: &str) {
    RUNTIME.block_on(async {
        let options = server().parse::<Target>().unwrap().options();
        let mut link = PgConnection::connect_with(&options).await.unwrap();
        link.execute("SET statement_timeout = 0; SET lock_timeout = 0").await.unwrap();
        link.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
        link.close().await.unwrap();
    });
}

/// A database, which goes with this.
pub(super) struct House {
    name: String,
}

impl House {
    pub(super) fn new() -> Self {
        let house = Self::empty();
        admin(&format!("CREATE DATABASE {} TEMPLATE {}", house.name, *TEMPLATE));
        house
    }

    /// One without tables.
    pub(super) fn bare() -> Self {
        let house = Self::empty();
        admin(&format!("CREATE DATABASE {}", house.name));
        house
    }

    fn empty() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { name: format!("doorward_test_{}_{number}", std::process::id()) }
    }

    pub(super) fn target(&self) -> Target {
        target(&self.name)
    }

    /// One node more on it.
    pub(super) fn store(&self) -> PostgresStore {
        RUNTIME.block_on(PostgresStore::open(&self.target())).unwrap()
    }

    /// What is done to it behind our back.
    pub(super) fn execute(&self, script: &str) {
        RUNTIME.block_on(async {
            let mut link = PgConnection::connect_with(&self.target().options()).await.unwrap();
            link.execute(sqlx::raw_sql(AssertSqlSafe(script.to_owned()))).await.unwrap();
            link.close().await.unwrap();
        });
    }
}

impl Drop for House {
    fn drop(&mut self) {
        admin(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}
