//! The description of the API (OpenAPI 3.1) and the list of its errors, put together from tables that stand beside the routes.
//!
//! A route without a description fails a test here; a description that says something else than the code fails the tests over
//! HTTP, where every answer is held against it: its status, its problem code, each member of its body.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

mod administrators;
mod bodies;
mod errors;
mod members;
mod operation;
mod people;
mod schema;
mod services;

pub(crate) use errors::errors;
use operation::Operation;

/// Everything that is answered in JSON, in the order in which it is shown.
fn operations() -> Vec<Operation> {
    [people::operations(), administrators::operations(), services::operations()].into_iter().flatten().collect()
}

/// The document.
pub(crate) fn openapi() -> Value {
    let operations = operations();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut answers: BTreeMap<String, Value> = BTreeMap::new();
    for operation in &operations {
        answers.extend(operation.shared());
        paths.entry(operation.path).or_default().insert(operation.method.to_lowercase(), operation.write());
    }
    let order = operations.iter().map(|operation| operation.path);
    let mut in_order = Map::new();
    for path in order {
        if let Some(methods) = paths.remove(path) {
            in_order.insert(path.to_owned(), methods.into());
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Doorward",
            "description": ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/", "description": "The server that this came from" }],
        "tags": TAGS.map(|(name, about)| json!({ "name": name, "description": about })),
        "paths": in_order,
        "components": {
            "securitySchemes": security(),
            "schemas": bodies::all().into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect::<Map<_, _>>(),
            "responses": answers.into_iter().collect::<Map<_, _>>(),
        },
    })
}

const ABOUT: &str = "A self-hosted login server: session cookies, token pairs and tokens in cookies over one record. Bodies \
    are JSON; an unknown member is refused. What goes wrong is told as a problem (RFC 9457) whose `code` never changes; every \
    code is explained in the list of errors.";

const TAGS: [(&str, &str); 4] = [
    ("people", "Sign up, sign in, stay signed in, sign out."),
    (
        "administrators",
        "Each needs the permission that is named in `x-permission`, at that moment; where `x-proof` is true, \
        also a proof of the last ten minutes (`POST /v1/prove`).",
    ),
    ("services", "For applications, and for services that verify tokens."),
    ("operators", "For the machines of whoever runs the server."),
];

fn security() -> Value {
    let cookie = |name: &str, about: &str| json!({ "type": "apiKey", "in": "cookie", "name": format!("__Host-Http-doorward_{name}"), "description": about });
    json!({
        "session": cookie("session", "Mode `session`. With `--dev` the name has no prefix."),
        "access": cookie("access", "Mode `hybrid`. With `--dev` the name has no prefix."),
        "csrf": {
            "type": "apiKey", "in": "header", "name": "X-CSRF-Token",
            "description": "With a cookie, for everything that changes something: `csrf_token` of the sign-in or of `GET /v1/csrf`.",
        },
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token." },
        "application": { "type": "http", "scheme": "basic", "description": "Id and secret of an application (RFC 6749 section 2.3.1)." },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn described() -> BTreeSet<(String, String)> {
        operations().iter().map(|o| (o.path.to_owned(), o.method.to_owned())).collect()
    }

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let mut routes: BTreeSet<(String, String)> = BTreeSet::new();
        for (path, methods, _) in super::super::everything() {
            let methods = methods.split(',').filter(|method| *method != "HEAD");
            routes.extend(methods.map(|method| (path.to_owned(), method.to_owned())));
        }
        assert_eq!(described(), routes);
        assert_eq!(operations().len(), routes.len(), "each once");
    }

    #[test]
    fn a_body_has_the_members_that_the_code_reads_and_no_others() {
        let mut bodies = 0;
        for operation in operations() {
            let Some((schema, members)) = operation.json_body() else { continue };
            let described: BTreeSet<&str> =
                schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let read: BTreeSet<&str> = members.iter().copied().collect();
            assert_eq!(described, read, "{} {}", operation.method, operation.path);
            assert_eq!(schema["additionalProperties"], false);
            bodies += 1;
        }
        assert!(bodies > 10);
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_shared_part_is_used() {
        let document = openapi();
        let text = document.to_string();
        let mut used = BTreeSet::new();
        for rest in text.split("\"$ref\":\"#/components/").skip(1) {
            let path = rest.split('"').next().unwrap();
            assert!(document.pointer(&format!("/components/{path}")).is_some(), "{path}");
            used.insert(path.to_owned());
        }
        for kind in ["schemas", "responses"] {
            for name in document["components"][kind].as_object().unwrap().keys() {
                assert!(used.contains(&format!("{kind}/{name}")), "{name} is used nowhere");
            }
        }
    }

    #[test]
    fn names_of_operations_are_distinct() {
        let names: BTreeSet<String> = operations().iter().map(Operation::id).collect();
        assert_eq!(names.len(), operations().len());
    }
}
