-- What goes on without a request: imports in the background, scheduled work, and whom the server tells of imports.

-- An import that goes on after its request was answered, with its input, until it ends. The instance is the process
-- that works on it; null while it waits.
CREATE TABLE background_imports (
    import_id TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    import_type TEXT NOT NULL,
    user_intent INTEGER NOT NULL,
    file_name TEXT,
    fields TEXT NOT NULL,
    body BLOB NOT NULL,
    received INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    locked_tries INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    instance TEXT,
    heartbeat_at INTEGER
) STRICT;
CREATE INDEX background_imports_user ON background_imports (user_id);
CREATE INDEX background_imports_due ON background_imports (due_at);

-- Which process does a run of a job: the one that made the row.
CREATE TABLE job_runs (
    job TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    instance TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (job, due_at)
) STRICT;

-- Programs of others. The secret is sent to the program's own address, so that it is needed as it is.
CREATE TABLE oauth_clients (
    client_id TEXT NOT NULL PRIMARY KEY,
    client_secret TEXT NOT NULL,
    name TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    permissions TEXT NOT NULL,
    redirect_uri TEXT,
    webhook_uri TEXT,
    api_key_template TEXT,
    api_key_filename TEXT
) STRICT;
CREATE INDEX oauth_clients_author ON oauth_clients (author, client_id);
CREATE INDEX oauth_clients_webhook ON oauth_clients (client_id) WHERE webhook_uri IS NOT NULL;
