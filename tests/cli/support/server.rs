//! Servers on loopback for verification: one that answers as it is told and remembers what it was asked, with TLS or without,
//! and a forward proxy. Nothing here reaches another machine.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::authority::Certificate;

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status, and a small body.
    Status(u16),
    /// A status with a header.
    With(u16, &'static str, String),
    /// These bytes, and then the end.
    Bytes(Vec<u8>),
    /// These bytes, and then more and more of the others.
    Endless(Vec<u8>, Vec<u8>),
    /// Nothing, as long as the client waits.
    Hang,
    /// The answer, so much later.
    Late(Duration, Box<Self>),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path with everything behind it.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// When its head had come.
    pub at: Instant,
}

impl Request {
    /// The value of a header that stands there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }

    /// The key that came with it.
    pub fn key(&self) -> &str {
        self.header("x-api-key").unwrap_or_default()
    }
}

/// Says how the `n`-th request with the same key (from 0) is answered.
type Script = dyn Fn(&Request, usize) -> Answer + Send + Sync;

/// What a server saw.
#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

/// A server that answers by a script. Its threads end with the tests.
pub struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl Server {
    /// Plain HTTP.
    pub fn start(script: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::serve(None, script)
    }

    /// HTTPS with this certificate.
    pub fn secure(
        certificate: Certificate,
        script: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate.certificate)],
                PrivateKeyDer::try_from(certificate.key).unwrap(),
            )
            .unwrap();
        Self::serve(Some(Arc::new(config)), script)
    }

    /// Answers each of these keys in its way, and every other one, as that of the control request, with 401.
    pub fn of(answers: &[(&str, Answer)]) -> Self {
        Self::start(by_key(answers))
    }

    fn serve(
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (own, script): (_, Arc<Script>) = (seen.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, script, tls) = (own.clone(), script.clone(), tls.clone());
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
                seen.most_open.fetch_max(open, Ordering::SeqCst);
                thread::spawn(move || {
                    // A client that goes away is one of the cases.
                    let _ = match tls {
                        Some(config) => ServerConnection::new(config)
                            .map_err(std::io::Error::other)
                            .and_then(|connection| answer(StreamOwned::new(connection, stream), &seen, &*script)),
                        None => answer(stream, &seen, &*script),
                    };
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, seen }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, for plain HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// The requests with this key.
    pub fn with_key(&self, key: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.key() == key).collect()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many were open at once, at most.
    pub fn most_open(&self) -> usize {
        self.seen.most_open.load(Ordering::SeqCst)
    }
}

/// A script that answers each of these keys in its way, and every other one with 401.
pub fn by_key(answers: &[(&str, Answer)]) -> impl Fn(&Request, usize) -> Answer + Send + Sync + use<> {
    let answers: Vec<(String, Answer)> = answers.iter().map(|(key, answer)| ((*key).into(), answer.clone())).collect();
    move |request, _| {
        let own = answers.iter().find(|(key, _)| key == request.key());
        own.map_or(Answer::Status(401), |(_, answer)| answer.clone())
    }
}

/// Reads a head up to its empty line; none where the client goes away before.
fn head(stream: &mut impl Read) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > 64 << 10 || stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

fn answer(mut stream: impl Read + Write, seen: &Seen, script: &Script) -> std::io::Result<()> {
    let Some(head) = head(&mut stream)? else { return Ok(()) };
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let request = Request {
        method: first.next().unwrap_or_default().into(),
        path: first.next().unwrap_or_default().into(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
        at: Instant::now(),
    };
    let before = {
        let mut requests = seen.requests.lock().unwrap();
        requests.push(request.clone());
        requests.iter().filter(|other| other.key() == request.key()).count() - 1
    };
    let mut answer = script(&request, before);
    while let Answer::Late(wait, then) = answer {
        thread::sleep(wait);
        answer = *then;
    }
    // What the client sent comes back everywhere: nothing of it may be printed.
    let echo = format!("{} {}", request.key(), request.path);
    let full = |status: u16, header: &str| {
        format!("HTTP/1.1 {status} {echo}\r\nX-Echo: {echo}\r\n{header}Content-Length: {}\r\n\r\n{echo}", echo.len())
    };
    match answer {
        Answer::Status(status) => stream.write_all(full(status, "").as_bytes())?,
        Answer::With(status, name, value) => {
            stream.write_all(full(status, &format!("{name}: {value}\r\n")).as_bytes())?;
        }
        Answer::Bytes(bytes) => {
            stream.write_all(&bytes)?;
            return stream.flush();
        }
        Answer::Endless(begin, more) => {
            stream.write_all(&begin)?;
            loop {
                stream.write_all(&more)?;
                stream.flush()?;
                thread::sleep(Duration::from_millis(1));
            }
        }
        Answer::Hang | Answer::Late(..) => {}
    }
    stream.flush()?;
    // The client ends the connection: as long as it does not, it is open.
    while stream.read(&mut [0; 256])? > 0 {}
    Ok(())
}

/// A forward proxy that connects every name to one address.
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// One that connects to `target`, or refuses with a status.
    pub fn start(target: Result<SocketAddr, u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let own = asked.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let own = own.clone();
                thread::spawn(move || pass_on(client, target, &own));
            }
        });
        Self { address, asked }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads that it was sent in plain text.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn pass_on(mut client: TcpStream, target: Result<SocketAddr, u16>, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let Some(head) = head(&mut client)? else { return Ok(()) };
    asked.lock().unwrap().push(head.clone());
    let server = match target {
        Ok(address) if head.starts_with("CONNECT ") => TcpStream::connect(address)?,
        Ok(_) => return client.write_all(b"HTTP/1.1 405 CONNECT only\r\nContent-Length: 0\r\n\r\n"),
        Err(status) => {
            return client.write_all(format!("HTTP/1.1 {status} no\r\nContent-Length: 0\r\n\r\n").as_bytes());
        }
    };
    client.write_all(b"HTTP/1.1 200 connected\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    let up = thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (server, client);
    match std::io::copy(&mut from, &mut to) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
        _ => {}
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = up.join();
    Ok(())
}
