//! Several nodes on one PostgreSQL and one Redis: what a delivery costs, what the way through Redis adds, and how long a loss lasts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::Args;

use crate::Result;
use crate::crowd::Crowd;
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, free_address, gyosil, wait_until_open};
use crate::machine::{self, Server};
use crate::redis::Redis;
use crate::reports;
use crate::room::{Load, Outcome, measure};
use crate::school::School;
use crate::stage::Stage;
use crate::tickets::take_seats;
use crate::wanderer::Wanderers;

const JWT_SECRET: &str = "only-for-this-load-test-0123456789abcdef";
/// 32 bytes in base64.
const CERTIFICATE_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const NODES: usize = 3;
/// Learners of one class, for the times of a press.
const CLASS: usize = 25;
/// Learners who report at once, in rooms of thirty.
const REPORTERS: usize = 600;
const PRESSES: usize = 200;
const PRESSES_WITHOUT_REDIS: usize = 15;
const STEP_WITHIN: Duration = Duration::from_secs(30);
/// A press that is this quick came through Redis, and not by the look at the log each second.
const THROUGH_REDIS: Duration = Duration::from_millis(30);
const GONE_WITHIN: Duration = Duration::from_secs(60);

#[derive(Args)]
pub struct Options {
    /// The Gyosil to measure: the path of its binary
    #[arg(long)]
    gyosil: PathBuf,
    /// An empty PostgreSQL database
    #[arg(long)]
    database: String,
    #[arg(long, default_value = "redis-server")]
    redis_server: String,
    /// Learners in the rooms of which the cost of a delivery is measured
    #[arg(long, default_value_t = 900)]
    learners: usize,
    /// Messages delivered in each measurement
    #[arg(long, default_value_t = 200_000)]
    deliveries: usize,
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

/// The nodes that run, each with a data folder and an address that it keeps.
struct Cluster<'a> {
    options: &'a Options,
    redis: Option<String>,
    data: tempfile::TempDir,
    addresses: Vec<SocketAddr>,
    servers: Vec<Option<Server>>,
}

