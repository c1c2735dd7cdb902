//! What routes that read have in common: whom and what they ask about, their parameters, and how they answer.

use std::collections::HashMap;
use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::Serialize;
use tachi_core::catalogue::{Catalogue, Chart};
use tachi_core::game::Gpt;
use tachi_core::ids::{ChartId, UserId};
use tachi_db::profiles::{Profile, profile_get};
use tachi_db::{Conn, snapshot};

use super::games::find_gpt;
use super::shown;
use crate::app::{App, block};
use crate::auth::{Caller, Permission};
use crate::envelope::{ApiError, Kind, success_bytes, written};
use crate::owned::check_owner;
use crate::self_key::find_user;

/// The query of a request.
#[derive(Debug, Clone, Default)]
pub struct Params(HashMap<String, String>);

impl Params {
    /// Those of a request. A key that occurs twice was refused before.
    pub fn of(request: &HttpRequest) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        Self(pairs.map(|pairs| pairs.into_inner().into_iter().collect()).unwrap_or_default())
    }

    /// A value, if the key is there.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether the key is there, with any value.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// A value that has to be there.
    pub fn required(&self, key: &str) -> Result<&str, ApiError> {
        let missing = || ApiError::bad_request(format!("[{key}] Expected a string. (Received nothing (undefined))"));
        self.get(key).ok_or_else(missing)
    }

    /// An integer inside bounds.
    pub fn integer(&self, key: &str, bounds: RangeInclusive<i64>, default: i64) -> Result<i64, ApiError> {
        let Some(text) = self.get(key) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| {
            let (start, end) = bounds.into_inner();
            let expected = match end {
                i64::MAX => format!("an integer of at least {start}"),
                end => format!("an integer from {start} to {end}"),
            };
            ApiError::bad_request(format!("[{key}] Expected {expected}. (Received {})", shown(text)))
        })
    }

    /// The position of the rating algorithm that `alg` names, of those that there are.
    pub fn algorithm<'a>(
        &self,
        names: impl Iterator<Item = &'a str> + Clone,
        default: &str,
    ) -> Result<usize, ApiError> {
        let wanted = self.get("alg").unwrap_or(default);
        names.clone().position(|name| name == wanted).ok_or_else(|| {
            let names = names.collect::<Vec<_>>().join(", ");
            ApiError::bad_request(format!("[alg] Expected any of {names}. (Received {})", shown(wanted)))
        })
    }
}

/// What a reading route works with besides the database.
pub struct Reading {
    /// All songs and charts.
    pub catalogue: Arc<Catalogue>,
    /// The GPT that the path names.
    pub gpt: Gpt,
    /// The query.
    pub params: Params,
}

impl Reading {
    /// The chart of the GPT that a segment names.
    pub fn chart(&self, id: &str) -> Result<&Chart, ApiError> {
        let chart = self.catalogue.chart_by_id(&ChartId::new(id)).map(|chart| self.catalogue.chart(chart));
        chart.filter(|chart| chart.gpt == self.gpt).ok_or_else(|| {
            ApiError::not_found(format!("The chart {} does not exist on {}.", shown(id), self.gpt.config().name))
        })
    }
}

/// Runs queries that see the database at one moment, and writes the answer, all on a blocking thread.
pub async fn answer<T: Serialize>(
    app: &App,
    description: &'static str,
    query: impl FnOnce(&mut Conn, &Arc<Catalogue>) -> Result<T, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    bytes(app, move |conn, catalogue| success_bytes(description, query(conn, catalogue)?)).await
}

/// As [`answer`], for queries that write the answer themselves.
async fn bytes(
    app: &App,
    query: impl FnOnce(&mut Conn, &Arc<Catalogue>) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let importer = Arc::clone(&app.importer);
    let bytes = block(move || {
        let catalogue = importer.catalogue();
        importer.database().read(|conn| snapshot(conn, |conn| query(conn, &catalogue)))
    });
    bytes.await.map(written)
}

/// The number of the user whom a segment names.
pub fn user_id(conn: &mut Conn, text: &str, me: Option<UserId>) -> Result<UserId, ApiError> {
    if text == "me" && me.is_none() {
        return Err(ApiError::new(Kind::Unauthorised, "You are not authorised to perform this action."));
    }
    let missing = || ApiError::not_found(format!("The user {} does not exist.", shown(text)));
    find_user(conn, text, me)?.ok_or_else(missing)
}

