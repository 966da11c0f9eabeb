//! A transcript shows what its commands print today.
//!
//! A `console` block holds commands, each on a line that starts with `$ ` (a backslash
//! at the end continues it on the next line), each followed by what it prints, and by
//! `? 22` if it exits with another status than 0. What varies is elided: `[..]` is a
//! part of a line, `...` alone on a line is any number of lines.
//!
//! Each command is run by a shell of its own in the root of the repository. A real
//! `curl` reaches the test's server under the address that the page shows,
//! `localhost:8000`. A command that starts the lesson, `$ cargo run -p lesson-…`, is not
//! run: it would not end. Its output is compared with the banner of the lesson.

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use snapbox::Data;
use snapbox::filter::NormalizeToExpected;
use snapbox::report::{Palette, write_diff};

use super::{Block, Fault, Page};

/// A command of a page answers a reader within seconds; this is for a slow machine.
const TIME_LIMIT: Duration = Duration::from_secs(20);

const CARGO_RUN: &str = "cargo run -p lesson-";

/// Every transcript is what its commands print, replayed in order against `server`.
///
/// `banner` is what the lesson prints when it starts, with 8000 as its port.
pub fn check_console(page: &Page, server: SocketAddr, banner: &str) -> Vec<Fault> {
    let stage = Stage::new(page, server, banner);
    let consoles = page.blocks.iter().filter(|block| is_console(block));
    consoles.flat_map(|block| stage.check(block)).collect()
}

/// No transcript stands in a page that is about no lesson: there is no server to replay it on.
pub fn check_no_console(page: &Page) -> Vec<Fault> {
    let consoles = page.blocks.iter().filter(|block| is_console(block));
    let message = "nothing replays this transcript; move it to a lesson, or make it `text`";
    consoles.map(|block| page.fault(block.line, message)).collect()
}

/// The page's text, with the outputs rewritten that are no longer true.
///
/// An output that still matches stays as it is, and with it what was elided by hand.
pub fn bless_console(page: &Page, server: SocketAddr, banner: &str) -> String {
    let stage = Stage::new(page, server, banner);
    page.rewritten(|block| {
        let steps = is_console(block).then(|| steps(block).ok()).flatten()?;
        Some(steps.iter().map(|step| stage.bless(step)).collect())
    })
}

fn is_console(block: &Block) -> bool {
    block.language() == "console"
}

/// A command of a transcript and the lines that the page shows below it.
struct Step {
    line: usize,
    command: String,
    shown: String,
}

/// The commands of a block; an error is the line that is out of place, and why.
fn steps(block: &Block) -> Result<Vec<Step>, (usize, &'static str)> {
    const NO_COMMAND: &str = "a console block starts with a command; \
                              write one after `$ `, or make the block `text`";
    let mut lines = (block.line + 1..).zip(block.text.lines()).peekable();
    let mut steps: Vec<Step> = Vec::new();
    while let Some((line, text)) = lines.next() {
        let mut command = text.strip_prefix("$ ").ok_or((line, NO_COMMAND))?.to_owned();
        if steps.last().is_some_and(Step::starts_lesson) {
            let message = "this command follows one that does not end; \
                           move it to a block of its own";
            return Err((line, message));
        }
        while command.ends_with('\\')
            && let Some((_, text)) = lines.next()
        {
            command = command + "\n" + text;
        }
        let mut shown = String::new();
        while let Some((_, text)) = lines.next_if(|(_, text)| !text.starts_with("$ ")) {
            shown = shown + text + "\n";
        }
        steps.push(Step { line, command, shown });
    }
    if steps.is_empty() {
        return Err((block.line, NO_COMMAND));
    }
    Ok(steps)
}

impl Step {
    fn starts_lesson(&self) -> bool {
        self.command.starts_with(CARGO_RUN)
    }

    /// The command on one line, for messages.
    fn title(&self) -> String {
        let lines: Vec<&str> = self.command.split("\\\n").map(str::trim).collect();
        lines.join(" ")
    }

    fn expected(&self) -> Outcome {
        let shown = self.shown.trim_end_matches('\n');
        let (output, last) = shown.rsplit_once('\n').unwrap_or(("", shown));
        match last.strip_prefix("? ").map(str::parse) {
            Some(Ok(status)) => Outcome::new(output, status),
            _ => Outcome::new(shown, 0),
        }
    }
}

