//! What mails say.

use tachi_db::email_codes::Purpose;

use crate::codes::age;

/// What a letter is about.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// What the code is for.
    pub purpose: Purpose,
    /// The code.
    pub code: &'a str,
    /// Whose account it is.
    pub username: &'a str,
    /// The name of the instance.
    pub instance: &'a str,
    /// Where players reach it.
    pub our_url: &'a str,
}

impl Letter<'_> {
    /// The subject.
    pub fn subject(&self) -> String {
        let of = match self.purpose {
            Purpose::Reset => "a new password",
            Purpose::Verify => "your email address",
        };
        format!("{}: {of}", self.instance)
    }

    /// The text. There is no page of ours to link to: clients take the code.
    pub fn text(&self) -> String {
        let Self { code, username, instance, our_url, .. } = self;
        let hours = age(self.purpose) / (60 * 60 * 1000);
        let (why, path, with, otherwise) = match self.purpose {
            Purpose::Reset => (
                "Somebody asked for a new password of your account.",
                "reset-password",
                "this code and the new password",
                "If it was not you, do nothing: the password stays as it is.",
            ),
            Purpose::Verify => (
                "This email address was given for your account.",
                "verify-email",
                "this code",
                "If it was not you, do nothing: the address stays unverified.",
            ),
        };
        format!(
            "Hello {username},\n\n{why}\n\nInstance: {instance} ({our_url})\nCode: {code}\n\nEnter {with} where your \
             client asks for it, or send it\nto POST {our_url}/api/v1/auth/{path}.\nIt is good once, for {hours} \
             h.\n\n{otherwise}\n"
        )
    }
}
