//! Types that are no numbers and no structs: UUIDs, dates, decimals and the like.
//!
//! `types/table.tsv` has some two thousand values and what FastAPI answers to them; in a third
//! column, what we answer where that differs on purpose. `LESSON_BLESS=1` writes there what the
//! target of the run has answered.

mod app;
mod random;
mod unions;

pub use app::router;
pub use random::requests;
pub use unions::alike;

use std::env;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::PathBuf;

use futures_util::{StreamExt, stream};
use lesson_tests::{Target, own_server_only, workspace};
use serde_json::Value;

use super::random::percent_encoded;
use super::{AT_A_TIME, Sent, Server};

#[tokio::test]
async fn each_type_is_read_as_the_table_says() {
    own_server_only!("needs routes of its own");
    let server = &Server::of_target(super::app::router(), "extract_app").await;
    let rows = table();
    let answered: Vec<_> =
        stream::iter(&rows).map(|row| row.ask(server)).buffered(AT_A_TIME).collect().await;
    if env::var_os("LESSON_BLESS").is_some() {
        bless(rows, answered);
        return;
    }
    for (row, answer) in rows.iter().zip(answered) {
        assert_eq!(answer, row.expected(), "{} {}", row.kind, row.sent);
    }
}

/// What a value is answered by each side.
struct Row {
    /// The type that it is read as.
    kind: String,
    /// The value, in JSON.
    sent: String,
    fastapi: String,
    /// If it is another answer.
    ours: Option<String>,
}

impl Row {
    fn expected(&self) -> &str {
        match Target::current() {
            Target::FastApi => &self.fastapi,
            _ => self.ours.as_deref().unwrap_or(&self.fastapi),
        }
    }

    /// The answer to the value as a body; if it is a text, it is the same as a parameter.
    async fn ask(&self, server: &Server) -> String {
        let target = format!("/types/one/{}", self.kind);
        let sent: Value = serde_json::from_str(&self.sent).expect("JSON");
        let body = server.ask(&Sent::post_json(&target, self.sent.clone())).await;
        let body = summary(body.status, body.body, &sent);
        if let Value::String(text) = &sent {
            let encoded = percent_encoded(text);
            let mut targets = vec![format!("{target}?value={encoded}")];
            // These would make it another path.
            if !text.contains('/') && !["", ".", ".."].contains(&text.as_str()) {
                targets.push(format!("{target}/{encoded}"));
            }
            for target in targets {
                let answer = server.ask(&Sent::get(target)).await;
                let answer = summary(answer.status, answer.body, &sent);
                assert_eq!(answer, body, "{} {}", self.kind, self.sent);
            }
        }
        body
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}", self.sent, self.fastapi)?;
        self.ours.iter().try_for_each(|ours| write!(f, "\t{ours}"))
    }
}

/// `200 5`, or `422` and the one problem without its `loc`; with its `input` if that isn't what
/// was sent.
fn summary(status: u16, mut body: Value, sent: &Value) -> String {
    let problems = body.get_mut("detail").and_then(Value::as_array_mut);
    if let Some([Value::Object(problem)]) = problems.map(Vec::as_mut_slice) {
        problem.remove("loc");
        if problem.get("input") == Some(sent) {
            problem.remove("input");
        }
        body = problem.clone().into();
    }
    format!("{status} {body}")
}

fn table_path() -> PathBuf {
    workspace::root().join("tests/suite/extract/types/table.tsv")
}

fn table() -> Vec<Row> {
    let table = fs::read_to_string(table_path()).expect("the table");
    let mut kind = "";
    let mut rows = Vec::new();
    for line in table.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            kind = name;
            continue;
        }
        let mut columns = line.split('\t').map(str::to_owned);
        rows.push(Row {
            kind: kind.to_owned(),
            sent: columns.next().expect("a value"),
            fastapi: columns.next().unwrap_or_default(),
            ours: columns.next(),
        });
    }
    rows
}

fn bless(rows: Vec<Row>, answered: Vec<String>) {
    let mut table = String::new();
    let mut kind = String::new();
    for (mut row, answer) in rows.into_iter().zip(answered) {
        match Target::current() {
            Target::FastApi => row.fastapi = answer,
            _ => row.ours = Some(answer).filter(|answer| *answer != row.fastapi),
        }
        if kind != row.kind {
            kind.clone_from(&row.kind);
            table += &format!("# {kind}\n");
        }
        table += &format!("{row}\n");
    }
    fs::write(table_path(), table).expect("the table is written");
}
