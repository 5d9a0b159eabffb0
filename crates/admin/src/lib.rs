//! Ping, info, help and settings: the administrator's first room, and the contributors' example.
