-- Only PostgreSQL does without foreign keys from a user's many rows to the user; here they cost next to nothing.
SELECT 1;
