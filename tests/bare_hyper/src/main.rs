//! Bare hyper, for scale: every request gets the same bytes, and nothing else is done.
//!
//! ```text
//! bare_hyper CONTENT_TYPE BODY
//! ```
//!
//! What `just bench` compares a lesson with: the server that axum is built on, without
//! router, extractors, layers, log or shutdown. Nobody would ship it.

use std::convert::Infallible;
use std::net::Ipv4Addr;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The one answer that this server has.
#[derive(Clone)]
struct Answer {
    content_type: HeaderValue,
    body: Bytes,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(content_type), Some(body)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare_hyper CONTENT_TYPE BODY".into());
    };
    let answer = Answer { content_type: content_type.parse()?, body: body.into() };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, answer.clone()));
    }
}

async fn serve(stream: TcpStream, answer: Answer) {
    let service = service_fn(|request| respond(request, answer.clone()));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        eprintln!("a connection ended: {error}");
    }
}

async fn respond(
    request: Request<Incoming>,
    answer: Answer,
) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    // Read to its end, or the connection could not be used again. One that breaks off ends it.
    let _whole_or_broken_off = request.into_body().collect().await;
    let mut response = Response::new(Full::new(answer.body));
    response.headers_mut().insert(CONTENT_TYPE, answer.content_type);
    Ok(response)
}
