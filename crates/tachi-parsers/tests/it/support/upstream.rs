//! A scriptable HTTP service on loopback: it answers as a function says, notes what it was asked, and fails on demand.
//!
//! It needs nothing but the standard library, so that other crates' tests can include this file by its path.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What a service was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The parameters of the query, decoded.
    pub fn query(&self) -> BTreeMap<String, String> {
        form(self.target.split_once('?').map_or("", |(_, query)| query))
    }

    /// The fields of a form, decoded.
    pub fn form(&self) -> BTreeMap<String, String> {
        form(&String::from_utf8_lossy(&self.body))
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What a service does when it is asked.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers.
    Answer { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// Answers with that, and breaks off before the end that it has announced.
    Truncated(Vec<u8>),
    /// Answers with that, and never comes to the end.
    Stall(Vec<u8>),
    /// Never answers.
    Silence,
    /// Closes the connection.
    Reset,
}

impl Reply {
    /// An answer of that status.
    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.into() }
    }

    /// An answer of status 200.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    /// The same answer with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

type Handler = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

/// What is to happen to requests for a target instead of what the function says.
struct Fault {
    /// A path, or a path with its query.
    target: String,
    reply: Reply,
    once: bool,
}

struct Shared {
    handler: Handler,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Request>>,
    stopped: AtomicBool,
}

/// A service that runs until it is dropped.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Upstream {
    /// Starts a service.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            faults: Mutex::default(),
            requests: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&serving);
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { address, shared }
    }

    /// Its origin, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request for a target is answered so; several of them in their order.
    pub fn once(&self, target: &str, reply: Reply) {
        locked(&self.shared.faults).push(Fault { target: target.to_owned(), reply, once: true });
    }

    /// Every request for a target is answered so, once [`once`](Self::once) has nothing more to say.
    pub fn always(&self, target: &str, reply: Reply) {
        locked(&self.shared.faults).push(Fault { target: target.to_owned(), reply, once: false });
    }

    /// All that it was asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.shared.requests).clone()
    }

    /// How often it was asked for a target: a path, or a path with its query.
    pub fn asked_for(&self, target: &str) -> usize {
        let is_meant = |request: &&Request| request.target == target || request.path() == target;
        locked(&self.shared.requests).iter().filter(is_meant).count()
    }

    /// `<method> <target>` of all that it was asked, in order.
    pub fn asked(&self) -> Vec<String> {
        locked(&self.shared.requests).iter().map(|request| format!("{} {}", request.method, request.target)).collect()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener up.
        drop(TcpStream::connect(self.address));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn reply(&self, request: &Request) -> Reply {
        let mut faults = locked(&self.faults);
        let is_meant = |fault: &Fault| fault.target == request.target || fault.target == request.path();
        let once = faults.iter().position(|fault| fault.once && is_meant(fault));
        if let Some(position) = once {
            return faults.remove(position).reply;
        }
        let always = faults.iter().find(|fault| is_meant(fault)).map(|fault| fault.reply.clone());
        drop(faults);
        always.unwrap_or_else(|| (self.handler)(request))
    }
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        locked(&shared.requests).push(request.clone());
        match shared.reply(&request) {
            Reply::Answer { status, headers, body } if write(stream, status, &headers, &body, body.len()) => {}
            Reply::Truncated(body) => {
                write(stream, 200, &[], &body, body.len() + 100);
                return;
            }
            Reply::Stall(body) => {
                write(stream, 200, &[], &body, body.len() + 100);
                return wait(shared);
            }
            Reply::Silence => return wait(shared),
            Reply::Reset | Reply::Answer { .. } => return,
        }
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
    }
}

/// Waits until the service stops, at most half a minute.
fn wait(shared: &Shared) {
    for _ in 0..3000 {
        if shared.stopped.load(Ordering::SeqCst) {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = BTreeMap::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = first.split(' ').map(str::to_owned);
    Some(Request { method: words.next()?, target: words.next()?, headers, body })
}

/// Whether it could be written.
fn write(mut stream: &TcpStream, status: u16, headers: &[(String, String)], body: &[u8], length: usize) -> bool {
    let mut head = format!("HTTP/1.1 {status} Mock\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).and_then(|()| stream.flush()).is_ok()
}

/// Decodes `application/x-www-form-urlencoded`.
fn form(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let digits = String::from_utf8_lossy(&[*high, *low]).into_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
                rest = after;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
