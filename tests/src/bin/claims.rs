//! Runs the suite against FastAPI or a learner's own server and lists the claims.
//!
//! ```text
//! claims parity [LESSON]
//! claims check-mine LESSON URL [--expect fastapi]
//! ```

use std::collections::BTreeMap;
use std::env;
use std::net::TcpStream;
use std::process::ExitCode;

use lesson_tests::curl::Sent;
use lesson_tests::readme::ANSWERS;
use lesson_tests::report::Fact;
use lesson_tests::suite_run::{failures, outcomes};
use lesson_tests::{ClaimId, SuiteRun, Target, differences, fastapi, pages, workspace};

const USAGE: &str = "usage: claims parity [LESSON]
       claims check-mine LESSON URL [--expect fastapi]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["parity"] => parity_of_all(),
        ["parity", lesson] => known(lesson).and_then(|lesson| parity(&[lesson])),
        ["check-mine", lesson, url] => check_mine(lesson, url, "rust"),
        ["check-mine", lesson, url, "--expect", side @ ("rust" | "fastapi")] => {
            check_mine(lesson, url, side)
        }
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(2)
        }
    }
}

/// What is compared with FastAPI beside the lessons: a module of the suite, and what it shows.
const BESIDE: [(&str, &str); 1] = [("extract", "the extractors answer as FastAPI does")];

/// Every lesson, and what they share.
fn parity_of_all() -> Result<bool, String> {
    let mut all_well = parity(&workspace::lessons())?;
    println!("\nfastapi-extract, against FastAPI\n");
    for (module, sentence) in BESIDE {
        all_well &= passes(module, sentence)?;
    }
    Ok(all_well)
}

/// One line for a whole module; says whether all its tests pass.
fn passes(module: &str, sentence: &str) -> Result<bool, String> {
    let run = SuiteRun::of(module, &[("LESSON_TARGET", "fastapi")], &[])?;
    match run.is_well() {
        true => println!("ok       {sentence}"),
        false => println!("FAILED   {sentence}\n{}", run.stdout),
    }
    Ok(run.is_well())
}

/// Every lesson's tests against its `fastapi_app.py`; says whether none failed, and whether
/// the lesson's pages show what differs.
fn parity(lessons: &[String]) -> Result<bool, String> {
    fastapi::prepare()?;
    let mut all_well = true;
    for lesson in lessons {
        println!("\n{lesson}, against FastAPI\n");
        let run = Run::of(lesson, &[("LESSON_TARGET", "fastapi")], &[])?;
        run.print(&pages::sentences(lesson));
        println!("\nWhere they are meant to differ:\n\n{}", run.differences);
        let pages = pages::of_lesson(lesson);
        let faults = ANSWERS.check(&pages, |_| run.differences.clone());
        for fault in &faults {
            println!("FAILED   {fault}");
        }
        all_well &= run.is_well() && faults.is_empty();
    }
    Ok(all_well)
}

/// One lesson's tests against a server that runs already, one after the other.
fn check_mine(lesson: &str, url: &str, side: &str) -> Result<bool, String> {
    let lesson = known(lesson)?;
    if !url.starts_with("http://") {
        return Err(format!("the address of your server must begin with http://, not \"{url}\""));
    }
    let mine = Target::Url(url.to_owned());
    if TcpStream::connect(host_and_port(url)).is_err() {
        return Err(format!("nobody answers at {url}: start your server first"));
    }
    println!("{lesson}, against {url}");
    println!(
        "Pauses are counted in ticks of {:?}: set LESSON_TICK_MS, the same for your",
        mine.tick()
    );
    println!("server, to make this quick.\n");
    let variables = [("LESSON_TARGET", url), ("LESSON_EXPECT", side)];
    let run = Run::of(&lesson, &variables, &["--test-threads=1"])?;
    run.print(&pages::sentences(&lesson));
    Ok(run.is_well())
}

fn known(lesson: &str) -> Result<String, String> {
    let lessons = workspace::lessons();
    match lessons.iter().any(|known| known == lesson) {
        true => Ok(lesson.to_owned()),
        false => Err(format!("no lesson \"{lesson}\"; there are: {}", lessons.join(", "))),
    }
}

/// `127.0.0.1:8000` in `http://127.0.0.1:8000/`.
fn host_and_port(url: &str) -> String {
    let host = url.trim_start_matches("http://");
    let host = host.split('/').next().unwrap_or(host);
    match host.contains(':') {
        true => host.to_owned(),
        false => format!("{host}:80"),
    }
}

