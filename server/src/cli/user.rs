//! `tachi user`: users from the command line.

use std::io::BufRead;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;
use tachi_db::Database;
use tachi_db::invites::invite_insert;
use tachi_db::profiles::let_state_classes;
use tachi_db::users::{AuthLevel, NewUser, User, user_by_name, user_insert};

use crate::accounts::{ABOUT, is_username};
use crate::app::now;
use crate::auth::hash_token;
use crate::codes::set_password;
use crate::config::Settings;
use crate::oauth::random_hex;
use crate::password::{self, MIN_LENGTH};

/// How long a change waits for its turn to write.
const WAIT: Duration = Duration::from_secs(30);

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a user and prints their number
    Add {
        /// The name: 3 to 21 letters, digits, - and _
        name: String,
        /// Read a password from the first line of standard input; without one the user cannot log in
        #[arg(long)]
        password_stdin: bool,
        /// Make the user an administrator
        #[arg(long)]
        admin: bool,
    },
    /// Makes an invite code, with which somebody may register once, and prints it; it cannot be shown again
    Invite {
        /// Make whoever registers with it an administrator
        #[arg(long)]
        admin: bool,
    },
    /// Sets a new password for a user who forgot theirs, ends their logins and prints it
    ResetPassword {
        /// The user
        name: String,
        /// Read the password from the first line of standard input; without it one is made up
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lets a user state classes by hand (POST /import/class), or forbids it
    StateClasses {
        /// The user
        name: String,
        /// true or false
        #[arg(action = clap::ArgAction::Set)]
        may: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When it fails.
pub fn run(settings: &Settings, command: Command) -> Result<()> {
    match command {
        Command::Add { name, password_stdin, admin } => add(settings, &name, password_stdin, admin),
        Command::Invite { admin } => invite(settings, admin),
        Command::ResetPassword { name, password_stdin } => reset_password(settings, &name, password_stdin),
        Command::StateClasses { name, may } => state_classes(settings, &name, may),
    }
}

fn invite(settings: &Settings, admin: bool) -> Result<()> {
    let code = const_hex::encode(rand::random::<[u8; 20]>());
    let database = super::open(settings)?;
    database.write(WAIT, |conn| invite_insert(conn, &hash_token(&code), None, admin, now()))?;
    super::out::line(code)
}

fn reset_password(settings: &Settings, name: &str, password_stdin: bool) -> Result<()> {
    let database = super::open(settings)?;
    let user = user_named(&database, name)?;
    let made_up = if password_stdin { None } else { Some(random_hex()) };
    let password = match &made_up {
        Some(password) => password.clone(),
        None => read_password()?,
    };
    let hash = password::hash(&password)?;
    database.write(WAIT, |conn| set_password(conn, user.id, &hash, None))?;
    made_up.map_or(Ok(()), super::out::line)
}

fn user_named(database: &Database, name: &str) -> Result<User> {
    database.read(|conn| user_by_name(conn, name))?.with_context(|| format!("there is no user {name:?}"))
}

fn state_classes(settings: &Settings, name: &str, may: bool) -> Result<()> {
    let database = super::open(settings)?;
    let user = user_named(&database, name)?;
    Ok(database.write(WAIT, |conn| let_state_classes(conn, user.id, may))?)
}

fn add(settings: &Settings, name: &str, password_stdin: bool, admin: bool) -> Result<()> {
    ensure!(
        is_username(name),
        "{name:?} is no user name: 3 to 21 letters, digits, - and _, not beginning with a digit"
    );
    let password = if password_stdin { Some(password::hash(&read_password()?)?) } else { None };
    let database = super::open(settings)?;
    let user = NewUser {
        username: name,
        password_hash: password.as_deref(),
        about: ABOUT,
        join_date: now(),
        auth_level: if admin { AuthLevel::Admin } else { AuthLevel::default() },
        ..NewUser::default()
    };
    let id = database.write(WAIT, |conn| user_insert(conn, &user));
    match id {
        Ok(id) => super::out::line(id),
        Err(error) if error.is_conflict_on("username") => bail!("there is a user {name:?} already"),
        Err(error) => Err(error.into()),
    }
}

fn read_password() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
    let password = line.trim_end_matches(['\r', '\n']);
    ensure!(password.chars().count() >= MIN_LENGTH, "a password has at least {MIN_LENGTH} characters");
    Ok(password.to_owned())
}
