//! Each answer, and what it makes of a key.

use std::time::Duration;

use super::{assert_hidden, assert_run_hides, http_date, konceal, leaks, made_up_keys, now, scan, verdict};
use crate::support::server::{Answer, Request, Server};
use crate::support::{Run, codes, leak};

/// An answer with its name, what it makes of a key, and how many requests with the key there are.
struct Case {
    name: &'static str,
    answers: Vec<Answer>,
    verdict: (&'static str, u64),
    requests: std::ops::RangeInclusive<usize>,
}

fn case(name: &'static str, answers: &[Answer], verdict: (&'static str, u64), requests: usize) -> Case {
    Case { name, answers: answers.to_vec(), verdict, requests: requests..=requests }
}

fn cases(elsewhere: &str) -> Vec<Case> {
    let status = Answer::Status;
    let wait = |value: &str| Answer::With(429, "Retry-After", value.into());
    let bytes = |text: &str| Answer::Bytes(text.as_bytes().to_vec());
    let mut cases = vec![
        case("good", &[status(200)], ("live", 200), 1),
        case("no content", &[status(204)], ("live", 204), 1),
        case("refused", &[status(401)], ("revoked", 401), 1),
        case("no permission", &[status(403)], ("live", 403), 1),
        case("no such company", &[status(404)], ("live", 404), 1),
        case("bad request", &[status(400)], ("unknown", 400), 1),
        case("invalid", &[status(422)], ("unknown", 422), 1),
        case("redirect", &[Answer::With(302, "Location", elsewhere.into())], ("unknown", 302), 1),
        case("lasting redirect", &[Answer::With(308, "Location", elsewhere.into())], ("unknown", 308), 1),
        case("late fault", &[status(500), status(503), status(401)], ("revoked", 401), 3),
        case("wait some seconds", &[wait("2"), status(200)], ("live", 200), 2),
        case("wait to a date", &[wait(&http_date(now() + 15)), status(401)], ("revoked", 401), 2),
        case("wait until the past", &[wait(&http_date(now() - 9)), status(401)], ("revoked", 401), 2),
        case("wait an hour", &[wait("3600"), status(200)], ("unknown", 429), 1),
        case("wait to a date far off", &[wait(&http_date(now() + 3600)), status(200)], ("unknown", 429), 1),
        case("wait less than nothing", &[wait("-5"), status(401)], ("revoked", 401), 2),
        case("wait rubbish", &[wait("soon, perhaps"), status(401)], ("revoked", 401), 2),
        case("wait the longest", &[wait(&i64::MAX.to_string()), status(200)], ("unknown", 429), 1),
        case("wait longer than numbers", &[wait(&"9".repeat(40)), status(200)], ("unknown", 429), 1),
        case("garbage", &[bytes("\u{0}\u{1}no HTTP at all\r\n\r\n")], ("unknown", 0), 1),
        case("nothing", &[bytes("")], ("unknown", 0), 1),
        case("half a head", &[bytes("HTTP/1.1 401 Unauthorized\r\nContent-Le")], ("unknown", 0), 1),
        case("half a body", &[bytes("HTTP/1.1 401 Unauthorized\r\nContent-Length: 99\r\n\r\nx")], ("revoked", 401), 1),
        case(
            "endless body",
            &[Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 1 << 16])],
            ("live", 200),
            1,
        ),
        case(
            "endless head",
            &[Answer::Endless(b"HTTP/1.1 401 Unauthorized\r\n".to_vec(), b"X-More: more\r\n".repeat(99))],
            ("unknown", 0),
            1,
        ),
        case(
            "slow head",
            &[Answer::Endless(b"HTTP/1.1 401 Unauthorized\r\nX-More: ".to_vec(), b"x".to_vec())],
            ("unknown", 0),
            1,
        ),
        case("hang", &[Answer::Hang], ("unknown", 0), 1),
    ];
    cases.push(Case {
        name: "always a fault",
        answers: vec![status(500)],
        verdict: ("unknown", 500),
        // Half a second, then twice as long each time, with up to a half more: within 40 s.
        requests: 4..=7,
    });
    cases
}

