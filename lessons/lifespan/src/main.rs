//! `cargo run -p lesson-lifespan`

use std::sync::Arc;

use lesson_lifespan::connection::Connection;
use lesson_lifespan::first_error::first_error;
use lesson_lifespan::model::Model;
use lesson_lifespan::on_event::{Items, on_shutdown, on_startup};
use lesson_lifespan::startup::Startup;
use lesson_lifespan::sub_app::SubApp;
use lesson_lifespan::{AppState, LESSON, app};
use lesson_support::{Result, Server};

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let startup = Startup::from_env(&server)?;
    let items = Items::default();

    // The older style: a function for the start, and one for the end.
    on_startup(&items, &startup.events);
    let served = serve(server, &startup, items).await; // no `?`: the second function must run
    let noted = on_shutdown(startup.shutdown_log.as_deref(), &startup.events).await;
    first_error(served, noted)
}
// ANCHOR_END: main

// ANCHOR: serve
/// The newer style: each resource is a local variable.
async fn serve(server: Server, startup: &Startup, items: Items) -> Result<()> {
    let model = Arc::new(Model::load(startup).await?);
    let connection = Arc::new(Connection::open(startup).await?); // if this fails, `model` is dropped
    let sub_app = SubApp::start();
    let state = AppState {
        tick: startup.tick,
        events: startup.events.clone(),
        read_timeout: server.read_timeout(),
        items,
        model: Arc::clone(&model),
        connection: Arc::clone(&connection),
    };

    let served = server.serve(app(state, &sub_app)).await; // FastAPI's `yield`; no `?`

    let closed = connection.close(startup).await;
    first_error(served, closed)
    // The rest needs no line. Locals are dropped in reverse order: `sub_app` first, `model` last.
}
// ANCHOR_END: serve
