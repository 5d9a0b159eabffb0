//! The contract every feature is written against, and the kit they share.
