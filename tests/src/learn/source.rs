//! The learner's file, cut from the solution.
//!
//! A step's code stands between two marks, and what a learner finds in its place is behind `//`:
//!
//! ```text
//! // STEP 2
//! Body::from_stream(pieces)
//! // STUB
//! // StatusCode::NOT_IMPLEMENTED
//! // END
//! ```
//!
//! Steps may stand within others. comprehensive-rust cuts starter and solution from one file, too.

/// The solution without the steps from `first` on, and without its marks and its module comment.
///
/// # Errors
///
/// If a mark has no partner.
pub fn without(solution: &str, first: usize) -> Result<String, String> {
    let mut text = String::new();
    let mut open: Vec<Part> = Vec::new();
    for (number, line) in solution.lines().enumerate() {
        let fault = |what: &str| format!("line {}: {what}", number + 1);
        match mark(line) {
            Some(Mark::Step(step)) => open.push(Part { step, is_stub: false }),
            Some(Mark::Stub) => {
                open.last_mut().ok_or_else(|| fault("STUB without STEP"))?.is_stub = true;
            }
            Some(Mark::End) => {
                open.pop().ok_or_else(|| fault("END without STEP"))?;
            }
            None if line.starts_with("//!") => {}
            None if open.iter().all(|part| part.is_kept(first)) => {
                let is_stub = open.iter().any(|part| part.is_stub);
                text.push_str(&if is_stub { uncommented(line) } else { line.to_owned() });
                text.push('\n');
            }
            None => {}
        }
    }
    match open.is_empty() {
        true => Ok(text.trim_start().to_owned()),
        false => Err("STEP without END".to_owned()),
    }
}

/// A file as it may be included by another: without what only stands at the beginning of a crate.
pub fn includable(file: &str) -> String {
    let lines = file.lines().map(|line| match line {
        // Every line stays where it is, for the compiler's messages.
        line if line.starts_with("//!") => String::new(),
        line if line.starts_with("#![") => format!("// {line}"),
        line => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

/// The steps that have a mark, in the order of the file.
pub fn marked(solution: &str) -> impl Iterator<Item = usize> {
    solution.lines().filter_map(|line| match mark(line) {
        Some(Mark::Step(step)) => Some(step),
        _ => None,
    })
}

struct Part {
    step: usize,
    is_stub: bool,
}

impl Part {
    fn is_kept(&self, first: usize) -> bool {
        self.is_stub == (self.step >= first)
    }
}

enum Mark {
    Step(usize),
    Stub,
    End,
}

fn mark(line: &str) -> Option<Mark> {
    match line.trim().strip_prefix("// ")? {
        "STUB" => Some(Mark::Stub),
        "END" => Some(Mark::End),
        other => other.strip_prefix("STEP ")?.parse().ok().map(Mark::Step),
    }
}

/// `    // Body::empty()` without the slashes.
fn uncommented(line: &str) -> String {
    let (indent, rest) = line.split_once("//").unwrap_or((line, ""));
    format!("{indent}{}", rest.strip_prefix(' ').unwrap_or(rest)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLUTION: &str = "//! Solved.\n\nfn a() {\n    // STEP 1\n    one();\n    // STEP 2\n    \
        two();\n    // STUB\n    // // Later.\n    // END\n    // STUB\n    // nothing();\n    //\n    \
        // END\n}\n";

    #[test]
    fn the_steps_from_one_on_are_replaced_by_their_stubs() {
        let cut = |first| without(SOLUTION, first);
        assert_eq!(cut(1).as_deref(), Ok("fn a() {\n    nothing();\n\n}\n"));
        assert_eq!(cut(2).as_deref(), Ok("fn a() {\n    one();\n    // Later.\n}\n"));
        assert_eq!(cut(3).as_deref(), Ok("fn a() {\n    one();\n    two();\n}\n"));
        assert_eq!(marked(SOLUTION).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn marks_need_partners() {
        assert_eq!(without("// STEP 1\n", 1), Err("STEP without END".to_owned()));
        assert_eq!(without("a\n// END\n", 1), Err("line 2: END without STEP".to_owned()));
        assert_eq!(without("// STUB\n", 1), Err("line 1: STUB without STEP".to_owned()));
    }
}
