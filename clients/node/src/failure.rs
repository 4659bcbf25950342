//! What is delivered when a program failed: a small text that says so.

use std::fmt;

use crate::{Outcome, Status};

/// How a program failed, in a form that its requester's tools recognise. It is stored,
/// hashed and delivered like any output, because failing on a requester's own program is
/// work too.
///
/// ```text
/// surge failure report 1
/// how the program ended, in one line of at most 1,000 bytes
/// the end of its standard error, at most 4,096 bytes
/// ```
///
/// All of it is printable text and line breaks; everything else stands as a space. Whoever
/// reads one has it from a stranger: nothing proves that the program failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureReport {
    /// How the program ended: a sentence for people, in one line.
    pub how: String,
    /// The end of what it wrote to standard error.
    pub stderr: String,
}

impl FailureReport {
    /// The first line, which marks it.
    pub const FIRST_LINE: &'static str = "surge failure report 1";
    /// A larger file is none, in bytes.
    pub const LARGEST: usize = 8 << 10;
    const HOW_BYTES: usize = 1_000;
    const STDERR_BYTES: usize = 4 << 10;

    /// The report of a run; none when the program ended well.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        (outcome.status != Status::Finished)
            .then(|| Self::new(&outcome.status.to_string(), &outcome.stderr_text()))
    }

    /// Reads one; none when these bytes are something else, such as a result.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::LARGEST {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let rest = text.strip_prefix(Self::FIRST_LINE)?.strip_prefix('\n')?;
        let (how, stderr) = rest.split_once('\n')?;
        Some(Self::new(how, stderr))
    }

    fn new(how: &str, stderr: &str) -> Self {
        let how = printable(how).replace('\n', " ");
        let how = &how[..how.floor_char_boundary(Self::HOW_BYTES)];
        let stderr = printable(stderr);
        Self {
            how: how.trim().to_owned(),
            stderr: end(stderr.trim(), Self::STDERR_BYTES).trim().to_owned(),
        }
    }
}

/// The file.
impl fmt::Display for FailureReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", Self::FIRST_LINE, self.how)?;
        match self.stderr.is_empty() {
            true => Ok(()),
            false => writeln!(f, "{}", self.stderr),
        }
    }
}

/// The last bytes of a text, in whole characters.
fn end(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}

/// A stranger's text without what could drive a terminal or turn the order of letters
/// around: line breaks stay, all else that does not print becomes a space.
pub fn printable(text: &str) -> String {
    // The standard library knows what prints, by how it would escape it.
    let prints = |c: char| matches!(c, '\n' | '\\' | '"' | '\'') || c.escape_debug().len() == 1;
    text.chars()
        .map(|c| if prints(c) { c } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: Status, stderr: &[u8]) -> Outcome {
        Outcome {
            status,
            output: vec![],
            sha256: [0; 32],
            stderr: stderr.to_vec(),
            usage: crate::Usage::default(),
        }
    }

    #[test]
    fn a_report_says_how_it_ended_and_what_the_program_said_last() {
        let outcome = outcome(Status::Exited { code: 3 }, b"no such column\n");
        let report = FailureReport::of(&outcome).unwrap();
        let text = report.to_string();
        assert_eq!(
            text,
            "surge failure report 1\nthe program reported a failure with exit code 3; see its standard error\nno such column\n"
        );
        assert_eq!(FailureReport::parse(text.as_bytes()), Some(report));
    }

    #[test]
    fn a_program_that_ended_well_has_none_and_a_result_is_none() {
        assert_eq!(FailureReport::of(&outcome(Status::Finished, b"")), None);
        for result in [
            &b""[..],
            b"a result",
            b"surge failure report 1",
            b"surge failure report 10\nhow\n",
            b"surge failure report 1\n\xff\xfe\n",
            &[
                b"surge failure report 1\nhow\n".as_slice(),
                &[b'a'; FailureReport::LARGEST],
            ]
            .concat(),
        ] {
            assert_eq!(FailureReport::parse(result), None);
        }
    }

    #[test]
    fn whatever_a_program_says_a_report_is_small_and_prints() {
        let hostile = "\u{1b}]0;title\u{7}\u{202e}\r\t\u{9b}é\u{2028}".repeat(5_000);
        let reason = hostile.clone();
        let outcome = outcome(Status::Trapped { reason }, hostile.as_bytes());
        let text = FailureReport::of(&outcome).unwrap().to_string();
        assert!(text.len() <= FailureReport::LARGEST, "{}", text.len());
        assert!(text
            .chars()
            .all(|c| c == '\n' || c == 'é' || c.is_ascii_graphic() || c == ' '));
        let again = FailureReport::parse(text.as_bytes()).unwrap();
        assert_eq!(again.to_string(), text);
        // The same holds for what somebody else wrote into one.
        let forged = format!("surge failure report 1\nall is \u{1b}[2Jwell\n{hostile}");
        let forged = FailureReport::parse(&forged.as_bytes()[..2_000]);
        assert!(forged.is_none_or(|forged| forged.how == "all is  [2Jwell"));
    }
}