/// One run with every answer at once; it takes as long as one key may take, since a fault and a hang are waited for.
#[test]
fn every_answer_has_its_meaning() {
    let elsewhere = Server::of(&[]);
    let cases = cases(&format!("{}/v1/company/x", elsewhere.url()));
    let keys = made_up_keys(1, cases.len() as u64);
    let script: Vec<(String, Vec<Answer>)> =
        keys.iter().cloned().zip(cases.iter().map(|case| case.answers.clone())).collect();
    let server = Server::start(move |request: &Request, nth| {
        let own = script.iter().find(|(key, _)| key == request.key()).map(|(_, answers)| answers);
        own.map_or(Answer::Status(401), |answers| answers[nth.min(answers.len() - 1)].clone())
    });
    let fixture = leaks(&keys);
    let run = scan(&fixture, &server, &[]);
    assert_eq!(run.code, 1, "{}", run.err);
    for (at, (case, key)) in cases.iter().zip(&keys).enumerate() {
        let (status, code, detail) = verdict(&run, &format!("{at}.txt"));
        assert_eq!((status.as_str(), code), case.verdict, "{}: {detail}", case.name);
        assert!(status != "unknown" || !detail.is_empty(), "{}: an unknown says why", case.name);
        let requests = server.with_key(key);
        assert!(case.requests.contains(&requests.len()), "{}: {} requests", case.name, requests.len());
        if case.name == "wait some seconds" {
            assert!(requests[1].at - requests[0].at >= Duration::from_secs(2), "{}", case.name);
        }
        if case.name == "wait to a date" {
            // Its turn may come when some of the time is over.
            assert!(requests[1].at - requests[0].at >= Duration::from_secs(1), "{}", case.name);
        }
    }
    assert_eq!(elsewhere.connections(), 0, "a redirect was followed");
    assert_eq!(codes(&run).iter().filter(|code| *code == "verification").count(), 1);
    assert_run_hides(&run, &keys);
}

#[test]
fn a_request_is_a_get_with_the_key_in_one_header() {
    let keys = made_up_keys(2, 3);
    let server = Server::of(&[]);
    let run = scan(&leaks(&keys), &server, &[]);
    assert_eq!(run.code, 1, "{}", run.err);
    let requests = server.requests();
    assert_eq!(requests.len(), 4, "one control request and one for each key");
    assert!(!keys.iter().any(|key| key == requests[0].key()), "the first request has a made-up key");
    assert_eq!(requests[0].key().len(), 40);
    let mut ids = std::collections::BTreeSet::new();
    for request in &requests {
        assert_eq!(request.method, "GET");
        let id = request.path.strip_prefix("/v1/company/").unwrap();
        let is_hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
        let parts: Vec<&str> = id.split('-').collect();
        assert!(parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| is_hex(part, length)) && parts.len() == 5);
        assert!(ids.insert(id.to_owned()), "an id came twice");
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["accept", "host", "user-agent", "x-api-key"], "no more headers than are needed");
        assert_eq!(request.header("user-agent").unwrap(), concat!("konceal/", env!("CARGO_PKG_VERSION")));
    }
    for key in &keys {
        assert_eq!(server.with_key(key).len(), 1);
    }
}

#[test]
fn where_a_made_up_key_is_taken_nothing_is_proven_and_no_key_is_sent() {
    for (code, word) in [(200, "200"), (403, "403"), (302, "302"), (404, "404")] {
        let keys = made_up_keys(3, 2);
        let server = Server::start(move |_, _| Answer::Status(code));
        let run = scan(&leaks(&keys), &server, &[]);
        assert_eq!(server.requests().len(), 1, "only the control request");
        assert!(!keys.iter().any(|key| key == server.requests()[0].key()));
        for path in ["0.txt", "1.txt"] {
            let (status, http, detail) = verdict(&run, path);
            assert_eq!((status.as_str(), http), ("unknown", 0));
            for part in ["made-up key", word, "proxy", "captive portal", "wrong address", "127.0.0.1"] {
                assert!(detail.contains(part), "{detail}");
            }
        }
        assert!(run.err.contains("2 verifications prove nothing"), "{}", run.err);
        assert!(run.json()["findings"][0]["severity"] == "high" && run.code == 1);
    }
}

#[test]
fn strict_does_not_take_an_unknown_for_harmless() {
    let keys = made_up_keys(4, 1);
    let server = Server::of(&[(&keys[0], Answer::Status(422))]);
    let fixture = leaks(&keys);
    let run = scan(&fixture, &server, &["--fail-on", "critical"]);
    assert_eq!((run.code, codes(&run)), (0, vec!["verification".to_owned()]), "{}", run.err);
    let run = scan(&fixture, &server, &["--fail-on", "critical", "--strict"]);
    assert_eq!(run.code, 2, "{}", run.err);
}

