//! The load itself: learners sit down, the instructor presses «next», and all that happens is measured and checked.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Args;

use crate::Result;
use crate::address::loopback_url;
use crate::crowd::{Crowd, Faults};
use crate::machine;
use crate::school::School;
use crate::stage::Stage;
use crate::tickets::{AT_ONCE, take_seats};

/// A step that has not reached everyone by then is lost.
const STEP_WITHIN: Duration = Duration::from_secs(30);
/// What follows a connecting (its row in the log, say) is over by then.
const SETTLE_FOR: Duration = Duration::from_secs(3);
/// After the last step: would anything come twice, it comes now.
const LISTEN_AFTER: Duration = Duration::from_millis(500);
const LEARNERS_MAX: usize = 15_000;
const PRESSES_MAX: usize = 1_000_000;
const EMPTY_PRESSES: usize = 300;

#[derive(Args)]
pub struct Options {
    /// The server: http:// and an address of this machine's loopback
    #[arg(long, value_parser = loopback_url)]
    url: SocketAddr,
    /// An instructor's e-mail address
    #[arg(long)]
    email: String,
    /// … and their password
    #[arg(long, env = "GYOSIL_LOADTEST_PASSWORD", hide_env_values = true)]
    password: String,
    #[command(flatten)]
    load: Load,
    /// The server's process, to measure its processor time and its memory
    #[arg(long)]
    pid: Option<u32>,
    /// Seconds to stay idle once all are connected
    #[arg(long, default_value_t = 0)]
    idle_s: u64,
}

#[derive(Args, Clone, Copy)]
pub struct Load {
    /// Learners in each room
    #[arg(long, default_value_t = 100)]
    pub learners: usize,
    #[arg(long, default_value_t = 1)]
    pub rooms: usize,
    /// How often «next» is pressed in each room
    #[arg(long, default_value_t = 50)]
    pub steps: usize,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub deliveries: u64,
    pub lost: u64,
    pub faults: Faults,
    /// From the command to the last learner, sorted.
    pub step_times: Vec<Duration>,
    /// Of the server, per delivered message.
    pub cpu_us: f64,
    /// Of the server, for a command in a room without learners.
    pub empty_command_us: f64,
    pub idle_bytes: f64,
    /// The same from before anyone joined, and with what joining left behind. No bound: heap that was free even then
    /// (after a password was checked, say) hides growth here too.
    pub bytes_with_joining: f64,
    pub joins_per_s: f64,
    pub sockets_per_s: f64,
    pub payload_bytes: usize,
}

