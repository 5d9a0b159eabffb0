//! How far something is, as a line that fills.

use std::io::IsTerminal as _;

/// How wide the bar is, in characters.
const WIDTH: u64 = 30;

/// A bar on standard output.
#[derive(Debug)]
pub(crate) struct Bar {
    is_terminal: bool,
    shown: Option<u64>,
}

impl Bar {
    /// Nothing is shown yet.
    pub(crate) fn new() -> Self {
        Self {
            is_terminal: std::io::stdout().is_terminal(),
            shown: None,
        }
    }

    /// Shows so many percent, with what they are of. Beside a terminal each line stays: one for each step of a percent
    /// is enough.
    pub(crate) fn show(&mut self, share: u64, said: &str, is_last: bool) -> anyhow::Result<()> {
        if self.is_terminal {
            crate::tell(&format!("\r\u{1b}[K{}", line(share, said)))?;
        } else if self.shown != Some(share) || is_last {
            crate::tell(&format!("{}\n", line(share, said)))?;
        }
        self.shown = Some(share);
        Ok(())
    }
}

fn line(share: u64, said: &str) -> String {
    let filled = (share * WIDTH / 100).min(WIDTH);
    let bar: String = (0..WIDTH)
        .map(|at| if at < filled { '█' } else { '░' })
        .collect();
    format!("{bar} {share:>3} %  {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert_eq!(
            line(50, "1234 messages"),
            "███████████████░░░░░░░░░░░░░░░  50 %  1234 messages"
        );
        assert!(line(0, "").starts_with('░') && !line(100, "").contains('░'));
    }
}
