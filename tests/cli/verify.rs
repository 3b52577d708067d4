//! Verification, against servers on loopback: what is sent, what each answer means, and that no output holds a key.

mod answers;
mod command;
mod pace;
mod tls;
mod watch;

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::server::Server;
use crate::support::{Fixture, Run, leak, made_up_key};

/// Made-up keys that differ from each other.
fn made_up_keys(seed: u64, count: u64) -> Vec<String> {
    (0..count).map(|at| made_up_key(seed * 10_000 + at)).collect()
}

/// A fixture with one file for each key: `0.txt`, `1.txt`...
fn leaks(keys: &[String]) -> Fixture {
    let fixture = Fixture::new();
    std::fs::create_dir(fixture.path("w")).unwrap();
    for (at, key) in keys.iter().enumerate() {
        fixture.write(format!("w/{at}.txt"), leak(key));
    }
    fixture
}

/// The program in the folder `w`, with the server's address.
fn konceal(fixture: &Fixture, server: &Server, args: &[&str]) -> Command {
    let mut command = fixture.konceal_command("w");
    command.args(args).args(["--api-url", &server.url()]);
    command
}

/// A scan with `--verify` as JSON.
fn scan(fixture: &Fixture, server: &Server, args: &[&str]) -> Run {
    Run::of(konceal(fixture, server, &["scan", "--verify", "--format", "json", "."]).args(args))
}

/// `live`, `revoked` or `unknown`, the status code (0 for none) and the detail of the only finding at a path.
fn verdict(run: &Run, path: &str) -> (String, u64, String) {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    let own: Vec<_> = findings.iter().filter(|finding| finding["path"] == path && finding["kind"] == "key").collect();
    assert_eq!(own.len(), 1, "{path}: {json:#}");
    let verification = &own[0]["verification"];
    let text = |name: &str| verification[name].as_str().unwrap_or_default().to_owned();
    (text("status"), verification["http_status"].as_u64().unwrap_or(0), text("detail"))
}

/// Fails where a text shows more of a key than its ends.
fn assert_hidden(texts: &[&str], keys: &[String]) {
    for text in texts {
        for key in keys {
            let shown = key.as_bytes().windows(9).any(|part| text.contains(std::str::from_utf8(part).unwrap()));
            assert!(!shown, "a part of a key stands in {text}");
        }
    }
}

/// Fails where a run printed more of a key than its ends.
fn assert_run_hides(run: &Run, keys: &[String]) {
    assert_hidden(&[&run.out, &run.err], keys);
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, by Howard Hinnant's civil-from-days.
fn http_date(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][usize::try_from(days % 7).unwrap()];
    let z = days + 719_468;
    let (era, of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months[usize::try_from(month - 1).unwrap()];
    format!("{weekday}, {day:02} {month} {year} {:02}:{:02}:{:02} GMT", rest / 3600, rest / 60 % 60, rest % 60)
}

#[test]
fn dates_of_http_are_written_as_they_should_be() {
    assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
}
