//! Learners who report their progress all at once: how many writes a second the nodes and one PostgreSQL take.

use std::io::{Read, Write};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::frames::{self, CLOSE, PING, TEXT};
use crate::http::ANSWER_WITHIN;
use crate::machine;
use crate::tickets::{Ticket, open_socket};

const READ_BYTES: usize = 16 * 1024;

pub struct Rate {
    pub reports_per_s: f64,
    pub nodes_cpu_us: f64,
    pub postgres_cpu_us: f64,
}

/// Lets each learner report each step as begun and then as finished, one report after the other is acknowledged.
pub fn measure(tickets: &[Ticket], steps: &[i64], nodes: &[u32]) -> Result<Rate> {
    let open = Barrier::new(tickets.len() + 1);
    let cpu = || -> Result<(Duration, Duration)> {
        let nodes = nodes.iter().map(|pid| machine::cpu_time(*pid)).sum::<Result<Duration>>()?;
        Ok((nodes, machine::cpu_time_of_all("postgres")?))
    };
    let (took, before, after) = std::thread::scope(|scope| -> Result<_> {
        let mut threads = Vec::with_capacity(tickets.len());
        for (n, ticket) in tickets.iter().enumerate() {
            let open = &open;
            let thread = std::thread::Builder::new().stack_size(256 * 1024);
            threads.push(thread.spawn_scoped(scope, move || report_all(n, ticket, steps, open))?);
        }
        open.wait();
        let (before, begun) = (cpu()?, Instant::now());
        for thread in threads {
            thread.join().map_err(|_| "a learner panicked")??;
        }
        Ok((begun.elapsed(), before, cpu()?))
    })?;
    let count = (tickets.len() * steps.len() * 2).max(1) as f64;
    let each = |before: Duration, after: Duration| after.saturating_sub(before).as_secs_f64() * 1e6 / count;
    Ok(Rate {
        reports_per_s: count / took.as_secs_f64(),
        nodes_cpu_us: each(before.0, after.0),
        postgres_cpu_us: each(before.1, after.1),
    })
}

fn report_all(learner: usize, ticket: &Ticket, steps: &[i64], open: &Barrier) -> Result<()> {
    let socket = open_socket(ticket.address, &ticket.path, ticket.token.as_deref());
    open.wait();
    let (mut stream, mut bytes) = socket?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    for (n, step) in steps.iter().enumerate() {
        for (half, status) in ["IN_PROGRESS", "COMPLETED"].iter().enumerate() {
            let id = format!("{n}-{half}");
            let key = format!("00000000-0000-4000-8000-{:08x}{:04x}", learner, n * 2 + half);
            let data = json!({ "subtask_id": step, "status": status });
            let message = json!({ "type": "progress", "id": id, "key": key, "data": data }).to_string();
            stream.write_all(&frames::client_text(message.as_bytes()))?;
            wait_for_reply(&mut stream, &mut bytes, &id)?;
        }
    }
    Ok(())
}

fn wait_for_reply(stream: &mut std::net::TcpStream, bytes: &mut Vec<u8>, id: &str) -> Result<()> {
    let mut buffer = [0; READ_BYTES];
    loop {
        while let Some(frame) = frames::first(bytes)? {
            let length = frame.length;
            let found = match frame.opcode {
                TEXT => Some(serde_json::from_slice::<Value>(frame.payload)?).filter(|frame| frame["id"] == *id),
                PING => {
                    stream.write_all(&frames::pong(frame.payload))?;
                    None
                }
                CLOSE => return Err("the server closed a socket".into()),
                _ => None,
            };
            bytes.drain(..length);
            match found {
                Some(frame) if frame["type"] == "reply" => return Ok(()),
                Some(frame) => return Err(format!("a report was refused: {frame}").into()),
                None => {}
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Err("the server hung up".into()),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}
