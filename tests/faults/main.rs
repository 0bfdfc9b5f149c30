//! Promises of a school while its disk, its database, its Redis or the way there fails.

#[path = "../harness/mod.rs"]
mod harness;

mod disk;
mod hang_ups;
mod links;
mod locks;
mod paused;
mod pointing;
mod redis_links;
mod serving;
mod several_nodes;
mod shutdown;
mod work;
