//! Colours of the rows that miette does not draw.

/// Puts text into a style, or leaves it plain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    /// Whether there are colours.
    pub color: bool,
}

impl Paint {
    /// What matters.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What only guides the eye.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
