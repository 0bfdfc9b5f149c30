//! The process that runs one JavaScript program for one test case.
//!
//! The process reads its task, locks itself, runs the program, and writes its report and the output of the program. What it knows
//! when it locks itself is all it ever knows: the program and the input.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::{Context, Ctx, Exception, Function, Object, Runtime, Value};
use serde::{Deserialize, Serialize};

use super::heap::BoundedHeap;
use crate::confined::locks;

/// Surroundings of a JavaScript program.
const SURROUNDINGS: &str = include_str!("surroundings.js");
/// The part of the stack that QuickJS may use, which is the most that its binding takes. Deeper recursion is an error that
/// the program can catch.
const STACK_BYTES: usize = 16 * 1024 * 1024;
/// Memory that the process takes besides the heap of QuickJS: its stack, and what the report and the output need.
const BESIDES_BYTES: u64 = 64 * 1024 * 1024;
/// Time of the processor after which the process ends, beyond that after which the program is interrupted. A long sort, for one,
/// cannot be interrupted.
const CPU_GRACE_MS: u64 = 100;
/// The first argument of this program started anew as such a process.
pub(super) const COMMAND: &str = "judge-script";
const ERROR_BYTES: usize = 4 * 1024;
/// The exit code of a process that failed by itself: it could not lock itself, and ran nothing.
pub(super) const NOT_RUN: i32 = 70;
/// The exit code of a process that failed while it ran the program, which may have caused it.
const NOT_ENDED: i32 = 71;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ScriptTask<T> {
    pub source: T,
    pub input: T,
    pub cpu_ms: u64,
    pub memory_mib: u64,
    pub output_bytes: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ScriptReport {
    pub end: ScriptEnd,
    pub exit_code: i32,
    pub error: String,
    pub memory_kib: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ScriptEnd {
    Done,
    Failed,
    /// Not JavaScript at all.
    Unreadable,
    TooSlow,
    TooMuchMemory,
    TooMuchOutput,
}

/// Runs the task on standard input, and ends the process.
pub(super) fn run() -> ! {
    // A message of a panic would need calls that are locked.
    std::panic::set_hook(Box::new(|_| end(NOT_RUN)));
    end(if run_task().is_ok() { 0 } else { NOT_RUN })
}

fn end(exit_code: i32) -> ! {
    // SAFETY: the call takes a number and does not return. Nothing is left to be written.
    unsafe { libc::_exit(exit_code) }
}

fn run_task() -> io::Result<()> {
    let mut sent = Vec::new();
    io::stdin().lock().read_to_end(&mut sent)?;
    let task: ScriptTask<String> = serde_json::from_slice(&sent)?;
    drop(sent);
    // Never closed: in debug builds that takes a call which the lock forbids.
    let mut own_status = ManuallyDrop::new(File::open("/proc/self/status")?);
    let mut out = ManuallyDrop::new(File::from(io::stdout().as_fd().try_clone_to_owned()?));
    let machine = ScriptMachine::new(&task).map_err(|e| io::Error::other(e.to_string()))?;
    warm_up();
    let memory_bytes = task.memory_mib * 1024 * 1024 + BESIDES_BYTES;
    locks::only_calculate(memory_bytes, task.cpu_ms + CPU_GRACE_MS)?;
    std::panic::set_hook(Box::new(|_| end(NOT_ENDED)));
    let mut report = machine.run(&task);
    report.memory_kib = peak_kib(&mut own_status);
    out.write_all(&serde_json::to_vec(&report)?)?;
    out.write_all(b"\n")?;
    out.write_all(machine.output.borrow().as_bytes())
}

/// Reads what is read only once: the time zone.
fn warm_up() {
    // SAFETY: the calls take a number and a struct that lives longer than they do.
    unsafe {
        let mut day = std::mem::zeroed();
        libc::localtime_r(&0, &mut day);
    }
}

/// Reads the greatest amount of memory that this process held.
fn peak_kib(own_status: &mut File) -> u64 {
    // Reading to the end would ask for the size of the file first, which is no call of a script.
    let mut buffer = [0; 4096];
    let read = own_status.read(&mut buffer).unwrap_or_default();
    let text = String::from_utf8_lossy(buffer.get(..read).unwrap_or_default());
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// QuickJS, and what the program has done to the world so far.
struct ScriptMachine {
    context: Context,
    output: Rc<RefCell<String>>,
    state: Rc<ScriptState>,
}

#[derive(Default)]
struct ScriptState {
    /// The program has ended itself.
    exit_code: Cell<Option<i32>>,
    is_slow: Cell<bool>,
    wrote_too_much: Cell<bool>,
    /// The program could not be read when it was looked at for the first time.
    is_doubtful: Cell<bool>,
    /// The program has asked for its input: from then on its errors may tell it.
    has_read: Cell<bool>,
    /// The program asked for more memory than it may have, which it can catch and go on.
    was_full: Rc<Cell<bool>>,
    /// Promises that failed, and that nothing has caught.
    uncaught: Cell<i64>,
    /// The reason why the last of them failed.
    reason: RefCell<Option<ScriptFailure>>,
}

impl ScriptState {
    /// Must the program end at the next opportunity?
    fn is_over(&self) -> bool {
        self.exit_code.get().is_some() || self.is_slow.get() || self.wrote_too_much.get()
    }
}

impl ScriptMachine {
    fn new(task: &ScriptTask<String>) -> rquickjs::Result<ScriptMachine> {
        let state = Rc::new(ScriptState::default());
        let most = usize::try_from(task.memory_mib).unwrap_or(usize::MAX).saturating_mul(1024 * 1024);
        let runtime = Runtime::new_with_alloc(BoundedHeap::new(most, state.was_full.clone()))?;
        runtime.set_max_stack_size(STACK_BYTES);
        let context = Context::full(&runtime)?;
        let (watched, cpu_ms) = (state.clone(), task.cpu_ms);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            watched.is_slow.set(watched.is_slow.get() || used_cpu_ms() >= cpu_ms);
            watched.is_over()
        })));
        let watched = state.clone();
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |_, _, reason, is_caught| {
            watched.uncaught.set(watched.uncaught.get() + if is_caught { -1 } else { 1 });
            *watched.reason.borrow_mut() = Some(ScriptFailure::of(&reason, watched.was_full.get()));
        })));
        let output = Rc::new(RefCell::new(String::new()));
        Ok(ScriptMachine { context, output, state })
    }

    fn run(&self, task: &ScriptTask<String>) -> ScriptReport {
        let failure = self.context.with(|ctx| {
            self.run_in(&ctx, task).err().map(|_| ScriptFailure::of(&ctx.catch(), self.state.was_full.get()))
        });
        let mut report = ScriptReport { end: ScriptEnd::Done, exit_code: 0, error: String::new(), memory_kib: 0 };
        let state = &self.state;
        report.end = match failure {
            _ if state.wrote_too_much.get() => ScriptEnd::TooMuchOutput,
            _ if state.is_slow.get() => ScriptEnd::TooSlow,
            _ if state.exit_code.get().is_some() => ScriptEnd::Done,
            None if state.uncaught.get() > 0 => match state.reason.take() {
                Some(reason) => {
                    report.error = reason.text;
                    reason.end
                }
                None => ScriptEnd::Failed,
            },
            None => ScriptEnd::Done,
            Some(failure) => {
                report.error = failure.text;
                if failure.is_syntax && state.is_doubtful.get() && !state.has_read.get() {
                    ScriptEnd::Unreadable
                } else {
                    failure.end
                }
            }
        };
        report.exit_code = state.exit_code.get().unwrap_or_default();
        report
    }

    fn run_in<'js>(&self, ctx: &Ctx<'js>, task: &ScriptTask<String>) -> rquickjs::Result<()> {
        let next = self.surround(ctx, task)?;
        // Reads it once without running it.
        let read: Function = ctx.globals().get("Function")?;
        if read.call::<_, Value>((task.source.as_str(),)).is_err() {
            let found = ctx.catch();
            if !is_syntax_error(&found) {
                return Err(ctx.throw(found));
            }
            // Read as a program and not as the body of a function, its error names the right line.
            self.state.is_doubtful.set(true);
        }
        let mut options = EvalOptions::default();
        options.strict = false;
        ctx.eval_with_options::<Value, _>(task.source.as_str(), options)?;
        self.state.is_doubtful.set(false);
        loop {
            while !self.state.is_over() && ctx.execute_pending_job() {}
            if self.state.is_over() || !next.call::<_, bool>(())? {
                return Ok(());
            }
        }
    }

    /// Gives the program its surroundings. Returns the function that runs what waits for its turn, and tells whether there was
    /// anything.
    fn surround<'js>(&self, ctx: &Ctx<'js>, task: &ScriptTask<String>) -> rquickjs::Result<Function<'js>> {
        let host = Object::new(ctx.clone())?;
        let (input, state) = (task.input.clone(), self.state.clone());
        let read = move || {
            state.has_read.set(true);
            input.clone()
        };
        host.set("input", Function::new(ctx.clone(), read)?)?;
        let (output, state, most) = (self.output.clone(), self.state.clone(), task.output_bytes);
        let write = move |ctx: Ctx<'js>, text: String| {
            // An error runs the program's own code when it is made, which may write: the output must not be borrowed then.
            if state.is_over() {
                return Err(Exception::throw_message(&ctx, "the program is over"));
            }
            if output.borrow().len() + text.len() > most {
                state.wrote_too_much.set(true);
                return Err(Exception::throw_range(&ctx, "too much output"));
            }
            output.borrow_mut().push_str(&text);
            Ok(())
        };
        host.set("write", Function::new(ctx.clone(), write)?)?;
        let state = self.state.clone();
        let exit = move |ctx: Ctx<'js>, code: i32| -> rquickjs::Result<()> {
            state.exit_code.set(state.exit_code.get().or(Some(code)));
            Err(Exception::throw_message(&ctx, "the program has ended itself"))
        };
        host.set("exit", Function::new(ctx.clone(), exit)?)?;
        let surround: Function = ctx.eval(SURROUNDINGS)?;
        surround.call((host,))
    }
}