#[test]
fn every_format_says_whether_a_key_is_live() {
    let keys = made_up_keys(5, 3);
    let answers =
        [(keys[0].as_str(), Answer::Status(200)), (&keys[1], Answer::Status(401)), (&keys[2], Answer::Status(418))];
    let server = Server::of(&answers);
    let fixture = leaks(&keys);
    let formats = ["human", "json", "jsonl", "sarif", "github", "gitlab", "markdown", "html"];
    let reports: Vec<String> = formats.iter().map(|format| format!("{format}=../{format}")).collect();
    let mut command = konceal(&fixture, &server, &["scan", "--verify", "."]);
    for report in &reports {
        command.args(["--report", report]);
    }
    let run = Run::of(&mut command);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_run_hides(&run, &keys);
    for format in formats {
        let report = std::fs::read_to_string(fixture.path(format)).unwrap();
        let lower = report.to_lowercase();
        for word in ["live", "revoked", "unknown"] {
            assert!(lower.contains(word), "{format} does not say {word}: {report}");
        }
        assert_hidden(&[&report], &keys);
        if matches!(format, "human" | "json" | "jsonl" | "gitlab" | "markdown") {
            assert!(lower.contains("critical"), "{format}: {report}");
        }
    }
}

#[test]
fn the_report_names_every_place_that_holds_or_names_a_live_key() {
    let keys = made_up_keys(6, 1);
    let server = Server::of(&[(&keys[0], Answer::Status(403))]);
    let fixture = leaks(&keys);
    let repository = fixture.repository("w");
    repository.put("src/app.js", "// start\nconst key = process.env.KONVER_API_KEY;\n");
    repository.put("deploy/run.sh", format!("export KONVER_API_KEY={}\n", keys[0]));
    repository.put("other.js", "const key = process.env.OTHER_API_KEY; // not konver's\n");
    let run = Run::of(&mut konceal(&fixture, &server, &["scan", "--verify", "."]));
    for part in [
        "held at   0.txt:1:16\n",
        "held at   deploy/run.sh:1:23\n",
        "named at  src/app.js:2\n",
        "but lacks the\n            permission for this call",
        "Make a new key",
        "Developer > API Keys",
    ] {
        assert!(run.out.contains(part), "{part} is missing: {}", run.out);
    }
    assert!(!run.out.contains("other.js") && !run.out.contains("named at  0.txt"), "{}", run.out);
    assert_run_hides(&run, &keys);
    // What is staged only is looked for as well, and so is history.
    repository.stage("staged.txt", leak(&keys[0]));
    for how in [&["--staged"][..], &["--history"]] {
        let run = Run::of(konceal(&fixture, &server, &["scan", "--verify"]).args(how));
        assert!(run.out.contains("named at  src/app.js:2\n"), "{how:?}: {}", run.out);
    }
    let run = Run::of(&mut konceal(&fixture, &server, &["audit", "--verify"]));
    for part in ["held at   0.txt:1:16\n", "held at   staged.txt:1:16\n", "named at  src/app.js:2\n"] {
        assert_eq!(run.out.matches(part).count(), 1, "{part}: {}", run.out);
    }
    let server = Server::of(&[]);
    let run = Run::of(&mut konceal(&fixture, &server, &["scan", "--verify", "."]));
    assert!(!run.out.contains("named at"), "nobody asked: nothing is live: {}", run.out);
}

#[test]
fn a_key_that_is_live_without_its_quotes_has_a_file_with_a_defect() {
    let keys = made_up_keys(7, 3);
    let server = Server::of(&[(&keys[0], Answer::Status(200)), (&keys[1], Answer::Status(200))]);
    let fixture = leaks(&keys[2..]);
    fixture.write("w/spaces.env.txt", format!("KONVER_API_KEY=\" {} \"\n", keys[0]));
    fixture.write("w/plain.txt", leak(&keys[0]));
    let encoded = data_encoding::BASE64.encode(format!("{}\n", keys[1]).as_bytes());
    fixture.write("w/secret.yaml", format!("kind: Secret\ndata:\n  KONVER_API_KEY: {encoded}\n"));
    let run = scan(&fixture, &server, &[]);
    assert_eq!(server.with_key(&keys[0]).len(), 1, "the key alone is sent, once");
    for (path, status, part) in [
        ("spaces.env.txt", "live", "spaces stand around the key"),
        ("secret.yaml", "live", "a newline stands beside the key"),
        ("plain.txt", "live", ""),
        ("0.txt", "revoked", ""),
    ] {
        let (own, _, detail) = verdict(&run, path);
        assert_eq!((own.as_str(), detail.contains("a defect of this file")), (status, !part.is_empty()), "{path}");
        assert!(detail.contains(part), "{path}: {detail}");
    }
}
