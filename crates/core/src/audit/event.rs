//! Everything that is written down, as a closed list.

use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($variant:ident $name:literal $about:literal;)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Event {
            $(
                #[doc = $about]
                #[serde(rename = $name)]
                $variant,
            )+
        }

        impl Event {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As stored and shown; never changes once shipped.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// In words.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $about,)+
                }
            }
        }
    };
}

events! {
    SignedIn "signed_in" "Somebody signed in.";
    SignInRefused "sign_in_refused" "A sign-in was refused.";
    Refreshed "refreshed" "A refresh token was used. In the log only: the audit keeps what ends and what changes.";
    SignedOut "signed_out" "Somebody signed out.";
    SessionEndedElsewhere "session_ended_elsewhere" "A person ended one of their sessions from another device.";
    SignedOutEverywhere "signed_out_everywhere" "All sessions of an account were ended.";
    SessionPushedOut "session_pushed_out" "An account had as many sessions as it may have: the one unused for longest has ended.";
    SessionReplaced "session_replaced" "A new sign-in in the same browser took the place of a session.";
    RefreshReuseDetected "refresh_reuse_detected" "A refresh token was presented again, too late: a copy is in use, and the session has ended.";
    SessionEndedByOperator "session_ended_by_operator" "An operator ended a session.";
    SessionEndedByAdministrator "session_ended_by_administrator" "An administrator ended a session.";
    LeakedEnded "leaked_ended" "A credential had leaked, and the session behind it was ended.";
    TokenRevoked "token_revoked" "An application ended one of its tokens.";
    ClientTokenIssued "client_token_issued" "An application got a token of its own. In the log only.";
    CredentialsChanged "credentials_changed" "A sign-in or refresh was taken back: the account had changed meanwhile.";
    AccountCreated "account_created" "An account was made.";
    AccountDisabled "account_disabled" "An account was disabled, and its sessions have ended.";
    AccountEnabled "account_enabled" "An account was enabled again.";
    AccountDeleted "account_deleted" "An account was deleted: nothing is left of it but what this audit says of its id.";
    AccountImported "account_imported" "An account was brought along from elsewhere.";
    AccountsExported "accounts_exported" "Somebody began to take all accounts along, with or without the hashes of passwords.";
    PasswordChanged "password_changed" "A password was changed, and all sessions have ended.";
    PasswordRehashed "password_rehashed" "A password's hash was made anew with the cost of today.";
    DisplayNameChanged "display_name_changed" "A display name was changed.";
    SourceTriesManyAccounts "source_tries_many_accounts" "One source fails to sign in to many accounts; it has to wait.";
    AccountTriedFromManySources "account_tried_from_many_sources" "Many sources fail to sign in to one account; further ones have to wait.";
    LimitsTightened "limits_tightened" "More sign-ins fail than is usual anywhere: limits are tighter until that is over.";
    SetupLinkMade "setup_link_made" "A link for the first administrator was made.";
    ResetLinkMade "reset_link_made" "A link for a new password was made.";
    InviteMade "invite_made" "An invitation was made.";
    RolesChanged "roles_changed" "An account has other roles.";
    KeyPublished "key_published" "A new signing key is published; it does not sign yet.";
    KeySigns "key_signs" "Another signing key signs from now on.";
    KeyRemoved "key_removed" "A signing key was removed: nothing that it signed can be alive.";
    KeyDistrusted "key_distrusted" "A signing key was distrusted: what it signed counts for nothing.";
    RootSecretRotated "root_secret_rotated" "Another root secret makes what is new.";
    RootSecretRemoved "root_secret_removed" "A root secret has left the list.";
    RootSecretDistrusted "root_secret_distrusted" "A root secret was distrusted: what it made counts for nothing.";
    RoleSet "role_set" "A role was defined, or gives other permissions.";
    RoleRemoved "role_removed" "A role was removed.";
    PermissionSet "permission_set" "A permission was defined or described otherwise.";
    PermissionRemoved "permission_removed" "A permission was removed.";
    ClientAdded "client_added" "An application was added.";
    ClientChanged "client_changed" "An application has other settings.";
    ClientDisabled "client_disabled" "An application was disabled, and what it was handed has ended.";
    ClientEnabled "client_enabled" "An application was enabled again.";
    ClientSecretAdded "client_secret_added" "An application has one more secret.";
    ClientSecretRemoved "client_secret_removed" "A secret of an application counts no more.";
}

impl Event {
    /// Whether an operator should look: these stand out in the log.
    #[must_use]
    pub fn is_alarming(self) -> bool {
        matches!(
            self,
            Self::RefreshReuseDetected
                | Self::LeakedEnded
                | Self::SourceTriesManyAccounts
                | Self::AccountTriedFromManySources
                | Self::LimitsTightened
                | Self::KeyDistrusted
                | Self::RootSecretDistrusted
        )
    }

    /// Reads what [`name`](Self::name) wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }
}
