//! What calls are about: users with what they have, found by asking the server.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};

use super::routes::Read;
use super::world::{LARGEST, LOGINS, USUAL, player, text};
use crate::login::Login;

/// Players of whom calls are made, besides those who can log in.
const PLAYERS: usize = 10;
/// Imports of each user.
const IMPORTS: usize = 3;
/// Samples of each profile.
const EACH: usize = 8;

/// Something that calls can be about, by the names that paths have for its parts.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What stands for the names.
    pub values: BTreeMap<&'static str, String>,
    /// Whose it is.
    pub owner: String,
    /// Who asks: the owner, who is logged in, or nobody.
    pub caller: Option<Caller>,
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The cookie.
    pub cookie: String,
    /// A token.
    pub token: String,
}

/// Who may be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    All,
    /// The user with most scores.
    Largest,
    /// The user with a thousand.
    Usual,
}

/// All samples, and the logins they need.
#[derive(Debug)]
pub struct Samples {
    all: Vec<Sample>,
    tokens: Vec<(Login, String)>,
}

/// Asks the server.
struct Asking<'a> {
    client: &'a Client,
    url: &'a str,
}

impl Asking<'_> {
    fn body(&self, path: &str) -> Result<Value> {
        let answer = self.client.get(format!("{}{path}", self.url)).send()?.error_for_status()?;
        Ok(answer.json::<Value>()?["body"].take())
    }
}

/// The texts at a member of all elements of a list.
fn all(list: &Value, member: &str) -> Vec<String> {
    let values = list.as_array().into_iter().flatten().map(|element| &element[member]);
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    values.filter_map(text).collect()
}

impl Samples {
    /// Finds them.
    ///
    /// # Errors
    /// When the server refuses something.
    pub fn find(client: &Client, url: &str) -> Result<Self> {
        let asking = Asking { client, url };
        let mut samples = Self { all: Vec::new(), tokens: Vec::new() };
        for name in LOGINS {
            let login = Login::new(client, url, name)?;
            let permissions = json!({ "permissions": ["submit_score"], "identifier": "Benchmark" });
            let token = login.post("/api/v1/users/me/api-tokens/create", &permissions)?;
            let token = text(&token["token"]).to_owned();
            let caller = Caller { cookie: login.cookie().to_owned(), token: token.clone() };
            let orphans = login.send(Method::GET, "/api/v1/import/orphans", &Value::Null)?;
            let clients = login.send(Method::GET, "/api/v1/clients", &Value::Null)?;
            let own = [("orphan", all(&orphans["orphans"], "orphanID")), ("client", all(&clients, "clientID"))];
            samples.of_user(&asking, name, Some(caller), &own)?;
            samples.tokens.push((login, token));
        }
        for number in 0..PLAYERS {
            samples.of_user(&asking, &player(number), None, &[])?;
        }
        Ok(samples)
    }

