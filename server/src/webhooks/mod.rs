//! Tells programs of others what imports brought about. Source: `spec/documents.md`, "Webhook events".
//!
//! Fire and forget: an import never waits for a program, nor fails because of one. What cannot be sent is dropped.

mod events;
mod target;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::blocking::Client as HttpClient;
use reqwest::redirect::Policy;
use tachi_db::clients::{Client, clients_with_webhook};
use tachi_import::{Importer, News};

use self::events::Event;
use self::target::{Allowed, PublicHosts};
use crate::outgoing::{USER_AGENT, tls};
use crate::threads::{Signal, Threads};
use crate::vault::Vault;

/// How much news waits to be sent at most.
const QUEUE: usize = 1_000;
/// How many programs are told at most.
const CLIENTS: i64 = 1_000;
/// How long a program may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long the thread sleeps while there is nothing to send.
const IDLE: Duration = Duration::from_secs(60);

/// The queue and the thread that empties it.
#[derive(Debug)]
pub struct Webhooks {
    queue: Arc<Mutex<VecDeque<News>>>,
    threads: Threads,
}

impl Webhooks {
    /// Starts the thread. `to_loopback` is for tests: it allows programs on this machine, also without encryption.
    #[must_use]
    pub fn start(importer: &Arc<Importer>, vault: &Arc<Vault>, to_loopback: bool) -> Self {
        let queue = Arc::new(Mutex::new(VecDeque::new()));
        let threads = Threads::default();
        let (importer, vault, waiting) = (Arc::clone(importer), Arc::clone(vault), Arc::clone(&queue));
        let allowed = Allowed { to_loopback };
        threads.spawn("webhooks", move |signal| send_all(&importer, &vault, &waiting, allowed, signal));
        Self { queue, threads }
    }

    /// Puts into the queue what is worth telling.
    pub fn tell(&self, news: News) {
        let news = events::achieved(news);
        if !events::is_worth_telling(&news) {
            return;
        }
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() >= QUEUE {
            log::warn!("too many events wait to be sent; one is dropped");
            return;
        }
        queue.push_back(news);
        drop(queue);
        self.threads.wake();
    }
}

/// Whether events may be sent to an address, and if not, why.
///
/// # Errors
/// What is wrong with it.
pub fn check_target(text: &str, to_loopback: bool) -> Result<()> {
    Allowed { to_loopback }.check(text).map(|_| ())
}

fn send_all(importer: &Importer, vault: &Vault, queue: &Mutex<VecDeque<News>>, allowed: Allowed, signal: &Signal) {
    let sender = match client(allowed) {
        Ok(client) => Sender { client, vault, allowed },
        Err(error) => return log::error!("no events are sent: {error:#}"),
    };
    while !signal.is_stopped() {
        let wakes = signal.wakes();
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(news) = next else {
            signal.pause(wakes, IDLE);
            continue;
        };
        let read = importer.database().read(|conn| {
            let clients = clients_with_webhook(conn, CLIENTS)?;
            let events = if clients.is_empty() { Vec::new() } else { events::events(conn, &news)? };
            Ok::<_, tachi_db::DbError>((clients, events))
        });
        match read {
            Ok((clients, events)) => send_to(&sender, &clients, &events, signal),
            Err(error) => log::error!("events are not sent: {error}"),
        }
    }
}

/// What sends events.
struct Sender<'a> {
    client: HttpClient,
    vault: &'a Vault,
    allowed: Allowed,
}

fn send_to(sender: &Sender<'_>, clients: &[Client], events: &[Event], signal: &Signal) {
    for client in clients {
        for event in events {
            if signal.is_stopped() {
                return;
            }
            if let Err(error) = send(sender, client, event) {
                log::info!("the client {} was not told of {}: {error:#}", client.client_id, event.kind);
            }
        }
    }
}

fn send(sender: &Sender<'_>, client: &Client, event: &Event) -> Result<()> {
    let url = sender.allowed.check(client.webhook_uri.as_deref().unwrap_or_default())?;
    let secret = sender.vault.open_client(client)?;
    let request = sender.client.post(url).bearer_auth(secret.expose()).json(event);
    // The address may hold a secret of its own.
    let answer = request.send().map_err(reqwest::Error::without_url)?;
    if !answer.status().is_success() {
        log::info!("the client {} answered {} with {}", client.client_id, event.kind, answer.status());
    }
    Ok(())
}

fn client(allowed: Allowed) -> Result<HttpClient> {
    let mut builder = HttpClient::builder()
        .tls_backend_preconfigured(tls()?)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .connect_timeout(TIMEOUT)
        .user_agent(USER_AGENT);
    if !allowed.to_loopback {
        builder = builder.dns_resolver(Arc::new(PublicHosts));
    }
    builder.build().context("the HTTP client cannot be made")
}
