//! The table of problems, whole.

use super::*;

#[test]
fn the_table_says_for_every_code_its_status_and_title() {
    let table: String = Code::ALL.iter().map(|c| format!("{} {} {}\n", c.status(), c.name(), c.title())).collect();
    insta::assert_snapshot!(table);
}

#[test]
fn every_503_says_when_to_come_back_and_every_401_challenges() {
    for code in Code::ALL {
        let response = Problem::new(*code).into_response();
        assert_eq!(response.headers().contains_key(header::RETRY_AFTER), code.status() == 503, "{code:?}");
        assert_eq!(response.headers().contains_key(header::WWW_AUTHENTICATE), code.status() == 401, "{code:?}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}

#[test]
fn names_are_distinct_and_statuses_are_errors() {
    let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.name()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(Code::ALL.iter().all(|c| (400..600).contains(&c.status())));
}

#[test]
fn a_body_says_what_a_program_and_a_person_need_and_never_the_cause() {
    let problem = Problem::new(Code::InvalidInput)
        .field("password", "too_short", "the password needs at least 15 characters")
        .with("min_length", 15)
        .because("event", &"the secret cause");
    let body = String::from_utf8(problem.write("0123456789abcdef")).unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    let wanted = serde_json::json!({
        "type": "urn:doorward:problem:invalid_input",
        "title": "Something that was sent cannot be used.",
        "status": 422,
        "code": "invalid_input",
        "errors": [{
            "field": "password",
            "code": "too_short",
            "message": "the password needs at least 15 characters",
        }],
        "min_length": 15,
        "request_id": "0123456789abcdef",
    });
    assert_eq!(body, wanted);
}

#[test]
fn a_busy_pool_is_a_busy_server_and_says_for_how_long() {
    let problem = Problem::from(doorward_core::password::HashError::Busy {
        retry_after: std::time::Duration::from_millis(2_100),
    });
    assert_eq!(problem.code(), Code::Busy);
    assert_eq!(problem.into_response().headers()[header::RETRY_AFTER], "3");
}
