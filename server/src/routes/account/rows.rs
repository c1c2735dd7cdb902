//! What is documented of the routes of accounts.

use crate::openapi::Access::{Everybody, SelfKey};
use crate::openapi::{Row, row};

/// A new account.
pub const REGISTER: Row = row(Everybody, "Makes an account, and logs in", "User")
    .json(
        "{username: string(/^[a-zA-Z_-][a-zA-Z0-9_-]{2,20}$/), !password: string(8..), email: string, \
         inviteCode?: string?, captcha?: string?}",
    )
    .fails(&[409, 501, 503]);

/// A login.
pub const LOGIN: Row = row(Everybody, "Logs in", "{userID: int}")
    .json("{username: string(/^[a-zA-Z_-][a-zA-Z0-9_-]{2,20}$/), !password: string, captcha?: string?}")
    .fails(&[404, 503]);

/// An email address.
pub const VERIFY_EMAIL: Row =
    row(Everybody, "Verifies an email address with the code that was sent there", "{}").json("{code: string}");

/// A new password for one that was forgotten.
pub const RESET_PASSWORD: Row = row(Everybody, "Sets a new password with a code, and ends all logins", "{}")
    .json("{code: string, !password: string(8..)}")
    .fails(&[404]);

/// The query of lists of users.
pub const USERS: &str = "search?: string, online?: presence";

/// What users say about themselves.
pub const ABOUT: &str = "{about?: string(0..2000), status?: string(3..140)?, discord?: string(3..140)?, \
                         twitter?: string(3..140)?, github?: string(3..140)?, steam?: string(3..140)?, \
                         youtube?: string(3..140)?, twitch?: string(3..140)?}";

/// Settings.
pub const SETTINGS: Row = row(SelfKey, "Changes settings; what is absent stays", "UserSettings").json(
    "{invisible?: bool, developerMode?: bool, contentiousContent?: bool, advancedMode?: bool, deletableScores?: bool}",
);

/// A new password.
pub const CHANGE_PASSWORD: Row = row(SelfKey, "Changes the password, and ends all other logins", "{}")
    .json("{!oldPassword: string, !password: string(8..)}");

/// A new email address.
pub const CHANGE_EMAIL: Row =
    row(SelfKey, "Changes the email address", "{}").json("{!password: string, email: string}").fails(&[409]);

/// A new name.
pub const CHANGE_USERNAME: Row = row(SelfKey, "Changes the name, every six months", "User")
    .json("{username: string(/^[a-zA-Z_-][a-zA-Z0-9_-]{2,20}$/)}")
    .fails(&[409]);

/// A new token.
pub const CREATE_TOKEN: Row = row(SelfKey, "Makes a token; the only answer that ever holds it", "APIToken")
    .json("{permissions?: string[]?, identifier?: string(1..255)?, clientID?: string?}");

/// The end of a token.
pub const DELETE_TOKEN: Row = row(SelfKey, "Deletes a token", "{}");
