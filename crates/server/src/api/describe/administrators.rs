//! What administrators ask.

use doorward_core::administer::Need;
use serde_json::{Value, json};

use super::operation::{Operation, Who, delete, get, patch, post, put};
use super::schema::{
    about, account_id, body, client_id, list, name, named, nullable, number, number_of, object, one_of, text, text_of,
    truth,
};
use crate::api::admin::{accounts, clients, keys, links, roles};
use crate::api::query;
use crate::problem::Code;

pub(super) fn operations() -> Vec<Operation> {
    let all = [accounts_operations(), sessions(), clients_operations(), roles_operations(), keys_operations(), audit()];
    all.into_iter().flatten().map(|operation| operation.tag("administrators")).collect()
}

/// To look, to do what is easily undone, and to end something.
fn see(operation: Operation, permission: &'static str) -> Operation {
    operation.by(Who::Administrator(Need { permission, proof: false }))
}

/// To change what weighs heavily.
fn proved(operation: Operation, permission: &'static str) -> Operation {
    operation.by(Who::Administrator(Need { permission, proof: true }))
}

fn in_pages(operation: Operation) -> Operation {
    operation
        .query("limit", number_of(1, query::MOST), "How many, at most; 50 if missing.")
        .fails(&[Code::BadRequest, Code::InvalidInput])
}

fn an_account() -> Value {
    object([("account", named("AdminAccount"))])
}

fn accounts_operations() -> Vec<Operation> {
    let may = "admin:accounts";
    let one = |operation: Operation| proved(operation, may).fails(&[Code::NotFound]);
    let last = [Code::LastAdministrator];
    let page = object([
        ("accounts", list(named("AdminAccount"))),
        ("next", about(nullable(text()), "Hand it back for the next page.")),
    ]);
    let link = |operation: Operation| operation.gives(201, "The link", named("Link")).fails(&[Code::TooMany]);
    let invited = body([
        ("identifier?", about(nullable(text_of(1, 254)), "For whom; for anybody if missing.")),
        ("days?", about(nullable(number_of(1, 90)), "How long it works; 7 if missing.")),
    ]);
    vec![
        in_pages(see(get("/v1/admin/accounts", "Find accounts"), may))
            .query("identifier", text(), "The one of this identifier, however it is spelt.")
            .query("starts_with", text(), "Those whose identifier begins with this.")
            .query("role", text(), "Those that have this role. One of the three at a time.")
            .query("next", text(), "Where the last page ended.")
            .gives(200, "A page, in the order of identifiers, or of ids where a role is asked for", page),
        see(post("/v1/admin/accounts", "Make an account, without a password"), may)
            .asks::<accounts::New>(body([
                ("identifier", text_of(1, 254)),
                ("display_name?", nullable(text_of(1, 200))),
            ]))
            .gives(201, "The account", an_account())
            .fails(&[Code::IdentifierTaken]),
        see(get("/v1/admin/accounts/{id}", "See an account"), may)
            .gives(200, "The account", an_account())
            .fails(&[Code::NotFound]),
        one(delete("/v1/admin/accounts/{id}", "Delete an account and what names the person"))
            .gives_nothing("It is gone")
            .fails(&last),
        one(post("/v1/admin/accounts/{id}/disable", "Let nobody sign in to the account; all its sessions end"))
            .gives(200, "The account", an_account())
            .fails(&last),
        one(post("/v1/admin/accounts/{id}/enable", "Let people sign in again")).gives(200, "The account", an_account()),
        one(put("/v1/admin/accounts/{id}/roles/{role}", "Give a role"))
            .gives(200, "The account", named("Assigned"))
            .fails(&[Code::TokenTooLarge]),
        one(delete("/v1/admin/accounts/{id}/roles/{role}", "Take a role away"))
            .gives(200, "The account", named("Assigned"))
            .fails(&last),
        link(one(post("/v1/admin/accounts/{id}/reset-link", "Make a link with which the person sets a password")))
            .fails(&[Code::AccountDisabled]),
        link(see(post("/v1/admin/invites", "Make an invitation"), may))
            .asks::<links::Invite>(invited)
            .fails(&[Code::SignUpClosed, Code::IdentifierTaken]),
    ]
}