    /// Does away with the tokens.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn forget(self) -> Result<()> {
        for (login, token) in self.tokens {
            login.send(Method::DELETE, &format!("/api/v1/users/me/api-tokens/{token}"), &Value::Null)?;
        }
        Ok(())
    }

    fn of_user(
        &mut self,
        asking: &Asking<'_>,
        name: &str,
        caller: Option<Caller>,
        own: &[(&'static str, Vec<String>)],
    ) -> Result<()> {
        let user = asking.body(&format!("/api/v1/users/{name}"))?["id"].to_string();
        let imports = asking.body(&format!("/api/v1/users/{user}/imports"))?;
        // The largest.
        let mut imports: Vec<&Value> = imports.as_array().into_iter().flatten().collect();
        imports.sort_by_key(|import| std::cmp::Reverse(import["scoreIDs"].as_array().map_or(0, Vec::len)));
        let imports: Vec<String> =
            imports.iter().take(IMPORTS).map(|import| text(&import["importID"]).to_owned()).collect();
        let profiles = asking.body(&format!("/api/v1/users/{user}/game-stats"))?;
        for profile in profiles.as_array().into_iter().flatten() {
            let (game, playtype) = (text(&profile["game"]), text(&profile["playtype"]));
            let mut lists = of_profile(asking, &user, &format!("games/{game}/{playtype}"))?;
            lists.extend(own.iter().cloned());
            lists.push(("import", imports.clone()));
            for number in 0..EACH {
                let one = |(name, list): &(&'static str, Vec<String>)| {
                    Some((*name, list.get(number * list.len() / EACH)?.clone()))
                };
                let mut values: BTreeMap<&'static str, String> = lists.iter().filter_map(one).collect();
                values.insert("user", user.clone());
                values.insert("game", game.to_owned());
                values.insert("playtype", playtype.to_owned());
                values.insert("name", number.to_string());
                values.insert("kai", "flo".to_owned());
                values.insert("cg", "dev".to_owned());
                self.all.push(Sample { values, owner: name.to_owned(), caller: caller.clone() });
            }
        }
        Ok(())
    }

    /// The samples that a route can be called with.
    ///
    /// # Errors
    /// When there are none.
    pub fn of(&self, read: &Read, who: Who) -> Result<Vec<(String, &Sample)>> {
        let is_wanted = |sample: &&Sample| match who {
            Who::All => true,
            Who::Largest => sample.owner == LARGEST,
            Who::Usual => sample.owner == USUAL,
        };
        let usable = self.all.iter().filter(is_wanted).filter(|sample| !read.own || sample.caller.is_some());
        let found: Vec<(String, &Sample)> =
            usable.filter_map(|sample| Some((read.fill(&sample.values)?, sample))).collect();
        if found.is_empty() && who == Who::All {
            None.with_context(|| format!("there is nothing that {} could be called with", read.path))?;
        }
        Ok(found)
    }
}

/// What a profile has.
fn of_profile(asking: &Asking<'_>, user: &str, gpt: &str) -> Result<Vec<(&'static str, Vec<String>)>> {
    let of_user = |path: &str| asking.body(&format!("/api/v1/users/{user}/{gpt}{path}"));
    let (best, recent) = (of_user("/pbs/best")?, of_user("/scores/recent")?);
    let (latest, best_sessions, targets) =
        (of_user("/sessions/recent")?, of_user("/sessions/best")?, of_user("/targets/goals")?);
    // The best are of any time.
    let sessions = [all(&latest, "sessionID"), all(&best_sessions, "sessionID")].concat();
    let tables = all(&asking.body(&format!("/api/v1/{gpt}/tables"))?, "tableID");
    let mut folders = Vec::new();
    for table in tables.iter().take(EACH) {
        let table = asking.body(&format!("/api/v1/{gpt}/tables/{table}"))?;
        folders.extend(all(&table["folders"], "folderID"));
    }
    let data: Value = best["charts"].as_array().into_iter().flatten().map(|chart| chart["data"].clone()).collect();
    Ok(vec![
        ("chart", all(&best["pbs"], "chartID")),
        ("song", all(&best["pbs"], "songID")),
        ("score", all(&recent["scores"], "scoreID")),
        ("session", sessions),
        ("goal", all(&targets["goals"], "goalID")),
        ("quest", all(&targets["quests"], "questID")),
        ("table", tables),
        ("folder", folders),
        ("hash", if gpt.contains("/usc/") { all(&data, "hashSHA1") } else { Vec::new() }),
        ("sha256", if gpt.contains("/pms/") { all(&data, "hashSHA256") } else { Vec::new() }),
        ("word", words(&all(&best["songs"], "title"))),
    ])
}

/// Words that somebody may search for.
fn words(titles: &[String]) -> Vec<String> {
    let word = |title: &String| {
        let mut words = title.split_whitespace();
        words.find(|word| word.len() > 2 && word.chars().all(char::is_alphanumeric)).map(str::to_owned)
    };
    titles.iter().filter_map(word).collect()
}
