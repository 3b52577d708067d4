//! A text as tokens, with the brackets that belong together.

use super::token::{Kind, Token, tokens};

/// A text and its tokens.
pub(super) struct Code<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) tokens: Vec<Token>,
    /// For each token, the bracket that it stands in; for a closing one, the one that it closes.
    parents: Vec<Option<usize>>,
    /// For each opening bracket, the one that closes it.
    closers: Vec<Option<usize>>,
}

impl<'t> Code<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        let tokens = tokens(bytes);
        let mut parents = Vec::with_capacity(tokens.len());
        let mut closers = vec![None; tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.kind == Kind::Close {
                let bracket = open.pop();
                if let Some(closer) = bracket.and_then(|bracket| closers.get_mut(bracket)) {
                    *closer = Some(at);
                }
                parents.push(bracket);
                continue;
            }
            parents.push(open.last().copied());
            if token.kind == Kind::Open {
                open.push(at);
            }
        }
        Self { bytes, tokens, parents, closers }
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn text(&self, at: usize) -> &'t [u8] {
        self.tokens.get(at).and_then(|token| self.bytes.get(token.span.clone())).unwrap_or_default()
    }

    /// Where a token begins, with its quotes.
    pub(super) fn start(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.bytes.len(), |token| token.outer.start)
    }

    /// Where it ends.
    pub(super) fn end(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.bytes.len(), |token| token.outer.end)
    }

    /// The bracket that a token stands in.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents.get(at).copied().flatten()
    }

    /// What closes a bracket.
    pub(super) fn closer(&self, open: usize) -> Option<usize> {
        self.closers.get(open).copied().flatten()
    }

    /// The first token from `at` that is no end of a line.
    pub(super) fn behind_lines(&self, at: usize) -> usize {
        if self.kind(at) == Some(Kind::Line) { at + 1 } else { at }
    }

    /// Behind calls that only convert: `"...".to_string()`, `.trim()`.
    pub(super) fn behind_conversion(&self, at: usize) -> usize {
        let mut at = at;
        while self.kind(at) == Some(Kind::Method) && self.text(at + 1) == b"(" && self.kind(at + 2) == Some(Kind::Close)
        {
            at += 3;
        }
        at
    }
}
