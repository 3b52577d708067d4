//! `konceal verify --watch`: waiting for the end of a key.

use std::time::{Duration, Instant};

use super::{assert_run_hides, konceal, leaks, made_up_keys};
use crate::support::server::{Answer, Request, Server};
use crate::support::{Fixture, Run, made_up_key};

/// A server for one key, which is answered by how often it was asked; the made-up one is refused.
fn server(key: &str, answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Server {
    let key = key.to_owned();
    Server::start(move |request: &Request, nth| if request.key() == key { answer(nth) } else { Answer::Status(401) })
}

fn watch(fixture: &Fixture, server: &Server, key: &str, args: &[&str]) -> Run {
    let mut command = konceal(fixture, server, &["verify", "--watch", "--interval", "1"]);
    Run::of(command.args(args).env("KONVER_API_KEY", key))
}

#[test]
fn it_ends_with_0_once_the_key_is_revoked_and_says_when() {
    let key = made_up_key(60);
    let server = server(&key, |nth| Answer::Status(if nth < 3 { 200 } else { 401 }));
    let started = Instant::now();
    let run = watch(&leaks(&[]), &server, &key, &["--timeout", "60"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(started.elapsed() >= Duration::from_secs(3), "each second once: {:?}", started.elapsed());
    let requests = server.with_key(&key);
    assert_eq!((requests.len(), server.requests().len()), (4, 5), "one control request, whatever is asked again");
    for pair in requests.windows(2) {
        assert!(pair[1].at - pair[0].at >= Duration::from_millis(950), "{:?}", pair[1].at - pair[0].at);
    }
    let lines: Vec<&str> = run.out.lines().collect();
    assert!(lines[0].ends_with("live (HTTP 200)"), "{}", run.out);
    let last = lines.last().unwrap();
    let year = last.rsplit_once("seen at 2").unwrap().1;
    assert!(last.contains("revoked (HTTP 401), seen at 2") && year.len() == 19 && year.ends_with('Z'), "{last}");
    assert!(run.err.contains("every key is revoked, ") && run.err.contains(" s after the start"), "{}", run.err);
    assert_run_hides(&run, &[key]);
}

#[test]
fn it_waits_until_the_last_of_several_keys_is_revoked() {
    let keys = made_up_keys(61, 6);
    let own = keys.clone();
    let server = Server::start(move |request, nth| {
        // The first is revoked already, each further one after one more question.
        let at = own.iter().position(|key| key == request.key());
        Answer::Status(if at.is_none_or(|at| nth >= at) { 401 } else { 404 })
    });
    let run = watch(&leaks(&keys), &server, "", &[".", "--timeout", "60"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let counts: Vec<usize> = keys.iter().map(|key| server.with_key(key).len()).collect();
    assert_eq!(counts, [1, 2, 3, 4, 5, 6], "a revoked key is not asked about again");
    assert_eq!(run.out.matches("seen at").count(), 5, "{}", run.out);
    assert_run_hides(&run, &keys);
}

#[test]
fn it_ends_at_once_where_nothing_is_to_be_waited_for() {
    for (status, code) in [(401, 0), (422, 2)] {
        let key = made_up_key(62);
        let server = server(&key, move |_| Answer::Status(status));
        let run = watch(&leaks(&[]), &server, &key, &[]);
        assert_eq!((run.code, server.with_key(&key).len()), (code, 1), "{}{}", run.out, run.err);
    }
    let key = made_up_key(62);
    let server = Server::start(|_, _| Answer::Status(200));
    let run = watch(&leaks(&[]), &server, &key, &[]);
    assert!(run.code == 2 && server.requests().len() == 1 && run.out.contains("made-up key"), "{}", run.out);
}

#[test]
fn it_goes_on_through_faults_of_the_api() {
    let key = made_up_key(63);
    let wait = || Answer::With(429, "Retry-After", "3600".into());
    let server = server(&key, move |nth| match nth {
        0 | 3 => wait(),
        1 => Answer::Bytes(b"garbage".to_vec()),
        2 => Answer::Status(200),
        4 => Answer::Bytes(Vec::new()),
        5 => Answer::Status(422),
        _ => Answer::Status(401),
    });
    let run = watch(&leaks(&[]), &server, &key, &["--timeout", "60"]);
    assert_eq!((run.code, server.with_key(&key).len()), (0, 7), "{}{}", run.out, run.err);
    assert!(run.out.lines().next().unwrap().ends_with("unknown (HTTP 429)"), "{}", run.out);
    assert!(run.out.contains("live (HTTP 200), seen at") && run.out.contains("To revoke it"), "{}", run.out);
    assert!(run.err.contains("asking again"), "{}", run.err);
    assert_run_hides(&run, &[key]);
}

#[test]
fn a_control_request_that_was_not_answered_is_repeated() {
    let key = made_up_key(64);
    let own = key.clone();
    let server = Server::start(move |request, nth| {
        // Made-up keys differ: the first request of all is the one that finds nobody.
        static FIRST: std::sync::Once = std::sync::Once::new();
        let mut first = false;
        FIRST.call_once(|| first = true);
        match request.key() == own {
            _ if first => Answer::Bytes(Vec::new()),
            true => Answer::Status(if nth == 0 { 200 } else { 401 }),
            false => Answer::Status(401),
        }
    });
    let run = watch(&leaks(&[]), &server, &key, &["--timeout", "60"]);
    assert_eq!((run.code, server.requests().len()), (0, 4), "{}{}", run.out, run.err);
    assert!(run.out.contains("does not answer") && run.out.contains("To revoke it"), "{}", run.out);
}

#[test]
fn the_time_runs_from_the_start_and_ends_whatever_hangs() {
    let cases: [fn(usize) -> Answer; 3] =
        [|_| Answer::Hang, |_| Answer::Status(200), |nth| if nth == 0 { Answer::Status(200) } else { Answer::Hang }];
    std::thread::scope(|scope| {
        for answer in cases {
            scope.spawn(move || {
                let key = made_up_key(65);
                let server = server(&key, answer);
                let fixture = leaks(std::slice::from_ref(&key));
                for path in [&[][..], &["."]] {
                    let started = Instant::now();
                    let run = watch(&fixture, &server, &key, &[&["--timeout", "3"], path].concat());
                    let passed = started.elapsed();
                    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
                    assert!((2500..9000).contains(&passed.as_millis()), "{passed:?} {}", run.err);
                    assert!(run.err.contains("the watch timed out after "), "{}", run.err);
                    assert_run_hides(&run, std::slice::from_ref(&key));
                }
            });
        }
        scope.spawn(|| {
            let server = Server::start(|_, _| Answer::Hang);
            let started = Instant::now();
            let run = watch(&leaks(&[]), &server, &made_up_key(65), &["--timeout", "2"]);
            assert!(run.code == 2 && started.elapsed() < Duration::from_secs(9), "{}", run.err);
        });
    });
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let key = made_up_key(66);
    let server = server(&key, |nth| if nth < 1 { Answer::Status(200) } else { Answer::Hang });
    let fixture = leaks(std::slice::from_ref(&key));
    for path in [&[][..], &["."]] {
        let before = server.requests().len();
        let mut command = konceal(&fixture, &server, &["verify", "--watch", "--interval", "1"]);
        command.args(path).env("KONVER_API_KEY", &key).stdout(std::process::Stdio::null());
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        let late = Instant::now() + Duration::from_secs(30);
        while server.requests().len() < before + 2 && Instant::now() < late {
            std::thread::sleep(Duration::from_millis(20));
        }
        let interrupted = Instant::now();
        assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{path:?}");
        assert!(interrupted.elapsed() < Duration::from_secs(8), "{path:?}");
    }
}