fn sessions() -> Vec<Operation> {
    let one = |operation: Operation| see(operation, "admin:sessions").fails(&[Code::NotFound]);
    vec![
        one(get("/v1/admin/accounts/{id}/sessions", "See the live sessions of an account")).gives(
            200,
            "Newest activity first",
            object([("sessions", list(named("AdminSession")))]),
        ),
        one(delete("/v1/admin/accounts/{id}/sessions", "End all sessions of an account")).gives(
            200,
            "How many there were",
            object([("ended", number(0))]),
        ),
        one(get("/v1/admin/sessions/{sid}", "See a live session, whoever's it is")).gives(
            200,
            "The session",
            object([("session", named("AdminSession"))]),
        ),
        one(delete("/v1/admin/sessions/{sid}", "End a session, whoever's it is")).gives_nothing("It has ended"),
    ]
}

fn clients_operations() -> Vec<Operation> {
    let may = "admin:clients";
    let shown = || object([("client", named("Client"))]);
    let one = |operation: Operation| proved(operation, may).fails(&[Code::NotFound, Code::BuiltIn]);
    let modes = || list(super::bodies::mode());
    let claims = || list(one_of(&["name", "preferred_username"]));
    let new = body([
        ("id", client_id()),
        ("name?", nullable(text_of(1, 255))),
        ("modes?", modes()),
        ("audiences?", list(text_of(1, 255))),
        ("origins?", list(text_of(1, 255))),
        ("claims?", claims()),
        ("permissions?", list(name())),
        ("native?", truth()),
        ("idle_timeout_seconds?", nullable(number(0))),
        ("absolute_timeout_seconds?", nullable(number(0))),
    ]);
    let settings = body([
        ("name?", nullable(text_of(1, 255))),
        ("modes?", nullable(modes())),
        ("audiences?", nullable(list(text_of(1, 255)))),
        ("origins?", nullable(list(text_of(1, 255)))),
        ("claims?", nullable(claims())),
        ("permissions?", nullable(list(name()))),
        ("native?", nullable(truth())),
        ("idle_timeout_seconds?", nullable(number(0))),
        ("absolute_timeout_seconds?", nullable(number(0))),
    ]);
    vec![
        see(get("/v1/admin/clients", "See the applications"), may).gives(
            200,
            "All of them, those of the configuration too",
            object([("clients", list(named("Client")))]),
        ),
        proved(post("/v1/admin/clients", "Add an application"), may)
            .asks::<clients::New>(new)
            .gives(201, "The application", shown())
            .fails(&[Code::Taken, Code::BuiltIn]),
        see(get("/v1/admin/clients/{id}", "See an application"), may)
            .gives(200, "The application", shown())
            .fails(&[Code::NotFound]),
        one(patch("/v1/admin/clients/{id}", "Give an application other settings; what is not said stays"))
            .asks::<clients::Settings>(settings)
            .gives(200, "The application", shown()),
        one(post("/v1/admin/clients/{id}/disable", "End an application and everything it was handed")).gives(
            200,
            "The application",
            shown(),
        ),
        one(post("/v1/admin/clients/{id}/enable", "Let an application be used again")).gives(
            200,
            "The application",
            shown(),
        ),
        one(post("/v1/admin/clients/{id}/secrets", "Make one more secret; two may count"))
            .gives(201, "The secret", named("Secret"))
            .fails(&[Code::TooMany]),
        one(delete("/v1/admin/clients/{id}/secrets/{secret}", "Let a secret count no more")).gives(
            200,
            "The application",
            shown(),
        ),
    ]
}

