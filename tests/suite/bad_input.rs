//! Bad requests to every route of every lesson: nothing that a client sends makes one of
//! them fail, hang, or tell what is inside.
//!
//! The routes are those of the tables in the READMEs, so a new one is tried without anybody
//! remembering it. What a request is answered is the business of the lessons' own tests;
//! here it only must not be the server's fault.

mod client;
mod connections;
mod corpus;
mod generated;
mod on_purpose;
mod values;
mod wire;

use std::cell::RefCell;
use std::iter;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use lesson_tests::process::Ended;
use lesson_tests::readme::routes_of;
use lesson_tests::{Binary, pages, rust_only};
use tokio::runtime::Builder;

use client::{Client, End, PATIENCE, Reply, Request};
use corpus::{Endpoint, Route};
use generated::Generator;

/// How many programs are tried at a time: other tests measure times meanwhile.
const AT_A_TIME: usize = 2;

/// How many requests a server is sent at a time; most of them wait for ticks.
const CONNECTIONS: usize = 16;

/// A body that has not ended by then is taken for one without an end.
const ENDLESS: Duration = Duration::from_millis(500);

/// How long a body without an end is read.
const A_LITTLE: Duration = Duration::from_millis(5);

/// Long enough that a shutdown which uses it up fails.
const GRACE_MS: &str = "20000";
const LONG_ENOUGH: Duration = Duration::from_secs(15);

/// How many faults of a program are shown.
const FIRST: usize = 6;

/// What no answer may hold: paths, names of crates, and the words of their errors.
const INTERNAL: [&str; 17] = [
    "/src/",
    ".rs:",
    ".cargo",
    "panicked",
    "RUST_BACKTRACE",
    "stack backtrace",
    "axum::",
    "hyper::",
    "tokio::",
    "serde",
    "lesson_",
    "sqlx",
    "SQLITE",
    "sqlite:",
    "SELECT ",
    "constraint failed",
    "no such table",
];

/// The web server of the durable queue, which has no table of its own.
const DURABLE_WEB: &str = "durable-web";
const DURABLE_ROUTES: [&str; 2] = ["/durable/mails", "/durable/jobs/{id}"];

#[test]
fn no_bad_request_to_any_route_is_the_servers_fault() {
    rust_only!("starts the real programs");
    let lessons = pages::of_lessons().into_iter().map(|(name, pages)| (name, routes_of(&pages)));
    let durable = (DURABLE_WEB.to_owned(), DURABLE_ROUTES.map(str::to_owned).into());
    let programs: Vec<_> = lessons.chain([durable]).collect();
    let rest = Mutex::new(programs.iter());
    let next = || rest.lock().expect("an unbroken lock").next();
    let check = || iter::from_fn(next).flat_map(|(name, routes)| faults_of(name, routes)).collect();
    let faults: Vec<String> = thread::scope(|scope| {
        let checks = [(); AT_A_TIME].map(|()| scope.spawn::<_, Vec<_>>(check));
        checks.into_iter().flat_map(|check| check.join().expect("no panic")).collect()
    });
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Starts a program, sends it everything, and stops it; what was wrong.
fn faults_of(name: &str, routes: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(name, &format!("sqlite:{}", folder.path().join("jobs.db").display()));
    let trial = Trial { name, address: server.address(), faults: RefCell::default() };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(trial.run(routes));
    server.signal("INT");
    trial.check_end(&server.wait());
    trial.first_faults()
}

/// With short ticks, cheap passwords, and a log of what should not happen.
fn start(name: &str, jobs: &str) -> Binary {
    let variables = [
        ("LESSON_TICK_MS", "1"),
        ("LESSON_GRACE_MS", GRACE_MS),
        // A statement that is slow on a busy machine is no fault.
        ("RUST_LOG", "warn,sqlx=error"),
        ("LESSON_WEAK_HASHES", "1"),
        // In ticks, which are short here.
        ("LESSON_POOL_TIMEOUT", "20000"),
    ];
    match name {
        DURABLE_WEB => {
            let variables = [variables.as_slice(), &[("DATABASE_URL", jobs)]].concat();
            Binary::start_program(name, &[], &variables)
        }
        lesson => Binary::start(lesson, &[], &variables),
    }
}

/// A running server, and what was wrong with it so far.
struct Trial<'a> {
    name: &'a str,
    address: SocketAddr,
    faults: RefCell<Vec<String>>,
}

/// A request, and what is known of its route.
struct Case<'a> {
    route: &'a Route,
    is_long: bool,
    request: Request,
}

