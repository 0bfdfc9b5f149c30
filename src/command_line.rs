//! The command line: serve · demo · doctor · user · backup · move · judge · openapi.

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::app::School;
use crate::config::{Config, LogForm, Switch, postgres_url};
use crate::db::{ServingLock, Sharing};
use crate::error::{Error, Noun, Result};
use crate::outside::slides;
use crate::print::Printer;
use crate::school::people::{self, NewPerson};
use crate::school::rights::Role;
use crate::school::setup;
use crate::serve::{open, open_for_command, raise_file_limit, serve};
use crate::surfaces::texts::{Email, Name, Password, Phone, login_name};
use crate::{demo, doctor, judge, judge_keeper, judge_service, moving, surfaces, tag};

#[derive(Parser)]
#[command(name = "gyosil", version, about = "교실: the live-classroom server")]
struct Cli {
    #[command(subcommand)]
    command: Option<CliCommand>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Run the server (the default without a command)
    Serve,
    /// Run a demo: a session with an instructor and simulated learners, in a data folder of its own
    Demo(demo::Options),
    /// Try on this machine all that the settings ask for, also while a server runs: a line for each part, and exit code 1 if one does not work
    Doctor,
    /// Add people and change passwords, also while a server runs
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Copy the whole SQLite database into one file, also while a server runs
    Backup {
        /// The file to make: it must not exist yet
        file: String,
    },
    /// Move a school from SQLite to an empty PostgreSQL database, while no server runs: all of it, compared row by row, or nothing
    Move {
        /// The address of the new database: postgres://…
        #[arg(long, env = "GYOSIL_MOVE_TO", hide_env_values = true, value_parser = postgres_url)]
        to: String,
    },
    /// Judge learners' programs for a server that runs with --judge off, as a service of its own
    Judge {
        /// The name of this judge, given by the server that starts it
        #[arg(long = "as", hide = true)]
        name: Option<String>,
    },
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person, and print them as JSON with their id
    Add(NewUserArgs),
    /// Set a new password for a person, which ends all their logins
    Password(PasswordArgs),
}

