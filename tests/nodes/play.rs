//! One run from the beginning to the verdict.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cluster::{Cluster, Settings};
use crate::run::{Phase, Run};
use crate::schedule::Schedule;
use crate::school::stored;
use crate::verdict::{AT_HEAD_WITHIN, Failure, Judge, Verdict};

const ALL_IN_WITHIN: Duration = Duration::from_secs(40);
const OVER_WITHIN: Duration = Duration::from_secs(150);

pub struct Play {
    pub seed: u64,
    pub schedule: Schedule,
    pub settings: Settings,
    /// Number of the stored classes that take part.
    pub classes: usize,
}

impl Play {
    /// Plays while nothing else does. Returns a line about it, or all that was wrong.
    pub fn plays(&self) -> Verdict<String> {
        let _alone = alone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let played = runtime.block_on(async { tokio::time::timeout(OVER_WITHIN, self.goes()).await });
        runtime.shutdown_background();
        let Play { seed, schedule, .. } = self;
        let verdict =
            played.unwrap_or_else(|_| Err(Failure::Late(vec![format!("it was not over after {OVER_WITHIN:?}")])));
        verdict.map(|told| format!("seed {seed}: {told}")).map_err(|mut failure| {
            failure.lines().insert(0, format!("GYOSIL_FAULT_SEED={seed}, with the schedule\n{schedule}"));
            failure
        })
    }

    async fn goes(&self) -> Verdict<String> {
        let stored = stored();
        let begun = std::time::Instant::now();
        let cluster = Cluster::starts(stored, self.settings).await;
        let nodes = cluster.nodes.iter().map(|node| node.clients.address).collect();
        let run = Arc::new(Run::new(&stored.classes[..self.classes], nodes));
        let clients = run.sends_in(self.seed);
        let judge = Judge { cluster: &cluster, run: &run, clients: &clients };
        let verdict = self.judges(&cluster, &judge).await;
        run.phase.send_replace(Phase::Over);
        if verdict.is_err() {
            println!("{}", cluster.logs());
        }
        verdict.map(|told| format!("{told}; {:.1} s in all", begun.elapsed().as_secs_f64()))
    }

    async fn judges(&self, cluster: &Arc<Cluster>, judge: &Judge<'_>) -> Verdict<String> {
        let (run, clients) = (judge.run, judge.clients);
        let all_in = judge.all_are_in(ALL_IN_WITHIN).await?;
        self.schedule.strikes(cluster).await;
        run.phase.send_replace(Phase::Quiet);
        let at_head = judge.all_are_at_the_head(AT_HEAD_WITHIN).await?;
        let answered = judge.all_writes_are_answered().await?;
        // Waits until all have heard what was answered last.
        judge.all_are_at_the_head(AT_HEAD_WITHIN).await?;
        run.phase.send_replace(Phase::Leaving);
        let acknowledged = judge.nothing_is_lost_or_doubled().await?;
        let settled = judge.rosters_are_right().await?;
        let connections: usize = clients.iter().map(|client| client.connections()).sum();
        Ok(format!(
            "{} faults, {} clients in after {all_in:.1?}, {connections} connections, {acknowledged} writes; at the head \
             after {at_head:.1?}, answered after {answered:.1?}, rosters right after {settled:.1?}",
            self.schedule.0.len(),
            clients.len(),
        ))
    }
}

/// Waits until nothing else plays: the promised times are those of a machine that does nothing else.
pub fn alone() -> MutexGuard<'static, ()> {
    static PLAYED: Mutex<()> = Mutex::new(());
    PLAYED.lock().unwrap_or_else(PoisonError::into_inner)
}
