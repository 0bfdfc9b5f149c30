//! The links between nodes by way of Redis: a single server, or each master of a cluster.
//!
//! Redis is a doorbell. A message may be lost at any time, and then the receiver hears of an interruption at the latest when the
//! link is whole again. Nothing here waits for Redis but `subscribe`, and that has a bound.

mod channels;
mod connecting;
mod inbox;
mod link;
mod slots;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{Value, cmd};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use self::channels::Channels;
use self::connecting::RedisConnector;
use self::inbox::Inbox;
pub use self::inbox::Receiver;
use self::link::{Backoff, Link, LinkParts};
use self::slots::{ServerPlace, SlotMap};
use crate::config::RedisSettings;
use crate::error::{Error, Result};
use crate::metrics::Metrics;

/// The slots of a cluster are read again after this time, even if nothing says that they have moved.
const SLOTS_READ_EVERY: Duration = Duration::from_secs(10);
const SLOTS_READ_AT_MOST_EVERY: Duration = Duration::from_millis(200);

pub struct Links {
    routing: Arc<Routing>,
    finding: JoinHandle<()>,
}

/// The links, and the channels that each carries.
struct Routing {
    shared: Arc<LinkParts>,
    /// The server in the settings.
    given: ServerPlace,
    routes: Mutex<Routes>,
}

enum Routes {
    /// No server has answered yet.
    Unknown,
    Single(Arc<Link>),
    /// The links to the masters, in their order in the map.
    Cluster(Arc<SlotMap>, Vec<Arc<Link>>),
}

impl Links {
    /// Opens the links, and keeps them open until `close`. Returns at once. `prefix`: the beginning of the names of channels.
    pub fn open(
        settings: &RedisSettings,
        prefix: String,
        receiver: Arc<dyn Receiver>,
        metrics: Arc<Metrics>,
    ) -> Result<Links> {
        let address = settings.address().ok_or_else(|| Error::internal("there is no address of Redis"))?;
        let tls = address.is_tls.then(|| connecting::tls(settings.redis_ca.as_deref())).transpose()?;
        let shared = Arc::new(LinkParts {
            connector: RedisConnector { login: address.login, tls },
            prefix,
            inbox: Inbox::new(receiver.clone(), metrics.clone()),
            receiver,
            metrics,
            channels: Channels::default(),
            slots_moved: Notify::new(),
        });
        let given = ServerPlace { host: address.host, port: address.port };
        let routing = Arc::new(Routing { shared, given, routes: Mutex::new(Routes::Unknown) });
        Ok(Links { finding: tokio::spawn(find_servers(routing.clone())), routing })
    }

    /// Tries once whether the server takes this node and its messages.
    pub async fn try_out(settings: &RedisSettings) -> Result<()> {
        let address = settings.address().ok_or_else(|| Error::internal("there is no address of Redis"))?;
        let tls = address.is_tls.then(|| connecting::tls(settings.redis_ca.as_deref())).transpose()?;
        let connector = RedisConnector { login: address.login, tls };
        let place = ServerPlace { host: address.host, port: address.port };
        let unpushed = None::<fn(redis::PushInfo) -> std::result::Result<(), ()>>;
        let mut connection = connector.connect(&place, unpushed).await.map_err(Error::internal)?;
        let told = cmd("PUBLISH").arg("gyosil:doctor").arg("").exec_async(&mut connection.commands).await;
        told.map_err(Error::internal)
    }

    /// Begins to hear a channel, as soon as this can be.
    pub fn want(&self, channel: &str) -> watch::Receiver<bool> {
        let (is_confirmed, new) = self.routing.shared.channels.add(channel);
        if let (Some(name), Some(link)) = (new, self.routing.link_of(channel)) {
            link.note_change(name);
        }
        is_confirmed
    }

    /// Begins to hear a channel. Returns whether the server has confirmed it in this time: if not, it does so later, and then
    /// the receiver hears that the channel is late.
    pub async fn subscribe(&self, channel: &str, within: Duration) -> bool {
        let mut is_confirmed = self.want(channel);
        if tokio::time::timeout(within, is_confirmed.wait_for(|is| *is)).await.is_ok_and(|waited| waited.is_ok()) {
            return true;
        }
        !self.routing.shared.channels.mark_missed(channel)
    }

    pub fn unsubscribe(&self, channel: &str) {
        if let (Some(name), Some(link)) = (self.routing.shared.channels.remove(channel), self.routing.link_of(channel))
        {
            link.note_change(name);
        }
    }

    /// Sends a message to all who hear the channel, this node included. Returns `false` if it is lost for sure.
    pub fn publish(&self, channel: &str, payload: Vec<u8>) -> bool {
        let is_taken = self.routing.link_of(channel).is_some_and(|link| link.publish(channel, payload));
        let metrics = &self.routing.shared.metrics;
        match is_taken {
            true => metrics.bus_sent.inc(),
            false => metrics.bus_dropped.inc(),
        };
        is_taken
    }