#[derive(Args)]
struct NewUserArgs {
    /// The e-mail address that the person signs in with (needed without --phone)
    #[arg(long, required_unless_present = "phone")]
    email: Option<String>,
    /// The phone number that the person signs in with (needed without --email)
    #[arg(long)]
    phone: Option<String>,
    /// The person's name, as the class sees it
    #[arg(long)]
    name: String,
    /// The role: STUDENT, INSTRUCTOR or ADMIN
    #[arg(long, value_parser = role)]
    role: Role,
    /// Read the password from standard input (default: from the terminal)
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
struct PasswordArgs {
    /// The e-mail address or the phone number of the person
    #[arg(long)]
    email: String,
    /// Read the password from standard input (default: from the terminal)
    #[arg(long)]
    password_stdin: bool,
}

/// Settings that tell where the school's data is.
const PLACE: &[&str] = &["data", "database"];
const JUDGE_SETTINGS: &[&str] = &["data", "database", "judge_uid", "judge_cores", "judge_languages", "log_form"];
const DEMO_SETTINGS: &[&str] = &["listen", "data", "public_url", "school_name", "school_logo", "timezone", "log_form"];

/// Returns the command line. Each command takes every setting, and its help lists those that matter to it.
fn command() -> Command {
    let cli = Cli::command();
    let settings: Vec<Arg> = cli.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    cli.mut_subcommand("demo", |demo| with_settings(demo, &settings, DEMO_SETTINGS, demo::DEFAULTS))
        .mut_subcommand("user", |user| with_settings(user, &settings, PLACE, &[]))
        .mut_subcommand("backup", |backup| with_settings(backup, &settings, PLACE, &[]))
        .mut_subcommand("move", |moving| with_settings(moving, &settings, PLACE, &[]))
        .mut_subcommand("judge", |judge| with_settings(judge, &settings, JUDGE_SETTINGS, &[]))
        .mut_subcommand("openapi", |openapi| with_settings(openapi, &settings, &[], &[]))
}

/// Gives a command its own copies of the settings, which clap uses instead of the program's.
fn with_settings(command: Command, settings: &[Arg], shown: &[&str], defaults: &[(&str, &'static str)]) -> Command {
    command.args(settings.iter().map(|setting| {
        let id = setting.get_id().as_str();
        let own = setting.clone().hide(!shown.contains(&id));
        match defaults.iter().find(|(of, _)| *of == id) {
            Some((_, default)) => own.default_value(*default),
            None => own,
        }
    }))
}

fn role(word: &str) -> std::result::Result<Role, String> {
    Role::parse(&word.to_ascii_uppercase()).ok_or_else(|| "it must be STUDENT, INSTRUCTOR or ADMIN".into())
}

/// Runs the program.
pub fn run() -> ExitCode {
    judge::run_if_started_as_part(std::env::args());
    slides::run_if_started_as_part(std::env::args());
    crate::private::hide_new_files();
    let cli = match command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return print_usage_error(&error),
    };
    let flaw = cli.config.flaw().map(str::to_owned).or_else(log_filter_flaw);
    let flaw = flaw.or_else(|| picture_flaw(&cli.config)).or_else(|| language_flaw(&cli.config));
    if let Some(flaw) = flaw {
        eprintln!("error: {flaw}");
        return ExitCode::from(2);
    }
    start_log(cli.config.log_form, matches!(cli.command, None | Some(CliCommand::Serve | CliCommand::Judge { .. })));
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return print_error(&Error::internal(error)),
    };
    let done = runtime.block_on(run_command(cli));
    runtime.shutdown_timeout(Duration::from_secs(1));
    done.map_or_else(|error| print_error(&error), |()| ExitCode::SUCCESS)
}

/// Prints a usage error as one line, and help as clap writes it.
fn print_usage_error(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    eprintln!("{}", lines.join(" "));
    ExitCode::from(2)
}

fn print_error(error: &Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn picture_flaw(config: &Config) -> Option<String> {
    let pictures = Printer::open(config.school_logo.as_deref(), config.school_signature.as_deref());
    pictures.err().map(|error| error.to_string())
}

/// Returns the first language of the settings that no judge knows.
fn language_flaw(config: &Config) -> Option<String> {
    let unknown = config.judge_settings.judge_languages.iter().find(|name| !judge::is_known_language(name))?;
    Some(format!("invalid value for --judge-languages: there is no language {unknown}"))
}

fn log_filter_flaw() -> Option<String> {
    let text = std::env::var("GYOSIL_LOG").ok()?;
    text.parse::<Targets>().err().map(|error| format!("invalid value for GYOSIL_LOG: {error}"))
}

fn start_log(form: LogForm, is_server: bool) {
    let usual = if is_server { "info,sqlx=warn" } else { "warn" };
    let asked = std::env::var("GYOSIL_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let log = tracing_subscriber::registry().with(asked.or_else(|| usual.parse().ok()));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    match form {
        LogForm::Text => log.with(lines.with_ansi(std::io::stderr().is_terminal())).init(),
        LogForm::Json => log.with(lines.json()).init(),
    }
}

async fn run_command(cli: Cli) -> Result<()> {
    match cli.command {
        None | Some(CliCommand::Serve) => run_server(cli.config).await,
        Some(CliCommand::Demo(options)) => demo::run(cli.config, options, wait_for_stop_signal()).await,
        Some(CliCommand::Doctor) => doctor::run(cli.config).await,
        Some(CliCommand::User { command: UserCommand::Add(new) }) => add_user(cli.config, new).await,
        Some(CliCommand::User { command: UserCommand::Password(secret) }) => change_password(cli.config, secret).await,
        Some(CliCommand::Backup { file }) => back_up(cli.config, &file).await,
        Some(CliCommand::Move { to }) => {
            must_exist(&cli.config)?;
            moving::run(cli.config, &to).await
        }
        Some(CliCommand::Judge { name }) => {
            must_exist(&cli.config)?;
            judge_service::run(cli.config, name).await
        }
        Some(CliCommand::Openapi) => {
            let _ = writeln!(std::io::stdout(), "{}", surfaces::openapi());
            Ok(())
        }
    }
}

async fn run_server(config: Config) -> Result<()> {
    raise_file_limit();
    crate::listener::tls(&config)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|e| crate::listener::cannot_listen("--listen", config.listen, &e))?;
    crate::private::open_folder(&config.data)?;
    let _taken = crate::private::take_folder(&config.data)?;
    let place = config.place_options();
    let mut lock = lock_database(&config).await?;
    let app = open(config, listener.local_addr().map_err(Error::internal)?).await?;
    let signals = StopSignals::open().map_err(Error::internal)?;
    println!("Gyosil is open at {}", app.public_url);
    println!(
        "  students: {}/    instructors: {}/teach    API: {}/docs",
        app.public_url, app.public_url, app.public_url
    );
    if let Some(link) = setup::link(&app).await? {
        println!();
        println!(
            "There is no administrator yet. Open this link to become the administrator (it works once, until the server stops):"
        );
        println!("  {link}");
        println!("… or, in another terminal:");
        println!("  gyosil user add {place} --email you@example.com --name 'Your name' --role ADMIN");
    }
    let judge = (app.config.judge_settings.judge == Switch::On).then(|| tokio::spawn(judge_keeper::keep(app.clone())));
    let mut lost = None;
    let stop = async {
        tokio::select! {
            () = wait_and_drain(&app, signals) => {}
            why = lost_lock(&mut lock) => lost = Some(why),
        }
    };
    let served = serve(app.clone(), listener, stop).await;
    if let Some(judge) = judge {
        judge.abort();
    }
    lost.map_or(served, Err)
}

/// Locks the database of a node that serves. Other commands work beside it.
async fn lock_database(config: &Config) -> Result<Option<ServingLock>> {
    let sharing = match config.redis.is_set() {
        true => Sharing::WithOthers { secrets: fingerprint_of_secrets(config) },
        false => Sharing::Alone,
    };
    ServingLock::take(&config.database_url(), sharing).await
}

/// Returns a number of 31 bits that is another for other secrets.
fn fingerprint_of_secrets(config: &Config) -> i32 {
    let secrets = format!("{:?} {:?}", config.jwt_secret, config.certificate_seed());
    (tag::number_of(secrets.as_bytes()) & 0x7fff_ffff) as i32
}

async fn lost_lock(lock: &mut Option<ServingLock>) -> Error {
    match lock {
        Some(lock) => lock.wait_until_lost().await,
        None => std::future::pending().await,
    }
}

/// Waits until the server is asked to stop, and then for as long as a load balancer may take to notice it. Who asks a second time
/// waits no longer.
async fn wait_and_drain(app: &School, mut signals: StopSignals) {
    signals.wait().await;
    app.leave();
    let drain = Duration::from_millis(app.config.clocks.drain_ms);
    let _ = tokio::time::timeout(drain, signals.wait()).await;
}

async fn wait_for_stop_signal() {
    match StopSignals::open() {
        Ok(mut signals) => signals.wait().await,
        Err(_) => std::future::pending().await,
    }
}

/// The signals by which a server is asked to stop.
struct StopSignals {
    term: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn open() -> std::io::Result<StopSignals> {
        Ok(StopSignals { term: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Opens the school's database, perhaps while a server has it open too. Fails if the SQLite file does not exist, so that a
/// forgotten or mistyped `--data` does not make a new school.
async fn open_existing(config: Config) -> Result<School> {
    must_exist(&config)?;
    open_for_command(config).await
}

fn must_exist(config: &Config) -> Result<()> {
    if let Some(file) = config.missing_database() {
        return Err(Error::internal(format!(
            "there is no school here: {} does not exist. Give the --data (GYOSIL_DATA) and, if the server has one, \
             the --database (GYOSIL_DATABASE) of the server; a new school begins with «gyosil serve»",
            file.display()
        )));
    }
    Ok(())
}

async fn back_up(config: Config, file: &str) -> Result<()> {
    let app = open_existing(config).await?;
    app.db.backup(file).await?;
    app.db.close().await;
    let bytes = std::fs::metadata(file).map_err(Error::internal)?.len();
    println!("{file}: {bytes} bytes");
    Ok(())
}

async fn add_user(config: Config, new: NewUserArgs) -> Result<()> {
    let named = |field, why| Error::bad_as_sent(field, why);
    let email = new.email.map(Email::try_from).transpose().map_err(|why| named("--email", why))?;
    let phone = new.phone.map(Phone::try_from).transpose().map_err(|why| named("--phone", why))?;
    let person = NewPerson {
        email: email.map(String::from),
        phone: phone.map(String::from),
        name: Name::try_from(new.name).map_err(|why| named("--name", why))?.into(),
        nickname: None,
        password: Some(password(new.password_stdin)?),
        role: new.role,
        age: None,
        digital_level: None,
    };
    let app = open_existing(config).await?;
    let person = people::add(&app, person).await?;
    print_person(&person);
    app.db.close().await;
    Ok(())
}

async fn change_password(config: Config, secret: PasswordArgs) -> Result<()> {
    let password = password(secret.password_stdin)?;
    let app = open_existing(config).await?;
    let found = people::by_login_name(&app, &login_name(secret.email)).await?;
    let person = people::set_password(&app, found.ok_or(Error::NotFound(Noun::Person))?.id, password).await?;
    print_person(&person);
    app.db.close().await;
    Ok(())
}

fn print_person(p: &people::Person) {
    println!(
        "{}",
        serde_json::json!({ "id": p.id, "email": p.email, "phone": p.phone, "name": p.name, "role": p.role })
    );
}

/// Reads a password from standard input, or from the terminal without showing it.
fn password(from_stdin: bool) -> Result<String> {
    let mut text = String::new();
    if from_stdin {
        std::io::stdin().read_to_string(&mut text).map_err(Error::internal)?;
    } else {
        text = rpassword::prompt_password("Password: ").map_err(Error::internal)?;
    }
    let text = text.trim_end_matches(['\n', '\r']).to_owned();
    Password::try_from(text).map(String::from).map_err(|why| Error::bad_as_sent("password", why))
}
