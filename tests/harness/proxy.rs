//! A proxy between a phone and the school. It can be cut, fall silent and be mended, and it can lead to another server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How it is, and how often it was cut and fell silent: a connection notices also what was over at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Condition {
    state: State,
    cuts: u32,
    silences: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// What is connected dies, what comes is refused.
    Cut,
    /// Nothing dies, and nothing comes through: a tunnel, or a router that has lost its mind.
    Silent,
}

pub struct Proxy {
    pub address: SocketAddr,
    /// The servers to which one connection after the other is led.
    leads_to: Arc<Mutex<VecDeque<SocketAddr>>>,
    condition: watch::Sender<Condition>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Proxy {
    pub async fn to(school: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Proxy {
            address,
            leads_to: Arc::new(Mutex::new([school].into())),
            condition: watch::Sender::new(Condition { state: State::Whole, cuts: 0, silences: 0 }),
            listening: Mutex::new(None),
        };
        proxy.listens(listener);
        proxy
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A proxy to a database, and the address of the database through it.
    pub async fn to_database(database: &str) -> (Proxy, String) {
        let (login, rest) = database.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let proxy = Proxy::to(server.parse().unwrap()).await;
        let proxied = format!("{login}@{}/{name}", proxy.address);
        (proxy, proxied)
    }

    pub fn leads_to(&self, school: SocketAddr) {
        self.leads_by_turns(&[school]);
    }

    /// Leads the next connection to the first, the one after it to the second, and so on, and then to the first again.
    pub fn leads_by_turns(&self, schools: &[SocketAddr]) {
        *self.leads_to.lock().unwrap() = schools.iter().copied().collect();
    }

    pub fn cut(&self) {
        self.hangs_up();
        self.condition.send_modify(|now| (now.state, now.cuts) = (State::Cut, now.cuts + 1));
    }

    pub fn fall_silent(&self) {
        self.condition.send_modify(|now| (now.state, now.silences) = (State::Silent, now.silences + 1));
    }

    /// Lets new connections through. Those that were cut or fell silent stay so.
    pub async fn mend(&self) {
        let was = *self.condition.borrow();
        self.condition.send_modify(|now| now.state = State::Whole);
        if was.state == State::Cut {
            let listener =
                super::until("the proxy has its port again", async || TcpListener::bind(self.address).await.ok()).await;
            self.listens(listener);
        }
    }

    fn listens(&self, listener: TcpListener) {
        let (leads_to, condition) = (self.leads_to.clone(), self.condition.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let to = {
                    let mut leads_to = leads_to.lock().unwrap();
                    leads_to.rotate_left(1);
                    *leads_to.back().unwrap()
                };
                tokio::spawn(carries(phone, to, condition.subscribe()));
            }
        });
        *self.listening.lock().unwrap() = Some(accepting);
    }

    fn hangs_up(&self) {
        if let Some(accepting) = self.listening.lock().unwrap().take() {
            accepting.abort();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.hangs_up();
    }
}

async fn carries(mut phone: TcpStream, to: SocketAddr, mut condition: watch::Receiver<Condition>) {
    let first = *condition.borrow_and_update();
    let mut school = None;
    if first.state == State::Whole {
        let Ok(mut stream) = TcpStream::connect(to).await else { return };
        tokio::select! {
            _ = copy_bidirectional(&mut phone, &mut stream) => return,
            _ = condition.wait_for(|now| *now != first) => {}
        }
        school = Some(stream);
    }
    // Silent: both ends are held, and nobody reads. Cut, now or later: both are let go.
    let _ = condition.wait_for(|now| now.state == State::Cut || now.cuts != first.cuts).await;
    drop((phone, school));
}
