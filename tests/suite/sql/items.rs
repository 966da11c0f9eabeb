//! The items of users, and what happens to them.

use lesson_tests::{expect, fastapi, own_server_only, rust, rust_program_only};
use reqwest::Method;

use super::{
    User, add_item, add_user, assert_answer, assert_detail, credentials, emails,
    insert_three_users, json, post, send, start,
};

const NOT_FOUND: &str = r#"{"detail":"User not found"}"#;

fn item(title: &str, description: &str, id: i64, owner: &User) -> String {
    let owner_id = owner.id;
    format!(r#"{{"title":"{title}","description":{description},"id":{id},"owner_id":{owner_id}}}"#)
}

#[tokio::test]
async fn sq_07_a_user_comes_with_the_items_of_the_table() {
    own_server_only!("writes into the database");
    let server = start().await;
    for (id, user) in (1..).zip(insert_three_users(&server).await) {
        assert_answer(server.get(&format!("/main/users/{id}")).await, 200, &user).await;
    }
}

#[tokio::test]
async fn sq_07_a_user_comes_with_their_items() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    add_user(&server, "ben").await;
    let path = format!("/extra/users/{}/items/", anna.id);
    let answer = post(&server, &path, r#"{"title":"t1","description":"d1"}"#).await;
    assert_eq!(answer.status, 200);
    let text = answer.text().await;
    let first = serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["id"].clone();
    let first = first.as_i64().expect("an id");
    assert_eq!(text, item("t1", r#""d1""#, first, &anna));
    let second = add_item(&server, &anna, "t2").await;
    let both = [item("t1", r#""d1""#, first, &anna), item("t2", "null", second, &anna)].join(",");
    let answer = server.get(&format!("/main/users/{}", anna.id)).await;
    assert_answer(answer, 200, &anna.json(&both)).await;
}

#[tokio::test]
async fn sq_07_an_item_leads_to_its_owner() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    add_user(&server, "ben").await;
    let [first, second] =
        [add_item(&server, &anna, "t1").await, add_item(&server, &anna, "t2").await];
    let both = [item("t1", "null", first, &anna), item("t2", "null", second, &anna)].join(",");
    let answer = server.get(&format!("/extra/items/{second}/owner")).await;
    assert_answer(answer, 200, &anna.json(&both)).await;
    let answer = server.get("/extra/items/999999999/owner").await;
    assert_answer(answer, 404, r#"{"detail":"Item not found"}"#).await;
}

#[tokio::test]
async fn sq_25_an_item_needs_a_user_that_exists() {
    let server = start().await;
    let answer = post(&server, "/extra/users/999999999/items/", r#"{"title":"t"}"#).await;
    let (status, detail) = expect(rust((404, true)), fastapi((200, false)));
    assert_eq!(answer.status, status);
    assert_eq!(answer.text().await == NOT_FOUND, detail);
    // What nobody owns is in the list of FastAPI, and in ours it is not.
    let items = json(server.get("/extra/items/?limit=-1").await).await;
    let orphans = items.as_array().expect("a list").iter();
    let orphans = orphans.filter(|item| item["owner_id"] == 999_999_999).count();
    assert_eq!(orphans > 0, expect(rust(false), fastapi(true)));
}

#[tokio::test]
async fn sq_25_an_item_for_nobody_is_404() {
    rust_program_only!("FastAPI leaves foreign keys off");
    let server = start().await;
    let answer = post(&server, "/extra/users/999999999/items/", r#"{"title":"t"}"#).await;
    assert_answer(answer, 404, NOT_FOUND).await;
}

#[tokio::test]
async fn sq_25_items_are_listed_in_parts_by_id() {
    own_server_only!("needs an empty database");
    let server = start().await;
    assert_answer(server.get("/extra/items/").await, 200, "[]").await;
    let (anna, ben) = (add_user(&server, "anna").await, add_user(&server, "ben").await);
    let mut all = Vec::new();
    for (user, title) in [(&ben, "b1"), (&anna, "a1"), (&ben, "b2")] {
        let id = add_item(&server, user, title).await;
        all.push(item(title, "null", id, user));
    }
    for (query, range) in [("", 0..3), ("?skip=1&limit=1", 1..2), ("?limit=-1", 0..3)] {
        let answer = server.get(&format!("/extra/items/{query}")).await;
        assert_answer(answer, 200, &format!("[{}]", all[range].join(","))).await;
    }
}

#[tokio::test]
async fn sq_25_a_title_is_required() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let path = format!("/extra/users/{}/items/", anna.id);
    let problem = r#"{"type":"missing","loc":["body","title"],"msg":"Field required","input":{"description":"d"}}"#;
    assert_detail(post(&server, &path, r#"{"description":"d"}"#).await, problem).await;
}

async fn patch(server: &lesson_tests::TestServer, user: &User, body: &str) -> lesson_tests::Answer {
    send(server, Method::PATCH, &format!("/extra/users/{}", user.id), body).await
}

#[tokio::test]
async fn sq_26_only_what_was_sent_is_changed() {
    let server = start().await;
    let mut anna = add_user(&server, "anna").await;
    add_item(&server, &anna, "t").await;
    let items = json(server.get(&format!("/main/users/{}", anna.id)).await).await["items"].clone();
    let items = items.to_string();
    let items = items.trim_start_matches('[').trim_end_matches(']');

    assert_answer(patch(&server, &anna, "{}").await, 200, &anna.json(items)).await;
    let inactive = anna.json(items).replace("true", "false");
    assert_answer(patch(&server, &anna, r#"{"is_active":false}"#).await, 200, &inactive).await;
    assert_answer(patch(&server, &anna, r#"{"other":1}"#).await, 200, &inactive).await;
    assert_answer(patch(&server, &anna, r#"{"is_active":"yes"}"#).await, 200, &anna.json(items))
        .await;
    anna.email = super::email("anna2");
    let body = format!(r#"{{"email":"{}"}}"#, anna.email);
    assert_answer(patch(&server, &anna, &body).await, 200, &anna.json(items)).await;
    let read = server.get(&format!("/main/users/{}", anna.id)).await;
    assert_answer(read, 200, &anna.json(items)).await;
}

#[tokio::test]
async fn sq_26_a_null_is_a_422() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let answer = patch(&server, &anna, r#"{"email":null,"is_active":"maybe"}"#).await;
    let problems = r#"{"type":"string_type","loc":["body","email"],"msg":"Input should be a valid string","input":null},{"type":"bool_parsing","loc":["body","is_active"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe"}"#;
    assert_detail(answer, problems).await;
}

#[tokio::test]
async fn sq_26_an_email_that_somebody_else_has_is_refused() {
    let server = start().await;
    let (anna, ben) = (add_user(&server, "anna").await, add_user(&server, "ben").await);
    let body = format!(r#"{{"email":"{}","is_active":false}}"#, ben.email);
    let answer = patch(&server, &anna, &body).await;
    assert_answer(answer, 400, r#"{"detail":"Email already registered"}"#).await;
    let read = server.get(&format!("/main/users/{}", anna.id)).await;
    assert_answer(read, 200, &anna.json("")).await;
    // One's own is no conflict.
    let own = format!(r#"{{"email":"{}"}}"#, anna.email);
    assert_answer(patch(&server, &anna, &own).await, 200, &anna.json("")).await;
    let nobody = User { id: 999_999_999, email: String::new() };
    assert_answer(patch(&server, &nobody, "{}").await, 404, NOT_FOUND).await;
}

#[tokio::test]
async fn sq_27_a_user_is_deleted_with_their_items() {
    let server = start().await;
    let (anna, ben) = (add_user(&server, "anna").await, add_user(&server, "ben").await);
    let annas = [add_item(&server, &anna, "a1").await, add_item(&server, &anna, "a2").await];
    let bens = add_item(&server, &ben, "b").await;
    let path = format!("/extra/users/{}", anna.id);
    let answer = server.delete(&path).await;
    assert_eq!((answer.status, answer.text().await.as_str()), (204, ""));
    assert_answer(server.get(&format!("/main/users/{}", anna.id)).await, 404, NOT_FOUND).await;
    for id in annas {
        assert_eq!(server.get(&format!("/extra/items/{id}/owner")).await.status, 404);
    }
    assert_eq!(server.get(&format!("/extra/items/{bens}/owner")).await.status, 200);
}

#[tokio::test]
async fn sq_27_a_user_is_deleted_once_and_their_email_is_free() {
    let server = start().await;
    let (anna, ben) = (add_user(&server, "anna").await, add_user(&server, "ben").await);
    add_item(&server, &anna, "t").await;
    let path = format!("/extra/users/{}", anna.id);
    let answer = server.delete(&path).await;
    assert_eq!((answer.status, answer.text().await.as_str()), (204, ""));
    assert_answer(server.get(&format!("/main/users/{}", anna.id)).await, 404, NOT_FOUND).await;
    let other = server.get(&format!("/main/users/{}", ben.id)).await;
    assert_answer(other, 200, &ben.json("")).await;
    // What is gone cannot be deleted again, and its email is free.
    assert_answer(server.delete(&path).await, 404, NOT_FOUND).await;
    let again = post(&server, "/main/users/", &credentials(&anna.email)).await;
    assert_eq!(again.status, 200);
    assert!(emails(&server).await.contains(&anna.email));
}

#[tokio::test]
async fn sq_27_an_id_is_never_given_twice() {
    own_server_only!("needs an empty database");
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    assert_eq!(server.delete(&format!("/extra/users/{}", anna.id)).await.status, 204);
    let ben = add_user(&server, "ben").await;
    assert_eq!((anna.id, ben.id), expect(rust((1, 2)), fastapi((1, 1))));
}
