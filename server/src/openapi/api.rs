//! Registering routes: a route that is not documented cannot be registered.

use actix_web::dev::HttpServiceFactory;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route, Scope};

use super::row::Row;

/// A route as it is documented.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path from the root, with `{names}`.
    pub path: String,
    /// The group it belongs to.
    pub tag: &'static str,
    /// What is said of it.
    pub row: Row,
}

type Step = Box<dyn FnOnce(&mut ServiceConfig)>;

/// Routes, and what is said of them.
#[derive(Default)]
pub struct Api {
    prefix: String,
    tag: &'static str,
    steps: Vec<Step>,
    operations: Vec<Operation>,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident $method:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<F, Args>(&mut self, path: &str, handler: F, row: Row) -> &mut Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.route(Method::$method, path, web::$name().to(handler), row)
        }
    )*};
}

impl Api {
    /// Names the group of the routes that follow.
    pub fn tag(&mut self, tag: &'static str) -> &mut Self {
        self.tag = tag;
        self
    }

    methods! {
        /// Adds a GET.
        get GET;
        /// Adds a POST.
        post POST;
        /// Adds a PUT.
        put PUT;
        /// Adds a PATCH.
        patch PATCH;
        /// Adds a DELETE.
        delete DELETE;
    }

    /// Adds a route of which more is to be said than its handler.
    pub fn route(&mut self, method: Method, path: &str, route: Route, row: Row) -> &mut Self {
        self.operations.push(Operation { method, path: format!("{}{path}", self.prefix), tag: self.tag, row });
        let path = path.to_owned();
        self.steps.push(Box::new(move |service| {
            service.route(&path, route);
        }));
        self
    }

    /// Adds the routes below a path; `finish` gives the scope its middleware and its answer to everything else.
    pub fn scope<S: HttpServiceFactory + 'static>(
        &mut self,
        path: &str,
        routes: impl FnOnce(&mut Self),
        finish: impl FnOnce(Scope) -> S + 'static,
    ) -> &mut Self {
        let prefix = format!("{}{path}", self.prefix);
        let mut inner = Self { prefix, tag: self.tag, ..Self::default() };
        routes(&mut inner);
        self.operations.append(&mut inner.operations);
        let path = path.to_owned();
        self.steps.push(Box::new(move |service| {
            service.service(finish(web::scope(&path).configure(|scope| inner.configure(scope))));
        }));
        self
    }

    /// Adds routes that another module lists.
    pub fn with(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }

    /// Puts the routes into a service.
    pub fn configure(self, service: &mut ServiceConfig) {
        for step in self.steps {
            step(service);
        }
    }

    /// What is said of the routes.
    #[must_use]
    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }
}