impl<'a> Cluster<'a> {
    fn start(options: &'a Options, nodes: usize, redis: Option<&Redis>) -> Result<Cluster<'a>> {
        let addresses = (0..nodes).map(|_| free_address()).collect::<Result<Vec<_>>>()?;
        let servers = addresses.iter().map(|_| None).collect();
        let data = tempfile::tempdir()?;
        let mut cluster = Cluster { options, redis: redis.map(Redis::url), data, addresses, servers };
        for node in 0..nodes {
            cluster.start_node(node)?;
        }
        Ok(cluster)
    }

    fn start_node(&mut self, node: usize) -> Result<()> {
        let (options, address) = (self.options, self.addresses[node]);
        let data = self.data.path().join(node.to_string());
        let mut command = gyosil(&options.gyosil, &data, Some(&options.database));
        command.env("GYOSIL_JWT_SECRET", JWT_SECRET).env("GYOSIL_CERTIFICATE_KEY", CERTIFICATE_KEY);
        command.args(["--listen", &address.to_string(), "--ping-s", "300", "--connections-per-address", "100000"]);
        command.args(["--node", &format!("node-{node}"), "--judge", "off"]).stdout(Stdio::null());
        if let Some(url) = &self.redis {
            command.args(["--redis", url]);
        }
        self.servers[node] = Some(Server::start(&mut command, options.server_core, options.load_core)?);
        wait_until_open(address)
    }

    fn pids(&self) -> Vec<u32> {
        self.servers.iter().flatten().map(Server::pid).collect()
    }

    /// Enters the school at the first node; learners connect to these nodes in turn.
    fn school(&self, seats: &[usize]) -> Result<School> {
        let mut school = School::enter(self.addresses[0], EMAIL, PASSWORD)?;
        school.spread_over(&seats.iter().map(|node| self.addresses[*node]).collect::<Vec<_>>());
        Ok(school)
    }
}

pub fn run(options: &Options) -> Result<()> {
    if options.server_core == options.load_core {
        return Err("the servers and the load need a core each".into());
    }
    machine::stay_on(options.load_core)?;
    let mut redis = Redis::start(&options.redis_server)?;
    let data = tempfile::tempdir()?;
    add_instructor(&options.gyosil, data.path(), Some(&options.database))?;
    println!("{}", cost_of_a_delivery(options, &redis)?);
    println!("{}", reports_a_second(options, &redis)?);
    println!("{}", way_through_redis(options, &redis)?);
    println!("{}", loss_of_redis(options, &mut redis)?);
    println!("{}", loss_of_a_node(options, &redis)?);
    println!("{}", rolling_restart(options, &redis)?);
    Ok(())
}

/// Measures what a delivery costs all nodes together, with the learners of each room spread over them.
fn cost_of_a_delivery(options: &Options, redis: &Redis) -> Result<String> {
    let mut table = String::from(
        "| nodes | rooms × learners | CPU per delivery, all nodes, µs | CPU of an empty command, µs | p50 ms | p99 ms | lost |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for rooms in [1, options.learners.div_ceil(30)] {
        let learners = options.learners / rooms;
        let steps = (options.deliveries / (rooms * learners).max(1)).max(10);
        for nodes in 0..=NODES {
            let cluster = Cluster::start(options, nodes.max(1), (nodes > 0).then_some(redis))?;
            let seats: Vec<usize> = (0..nodes.max(1)).collect();
            let load = Load { learners, rooms, steps };
            let outcome = measure(&mut cluster.school(&seats)?, load, &cluster.pids(), Duration::ZERO)?;
            let name = if nodes == 0 { "1, without Redis".into() } else { nodes.to_string() };
            let row = row(&name, load, &outcome);
            eprint!("{row}");
            table.push_str(&row);
            if !outcome.is_clean() {
                return Err(format!("something was lost, doubled or out of order: {:?}", outcome.faults).into());
            }
        }
    }
    Ok(table)
}

fn row(name: &str, load: Load, outcome: &Outcome) -> String {
    format!(
        "| {name} | {} × {} | {:.2} | {:.0} | {:.2} | {:.2} | {} |\n",
        load.rooms,
        load.learners,
        outcome.cpu_us,
        outcome.empty_command_us,
        outcome.step_ms(0.5),
        outcome.step_ms(0.99),
        outcome.lost
    )
}

/// Measures the writes of learners with one to three nodes. PostgreSQL takes what is left of both cores.
fn reports_a_second(options: &Options, redis: &Redis) -> Result<String> {
    let mut table = String::from(
        "| nodes | reports a second | CPU of all nodes for a report, µs | CPU of PostgreSQL for a report, µs |\n|---|---|---|---|\n",
    );
    for nodes in 1..=NODES {
        let cluster = Cluster::start(options, nodes, Some(redis))?;
        let mut school = cluster.school(&(0..nodes).collect::<Vec<_>>())?;
        let (tickets, _) = school.admit(REPORTERS / 30, 30)?;
        let rate = reports::measure(&tickets, school.steps(), &cluster.pids())?;
        table.push_str(&format!(
            "| {nodes} | {:.0} | {:.0} | {:.0} |\n",
            rate.reports_per_s, rate.nodes_cpu_us, rate.postgres_cpu_us
        ));
    }
    Ok(table)
}

/// Compares a class at the node that gets the commands with a class at another node.
fn way_through_redis(options: &Options, redis: &Redis) -> Result<String> {
    let mut lines = Vec::new();
    for (name, seat) in [("at the node of the command", 0), ("at another node", 1)] {
        let cluster = Cluster::start(options, 2, Some(redis))?;
        let load = Load { learners: CLASS, rooms: 1, steps: PRESSES };
        let outcome = measure(&mut cluster.school(&[seat])?, load, &cluster.pids(), Duration::ZERO)?;
        let (half, most) = (outcome.step_ms(0.5), outcome.step_ms(0.99));
        lines.push(format!("command to last of {CLASS} learners {name}: p50 {half:.2} ms, p99 {most:.2} ms"));
    }
    Ok(lines.join("\n"))
}

/// A class at the second node, whose instructor is at the first.
struct ClassElsewhere {
    school: School,
    crowd: Crowd,
    got: u64,
}

impl ClassElsewhere {
    fn begin(cluster: &Cluster<'_>) -> Result<ClassElsewhere> {
        let mut school = cluster.school(&[1])?;
        let (tickets, _) = school.admit(1, CLASS)?;
        let mut crowd = Crowd::new(1, true)?;
        crowd.seat(take_seats(&tickets, true)?)?;
        Ok(ClassElsewhere { school, crowd, got: 0 })
    }

