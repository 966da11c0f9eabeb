//! The app's own address. It comes from the configuration, never from a client.

use std::convert::Infallible;
use std::env;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use lesson_support::{Result, Server};
use url::{Position, Url};

use crate::AppState;

/// The addresses of this app that the app itself knows.
#[derive(Clone)]
pub struct Addresses {
    /// Where people reach it: `LESSON_PUBLIC_URL`.
    public: Option<Url>,
    /// Where it listens. Behind a proxy, people can't use that.
    bound: Url,
}

impl Addresses {
    pub(crate) fn from_env(server: &Server) -> Result<Self> {
        let public = env::var("LESSON_PUBLIC_URL").ok().map(|text| public_url(&text));
        Ok(Self { public: public.transpose()?, bound: Url::parse(&server.base_url())? })
    }
}

// ANCHOR: public-url
fn public_url(text: &str) -> Result<Url> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let wanted = "LESSON_PUBLIC_URL must be an address such as https://shop.example";
    url.ok_or_else(|| format!("{wanted}, not \"{text}\"").into())
}
// ANCHOR_END: public-url

// ANCHOR: site
/// This app's address, and whether the client knows us by it.
pub(crate) struct Site {
    pub url: Url,
    is_known: bool,
}

impl FromRequestParts<AppState> for Site {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let Addresses { public, bound } = state.addresses.clone();
        if let Some(url) = public {
            return Ok(Self { url, is_known: true });
        }
        // The header is compared, and never passed on.
        let host = parts.headers.get(header::HOST).map(HeaderValue::as_bytes);
        let is_known = host == Some(bound.authority().as_bytes());
        Ok(Self { url: bound, is_known })
    }
}

impl Site {
    /// A page of ours, for `Location`. If the client knows us by another address, it's a path.
    pub fn page(&self, path: &str) -> String {
        let address = if self.is_known { &self.url[..Position::AfterPath] } else { "" };
        format!("{}{path}", address.trim_end_matches('/'))
    }
}
// ANCHOR_END: site
