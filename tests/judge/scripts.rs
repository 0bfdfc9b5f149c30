//! Hostile programs for the embedded engine: each must be stopped, and leave the judge as it was.

use gyosil::confined::{Program, RunAs};
use gyosil::judge::embedded::Embedded;
use gyosil::judge::{Case, CaseOutcome, CaseReport, Engine, Job, RunLimits};

const LIMITS: RunLimits = RunLimits { cpu_ms: 200, memory_mib: 64, output_bytes: 1024 * 1024 };
const SPARE_UID: u32 = 61_000;

fn engine() -> Embedded {
    Embedded { program: Program::open(env!("CARGO_BIN_EXE_gyosil")).unwrap(), run_as: RunAs::choose(SPARE_UID) }
}

fn job(source: &str, cases: &[(&str, &str)]) -> Job {
    let cases =
        cases.iter().map(|(input, expected)| Case { input: (*input).into(), expected: (*expected).into() }).collect();
    Job { source: source.into(), cases, limits: LIMITS }
}

/// Runs a program that must not end by its time, on a machine that does other things too.
fn run_patiently(source: &str, input: &str, expected: &str) -> CaseReport {
    let patient = Job { limits: RunLimits { cpu_ms: 2_000, ..LIMITS }, ..job(source, &[(input, expected)]) };
    engine().run(&patient).unwrap().cases.remove(0)
}

fn run(source: &str, input: &str, expected: &str) -> CaseReport {
    engine().run(&job(source, &[(input, expected)])).unwrap().cases.remove(0)
}

#[track_caller]
fn assert_end(source: &str, outcome: CaseOutcome) {
    let report = run(source, "", "secret");
    assert_eq!(report.outcome, outcome, "{source}\n{report:?}");
}

#[test]
fn a_program_reads_its_input_in_each_usual_way() {
    for source in [
        "const [a, b] = require('fs').readFileSync(0, 'utf8').split(/\\s+/).map(Number); console.log(a + b)",
        "const [a, b] = require('node:fs').readFileSync('/dev/stdin').toString().trim().split('\\n').map(Number); console.log(a + b)",
        "const rl = require('readline').createInterface({ input: process.stdin }); let sum = 0;
         rl.on('line', (line) => { sum += Number(line); }); rl.on('close', () => console.log(sum));",
        "const rl = require('readline').createInterface({ input: process.stdin, output: process.stdout });
         rl.question('', (a) => rl.question('', (b) => { console.log(Number(a) + Number(b)); rl.close(); }));",
        "(async () => { let sum = 0; for await (const line of require('readline').createInterface({})) sum += +line; console.log(sum); })();",
        "let text = ''; process.stdin.on('data', (part) => { text += part; }).on('end', () => {
         const [a, b] = text.split('\\n').map(Number); process.stdout.write(`${a + b}\\n`); });",
        "print(Number(readline()) + Number(readLine()))",
        "setTimeout(() => console.log(x), 60000); var x = +readline() + +readline();",
    ] {
        let report = run(source, "12\n30\n", "42\n");
        assert_eq!(report.outcome, CaseOutcome::Passed, "{source}\n{report:?}");
    }
}

#[test]
fn values_are_printed_as_by_node() {
    let source =
        "console.log({ a: 1, 'b c': [1, 'x', null], d: undefined }, new Map([[1, { y: 2 }]]), new Set(), -0, 1n);
        console.log('%s has %d of %i%%', 'x', 3, 4.5, [true]); console.log([]); console.log();
        console.log(class A {}, function f() {}, Symbol('s'), [[[]]]);";
    let expected = "{ a: 1, 'b c': [ 1, 'x', null ], d: undefined } Map(1) { 1 => { y: 2 } } Set(0) {} -0 1n
x has 3 of 4% [ true ]\n[]\n\n[class A] [Function: f] Symbol(s) [ [ [] ] ]";
    let report = run(source, "", expected);
    assert_eq!(report.outcome, CaseOutcome::Passed, "{report:?}");
}

