//! From the errors of the walk to codes: the only place that knows both.

use doorward_core::accounts::SignUpError;
use doorward_core::accounts::rename::RenameError;
use doorward_core::authenticate::AuthError;
use doorward_core::issue::IssueError;
use doorward_core::link::UseError;
use doorward_core::password::{HashError, PasswordFault};
use doorward_core::prove::ProveError;
use doorward_core::refresh::RefreshError;
use doorward_core::rng::RngError;
use doorward_core::sign_in::SignInError;
use doorward_core::store::StoreError;
use doorward_core::throttle::TooMany;
use doorward_core::verify::present::PresentError;

use super::{Code, Problem};

mod admin;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(Code::Unavailable).because("store_unavailable", &error)
    }
}

impl From<RngError> for Problem {
    fn from(error: RngError) -> Self {
        Self::new(Code::Unavailable).because("no_randomness", &error)
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        Self::new(Code::Unavailable).because("nothing_issued", &error)
    }
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy { retry_after } => {
                Self::new(Code::Busy).retry_after(retry_after.as_secs_f64().ceil() as u64)
            }
            HashError::Rng(_) | HashError::Failed(_) => Self::new(Code::Unavailable).because("hashing_failed", &error),
        }
    }
}

impl From<PasswordFault> for Problem {
    fn from(fault: PasswordFault) -> Self {
        let problem = Self::new(Code::InvalidInput).field("password", fault.code(), fault.to_string());
        match fault {
            PasswordFault::TooShort(least) => problem.with("min_length", least),
            _ => problem,
        }
    }
}

impl From<PresentError> for Problem {
    fn from(error: PresentError) -> Self {
        match error {
            PresentError::ForeignOrigin => Self::new(Code::CsrfFailed),
            PresentError::MalformedBearer => Self::new(Code::InvalidToken),
            doubled => Self::new(Code::BadRequest).detail(doubled.to_string()),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unauthenticated => Self::new(Code::Unauthenticated),
            AuthError::AccessExpired => Self::new(Code::AccessExpired),
            AuthError::AccessStale => Self::new(Code::AccessStale),
            AuthError::Unavailable(error) => error.into(),
            _ => Self::new(Code::InvalidToken),
        }
    }
}

impl From<SignUpError> for Problem {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Closed => Self::new(Code::SignUpClosed),
            SignUpError::Identifier(fault) => {
                Self::new(Code::InvalidInput).field("identifier", fault.code(), fault.to_string())
            }
            SignUpError::DisplayName(fault) => {
                Self::new(Code::InvalidInput).field("display_name", fault.code(), fault.to_string())
            }
            SignUpError::Password(fault) => fault.into(),
            SignUpError::Taken => Self::new(Code::IdentifierTaken),
            SignUpError::TooMany(error) => error.into(),
            SignUpError::Hash(error) => error.into(),
            SignUpError::Rng(error) => error.into(),
            SignUpError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<RenameError> for Problem {
    fn from(error: RenameError) -> Self {
        match error {
            RenameError::DisplayName(fault) => {
                Self::new(Code::InvalidInput).field("display_name", "unusable", fault.to_string())
            }
            RenameError::Missing => Self::new(Code::Unauthenticated),
            RenameError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::ClientUnknown => Self::new(Code::ClientUnknown),
            SignInError::ModeNotAllowed => Self::new(Code::ModeNotAllowed),
            SignInError::Password(fault) => fault.into(),
            SignInError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            SignInError::TooMany(error) => error.into(),
            SignInError::TooManySessions => Self::new(Code::TooManySessions),
            SignInError::CredentialsChanged => Self::new(Code::CredentialsChanged),
            SignInError::Hash(error) => error.into(),
            SignInError::Issue(error) => error.into(),
            SignInError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<TooMany> for Problem {
    fn from(TooMany { retry_after }: TooMany) -> Self {
        Self::new(Code::TooManyAttempts).retry_after(retry_after.as_secs_f64().ceil() as u64)
    }
}

impl From<ProveError> for Problem {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::Wrong => Self::new(Code::InvalidCredentials),
            ProveError::TooOld => Self::new(Code::ReauthRequired),
            ProveError::TooMany(error) => error.into(),
            ProveError::Password(fault) => fault.into(),
            ProveError::CredentialsChanged => Self::new(Code::CredentialsChanged),
            ProveError::Hash(error) => error.into(),
            ProveError::SignIn(error) => error.into(),
            ProveError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<UseError> for Problem {
    fn from(error: UseError) -> Self {
        match error {
            UseError::Gone => Self::new(Code::LinkGone),
            UseError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            UseError::Account(error) => error.into(),
            UseError::Unavailable(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::InvalidGrant => Self::new(Code::InvalidGrant),
            RefreshError::Superseded => Self::new(Code::RefreshSuperseded),
            RefreshError::TooMany(error) => error.into(),
            RefreshError::CredentialsChanged => Self::new(Code::CredentialsChanged),
            RefreshError::Unavailable(error) => error.into(),
            RefreshError::Issue(error) => error.into(),
            _ => Self::new(Code::Internal),
        }
    }
}
