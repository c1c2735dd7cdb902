//! The two forms of a path that names a game and a playtype. Source: `spec/rest-api.md` 14, row one.
//!
//! Routes know `/games/:game/:playtype`. A game of v3 names both by itself (`sdvx`, `iidx-sp`), and stands where the
//! game stands; such a path is brought into the routes' form before it is routed, never by a redirect.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::uri::{PathAndQuery, Uri};
use actix_web::middleware::Next;
use tachi_core::game::{Game, Gpt};

/// Where the names of games begin: directly, and below a user.
const GAMES: &str = "/api/v1/games/";
const USERS: &str = "/api/v1/users/";

/// Gives a request the path that routes know.
///
/// # Errors
/// Those of whatever answers the request.
pub async fn accept_v3(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(uri) = with_playtype(request.path()).and_then(|path| with_path(request.uri(), &path)) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

/// The path with game and playtype, of one that has a v3 game and no playtype after it; `None` for every other path.
///
/// `/games/sdvx` alone stays as it is: there the game is meant, which exists in both forms.
fn with_playtype(path: &str) -> Option<String> {
    let (start, below_user) = if path.starts_with(GAMES) { (GAMES.len(), false) } else { (below_user(path)?, true) };
    let (head, tail) = path.split_at(start);
    let (name, rest) = tail.split_once('/').map_or((tail, None), |(name, rest)| (name, Some(rest)));
    let gpt = Gpt::from_v3(name)?;
    let is_game = name.parse::<Game>().is_ok();
    if rest.is_none() && is_game && !below_user {
        return None;
    }
    // No route has the name of a playtype, so that one which does not fit the game can be refused as what it is.
    let next = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if Gpt::ALL.iter().any(|gpt| gpt.playtype() == next) {
        return None;
    }
    let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
    Some(format!("{head}{}/{}{rest}", gpt.game(), gpt.playtype()))
}

/// Where the name of the game begins in `/users/:user/games/:game...`.
fn below_user(path: &str) -> Option<usize> {
    let user_and_rest = path.strip_prefix(USERS)?;
    let (user, rest) = user_and_rest.split_once('/')?;
    rest.starts_with("games/").then_some(USERS.len() + user.len() + "/games/".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked for, and the path that routes see.
    const PATHS: &[(&str, &str)] = &[
        ("/api/v1/users/me/games/sdvx/pbs/all", "/api/v1/users/me/games/sdvx/Single/pbs/all"),
        ("/api/v1/users/me/games/sdvx/Single/pbs/all", "/api/v1/users/me/games/sdvx/Single/pbs/all"),
        ("/api/v1/users/1/games/sdvx", "/api/v1/users/1/games/sdvx/Single"),
        ("/api/v1/users/1/games/iidx-sp", "/api/v1/users/1/games/iidx/SP"),
        ("/api/v1/users/1/games/bms-7k/scores/recent", "/api/v1/users/1/games/bms/7K/scores/recent"),
        ("/api/v1/users/games/games/popn/goals", "/api/v1/users/games/games/popn/9B/goals"),
        ("/api/v1/games/maimaidx/charts", "/api/v1/games/maimaidx/Single/charts"),
        ("/api/v1/games/iidx-dp", "/api/v1/games/iidx/DP"),
        ("/api/v1/games/iidx-dp/leaderboard", "/api/v1/games/iidx/DP/leaderboard"),
        ("/api/v1/games/sdvx/charts/abc/pbs", "/api/v1/games/sdvx/Single/charts/abc/pbs"),
        // Nothing of these is short for anything.
        ("/api/v1/games/sdvx", "/api/v1/games/sdvx"),
        ("/api/v1/games/sdvx/SP/charts", "/api/v1/games/sdvx/SP/charts"),
        ("/api/v1/games/iidx", "/api/v1/games/iidx"),
        ("/api/v1/games/iidx/charts", "/api/v1/games/iidx/charts"),
        ("/api/v1/games/tetris/charts", "/api/v1/games/tetris/charts"),
        ("/api/v1/users/sdvx/imports", "/api/v1/users/sdvx/imports"),
        ("/api/v1/users/sdvx", "/api/v1/users/sdvx"),
        ("/api/v1/games", "/api/v1/games"),
        ("/ir/usc/Controller", "/ir/usc/Controller"),
    ];

    #[test]
    fn a_v3_game_is_short_for_game_and_playtype() {
        for (asked, routed) in PATHS {
            assert_eq!(with_playtype(asked).as_deref().unwrap_or(asked), *routed, "{asked}");
        }
    }

    #[test]
    fn every_gpt_has_a_short_form_that_means_it() {
        for gpt in Gpt::ALL {
            let long = format!("/api/v1/users/me/games/{}/{}/pbs", gpt.game(), gpt.playtype());
            let short = format!("/api/v1/users/me/games/{}/pbs", gpt.config().v3);
            assert_eq!(with_playtype(&short), Some(long.clone()), "{gpt}");
            assert_eq!(with_playtype(&long), None, "{gpt}");
        }
    }

    #[test]
    fn the_query_stays() {
        let uri: Uri = "/api/v1/games/sdvx/charts?search=a%20b".parse().unwrap();
        assert_eq!(with_path(&uri, "/x").unwrap().to_string(), "/x?search=a%20b");
    }
}
