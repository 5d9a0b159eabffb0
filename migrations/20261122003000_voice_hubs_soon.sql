-- A statement that calls it commits without waiting for the disk: Postgres writes it down within half a second, and all
-- that was committed before it first. For what is lost with nothing but the machine itself, and then found again in
-- Discord: somebody waits for their room.
create function voice_hubs.soon() returns boolean language sql volatile
    as $$ select set_config('synchronous_commit', 'off', true) = 'off' $$;
