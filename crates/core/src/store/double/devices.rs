//! The double's browsers that are known.

use doorward_verify::Timestamp;

use super::Double;
use crate::id::AccountId;
use crate::secret::{DeviceToken, Hashed};
use crate::store::{Answer, Devices};

impl Devices for Double {
    fn know(&self, account: AccountId, device: Hashed<DeviceToken>, most: usize, now: Timestamp) -> Answer<'_, ()> {
        self.step("know", move |state| {
            if !state.accounts.contains_key(&account) {
                return Ok(());
            }
            state.devices.retain(|(of, digest, _)| *of != account || digest != device.digest());
            state.devices.push((account, *device.digest(), now));
            state.devices.sort_by_key(|(of, digest, seen)| (*of, std::cmp::Reverse(*seen), *digest));
            let mut count = 0;
            state.devices.retain(|(of, ..)| {
                count += usize::from(*of == account);
                *of != account || count <= most
            });
            Ok(())
        })
    }

    fn knows(&self, account: AccountId, device: Hashed<DeviceToken>, since: Timestamp) -> Answer<'_, bool> {
        self.step("knows", move |state| {
            let is_it = |(of, digest, seen): &(_, _, _)| *of == account && digest == device.digest() && *seen >= since;
            Ok(state.devices.iter().any(is_it))
        })
    }

    fn forget_devices(&self, account: AccountId) -> Answer<'_, ()> {
        self.step("forget_devices", move |state| {
            state.devices.retain(|(of, ..)| *of != account);
            Ok(())
        })
    }

    fn purge_devices(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.step("purge_devices", move |state| {
            let mut gone = 0;
            state.devices.retain(|(.., seen)| {
                let goes = *seen < before && gone < at_most;
                gone += usize::from(goes);
                !goes
            });
            Ok(gone)
        })
    }
}
