//! From values to how pages are dressed.

use std::path::Path;

use doorward_server::brand::{Accent, Brand, Link, Logo};

use super::build::From;
use super::fault::Fault;
use super::read::Values;

/// Characters of a name that fit above a page.
const LONGEST_NAME: usize = 60;

/// Reads the logo too, so that `config check` finds what is wrong with it.
pub(super) fn brand(from: &From<'_>, values: &Values, faults: &mut Vec<Fault>) -> Brand {
    let mut fault = |key: &str, text: String| {
        let place = values.set.get(key).map_or_else(|| values.file.clone(), |placed| placed.place.clone());
        faults.push(Fault { place, text: format!("{key} {text}") });
    };
    let name = from.text("brand.name");
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        fault("brand.name", format!("must be a name of at most {LONGEST_NAME} characters, on one line"));
    }
    let accent = Accent::parse(&from.text("brand.accent")).unwrap_or_else(|| {
        fault("brand.accent", "must be a colour like \"#1d5e4e\"".to_owned());
        Accent::default()
    });
    let logo = from.file("brand.logo").and_then(|path| match read(&path) {
        Ok(logo) => Some(logo),
        Err(why) => {
            fault("brand.logo", why);
            None
        }
    });
    let mut links = Vec::new();
    for line in from.texts("brand.links") {
        match Link::parse(&line) {
            Ok(link) => links.push(link),
            Err(why) => fault("brand.links", format!("holds \"{line}\", which {why}")),
        }
    }
    Brand { name, logo, accent, links }
}

fn read(path: &Path) -> Result<Logo, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("cannot be read ({}): {e}", path.display()))?;
    Logo::new(bytes).map_err(|why| format!("({}) {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Wishes};
    use doorward_server::brand::Brand;

    fn read(brand: &str) -> Result<Config, String> {
        let text = format!("[server]\npublic_url = \"https://door.example\"\n[brand]\n{brand}");
        Config::from_text("doorward.toml", &text, &[], Wishes::default()).map_err(|failure| failure.message)
    }

    #[test]
    fn an_installation_dresses_its_pages() {
        let folder = tempfile::tempdir().unwrap();
        let logo = folder.path().join("logo.svg");
        std::fs::write(&logo, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
        let lines = format!(
            "name = \"Näherei\"\nlogo = \"{}\"\naccent = \"#7a1f3d\"\nlinks = [\"Impressum https://www.example/\"]",
            logo.display()
        );
        let brand = read(&lines).unwrap().brand;
        assert_eq!((brand.name.as_str(), brand.logo.is_some(), brand.links.len()), ("Näherei", true, 1));
        assert_eq!(read("").unwrap().brand, Brand::default(), "the defaults of the file are those of the library");
    }

    #[test]
    fn what_cannot_be_worn_is_told_at_its_line_all_at_once() {
        let lines =
            "name = \" \"\naccent = \"green\"\nlogo = \"no/such.svg\"\nlinks = [\"Privacy javascript:alert(1)\"]";
        let told = read(lines).unwrap_err();
        for (line, word) in [(4, "brand.name"), (5, "like \"#1d5e4e\""), (6, "no/such.svg"), (7, "is no link")] {
            let found = told.lines().any(|l| l.contains(&format!("doorward.toml:{line}:")) && l.contains(word));
            assert!(found, "{line} {word}: {told}");
        }
    }
}
