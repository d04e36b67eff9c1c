//! Who administers the server, and that somebody always does.

use crate::audit::Actor;
use crate::directory::ADMINISTRATOR;
use crate::records::Account;

/// Whether the account may do everything that administrators may.
#[must_use]
pub fn administers(account: &Account) -> bool {
    account.disabled_at.is_none() && account.roles.iter().any(|role| role == ADMINISTRATOR)
}

/// The rule: whether a change needs another administrator beside the account, else it does not happen. Whoever has a shell
/// on the machine may do without: a link makes the next administrator there, and an account in wrong hands must end at once.
#[must_use]
pub fn needs_another(before: &Account, after: Option<&Account>, by: &Actor) -> bool {
    administers(before) && !after.is_some_and(administers) && *by != Actor::Operator
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::{NOW, sample_account};

    #[test]
    fn only_an_operator_may_leave_a_server_without_an_administrator() {
        let plain = sample_account(1);
        let admin = Account { roles: vec!["editor".into(), ADMINISTRATOR.into()], ..plain.clone() };
        let disabled = Account { disabled_at: Some(NOW), ..admin.clone() };
        let person = Actor::Person(plain.id);
        for (before, after, needs) in [
            (&admin, Some(&plain), true),
            (&admin, Some(&disabled), true),
            (&admin, None, true),
            (&admin, Some(&admin), false),
            (&plain, None, false),
            (&disabled, Some(&plain), false),
            (&disabled, None, false),
            (&disabled, Some(&admin), false),
        ] {
            assert_eq!(needs_another(before, after, &person), needs);
            assert!(!needs_another(before, after, &Actor::Operator));
        }
    }
}
