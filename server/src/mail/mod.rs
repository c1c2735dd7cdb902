//! Sends codes by mail. A request only says whom to write to: whether there is such a user is looked up after it was
//! answered, so that neither the answer nor the time it takes tells. Source: `spec/rest-api.md` 6.
//!
//! What cannot be sent is dropped, and so is what waits when the process dies: users ask again.

mod letters;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use lettre::message::header::ContentType;
use lettre::{Message, Transport as _};
use tachi_core::ids::UserId;
use tachi_db::email_codes::Purpose;
use tachi_db::users::{User, user_by_email, user_by_id, user_credentials_by_id};
use tachi_db::{Conn, DbError};
use tachi_import::Importer;

use self::letters::Letter;
use crate::app::now;
use crate::codes;
use crate::config::Settings;
use crate::config::mail::Mail;
use crate::oauth::random_hex;
use crate::threads::{Signal, Threads};

/// How many mails wait to be sent at most.
const QUEUE: usize = 1_000;
/// How long the thread sleeps while there is nothing to send.
const IDLE: Duration = Duration::from_secs(60);
/// How long a code waits for its turn to be written.
const WAIT: Duration = Duration::from_secs(30);

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// A code for a new password, to whoever has that address, if anybody does.
    Reset(String),
    /// A code to verify a user's address, if it is not verified.
    Verify(UserId),
}

/// The queue, and the thread that empties it if mail is set up.
#[derive(Debug)]
pub struct Mailer {
    queue: Arc<Mutex<VecDeque<Job>>>,
    threads: Threads,
    is_on: bool,
}

impl Mailer {
    /// Starts the thread, if the settings say how to send mail.
    #[must_use]
    pub fn start(importer: &Arc<Importer>, settings: &Arc<Settings>) -> Self {
        let (queue, threads) = (Arc::new(Mutex::new(VecDeque::new())), Threads::default());
        if let Some(mail) = settings.mail.clone() {
            let office = Office { importer: Arc::clone(importer), settings: Arc::clone(settings), mail };
            let waiting = Arc::clone(&queue);
            threads.spawn("mail", move |signal| send_all(&office, &waiting, signal));
        }
        Self { queue, threads, is_on: settings.mail.is_some() }
    }

    /// Whether mail is sent at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Puts something into the queue, if mail is sent at all.
    pub fn send(&self, job: Job) {
        if !self.is_on {
            return;
        }
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() >= QUEUE {
            log::error!("too many mails wait to be sent; one is dropped");
            return;
        }
        queue.push_back(job);
        drop(queue);
        self.threads.wake();
    }

    /// Sends what waits, for a while. Says whether all was sent in time.
    pub fn stop_within(&self, patience: Duration) -> bool {
        self.threads.stop_within(patience)
    }
}

fn send_all(office: &Office, queue: &Mutex<VecDeque<Job>>, signal: &Signal) {
    loop {
        let wakes = signal.wakes();
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next {
            Some(job) => {
                if let Err(error) = office.send(&job) {
                    log::error!("a mail was not sent: {error:#}");
                    // Told to stop, it does not wait for a server that is gone again and again.
                    if signal.is_stopped() {
                        return;
                    }
                }
            }
            None if signal.is_stopped() => return,
            None => signal.pause(wakes, IDLE),
        }
    }
}

/// What sending takes.
struct Office {
    importer: Arc<Importer>,
    settings: Arc<Settings>,
    mail: Mail,
}

impl Office {
    fn send(&self, job: &Job) -> Result<()> {
        let database = self.importer.database();
        let Some((user, email)) = database.read(|conn| addressee(conn, job))? else { return Ok(()) };
        let purpose = match job {
            Job::Reset(_) => Purpose::Reset,
            Job::Verify(_) => Purpose::Verify,
        };
        let code = random_hex();
        let letter = Letter {
            purpose,
            code: &code,
            username: &user.username,
            instance: &self.settings.name,
            our_url: &self.settings.our_url,
        };
        let message = self.message(&letter, &email).with_context(|| format!("user {}", user.id))?;
        // Before it is sent: a code must be good when it arrives.
        database.write(WAIT, |conn| codes::store(conn, purpose, &code, user.id, &email, now()))?;
        // Its text holds that of its sources.
        self.mail.transport.send(&message).map_err(|error| anyhow!("user {}: {error}", user.id))?;
        log::info!("a code was sent to user {}", user.id);
        Ok(())
    }

    fn message(&self, letter: &Letter<'_>, email: &str) -> Result<Message> {
        let from = &self.mail.from;
        let message = Message::builder()
            .from(from.clone())
            .to(email.parse().context("mail cannot be sent to the address")?)
            .subject(letter.subject())
            .message_id(Some(format!("<{}@{}>", random_hex(), from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text());
        message.context("the mail cannot be written")
    }
}

/// Whom something is to be sent to, and where.
fn addressee(conn: &mut Conn, job: &Job) -> Result<Option<(User, String)>, DbError> {
    match job {
        Job::Reset(email) => Ok(user_by_email(conn, email)?.map(|user| (user, email.clone()))),
        Job::Verify(user) => {
            let credentials = user_credentials_by_id(conn, *user)?.filter(|credentials| !credentials.is_email_verified);
            let Some(email) = credentials.and_then(|credentials| credentials.email) else { return Ok(None) };
            Ok(user_by_id(conn, *user)?.map(|user| (user, email)))
        }
    }
}
