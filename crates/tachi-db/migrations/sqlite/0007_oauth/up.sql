-- Programs of others that act for users: the codes they exchange for tokens.

-- Codes, stored as hashes. One that was made for a client is good for that client only.
CREATE TABLE oauth_codes (
    code_hash BLOB NOT NULL PRIMARY KEY CHECK (length(code_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT REFERENCES oauth_clients (client_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_codes_user ON oauth_codes (user_id);
CREATE INDEX oauth_codes_client ON oauth_codes (client_id);
CREATE INDEX oauth_codes_age ON oauth_codes (created_at);

CREATE INDEX api_tokens_client ON api_tokens (client_id, user_id) WHERE client_id IS NOT NULL;
