-- Owner: the crate `webhooks`. Signatures with a key pair: the secret signs, and this checks. Absent where both sides share one.
alter table webhooks.hook
    add column public_key bytea
        constraint hook_public_key_length check (octet_length(public_key) = 32),
    -- Of the secret before.
    add column old_public_key bytea;