    /// Whether all channels are heard, as far as is known.
    pub fn is_up(&self) -> bool {
        let links = self.routing.routes().links();
        !links.is_empty() && links.iter().all(|link| link.is_up())
    }

    /// Whether the server of this channel is there.
    pub fn is_up_for(&self, channel: &str) -> bool {
        self.routing.link_of(channel).is_some_and(|link| link.is_up())
    }

    pub fn close(&self) {
        self.finding.abort();
        let routes = std::mem::replace(&mut *self.routing.routes(), Routes::Unknown);
        routes.links().iter().for_each(|link| link.stop());
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        self.close();
    }
}

impl Routes {
    fn links(&self) -> Vec<Arc<Link>> {
        match self {
            Routes::Unknown => Vec::new(),
            Routes::Single(link) => vec![link.clone()],
            Routes::Cluster(_, links) => links.clone(),
        }
    }
}

impl Routing {
    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn link_of(&self, channel: &str) -> Option<Arc<Link>> {
        match &*self.routes() {
            Routes::Unknown => None,
            Routes::Single(link) => Some(link.clone()),
            Routes::Cluster(map, links) => links.get(map.master_of(channel)?).cloned(),
        }
    }

    /// Asks a server for the masters of its cluster; `None` if it is a single server.
    async fn ask_for_servers(&self, place: &ServerPlace) -> std::result::Result<Option<SlotMap>, String> {
        let none = None::<fn(redis::PushInfo) -> std::result::Result<(), ()>>;
        let connection = self.shared.connector.connect(place, none).await?;
        let mut commands = connection.commands.clone();
        let hello: HashMap<String, Value> = cmd("HELLO").query_async(&mut commands).await.map_err(|e| e.to_string())?;
        let mode = match hello.get("mode") {
            Some(Value::BulkString(mode)) => String::from_utf8_lossy(mode).into_owned(),
            Some(Value::SimpleString(mode)) => mode.clone(),
            _ => String::new(),
        };
        match mode.as_str() {
            "cluster" => {
                let asked = cmd("CLUSTER").arg("SLOTS").query_async(&mut commands).await;
                let answer: Value = asked.map_err(|e| e.to_string())?;
                SlotMap::read(&answer, place).map(Some).ok_or_else(|| "the cluster has no slots".into())
            }
            "sentinel" => Err("this is a Sentinel, and not a Redis server".into()),
            _ => Ok(None),
        }
    }

    /// Links each master of the cluster, and moves channels to the masters that have them now.
    fn follow_slots(&self, map: SlotMap) {
        let mut routes = self.routes();
        if matches!(&*routes, Routes::Cluster(known, _) if **known == map) {
            return;
        }
        let (before, map) = (routes.links(), Arc::new(map));
        for gone in before.iter().filter(|link| !map.masters.contains(&link.place)) {
            gone.stop();
            self.shared.receiver.note_unsent();
        }
        let link = |(n, place): (usize, &ServerPlace)| {
            let known = before.iter().find(|link| link.place == *place).cloned();
            let link = known.unwrap_or_else(|| Link::begin(&self.shared, place.clone(), Some((map.clone(), n))));
            link.set_slots(map.clone(), n);
            link
        };
        let links: Vec<Arc<Link>> = map.masters.iter().enumerate().map(link).collect();
        *routes = Routes::Cluster(map.clone(), links.clone());
        drop(routes);
        for name in self.shared.channels.names() {
            links.iter().for_each(|link| link.note_change(name.clone()));
        }
    }
}

/// Finds out whether there is one server or a cluster, and follows the slots of a cluster.
async fn find_servers(routing: Arc<Routing>) {
    let mut backoff = Backoff::default();
    loop {
        let mut places: Vec<ServerPlace> = routing.routes().links().iter().map(|link| link.place.clone()).collect();
        places.push(routing.given.clone());
        let mut found = Err(String::new());
        for place in places {
            found = routing.ask_for_servers(&place).await;
            if found.is_ok() {
                break;
            }
        }
        match found {
            Ok(None) => {
                let link = Link::begin(&routing.shared, routing.given.clone(), None);
                *routing.routes() = Routes::Single(link);
                return;
            }
            Ok(Some(map)) => {
                backoff = Backoff::default();
                routing.follow_slots(map);
                tokio::time::sleep(SLOTS_READ_AT_MOST_EVERY).await;
                let _ = tokio::time::timeout(SLOTS_READ_EVERY, routing.shared.slots_moved.notified()).await;
            }
            Err(why) => {
                if backoff.is_first() {
                    tracing::warn!(%why, "Redis is away; the news of other nodes comes from the database meanwhile");
                }
                backoff.wait().await;
            }
        }
    }
}
