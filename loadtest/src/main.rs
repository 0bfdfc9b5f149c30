//! The load generator and the side-by-side benchmark: floor, room, compare, nodes, large, dashboards, programs, uploads. Only this machine is ever a target.

mod address;
// The bucket of the stories, and their films.
#[allow(dead_code)]
#[path = "../../tests/stories/bucket.rs"]
mod bucket;
mod compare;
mod crowd;
mod dashboards;
#[allow(dead_code)]
#[path = "../../tests/harness/film.rs"]
mod film;
mod floor;
mod frames;
mod gyosil;
mod http;
mod large;
mod machine;
mod nodes;
mod programs;
mod redis;
mod reports;
mod room;
mod rows;
mod school;
mod stage;
mod tickets;
mod uploads;
mod wanderer;
mod year;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What went wrong, in words for whoever runs this.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(
    name = "gyosil-loadtest",
    version,
    about = "Loads a classroom on this machine, and compares it with the floor"
)]
struct Cli {
    #[command(subcommand)]
    word: Word,
}

#[derive(Subcommand)]
enum Word {
    /// The least that a server can do: one thread, epoll, one frame made once, one write per socket
    Floor(floor::Options),
    /// Fills rooms of a running Gyosil with learners and presses «next»
    Room(room::Options),
    /// Starts Gyosil and the floor in turn, gives both the same load, and prints a table
    Compare(compare::Options),
    /// Starts one to three nodes on one PostgreSQL, and measures what they cost and how long a loss lasts
    Nodes(nodes::Options),
    /// Fills the database with a large school, and times what the learning surface reads of it
    Large(large::Options),
    /// Fills the database with a year of a school, and times its dashboards
    Dashboards(dashboards::Options),
    /// Sends programs of learners, and counts how many a second are judged
    Programs(programs::Options),
    /// Sends a large video to the folder and to a bucket in turn
    Uploads(uploads::Options),
    /// Serves a bucket for `uploads`
    #[command(hide = true)]
    Bucket(uploads::BucketOptions),
}

fn main() -> ExitCode {
    let done = match Cli::parse().word {
        Word::Floor(options) => floor::run(&options),
        Word::Room(options) => room::run(&options),
        Word::Compare(options) => compare::run(&options),
        Word::Nodes(options) => nodes::run(&options),
        Word::Large(options) => large::run(&options),
        Word::Dashboards(options) => dashboards::run(&options),
        Word::Programs(options) => programs::run(&options),
        Word::Uploads(options) => uploads::run(&options),
        Word::Bucket(options) => uploads::serve_bucket(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
