//! `cargo run -p lesson-sql`

use lesson_sql::database::{Settings, close, open};
use lesson_sql::passwords::Hasher;
use lesson_sql::{AppState, LESSON, app};
use lesson_support::Server;

// ANCHOR: main
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let hasher = Hasher::from_env()?;
    let pool = open(&Settings::from_env(server.tick())?).await?;

    let state = AppState::new(&server, pool.clone(), hasher);
    let served = server.serve(app(state)).await;

    close(pool).await; // also when serving has failed: no `?` above
    served
}
// ANCHOR_END: main
