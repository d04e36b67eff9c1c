//! `docs/reference/openapi.json` and `errors.md`: what the API asks and answers, as the code says it.

use crate::generate::Output;
use crate::tree::Tree;

/// Both of them.
///
/// # Errors
/// None; generators may have some.
pub fn make(_: &Tree) -> Result<Vec<Output>, String> {
    let output = |name: &str, text: String| Output { path: format!("docs/reference/{name}"), text };
    Ok(vec![
        output("openapi.json", doorward_server::reference::openapi()),
        output("errors.md", doorward_server::reference::errors()),
    ])
}
