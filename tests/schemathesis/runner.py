"""Starts a school for each run, on SQLite and on PostgreSQL, lets Schemathesis loose on it as three people, and sums up."""

import argparse
import concurrent.futures
import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import world

PEOPLE = ("instructor", "student", "admin")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,invalid_requests_are_refused,valid_requests_are_taken"
)
OUT = "target/schemathesis"
# Everyone sends random requests to every operation. The edges of all values, which are many and the same for all, are
# sent by the one who may do most there; what is named here by nobody, the instructor sends.
EDGES = {
    "student": "^/api/(auth|progress|help|logs|notifications|attendance)|/(join|leave|guest|enroll|payment|my-active)$",
    "admin": "^/api/admin|^/api/v1/(completions|assessments)|^/(certificates|dashboards|qr|healthz|readyz|metrics|openapi)",
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


STARTED = []


def start(command, **options):
    STARTED.append(subprocess.Popen(command, **options))
    return STARTED[-1]


def told_to_stop(*_):
    """`timeout` tells only us: what we have started ends with us, and nothing more is started."""
    for process in STARTED:
        process.terminate()
    raise SystemExit("told to stop")


def stop(process):
    """Ends a process that we started, and waits for it."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)


class Postgres:
    """A PostgreSQL of our own, in a temporary folder. It refuses to run as root: then it is the user of its package."""

    def __init__(self, folder):
        self.port = free_port()
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        user = None
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            user = entry.pw_uid
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        data = f"{folder}/data"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "user": user}
        make = [f"{programs}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(make, check=True, timeout=120, **quiet)
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off"]
        serve = [f"{programs}/postgres", "-D", data] + [part for setting in settings for part in ("-c", setting)]
        self.process = start(serve, **quiet)
        self.create = [f"{programs}/createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]

    def database(self, name):
        for _ in range(100):
            if subprocess.run(self.create + [name], capture_output=True, timeout=30).returncode == 0:
                return f"postgres://postgres@127.0.0.1:{self.port}/{name}"
            time.sleep(0.1)
        raise SystemExit("PostgreSQL makes no database")


class School:
    """A gyosil of our own with a world in it."""

    def __init__(self, folder, database):
        os.makedirs(folder, exist_ok=True)
        self.base = f"http://127.0.0.1:{free_port()}"
        listen = self.base.removeprefix("http://")
        flags = ["--data", folder, "--listen", listen, "--public-url", self.base, "--rate-limits", "off"]
        flags += ["--access-ttl-s", "86400", "--judge-languages", "javascript"]
        flags += ["--database", database] if database else []
        log = open(f"{folder}/log", "w", encoding="utf-8")
        self.process = start(["target/debug/gyosil", "serve", *flags], stdout=log, stderr=log, env={**os.environ, "RUST_LOG": "warn"})
        try:
            self.is_ready()
            email = "admin@example.com"
            add = ["target/debug/gyosil", "user", "add", "--email", email, "--name", "관리자", "--role", "ADMIN", "--password-stdin"]
            subprocess.run(add + flags, input=world.PASSWORD, text=True, check=True, timeout=60, stdout=subprocess.DEVNULL)
            self.people, things = world.build(self.base, email)
            self.things = f"{folder}/things.json"
            with open(self.things, "w", encoding="utf-8") as file:
                json.dump(things, file)
        except BaseException:
            stop(self.process)
            raise

    def is_ready(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.base}/readyz", timeout=5).read()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("gyosil does not come up")


def settings(who, where, folder):
    """The settings of all runs, and which edges are this one's. What is invalid is refused before any database is asked:
    the edges beyond what is allowed are sent on one of them."""
    own = f"exclude-path-regex = '{EDGES[who]}'" if who in EDGES else f"include-path-regex = '{'|'.join(EDGES.values())}'"
    with open("tests/schemathesis/schemathesis.toml", encoding="utf-8") as file:
        text = file.read()
    path = f"{folder}/schemathesis.toml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{text}\n[[operations]]\n{own}\nphases.coverage.enabled = false\n")
        if where == "postgres":
            file.write("[phases.coverage.generation]\nmode = 'positive'\n")
    return path


def run(who, where, database, folder, options):
    """One person on one database: what Schemathesis said, and how long it took."""
    name = f"{who}-{where}"
    begun = time.monotonic()
    school = School(f"{folder}/{name}", database)
    try:
        command = [f"{OUT}/venv/bin/schemathesis", "--config-file", settings(who, where, f"{folder}/{name}"), "run"]
        command += [f"{school.base}/openapi.json", "--checks", CHECKS, "--phases", options.phases]
        command += ["--max-examples", str(options.examples), "--seed", str(options.seed), "--workers", "1"]
        command += ["--header", f"Authorization: Bearer {school.people[who].token}"]
        if options.only:
            command += ["--include-path-regex", options.only]
        done = f"{folder}/{name}/done.json"
        environment = {**os.environ, "SCHOOL": school.things, "DONE": done, "SCHEMATHESIS_HOOKS": "tests/schemathesis/hooks.py", "COLUMNS": "160"}
        with open(f"{OUT}/{name}.txt", "w", encoding="utf-8") as out:
            tester = start(command, stdout=out, stderr=out, env=environment)
            code = tester.wait(options.limit)
    except subprocess.TimeoutExpired:
        stop(tester)
        code = f"not done in {options.limit} s"
    finally:
        stop(school.process)
    with open(f"{OUT}/{name}.txt", encoding="utf-8") as out:
        text = out.read()
    counted = {"requests": 0, "operations": {}}
    if os.path.exists(done):
        with open(done, encoding="utf-8") as file:
            counted = json.load(file)
    granted = sum(counted["operations"].values())
    told = f"{counted['requests']} requests, {granted} of them granted, in {time.monotonic() - begun:.0f} s"
    if code == 0 and granted < counted["requests"] / 20:
        code = "hardly anything was granted: is it the world that is missing?"
    return name, code, told, text, set(counted["operations"])


def everything():
    document = json.loads(subprocess.run(["target/debug/gyosil", "openapi"], capture_output=True, check=True, timeout=60).stdout)
    return {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}


def main():
    for old in glob.glob(f"{OUT}/*.txt"):
        os.remove(old)
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--examples", type=int, default=3, help="random requests for each operation and run")
    arguments.add_argument("--seed", type=int, default=11)
    arguments.add_argument("--phases", default="examples,coverage,fuzzing")
    arguments.add_argument("--limit", type=int, default=1500, help="seconds that one run may take")
    arguments.add_argument("--only", help="only the paths that this regular expression finds")
    arguments.add_argument("--who", default=",".join(PEOPLE))
    arguments.add_argument("--where", default="sqlite,postgres")
    arguments.add_argument("--never", action="store_true", help="tell which operations were granted to nobody")
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, told_to_stop)
    folder = tempfile.mkdtemp(prefix="gyosil-schemathesis-")
    os.chmod(folder, 0o755)
    postgres, failed = None, []
    pool = concurrent.futures.ThreadPoolExecutor(2)
    try:
        runs = [(who, where) for where in options.where.split(",") for who in options.who.split(",")]
        if "postgres" in options.where:
            os.makedirs(f"{folder}/pg")
            postgres = Postgres(f"{folder}/pg")
        jobs, granted = [], set()
        for who, where in runs:
            database = postgres.database(who) if where == "postgres" else None
            jobs.append(pool.submit(run, who, where, database, folder, options))
        for job in concurrent.futures.as_completed(jobs):
            name, code, told, text, operations = job.result()
            granted |= operations
            print(f"{'ok    ' if code == 0 else 'FAILED'} {name}: {told}", flush=True)
            if code != 0:
                failed.append(name)
                print(text[-20_000:] if isinstance(code, int) else code, flush=True)
        if options.never:
            print("never granted to anyone:", *sorted(everything() - granted), sep="\n  ")
    finally:
        pool.shutdown(cancel_futures=True)
        if postgres:
            stop(postgres.process)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(runs) - len(failed)} passed, {len(failed)} failed", flush=True)
    sys.exit(1 if failed else 0)


main()