/// What a command prints, without the line ends at its end, and how it exits.
struct Outcome {
    output: String,
    status: i32,
}

impl Outcome {
    fn new(output: &str, status: i32) -> Self {
        Self { output: output.replace("\r\n", "\n").trim_end_matches('\n').to_owned(), status }
    }

    fn shown(&self) -> String {
        let mut shown = String::new();
        for line in self.output.lines() {
            // The one header that is another in each answer.
            let line = if line.starts_with("date: ") { "date: [..]" } else { line };
            shown = shown + line + "\n";
        }
        if self.status != 0 {
            shown += &format!("? {}\n", self.status);
        }
        shown
    }
}

/// In what the outcome is not the one that the page shows.
fn differences(step: &Step, actual: &Outcome) -> Vec<String> {
    let expected = step.expected();
    let mut messages = Vec::new();
    if actual.status != expected.status {
        messages.push(format!(
            "`{}` exits with {}, not with {}; \
             run `just bless`, which writes the status as `? {}`",
            step.title(),
            actual.status,
            expected.status,
            actual.status
        ));
    }
    let expected = Data::text(expected.output + "\n");
    // What the page elides is replaced by its mark, so that only differences are left.
    let elided = NormalizeToExpected::new().redact();
    let actual = elided.normalize(Data::text(format!("{}\n", actual.output)), &expected);
    if actual != expected {
        messages.push(format!(
            "the output of `{}` differs; run `just bless` and read the diff\n{}",
            step.title(),
            diff(&expected, &actual)
        ));
    }
    messages
}

fn diff(expected: &Data, actual: &Data) -> String {
    let mut diff = String::new();
    write_diff(&mut diff, expected, actual, Some(&"the page"), Some(&"today"), Palette::plain())
        .expect("a string can be written to");
    diff.trim().to_owned()
}

/// Where the commands of a page are run.
struct Stage<'a> {
    page: &'a Page,
    banner: &'a str,
    /// The folder with curl's settings, and with what the command prints.
    folder: tempfile::TempDir,
    time_limit: Duration,
}

impl<'a> Stage<'a> {
    fn new(page: &'a Page, server: SocketAddr, banner: &'a str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // A proxy from the environment would not find the server.
        let settings = format!(
            "connect-to = \"localhost:8000:{server}\"\n\
             connect-to = \"127.0.0.1:8000:{server}\"\n\
             noproxy = \"*\"\n"
        );
        fs::write(folder.path().join(".curlrc"), settings)
            .expect("a temporary file can be written");
        Self { page, banner, folder, time_limit: TIME_LIMIT }
    }

    fn check(&self, block: &Block) -> Vec<Fault> {
        match steps(block) {
            Ok(steps) => steps.iter().flat_map(|step| self.faults(step)).collect(),
            Err((line, message)) => vec![self.page.fault(line, message)],
        }
    }

    fn faults(&self, step: &Step) -> Vec<Fault> {
        let messages = match self.perform(step) {
            Ok(outcome) => differences(step, &outcome),
            Err(message) => vec![message],
        };
        let fault = |message| self.page.fault(step.line, message);
        messages.into_iter().map(fault).collect()
    }

    /// The step with the outcome of today; unchanged if there is none.
    fn bless(&self, step: &Step) -> String {
        let mut shown = step.shown.clone();
        if let Ok(actual) = self.perform(step)
            && !differences(step, &actual).is_empty()
        {
            let spaced = shown == "\n" || shown.ends_with("\n\n");
            shown = actual.shown() + if spaced { "\n" } else { "" };
        }
        format!("$ {}\n{shown}", step.command)
    }

    /// What the step prints today, or why that cannot be told.
    fn perform(&self, step: &Step) -> Result<Outcome, String> {
        if step.starts_lesson() {
            return self.start(step);
        }
        self.run(&step.command).map_err(|error| {
            let title = step.title();
            format!("`{title}` {error}; end it with `curl --max-time`, or make the block `text`")
        })
    }

