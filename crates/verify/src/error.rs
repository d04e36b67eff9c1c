//! Why a token is refused: for logs and metrics. Whoever presented it is never told, except that it expired or went stale.

/// Why. The text names the rule, never the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Not a compact JWS with a header and claims that we read (RFC 7515 section 7.1).
    #[error("not a well-formed token")]
    Malformed,
    /// Longer than any token of ours.
    #[error("too large")]
    TooLarge,
    /// `alg` is not on the list, or not the key's.
    #[error("the algorithm is not accepted")]
    Algorithm,
    /// `typ` is another.
    #[error("another type of token")]
    Type,
    /// There is a `crit` header: something that must be understood, and is not (RFC 7515 section 4.1.11).
    #[error("a critical header is not understood")]
    Critical,
    /// `kid` names no key of the set.
    #[error("unknown key")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the signature does not verify")]
    Signature,
    /// A claim is missing or of another shape (RFC 9068 section 2.2).
    #[error("a claim is missing or malformed")]
    Claims,
    /// `iss` is another.
    #[error("another issuer")]
    Issuer,
    /// `aud` does not name us.
    #[error("another audience")]
    Audience,
    /// `exp` has passed. Everything else holds.
    #[error("expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("not yet valid")]
    NotYet,
    /// It claims to live longer than we accept.
    #[error("the lifetime is too long")]
    Lifetime,
    /// It, its session, client or key was revoked.
    #[error("revoked")]
    Revoked,
    /// The account has changed since it was issued. Everything else holds.
    #[error("stale")]
    Stale,
}

impl VerifyError {
    /// One word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Algorithm => "algorithm",
            Self::Type => "type",
            Self::Critical => "critical",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Lifetime => "lifetime",
            Self::Revoked => "revoked",
            Self::Stale => "stale",
        }
    }
}
