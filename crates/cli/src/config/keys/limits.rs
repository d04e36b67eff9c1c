//! How often somebody may try, and for how long a proof counts.

use super::{Key, Kind, key};

/// `[sessions]` and `[throttle]`.
pub(super) const KEYS: &[Key] = &[
    key(
        "sessions",
        "most_per_account",
        Kind::Number { least: 1, most: 10_000 },
        "100",
        "Live sign-ins of one account at once.",
    ),
    key(
        "sessions",
        "when_full",
        Kind::OneOf(&["end_oldest", "refuse"]),
        "\"end_oldest\"",
        "And beyond: the one unused for longest ends, or nobody signs in until one has ended.",
    ),
    key(
        "sessions",
        "proof",
        Kind::Span { least: 60, most: 3600 },
        "\"10m\"",
        "For so long after a sign-in or another proof nobody is asked to prove again who they are.",
    ),
    key(
        "throttle",
        "free_failures",
        Kind::Number { least: 1, most: 20 },
        "5",
        "Failed sign-ins to one account without a pause.",
    ),
    key(
        "throttle",
        "longest_pause",
        Kind::Span { least: 60, most: 3600 },
        "\"15m\"",
        "Then pauses double from a second up to this.",
    ),
    key(
        "throttle",
        "failures_in_a_row",
        Kind::Number { least: 20, most: 100 },
        "100",
        "Then nobody unknown to the account passes, until its owner has signed in or has a new password.",
    ),
    key(
        "throttle",
        "per_address",
        Kind::Number { least: 5, most: 10_000 },
        "20",
        "Failed sign-ins in ten minutes from one address (of IPv6, 64 bits).",
    ),
    key(
        "throttle",
        "per_network",
        Kind::Number { least: 5, most: 100_000 },
        "100",
        "The same from its neighbourhood (24 bits, of IPv6 48).",
    ),
    key(
        "throttle",
        "per_minute",
        Kind::Number { least: 6, most: 1_000_000 },
        "60",
        "Failed sign-ins a minute from everywhere, by browsers that are not known; ten times as many at once.",
    ),
    key(
        "throttle",
        "sign_ups_per_address",
        Kind::Number { least: 1, most: 100_000 },
        "3",
        "New accounts in an hour from one address, where sign-up is open.",
    ),
    key("throttle", "sign_ups", Kind::Number { least: 1, most: 1_000_000 }, "100", "The same from everywhere."),
];