    /// What the lesson prints when it starts, if the page starts the lesson it is about.
    fn start(&self, step: &Step) -> Result<Outcome, String> {
        let lesson = self.page.subject().strip_prefix("lessons").ok();
        match lesson.map(|lesson| format!("{CARGO_RUN}{}", lesson.display())) {
            Some(command) if !format!("{} ", step.command).starts_with(&format!("{command} ")) => {
                Err(format!("this page starts another lesson; write `{command}`"))
            }
            _ => Ok(Outcome::new(self.banner, 0)),
        }
    }

    /// Runs the command, which must end in time.
    fn run(&self, command: &str) -> io::Result<Outcome> {
        // Files, because a pipe that nobody reads would stop the command when it is full.
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| self.folder.path().join(name));
        let mut shell = Command::new("sh")
            .args(["-c", command])
            .current_dir(&self.page.root)
            .env("CURL_HOME", self.folder.path())
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .process_group(0)
            .spawn()?;
        let status = wait(&mut shell, self.time_limit)?;
        let (mut output, errors) = (fs::read_to_string(stdout)?, fs::read_to_string(stderr)?);
        if !output.is_empty() && !output.ends_with('\n') && !errors.is_empty() {
            output.push('\n');
        }
        // As the shell counts: a signal's number comes on top of 128.
        let status = status.code().or(status.signal().map(|signal| 128 + signal));
        let status = status.expect("a process that ended has a code or a signal");
        Ok(Outcome::new(&(output + &errors), status))
    }
}

