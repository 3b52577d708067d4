//! The exposure of each key over time, as inline SVG. Positions are percentages, so that it fits any width undistorted. The
//! right end is the youngest commit that the report knows, never the clock: the same input gives the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::escape;
use crate::finding::{Commit, Status};
use crate::report::wording;
use crate::scan::{KeySummary, Outcome};
use crate::secret::{KeyId, Masked};

/// The time that all keys share, and when each was introduced.
pub(super) struct Timeline {
    /// Seconds and day of the two ends; none where no commit is known.
    ends: Option<[(i64, String); 2]>,
    introduced: BTreeMap<KeyId, Vec<(i64, String)>>,
    /// Per cent at which the time ends; what has no date (pushed, asked) is marked behind it.
    width: f64,
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
            let tagged = key.exposure.as_ref().and_then(|exposure| exposure.tagged.as_ref());
            for first in key.first_seen.iter().chain(tagged) {
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
        let undated = outcome.keys.iter().any(|key| key.exposure.is_some() || key.status.is_some());
        Self { ends, introduced, width: if undated { UNDATED } else { 100.0 } }
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
        let undated = [
            sign(&mark("pushed", 13, PUSHED), "pushed to a remote"),
            sign(&mark("live", 13, LIVE), "live"),
            sign(&mark("revoked", 13, REVOKED), "revoked"),
        ];
        [
            "<ul class=\"legend\">".to_owned(),
            sign("<circle class=\"point\" cx=\"13\" cy=\"7\" r=\"5\"/>", "introduced"),
            sign("<rect class=\"head\" x=\"1\" y=\"3\" width=\"24\" height=\"8\"/>", "stands in HEAD"),
            sign("<rect class=\"past\" x=\"1\" y=\"5\" width=\"24\" height=\"4\"/>", "in history only"),
            sign("<rect class=\"gone\" x=\"11\" y=\"0\" width=\"4\" height=\"14\"/>", "removed from HEAD"),
            if self.width < 100.0 { undated.concat() } else { String::new() },
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
        let _ = write!(svg, "<line class=\"base\" x1=\"0\" x2=\"{:.2}%\" y1=\"11\" y2=\"11\"/>", self.width);
        let end = removed.as_ref().map_or(self.width, |removed| self.position(removed.0)).max(begin);
        let in_head = key.in_head == Some(true) || removed.is_some();
        let mut bar = |class: &str, from: f64, to: f64, y: u8, height: u8| {
            // A key of a moment is seen all the same.
            let (from, width) = (from.min(self.width - 1.0), (to - from).max(1.0));
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{from:.2}%\" y=\"{y}\" width=\"{width:.2}%\" height=\"{height}\"/>"
            );
        };
        bar("past", begin, self.width, 9, 4);
        if in_head {
            bar("head", begin, end, 7, 8);
        }
        for (time, _) in points.iter().take(POINTS) {
            let _ = write!(
                svg,
                "<circle class=\"point\" cx=\"{:.2}%\" cy=\"11\" r=\"5\"/>",
                self.position(*time).clamp(1.0, self.width - 1.0)
            );
        }
        if removed.is_some() {
            let _ = write!(
                svg,
                "<rect class=\"gone\" x=\"{:.2}%\" y=\"2\" width=\"4\" height=\"18\"/>",
                end.min(self.width - 1.0)
            );
        }
        if key.exposure.as_ref().is_some_and(|exposure| exposure.pushed) {
            let _ = write!(svg, "<svg x=\"93%\">{}</svg>", mark("pushed", 8, PUSHED));
        }
        let asked = match key.status {
            Some(Status::Live) => Some(LIVE),
            Some(Status::Revoked) => Some(REVOKED),
            Some(Status::Unknown) | None => None,
        };
        if let (Some(status), Some(shape)) = (key.status, asked) {
            let _ = write!(svg, "<svg x=\"97%\">{}</svg>", mark(status.name(), 8, shape));
        }
        svg.push_str("</svg>");
        svg
    }

    /// A time in per cent of the whole.
    fn position(&self, time: i64) -> f64 {
        let Some([(first, _), (last, _)]) = &self.ends else { return 0.0 };
        // In thousandths, so that no precision is lost and all machines agree.
        let (part, whole) = (i128::from(time) - i128::from(*first), (i128::from(*last) - i128::from(*first)).max(1));
        let thousandths = (part.clamp(0, whole) * 1000 / whole).clamp(0, 1000);
        2.0 + (self.width - 4.0) * f64::from(u32::try_from(thousandths).unwrap_or(0)) / 1000.0
    }
}

/// Where the time ends if there are marks behind it.
const UNDATED: f64 = 90.0;
/// An arrow that points up, a disc and a diamond, around a middle: told apart without their colours.
const PUSHED: &str = "M-5 3 0-5 5 3z";
const LIVE: &str = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z";
const REVOKED: &str = "M0-6 6 0 0 6-6 0z";

/// A sign that has no date.
fn mark(class: &str, middle: u8, path: &str) -> String {
    format!("<path class=\"{class}\" transform=\"translate({middle} 10)\" d=\"{path}\"/>")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::Oid;
    use crate::scan::Exposure;

    fn commit(time: i64, date: &str) -> Commit<Masked> {
        Commit {
            oid: Oid::null(gix_hash::Kind::Sha1),
            author: Masked::from_static("A"),
            email: Masked::from_static("a@example.invalid"),
            date: date.into(),
            time,
            summary: Masked::from_static("s"),
        }
    }

    #[test]
    fn row_says_when_a_key_came_and_went_and_what_became_of_it() {
        let Some(id) = KeyId::parse("0123456789abcdef") else { return };
        let point = |time, day: &str| (time, day.to_owned());
        let timeline = Timeline {
            ends: Some([point(0, "2024-01-01"), point(1000, "2024-12-31")]),
            introduced: BTreeMap::from([(id, vec![point(0, "2024-01-01"), point(250, "2024-04-01")])]),
            width: UNDATED,
        };
        let key = KeySummary {
            id,
            redacted: Masked::from_static("ab…yz"),
            length: 40,
            findings: 2,
            first_seen: Some(commit(0, "2024-01-01T00:00:00Z")),
            in_head: Some(false),
            status: Some(Status::Live),
            exposure: Some(Exposure {
                pushed: true,
                removed: Some(commit(500, "2024-07-01T00:00:00Z")),
                ..Exposure::default()
            }),
        };
        let svg = timeline.draw(&key);
        let words = "introduced 2024-01-01, removed from HEAD 2024-07-01, still in history, pushed, API: live";
        assert!(svg.contains(words), "{svg}");
        for sign in [
            "class=\"past\" x=\"2.00%\"",
            "class=\"head\" x=\"2.00%\" y=\"7\" width=\"43.00%\"",
            "class=\"gone\" x=\"45.00%\"",
        ] {
            assert!(svg.contains(sign), "{sign}: {svg}");
        }
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("class=\"pushed\"") && svg.contains("class=\"live\""));
        assert!(timeline.legend().contains("pushed to a remote"));
    }
}
