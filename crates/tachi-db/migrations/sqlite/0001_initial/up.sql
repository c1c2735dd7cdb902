-- The schema of SQLite. It differs from migrations/postgres in spelling only; tests compare the two.
--
-- Booleans are INTEGER 0/1, times are UNIX milliseconds, JSON is TEXT, games and enums are the indexes of the
-- program's own lists. Whatever is referenced by many rows has an integer key of its own, and its public identifier
-- stands once.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (key, value) VALUES ('catalogue_version', '0');

-- Users ------------------------------------------------------------------------------------------------------------

-- AUTOINCREMENT: a user's number is never given to another one.
CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    username_lower TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    email TEXT UNIQUE,
    about TEXT NOT NULL,
    status TEXT,
    social_media TEXT NOT NULL,
    badges TEXT NOT NULL,
    join_date INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    auth_level INTEGER NOT NULL
) STRICT;

CREATE TABLE api_tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    permissions TEXT NOT NULL,
    client_id TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE user_locks (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    locked INTEGER NOT NULL,
    locked_at INTEGER,
    holder TEXT,
    instance TEXT,
    heartbeat_at INTEGER
) STRICT;

-- Catalogue --------------------------------------------------------------------------------------------------------

CREATE TABLE songs (
    game INTEGER NOT NULL,
    id INTEGER NOT NULL,
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    PRIMARY KEY (game, id)
) STRICT;

CREATE TABLE charts (
    key INTEGER NOT NULL PRIMARY KEY,
    chart_id TEXT NOT NULL UNIQUE,
    gpt INTEGER NOT NULL,
    game INTEGER NOT NULL,
    song_id INTEGER NOT NULL,
    is_primary INTEGER NOT NULL,
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    derive_hash BLOB NOT NULL,
    FOREIGN KEY (game, song_id) REFERENCES songs (game, id)
) STRICT;
CREATE INDEX charts_song ON charts (game, song_id);

CREATE TABLE folders (
    key INTEGER NOT NULL PRIMARY KEY,
    folder_id TEXT NOT NULL UNIQUE,
    gpt INTEGER NOT NULL,
    title TEXT NOT NULL,
    inactive INTEGER NOT NULL,
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL
) STRICT;
CREATE INDEX folders_gpt ON folders (gpt);

