//! Text within limits.

use unicode_segmentation::UnicodeSegmentation as _;

/// The length that counts against Discord's limits. Discord does not say what it counts; UTF-16 units are the
/// most that any of its clients counts.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The text, cut by grapheme to at most `limit` characters, with `…` where something is missing.
pub fn cut(text: &str, limit: usize) -> String {
    if length(text) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut room = limit.saturating_sub(1);
    for grapheme in text.graphemes(true) {
        let size = length(grapheme);
        if size > room {
            break;
        }
        room -= size;
        kept.push_str(grapheme);
    }
    if limit > 0 {
        kept.truncate(kept.trim_end().len());
        kept.push('…');
    }
    kept
}

/// The text with Discord's Markdown made harmless, for names and other words that people typed.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '*'
                | '_'
                | '~'
                | '`'
                | '|'
                | '>'
                | '#'
                | '['
                | ']'
                | '('
                | ')'
                | '<'
                | '@'
                | '-'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Splits a text into pieces of at most `limit`, at the ends of lines where that is possible.
pub(super) fn pieces(text: &str, limit: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        let chunks = if length(line) > limit {
            graphemes(line, limit)
        } else {
            vec![line.to_owned()]
        };
        for chunk in chunks {
            let size = length(&chunk);
            if used + size > limit {
                pieces.push(String::new());
                used = 0;
            }
            used += size;
            if let Some(piece) = pieces.last_mut() {
                piece.push_str(&chunk);
            }
        }
    }
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

fn graphemes(line: &str, limit: usize) -> Vec<String> {
    let mut chunks = vec![String::new()];
    let mut used = 0;
    for grapheme in line.graphemes(true) {
        let size = length(grapheme);
        if used + size > limit {
            chunks.push(String::new());
            used = 0;
        }
        used += size;
        if let Some(chunk) = chunks.last_mut() {
            chunk.push_str(grapheme);
        }
    }
    chunks
}