/// Waits until `limit`, then kills the shell and what it started.
fn wait(shell: &mut Child, limit: Duration) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if let Some(status) = shell.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    // The standard library kills single processes; the shell's own `kill` knows groups.
    let kill = format!("kill -KILL -{}", shell.id());
    Command::new("sh").args(["-c", &kill]).status()?;
    shell.wait()?;
    Err(io::Error::other(format!("did not end within {limit:?} and was killed")))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};

    use super::super::fixtures::{messages, page, page_in, pages, repository};
    use super::*;

    const BANNER: &str = "lesson-streaming\nlistening on http://127.0.0.1:8000\n";

    /// Where no server is needed.
    const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

    fn console(text: &str) -> Page {
        page(&format!("```console\n{text}```\n"))
    }

    fn faults(text: &str) -> Vec<String> {
        messages(check_console(&console(text), NOWHERE, BANNER))
    }

    fn blessed(text: &str) -> String {
        let text = bless_console(&console(text), NOWHERE, BANNER);
        let inner = text.strip_prefix("```console\n");
        inner
            .and_then(|inner| inner.strip_suffix("```\n"))
            .expect("the fences are left alone")
            .to_owned()
    }

    /// A server that gives the same answer to every request.
    fn serve(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("the listener is bound");
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a client connects");
                let mut request = [0; 1024];
                let read = stream.read(&mut request).expect("the client sends its request");
                assert_ne!(read, 0);
                stream.write_all(answer.as_bytes()).expect("the client reads");
            }
        });
        address
    }

    #[test]
    fn transcripts_that_hold_are_no_fault_and_stay_as_they_are() {
        let text = "\
$ printf 'a\\r\\nb'
a
b

$ echo one \\
  two; echo err >&2; exit 3
one two
err
? 3
$ seq 9
1
...
8
[..]
$ true
";
        assert_eq!(faults(text), Vec::<String>::new());
        assert_eq!(blessed(text), text);
    }

    #[test]
    fn an_output_that_differs() {
        assert_eq!(
            faults("$ printf 'a 1\\nb\\n'\na [..]\nc\n"),
            ["lessons/streaming/README.md:2: the output of `printf 'a 1\\nb\\n'` differs; \
              run `just bless` and read the diff\n\
              ---- expected: the page\n\
              ++++ actual:   today\n   1    1 | a [..]\n   2      - c\n        2 + b"]
        );
    }

    #[test]
    fn a_status_that_differs() {
        assert_eq!(
            faults("$ exit \\\n  22\n"),
            ["lessons/streaming/README.md:2: `exit 22` exits with 22, not with 0; \
              run `just bless`, which writes the status as `? 22`"]
        );
    }

    #[test]
    fn only_outputs_that_differ_are_blessed() {
        assert_eq!(
            blessed("$ echo 'data: '\ndata:\n"),
            "$ echo 'data: '\ndata: \n",
            "white space at the end of a line is part of an event stream"
        );
        assert_eq!(
            blessed("$ echo a\n[..]\n$ echo b; exit 2\nc\n\n$ printf 'date: now\\r\\nx: 1'\n"),
            "$ echo a\n[..]\n$ echo b; exit 2\nb\n? 2\n\n\
             $ printf 'date: now\\r\\nx: 1'\ndate: [..]\nx: 1\n"
        );
    }

    #[test]
    fn curl_reaches_the_server_of_the_test() {
        let server = serve("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong");
        let page = console(
            "$ curl -i -sS localhost:8000/ping\n\
             HTTP/1.1 200 OK\ncontent-length: 4\n\npong\n\
             $ curl -sS http://127.0.0.1:8000/ping | tr p P\nPong\n",
        );
        assert_eq!(messages(check_console(&page, server, BANNER)), Vec::<String>::new());
    }

    #[test]
    fn an_error_of_curl_comes_after_the_body() {
        let server = serve("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart");
        let page = console(
            "$ curl -sS localhost:8000/\npart\ncurl: (18) transfer closed with [..]\n? 18\n",
        );
        assert_eq!(messages(check_console(&page, server, BANNER)), Vec::<String>::new());
    }

    #[test]
    fn a_curl_that_prints_its_progress() {
        let server = serve("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong");
        let page = console("$ curl localhost:8000/ping\npong\n");
        let faults = messages(check_console(&page, server, BANNER));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("% Total    % Received"), "{faults:?}");
    }

    #[test]
    fn a_block_without_a_command() {
        let cure = "a console block starts with a command; \
                    write one after `$ `, or make the block `text`";
        assert_eq!(faults(""), [format!("lessons/streaming/README.md:1: {cure}")]);
        assert_eq!(faults("a\n$ echo a\n"), [format!("lessons/streaming/README.md:2: {cure}")]);
    }

    #[test]
    fn a_transcript_that_nothing_replays() {
        let page = page("text\n\n```console\n$ true\n```\n");
        assert_eq!(
            messages(check_no_console(&page)),
            ["lessons/streaming/README.md:3: nothing replays this transcript; \
              move it to a lesson, or make it `text`"]
        );
    }

    #[test]
    fn a_command_that_does_not_end() {
        let root = repository(&[]);
        let page = page_in(root.path(), "```console\n$ sleep 5; echo late > late\n```\n");
        let mut stage = Stage::new(&page, NOWHERE, BANNER);
        stage.time_limit = Duration::from_millis(100);
        let start = Instant::now();
        assert_eq!(
            messages(stage.check(&page.blocks[0])),
            ["lessons/streaming/README.md:2: `sleep 5; echo late > late` did not end \
              within 100ms and was killed; \
              end it with `curl --max-time`, or make the block `text`"]
        );
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn commands_run_in_the_root_of_the_repository() {
        let root = repository(&[("lessons/streaming/src/text.rs", "")]);
        let page = page_in(root.path(), "```console\n$ ls\nlessons\n```\n");
        assert_eq!(messages(check_console(&page, NOWHERE, BANNER)), Vec::<String>::new());
    }

    #[test]
    fn the_start_of_the_lesson_is_compared_with_the_banner() {
        let text = "$ cargo run -p lesson-streaming -- --port 8000\n...\nlistening on [..]\n";
        assert_eq!(faults(text), Vec::<String>::new());
        assert_eq!(
            blessed("$ cargo run -p lesson-streaming\nold\n"),
            format!("$ cargo run -p lesson-streaming\n{BANNER}")
        );
        assert_eq!(
            faults("$ cargo run -p lesson-sql\n"),
            ["lessons/streaming/README.md:2: this page starts another lesson; \
              write `cargo run -p lesson-streaming`"]
        );
    }

    #[test]
    fn a_page_in_docs_starts_its_own_lesson() {
        let text = "```console\n$ cargo run -p lesson-streaming\n...\nlistening on [..]\n```\n";
        let [_, page] = pages(&["", text]);
        assert_eq!(messages(check_console(&page, NOWHERE, BANNER)), Vec::<String>::new());
    }

    #[test]
    fn a_command_after_the_start_of_the_lesson() {
        assert_eq!(
            faults("$ cargo run -p lesson-streaming\n...\n$ echo a\na\n"),
            ["lessons/streaming/README.md:4: this command follows one that does not end; \
              move it to a block of its own"]
        );
    }
}
