//! Side by side: Gyosil and the floor take turns under the same load, each in a fresh process on a core of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;

use crate::Result;
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, free_address, gyosil, wait_until_open};
use crate::machine::{self, Server};
use crate::room::{Load, Outcome, measure};
use crate::school::School;
use crate::stage::Floor;

/// Longer than any measurement takes.
const FLOOR_ENDS_AFTER_S: u64 = 900;

#[derive(Args)]
pub struct Options {
    /// The Gyosil to measure: the path of its binary
    #[arg(long)]
    gyosil: PathBuf,
    /// Rooms × learners, such as 1x1000; 1x1000p for steps with a picture
    #[arg(long, value_parser = scene, value_delimiter = ',', default_value = "1x1000,1x1000p,1x5000,200x25")]
    scenes: Vec<Scene>,
    /// Messages delivered in each measurement
    #[arg(long, default_value_t = 300_000)]
    deliveries: usize,
    /// How often each is measured; the medians are told
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=9))]
    rounds: u8,
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

#[derive(Clone, Copy)]
struct Scene {
    rooms: usize,
    learners: usize,
    has_pictures: bool,
}

fn scene(text: &str) -> Result<Scene, String> {
    let (text, has_pictures) = text.strip_suffix('p').map_or((text, false), |scene| (scene, true));
    let parts = text.split_once('x').and_then(|(r, l)| Some((r.parse().ok()?, l.parse().ok()?)));
    match parts {
        Some((rooms, learners)) if rooms > 0 && learners > 0 => Ok(Scene { rooms, learners, has_pictures }),
        _ => Err("rooms × learners, such as 200x25".into()),
    }
}

impl Scene {
    fn load(self, deliveries: usize) -> Load {
        let steps = (deliveries / (self.rooms * self.learners)).max(10);
        Load { learners: self.learners, rooms: self.rooms, steps }
    }

    fn name(self) -> String {
        let steps = if self.has_pictures { ", steps with a picture" } else { "" };
        if self.rooms == 1 {
            format!("{} in a room{steps}", self.learners)
        } else {
            format!("{} × {}{steps}", self.rooms, self.learners)
        }
    }
}

/// What one server did with one scene, the medians of its rounds.
struct Figures {
    cpu_us: f64,
    command_us: f64,
    fan_out_us: f64,
    idle_bytes: f64,
    bytes_with_joining: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    joins_per_s: f64,
    lost: u64,
}

pub fn run(options: &Options) -> Result<()> {
    if options.server_core == options.load_core {
        return Err("the server and the load need a core each".into());
    }
    machine::stay_on(options.load_core)?;
    let mut table = String::from(HEAD);
    for scene in &options.scenes {
        let (mut ours, mut floors) = (Vec::new(), Vec::new());
        for round in 1..=options.rounds {
            let load = scene.load(options.deliveries);
            let gyosil = at_gyosil(options, load, scene.has_pictures)?;
            told(*scene, round, "Gyosil", &gyosil);
            let floor = at_floor(options, load, gyosil.payload_bytes)?;
            told(*scene, round, "floor", &floor);
            if !gyosil.is_clean() || !floor.is_clean() {
                return Err("something was lost, doubled or out of order".into());
            }
            ours.push(gyosil);
            floors.push(floor);
        }
        let payload = ours.iter().map(|o| o.payload_bytes).max().unwrap_or(0);
        let (ours, floor) = (figures(&ours, *scene), figures(&floors, *scene));
        table.push_str(&rows(*scene, payload, &ours, &floor));
    }
    println!("{table}");
    Ok(())
}

fn at_gyosil(options: &Options, load: Load, has_pictures: bool) -> Result<Outcome> {
    let data = tempfile::tempdir()?;
    let address = free_address()?;
    let mut command = gyosil(&options.gyosil, data.path(), None);
    command
        .args(["--listen", &address.to_string(), "--ping-s", "300", "--connections-per-address", "100000"])
        .stdout(Stdio::null());
    let server = Server::start(&mut command, options.server_core, options.load_core)?;
    wait_until_open(address)?;
    add_instructor(&options.gyosil, data.path(), None)?;
    let mut school = School::enter(address, EMAIL, PASSWORD)?;
    school.has_pictures = has_pictures;
    measure(&mut school, load, &[server.pid()], Duration::ZERO)
}

fn at_floor(options: &Options, load: Load, payload_bytes: usize) -> Result<Outcome> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["floor", "--listen", &address.to_string(), "--for-s", &FLOOR_ENDS_AFTER_S.to_string()]);
    let server = Server::start(&mut command, options.server_core, options.load_core)?;
    wait_until_open(address)?;
    let mut floor = Floor::connect(address, payload_bytes)?;
    measure(&mut floor, load, &[server.pid()], Duration::ZERO)
}

fn told(scene: Scene, round: u8, who: &str, outcome: &Outcome) {
    eprintln!(
        "{} · round {round} · {who}: {:.2} µs · {:.0} µs per empty command · {:.0} bytes ({:.0} with joining) · lost {} · {:?} · \
         {:.0} sockets/s",
        scene.name(),
        outcome.cpu_us,
        outcome.empty_command_us,
        outcome.idle_bytes,
        outcome.bytes_with_joining,
        outcome.lost,
        outcome.faults,
        outcome.sockets_per_s
    );
}

fn figures(outcomes: &[Outcome], scene: Scene) -> Figures {
    let median = |of: &dyn Fn(&Outcome) -> f64| {
        let mut all: Vec<f64> = outcomes.iter().map(of).collect();
        all.sort_unstable_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    };
    Figures {
        cpu_us: median(&|o| o.cpu_us),
        command_us: median(&|o| o.empty_command_us),
        fan_out_us: median(&|o| o.cpu_us - o.empty_command_us / scene.learners as f64),
        idle_bytes: median(&|o| o.idle_bytes),
        bytes_with_joining: median(&|o| o.bytes_with_joining),
        p50_ms: median(&|o| o.step_ms(0.5)),
        p99_ms: median(&|o| o.step_ms(0.99)),
        max_ms: median(&|o| o.step_ms(1.0)),
        joins_per_s: median(&|o| o.joins_per_s),
        lost: outcomes.iter().map(|o| o.lost).sum(),
    }
}

const HEAD: &str = "\
| | | CPU per delivery, µs | ÷ floor | CPU of an empty command, µs | CPU per delivery without the command, µs | ÷ floor \
| bytes per idle connection | with joining | p50 ms | p99 ms | max ms | guests/s | lost |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

fn rows(scene: Scene, payload: usize, ours: &Figures, floor: &Figures) -> String {
    let row = |name: &str, who: &str, f: &Figures, joins: String| {
        format!(
            "| {name} | {who} | {:.2} | {:.2} | {:.0} | {:.2} | {:.2} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} | {joins} | {} |\n",
            f.cpu_us,
            f.cpu_us / floor.cpu_us,
            f.command_us,
            f.fan_out_us,
            f.fan_out_us / floor.fan_out_us,
            f.idle_bytes,
            f.bytes_with_joining,
            f.p50_ms,
            f.p99_ms,
            f.max_ms,
            f.lost
        )
    };
    let name = format!("{} ({payload} bytes)", scene.name());
    row(&name, "**Gyosil**", ours, format!("{:.0}", ours.joins_per_s)) + &row("", "floor", floor, "–".into())
}
