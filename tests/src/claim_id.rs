//! The id of a claim, `ST-3`, and the tests that are named after it.

use std::fmt;

/// `ST-3`, in the order of the number.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ClaimId {
    /// The lesson's two capitals, `ST`.
    pub prefix: String,
    /// Counted from 1.
    pub number: u32,
}

impl ClaimId {
    /// Reads `ST-3`; `None` if it is written in another way.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, number) = text.split_once('-')?;
        let id = Self { prefix: prefix.to_owned(), number: number.parse().ok()? };
        let two_capitals = prefix.len() == 2 && prefix.chars().all(|c| c.is_ascii_uppercase());
        // Written back, so that `ST-03` and `ST-+3` are no ids.
        (two_capitals && id.to_string() == text).then_some(id)
    }

    /// The id and the sentence of a claim, `- **ST-3** A sentence.`; `None` if the line is none.
    pub fn of_claim(line: &str) -> Option<(Self, &str)> {
        let (id, sentence) = line.trim_start().strip_prefix("- **")?.split_once("**")?;
        Some((Self::parse(id)?, sentence.trim()))
    }

    /// The id and the sentence in the path of a test, `streaming::text::st_01_each_piece_…`;
    /// `None` if it is named after no claim.
    pub fn of_test(path: &str) -> Option<(Self, String)> {
        let function = path.rsplit("::").next()?;
        let mut words = function.splitn(3, '_');
        let prefix = words.next()?.to_uppercase();
        let number = words.next()?.parse().ok()?;
        let sentence = words.next()?.replace('_', " ");
        (prefix.len() == 2).then_some((Self { prefix, number }, sentence))
    }

    /// The anchor that stands behind the claim: `st-3`.
    pub fn anchor(&self) -> String {
        self.to_string().to_lowercase()
    }

    /// How the names of its tests start: `st_03_`.
    pub fn test_prefix(&self) -> String {
        format!("{}_{:02}_", self.prefix.to_lowercase(), self.number)
    }
}

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.prefix, self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = ClaimId { prefix: "ST".to_owned(), number: 3 };
        assert_eq!(ClaimId::parse("ST-3"), Some(id.clone()));
        assert_eq!(id.to_string(), "ST-3");
        assert_eq!((id.test_prefix().as_str(), id.anchor().as_str()), ("st_03_", "st-3"));
        for other in ["ST-03", "ST-+3", "ST-", "ST3", "STX-3", "st-3"] {
            assert_eq!(ClaimId::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_claim_is_a_bullet_that_starts_with_its_id() {
        let id = ClaimId { prefix: "ST".to_owned(), number: 3 };
        assert_eq!(
            ClaimId::of_claim("  - **ST-3** A piece leaves. "),
            Some((id, "A piece leaves."))
        );
        for other in ["- ST-3 a", "**ST-3** a", "- **UTF-8** a", "* **ST-3** a"] {
            assert_eq!(ClaimId::of_claim(other), None, "{other}");
        }
    }

    #[test]
    fn a_test_is_named_after_a_claim() {
        let id = ClaimId { prefix: "ST".to_owned(), number: 1 };
        let sentence = "each piece leaves".to_owned();
        assert_eq!(
            ClaimId::of_test("streaming::text::st_01_each_piece_leaves"),
            Some((id, sentence))
        );
        for other in ["streaming::every_claim", "streaming::st_one", "streaming::text_01_a"] {
            assert_eq!(ClaimId::of_test(other), None, "{other}");
        }
    }
}
