//! Types of signed things: the `typ` header says what a token is for, so that one kind never passes for another
//! (RFC 8725 section 3.11).

/// An access token (RFC 9068 section 2.1).
pub const ACCESS_TOKEN: &str = "at+jwt";
/// A heartbeat of the revocation feed.
pub const HEARTBEAT: &str = "doorward-heartbeat+jwt";
/// What a gateway tells an upstream about who asks.
pub const ASSERTION: &str = "doorward-assertion+jwt";

/// Whether a header's `typ` is this one: letter case does not count, nor an `application/` in front (RFC 7515 section
/// 4.1.9).
#[must_use]
pub fn is(found: &str, wanted: &str) -> bool {
    let bare = match found.split_at_checked(12) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
        _ => found,
    };
    bare.eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_a_media_type_prefix_do_not_count_and_everything_else_does() {
        for same in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
            assert!(is(same, ACCESS_TOKEN), "{same}");
        }
        for other in ["", "JWT", "at+jwt ", "application/", "application/application/at+jwt", "x/at+jwt", HEARTBEAT] {
            assert!(!is(other, ACCESS_TOKEN), "{other}");
        }
    }
}
