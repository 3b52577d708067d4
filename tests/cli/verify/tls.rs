//! Certificates and proxies.

use std::process::Command;

use super::assert_run_hides;
use crate::support::authority::Authority;
use crate::support::server::{Answer, Proxy, Server, by_key};
use crate::support::{Fixture, Run, made_up, made_up_key};

/// A name that nobody resolves: only a proxy can connect to it.
const NAME: &str = "api.konver.test";

/// `konceal verify` of this key at an https address.
fn verify(fixture: &Fixture, key: &str, url: &str) -> Command {
    let mut command = fixture.konceal_command("home");
    command.args(["verify", "--api-url", url]).env("KONVER_API_KEY", key);
    command
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn certificates_are_trusted_by_the_systems_roots_or_ssl_cert_file() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let fixture = Fixture::new();
    let (own, other) = (fixture.write("own.pem", authority.pem()), fixture.write("other.pem", stranger.pem()));
    let empty = fixture.write("empty.pem", "");
    let key = made_up_key(50);
    let live = || by_key(&[(&key, Answer::Status(200))]);
    let good = Server::secure(authority.certificate("localhost"), live());
    let wrong_name = Server::secure(authority.certificate("api.konver.test"), live());
    let expired = Server::secure(authority.certificate_until("localhost", "010101000000Z"), live());
    let plain = Server::start(live());
    for (server, roots, code, part) in [
        (&good, Some(&own), 1, "live (HTTP 200)"),
        (&good, None, 2, "its certificate is not trusted"),
        (&good, Some(&other), 2, "its certificate is not trusted"),
        (&good, Some(&empty), 2, "no certificate roots"),
        (&wrong_name, Some(&own), 2, "its certificate is not trusted"),
        (&expired, Some(&own), 2, "its certificate is not trusted"),
        (&plain, Some(&own), 2, "does not answer"),
    ] {
        let mut command = verify(&fixture, &key, &format!("https://localhost:{}", server.address().port()));
        if let Some(roots) = roots {
            command.env("SSL_CERT_FILE", roots);
        }
        let run = Run::of(&mut command);
        assert!(run.code == code && run.out.contains(part), "{part}: {} {}{}", run.code, run.out, run.err);
        assert_run_hides(&run, std::slice::from_ref(&key));
    }
    assert_eq!(good.requests().len(), 2, "only the client that trusted it has sent anything");
    assert!(wrong_name.requests().is_empty() && expired.requests().is_empty() && plain.with_key(&key).is_empty());
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn https_goes_through_the_proxy_of_the_environment() {
    let authority = Authority::new();
    let fixture = Fixture::new();
    let roots = fixture.write("own.pem", authority.pem());
    let key = made_up_key(51);
    let server = Server::secure(authority.certificate(NAME), by_key(&[(&key, Answer::Status(200))]));
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let before = server.requests().len();
        let proxy = Proxy::start(Ok(server.address()));
        let run = Run::of(
            verify(&fixture, &key, &format!("https://{NAME}")).env(variable, proxy.url()).env("SSL_CERT_FILE", &roots),
        );
        assert!(run.code == 1 && run.out.contains("live"), "{variable}: {}{}", run.out, run.err);
        assert!(run.err.starts_with(&format!("konceal: keys are sent to {NAME}\n")), "{}", run.err);
        let asked = proxy.asked();
        assert!(asked.len() == 2 && asked.iter().all(|head| head.starts_with(&format!("CONNECT {NAME}:443 "))));
        assert!(!asked.iter().any(|head| head.contains(&key) || head.to_lowercase().contains("x-api-key")));
        assert_eq!(server.requests().len() - before, 2);
        assert_run_hides(&run, std::slice::from_ref(&key));
    }
}

#[test]
fn a_proxy_that_refuses_or_cannot_be_used_is_said_and_not_gone_around() {
    let fixture = Fixture::new();
    let key = made_up_key(52);
    let password = made_up(53, 24, b"abcdefgh2345678ABCDEFGH");
    let hidden = [key.clone(), password.clone()];
    for status in [403, 407, 502] {
        let proxy = Proxy::start(Err(status));
        let proxy_url = proxy.url().replace("http://", &format!("http://user:{password}@"));
        let run = Run::of(verify(&fixture, &key, &format!("https://{NAME}")).env("HTTPS_PROXY", proxy_url));
        assert!(run.code == 2 && run.out.contains("the proxy refused to connect"), "{}{}", run.out, run.err);
        assert_run_hides(&run, &hidden);
    }
    for proxy in [format!("socks5://user:{password}@127.0.0.1:9"), format!("ftp://{password}"), "http://".into()] {
        let run = Run::of(verify(&fixture, &key, &format!("https://{NAME}")).env("HTTPS_PROXY", &proxy));
        assert!(run.code == 2 && run.out.is_empty() && run.err.contains("proxy"), "{}", run.err);
        assert_run_hides(&run, &hidden);
    }
}

#[test]
fn loopback_and_what_no_proxy_names_are_reached_directly() {
    let fixture = Fixture::new();
    let key = made_up_key(54);
    let server = Server::of(&[(&key, Answer::Status(200))]);
    let proxy = Proxy::start(Ok(server.address()));
    let proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let run = Run::of(verify(&fixture, &key, &server.url()).envs(proxies.map(|name| (name, proxy.url()))));
    assert!(run.code == 1, "{}{}", run.out, run.err);
    for exempt in [NAME, ".konver.test", "*.test", "other.test, konver.test", "*"] {
        let command = &mut verify(&fixture, &key, &format!("https://{NAME}"));
        let run = Run::of(command.env("HTTPS_PROXY", proxy.url()).env("NO_PROXY", exempt));
        assert!(run.code == 2 && run.out.contains("unknown"), "{exempt}: {}{}", run.out, run.err);
    }
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
}
