//! `tachi token`: API tokens from the command line.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Subcommand;
use tachi_db::tokens::{NewToken, token_insert};
use tachi_db::users::user_by_name;

use crate::app::now;
use crate::auth::{PERMISSIONS, hash_token};
use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a token and prints it, alone; it cannot be shown again
    Add {
        /// Whose token it is
        #[arg(long)]
        user: String,
        /// What it allows; may be given several times
        #[arg(long, required = true, value_name = "NAME")]
        permission: Vec<String>,
        /// What it is called
        #[arg(long, default_value = "Custom Token")]
        identifier: String,
    },
}

/// Runs the command.
///
/// # Errors
/// When it fails.
pub fn run(settings: &Settings, command: Command) -> Result<()> {
    let Command::Add { user, permission, identifier } = command;
    for name in &permission {
        ensure!(PERMISSIONS.contains(&name.as_str()), "{name:?} is no permission: {}", PERMISSIONS.join(", "));
    }
    let database = super::open(settings)?;
    let token = const_hex::encode(rand::random::<[u8; 20]>());
    let found = database.write(Duration::from_secs(30), |conn| {
        let Some(user) = user_by_name(conn, &user)? else { return Ok::<_, tachi_db::DbError>(false) };
        let token = NewToken {
            hash: hash_token(&token),
            user: user.id,
            identifier: &identifier,
            permissions: &permission,
            client_id: None,
            created_at: now(),
        };
        token_insert(conn, &token).map(|_| true)
    })?;
    if !found {
        bail!("there is no user {user:?}");
    }
    super::out::line(token)
}
