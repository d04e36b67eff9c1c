//! Browsers that are known, in SQLite.

use doorward_core::Timestamp;
use doorward_core::id::AccountId;
use doorward_core::secret::{DeviceToken, Hashed};
use doorward_core::store::{Answer, Devices, StoreError};
use rusqlite::{Connection, Params, params};

use super::{SqliteStore, row, sql, store_error};

fn execute(connection: &Connection, text: &str, values: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(text).and_then(|mut statement| statement.execute(values)).map_err(store_error)
}

impl Devices for SqliteStore {
    fn know(&self, account: AccountId, device: Hashed<DeviceToken>, most: usize, now: Timestamp) -> Answer<'_, ()> {
        self.write(move |connection| {
            execute(connection, sql::KNOW_DEVICE, params![device.digest(), now.millis(), account.as_str()])?;
            let most = row::signed(most as u64);
            execute(connection, sql::DROP_OLDEST_DEVICES, params![account.as_str(), most]).map(|_| ())
        })
    }

    fn knows(&self, account: AccountId, device: Hashed<DeviceToken>, since: Timestamp) -> Answer<'_, bool> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql::KNOWS_DEVICE).map_err(store_error)?;
            statement.exists(params![account.as_str(), device.digest(), since.millis()]).map_err(store_error)
        })
    }

    fn forget_devices(&self, account: AccountId) -> Answer<'_, ()> {
        self.write(move |connection| execute(connection, sql::FORGET_DEVICES, [account.as_str()]).map(|_| ()))
    }

    fn purge_devices(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.write(move |connection| {
            execute(connection, sql::PURGE_DEVICES, params![before.millis(), row::signed(at_most as u64)])
        })
    }
}
