//! What is said of a route where it is registered.

/// Who may call a route. The permission table of the tests compares each of these with what the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nobody is asked who they are.
    Unasked,
    /// Everybody; a bad token and a banned user are refused all the same.
    Everybody,
    /// Whoever is signed in, with a login or any token.
    SignedIn,
    /// Whoever has the permission, by a login or a token.
    Permission(&'static str),
    /// Whoever has a login; a token is none.
    LoggedIn,
    /// The user whom the path names, by a login; no token will do.
    SelfKey,
    /// The author of the client that the path names, by a login; a token is none.
    Author,
    /// The owner of what the path names, or an admin; with the permission, if one is named.
    Owner(Option<&'static str>),
    /// The owner alone, with the permission.
    OwnerAlone(&'static str),
    /// An admin, with a login or any token.
    Admin,
    /// Whoever has a token, with the permission, if one is named; refused in the words of USC-IR, with status 200.
    Usc(Option<&'static str>),
}

impl Access {
    /// The permission that a token needs.
    #[must_use]
    pub const fn permission(self) -> Option<&'static str> {
        match self {
            Self::Permission(name) | Self::OwnerAlone(name) => Some(name),
            Self::Owner(name) | Self::Usc(name) => name,
            Self::Unasked
            | Self::Everybody
            | Self::SignedIn
            | Self::LoggedIn
            | Self::SelfKey
            | Self::Author
            | Self::Admin => None,
        }
    }

    /// The same for people.
    #[must_use]
    pub fn in_words(self) -> String {
        let with = |who: &str, name: Option<&str>| match name {
            Some(name) => format!("{who}, with the permission {name}"),
            None => who.to_owned(),
        };
        match self {
            Self::Unasked => "everybody, nobody is asked who they are".to_owned(),
            Self::Everybody => "everybody".to_owned(),
            Self::SignedIn => "whoever is signed in, with a login or a token".to_owned(),
            Self::Permission(name) => with("a login or a token", Some(name)),
            Self::LoggedIn => "whoever is logged in; no API token".to_owned(),
            Self::Author => "the author of the client, logged in; no API token".to_owned(),
            Self::SelfKey => "the user themselves, logged in; no API token".to_owned(),
            Self::Owner(name) => with("the owner or an admin, with a login or a token", name),
            Self::OwnerAlone(name) => with("the owner, with a login or a token", Some(name)),
            Self::Admin => "an admin, with a login or a token".to_owned(),
            Self::Usc(name) => with("a token", name),
        }
    }
}

/// What is documented of a route. Types are in the notation of [`super::notation`].
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Who may call it.
    pub access: Access,
    /// What it does.
    pub summary: &'static str,
    /// The query.
    pub query: &'static str,
    /// Headers and examples of them.
    pub headers: &'static [(&'static str, &'static str)],
    /// The media types and the type of the request's body.
    pub body: Option<(&'static [&'static str], &'static str)>,
    /// The answer of a success.
    pub answer: Answer,
    /// The type of the body of a 202, if there may be one.
    pub accepted: Option<&'static str>,
    /// Statuses of failures besides those that follow from the rest.
    pub fails: &'static [u16],
    /// A request's body, as JSON text.
    pub sent: Option<&'static str>,
    /// An answer of a success, as JSON text.
    pub example: Option<&'static str>,
}

/// The answer of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 200 with a body of this type in the envelope.
    Enveloped(&'static str),
    /// 200 with a body of this media type, and of this type if it is JSON.
    Raw(&'static str, &'static str),
    /// 200 with a body of any of these media types, for a browser; failures are pages.
    Page(&'static [&'static str]),
    /// 303 to another page, for a browser; failures are pages.
    Redirect,
    /// There is none but the 202.
    AcceptedOnly,
    /// No success is possible.
    Never,
}

const JSON: &str = "application/json";
const FIELDS: &str = "application/x-www-form-urlencoded";

/// A route for browsers that answers with a page.
#[must_use]
pub const fn browser_page(access: Access, summary: &'static str) -> Row {
    Row { answer: Answer::Page(&["text/html"]), ..row(access, summary, "") }
}

/// A route for browsers that leads to another page.
#[must_use]
pub const fn redirect(access: Access, summary: &'static str) -> Row {
    Row { answer: Answer::Redirect, ..row(access, summary, "") }
}

/// A route that answers with a body of this type.
#[must_use]
pub const fn row(access: Access, summary: &'static str, body: &'static str) -> Row {
    let answer = Answer::Enveloped(body);
    let (query, headers, fails) = ("", &[], &[]);
    Row { access, summary, query, headers, body: None, answer, accepted: None, fails, sent: None, example: None }
}

impl Row {
    /// Answers a browser with any of these media types.
    #[must_use]
    pub const fn media(self, media: &'static [&'static str]) -> Self {
        Self { answer: Answer::Page(media), ..self }
    }

    /// With a query: `search: string, limit?: int(1..50)`.
    #[must_use]
    pub const fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    /// With headers and examples of them.
    #[must_use]
    pub const fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    /// With a body of JSON.
    #[must_use]
    pub const fn json(self, body: &'static str) -> Self {
        Self { body: Some((&[JSON], body)), ..self }
    }

    /// With a form that holds a file.
    #[must_use]
    pub const fn form(self, body: &'static str) -> Self {
        Self { body: Some((&["multipart/form-data"], body)), ..self }
    }

    /// With what a page sends.
    #[must_use]
    pub const fn fields(self, body: &'static str) -> Self {
        Self { body: Some((&[FIELDS], body)), ..self }
    }

    /// With a body of JSON or what a page sends.
    #[must_use]
    pub const fn json_or_fields(self, body: &'static str) -> Self {
        Self { body: Some((&[JSON, FIELDS], body)), ..self }
    }

    /// Answers in another form than the envelope.
    #[must_use]
    pub const fn raw(self, media: &'static str) -> Self {
        let Answer::Enveloped(body) = self.answer else { return self };
        Self { answer: Answer::Raw(media, body), ..self }
    }

    /// Answers 202 instead of 200.
    #[must_use]
    pub const fn accepted_only(self) -> Self {
        let Answer::Enveloped(body) = self.answer else { return self };
        Self { answer: Answer::AcceptedOnly, accepted: Some(body), ..self }
    }

    /// May answer 202 as well.
    #[must_use]
    pub const fn or_accepted(self, body: &'static str) -> Self {
        Self { accepted: Some(body), ..self }
    }

    /// Never succeeds on an instance as it is.
    #[must_use]
    pub const fn never(self) -> Self {
        Self { answer: Answer::Never, ..self }
    }

    /// May fail with these statuses, besides those that follow from the rest.
    #[must_use]
    pub const fn fails(self, fails: &'static [u16]) -> Self {
        Self { fails, ..self }
    }

    /// With an example of the request's body.
    #[must_use]
    pub const fn sent(self, sent: &'static str) -> Self {
        Self { sent: Some(sent), ..self }
    }

    /// With an example of the answer.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }
}
