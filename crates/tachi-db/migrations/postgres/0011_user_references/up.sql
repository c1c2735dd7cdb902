-- Each of these foreign keys costs every row a look at its user and a lock on it: a seventh of what a live score takes.
-- An import looks at the user once instead, under the lock of the user's transactions (tachi-db/src/open.rs).
-- What a user has still goes with the user.

ALTER TABLE imports DROP CONSTRAINT imports_user_id_fkey;
ALTER TABLE sessions DROP CONSTRAINT sessions_user_id_fkey;
ALTER TABLE scores DROP CONSTRAINT scores_user_id_fkey;
ALTER TABLE pbs DROP CONSTRAINT pbs_user_id_fkey;
ALTER TABLE profiles DROP CONSTRAINT profiles_user_id_fkey;

-- The lock is that of tachi-db/src/connection.rs, begin_of_user.
CREATE FUNCTION delete_what_a_user_has() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7320, OLD.id);
    DELETE FROM pbs WHERE user_id = OLD.id;
    DELETE FROM scores WHERE user_id = OLD.id;
    DELETE FROM sessions WHERE user_id = OLD.id;
    DELETE FROM imports WHERE user_id = OLD.id;
    DELETE FROM profiles WHERE user_id = OLD.id;
    RETURN OLD;
END
$$;

CREATE TRIGGER users_delete BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION delete_what_a_user_has();
