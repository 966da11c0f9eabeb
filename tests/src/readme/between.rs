//! What a command writes into a page, between two comments of its own.

/// The two comments: `<!-- answers -->` and `<!-- /answers -->`.
pub(super) struct Between {
    pub(super) opening: &'static str,
    pub(super) closing: &'static str,
}

/// What stands before the opening comment's line, between the two, and from the closing one on.
pub(super) struct Parts<'a> {
    pub(super) before: &'a str,
    pub(super) shown: &'a str,
    pub(super) after: &'a str,
}

impl Between {
    /// Takes a page apart; `None` if it has not both comments, in this order.
    pub(super) fn parts<'a>(&self, text: &'a str) -> Option<Parts<'a>> {
        let opening = format!("{}\n", self.opening);
        let (before, rest) = text.split_once(&opening)?;
        let (shown, _) = rest.split_once(self.closing)?;
        Some(Parts { before, shown, after: &rest[shown.len()..] })
    }

    /// The page with this between the comments; unchanged if it has not both.
    pub(super) fn put(&self, text: &str, content: &str) -> String {
        match self.parts(text) {
            Some(Parts { before, after, .. }) => {
                format!("{before}{}\n\n{content}\n{after}", self.opening)
            }
            None => text.to_owned(),
        }
    }
}

/// The first line that is not the same, counted from 1 in the page, and what it should be.
pub(super) fn first_difference<'a>(
    parts: &Parts,
    wanted: &'a str,
) -> Option<(usize, Option<&'a str>)> {
    let (shown, wanted) = (parts.shown.trim(), wanted.trim());
    if shown == wanted {
        return None;
    }
    let lines = shown.lines().zip(wanted.lines());
    let same = lines.take_while(|(shown, wanted)| shown == wanted).count();
    // The first line stands below the comment and an empty line.
    let line = parts.before.matches('\n').count() + 3 + same;
    Some((line, wanted.lines().nth(same)))
}
