-- Codes that are sent by mail.

-- Codes, stored as hashes, the last one of each purpose. email: where it was sent; it is good while that is the user's
-- address.
CREATE TABLE email_codes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'verify')),
    code_hash BLOB NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_codes_expiry ON email_codes (expires_at);

-- When the user sent back what was sent to the address; null before.
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
