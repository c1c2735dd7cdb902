-- What users decide about their profiles, and what these were on earlier days.

-- preferences: a JSON object; what it lacks is not decided.
CREATE TABLE ugpt_settings (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt SMALLINT NOT NULL,
    preferences TEXT NOT NULL,
    PRIMARY KEY (user_id, gpt)
);

-- ratings, classes: as in profiles. rank0 to rank3: the places by each rating, in the GPT's order.
CREATE TABLE profile_snapshots (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    gpt SMALLINT NOT NULL,
    taken_at BIGINT NOT NULL,
    ratings TEXT NOT NULL,
    classes TEXT NOT NULL,
    rank0 BIGINT NOT NULL,
    rank1 BIGINT NOT NULL,
    rank2 BIGINT NOT NULL,
    rank3 BIGINT NOT NULL,
    out_of BIGINT NOT NULL,
    playcount BIGINT NOT NULL,
    PRIMARY KEY (user_id, gpt, taken_at)
);

-- Null for a name that is still the first one.
ALTER TABLE users ADD COLUMN username_changed_at BIGINT;
