//! Users are created and read.

use lesson_tests::{expect, fastapi, own_server_only, rust, rust_only};

use super::{
    add_user, assert_answer, assert_detail, connect, credentials, email, emails,
    insert_three_users, json, post, start,
};

const NOT_FOUND: &str = r#"{"detail":"User not found"}"#;
const CREATED: &str = "id unknown before commit, known after";

#[tokio::test]
async fn sq_08_the_password_goes_in_and_the_id_comes_out() {
    let server = start().await;
    let email = email("eve");
    let body = format!(r#"{{"email":"{email}","password":"pw","id":77,"is_active":false}}"#);
    let answer = post(&server, "/main/users/", &body).await;
    assert_eq!(answer.status, 200);
    let text = answer.text().await;
    let id = serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["id"].clone();
    assert_ne!(id, 77);
    assert_eq!(text, format!(r#"{{"email":"{email}","id":{id},"is_active":true,"items":[]}}"#));
    assert_eq!(server.get(&format!("/main/users/{id}")).await.text().await, text);
}

#[tokio::test]
async fn sq_10_a_user_is_read_by_their_id() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let ben = add_user(&server, "ben").await;
    let answer = server.get(&format!("/main/users/{}", anna.id)).await;
    assert_answer(answer, 200, &anna.json("")).await;
    let answer = server.get(&format!("/main/users/{}", ben.id)).await;
    assert_answer(answer, 200, &ben.json("")).await;
}

#[tokio::test]
async fn sq_10_a_row_is_read_by_its_id() {
    own_server_only!("writes into the database");
    let server = start().await;
    let [_, second, _] = insert_three_users(&server).await;
    assert_answer(server.get("/main/users/2").await, 200, &second).await;
    assert_answer(server.get("/main/users/4").await, 404, NOT_FOUND).await;
}

#[tokio::test]
async fn sq_10_an_id_that_nobody_has_is_404() {
    let server = start().await;
    for id in ["0", "-0", "999999999", "9223372036854775807"] {
        assert_answer(server.get(&format!("/main/users/{id}")).await, 404, NOT_FOUND).await;
    }
}

#[tokio::test]
async fn sq_11_an_email_is_registered_once() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let body = format!(r#"{{"email":"{}","password":"other"}}"#, anna.email);
    let answer = post(&server, "/main/users/", &body).await;
    assert_answer(answer, 400, r#"{"detail":"Email already registered"}"#).await;
}

#[tokio::test]
async fn sq_12_a_list_starts_at_skip_and_has_up_to_limit_users() {
    own_server_only!("needs an empty database");
    let server = start().await;
    assert_answer(server.get("/main/users/").await, 200, "[]").await;
    let mut users = Vec::new();
    for name in ["anna", "ben", "cid", "dan"] {
        users.push(add_user(&server, name).await);
    }
    let all: Vec<String> = users.iter().map(|user| user.json("")).collect();
    for (query, range) in [
        ("", 0..4),
        ("?skip=1", 1..4),
        ("?limit=2", 0..2),
        ("?skip=1&limit=1", 1..2),
        ("?skip=3&limit=5", 3..4),
        ("?limit=0", 0..0),
        ("?skip=4", 0..0),
        ("?skip=9223372036854775807&limit=9223372036854775807", 0..0),
    ] {
        let answer = server.get(&format!("/main/users/{query}")).await;
        assert_answer(answer, 200, &format!("[{}]", all[range].join(","))).await;
    }
}

#[tokio::test]
async fn sq_12_without_a_limit_it_is_a_hundred() {
    own_server_only!("needs an empty database");
    let server = start().await;
    let mut users = Vec::new();
    for number in 0..101 {
        users.push(add_user(&server, &format!("user{number}")).await.email);
    }
    let page = json(server.get("/main/users/").await).await;
    assert_eq!(page.as_array().map(Vec::len), Some(100));
    assert_eq!(emails(&server).await, users);
}

#[tokio::test]
async fn sq_12_skip_and_limit_are_numbers() {
    let server = start().await;
    for (query, name, input) in [("?skip=a", "skip", "a"), ("?skip=1&limit=1.5", "limit", "1.5")] {
        let answer = server.get(&format!("/main/users/{query}")).await;
        let problem = format!(
            r#"{{"type":"int_parsing","loc":["query","{name}"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"{input}"}}"#
        );
        assert_detail(answer, &problem).await;
    }
}

#[tokio::test]
async fn sq_13_the_id_is_made_by_the_database() {
    own_server_only!("needs an empty database");
    let server = start().await;
    for (id, name) in [(1, "anna"), (2, "ben"), (3, "cid")] {
        let email = email(name);
        let answer = post(&server, "/main/users/", &credentials(&email)).await;
        let body = format!(r#"{{"email":"{email}","id":{id},"is_active":true,"items":[]}}"#);
        assert_answer(answer, 200, &body).await;
    }
}

#[tokio::test]
async fn sq_13_only_sqlalchemy_reads_the_id_with_a_query_of_its_own() {
    own_server_only!("reads all events");
    let server = start().await;
    add_user(&server, "anna").await;
    let known_late = server.events().await.contains(&CREATED.to_owned());
    assert_eq!(known_late, expect(rust(false), fastapi(true)));
}

#[tokio::test]
async fn sq_16_a_list_shows_each_user_with_their_items() {
    own_server_only!("writes into the database");
    let server = start().await;
    let users = insert_three_users(&server).await;
    for (query, range) in [("", 0..3), ("?skip=2&limit=1", 2..3), ("?skip=1", 1..3)] {
        let answer = server.get(&format!("/main/users/{query}")).await;
        assert_answer(answer, 200, &format!("[{}]", users[range].join(","))).await;
    }
}

#[tokio::test]
async fn sq_17_an_id_is_an_integer() {
    let server = start().await;
    for id in ["abc", "1.5", "1e3"] {
        let problem = format!(
            r#"{{"type":"int_parsing","loc":["path","user_id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"{id}"}}"#
        );
        assert_detail(server.get(&format!("/main/users/{id}")).await, &problem).await;
    }
    assert_answer(server.get("/main/users/-1").await, 404, NOT_FOUND).await;
}

#[tokio::test]
async fn sq_17_an_integer_that_no_database_holds_is_422() {
    let server = start().await;
    for (path, loc) in [
        ("/main/users/99999999999999999999", r#"["path","user_id"]"#),
        ("/main/users/?skip=99999999999999999999", r#"["query","skip"]"#),
        ("/main/users/?limit=99999999999999999999", r#"["query","limit"]"#),
    ] {
        let answer = server.get(path).await;
        let problem = format!(
            r#"{{"detail":[{{"type":"int_parsing_size","loc":{loc},"msg":"Unable to parse input string as an integer, exceeded maximum size","input":"99999999999999999999"}}]}}"#
        );
        let (status, body) =
            expect(rust((422, problem)), fastapi((500, "Internal Server Error".to_owned())));
        assert_eq!((answer.status, answer.text().await), (status, body), "{path}");
    }
}

#[tokio::test]
async fn sq_18_no_list_is_longer_than_the_maximum() {
    own_server_only!("writes into the database");
    let server = start().await;
    let mut db = connect(server.database_url()).await;
    let insert = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
        WHERE n < 1001) INSERT INTO users (email, hashed_password, is_active) \
        SELECT CAST(n AS TEXT), '', TRUE FROM numbers";
    sqlx::query(insert).execute(&mut db).await.expect("users");
    for query in ["?limit=-1", "?limit=1001", "?limit=9223372036854775807"] {
        let users = json(server.get(&format!("/main/users/{query}")).await).await;
        assert_eq!(users.as_array().map(Vec::len), Some(expect(rust(1000), fastapi(1001))));
    }
}

#[tokio::test]
async fn sq_18_a_negative_limit_is_the_maximum_and_a_negative_skip_is_zero() {
    own_server_only!("needs an empty database");
    let server = start().await;
    let mut all = Vec::new();
    for name in ["anna", "ben", "cid"] {
        all.push(add_user(&server, name).await.json(""));
    }
    for (query, range) in [
        ("?limit=-1", 0..3),
        ("?limit=-5&skip=-3", 0..3),
        ("?skip=-1&limit=1", 0..1),
        ("?skip=1&limit=-1", 1..3),
        ("?skip=-9223372036854775808&limit=-9223372036854775808", 0..3),
    ] {
        let answer = server.get(&format!("/main/users/{query}")).await;
        assert_answer(answer, 200, &format!("[{}]", all[range].join(","))).await;
    }
}

#[tokio::test]
async fn sq_20_the_slash_at_the_end_is_part_of_the_route() {
    let server = start().await;
    let answer = server.get("/main/users").await;
    let location = format!("{}/main/users/", server.base_url());
    let (status, header, body) = expect(
        rust((404, None, r#"{"detail":"Not Found"}"#)),
        fastapi((307, Some(location.as_str()), "")),
    );
    assert_eq!((answer.status, answer.header("location")), (status, header));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn sq_24_email_and_password_are_required_strings() {
    let server = start().await;
    let missing = |field: &str, input: &str| {
        format!(
            r#"{{"type":"missing","loc":["body","{field}"],"msg":"Field required","input":{input}}}"#
        )
    };
    let no_string = |field: &str, input: &str| {
        format!(
            r#"{{"type":"string_type","loc":["body","{field}"],"msg":"Input should be a valid string","input":{input}}}"#
        )
    };
    let dan = r#"{"email":"dan@example.org"}"#;
    for (body, problems) in [
        (dan, missing("password", dan)),
        ("{}", [missing("email", "{}"), missing("password", "{}")].join(",")),
        (
            r#"{"email":1,"password":null}"#,
            [no_string("email", "1"), no_string("password", "null")].join(","),
        ),
        (
            r#"{"email":["x"]}"#,
            [no_string("email", r#"["x"]"#), missing("password", r#"{"email":["x"]}"#)].join(","),
        ),
    ] {
        assert_detail(post(&server, "/main/users/", body).await, &problems).await;
    }
}

#[tokio::test]
async fn sq_24_any_text_is_an_email_and_its_case_counts() {
    own_server_only!("needs an empty database");
    let server = start().await;
    let long = "x".repeat(1000);
    for email in ["no at sign", "anna@example.org", "ANNA@example.org", "", "한글 ü '; --", &long]
    {
        let answer = post(&server, "/main/users/", &credentials(email)).await;
        assert_eq!(answer.status, 200, "{email}");
        let again = post(&server, "/main/users/", &credentials(email)).await;
        assert_eq!(again.status, 400, "{email}");
    }
    assert_eq!(emails(&server).await.len(), 6);
}

#[tokio::test]
async fn sq_24_no_answer_repeats_a_password() {
    rust_only!("Pydantic shows the whole body");
    let server = start().await;
    let hidden = r#""**********""#;
    for path in ["/main/users/", "/extra/users-unchecked/"] {
        for (body, problem) in [
            (
                r#"{"password":"hunter2","age":7}"#,
                format!(
                    r#"{{"type":"missing","loc":["body","email"],"msg":"Field required","input":{{"password":{hidden},"age":7}}}}"#
                ),
            ),
            (
                r#"{"email":"anna","password":["hunter2"]}"#,
                format!(
                    r#"{{"type":"string_type","loc":["body","password"],"msg":"Input should be a valid string","input":{hidden}}}"#
                ),
            ),
        ] {
            assert_detail(post(&server, path, body).await, &problem).await;
        }
    }
}
