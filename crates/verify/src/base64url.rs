//! base64url without padding (RFC 4648 section 5), strictly: each byte string has exactly one written form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Writes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads; `None` for padding, another alphabet, blanks, or bits at the end that belong to no byte.
#[must_use]
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads exactly `N` bytes; allocates nothing.
#[must_use]
pub fn decode_array<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != (N * 4).div_ceil(3) {
        return None;
    }
    let mut out = [0; N];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut out).ok()?;
    (length == N).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_string_has_one_written_form() {
        assert_eq!(decode(b"-_8"), Some(vec![0xfb, 0xff]));
        for other in ["-_8=", "+/8", "-_8 ", " -_8", "-_9", "-_8\n", "-", ""] {
            assert_ne!(decode(other.as_bytes()), Some(vec![0xfb, 0xff]), "{other:?}");
        }
        assert_eq!(decode_array::<2>(b"-_8"), Some([0xfb, 0xff]));
        assert_eq!(decode_array::<2>(b"-_9"), None);
        assert_eq!(decode_array::<3>(b"-_8"), None);
        assert_eq!(decode_array::<1>(b"-_8"), None);
    }
}
