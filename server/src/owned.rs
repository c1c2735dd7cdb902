//! Things that belong to a user, for handlers that only their owner may call. Source: `spec/rest-api.md` 2 and 4.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tachi_core::ids::UserId;
use tachi_db::imports::{StoredImport, import_by_public_id};
use tachi_db::scores::{StoredScore, score_by_public_id};
use tachi_db::users::AuthLevel;
use tachi_db::{Conn, DbError};

use crate::app::App;
use crate::auth::{Caller, Permission};
use crate::envelope::{ApiError, Kind};
use crate::routes::shown;

/// Something that a path names and a user owns.
pub trait Owned: Send + Sized + 'static {
    /// What it is called, also in paths.
    const NAME: &'static str;

    /// The one that a text names.
    ///
    /// # Errors
    /// Those of the database.
    fn find(conn: &mut Conn, text: &str) -> Result<Option<Self>, DbError>;

    /// Whose it is.
    fn owner(&self) -> UserId;
}

impl Owned for StoredImport {
    const NAME: &'static str = "import";

    fn find(conn: &mut Conn, text: &str) -> Result<Option<Self>, DbError> {
        // What is no identifier names nothing.
        let Ok(id) = text.parse() else { return Ok(None) };
        import_by_public_id(conn, id)
    }

    fn owner(&self) -> UserId {
        self.document.user_id
    }
}

impl Owned for StoredScore {
    const NAME: &'static str = "score";

    fn find(conn: &mut Conn, text: &str) -> Result<Option<Self>, DbError> {
        let Ok(id) = text.parse() else { return Ok(None) };
        score_by_public_id(conn, id)
    }

    fn owner(&self) -> UserId {
        self.score.user
    }
}

/// The thing that a path names, for a caller who owns it or is an admin and has the permission `P`.
///
/// The checks come in this order: it exists, somebody is signed in, who may touch it, with the permission.
#[derive(Debug)]
pub struct OwnersOnly<T, P> {
    /// The thing.
    pub thing: T,
    permission: PhantomData<P>,
}

impl<T: Owned, P: Permission> FromRequest for OwnersOnly<T, P> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let thing = of_path::<T>(&request).await?;
            let caller = caller.await?;
            check_owner::<P>(&caller, thing.owner(), T::NAME)?;
            Ok(Self { thing, permission: PhantomData })
        })
    }
}

/// Refuses whoever may not touch what belongs to a user: the owner and admins may, with the permission `P`. `what` it is
/// called.
///
/// # Errors
/// 401 for a guest, 403 for others.
pub fn check_owner<P: Permission>(caller: &Caller, owner: UserId, what: &str) -> Result<(), ApiError> {
    let user = caller.signed_in()?;
    if user.id != owner && user.auth_level != AuthLevel::Admin {
        return Err(ApiError::new(Kind::Forbidden, format!("This {what} belongs to somebody else.")));
    }
    P::require(caller.permissions())
}

/// The thing that a path names, whosever it is.
///
/// # Errors
/// 404 when there is none.
pub async fn of_path<T: Owned>(request: &HttpRequest) -> Result<T, ApiError> {
    let text = request.match_info().get(T::NAME).unwrap_or_default().to_owned();
    let missing = ApiError::not_found(format!("The {} {} does not exist.", T::NAME, shown(&text)));
    App::of(request)?.read(move |conn| T::find(conn, &text)).await?.ok_or(missing)
}