/// A request about a game and playtype: `/games/:game/:playtype/...`.
pub struct OnGame {
    /// The instance.
    pub app: App,
    /// Who asks.
    pub caller: Caller,
    /// The GPT.
    pub gpt: Gpt,
    /// The query.
    pub params: Params,
    request: HttpRequest,
}

impl OnGame {
    /// A segment of the path.
    pub fn segment(&self, name: &str) -> String {
        self.request.match_info().get(name).unwrap_or_default().to_owned()
    }

    /// The request itself.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// Answers with what a query makes, without an envelope.
    pub async fn plain<T: Serialize>(
        self,
        query: impl FnOnce(&mut Conn, &Reading) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<HttpResponse, ApiError> {
        self.bytes(move |conn, reading| serde_json::to_vec(&query(conn, reading)?).map_err(ApiError::internal)).await
    }

    /// Answers with what a query makes.
    pub async fn answer<T: Serialize>(
        self,
        description: &'static str,
        query: impl FnOnce(&mut Conn, &Reading) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<HttpResponse, ApiError> {
        self.bytes(move |conn, reading| success_bytes(description, query(conn, reading)?)).await
    }

    async fn bytes(
        self,
        query: impl FnOnce(&mut Conn, &Reading) -> Result<Vec<u8>, ApiError> + Send + 'static,
    ) -> Result<HttpResponse, ApiError> {
        let Self { app, gpt, params, .. } = self;
        bytes(&app, move |conn, catalogue| query(conn, &Reading { catalogue: Arc::clone(catalogue), gpt, params }))
            .await
    }
}

impl FromRequest for OnGame {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (app, caller) = (App::of(&request)?, caller.await?);
            let segment = |name| request.match_info().get(name).unwrap_or_default();
            let gpt = find_gpt(&app, segment("game"), segment("playtype"))?;
            Ok(Self { app, caller, gpt, params: Params::of(&request), request })
        })
    }
}

/// A request about a user on a game and playtype: `/users/:userID/games/:game/:playtype/...`.
pub struct Ugpt {
    /// What of it is about the game.
    pub on: OnGame,
    user: String,
}

impl Ugpt {
    /// Answers with what a query makes of the user's profile; there is none when the user has not played.
    pub async fn answer<T: Serialize>(
        self,
        description: &'static str,
        query: impl FnOnce(&mut Conn, &Reading, Profile) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<HttpResponse, ApiError> {
        self.bytes(move |conn, reading, profile| success_bytes(description, query(conn, reading, profile)?)).await
    }

    /// As [`answer`](Self::answer), for queries that write the answer themselves.
    pub async fn bytes(
        self,
        query: impl FnOnce(&mut Conn, &Reading, Profile) -> Result<Vec<u8>, ApiError> + Send + 'static,
    ) -> Result<HttpResponse, ApiError> {
        let me = self.on.caller.user().map(|user| user.id);
        let user = self.user;
        self.on
            .bytes(move |conn, reading| {
                let profile = profile(conn, &user, me, reading.gpt)?;
                query(conn, reading, profile)
            })
            .await
    }

    /// The user and whether the caller may change what is theirs, in this order: somebody is signed in, the user
    /// exists and has played, it is the caller or the caller is an admin, who has the permission.
    pub async fn owner<P: Permission>(&self) -> Result<UserId, ApiError> {
        let me = self.on.caller.signed_in()?.id;
        let (user, gpt) = (self.user.clone(), self.on.gpt);
        let importer = Arc::clone(&self.on.app.importer);
        let user =
            block(move || importer.database().read(|conn| Ok(profile(conn, &user, Some(me), gpt)?.user))).await?;
        check_owner::<P>(&self.on.caller, user, "profile")?;
        Ok(user)
    }
}

fn profile(conn: &mut Conn, user: &str, me: Option<UserId>, gpt: Gpt) -> Result<Profile, ApiError> {
    let id = user_id(conn, user, me)?;
    let missing = || ApiError::not_found(format!("{} has not played {}.", shown(user), gpt.config().name));
    profile_get(conn, id, gpt)?.ok_or_else(missing)
}

impl FromRequest for Ugpt {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let on = OnGame::from_request(request, payload);
        let user = request.match_info().get("user").unwrap_or_default().to_owned();
        Box::pin(async move { Ok(Self { on: on.await?, user }) })
    }
}
