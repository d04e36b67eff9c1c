//! What people see.

use super::{Key, Kind, key};

/// Sections `pages` and `brand`.
pub(super) const KEYS: &[Key] = &[
    key(
        "pages",
        "show",
        Kind::Flag,
        "true",
        "Pages for people: to sign in, to see their devices. Without them there is only the API.",
    ),
    key("brand", "name", Kind::Text, "\"Doorward\"", "What this installation is called, above every page."),
    key(
        "brand",
        "logo",
        Kind::File,
        "\"\"",
        "A picture beside the name, SVG, PNG or WebP, at most 64 KiB; read at the start.",
    ),
    key(
        "brand",
        "accent",
        Kind::Text,
        "\"#1d5e4e\"",
        "The colour of buttons and links. Made darker on light paper and lighter on dark, as far as reading needs it.",
    ),
    key(
        "brand",
        "links",
        Kind::Texts,
        "[]",
        "Below every page: words and where they lead, like [\"Privacy https://www.example/privacy\"].",
    ),
];