-- Derived from folders and charts, and written by loads of the catalogue only, hundreds of thousands of rows at a
-- time: foreign keys would take most of that time.
CREATE TABLE folder_charts (
    folder_key INTEGER NOT NULL,
    chart_key INTEGER NOT NULL,
    PRIMARY KEY (folder_key, chart_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX folder_charts_chart ON folder_charts (chart_key);

-- The hash of each folder's chart keys: what did not change is not written again.
CREATE TABLE folder_members (
    folder_key INTEGER NOT NULL PRIMARY KEY REFERENCES folders (key) ON DELETE CASCADE,
    content_hash BLOB NOT NULL
) STRICT;

CREATE TABLE chart_tables (
    table_id TEXT NOT NULL PRIMARY KEY,
    gpt INTEGER NOT NULL,
    is_default INTEGER NOT NULL,
    inactive INTEGER NOT NULL,
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL
) STRICT;

CREATE TABLE goals (
    key INTEGER NOT NULL PRIMARY KEY,
    goal_id TEXT NOT NULL UNIQUE,
    gpt INTEGER NOT NULL,
    folder_key INTEGER REFERENCES folders (key),
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL
) STRICT;
CREATE INDEX goals_folder ON goals (folder_key) WHERE folder_key IS NOT NULL;

CREATE TABLE goal_charts (
    goal_key INTEGER NOT NULL REFERENCES goals (key) ON DELETE CASCADE,
    chart_key INTEGER NOT NULL REFERENCES charts (key),
    PRIMARY KEY (goal_key, chart_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX goal_charts_chart ON goal_charts (chart_key);

CREATE TABLE quests (
    quest_id TEXT NOT NULL PRIMARY KEY,
    gpt INTEGER NOT NULL,
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL
) STRICT;

CREATE TABLE questlines (
    questline_id TEXT NOT NULL PRIMARY KEY,
    gpt INTEGER NOT NULL,
    document TEXT NOT NULL,
    content_hash BLOB NOT NULL
) STRICT;

CREATE TABLE bms_courses (
    md5sums TEXT NOT NULL PRIMARY KEY,
    gpt INTEGER NOT NULL,
    class_set TEXT NOT NULL,
    value TEXT NOT NULL,
    title TEXT NOT NULL
) STRICT;

-- Imports ----------------------------------------------------------------------------------------------------------

-- id: chosen by the program, so that an import is written once, when it is complete. Whatever refers to it is written
-- before it, in the same transaction. rows: the first record of what became of its elements.
CREATE TABLE imports (
    id INTEGER NOT NULL PRIMARY KEY,
    import_id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    import_type TEXT NOT NULL,
    user_intent INTEGER NOT NULL,
    time_started INTEGER NOT NULL,
    time_finished INTEGER NOT NULL,
    body TEXT NOT NULL,
    counts TEXT NOT NULL,
    rows TEXT NOT NULL
) STRICT;
CREATE INDEX imports_user ON imports (user_id, time_finished);

-- The other records of what became of an import's elements.
CREATE TABLE import_rows (
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    chunk INTEGER NOT NULL,
    rows TEXT NOT NULL,
    PRIMARY KEY (import_id, chunk)
) STRICT;

CREATE TABLE import_trackers (
    import_id TEXT NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    import_type TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_intent INTEGER NOT NULL,
    time_started INTEGER NOT NULL,
    stage TEXT,
    progress TEXT,
    error_message TEXT,
    error_status INTEGER,
    instance TEXT NOT NULL
) STRICT;
CREATE INDEX import_trackers_user ON import_trackers (user_id);

-- A score that could not be matched to a chart; it outlives the import that brought it.
CREATE TABLE orphans (
    id INTEGER NOT NULL PRIMARY KEY,
    orphan_id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    import_type TEXT NOT NULL,
    game INTEGER NOT NULL,
    data TEXT NOT NULL,
    context TEXT NOT NULL,
    message TEXT,
    time_inserted INTEGER NOT NULL,
    import_id INTEGER REFERENCES imports (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX orphans_user ON orphans (user_id, time_inserted);
CREATE INDEX orphans_import ON orphans (import_id) WHERE import_id IS NOT NULL;

-- Sessions and scores ----------------------------------------------------------------------------------------------

-- next_pos, best: the next score's position, and the best values of each rating. With them a session is extended without
-- a look at the scores it has.
CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    highlight INTEGER NOT NULL,
    time_inserted INTEGER NOT NULL,
    time_started INTEGER NOT NULL,
    time_ended INTEGER NOT NULL,
    ratings TEXT NOT NULL,
    next_pos INTEGER NOT NULL,
    best TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_ended ON sessions (user_id, gpt, time_ended, time_started);
CREATE INDEX sessions_started ON sessions (user_id, gpt, time_started);

-- chart_key has no foreign key: no index leads with it, so that the removal of each chart would scan all scores.
-- Every score has a PB on its chart, and the foreign key of pbs guards the chart.
CREATE TABLE scores (
    id INTEGER NOT NULL PRIMARY KEY,
    score_id BLOB NOT NULL UNIQUE CHECK (length(score_id) = 33),
    dedup_key BLOB NOT NULL CHECK (length(dedup_key) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt INTEGER NOT NULL,
    chart_key INTEGER NOT NULL,
    import_id INTEGER REFERENCES imports (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    session_id INTEGER REFERENCES sessions (id) ON DELETE SET NULL,
    session_pos INTEGER,
    time_achieved INTEGER,
    time_added INTEGER NOT NULL,
    import_type TEXT NOT NULL,
    service TEXT NOT NULL,
    comment TEXT,
    highlight INTEGER NOT NULL,
    score REAL,
    percent REAL,
    lamp INTEGER,
    grade INTEGER,
    data TEXT NOT NULL,
    ratings TEXT NOT NULL,
    UNIQUE (user_id, chart_key, dedup_key)
) STRICT;
CREATE INDEX scores_time ON scores (user_id, gpt, time_achieved);
CREATE INDEX scores_import ON scores (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX scores_session ON scores (session_id) WHERE session_id IS NOT NULL;

CREATE TABLE score_blacklist (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    dedup_key BLOB NOT NULL CHECK (length(dedup_key) = 32),
    score_id BLOB NOT NULL CHECK (length(score_id) = 33),
    PRIMARY KEY (user_id, dedup_key)
) STRICT;

-- Which members of a known score an import filled in.
CREATE TABLE import_fills (
    id INTEGER NOT NULL PRIMARY KEY,
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    score_id INTEGER NOT NULL REFERENCES scores (id) ON DELETE CASCADE,
    members TEXT NOT NULL
) STRICT;
CREATE INDEX import_fills_import ON import_fills (import_id);
CREATE INDEX import_fills_score ON import_fills (score_id);

-- Personal bests and profiles --------------------------------------------------------------------------------------

-- part0 to part4: the scores it is composed of, the base and one for each merger of the GPT. rank0 to rank4: the
-- leaderboard's keys, larger is better, null is last. rating0 to rating3: the ratings in the GPT's order, on primary
-- charts only; lists of the best are read from their indexes alone.
CREATE TABLE pbs (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt INTEGER NOT NULL,
    chart_key INTEGER NOT NULL REFERENCES charts (key),
    is_primary INTEGER NOT NULL,
    highlight INTEGER NOT NULL,
    time_achieved INTEGER,
    score REAL,
    percent REAL,
    lamp INTEGER,
    grade INTEGER,
    data TEXT NOT NULL,
    ratings TEXT NOT NULL,
    part0 INTEGER NOT NULL,
    part1 INTEGER,
    part2 INTEGER,
    part3 INTEGER,
    part4 INTEGER,
    rank0 REAL NOT NULL,
    rank1 REAL,
    rank2 REAL,
    rank3 REAL,
    rank4 REAL,
    bucket INTEGER NOT NULL,
    rating0 REAL,
    rating1 REAL,
    rating2 REAL,
    rating3 REAL,
    UNIQUE (user_id, chart_key)
) STRICT;
CREATE INDEX pbs_ranking ON pbs (chart_key, rank0 DESC);
CREATE INDEX pbs_rating0 ON pbs (user_id, gpt, bucket, rating0 DESC, chart_key) WHERE rating0 IS NOT NULL;
CREATE INDEX pbs_rating1 ON pbs (user_id, gpt, bucket, rating1 DESC, chart_key) WHERE rating1 IS NOT NULL;
CREATE INDEX pbs_rating2 ON pbs (user_id, gpt, bucket, rating2 DESC, chart_key) WHERE rating2 IS NOT NULL;
CREATE INDEX pbs_rating3 ON pbs (user_id, gpt, bucket, rating3 DESC, chart_key) WHERE rating3 IS NOT NULL;

-- rating0 to rating3: the ratings in the GPT's order, for leaderboards.
CREATE TABLE profiles (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt INTEGER NOT NULL,
    ratings TEXT NOT NULL,
    classes TEXT NOT NULL,
    rating0 REAL,
    rating1 REAL,
    rating2 REAL,
    rating3 REAL,
    PRIMARY KEY (user_id, gpt)
) STRICT;
CREATE INDEX profiles_gpt ON profiles (gpt);
CREATE INDEX profiles_rating0 ON profiles (gpt, rating0 DESC, user_id) WHERE rating0 IS NOT NULL;
CREATE INDEX profiles_rating1 ON profiles (gpt, rating1 DESC, user_id) WHERE rating1 IS NOT NULL;
CREATE INDEX profiles_rating2 ON profiles (gpt, rating2 DESC, user_id) WHERE rating2 IS NOT NULL;
CREATE INDEX profiles_rating3 ON profiles (gpt, rating3 DESC, user_id) WHERE rating3 IS NOT NULL;

-- is_manual: whether the player stated the class by hand.
CREATE TABLE class_achievements (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt INTEGER NOT NULL,
    class_set TEXT NOT NULL,
    old_value TEXT,
    value TEXT NOT NULL,
    time_achieved INTEGER NOT NULL,
    is_manual INTEGER NOT NULL
) STRICT;
CREATE INDEX class_achievements_user ON class_achievements (user_id, time_achieved);
CREATE INDEX class_achievements_gpt ON class_achievements (gpt, time_achieved);

-- Users who may not state classes by hand.
CREATE TABLE class_bans (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE
) STRICT;

-- Goals and quests -------------------------------------------------------------------------------------------------

CREATE TABLE goal_subscriptions (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    goal_key INTEGER NOT NULL REFERENCES goals (key),
    achieved INTEGER NOT NULL,
    time_achieved INTEGER,
    last_interaction INTEGER,
    progress REAL,
    progress_human TEXT NOT NULL,
    out_of REAL NOT NULL,
    out_of_human TEXT NOT NULL,
    was_instantly_achieved INTEGER NOT NULL,
    was_assigned_standalone INTEGER NOT NULL,
    PRIMARY KEY (user_id, goal_key)
) STRICT;
CREATE INDEX goal_subscriptions_goal ON goal_subscriptions (goal_key);

CREATE TABLE quest_subscriptions (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    quest_id TEXT NOT NULL REFERENCES quests (quest_id),
    achieved INTEGER NOT NULL,
    time_achieved INTEGER,
    last_interaction INTEGER,
    progress INTEGER NOT NULL,
    was_instantly_achieved INTEGER NOT NULL,
    PRIMARY KEY (user_id, quest_id)
) STRICT;
CREATE INDEX quest_subscriptions_quest ON quest_subscriptions (quest_id);
