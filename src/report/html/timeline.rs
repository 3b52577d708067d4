//! The exposure of each key over time, as inline SVG. Positions are percentages, so that it fits any width undistorted. The
//! right end is the youngest commit that the report knows, never the clock: the same input gives the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::escape;
use crate::finding::Commit;
use crate::report::wording;
use crate::scan::{KeySummary, Outcome};
use crate::secret::{KeyId, Masked};

/// The time that all keys share, and when each was introduced.
pub(super) struct Timeline {
    /// Seconds and day of the two ends; none where no commit is known.
    ends: Option<[(i64, String); 2]>,
    introduced: BTreeMap<KeyId, Vec<(i64, String)>>,
}

impl Timeline {
    /// Takes the dates of an outcome.
    pub fn new(outcome: &Outcome) -> Self {
        let mut introduced: BTreeMap<KeyId, Vec<(i64, String)>> = BTreeMap::new();
        for finding in outcome.reported() {
            if let (Some(key), Some(commit)) = (&finding.key, &finding.commit) {
                introduced.entry(key.id).or_default().push(point(commit));
            }
        }
        for key in &outcome.keys {
            if let Some(first) = &key.first_seen {
                introduced.entry(key.id).or_default().push(point(first));
            }
        }
        for points in introduced.values_mut() {
            points.sort();
            points.dedup();
        }
        let removed = outcome.keys.iter().filter_map(|key| removed(key).map(point));
        let mut all: Vec<(i64, String)> = introduced.values().flatten().cloned().chain(removed).collect();
        all.sort();
        let ends = all.first().cloned().zip(all.last().cloned()).map(|(first, last)| [first, last]);
        Self { ends, introduced }
    }

    /// What the signs mean.
    pub fn legend(&self) -> String {
        let Some([first, last]) = &self.ends else {
            return "<p class=\"none\">No commit is known: <code>konceal audit</code> shows since when each key is exposed.</p>\n"
                .into();
        };
        let sign = |shape: &str, text: &str| {
            format!("<li><svg width=\"26\" height=\"14\" aria-hidden=\"true\">{shape}</svg> {text}</li>")
        };
        [
            "<ul class=\"legend\">".to_owned(),
            sign("<circle class=\"point\" cx=\"13\" cy=\"7\" r=\"5\"/>", "introduced"),
            sign("<rect class=\"head\" x=\"1\" y=\"3\" width=\"24\" height=\"8\"/>", "stands in HEAD"),
            sign("<rect class=\"past\" x=\"1\" y=\"5\" width=\"24\" height=\"4\"/>", "in history only"),
            sign("<rect class=\"gone\" x=\"11\" y=\"0\" width=\"4\" height=\"14\"/>", "removed from HEAD"),
            format!("<li>{} to {}</li></ul>\n", escape(&first.1), escape(&last.1)),
        ]
        .concat()
    }

    /// The heading of the column: the two ends.
    pub fn axis(&self) -> String {
        match &self.ends {
            Some([first, last]) => {
                format!("<span class=\"axis\"><span>{}</span><span>{}</span></span>", escape(&first.1), escape(&last.1))
            }
            None => "Exposure".into(),
        }
    }

    /// The row of one key.
    pub fn draw(&self, key: &KeySummary) -> String {
        let points = self.introduced.get(&key.id).map(Vec::as_slice).unwrap_or_default();
        let Some(first) = points.first() else { return "<span class=\"none\">no dates</span>".into() };
        let begin = self.position(first.0);
        let removed = removed(key).map(point);
        let mut svg = format!(
            "<svg width=\"100%\" height=\"22\" role=\"img\" aria-label=\"{}\">",
            words(key, first, removed.as_ref())
        );
        svg.push_str("<line class=\"base\" x1=\"0\" x2=\"100%\" y1=\"11\" y2=\"11\"/>");
        let end = removed.as_ref().map_or(100.0, |removed| self.position(removed.0)).max(begin);
        let in_head = key.in_head == Some(true) || removed.is_some();
        let mut bar = |class: &str, from: f64, to: f64, y: u8, height: u8| {
            // A key of a moment is seen all the same.
            let (from, width) = (from.min(99.0), (to - from).max(1.0));
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{from:.2}%\" y=\"{y}\" width=\"{width:.2}%\" height=\"{height}\"/>"
            );
        };
        bar("past", begin, 100.0, 9, 4);
        if in_head {
            bar("head", begin, end, 7, 8);
        }
        for (time, _) in points.iter().take(POINTS) {
            let _ = write!(
                svg,
                "<circle class=\"point\" cx=\"{:.2}%\" cy=\"11\" r=\"5\"/>",
                self.position(*time).clamp(1.0, 99.0)
            );
        }
        if removed.is_some() {
            let _ = write!(svg, "<rect class=\"gone\" x=\"{:.2}%\" y=\"2\" width=\"4\" height=\"18\"/>", end.min(99.0));
        }
        svg.push_str("</svg>");
        svg
    }

    /// A time in per cent of the whole.
    fn position(&self, time: i64) -> f64 {
        let Some([(first, _), (last, _)]) = &self.ends else { return 0.0 };
        // In thousandths, so that no precision is lost and all machines agree.
        let (part, whole) = (i128::from(time) - i128::from(*first), (i128::from(*last) - i128::from(*first)).max(1));
        let thousandths = (part.clamp(0, whole) * 96_000 / whole).clamp(0, 96_000);
        2.0 + f64::from(u32::try_from(thousandths).unwrap_or(0)) / 1000.0
    }
}

/// So many introductions of one key are drawn.
const POINTS: usize = 50;

fn point(commit: &Commit<Masked>) -> (i64, String) {
    (commit.time, wording::day(&commit.date).to_owned())
}

fn removed(key: &KeySummary) -> Option<&Commit<Masked>> {
    key.exposure.as_ref().and_then(|exposure| exposure.removed.as_ref())
}

/// The same in words.
fn words(key: &KeySummary, first: &(i64, String), removed: Option<&(i64, String)>) -> String {
    let mut text = format!("introduced {}", first.1);
    match (removed, key.in_head) {
        (Some(removed), _) => text += &[", removed from HEAD ", &removed.1, ", still in history"].concat(),
        (None, Some(true)) => text.push_str(", still in HEAD"),
        (None, _) => text.push_str(", in history"),
    }
    if key.exposure.as_ref().is_some_and(|exposure| exposure.pushed) {
        text.push_str(", pushed");
    }
    if let Some(status) = key.status {
        let _ = write!(text, ", API: {}", status.name());
    }
    escape(&text)
}
