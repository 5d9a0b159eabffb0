//! The engine: gateway shards, router, mailboxes, answering, command sync, job worker.
