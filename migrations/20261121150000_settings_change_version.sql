-- Owner: the crate `feature`. Undoing a change must know of which version the bodies are that it goes back to.
alter table settings.change add column version integer not null default 1;
