//! Options that belong together, in a struct of their own.

/// Declares a group of options: a field is a flag, a variable of the environment and a key of `tachi.toml`.
macro_rules! option_group {
    (
        $(#[$doc:meta])* $group:ident, $heading:literal,
        { $($(#[$field_doc:meta])* $field:ident: $kind:ty, $env:literal;)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Default, clap::Args, serde::Deserialize)]
        #[command(next_help_heading = $heading)]
        #[serde(deny_unknown_fields, default)]
        pub struct $group {
            $(
                $(#[$field_doc])*
                #[arg(long, env = $env, global = true, hide_env_values = true)]
                pub $field: Option<$kind>,
            )*
        }

        impl $group {
            /// The keys of `tachi.toml`.
            pub(super) const KEYS: &[&str] = &[$(stringify!($field)),*];

            /// Lays these over those of the file.
            pub(super) fn over(self, file: Self) -> Self {
                Self { $($field: self.$field.or(file.$field),)* }
            }
        }
    };
}
