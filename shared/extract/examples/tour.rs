//! The other routes of the README, each part as it is added to the first program:
//! `cargo run --example tour --features multipart,utoipa`.

/// Several sources, one answer.
mod all {
    use axum::Router;
    use fastapi_extract::{Json, Path};
    use serde::Deserialize;

    // ANCHOR: all
    use axum::routing::put;
    use fastapi_extract::{All, Header};

    #[derive(Deserialize)]
    struct Client {
        x_client: String, // the header X-Client
    }

    #[derive(Deserialize)]
    struct NewPrice {
        price: f64,
    }

    async fn reprice(
        All((Path(id), Header(client), Json(new))): All<(
            Path<u32>,
            Header<Client>,
            Json<NewPrice>,
        )>,
    ) -> String {
        format!("{}: item {id} costs {} now\n", client.x_client, new.price)
    }

    pub fn prices() -> Router {
        Router::new().route("/prices/{id}", put(reprice))
    }
    // ANCHOR_END: all
}

/// Constraints.
mod checked {
    use axum::Router;
    use axum::routing::get;
    use fastapi_extract::{Json, Query};
    use serde::Deserialize;

    // ANCHOR: constraints
    use fastapi_extract::Checked;
    use utoipa::{IntoParams, ToSchema};

    #[derive(Deserialize, IntoParams)] // IntoParams: path, query, headers, cookies
    struct Search {
        #[param(min_length = 3, max_length = 50, pattern = "^[a-z ]+$")]
        q: String,
        #[param(minimum = 1, maximum = 100)]
        limit: Option<u32>,
    }

    #[derive(Deserialize, ToSchema)] // ToSchema: bodies
    struct Order {
        #[schema(exclusive_minimum = 0)]
        price: f64,
        #[schema(min_items = 1)]
        items: Vec<u32>,
    }

    async fn search(Checked(Query(search)): Checked<Query<Search>>) -> String {
        format!("{} items like {}\n", search.limit.unwrap_or(10), search.q)
    }

    async fn order(Checked(Json(order)): Checked<Json<Order>>) -> String {
        format!("{} items for {}\n", order.items.len(), order.price)
    }

    pub fn orders() -> Router {
        Router::new().route("/orders/", get(search).post(order))
    }
    // ANCHOR_END: constraints

    // ANCHOR: schema-test
    #[test]
    fn constraints_can_be_enforced() {
        Checked::<Query<Search>>::check_schema().unwrap();
        Checked::<Json<Order>>::check_schema().unwrap();
    }
    // ANCHOR_END: schema-test
}

/// Messages of one's own.
mod rules {
    use axum::Router;
    use fastapi_extract::Json;
    use serde::Deserialize;

    // ANCHOR: own-type
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Username(String);

    impl TryFrom<String> for Username {
        type Error = &'static str;

        fn try_from(name: String) -> Result<Self, Self::Error> {
            if name.contains(' ') { Err("a name has no blanks") } else { Ok(Self(name)) }
        }
    }
    // ANCHOR_END: own-type

    // ANCHOR: rules
    use axum::routing::post;
    use fastapi_extract::{Report, Ruled, Rules, Secret};

    #[derive(Deserialize)]
    struct SignUp {
        username: Username,
        password: Secret, // a string that no answer and no log shows
        repeated: Secret,
    }

    impl Rules for SignUp {
        fn check(&self, report: &mut Report<'_>) {
            if self.password.expose() != self.repeated.expose() {
                report.error("the passwords differ"); // as ValueError in a validator
            }
            if self.username.0 == "admin" {
                report.at("username").problem("name_taken", "This name is taken", None);
            }
        }
    }

    async fn sign_up(Json(Ruled(new)): Json<Ruled<SignUp>>) -> String {
        format!("Hello, {}!\n", new.username.0)
    }

    pub fn users() -> Router {
        Router::new().route("/users/", post(sign_up))
    }
    // ANCHOR_END: rules
}

/// A form.
mod form {
    use axum::Router;
    use axum::routing::post;
    use fastapi_extract::Secret;
    use serde::Deserialize;

    // ANCHOR: form
    use fastapi_extract::Form;

    #[derive(Deserialize)]
    struct Login {
        username: String,
        password: Secret,
        remember: Option<bool>,
    }

    async fn login(Form(login): Form<Login>) -> String {
        let length = login.password.expose().len();
        format!("{}, a password of {length} bytes, {:?}\n", login.username, login.remember)
    }

    pub fn logins() -> Router {
        Router::new().route("/login/", post(login))
    }
    // ANCHOR_END: form
}

/// A file.
mod file {
    use axum::Router;
    use axum::routing::post;
    use fastapi_extract::Form;
    use serde::Deserialize;

    // ANCHOR: file
    use axum::extract::DefaultBodyLimit;
    use fastapi_extract::{Rejection, UploadFile};
    use tokio::io::AsyncReadExt;

    #[derive(Deserialize)]
    struct Upload {
        file: UploadFile,
        note: Option<String>,
    }

    async fn upload(Form(upload): Form<Upload>) -> Result<String, Rejection> {
        let mut start = Vec::new();
        upload.file.reader().take(4).read_to_end(&mut start).await?; // a 500, and a line in the log
        let (name, size) = (upload.file.file_name(), upload.file.size());
        Ok(format!("{name}: {size} bytes from {start:?}, {:?}\n", upload.note))
    }

    pub fn uploads() -> Router {
        let limit = DefaultBodyLimit::max(100 * 1024 * 1024); // axum's own is 2 MB
        Router::new().route("/upload/", post(upload)).layer(limit)
    }
    // ANCHOR_END: file
}

/// An extractor of one's own.
mod own {
    use axum::Router;
    use axum::routing::get;
    use fastapi_extract::{Header, Rejection, Secret};
    use serde::Deserialize;

    // ANCHOR: own
    use axum::extract::FromRequestParts;
    use axum::http::{StatusCode, request::Parts};
    use std::collections::HashMap;

    #[derive(Deserialize)]
    struct TokenHeader {
        x_token: Secret,
    }

    /// The user who sent the request.
    struct User(&'static str);

    impl<S: Send + Sync> FromRequestParts<S> for User {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
            let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
            let user = user_of(x_token.expose());
            user.map(Self)
                .ok_or_else(|| Rejection::raised(StatusCode::UNAUTHORIZED, "Unknown token"))
        }
    }

    /// Whose token is it? Yours asks a database.
    fn user_of(token: &str) -> Option<&'static str> {
        HashMap::from([("token-of-ann", "ann")]).get(token).copied()
    }

    async fn me(User(name): User) -> &'static str {
        name
    }

    pub fn me_route() -> Router {
        Router::new().route("/me", get(me))
    }
    // ANCHOR_END: own
}

use axum::Router;

/// All of them.
pub fn app() -> Router {
    Router::new()
        .merge(all::prices())
        .merge(checked::orders())
        .merge(rules::users())
        .merge(form::logins())
        .merge(file::uploads())
        .merge(own::me_route())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app()).await
}
