-- Secrets of programs of others are encrypted, under the key that key_id tells. One of before cannot be read any more,
-- as if the key had changed: its author makes a new one.

ALTER TABLE oauth_clients DROP COLUMN client_secret;
ALTER TABLE oauth_clients ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_clients ADD COLUMN client_secret BLOB NOT NULL DEFAULT x'';
