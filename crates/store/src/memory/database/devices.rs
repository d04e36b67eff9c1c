//! Browsers that are known, in memory.

use doorward_core::Timestamp;
use doorward_core::id::AccountId;
use doorward_core::secret::{DeviceToken, Hashed};
use doorward_core::store::{Answer, Devices};

use super::super::{MemoryStore, answer};

impl Devices for MemoryStore {
    fn know(&self, account: AccountId, device: Hashed<DeviceToken>, most: usize, now: Timestamp) -> Answer<'_, ()> {
        answer(move || {
            let mut database = self.database();
            if !database.accounts.contains_key(&account) {
                return Ok(());
            }
            let known = database.devices.entry(account).or_default();
            known.retain(|(digest, _)| digest != device.digest());
            known.insert(0, (*device.digest(), now));
            // The one just seen stands first, so that it stays among equals.
            known.sort_by_key(|(_, seen)| std::cmp::Reverse(*seen));
            known.truncate(most);
            Ok(())
        })
    }

    fn knows(&self, account: AccountId, device: Hashed<DeviceToken>, since: Timestamp) -> Answer<'_, bool> {
        answer(move || {
            let database = self.database();
            let known = database.devices.get(&account).map_or(&[][..], Vec::as_slice);
            Ok(known.iter().any(|(digest, seen)| digest == device.digest() && *seen >= since))
        })
    }

    fn forget_devices(&self, account: AccountId) -> Answer<'_, ()> {
        answer(move || {
            self.database().devices.remove(&account);
            Ok(())
        })
    }

    fn purge_devices(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        answer(move || {
            let mut gone = 0;
            self.database().devices.retain(|_, known| {
                known.retain(|(_, seen)| {
                    let goes = *seen < before && gone < at_most;
                    gone += usize::from(goes);
                    !goes
                });
                !known.is_empty()
            });
            Ok(gone)
        })
    }
}