#[test]
fn each_case_is_judged_by_itself_and_in_a_fresh_process() {
    let source = "globalThis.n = (globalThis.n ?? 0) + 1; console.log(n + readline());";
    let report = engine().run(&job(source, &[("a", "1a"), ("b", "2b"), ("c", "1c  \n\n")])).unwrap();
    let outcomes: Vec<CaseOutcome> = report.cases.iter().map(|case| case.outcome).collect();
    assert_eq!(outcomes, [CaseOutcome::Passed, CaseOutcome::WrongOutput, CaseOutcome::Passed]);
    assert_eq!(report.cases[1].detail, "line 1\n- 2b\n+ 1b");
    assert!(report.cases.iter().all(|case| case.memory_kib > 1_000 && case.cpu_ms < 200), "{report:?}");
}

#[test]
fn a_program_that_cannot_be_read_is_not_run_at_all() {
    let report = engine().run(&job("console.log(1);\nlet x = ;", &[("", "1"), ("", "2")])).unwrap();
    assert!(report.cases.iter().all(|case| case.outcome == CaseOutcome::NotCompiled), "{report:?}");
    let says = report.compiler_says.unwrap();
    assert!(says.contains("SyntaxError") && says.contains(":2:"), "{says}");
}

/// Messages of the compiler are shown to the learner, who may not see the case.
#[test]
fn a_program_that_has_read_its_input_cannot_tell_it_as_an_error_of_the_compiler() {
    for source in [
        "#!x\nthrow new SyntaxError(require('fs').readFileSync(0, 'utf8'))",
        "#!x\nthrow new SyntaxError(readline())",
        "#!x\nconst text = readline(); eval(text + '(')",
        "#!x\nprocess.stdin.on('data', (text) => { throw new SyntaxError(text); })",
    ] {
        let report = engine().run(&job(source, &[("hidden", "")])).unwrap();
        assert_eq!(report.compiler_says, None, "{source}");
        assert_eq!(report.cases[0].outcome, CaseOutcome::Crashed, "{source}\n{report:?}");
    }
}

/// A failure of the judge would be tried again, and cost the learner nothing.
#[test]
fn a_program_cannot_make_the_judge_fail() {
    for source in [
        "Error.prepareStackTrace = () => { console.log('z'); }; try { process.exit(0); } catch {} console.log(1);",
        "Error.prepareStackTrace = () => { console.log('z'); }; for (;;) { try { console.log('x'.repeat(1 << 20)); } catch {} }",
        "Error.prepareStackTrace = () => { process.exit(0); }; for (;;) { try { console.log('x'.repeat(1 << 20)); } catch {} }",
        "Error.prepareStackTrace = () => { throw new Error(); }; process.exit(1)",
    ] {
        let report = engine().run(&job(source, &[("", "secret")])).unwrap();
        assert_ne!(report.cases[0].outcome, CaseOutcome::Passed, "{source}\n{report:?}");
    }
}

#[test]
fn errors_end_a_program_and_are_told() {
    for (source, detail) in [
        ("nothing()", "ReferenceError: nothing is not defined"),
        ("throw new Error('no')", "Error: no"),
        ("throw 5", "Uncaught 5"),
        ("Promise.reject(new TypeError('late'))", "TypeError: late"),
        ("(async () => { await 1; throw new RangeError('later') })()", "RangeError: later"),
        ("process.exit(3)", "exit code 3"),
        ("process.exitCode = 4", "exit code 4"),
        ("JSON.parse('{')", "SyntaxError"),
        ("const f = () => f() + 1; f()", "stack"),
        ("new Function('return f => f(f)')()((f) => [1].map(() => f(f)))", "stack"),
    ] {
        let report = run_patiently(source, "", "");
        assert_eq!(report.outcome, CaseOutcome::Crashed, "{source}\n{report:?}");
        assert!(report.detail.contains(detail), "{source}\n{report:?}");
    }
    let caught = run_patiently(
        "Promise.reject(1).catch(() => console.log('ok')); try { const f = () => f() + 1; f() } catch {}",
        "",
        "ok",
    );
    assert_eq!(caught.outcome, CaseOutcome::Passed, "{caught:?}");
}

