//! The gateway: shards, their sessions, and what they bring.

mod known;
mod queue;
mod reconnects;
mod saver;
mod sequence;
mod shard;
mod warm;

pub(crate) use self::{
    queue::IdentifyQueue,
    saver::{Live, Saver},
    sequence::{Sequences, Ticket},
    shard::{Fatal, Shard, ShardPlan},
};
