-- The order in which things happened, for those outside who are told of them.
create schema announcements;
create sequence announcements.sequence;