/// What one run of a lesson's tests said.
#[derive(Debug, Default)]
struct Run {
    /// Outcome by claim, then by the test's sentence.
    tests: BTreeMap<ClaimId, BTreeMap<String, Outcome>>,
    /// The table of what is meant to differ.
    differences: String,
    /// What libtest says of each test that failed, by its path.
    failures: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    /// The server has no such route yet: `GET /text/`.
    Unwritten(String),
    Skipped(String),
}

/// What a claim's tests say together.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Verdict {
    Passed,
    Failed,
    Unwritten,
    Skipped,
}

impl Verdict {
    fn of<'a>(mut outcomes: impl Iterator<Item = &'a Outcome> + Clone) -> Self {
        if outcomes.clone().any(|outcome| *outcome == Outcome::Failed) {
            Self::Failed
        } else if outcomes.clone().any(|outcome| matches!(outcome, Outcome::Unwritten(_))) {
            Self::Unwritten
        } else if outcomes.any(|outcome| *outcome == Outcome::Passed) {
            Self::Passed
        } else {
            Self::Skipped
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::Unwritten => "not yet",
            Self::Skipped => "skipped",
        }
    }
}

/// Why tests were skipped: ` (1 of 2 tests skipped: pauses the clock)`.
fn reasons<'a>(outcomes: impl ExactSizeIterator<Item = &'a Outcome>) -> String {
    let all = outcomes.len();
    let mut reasons: Vec<&str> = outcomes
        .filter_map(|outcome| match outcome {
            Outcome::Skipped(reason) => Some(reason.as_str()),
            _ => None,
        })
        .collect();
    let skipped = reasons.len();
    // Tests of one claim are often skipped for one reason.
    reasons.dedup();
    match skipped {
        0 => String::new(),
        _ => format!(" ({skipped} of {all} tests skipped: {})", reasons.join("; ")),
    }
}

impl Run {
    fn of(lesson: &str, variables: &[(&str, &str)], options: &[&str]) -> Result<Self, String> {
        let run = SuiteRun::of(&lesson.replace('-', "_"), variables, options)?;
        Ok(Self::read(&run.stdout, &run.facts))
    }

    /// Puts libtest's lines and the report's facts together.
    fn read(stdout: &str, facts: &[Fact]) -> Self {
        let (differences, failures) = (differences::table(facts), failures(stdout));
        let mut run = Self { differences, failures, ..Self::default() };
        for (test, passed) in outcomes(stdout) {
            let outcome = match run.failures.get(test).and_then(|said| unwritten(said)) {
                _ if passed => Outcome::Passed,
                Some(request) => Outcome::Unwritten(request),
                None => Outcome::Failed,
            };
            run.note(test, outcome);
        }
        for fact in facts {
            if let Fact::Skipped { test, reason } = fact {
                run.note(test, Outcome::Skipped(reason.clone()));
            }
        }
        run
    }

    fn note(&mut self, test: &str, outcome: Outcome) {
        if let Some((claim, sentence)) = ClaimId::of_test(test) {
            self.tests.entry(claim).or_default().insert(sentence, outcome);
        }
    }

    /// One line a claim, then what failed, then the counts and where to go on.
    fn print(&self, sentences: &BTreeMap<ClaimId, Vec<String>>) {
        let mut counts = BTreeMap::new();
        for (claim, tests) in &self.tests {
            let verdict = Verdict::of(tests.values());
            let sentence = sentences.get(claim).map_or("", |sentences| &sentences[0]);
            println!("{:8} {claim:6} {sentence}{}", verdict.word(), reasons(tests.values()));
            for (test, outcome) in tests {
                match outcome {
                    Outcome::Failed => println!("                {test}"),
                    Outcome::Unwritten(request) if request.ends_with(" /_events") => println!(
                        "                {request} is a 404, and the test reads there what happened"
                    ),
                    Outcome::Unwritten(request) => println!("                {request} is a 404"),
                    Outcome::Passed | Outcome::Skipped(_) => {}
                }
            }
            *counts.entry(verdict).or_insert(0) += 1;
        }
        for (test, said) in self.failures.iter().filter(|(_, said)| unwritten(said).is_none()) {
            println!("\n---- {test} ----\n{}", said.trim());
        }
        let count = |verdict| counts.get(&verdict).copied().unwrap_or(0);
        print!("\n{} claims passed, {} failed, ", count(Verdict::Passed), count(Verdict::Failed));
        if count(Verdict::Unwritten) > 0 {
            print!("{} not written yet, ", count(Verdict::Unwritten));
        }
        println!("{} skipped", count(Verdict::Skipped));
        if let Some(claim) = self.next() {
            println!("Go on with {claim}.");
        }
    }

