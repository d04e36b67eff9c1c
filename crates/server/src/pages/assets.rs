//! What pages load: style sheets, scripts, pictures. Built into the program, served as written, and named after their content,
//! so that a browser may keep them for ever and a new version is a new name.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use doorward_core::verify::base64url;
use http::StatusCode;
use http::header::{self, HeaderValue};

use crate::brand::Brand;
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::reply;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
static FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

macro_rules! built_in {
    ($($name:literal $kind:ident)+) => {
        const BUILT_IN: &[(&str, &str, &str)] = &[$(($name, $kind, include_str!(concat!("../../assets/", $name))),)+];
    };
}

built_in! {
    "doorward.css" CSS
    "form.js" JS
    "password.js" JS
    "resume.js" JS
    "moments.js" JS
    "door.svg" SVG
}

/// The same in every installation: hashed once in a process.
static NAMED: LazyLock<Vec<(&'static str, File)>> = LazyLock::new(|| {
    let file = |(name, kind, text): &(&'static str, &'static str, &'static str)| {
        (*name, File::new(name, kind, text.as_bytes()))
    };
    BUILT_IN.iter().map(file).collect()
});

#[derive(Debug, Clone)]
struct File {
    /// With its hash.
    name: String,
    content_type: &'static str,
    bytes: Bytes,
}

impl File {
    fn new(name: &str, content_type: &'static str, bytes: &[u8]) -> Self {
        let hash = base64url::encode(digest::digest(&digest::SHA256, bytes).as_ref());
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let name = format!("{stem}-{}.{extension}", &hash[..16]);
        Self { name, content_type, bytes: Bytes::copy_from_slice(bytes) }
    }
}

/// Everything that this installation's pages load.
#[derive(Debug)]
pub(crate) struct Assets {
    by_name: HashMap<String, File>,
    paths: HashMap<&'static str, String>,
}

impl Assets {
    pub(crate) fn new(brand: &Brand) -> Self {
        let mut files: Vec<(&'static str, File)> = NAMED.clone();
        files.push(("brand.css", File::new("brand.css", CSS, brand.css().as_bytes())));
        let picture = match &brand.logo {
            Some(logo) => File::new(&format!("logo.{}", logo.extension), logo.content_type, &logo.bytes),
            None => NAMED.iter().find(|(name, _)| *name == "door.svg").expect("it is in the table").1.clone(),
        };
        files.push(("logo", picture));
        let paths = files.iter().map(|(name, file)| (*name, format!("/assets/{}", file.name))).collect();
        Self { paths, by_name: files.into_iter().map(|(_, file)| (file.name.clone(), file)).collect() }
    }

    /// Where it is, by its name without the hash.
    pub(super) fn path(&self, name: &str) -> &str {
        self.paths.get(name).map_or("", String::as_str)
    }
}

pub(super) async fn show(State(door): State<Door>, Path(name): Path<String>) -> Result<Response, Problem> {
    let file = door.assets().by_name.get(&name).ok_or(Problem::new(Code::NotFound))?;
    let mut response = reply::bytes(StatusCode::OK, file.content_type, file.bytes.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER.clone());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_the_content_and_only_then() {
        let name = |bytes: &[u8]| File::new("a.css", CSS, bytes).name;
        assert_eq!(name(b"x"), name(b"x"));
        assert_ne!(name(b"x"), name(b"y"));
        assert!(name(b"x").starts_with("a-") && name(b"x").ends_with(".css"));
    }

    #[test]
    fn the_style_sheet_is_small() {
        let (_, _, css) = BUILT_IN.iter().find(|(name, ..)| *name == "doorward.css").unwrap();
        assert!(css.len() <= 12 * 1024, "{} bytes", css.len());
    }
}
