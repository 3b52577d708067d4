//! `konceal verify`: which key it asks about, what it says, and how it ends.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{assert_run_hides, konceal, leaks, made_up_keys};
use crate::support::server::{Answer, Server};
use crate::support::{Fixture, Run, leak, made_up, made_up_key};

/// A folder `w` without a key in it.
fn empty() -> Fixture {
    leaks(&[])
}

/// The command with this on standard input.
fn with_input(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may have refused already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn verify(fixture: &Fixture, server: &Server, args: &[&str]) -> Run {
    Run::of(konceal(fixture, server, &["verify"]).args(args))
}

/// A repository's own format of keys, and a key of it.
fn own_format() -> (&'static str, String) {
    ("[key]\npattern = 'kv_live_[A-Za-z0-9]{32}'\n", format!("kv_live_{}", &made_up_key(77)[..32]))
}

#[test]
fn the_exit_code_is_the_answer() {
    for (answer, code, word) in [
        (Answer::Status(200), 1, "live (HTTP 200)"),
        (Answer::Status(403), 1, "live (HTTP 403)"),
        (Answer::Status(401), 0, "revoked (HTTP 401)"),
        (Answer::Status(422), 2, "unknown (HTTP 422)"),
        (Answer::Bytes(b"?".to_vec()), 2, "unknown"),
    ] {
        let key = made_up_key(30);
        let server = Server::of(&[(&key, answer)]);
        let run = Run::of(konceal(&empty(), &server, &["verify"]).env("KONVER_API_KEY", &key));
        assert_eq!(run.code, code, "{word}: {}{}", run.out, run.err);
        assert!(run.out.contains(word), "{}", run.out);
        assert_eq!(run.out.contains("To revoke it"), code == 1, "{}", run.out);
        assert_eq!(server.with_key(&key).len(), 1);
        assert_run_hides(&run, &[key]);
    }
}

#[test]
fn what_is_no_key_is_not_sent() {
    let (fixture, server) = (empty(), Server::of(&[]));
    let key = made_up_key(31);
    let cases = [
        ("", "is not set or empty"),
        ("  ", "there is no key"),
        ("\"\"", "there is no key"),
        ("your_api_key_here", "placeholder"),
        ("YOUR_API_KEY", "placeholder"),
        ("${KONVER_API_KEY}", "placeholder"),
        (&format!("{key}\n{key}"), "spaces or newlines"),
        (&key.repeat(200), "too long"),
    ];
    for (value, part) in cases {
        let run = Run::of(konceal(&fixture, &server, &["verify", "--env", "SOME_NAME"]).env("SOME_NAME", value));
        assert!(run.code == 2 && run.out.is_empty() && run.err.contains(part), "{part}: {}", run.err);
        assert_run_hides(&run, std::slice::from_ref(&key));
    }
    let webhook = "KONVER_WEBHOOK_SECRET";
    let run = Run::of(konceal(&fixture, &server, &["verify", "--env", webhook]).env(webhook, &key));
    assert!(run.code == 2 && run.err.contains("a webhook secret is never sent"), "{}", run.err);
    let run = with_input(&mut konceal(&fixture, &server, &["verify", "--stdin"]), b"\n");
    assert!(run.code == 2 && run.err.contains("there is no key"), "{}", run.err);
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_stands_around_a_key_is_taken_off_and_said() {
    let key = made_up_key(32);
    let fixture = empty();
    let said = |given: &str, input: bool| {
        let server = Server::of(&[(&key, Answer::Status(200))]);
        let run = if input {
            with_input(&mut konceal(&fixture, &server, &["verify", "--stdin"]), given.as_bytes())
        } else {
            Run::of(konceal(&fixture, &server, &["verify"]).env("KONVER_API_KEY", given))
        };
        assert_eq!((run.code, server.with_key(&key).len()), (1, 1), "{given:?}: {}", run.err);
        assert_run_hides(&run, std::slice::from_ref(&key));
        run.err.lines().find(|line| line.contains("asked about without")).unwrap_or_default().to_owned()
    };
    for end in ["", "\n", "\r\n"] {
        assert_eq!(said(&format!("{key}{end}"), true), "", "the end of the line is no part of the key");
    }
    for (given, part) in [
        (format!(" {key}"), "spaces stand around the key"),
        (format!("{key}\n"), "a newline stands beside the key"),
        (format!("\"{key}\""), "quotes stand around the key"),
        (format!("'{key}'"), "quotes stand around the key"),
        (format!("\u{feff}{key}"), "invisible characters"),
    ] {
        assert!(said(&given, false).contains(part), "{given:?}");
    }
    assert!(said(&format!("{key}\n\n"), true).contains("a newline stands beside the key"));
}

#[test]
fn a_scan_of_files_asks_about_each_key_and_names_its_places() {
    let keys = made_up_keys(33, 2);
    let server = Server::of(&[(&keys[0], Answer::Status(200))]);
    let fixture = leaks(&keys);
    fixture.write("w/again.txt", format!("# again\nKONVER_API_KEY=\"'{}'\"\n", keys[0]));
    let run = verify(&fixture, &server, &["."]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for part in [
        "live (HTTP 200)",
        "revoked (HTTP 401)",
        "    in 0.txt:1:16\n",
        "    in 1.txt:1:16\n",
        "held at   0.txt:1:16\n",
    ] {
        assert!(run.out.contains(part), "{part} is missing: {}", run.out);
    }
    assert!(run.out.contains("    in again.txt:2:18: quotes stand around the key"), "{}", run.out);
    assert_eq!(server.requests().len(), 3);
    assert_run_hides(&run, &keys);
    let run = verify(&fixture, &server, &["1.txt"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let run = verify(&fixture, &server, &["no-such-file"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
}

#[test]
fn a_key_of_the_repositorys_own_format_is_listed_and_not_sent() {
    let (config, key) = own_format();
    let server = Server::of(&[(&key, Answer::Status(200))]);
    let fixture = empty();
    fixture.write("w/.konceal.toml", config);
    fixture.write("w/x.txt", format!("nothing to see {key} here\n"));
    let run = verify(&fixture, &server, &["."]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(!run.err.contains("no key was found"), "{}", run.err);
    for part in ["unknown\n", "rests only on a pattern or rule of the scanned repository", "    in x.txt:1:16\n"] {
        assert!(run.out.contains(part), "{part} is missing: {}", run.out);
    }
    assert_eq!(server.connections(), 0);
    assert_run_hides(&run, std::slice::from_ref(&key));
    let run = verify(&fixture, &server, &["--config", "w/.konceal.toml", "-C", "..", "w"]);
    assert_eq!((run.code, server.with_key(&key).len()), (1, 1), "{}{}", run.out, run.err);
    // Beside another key that is revoked it is still not known.
    fixture.write("w/y.txt", leak(&made_up_key(34)));
    let run = verify(&fixture, &server, &["."]);
    assert!(run.code == 2 && run.out.contains("revoked"), "{}{}", run.out, run.err);
    // Nothing of it can be waited for, with that key or alone.
    for path in [".", "x.txt"] {
        let run = verify(&fixture, &server, &["--watch", path]);
        let said = run.err.contains("waiting changes nothing") && !run.err.contains("every key is revoked");
        assert!(run.code == 2 && said, "{path}: {}{}", run.out, run.err);
    }
}

#[test]
fn the_repositorys_own_format_takes_no_key_away_that_is_konvers_by_name() {
    let (config, key) = own_format();
    let server = Server::of(&[(&key, Answer::Status(200))]);
    let fixture = empty();
    fixture.write("w/.konceal.toml", config);
    fixture.write("w/x.txt", leak(&key));
    let run = verify(&fixture, &server, &["."]);
    assert_eq!((run.code, server.with_key(&key).len()), (1, 1), "{}{}", run.out, run.err);
}

#[test]
fn a_webhook_secret_is_never_sent_whatever_else_it_looks_like() {
    let (config, key) = own_format();
    let server = Server::of(&[(&key, Answer::Status(200))]);
    let fixture = empty();
    fixture.write("own.toml", config);
    fixture.write("w/x.txt", format!("KONVER_WEBHOOK_SECRET={key}\n"));
    fixture.write("w/y.txt", format!("somewhere else {key}\n"));
    for args in [&["."][..], &["--config", "../own.toml", "."]] {
        let run = verify(&fixture, &server, args);
        assert!(run.code == 2 && run.err.contains("nothing but webhook secrets"), "{args:?}: {}", run.err);
    }
    // Where its name says that it is an API key, nothing is known of it.
    fixture.write("w/z.txt", leak(&key));
    let run = verify(&fixture, &server, &["."]);
    assert!(run.code == 2 && run.out.contains("elsewhere it is a webhook secret"), "{}{}", run.out, run.err);
    let revoked = made_up_key(35);
    fixture.write("w/z.txt", leak(&revoked));
    let run = verify(&fixture, &server, &["--config", "../own.toml", "."]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("a webhook secret, which is never sent"), "{}", run.out);
    assert!(server.with_key(&key).is_empty() && server.with_key(&revoked).len() == 1);
}

#[test]
fn an_accepted_key_is_not_asked_about_and_that_is_said() {
    let keys = made_up_keys(36, 2);
    let server = Server::of(&[(&keys[1], Answer::Status(200))]);
    let fixture = leaks(&keys[..1]);
    fixture.write("w/accepted.txt", format!("KONVER_API_KEY={} # konceal:allow\n", keys[1]));
    let run = verify(&fixture, &server, &["."]);
    assert!(run.err.contains("not asked about: 1 key that is accepted"), "{}", run.err);
    assert!(run.code == 0 && server.with_key(&keys[1]).is_empty(), "{}", run.out);
    let run = verify(&fixture, &server, &["accepted.txt"]);
    assert!(run.code == 2 && run.err.contains("no key was found"), "{}", run.err);
    // Where it stands elsewhere as well it is asked about, and the accepted place holds it all the same.
    fixture.write("w/second.txt", leak(&keys[1]));
    let run = verify(&fixture, &server, &["."]);
    assert!(run.code == 1 && run.out.contains("    in accepted.txt:1:16: accepted here\n"), "{}", run.out);
    assert!(run.out.contains("held at   accepted.txt:1:16\n"), "{}", run.out);
    let run = Run::of(&mut konceal(&fixture, &server, &["scan", "--verify", "."]));
    assert!(run.out.contains("held at   accepted.txt:1:16\n"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn an_incomplete_scan_never_ends_with_0() {
    let keys = made_up_keys(37, 1);
    let server = Server::of(&[]);
    let fixture = leaks(&keys);
    let repository = fixture.repository("w");
    repository.put("folder/file.txt", "nothing\n");
    assert_eq!(verify(&fixture, &server, &["."]).code, 0);
    // A way that leads into itself: nobody can read what lies behind, not even the superuser.
    std::fs::remove_dir_all(fixture.path("w/folder")).unwrap();
    std::os::unix::fs::symlink("folder", fixture.path("w/folder")).unwrap();
    let run = verify(&fixture, &server, &["."]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.out.contains("revoked") && run.err.contains("could not be read"), "{}{}", run.out, run.err);
    std::fs::remove_file(fixture.path("w/0.txt")).unwrap();
    let run = verify(&fixture, &server, &["."]);
    assert!(run.code == 2 && run.err.contains("not everything could be examined"), "{}{}", run.out, run.err);
}

#[test]
fn options_that_cannot_be_are_refused() {
    let (fixture, server) = (empty(), Server::of(&[]));
    for args in [
        &["--env", "X", "."][..],
        &["--env", "X", "--stdin"],
        &["--stdin", "."],
        &["--interval", "5"],
        &["--timeout", "5"],
        &["--watch", "--interval", "0"],
        &["--no-config"],
        &["--no-baseline", "--stdin"],
    ] {
        let run = verify(&fixture, &server, args);
        assert!(run.code == 2 && run.out.is_empty(), "{args:?}: {}{}", run.out, run.err);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn only_an_address_that_may_be_is_asked() {
    let key = made_up_key(38);
    let fixture = empty();
    let server = Server::of(&[]);
    let port = server.address().port();
    let credentials = made_up(39, 20, b"abcdefgh2345678");
    let ask = |url: &str| {
        Run::of(fixture.konceal_command("w").args(["verify", "--api-url", url]).env("KONVER_API_KEY", &key))
    };
    for url in [
        format!("http://127.0.0.1:{port}#fragment"),
        format!("http://127.0.0.1:{port}/#fragment"),
        format!("http://127.0.0.1:{port}/?key={credentials}"),
        format!("http://user:{credentials}@127.0.0.1:{port}"),
        format!("http://example.org:{port}"),
        format!("http://127.0.0.1.example.org:{port}"),
        format!("127.0.0.1:{port}"),
        format!("ftp://127.0.0.1:{port}"),
        String::new(),
    ] {
        let run = ask(&url);
        assert!(run.code == 2 && run.out.is_empty(), "{url}: {}", run.err);
        assert_run_hides(&run, &[key.clone(), credentials.clone()]);
    }
    assert_eq!(server.connections(), 0);
    for host in ["127.0.0.1", "localhost"] {
        let run = ask(&format!("http://{host}:{port}/below/"));
        assert_eq!(run.code, 0, "{host}: {}", run.err);
        assert!(run.err.starts_with(&format!("konceal: keys are sent to {host}:{port}\n")), "{}", run.err);
    }
    assert!(server.requests().iter().all(|request| request.path.starts_with("/below/v1/company/")));
}

#[test]
fn the_environment_may_name_loopback_only_and_the_scanned_place_nothing() {
    let key = made_up_key(40);
    let fixture = empty();
    let (named, other) = (Server::of(&[(&key, Answer::Status(200))]), Server::of(&[]));
    fixture.write("w/x.txt", leak(&key));
    let dotenv = format!("KONCEAL_API_URL={0}\nHTTPS_PROXY={0}\nSSL_CERT_FILE=x\nKONCEAL_VERIFY=1\n", other.url());
    for name in [".env", ".envrc", ".env.local", "konceal.env"] {
        fixture.write(format!("w/{name}"), &dotenv);
    }
    let scan = |url: &str, verify: bool| {
        let mut command = fixture.konceal_command("w");
        command.args(["scan", "."]).env("KONCEAL_API_URL", url);
        Run::of(if verify { command.arg("--verify") } else { &mut command })
    };
    let run = scan(&named.url(), true);
    assert!(run.code == 1 && run.out.contains("LIVE"), "{}{}", run.out, run.err);
    let run = scan("https://example.org", true);
    assert!(run.code == 2 && run.err.contains("only name a host on loopback"), "{}", run.err);
    let connections = named.connections();
    let run = scan(&named.url(), false);
    assert!(run.code == 1 && !run.out.contains("LIVE"), "{}", run.out);
    assert_eq!((named.connections(), other.connections()), (connections, 0));
}

#[test]
fn a_live_key_that_was_given_is_looked_for_in_the_repository_around() {
    let key = made_up_key(41);
    let server = Server::of(&[(&key, Answer::Status(404))]);
    let fixture = empty();
    let repository = fixture.repository("w");
    repository.put("notes.txt", format!("call it {key} and be done\n"));
    repository.put("a/run.sh", "curl -H \"X-Api-Key: $OUR_NAME\" https://api.konver.ai\necho $KONVER_API_KEY\n");
    std::fs::create_dir(fixture.path("w/b")).unwrap();
    let run = Run::of(
        fixture
            .konceal_command("w/b")
            .args(["verify", "--env", "OUR_NAME", "--api-url", &server.url()])
            .env("OUR_NAME", &key),
    );
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for part in ["held at   notes.txt:1:9\n", "named at  a/run.sh:1\n", "named at  a/run.sh:2\n"] {
        assert!(run.out.contains(part), "{part} is missing: {}{}", run.out, run.err);
    }
    assert_run_hides(&run, &[key]);
}
