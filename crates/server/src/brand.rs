//! How pages are dressed: name, logo, one colour, links in the footer. Whatever is chosen, text stays readable.

use std::fmt::Write as _;

pub use self::colour::Accent;

mod colour;

/// Largest logo, in bytes: it comes with every first visit.
pub const LARGEST_LOGO: usize = 64 * 1024;

/// What an installation shows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The name, above every page and in every title.
    pub name: String,
    /// The picture beside it; our own door if there is none.
    pub logo: Option<Logo>,
    /// The colour of buttons and links.
    pub accent: Accent,
    /// In the footer.
    pub links: Vec<Link>,
}

impl Default for Brand {
    fn default() -> Self {
        Self { name: "Doorward".into(), logo: None, accent: Accent::default(), links: Vec::new() }
    }
}

/// A picture that browsers show.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    pub(crate) extension: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Leaves out the bytes.
impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.extension, self.bytes.len())
    }
}

/// Why a file is no logo, or a text no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrandFault {
    /// Neither SVG nor PNG nor WebP.
    #[error("is no SVG, PNG or WebP")]
    Picture,
    /// More than [`LARGEST_LOGO`].
    #[error("is larger than 64 KiB")]
    TooLarge,
    /// Not a word or two and a URL behind them.
    #[error(
        "is no link like \"Privacy https://www.example/privacy\" (or a mailto: address, or a path that begins with /)"
    )]
    Link,
}

impl Logo {
    /// Knows what it is by its bytes, not by its name.
    ///
    /// # Errors
    /// [`BrandFault`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, BrandFault> {
        if bytes.len() > LARGEST_LOGO {
            return Err(BrandFault::TooLarge);
        }
        let text = std::str::from_utf8(&bytes).unwrap_or("").trim_start_matches('\u{feff}').trim_start();
        let (extension, content_type) = match &bytes {
            b if b.starts_with(b"\x89PNG\r\n\x1a\n") => ("png", "image/png"),
            b if b.starts_with(b"RIFF") && b.get(8..12) == Some(b"WEBP") => ("webp", "image/webp"),
            _ if (text.starts_with("<svg") || text.starts_with("<?xml") || text.starts_with("<!--"))
                && text.contains("<svg") =>
            {
                ("svg", "image/svg+xml")
            }
            _ => return Err(BrandFault::Picture),
        };
        Ok(Self { extension, content_type, bytes })
    }
}

/// A link in the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is called.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// Reads `Privacy https://www.example/privacy`: the words, then where they lead.
    ///
    /// # Errors
    /// [`BrandFault::Link`], also for anything but web pages, mail addresses and paths of this host: a script is no link.
    pub fn parse(line: &str) -> Result<Self, BrandFault> {
        let (text, href) = line.trim().rsplit_once(' ').ok_or(BrandFault::Link)?;
        let leads = match href.split_once(':') {
            Some(("https" | "http", _)) => url::Url::parse(href).is_ok_and(|url| url.has_host()),
            Some(("mailto", address)) => address.contains('@'),
            _ => href.starts_with('/') && !href.starts_with("//") && !href.contains('\\'),
        };
        let (text, plain) = (text.trim(), href.bytes().all(|c| c.is_ascii_graphic()));
        let named = !text.is_empty() && text.chars().count() <= 60 && !text.chars().any(char::is_control);
        if !(leads && plain && named) {
            return Err(BrandFault::Link);
        }
        Ok(Self { text: text.to_owned(), href: href.to_owned() })
    }
}

impl Brand {
    /// Its style sheet: the colours, for light and for dark.
    pub(crate) fn css(&self) -> String {
        let mut out = String::new();
        let (light, dark) = (self.accent.light(), self.accent.dark());
        let _ = write!(out, ":root{{--accent:{};--accent-ink:{}}}", light.0, light.1);
        let _ =
            write!(out, "@media(prefers-color-scheme:dark){{:root{{--accent:{};--accent-ink:{}}}}}", dark.0, dark.1);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_known_by_its_bytes() {
        let kind = |bytes: &[u8]| Logo::new(bytes.to_vec()).map(|l| l.extension);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Ok("png"));
        assert_eq!(kind(b"RIFF....WEBPVP8 "), Ok("webp"));
        assert_eq!(kind(b"\xef\xbb\xbf <?xml version=\"1.0\"?><svg/>"), Ok("svg"));
        for bad in [&b"GIF89a"[..], b"", b"<html><svg>", b"\xff\xd8\xff", b"<?xml version=\"1.0\"?><html/>"] {
            assert_eq!(kind(bad), Err(BrandFault::Picture));
        }
        assert_eq!(kind(&vec![0; LARGEST_LOGO + 1]), Err(BrandFault::TooLarge));
    }

    #[test]
    fn a_link_leads_to_a_page_or_an_address_and_never_to_a_script() {
        let link = Link::parse("Terms of use https://www.example/terms").unwrap();
        assert_eq!((link.text.as_str(), link.href.as_str()), ("Terms of use", "https://www.example/terms"));
        for good in ["帮助 mailto:help@door.example", "Status /status", "A http://intranet.example/"] {
            assert!(Link::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "Privacy",
            "https://www.example",
            "X javascript:alert(1)",
            "X data:text/html,x",
            "X //evil.example",
            "X https:",
            "X /\\evil.example",
            "X JavaScript:alert(1)",
            "X mailto:nobody",
            "a\u{0}b https://www.example",
        ] {
            assert_eq!(Link::parse(bad), Err(BrandFault::Link), "{bad}");
        }
    }

    #[test]
    fn its_sheet_has_a_colour_for_light_and_one_for_dark() {
        let css = Brand::default().css();
        assert!(css.starts_with(":root{--accent:#") && css.contains("prefers-color-scheme:dark"), "{css}");
    }
}
