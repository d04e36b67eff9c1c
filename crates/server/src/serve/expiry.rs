//! When a certificate ends: the one field of it that nobody else reads out for us.

use doorward_core::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Tags of DER (X.690) that stand on the way.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `notAfter` (RFC 5280 section 4.1.2.5).
pub(super) fn of(certificate: &[u8]) -> Option<Timestamp> {
    let mut outer = Reader(Reader(certificate).take(SEQUENCE)?);
    let mut signed = Reader(outer.take(SEQUENCE)?);
    if signed.peek() == Some(VERSION) {
        signed.take(VERSION)?;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        signed.any()?;
    }
    let mut validity = Reader(signed.take(SEQUENCE)?);
    validity.any()?;
    let (tag, time) = validity.any()?;
    let digits = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    match tag {
        // Two digits of the year: 1950 to 2049.
        UTC_TIME if digits.len() == 12 => moment(&format!("{}{digits}", if digits < "5" { "20" } else { "19" })),
        GENERALIZED_TIME if digits.len() == 14 => moment(digits),
        _ => None,
    }
}

fn moment(digits: &str) -> Option<Timestamp> {
    if !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits[from..to].parse::<i8>().ok();
    let year = digits[..4].parse().ok()?;
    let at = DateTime::new(year, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?, 0).ok()?;
    Some(Timestamp::from_secs(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
}

/// What is left to read.
struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element, whatever it is: its tag and what it holds.
    fn any(&mut self) -> Option<(u8, &'d [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (held, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, held))
    }

    /// The next element if it is this one.
    fn take(&mut self, wanted: u8) -> Option<&'d [u8]> {
        self.any().filter(|(tag, _)| *tag == wanted).map(|(_, held)| held)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn ending(year: i32) -> Vec<u8> {
        let mut parameters = CertificateParams::new(vec!["door.example".to_owned()]).unwrap();
        parameters.not_after = date_time_ymd(year, 3, 1);
        parameters.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn the_end_of_a_certificate_is_read_in_both_ways_to_write_it() {
        for (year, seconds) in
            [(2027, 1_803_859_200), (2049, 2_498_169_600), (2050, 2_529_705_600), (2090, 3_792_009_600)]
        {
            assert_eq!(of(&ending(year)), Some(Timestamp::from_secs(seconds)), "{year}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_has_no_end() {
        let whole = ending(2027);
        for length in 0..whole.len() {
            assert_eq!(of(&whole[..length]), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..400_usize) {
            let _ = of(&bytes);
            static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| ending(2027));
            let mut whole = WHOLE.clone();
            let at = at % whole.len();
            whole[at] = bytes.first().copied().unwrap_or(0xff);
            let _ = of(&whole);
        }
    }
}