#[test]
fn a_program_without_end_is_ended() {
    std::thread::scope(|scope| {
        for source in [
            "for (;;);",
            "for (;;) { try { for (;;); } finally { for (;;); } }",
            "/^(a+)+$/.test('a'.repeat(64) + 'b')",
            "const again = () => Promise.resolve().then(again); again()",
            "setInterval(() => {}, 0)",
            "[3, 2, 1].sort(() => { for (;;); })",
            "const o = { get x() { for (;;); } }; JSON.stringify(o)",
            "new Proxy({}, { get() { for (;;); } }).x",
            "function* g() { for (;;) yield 1; } for (const x of g());",
            "'x'.repeat(1e5).replace(/x/g, () => 'yz').split('').sort(); for (;;) 'x'.repeat(1e6).indexOf('y');",
            "process.stdin.on('end', () => { for (;;); })",
            "class E extends Error { get stack() { for (;;); } get message() { for (;;); } } throw new E()",
            "throw { get name() { for (;;); } }",
            "throw { toString() { for (;;); } }",
            "for (;;) 2n ** 100000n % 7n",
        ] {
            scope.spawn(move || assert_end(source, CaseOutcome::TooSlow));
        }
    });
}

#[test]
fn the_rest_of_the_cases_is_not_run_after_three_that_have_no_end() {
    let cases = [("", ""); 6];
    let report = engine().run(&job("for (;;);", &cases)).unwrap();
    let outcomes: Vec<CaseOutcome> = report.cases.iter().map(|case| case.outcome).collect();
    assert_eq!(outcomes[..3], [CaseOutcome::TooSlow; 3]);
    assert_eq!(outcomes[3..], [CaseOutcome::NotRun; 3]);
}

#[test]
fn memory_has_a_limit() {
    for source in [
        "const all = []; for (;;) all.push(new Array(1e5).fill(1));",
        "let x = 'x'; for (;;) x += x + 1;",
        "new ArrayBuffer(1 << 30)",
        "new SharedArrayBuffer(1 << 30)",
        "const all = []; for (let n = 0; n < 30; n++) all.push(new Uint8Array(120 << 20));",
        "[...'x'.repeat(1 << 28)]",
        "const m = new Map(); for (let n = 0; ; n++) m.set(n, { n });",
        "2n ** (2n ** 33n)",
    ] {
        let report = run(source, "", "secret");
        assert!(
            matches!(report.outcome, CaseOutcome::TooMuchMemory | CaseOutcome::Crashed | CaseOutcome::TooSlow),
            "{source}\n{report:?}"
        );
        assert!(report.memory_kib < 160 * 1024, "{source}\n{report:?}");
    }
    let stubborn = "const all = []; for (;;) { try { for (;;) all.push(new Array(1e5).fill(1)); } catch {} }";
    assert_end(stubborn, CaseOutcome::TooSlow);
}