fn roles_operations() -> Vec<Operation> {
    let may = "admin:roles";
    let role = "/v1/admin/roles/{name}";
    let permission = "/v1/admin/permissions/{name}";
    vec![
        see(get("/v1/admin/roles", "See the roles"), may).gives(
            200,
            "All of them",
            object([("roles", list(named("Role")))]),
        ),
        see(get(role, "See a role"), may)
            .gives(200, "The role", object([("role", named("Role"))]))
            .fails(&[Code::NotFound]),
        proved(put(role, "Define a role, or give it other permissions"), may)
            .asks::<roles::Ask>(body([("permissions", list(name()))]))
            .gives(200, "The role", object([("role", named("Role")), ("accounts_changed", number(0))]))
            .fails(&[Code::BuiltIn, Code::TokenTooLarge]),
        proved(delete(role, "Remove a role that nobody has"), may).gives_nothing("It is gone").fails(&[
            Code::NotFound,
            Code::BuiltIn,
            Code::InUse,
        ]),
        see(get("/v1/admin/permissions", "See the permissions"), may).gives(
            200,
            "All of them",
            object([("permissions", list(named("Permission")))]),
        ),
        proved(put(permission, "Say what a permission is for; from then on roles may give it"), may)
            .asks::<roles::permissions::Ask>(body([("about", text_of(0, 255))]))
            .gives(200, "The permission", object([("permission", named("Permission"))]))
            .fails(&[Code::BuiltIn]),
        proved(delete(permission, "Remove a permission that no role gives"), may).gives_nothing("It is gone").fails(&[
            Code::NotFound,
            Code::BuiltIn,
            Code::InUse,
        ]),
    ]
}

fn keys_operations() -> Vec<Operation> {
    let may = "admin:keys";
    let moment_or_none = || nullable(super::schema::moment());
    let turned = object([
        ("signs", text()),
        ("next", text()),
        ("former", nullable(text())),
        ("former_leaves_at", super::schema::moment()),
        (
            "known_everywhere_at",
            about(moment_or_none(), "Until then a service with an older key set may refuse tokens."),
        ),
    ]);
    let distrusted = object([
        ("distrusted", text()),
        ("signs", text()),
        ("known_everywhere_at", moment_or_none()),
        ("outstanding_until", about(moment_or_none(), "When the last token that it signed would have expired.")),
    ]);
    vec![
        see(get("/v1/admin/keys", "See the signing keys"), may).gives(
            200,
            "All of them",
            object([("keys", list(named("Key")))]),
        ),
        proved(post("/v1/admin/keys", "Publish one more key"), may)
            .asks::<keys::New>(body([("algorithm", one_of(&["ES256", "Ed25519", "EdDSA", "RS256"]))]))
            .gives(201, "The key", object([("key", named("Key"))])),
        proved(post("/v1/admin/keys/rotate", "Let the next key sign"), may)
            .asks::<keys::Turn>(body([("now?", about(truth(), "Also if not every service surely knows it."))]))
            .gives(200, "What signs", turned)
            .fails(&[Code::TooEarly]),
        proved(delete("/v1/admin/keys/{kid}", "Remove a key, if nothing that it signed can be alive"), may)
            .gives_nothing("It is gone")
            .fails(&[Code::NotFound, Code::InUse, Code::TooEarly]),
        proved(post("/v1/admin/keys/{kid}/distrust", "Distrust a key that others may have"), may)
            .gives(200, "What signs", distrusted)
            .fails(&[Code::NotFound]),
    ]
}

fn audit() -> Vec<Operation> {
    let page = object([
        ("rows", list(named("AuditRow"))),
        ("next", about(nullable(number(1)), "Ask with it as `before`, or as `after` where that was asked for.")),
    ]);
    let events: Vec<&str> = doorward_core::audit::Event::ALL.iter().map(|event| event.name()).collect();
    let asked = see(get("/v1/admin/audit", "Who did what; newest first, behind a number oldest first"), "admin:audit");
    vec![
        in_pages(asked)
            .query("after", number(0), "Only behind this number, oldest first.")
            .query("before", number(0), "Only before this number, newest first.")
            .query("account", account_id(), "Only what concerns this account.")
            .query("event", json!({ "type": "string", "enum": events }), "Only this event.")
            .gives(200, "A page", page),
    ]
}