impl Outcome {
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && !self.faults.any()
    }

    pub fn step_ms(&self, share: f64) -> f64 {
        let last = self.step_times.len().saturating_sub(1);
        let at = (last as f64 * share).ceil() as usize;
        self.step_times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

pub fn run(options: &Options) -> Result<()> {
    let mut school = School::enter(options.url, &options.email, &options.password)?;
    let outcome = measure(&mut school, options.load, options.pid.as_slice(), Duration::from_secs(options.idle_s))?;
    println!(
        "deliveries {} · lost {} · doubles {} · gaps {} · strange {} · closed {}",
        outcome.deliveries,
        outcome.lost,
        outcome.faults.doubles,
        outcome.faults.gaps,
        outcome.faults.strange,
        outcome.faults.closed
    );
    println!(
        "command to last learner: p50 {:.2} ms · p99 {:.2} ms · max {:.2} ms · payload {} bytes",
        outcome.step_ms(0.5),
        outcome.step_ms(0.99),
        outcome.step_ms(1.0),
        outcome.payload_bytes
    );
    println!("joining: {:.0} guests/s · {:.0} sockets/s", outcome.joins_per_s, outcome.sockets_per_s);
    if options.pid.is_some() {
        println!(
            "server: {:.2} µs per delivery · {:.0} µs per command without learners · {:.0} bytes per idle connection \
             ({:.0} with joining)",
            outcome.cpu_us, outcome.empty_command_us, outcome.idle_bytes, outcome.bytes_with_joining
        );
    }
    if outcome.is_clean() { Ok(()) } else { Err("something was lost, doubled or out of order".into()) }
}

pub fn measure(stage: &mut dyn Stage, load: Load, pids: &[u32], idle: Duration) -> Result<Outcome> {
    let Load { learners, rooms, steps } = load;
    let people = learners.saturating_mul(rooms);
    if learners == 0 || rooms == 0 || steps == 0 || people > LEARNERS_MAX || steps.saturating_mul(rooms) > PRESSES_MAX {
        return Err(format!("1 to {LEARNERS_MAX} learners and 1 to {PRESSES_MAX} presses are possible").into());
    }
    let files = machine::raise_file_limit();
    if (people as u64) + 100 > files {
        return Err(format!("{people} learners need more than the {files} files that are allowed").into());
    }
    let resident = || pids.iter().map(|pid| machine::resident_bytes(*pid)).sum::<Result<i64>>();
    let fresh = resident()?;
    let (tickets, joining) = stage.admit(rooms, learners)?;
    let joins_per_s = people as f64 / joining.as_secs_f64().max(f64::EPSILON);

    let mut crowd = Crowd::new(rooms, stage.numbered())?;
    // The first ones pay for what all share (code that is paged in, pools that fill): they are not counted.
    let (first, rest) = tickets.split_at((AT_ONCE * 4).min(people / 2));
    crowd.seat(take_seats(first, stage.numbered())?)?;
    crowd.hear_for(SETTLE_FOR)?;
    let before = resident()?;
    let begun = Instant::now();
    crowd.seat(take_seats(rest, stage.numbered())?)?;
    let sockets_per_s = rest.len() as f64 / begun.elapsed().as_secs_f64();
    crowd.hear_for(SETTLE_FOR + idle)?;
    let after = resident()?;

    let mut walk = Walk { stage, crowd, load, presses: 0, step_times: Vec::new() };
    let warm_up = (steps / 20).max(2);
    walk.press_everywhere(warm_up)?;
    walk.step_times.clear();
    let cpu_us = per(steps * people, cpu_of(pids, || walk.press_everywhere(steps))?);
    walk.crowd.hear_for(LISTEN_AFTER)?;
    let (lost, faults) = walk.crowd.verdict(walk.presses as u64);
    let empty_command_us = per(EMPTY_PRESSES, cpu_of(pids, || walk.press_empty(EMPTY_PRESSES))?);
    walk.step_times.sort_unstable();
    Ok(Outcome {
        deliveries: (steps * people) as u64,
        lost,
        faults,
        cpu_us,
        empty_command_us,
        idle_bytes: (after - before) as f64 / rest.len().max(1) as f64,
        bytes_with_joining: (after - fresh) as f64 / people as f64,
        joins_per_s,
        sockets_per_s,
        payload_bytes: walk.crowd.payload_bytes(),
        step_times: walk.step_times,
    })
}

fn per(count: usize, time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// The processor time of the servers while something is done.
fn cpu_of(pids: &[u32], work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let now = || pids.iter().map(|pid| machine::cpu_time(*pid)).sum::<Result<Duration>>();
    let before = now()?;
    work()?;
    Ok(now()?.saturating_sub(before))
}

/// Class after class, one message in flight.
struct Walk<'a> {
    stage: &'a mut dyn Stage,
    crowd: Crowd,
    load: Load,
    /// In each room, so far.
    presses: usize,
    step_times: Vec<Duration>,
}

impl Walk<'_> {
    fn press_everywhere(&mut self, times: usize) -> Result<()> {
        for _ in 0..times {
            self.presses += 1;
            let total = (self.presses * self.load.learners) as u64;
            for room in 0..self.load.rooms {
                let begun = Instant::now();
                self.stage.press(room)?;
                let all = self.crowd.hear_until(room, total, STEP_WITHIN)?;
                self.step_times.push(begun.elapsed());
                self.stage.pressed()?;
                if !all {
                    let (lost, faults) = self.crowd.verdict(self.presses as u64);
                    let people = self.crowd.count();
                    return Err(format!(
                        "press {} did not reach everyone: {lost} lost of {people}, {faults:?}",
                        self.presses
                    )
                    .into());
                }
            }
        }
        Ok(())
    }

    fn press_empty(&mut self, times: usize) -> Result<()> {
        for _ in 0..times {
            self.stage.press(self.load.rooms)?;
            self.stage.pressed()?;
        }
        Ok(())
    }
}