impl Trial<'_> {
    fn fault(&self, fault: &str) {
        self.faults.borrow_mut().push(format!("{}: {fault}", self.name));
    }

    /// One fault has many requests that show it.
    fn first_faults(self) -> Vec<String> {
        let mut faults = self.faults.into_inner();
        if faults.len() > FIRST {
            let more = format!("{}: and {} more", self.name, faults.len() - FIRST);
            faults.truncate(FIRST);
            faults.push(more);
        }
        faults
    }

    async fn run(&self, paths: &[String]) {
        if paths.is_empty() {
            self.fault("no table below the heading \"The routes\"");
        }
        let routes: Vec<Route> = paths.iter().map(|path| self.route(path)).collect();
        let cases = RefCell::new(self.cases(&routes).await.into_iter());
        join_all((0..CONNECTIONS).map(|_| self.send_all(&cases))).await;
        let (path, body) = if self.is_plain_axum() {
            ("/", "Hello, FastAPI developer!")
        } else {
            ("/ping", r#""pong""#)
        };
        for fault in wire::faults(self.address, path).await {
            self.fault(&fault);
        }
        let ping = Client::new(self.address).send(&Request::new("GET", path), PATIENCE).await;
        if !ping.is_ok_and(|reply| reply.body == body.as_bytes()) {
            self.fault("no pong after all that");
        }
    }

    /// The first steps have no `/ping`, and axum's own answers to what cannot be read.
    fn is_plain_axum(&self) -> bool {
        self.name == "first-steps"
    }

    fn route(&self, path: &str) -> Route {
        let token =
            if self.name == "testing" { "coneofsilence" } else { "fake-super-secret-token" };
        Route { path: path.to_owned(), token }
    }

    async fn cases<'r>(&self, routes: &'r [Route]) -> Vec<Case<'r>> {
        let mut generator = Generator::new();
        let mut cases = Vec::new();
        let endpoints = stream::iter(routes).map(|route| self.endpoints(route));
        let endpoints: Vec<_> = endpoints.buffered(CONNECTIONS).collect().await;
        for (route, endpoints) in routes.iter().zip(endpoints) {
            let is_long = endpoints.iter().any(|endpoint| endpoint.is_long);
            let requests = endpoints.iter().flat_map(|endpoint| endpoint.corpus(&mut generator));
            let requests = route.by_other_methods().chain(requests);
            cases.extend(requests.map(|request| Case { route, is_long, request }));
        }
        cases
    }

    /// The methods of a route, and what their handlers ask for.
    async fn endpoints<'r>(&self, route: &'r Route) -> Vec<Endpoint<'r>> {
        let mut client = Client::new(self.address);
        // No route has TRACE, so the answer tells which methods it has.
        let allow = match client.send(&route.plain("TRACE"), PATIENCE).await {
            Ok(reply) => reply.header("allow").to_owned(),
            Err(fault) => fault,
        };
        let methods = allow.split(',').filter(|method| *method != "HEAD");
        let mut endpoints = Vec::new();
        for method in methods {
            match self.endpoint(route, method, &mut client).await {
                Ok(endpoint) => endpoints.push(endpoint),
                Err(fault) => self.fault(&format!("{method} {}: {fault}", route.path)),
            }
        }
        endpoints
    }

    async fn endpoint<'r>(
        &self,
        route: &'r Route,
        method: &str,
        client: &mut Client,
    ) -> Result<Endpoint<'r>, String> {
        let plain = client.send(&route.plain(method), ENDLESS).await?;
        match plain.status {
            405 => return Err(format!("not one of its methods: {method:?}")),
            422 => return Err("a plain request lacks what it asks for; add it to corpus.rs".into()),
            _ => {}
        }
        let is_long = plain.end == End::Open;
        let mut differs = async |request| {
            let time = if is_long { A_LITTLE } else { PATIENCE };
            client.send(&request, time).await.map(|reply| reply.status != plain.status)
        };
        Ok(Endpoint {
            route,
            method: method.to_owned(),
            reads_numbers: differs(route.without_numbers(method)).await?,
            reads_headers: differs(route.without_headers(method)).await?,
            reads_body: differs(route.without_json(method)).await?,
            is_long,
        })
    }

    async fn send_all(&self, cases: &RefCell<impl Iterator<Item = Case<'_>>>) {
        let mut client = Client::new(self.address);
        loop {
            let Some(Case { route, is_long, request }) = cases.borrow_mut().next() else {
                return;
            };
            let time = if is_long { A_LITTLE } else { PATIENCE };
            let fault = match client.send(&request, time).await {
                Ok(reply) => self.fault_of(route, is_long, &reply),
                Err(fault) => Some(fault),
            };
            if let Some(fault) = fault {
                self.fault(&format!("{request:?}\n    {fault}"));
            }
        }
    }

    fn fault_of(&self, route: &Route, is_long: bool, reply: &Reply) -> Option<String> {
        let body = String::from_utf8_lossy(&reply.body);
        let holds = |word: &&&str| body.contains(**word) || reply.head.contains(**word);
        if let Some(word) = INTERNAL.iter().find(holds) {
            return Some(format!("{} tells {word:?}: {body}", reply.status));
        }
        if on_purpose::failing(self.name).contains(&route.path.as_str()) {
            return None;
        }
        let fault = match (reply.status, reply.end) {
            (500.., _) => "is the server's fault",
            (_, End::Broken) => "breaks off",
            (_, End::Open) if !is_long => "does not end",
            (400 | 404 | 405 | 413 | 415 | 422, _)
                if !self.is_plain_axum() && !is_detail(&body) =>
            {
                "has no detail"
            }
            _ => return None,
        };
        Some(format!("{} {fault}: {body}", reply.status))
    }

    fn check_end(&self, ended: &Ended) {
        if ended.code != Some(0) || ended.after > LONG_ENOUGH {
            self.fault(&format!("exit code {:?} after {:?}", ended.code, ended.after));
        }
        let lines = ended.stderr.lines();
        for line in lines.filter(|line| !on_purpose::is_expected(self.name, line)) {
            self.fault(&format!("the log says: {line}"));
        }
    }
}

/// What FastAPI says of an error, unless the answer is to HEAD, or hyper's own.
fn is_detail(body: &str) -> bool {
    body.is_empty() || body.starts_with(r#"{"detail":"#)
}