/// Reads the time of the processor that this process has used.
fn used_cpu_ms() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes the struct that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    u64::try_from(time.tv_sec * 1_000 + time.tv_nsec / 1_000_000).unwrap_or_default()
}

fn is_syntax_error(value: &Value) -> bool {
    let name = value.as_object().and_then(|error| error.get::<_, String>("name").ok());
    name.is_some_and(|name| name == "SyntaxError")
}

/// An error that ended the program.
struct ScriptFailure {
    end: ScriptEnd,
    is_syntax: bool,
    text: String,
}

impl ScriptFailure {
    /// Reads an error. One of memory counts as that only if the memory was full: a program can throw the same.
    fn of(value: &Value, was_full: bool) -> ScriptFailure {
        let part = |key: &str| value.as_object().and_then(|error| error.get::<_, String>(key).ok()).unwrap_or_default();
        let (name, message) = (part("name"), part("message"));
        let end = match (name.as_str(), message.as_str()) {
            ("InternalError", "out of memory") if was_full => ScriptEnd::TooMuchMemory,
            _ if value.is_null() && was_full => ScriptEnd::TooMuchMemory,
            _ => ScriptEnd::Failed,
        };
        let mut text = match name.as_str() {
            "" => {
                value.get::<rquickjs::Coerced<String>>().map(|text| format!("Uncaught {}", text.0)).unwrap_or_default()
            }
            _ => format!("{name}: {message}\n{}", part("stack")),
        };
        if text.len() > ERROR_BYTES {
            let end = text.floor_char_boundary(ERROR_BYTES);
            text.truncate(end);
        }
        ScriptFailure { end, is_syntax: is_syntax_error(value), text: text.trim_end().into() }
    }
}