    /// The first claim that is wrong, or else the first that is not written yet.
    fn next(&self) -> Option<ClaimId> {
        let first = |wanted| {
            let mut claims = self.tests.iter();
            claims
                .find(|(_, tests)| Verdict::of(tests.values()) == wanted)
                .map(|(claim, _)| claim.clone())
        };
        first(Verdict::Failed).or_else(|| first(Verdict::Unwritten))
    }

    fn is_well(&self) -> bool {
        self.next().is_none()
    }
}

/// The request whose 404 a test did not expect: the last one that it sent, pings aside.
fn unwritten(said: &str) -> Option<String> {
    let mut requests = said.lines().rev().filter_map(Sent::parse);
    let sent = requests.find(|sent| sent.path != "/ping")?;
    let mut wanted = said.lines().filter_map(|line| line.trim().strip_prefix("right: "));
    let is_expected = wanted.any(|right| right.contains("404") || right.contains("Not Found"));
    (sent.status.starts_with("404") && !is_expected)
        .then(|| format!("{} {}", sent.method, sent.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_read_from_libtest_and_the_report() {
        let stdout = "running 3 tests\n\
            test streaming::text::st_01_a_piece_leaves ... ok\n\
            test streaming::text::st_02_any_iterator ... FAILED\n\
            test streaming::relay::st_10_the_clock ... ok\n\
            test streaming::text::support_ping ... ok\n\
            test streaming::file::st_07_a_file ... FAILED\n\
            \nfailures:\n\n---- streaming::text::st_02_any_iterator stdout ----\n\
            curl -iN http://127.0.0.1:1/text/ -> 200 OK\n  left: 1\n\n\
            ---- streaming::file::st_07_a_file stdout ----\n\
            curl -iN 'http://127.0.0.1:1/server-a/stream?x=1' -> 404 Not Found\n  left: 404\n right: 200\n\
            \n\nfailures:\n    streaming::text::st_02_any_iterator\n";
        let facts = [Fact::Skipped {
            test: "streaming::relay::st_10_the_clock".into(),
            reason: "pauses the clock".into(),
        }];
        let run = Run::read(stdout, &facts);
        let listed: Vec<String> = run
            .tests
            .iter()
            .flat_map(|(claim, tests)| tests.iter().map(move |(s, o)| format!("{claim} {s} {o:?}")))
            .collect();
        assert_eq!(
            listed,
            [
                "ST-1 a piece leaves Passed",
                "ST-2 any iterator Failed",
                "ST-7 a file Unwritten(\"GET /server-a/stream?x=1\")",
                "ST-10 the clock Skipped(\"pauses the clock\")"
            ]
        );
        assert!(!run.is_well());
        let verdicts = run.tests.values().map(|tests| Verdict::of(tests.values()).word());
        assert_eq!(verdicts.collect::<Vec<_>>(), ["ok", "FAILED", "not yet", "skipped"]);
        assert_eq!(run.next().map(|claim| claim.to_string()), Some("ST-2".to_owned()));
        let said = "curl -iN http://127.0.0.1:1/text/ -> 200 OK\n  left: 1\n";
        assert_eq!(run.failures["streaming::text::st_02_any_iterator"], said);
    }

    #[test]
    fn a_404_that_the_test_expects_is_a_failure() {
        let said = "curl -iN http://[::1]:1/items/9 -> 404 Not Found\n\
            curl -iN http://[::1]:1/ping -> 200 OK\n  left: \"\"\n right: ";
        assert_eq!(unwritten(&format!("{said}5\n")).as_deref(), Some("GET /items/9"));
        assert_eq!(unwritten(&format!("{said}\"{{\\\"detail\\\":\\\"Not Found\\\"}}\"\n")), None);
        assert_eq!(unwritten("curl -iN http://[::1]:1/items/9 -> 200 OK\n  left: 404\n"), None);
    }
}
