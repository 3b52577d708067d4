//! How fast, how many at once, and how it ends before its end.

use std::time::{Duration, Instant};

use super::{assert_run_hides, konceal, leaks, made_up_keys, scan, verdict};
use crate::support::server::{Answer, Server};
use crate::support::{Fixture, Run, codes, leak};

/// The most requests that began within a second.
fn fastest(server: &Server) -> usize {
    let mut times: Vec<Instant> = server.requests().iter().map(|request| request.at).collect();
    times.sort_unstable();
    let within = |at: usize| times[at..].iter().take_while(|time| **time < times[at] + Duration::from_secs(1)).count();
    (0..times.len()).map(within).max().unwrap_or(0)
}

#[test]
fn at_most_five_a_second_and_four_at_once() {
    let keys = made_up_keys(20, 14);
    let server = Server::start(|_, _| Answer::Late(Duration::from_millis(1500), Box::new(Answer::Status(401))));
    let run = scan(&leaks(&keys), &server, &[]);
    assert_eq!(server.requests().len(), 15, "{}", run.err);
    assert!(fastest(&server) <= 5, "{} within a second", fastest(&server));
    assert_eq!(server.most_open(), 4, "as many as may be, since each takes its time");
    let server = Server::of(&[]);
    scan(&leaks(&keys), &server, &[]);
    assert!((2..=5).contains(&fastest(&server)), "{} within a second", fastest(&server));
}

#[test]
fn a_body_without_end_holds_no_connection() {
    let keys = made_up_keys(21, 6);
    let endless = Answer::Endless(b"HTTP/1.1 401 Unauthorized\r\n\r\n".to_vec(), b"x".to_vec());
    let server = Server::start(move |_, _| endless.clone());
    let started = Instant::now();
    let run = scan(&leaks(&keys), &server, &[]);
    assert_eq!(verdict(&run, "5.txt").0, "revoked");
    assert!(server.most_open() <= 4 && started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_time_limit_ends_a_request_that_hangs() {
    let keys = made_up_keys(22, 2);
    let server = Server::of(&[(&keys[0], Answer::Hang), (&keys[1], Answer::Status(500))]);
    let started = Instant::now();
    let run = scan(&leaks(&keys), &server, &["--timeout", "2"]);
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    assert!(codes(&run).contains(&"timeout".to_owned()) && run.code == 1, "{}", run.err);
    assert_eq!(run.json()["coverage"]["complete"], false);
    let (status, _, detail) = verdict(&run, "0.txt");
    assert!(status == "unknown" && detail.starts_with("asked, but not answered"), "{detail}");
    assert_eq!(verdict(&run, "1.txt").1, 500, "the last answer is told");
    assert_run_hides(&run, &keys);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_of_a_thousand_keys_says_which_were_asked() {
    let keys = made_up_keys(23, 1000);
    let fixture = Fixture::new();
    fixture.write("w/all.txt", keys.iter().map(|key| leak(key)).collect::<String>());
    let hanging = keys[3].clone();
    let server =
        Server::start(move |request, _| if request.key() == hanging { Answer::Hang } else { Answer::Status(401) });
    let mut command = konceal(&fixture, &server, &["scan", "--verify", "--format", "json", "."]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let late = Instant::now() + Duration::from_secs(60);
    while server.requests().len() < 10 && Instant::now() < late {
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupted = Instant::now();
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(interrupted.elapsed() < Duration::from_secs(10), "{:?}", interrupted.elapsed());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let run = Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) };
    assert_eq!(run.code, 130, "{}", run.err);
    let json = run.json();
    let (mut asked, mut unasked) = (0, 0);
    for finding in json["findings"].as_array().unwrap() {
        let line = usize::try_from(finding["line"].as_u64().unwrap()).unwrap();
        let requests = server.with_key(&keys[line - 1]).len();
        let detail = finding["verification"]["detail"].as_str().unwrap_or_default();
        match (finding["verification"]["status"].as_str().unwrap(), requests) {
            ("revoked", 1) => asked += 1,
            ("unknown", 1) => {
                assert!(detail.starts_with("asked, but not answered"), "line {line}: {detail}");
                asked += 1;
            }
            ("unknown", 0) => {
                assert!(detail.starts_with("not asked"), "line {line}: {detail}");
                unasked += 1;
            }
            other => panic!("line {line}: {other:?}, {detail}"),
        }
    }
    assert_eq!(asked + unasked, 1000);
    assert!((9..40).contains(&asked), "{asked} were asked");
    assert_run_hides(&run, &keys[..20]);
}
