//! What a lesson says of itself.

/// A lesson's name, and where to begin with it.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The package's name: `lesson-streaming`.
    pub name: &'static str,
    /// What it teaches, in a few words.
    pub title: &'static str,
    /// The first requests to try: curl's arguments, with `{}` for the server's address.
    pub try_first: &'static [&'static str],
    /// Where the text of the lesson is, from the workspace's root.
    pub readme: &'static str,
}

impl Lesson {
    /// What the lesson prints when it is ready, and answers at `/`.
    pub fn banner(&self, base_url: &str) -> String {
        let mut banner = format!("{}: {}\nlistening on {base_url}\n\n", self.name, self.title);
        banner.push_str("Try, in a second terminal:\n");
        for request in self.try_first {
            banner.push_str(&format!("  curl {}\n", request.replace("{}", base_url)));
        }
        banner.push_str(&format!("\nThe lesson: {}\nCtrl-C stops it.\n", self.readme));
        banner
    }
}
