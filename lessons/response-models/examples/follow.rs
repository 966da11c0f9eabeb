//! A client that follows redirects and tells where they lead.
//!
//! ```text
//! cargo run -p lesson-response-models --example follow GET http://127.0.0.1:8000/redirect-status/301
//! ```

use std::process::ExitCode;

use reqwest::{Client, Method, redirect};

// ANCHOR: client
/// reqwest's own policy has the same limit.
const MOST_REDIRECTS: usize = 10;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [method, url] = arguments.as_slice() else {
        eprintln!("usage: cargo run -p lesson-response-models --example follow GET URL");
        return ExitCode::from(2);
    };
    match follow(method, url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn follow(method: &str, url: &str) -> lesson_support::Result<()> {
    // Called for each redirect, before it is followed.
    let policy = redirect::Policy::custom(|redirect| {
        println!("{} -> {}", redirect.status(), redirect.url());
        if redirect.previous().len() > MOST_REDIRECTS {
            return redirect.error("too many redirects");
        }
        redirect.follow()
    });
    let client = Client::builder().redirect(policy).build()?;
    let response = client.request(Method::from_bytes(method.as_bytes())?, url).send().await?;
    println!("{} {}", response.status(), response.text().await?);
    Ok(())
}
// ANCHOR_END: client