    /// Presses «next», and returns the time until the last learner has the step.
    fn press(&mut self) -> Result<Duration> {
        self.got += CLASS as u64;
        let begun = Instant::now();
        self.school.press(0)?;
        let all = self.crowd.hear_until(0, self.got, STEP_WITHIN)?;
        let took = begun.elapsed();
        self.school.pressed()?;
        if all { Ok(took) } else { Err("a step did not reach everyone".into()) }
    }
}

fn loss_of_redis(options: &Options, redis: &mut Redis) -> Result<String> {
    let cluster = Cluster::start(options, 2, Some(redis))?;
    let mut class = ClassElsewhere::begin(&cluster)?;
    for _ in 0..PRESSES_WITHOUT_REDIS {
        class.press()?;
    }
    redis.kill()?;
    let mut without = Vec::with_capacity(PRESSES_WITHOUT_REDIS);
    for _ in 0..PRESSES_WITHOUT_REDIS {
        without.push(class.press()?);
    }
    redis.start_again()?;
    let back = Instant::now();
    while class.press()? > THROUGH_REDIS {}
    let quick_after = back.elapsed();
    without.sort_unstable();
    let (half, most) = (without[without.len() / 2], without[without.len() - 1]);
    let (lost, faults) = class.crowd.verdict(class.got / CLASS as u64);
    Ok(format!(
        "Redis away: command to last learner at another node p50 {:.0} ms, max {:.0} ms; quick again {:.0} ms after its return; lost {lost}, {faults:?}",
        half.as_secs_f64() * 1e3,
        most.as_secs_f64() * 1e3,
        quick_after.as_secs_f64() * 1e3
    ))
}

fn loss_of_a_node(options: &Options, redis: &Redis) -> Result<String> {
    let mut cluster = Cluster::start(options, 2, Some(redis))?;
    let mut class = ClassElsewhere::begin(&cluster)?;
    let begun = Instant::now();
    while class.school.active_participants(0)? < CLASS as i64 {
        if begun.elapsed() > GONE_WITHIN {
            return Err("the learners were never counted as active".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    cluster.servers[1].take().map(Server::kill).transpose()?;
    let killed = Instant::now();
    while class.school.active_participants(0)? > 0 {
        if killed.elapsed() > GONE_WITHIN {
            return Err("the learners of the killed node are still active".into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let gone = killed.elapsed().as_secs_f64();
    Ok(format!(
        "node killed: its learners, who come to no other node, are gone from the roster after {gone:.1} s (with a grace of 5 s)"
    ))
}

/// Restarts all nodes one after another while a class goes on.
fn rolling_restart(options: &Options, redis: &Redis) -> Result<String> {
    let mut cluster = Cluster::start(options, NODES, Some(redis))?;
    let seats: Vec<usize> = (0..NODES).collect();
    let mut school = cluster.school(&seats)?;
    let (tickets, _) = school.admit(1, CLASS * NODES)?;
    let learners = Wanderers::set_out(tickets, &cluster.addresses)?;
    std::thread::sleep(Duration::from_secs(2));
    let mut presses = 0;
    let mut stops = Vec::new();
    for node in (0..NODES).rev() {
        let begun = Instant::now();
        drop(cluster.servers[node].take());
        stops.push(begun.elapsed());
        cluster.start_node(node)?;
        for _ in 0..20 {
            // The node of the commands is the last to go; its connection is opened anew after that.
            school.next_anywhere()?;
            presses += 1;
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    std::thread::sleep(Duration::from_secs(4));
    let journeys = learners.come_home()?;
    let mut away: Vec<Duration> = journeys.iter().flat_map(|journey| journey.away.iter().copied()).collect();
    away.sort_unstable();
    let gaps: usize = journeys.iter().map(|journey| journey.gaps).sum();
    let whole = journeys.iter().filter(|journey| journey.seqs.len() == presses).count();
    let at =
        |share: f64| away.get(((away.len().saturating_sub(1)) as f64 * share) as usize).copied().unwrap_or_default();
    Ok(format!(
        "rolling restart of {NODES} nodes: {presses} steps, {whole} of {} learners got each of them once and in order, {gaps} gaps; {} times away: p50 {:.2} s, max {:.2} s; a node stops in at most {:.2} s",
        journeys.len(),
        away.len(),
        at(0.5).as_secs_f64(),
        at(1.0).as_secs_f64(),
        stops.iter().max().copied().unwrap_or_default().as_secs_f64()
    ))
}