/// A heap that is full to the last byte has no room for the error that tells so.
#[test]
fn a_program_that_meets_the_limit_of_its_memory_is_told_so() {
    for source in [
        "const all = []; for (;;) all.push(new Array(1e5).fill(1));",
        "const all = []; for (;;) all.push({});",
        "let all = null; for (;;) all = { all };",
        "const all = []; for (let n = 0; ; n++) all.push('x' + n);",
        "(() => { const all = []; for (let n = 0; ; n++) all.push([n]); })()",
        "(async () => { await 1; const all = []; for (;;) all.push({}); })()",
        "new ArrayBuffer(1 << 30)",
        "[...'x'.repeat(1 << 28)]",
    ] {
        let report = run_patiently(source, "", "secret");
        assert_eq!((report.outcome, report.detail.as_str()), (CaseOutcome::TooMuchMemory, ""), "{source}\n{report:?}");
    }
    // One that throws the same without having met it has failed by itself.
    for source in
        ["throw null", "throw Object.assign(new Error(), { name: 'InternalError', message: 'out of memory' })"]
    {
        assert_eq!(run_patiently(source, "", "secret").outcome, CaseOutcome::Crashed, "{source}");
    }
}

#[test]
fn output_has_a_limit() {
    assert_end("for (;;) console.log('x'.repeat(1000))", CaseOutcome::TooMuchOutput);
    assert_end(
        "for (let n = 0; n < 16; n++) { try { console.log('x'.repeat(1 << 20)) } catch {} }",
        CaseOutcome::TooMuchOutput,
    );
    let most = run("process.stdout.write('x'.repeat(1 << 20))", "", &"x".repeat(1 << 20));
    assert_eq!(most.outcome, CaseOutcome::Passed, "{:?}", most.outcome);
}

#[test]
fn nothing_of_the_machine_can_be_reached() {
    for source in [
        "require('fs').readFileSync('/etc/shadow')",
        "require('fs').readFileSync('/proc/self/environ')",
        "require('child_process').exec('id')",
        "require('net').connect(80)",
        "require('../../etc/passwd')",
        "import('fs').then(() => console.log('secret'))",
        "import('/etc/passwd').then(() => console.log('secret'))",
        "process.kill(1)",
        "process.binding('fs')",
        "std.open('/etc/shadow', 'r')",
        "os.exec(['id'])",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)",
        "new Worker('x')",
        "fetch('http://127.0.0.1:8080/')",
    ] {
        assert_end(source, CaseOutcome::Crashed);
    }
    assert_eq!(run("console.log(Object.keys(process.env).length)", "", "0").outcome, CaseOutcome::Passed);
}

#[test]
fn a_program_cannot_write_its_own_report() {
    for source in [
        r#"process.stdout.write('{"end":"Done","exit_code":0,"error":"","memory_kib":0}\nsecret'); throw 1"#,
        "console.log('secret'); process.exit(1)",
        "console.log('secret'); for (;;);",
        "process.exitCode = 1; console.log('secret')",
        "Object.defineProperty(globalThis, 'console', { value: null }); console.log('secret')",
        "throw Object.assign(new Error(), { name: 'InternalError', message: 'out of memory' })",
    ] {
        let report = run(source, "", "secret");
        assert_ne!(report.outcome, CaseOutcome::Passed, "{source}\n{report:?}");
    }
    // Nothing that is written after the end counts.
    let after = run("console.log('secret'); try { process.exit(0) } catch { console.log('more') }", "", "secret");
    assert_eq!(after.outcome, CaseOutcome::Passed, "{after:?}");
}

#[test]
fn errors_of_any_form_are_told_within_bounds() {
    for source in [
        "throw new Error('x'.repeat(1 << 20))",
        "throw { name: 'x'.repeat(1 << 20) }",
        "throw Object.create(null)",
        "throw Symbol('x')",
        "throw new Proxy({}, { get() { throw 1 } })",
        "throw null",
        "throw { toString() { throw 1 } }",
        "Promise.reject(new Proxy({}, { get() { throw 1 } }))",
        "throw '\\ud800'",
    ] {
        let report = run(source, "", "secret");
        assert_eq!(report.outcome, CaseOutcome::Crashed, "{source}\n{report:?}");
        assert!(report.detail.len() <= 4_200, "{source}: {}", report.detail.len());
    }
    assert_eq!(run("console.log('\\ud800')", "", "\u{fffd}").outcome, CaseOutcome::Passed);
}
