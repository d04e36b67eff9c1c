use super::*;

#[test]
fn the_table_says_for_every_code_its_status_and_title() {
    let table: String =
        Code::ALL.iter().map(|c| format!("{} {} {}\n", c.status(), c.name(), c.title())).collect();
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
