//! From the errors of what administrators do.

use doorward_core::administer::AdminError;
use doorward_core::clients::DirectoryError;
use doorward_core::directory::{ClientFault, Refused};
use doorward_core::keys::operate::KeyError;
use doorward_core::link::MakeError;

use crate::problem::{Code, Problem};
use crate::reply::rfc3339;

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Gone => Self::new(Code::Unauthenticated),
            AdminError::Lacks(ref permission) => {
                Self::new(Code::Forbidden).detail(error.to_string()).with("permission", permission.as_str())
            }
            AdminError::TooOld => Self::new(Code::ReauthRequired),
            AdminError::NoAccount => Self::new(Code::NotFound),
            AdminError::LastAdministrator => Self::new(Code::LastAdministrator),
            AdminError::Directory(error) => error.into(),
            AdminError::Link(error) => error.into(),
            AdminError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Refused(refused) => refused.into(),
            DirectoryError::Client(fault) => fault.into(),
            DirectoryError::TokenTooLarge { bytes, budget, .. } => {
                Self::new(Code::TokenTooLarge).with("token_bytes", bytes).with("token_bytes_at_most", budget)
            }
            DirectoryError::LastAdministrator => Self::new(Code::LastAdministrator),
            DirectoryError::NoAccount => Self::new(Code::NotFound),
            DirectoryError::Rng(error) => error.into(),
            DirectoryError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            // To take away what is not there; to give what is there already succeeds.
            Refused::Missing | Refused::Same => Self::new(Code::NotFound),
            Refused::Taken => Self::new(Code::Taken),
            Refused::BuiltIn => Self::new(Code::BuiltIn),
            Refused::InUse(_) => Self::new(Code::InUse).detail(refused.to_string()),
            Refused::TooManySecrets => Self::new(Code::TooMany).detail(refused.to_string()),
            Refused::Name => Self::new(Code::InvalidInput).field("name", "unusable", refused.to_string()),
            Refused::About => Self::new(Code::InvalidInput).field("about", "unusable", refused.to_string()),
            Refused::UnknownPermission(_) => {
                Self::new(Code::InvalidInput).field("permissions", "unknown", "one of them is not known here")
            }
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<ClientFault> for Problem {
    fn from(fault: ClientFault) -> Self {
        let (field, why) = match &fault {
            ClientFault::NoMode => ("modes", fault.to_string()),
            ClientFault::Origin(_) => {
                ("origins", "an origin is scheme and host, like https://app.example, without a path".to_owned())
            }
            ClientFault::Audience => ("audiences", fault.to_string()),
            ClientFault::TooMany => ("origins", fault.to_string()),
            ClientFault::Name => ("name", fault.to_string()),
            _ => ("idle_timeout_seconds", fault.to_string()),
        };
        Self::new(Code::InvalidInput).field(field, "unusable", why)
    }
}

impl From<MakeError> for Problem {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::NoAccount => Self::new(Code::NotFound),
            MakeError::Disabled => Self::new(Code::AccountDisabled),
            MakeError::Closed => Self::new(Code::SignUpClosed),
            MakeError::Account(error) => error.into(),
            MakeError::TooMany => Self::new(Code::TooMany).detail(error.to_string()),
            MakeError::Rng(error) => error.into(),
            MakeError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown(_) => Self::new(Code::NotFound),
            KeyError::TooEarly(at) | KeyError::StillNeeded(at) => {
                Self::new(Code::TooEarly).with("ready_at", rfc3339(at))
            }
            KeyError::Signs => Self::new(Code::InUse).detail(error.to_string()),
            other => Self::new(Code::Unavailable).because("keys_unchanged", &other),
        }
    }
}
