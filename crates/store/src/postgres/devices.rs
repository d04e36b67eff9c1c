//! Browsers that are known, in PostgreSQL. The account's row is locked first: it counts its browsers.

use doorward_core::Timestamp;
use doorward_core::id::AccountId;
use doorward_core::secret::{DeviceToken, Hashed};
use doorward_core::store::{Answer, Devices};

use super::PostgresStore;
use crate::{form, sql};

impl Devices for PostgresStore {
    fn know(&self, account: AccountId, device: Hashed<DeviceToken>, most: usize, now: Timestamp) -> Answer<'_, ()> {
        self.transact(sql::postgres::BEGIN, move |conn| {
            Box::pin(async move {
                sqlx::query(sql::postgres::LOCK_ACCOUNT).bind(account.as_str()).execute(&mut conn.link).await?;
                let known = sqlx::query(sql::KNOW_DEVICE).bind(&device.digest()[..]).bind(now.millis());
                known.bind(account.as_str()).execute(&mut conn.link).await?;
                let oldest = sqlx::query(sql::postgres::DROP_OLDEST_DEVICES).bind(account.as_str());
                oldest.bind(form::signed(most as u64)).execute(&mut conn.link).await?;
                Ok(())
            })
        })
    }

    fn knows(&self, account: AccountId, device: Hashed<DeviceToken>, since: Timestamp) -> Answer<'_, bool> {
        self.run(move |conn| {
            Box::pin(async move {
                let known = sqlx::query(sql::KNOWS_DEVICE).bind(account.as_str()).bind(&device.digest()[..]);
                let found = known.bind(since.millis()).fetch_optional(&mut conn.link).await?;
                Ok(found.is_some())
            })
        })
    }

    fn forget_devices(&self, account: AccountId) -> Answer<'_, ()> {
        self.run(move |conn| {
            Box::pin(async move {
                sqlx::query(sql::FORGET_DEVICES).bind(account.as_str()).execute(&mut conn.link).await?;
                Ok(())
            })
        })
    }

    fn purge_devices(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.purge_by(sql::postgres::PURGE_DEVICES, before, at_most)
    }
}
