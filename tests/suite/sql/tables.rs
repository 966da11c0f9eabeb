//! The tables, and how they come to be.

use lesson_sql::schemas::Item;
use lesson_tests::{TestDatabase, expect, fastapi, own_server_only, rust, rust_only};
use sqlx::FromRow;

use super::{add_user, assert_answer, emails, post, start, start_with, with_pool, with_pool_of};

/// The tables as `/extra/tables` shows them. SQLAlchemy's have no index for the foreign key.
fn tables() -> String {
    let owners = expect(rust(r#"["ix_items_owner_id",false],"#), fastapi(""));
    format!(
        r#"{{"items":{{"columns":["id","title","description","owner_id"],"indexes":[["ix_items_description",false],{owners}["ix_items_title",false]],"foreign_keys":[[["owner_id"],"users",["id"]]]}},"users":{{"columns":["id","email","hashed_password","is_active"],"indexes":[["ix_users_email",true]],"foreign_keys":[]}}}}"#
    )
}

#[tokio::test]
async fn sq_04_any_struct_can_be_a_row() {
    rust_only!("declares a struct");
    #[derive(FromRow)]
    struct Mine {
        email: String,
        letters: i64,
    }
    with_pool(async |pool| {
        let insert = "INSERT INTO users (email, hashed_password) VALUES ('anna', '')";
        sqlx::query(insert).execute(&pool).await.expect("a row");
        let select = "SELECT email, CAST(LENGTH(email) AS BIGINT) AS letters FROM users";
        let mine: Mine = sqlx::query_as(select).fetch_one(&pool).await.expect("a row");
        assert_eq!((mine.email.as_str(), mine.letters), ("anna", 4));
    })
    .await;
}

#[tokio::test]
async fn sq_05_the_tables_have_columns_indexes_and_a_foreign_key() {
    let server = start().await;
    assert_answer(server.get("/extra/tables").await, 200, &tables()).await;
}

#[tokio::test]
async fn sq_06_the_tables_are_made_once_and_keep_their_rows() {
    own_server_only!("starts the lesson twice");
    let database = TestDatabase::create();
    let variables = [("DATABASE_URL", database.url())];
    let server = start_with(&variables).await;
    let anna = add_user(&server, "anna").await;
    drop(server);
    let server = start_with(&variables).await;
    assert_answer(server.get("/main/users/").await, 200, &format!("[{}]", anna.json(""))).await;
    assert_answer(server.get("/extra/tables").await, 200, &tables()).await;
    add_user(&server, "ben").await;
    assert_eq!(emails(&server).await, ["anna@example.org", "ben@example.org"]);
}

#[tokio::test]
async fn sq_21_one_struct_can_be_a_row_and_an_answer() {
    rust_only!("reads a row without a server");
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let path = format!("/extra/users/{}/items/", anna.id);
    let answer = post(&server, &path, r#"{"title":"t1","description":"d1"}"#).await;
    with_pool_of(server.database_url(), async |pool| {
        let item = sqlx::query_as("SELECT * FROM items").fetch_one(&pool).await;
        let item: Item = item.expect("a row");
        let shown = serde_json::to_string(&item).expect("JSON");
        assert_eq!(shown, answer.text().await);
    })
    .await;
}

#[tokio::test]
async fn sq_23_an_email_is_unique_and_indexed() {
    rust_only!("asks the database for its plan");
    with_pool(async |pool| {
        let insert = "INSERT INTO users (email, hashed_password) VALUES ('anna', '')";
        sqlx::query(insert).execute(&pool).await.expect("a row");
        let refused = sqlx::query(insert).execute(&pool).await.expect_err("a second row");
        assert!(refused.as_database_error().is_some_and(|e| e.is_unique_violation()), "{refused}");
        if !cfg!(feature = "postgres") {
            let plan = "EXPLAIN QUERY PLAN SELECT id FROM users WHERE email = 'anna'";
            let plan: (i64, i64, i64, String) =
                sqlx::query_as(plan).fetch_one(&pool).await.expect("a plan");
            assert!(plan.3.contains("ix_users_email"), "{}", plan.3);
        }
    })
    .await;
}

#[tokio::test]
async fn sq_05_the_items_of_a_user_are_found_by_an_index() {
    rust_only!("asks the database for its plan");
    with_pool(async |pool| {
        if cfg!(feature = "postgres") {
            return; // which reads the whole of a table as small as this
        }
        let plan = "EXPLAIN QUERY PLAN SELECT id FROM items WHERE owner_id = 1";
        let plan: (i64, i64, i64, String) =
            sqlx::query_as(plan).fetch_one(&pool).await.expect("a plan");
        assert!(plan.3.contains("ix_items_owner_id"), "{}", plan.3);
    })
    .await;
}
