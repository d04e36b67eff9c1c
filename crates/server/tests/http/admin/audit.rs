//! `GET /v1/admin/audit`.

use serde_json::{Value, json};

use crate::common::House;

fn numbers(page: &Value) -> Vec<u64> {
    page["rows"].as_array().unwrap().iter().map(|row| row["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn rows_come_newest_first_or_behind_a_number_by_account_and_event() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let ada = house.account("ada").await;
    for n in 0..5 {
        root.put(&format!("/v1/admin/permissions/a:{n}"), &json!({ "about": "" })).send().await;
    }
    let all = numbers(&root.get("/v1/admin/audit").send().await.json());
    assert!(all.len() >= 8 && all.is_sorted_by(|a, b| a > b), "{all:?}");
    let mut seen = Vec::new();
    let mut path = "/v1/admin/audit?limit=3".to_owned();
    loop {
        let page = root.get(&path).send().await.json();
        seen.extend(numbers(&page));
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("/v1/admin/audit?limit=3&before={next}");
    }
    assert_eq!(seen, all);
    let behind = numbers(&root.get(&format!("/v1/admin/audit?after={}", all[2])).send().await.json());
    assert_eq!(behind, [all[1], all[0]]);
    let set = root.get("/v1/admin/audit?event=permission_set&limit=2").send().await.json();
    assert_eq!((numbers(&set).len(), set["rows"][0]["event"].as_str()), (2, Some("permission_set")));
    let of_ada = root.get(&format!("/v1/admin/audit?account={}", ada.id)).send().await.json();
    assert_eq!((numbers(&of_ada).len(), of_ada["rows"][0]["event"].as_str()), (1, Some("account_created")));
    for bad in ["event=nothing", "account=ada", "after=-1", "after=01", "before=x", "limit=201", "x=1"] {
        let answer = root.get(&format!("/v1/admin/audit?{bad}")).send().await;
        assert_eq!(answer.outcome(), "422 invalid_input", "{bad}");
    }
}

#[tokio::test]
async fn what_an_administrator_does_is_written_down_with_name_and_request() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let (admin, ada) = (house.auth.find_account("root").await.unwrap().unwrap(), house.account("ada").await);
    let done = root.ask("POST", &format!("/v1/admin/accounts/{}/disable", ada.id)).send().await;
    let page = root.get("/v1/admin/audit?event=account_disabled").send().await.json();
    let row = &page["rows"][0];
    assert_eq!(row["actor"], format!("administrator:{}", admin.id));
    assert_eq!((&row["account"], &row["outcome"]), (&json!(ada.id), &json!("done")));
    assert_eq!(row["request_id"], done.header("x-request-id"));
}
