-- Accounts: logins, invites, settings, limits, and what users link with us.

-- Logins of browsers. Cookies are stored as hashes.
CREATE TABLE login_sessions (
    token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_sessions_user ON login_sessions (user_id);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);

-- Invites, stored as hashes. One made on the command line has no creator.
CREATE TABLE invites (
    code_hash BLOB NOT NULL PRIMARY KEY CHECK (length(code_hash) = 32),
    makes_admin INTEGER NOT NULL,
    created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    consumed_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    consumed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_creator ON invites (created_by);
CREATE INDEX invites_consumer ON invites (consumed_by);

CREATE TABLE user_settings (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    invisible INTEGER NOT NULL,
    developer_mode INTEGER NOT NULL,
    contentious_content INTEGER NOT NULL,
    advanced_mode INTEGER NOT NULL,
    deletable_scores INTEGER NOT NULL
) STRICT;

CREATE INDEX users_last_seen ON users (last_seen);

-- How often somebody did something in a window of time. Lost in a crash without harm.
CREATE TABLE rate_limits (
    limiter TEXT NOT NULL,
    subject TEXT NOT NULL,
    hits INTEGER NOT NULL,
    resets_at INTEGER NOT NULL,
    PRIMARY KEY (limiter, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX rate_limits_reset ON rate_limits (resets_at);

-- What users link with us. All that opens something elsewhere is encrypted, under the key that key_id tells.
CREATE TABLE priv_svc_kai_auth_token (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    service TEXT NOT NULL CHECK (service IN ('FLO', 'EAG', 'MIN')),
    key_id TEXT NOT NULL,
    token BLOB NOT NULL,
    refresh_token BLOB NOT NULL,
    PRIMARY KEY (user_id, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE priv_svc_cg_card_info (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    service TEXT NOT NULL CHECK (service IN ('dev', 'gan', 'nag')),
    key_id TEXT NOT NULL,
    card_id BLOB NOT NULL,
    pin BLOB NOT NULL,
    PRIMARY KEY (user_id, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE priv_svc_myt_card_info (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    card_access_code BLOB NOT NULL
) STRICT;

CREATE TABLE priv_svc_arc_profile (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    for_import_type TEXT NOT NULL,
    key_id TEXT NOT NULL,
    account_id BLOB NOT NULL,
    PRIMARY KEY (user_id, for_import_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_timestop (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    import_type TEXT NOT NULL,
    last_score_time INTEGER NOT NULL,
    PRIMARY KEY (user_id, import_type)
) STRICT, WITHOUT ROWID;
