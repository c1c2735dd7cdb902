-- What reading back needs: lists over all users, and a profile's PBs in the order they were achieved.

CREATE INDEX pbs_played ON pbs (user_id, gpt, time_achieved, chart_key);
CREATE INDEX sessions_highlighted ON sessions (user_id, gpt, time_ended) WHERE highlight;
CREATE INDEX imports_type ON imports (import_type, time_finished);
CREATE INDEX import_trackers_kind ON import_trackers (kind, time_started);
