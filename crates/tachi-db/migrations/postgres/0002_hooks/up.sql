-- What the routes of game clients need: charts that players' games describe, users' settings for hooks, and rivals.

-- Charts that the catalogue does not hold yet, as their first sender described them.
CREATE TABLE unknown_charts (
    gpt SMALLINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (gpt, sha256)
);

CREATE TABLE unknown_chart_players (
    gpt SMALLINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (gpt, sha256, user_id),
    FOREIGN KEY (gpt, sha256) REFERENCES unknown_charts (gpt, sha256) ON DELETE CASCADE
);
CREATE INDEX unknown_chart_players_user ON unknown_chart_players (user_id);

-- Cards as a JSON array; null for no filter.
CREATE TABLE fervidex_settings (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    cards TEXT,
    force_static_import BOOLEAN NOT NULL
);

CREATE TABLE kshook_sv6c_settings (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    force_static_import BOOLEAN NOT NULL
);

CREATE TABLE rivals (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt SMALLINT NOT NULL,
    rival_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, gpt, rival_id)
);
CREATE INDEX rivals_rival ON rivals (rival_id);
