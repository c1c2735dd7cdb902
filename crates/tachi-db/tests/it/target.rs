//! Database URLs.

use tachi_db::{Database, DbError, Options, Target};

#[test]
fn known_schemes_existing_files_and_new_files_with_an_ending_are_databases() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("existing"), "").unwrap();
    for url in [
        path("tachi.db"),
        path("tachi.sqlite"),
        path("tachi.sqlite3"),
        path("existing"),
        format!("sqlite://{}", path("tachi.db")),
        format!("sqlite://{}", path("existing")),
    ] {
        assert!(matches!(Target::parse(&url), Ok(Target::Sqlite(_))), "{url}");
    }
    for url in ["postgres://localhost/tachi", "postgresql://me:secret@localhost:5432/tachi?sslmode=disable"] {
        assert_eq!(Target::parse(url).unwrap(), Target::Postgres(url.to_owned()));
    }
}

#[test]
fn a_mistyped_url_is_refused_and_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let urls = [
        String::new(),
        "sqlite://".to_owned(),
        ":memory:".to_owned(),
        "file:tachi.db".to_owned(),
        "sqlite:tachi.db".to_owned(),
        "postgres:tachi.db".to_owned(),
        "postgre://localhost/tachi.db".to_owned(),
        "Postgres://localhost/tachi".to_owned(),
        "mysql://localhost/tachi".to_owned(),
        path(""),
        path("tachi"),
        path("tachi.dbx"),
        path("missing/tachi.db"),
        format!("sqlite://{}", path("tachi")),
        format!("sqlite://{}", path("missing/tachi.db")),
    ];
    for url in &urls {
        let error = Database::open(url, &Options::default()).unwrap_err();
        assert!(matches!(error, DbError::Url { .. }), "{url}: {error}");
        assert!(error.to_string().contains("postgres://USER@HOST/NAME"), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn passwords_do_not_appear_in_errors() {
    let url = "postgres://me:secret@localhost:1/tachi";
    let error = Database::open(url, &Options::default()).unwrap_err();
    assert!(matches!(error, DbError::Open { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scores.csv");
    std::fs::write(&path, "version,title\n".repeat(100)).unwrap();
    let error = Database::open(&path.display().to_string(), &Options::default()).unwrap_err();
    assert!(matches!(error, DbError::Open { .. }), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("version,title"));
}
