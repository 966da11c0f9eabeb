//! `cargo run -p lesson-sql`

use lesson_sql::database::{Settings, close, open};
use lesson_sql::passwords::Hasher;
use lesson_sql::{AppState, LESSON, app};
use lesson_support::Server;

// ANCHOR: main
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let settings = Settings::from_env(server.tick())?;
    let hasher = Hasher::from_env(settings.timeout)?;
    let (pool, writer) = open(&settings).await?;

    let state = AppState::new(&server, pool.clone(), writer.clone(), hasher);
    let served = server.serve(app(state)).await;

    close(pool, writer).await; // also when serving has failed: no `?` above
    served
}
// ANCHOR_END: main
