-- Accounts: logins, invites, settings, limits, and what users link with us.

-- Logins of browsers. Cookies are stored as hashes.
CREATE TABLE login_sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_sessions_user ON login_sessions (user_id);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);

-- Invites, stored as hashes. One made on the command line has no creator.
CREATE TABLE invites (
    code_hash BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    makes_admin BOOLEAN NOT NULL,
    created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    consumed_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    consumed_at BIGINT
);
CREATE INDEX invites_creator ON invites (created_by);
CREATE INDEX invites_consumer ON invites (consumed_by);

CREATE TABLE user_settings (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    invisible BOOLEAN NOT NULL,
    developer_mode BOOLEAN NOT NULL,
    contentious_content BOOLEAN NOT NULL,
    advanced_mode BOOLEAN NOT NULL,
    deletable_scores BOOLEAN NOT NULL
);

CREATE INDEX users_last_seen ON users (last_seen);

-- How often somebody did something in a window of time. Lost in a crash without harm.
CREATE UNLOGGED TABLE rate_limits (
    limiter TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    hits BIGINT NOT NULL,
    resets_at BIGINT NOT NULL,
    PRIMARY KEY (limiter, subject)
);
CREATE INDEX rate_limits_reset ON rate_limits (resets_at);

-- What users link with us. All that opens something elsewhere is encrypted, under the key that key_id tells.
CREATE TABLE priv_svc_kai_auth_token (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    service TEXT COLLATE "C" NOT NULL CHECK (service IN ('FLO', 'EAG', 'MIN')),
    key_id TEXT COLLATE "C" NOT NULL,
    token BYTEA NOT NULL,
    refresh_token BYTEA NOT NULL,
    PRIMARY KEY (user_id, service)
);

CREATE TABLE priv_svc_cg_card_info (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    service TEXT COLLATE "C" NOT NULL CHECK (service IN ('dev', 'gan', 'nag')),
    key_id TEXT COLLATE "C" NOT NULL,
    card_id BYTEA NOT NULL,
    pin BYTEA NOT NULL,
    PRIMARY KEY (user_id, service)
);

CREATE TABLE priv_svc_myt_card_info (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    key_id TEXT COLLATE "C" NOT NULL,
    card_access_code BYTEA NOT NULL
);

CREATE TABLE priv_svc_arc_profile (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    for_import_type TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    account_id BYTEA NOT NULL,
    PRIMARY KEY (user_id, for_import_type)
);

CREATE TABLE import_timestop (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    import_type TEXT COLLATE "C" NOT NULL,
    last_score_time BIGINT NOT NULL,
    PRIMARY KEY (user_id, import_type)
);
