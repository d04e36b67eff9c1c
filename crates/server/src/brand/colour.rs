//! One colour, made readable: as dark as it must be on light paper, as light as it must be on dark (WCAG 2.2, contrast of text
//! at least 4.5 : 1).

/// Least contrast of text.
const READABLE: f64 = 4.5;
/// What accents lie on. The style sheet has the same colours.
const PAPER: Rgb = Rgb(0xf4, 0xf3, 0xef);
const NIGHT: Rgb = Rgb(0x24, 0x25, 0x2a);
const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
const BLACK: Rgb = Rgb(0, 0, 0);
const INK: Rgb = Rgb(0x12, 0x14, 0x18);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

/// The colour of buttons and links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent(Rgb);

impl Default for Accent {
    fn default() -> Self {
        Self(Rgb(0x1d, 0x5e, 0x4e))
    }
}

impl Accent {
    /// Reads `#1d5e4e`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|c| c.is_ascii_hexdigit()))?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self(Rgb(part(0)?, part(2)?, part(4)?)))
    }

    /// On light paper, and what is written on it.
    pub(super) fn light(self) -> (String, String) {
        shown(self.0.darker_until_readable_on(PAPER))
    }

    /// On dark paper, and what is written on it.
    pub(super) fn dark(self) -> (String, String) {
        shown(self.0.lighter_until_readable_on(NIGHT))
    }
}

/// With the ink that is easier to read on it.
fn shown(colour: Rgb) -> (String, String) {
    let ink = if contrast(colour, WHITE) >= READABLE { WHITE } else { INK };
    (colour.text(), ink.text())
}

impl Rgb {
    /// Darker, in small steps, as far as it must.
    fn darker_until_readable_on(self, ground: Self) -> Self {
        (0..=50).map(|step| self.towards(BLACK, step)).find(|c| contrast(*c, ground) >= READABLE).unwrap_or(BLACK)
    }

    /// Lighter: first as bright as the colour can be, so that it stays a colour, then towards white.
    fn lighter_until_readable_on(self, ground: Self) -> Self {
        let most = u16::from(self.0.max(self.1).max(self.2)).max(1);
        let bright = |part: u8| u8::try_from(u16::from(part) * 255 / most).unwrap_or(u8::MAX);
        let brightest = Self(bright(self.0), bright(self.1), bright(self.2));
        let steps = (0..=50).map(|step| self.towards(brightest, step));
        let steps = steps.chain((0..=50).map(|step| brightest.towards(WHITE, step)));
        steps.into_iter().find(|c| contrast(*c, ground) >= READABLE).unwrap_or(WHITE)
    }

    /// `step` fiftieths of the way.
    fn towards(self, end: Self, step: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (50 - step) + u16::from(to) * step) / 50;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, end.0), mix(self.1, end.1), mix(self.2, end.2))
    }

    fn text(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |part: u8| match f64::from(part) / 255.0 {
            c if c <= 0.04045 => c / 12.92,
            c => ((c + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (a, b) = (one.luminance(), other.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Rgb {
        Accent::parse(text).unwrap().0
    }

    proptest! {
        #[test]
        fn whatever_is_chosen_text_stays_readable(red: u8, green: u8, blue: u8) {
            let accent = Accent(Rgb(red, green, blue));
            for ((colour, ink), ground) in [(accent.light(), PAPER), (accent.dark(), NIGHT)] {
                prop_assert!(contrast(read(&colour), ground) >= READABLE, "{colour} on the ground");
                prop_assert!(contrast(read(&colour), read(&ink)) >= READABLE, "{ink} on {colour}");
            }
        }
    }

    #[test]
    fn a_colour_that_is_readable_stays_as_it_was_chosen() {
        assert_eq!(Accent::parse("#7a1f3d").unwrap().light().0, "#7a1f3d");
        assert_eq!(Accent::parse("#ffd400").unwrap().dark().0, "#ffd400");
        assert_ne!(Accent::parse("#ffd400").unwrap().light().0, "#ffd400", "yellow on white cannot be read");
    }

    #[test]
    fn contrast_is_measured_as_the_standard_does() {
        assert!((contrast(Rgb(0, 0, 0), WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(read("#767676"), WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for bad in ["", "#fff", "1d5e4e", "#1d5e4g", "#1d5e4e0", "red", "#１d5e4e", "#+1-2+3"] {
            assert_eq!(Accent::parse(bad), None, "{bad}");
        }
    }
}
