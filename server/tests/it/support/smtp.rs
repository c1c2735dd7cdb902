//! A mail server on loopback that keeps what it is given.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tachi_server::config::mail::MailOptions;

/// A mail as it was handed over.
#[derive(Debug)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// Headers and text.
    pub text: String,
    /// What was said to prove who sends it; empty without.
    pub auth: String,
}

impl Mail {
    /// What follows `name` and a colon on a line.
    #[track_caller]
    pub fn line(&self, name: &str) -> &str {
        let line = self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    /// The code in it.
    #[track_caller]
    pub fn code(&self) -> String {
        self.line("Code").to_owned()
    }
}

/// How a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Takes every mail.
    Takes,
    /// Takes none.
    Refuses,
    /// Says nothing at all.
    Silent,
}

/// A mail server.
pub struct Smtp {
    address: String,
    mails: Receiver<Mail>,
}

impl Smtp {
    pub fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, mails) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sender) = (stream.unwrap(), sender.clone());
                std::thread::spawn(move || serve(&stream, manners, &sender));
            }
        });
        Self { address, mails }
    }

    /// Settings that send mail here; `user` is `NAME:PASSWORD@`, or nothing.
    pub fn options(&self, user: &str) -> MailOptions {
        MailOptions {
            smtp_url: Some(format!("smtp://{user}{}", self.address)),
            mail_from: Some("Our Arcade <tachi@example.com>".to_owned()),
        }
    }

    /// The next mail.
    #[track_caller]
    pub fn next(&self) -> Mail {
        self.mails.recv_timeout(Duration::from_secs(20)).expect("no mail came")
    }
}

/// The commands of one connection; they end when it does.
fn serve(stream: &TcpStream, manners: Manners, sender: &Sender<Mail>) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    if manners == Manners::Silent {
        // Until the other side gives up.
        return lines.next().map(drop);
    }
    let (mut from, mut to, mut auth) = (String::new(), String::new(), String::new());
    let address = |line: &str| line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    say(stream, "220 mock ESMTP")?;
    loop {
        let line = lines.next()?;
        let answer = match line.split([' ', ':']).next()? {
            "EHLO" => "250-mock\r\n250 AUTH PLAIN",
            "AUTH" => {
                auth = line;
                "235 welcome"
            }
            "MAIL" => {
                from = address(&line);
                "250 ok"
            }
            "RCPT" if manners == Manners::Refuses => "550 nobody here",
            "RCPT" => {
                to = address(&line);
                "250 ok"
            }
            "DATA" => {
                say(stream, "354 go on")?;
                let text: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                let mail = Mail { from: from.clone(), to: to.clone(), text: text.join("\n"), auth: auth.clone() };
                // The test may be over.
                let _ = sender.send(mail);
                "250 taken"
            }
            "QUIT" => return say(stream, "221 bye"),
            _ => "250 ok",
        };
        say(stream, answer)?;
    }
}

fn say(mut stream: &TcpStream, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).ok()
}
