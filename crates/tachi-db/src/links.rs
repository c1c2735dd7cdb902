//! What users link with us: accounts and cards of services elsewhere. Source: `spec/integrations.md` 9.
//!
//! What opens something elsewhere arrives here encrypted and leaves so; the key is the caller's.

use tachi_core::ids::UserId;

use crate::error::DbError;
use crate::pool::Conn;

/// Something that a user can link once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// An account of FLO.
    Flo,
    /// An account of EAG.
    Eag,
    /// An account of MIN.
    Min,
    /// A card of CG Dev.
    CgDev,
    /// A card of CG NAG.
    CgNag,
    /// A card of CG GAN.
    CgGan,
    /// A card of MYT.
    Myt,
    /// An account of ARC for beatmania IIDX.
    ArcIidx,
    /// An account of ARC for SOUND VOLTEX.
    ArcSdvx,
}

/// Where a link is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The service, as the table names it; empty where the table holds one service only.
    pub service: &'static str,
    /// The encrypted columns.
    pub columns: &'static [&'static str],
}

/// A link, or another secret, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key it was encrypted with.
    pub key_id: String,
    /// The encrypted values; of a link in the order of [`Place::columns`].
    pub values: Vec<Vec<u8>>,
}

impl Link {
    /// Every link.
    pub const ALL: [Self; 9] = [
        Self::Flo,
        Self::Eag,
        Self::Min,
        Self::CgDev,
        Self::CgNag,
        Self::CgGan,
        Self::Myt,
        Self::ArcIidx,
        Self::ArcSdvx,
    ];

    /// Where it is stored.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Flo => kai("FLO"),
            Self::Eag => kai("EAG"),
            Self::Min => kai("MIN"),
            Self::CgDev => cg("dev"),
            Self::CgNag => cg("nag"),
            Self::CgGan => cg("gan"),
            Self::Myt => Place { table: "priv_svc_myt_card_info", service: "", columns: &["card_access_code"] },
            Self::ArcIidx => arc("api/arc-iidx"),
            Self::ArcSdvx => arc("api/arc-sdvx"),
        }
    }
}

const fn kai(service: &'static str) -> Place {
    Place { table: "priv_svc_kai_auth_token", service, columns: &["token", "refresh_token"] }
}

const fn cg(service: &'static str) -> Place {
    Place { table: "priv_svc_cg_card_info", service, columns: &["card_id", "pin"] }
}

const fn arc(service: &'static str) -> Place {
    Place { table: "priv_svc_arc_profile", service, columns: &["account_id"] }
}

/// The queries on one table.
macro_rules! sealed_table {
    ($module:ident $table:ident, |$user:ident, $service:ident| $key:expr, [$($key_column:ident = $value:expr),*],
        [$($column:ident $at:literal $name:ident),*]) => {
        mod $module {
            use diesel::prelude::*;
            use diesel::upsert::excluded;

            use super::Sealed;
            use crate::error::DbError;
            use crate::pool::Conn;
            use crate::schema::$table::{self, *};

            type Row = (String, $(sealed_table!(@type $column)),*);

            pub(super) fn get(conn: &mut Conn, $user: i32, $service: &str) -> Result<Option<Sealed>, DbError> {
                let _ = $service;
                let row: Option<Row> = table.find($key).select((key_id, $($column),*)).first(conn).optional()?;
                Ok(row.map(|(id, $($name),*)| Sealed { key_id: id, values: vec![$($name),*] }))
            }

            pub(super) fn put(
                conn: &mut Conn,
                $user: i32,
                $service: &str,
                sealed: &Sealed,
            ) -> Result<(), DbError> {
                let _ = $service;
                let row = (
                    $($key_column.eq($value),)*
                    key_id.eq(&sealed.key_id),
                    $($column.eq(super::value(sealed, $at)?)),*
                );
                on_backend!(conn, |inner| diesel::insert_into($table::table)
                    .values(row)
                    .on_conflict(($($key_column),*))
                    .do_update()
                    .set((key_id.eq(excluded(key_id)), $($column.eq(excluded($column))),*))
                    .execute(inner))?;
                Ok(())
            }

            pub(super) fn delete(conn: &mut Conn, $user: i32, $service: &str) -> Result<bool, DbError> {
                let _ = $service;
                Ok(diesel::delete(table.find($key)).execute(conn)? > 0)
            }
        }
    };
    (@type $column:ident) => { Vec<u8> };
}

sealed_table!(kai_table priv_svc_kai_auth_token, |user, of| (user, of), [user_id = user, service = of],
    [token 0 first, refresh_token 1 second]);
sealed_table!(cg_table priv_svc_cg_card_info, |user, of| (user, of), [user_id = user, service = of], [card_id 0 first, pin 1 second]);
sealed_table!(myt_table priv_svc_myt_card_info, |user, of| user, [user_id = user], [card_access_code 0 first]);
sealed_table!(arc_table priv_svc_arc_profile, |user, of| (user, of), [user_id = user, for_import_type = of], [account_id 0 first]);

fn value(sealed: &Sealed, at: usize) -> Result<&[u8], DbError> {
    let value = sealed.values.get(at).map(Vec::as_slice);
    value.ok_or_else(|| DbError::data("a link", format!("it has {} values", sealed.values.len())))
}

/// Calls a query on the table of a link.
macro_rules! on_table {
    ($link:expr, $query:ident($($argument:expr),*)) => {{
        let of = $link.place().service;
        match $link {
            Link::Flo | Link::Eag | Link::Min => on_table!(@call kai_table, $query, of, $($argument),*),
            Link::CgDev | Link::CgNag | Link::CgGan => on_table!(@call cg_table, $query, of, $($argument),*),
            Link::Myt => on_table!(@call myt_table, $query, of, $($argument),*),
            Link::ArcIidx | Link::ArcSdvx => on_table!(@call arc_table, $query, of, $($argument),*),
        }
    }};
    (@call $module:ident, $query:ident, $of:ident, $conn:expr, $user:expr $(, $more:expr)*) => {
        $module::$query($conn, $user, $of $(, $more)*)
    };
}

/// What a user has linked.
///
/// # Errors
/// Those of the database.
pub fn link_get(conn: &mut Conn, user: UserId, link: Link) -> Result<Option<Sealed>, DbError> {
    on_table!(link, get(conn, user.0))
}

/// Links something, over what there may be.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is no such user.
pub fn link_put(conn: &mut Conn, user: UserId, link: Link, sealed: &Sealed) -> Result<(), DbError> {
    on_table!(link, put(conn, user.0, sealed))
}

/// Removes a link. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn link_delete(conn: &mut Conn, user: UserId, link: Link) -> Result<bool, DbError> {
    on_table!(link, delete(conn, user.0))
}
