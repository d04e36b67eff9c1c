//! All connections: how many there are, from where, who makes room for whom, and who has been waited for too long.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::Limits;
use super::connection::{Conn, Order, Phase};

/// For a request whose head is on its way when the server is to stop.
const LAST_HEAD: Duration = Duration::from_secs(1);

/// Every connection of one listener.
#[derive(Debug)]
pub(super) struct Registry {
    clock: Arc<AtomicU32>,
    all: Mutex<All>,
    /// Told whenever a connection is gone.
    gone: Notify,
    limits: Limits,
    tick: Duration,
    stopping: AtomicBool,
}

#[derive(Debug, Default)]
struct All {
    conns: HashMap<u64, Arc<Conn>>,
    by_address: HashMap<IpAddr, usize>,
    next: u64,
}

/// A place among the connections, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    number: u64,
    pub(super) conn: Arc<Conn>,
}

impl Registry {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        let stopping = AtomicBool::new(false);
        let finest = limits.head_time.min(limits.body_time).min(limits.idle_time).min(limits.write_time);
        let tick = (finest / 8).clamp(Duration::from_millis(5), Duration::from_secs(1));
        // 0 means "never" where a moment is kept.
        let clock = Arc::new(AtomicU32::new(1));
        Arc::new(Self { clock, all: Mutex::default(), gone: Notify::new(), limits, tick, stopping })
    }

    /// How often [`sweep`](Self::sweep) wants to be called.
    pub(super) fn tick(&self) -> Duration {
        self.tick
    }

    pub(super) fn len(&self) -> usize {
        self.lock().conns.len()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection, if need be that of the one that has kept us waiting longest. `None` if all are being
    /// answered: then the new one is turned away.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let from = counted_as(address);
        let mut all = self.lock();
        let of_address = all.by_address.get(&from).copied().unwrap_or(0);
        if of_address >= self.limits.connections_per_address && !all.make_room(Some(from)) {
            return None;
        }
        if all.conns.len() >= self.limits.connections && !all.make_room(None) {
            return None;
        }
        let number = all.next;
        all.next += 1;
        *all.by_address.entry(from).or_default() += 1;
        let conn = Conn::new(from, self.clock.clone());
        all.conns.insert(number, conn.clone());
        Some(Place { registry: self.clone(), number, conn })
    }

    /// Moves the clock, and tells those to end that have been waited for too long.
    pub(super) fn sweep(&self) {
        let now = self.clock.load(Ordering::Relaxed).wrapping_add(1).max(1);
        self.clock.store(now, Ordering::Relaxed);
        let ticks = |time: Duration| u32::try_from(time.as_nanos().div_ceil(self.tick.as_nanos())).unwrap_or(u32::MAX);
        let limits = &self.limits;
        let head =
            if self.stopping.load(Ordering::Relaxed) { limits.head_time.min(LAST_HEAD) } else { limits.head_time };
        let (head, body) = (ticks(head), ticks(limits.body_time));
        let (idle, write) = (ticks(limits.idle_time), ticks(limits.write_time));
        for conn in self.lock().conns.values() {
            let (body_for, stalled_for) = conn.delays();
            let waited = conn.waited();
            let over = match conn.phase() {
                Phase::Head => waited > head,
                Phase::Idle => waited > idle,
                Phase::Busy | Phase::Leaving => false,
            };
            if over || stalled_for > write {
                conn.order(Order::Close);
            } else if body_for > body {
                conn.order(Order::GiveUpBody);
            }
        }
    }

    /// The process is short of something: let go of whoever does nothing.
    pub(super) fn shed(&self) {
        self.lock().make_room(None);
    }

    /// Everybody finishes the request that is being answered, or on its way, and goes.
    pub(super) fn drain(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.order_all(Order::Drain);
    }

    /// Gives everybody the same order.
    pub(super) fn order_all(&self, order: Order) {
        for conn in self.lock().conns.values() {
            conn.order(order);
        }
    }

    /// Ready when no connection is left.
    pub(super) async fn emptied(&self) {
        loop {
            let gone = self.gone.notified();
            if self.len() == 0 {
                return;
            }
            gone.await;
        }
    }
}

impl All {
    /// Ends the connection that has kept us waiting longest. Those between two requests go first; one whose head has not
    /// come in a whole tick may go too. `false` if there is none.
    fn make_room(&mut self, from: Option<IpAddr>) -> bool {
        let waiting = self.conns.iter().filter(|(_, c)| from.is_none_or(|from| c.from == from));
        let waiting = waiting.filter_map(|(number, c)| match c.phase() {
            Phase::Idle => Some((1, c.waited(), Reverse(*number))),
            Phase::Head if c.waited() > 0 => Some((0, c.waited(), Reverse(*number))),
            _ => None,
        });
        let Some((_, _, Reverse(number))) = waiting.max() else {
            return false;
        };
        self.remove(number).is_some_and(|conn| {
            conn.order(Order::Close);
            true
        })
    }

    fn remove(&mut self, number: u64) -> Option<Arc<Conn>> {
        let conn = self.conns.remove(&number)?;
        if let Some(count) = self.by_address.get_mut(&conn.from) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&conn.from);
            }
        }
        Some(conn)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.lock().remove(self.number);
        self.registry.gone.notify_waiters();
    }
}

/// One customer of an IPv6 provider has 2^64 addresses: they count as one.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(connections: usize, per_address: usize) -> Limits {
        Limits { connections, connections_per_address: per_address, ..Limits::default() }
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[test]
    fn the_longest_waited_for_makes_room_and_a_busy_one_never_does() {
        let registry = Registry::new(limits(2, 2));
        let busy = registry.enter(address(1)).unwrap();
        busy.conn.begin();
        let silent = registry.enter(address(2)).unwrap();
        assert!(registry.enter(address(3)).is_none(), "it has only just come");
        registry.sweep();
        let third = registry.enter(address(3)).unwrap();
        assert_eq!(registry.len(), 2);
        assert!(silent.conn.is_told_to_close() && !busy.conn.is_told_to_close());
        third.conn.begin();
        registry.sweep();
        assert!(registry.enter(address(4)).is_none(), "everybody is busy");
        drop(third);
        assert!(registry.enter(address(4)).is_some());
        drop(silent);
        assert_eq!(registry.len(), 1, "whoever was turned out is not counted out twice");
    }

    #[test]
    fn one_address_makes_room_among_its_own() {
        let registry = Registry::new(limits(10, 1));
        let other = registry.enter(address(2)).unwrap();
        let first = registry.enter(address(1)).unwrap();
        registry.sweep();
        let _second = registry.enter(address(1)).unwrap();
        assert!(first.conn.is_told_to_close() && !other.conn.is_told_to_close());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let of = |text: &str| counted_as(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:192.0.2.1"), address(1));
    }

    #[test]
    fn who_is_waited_for_too_long_is_told_to_end() {
        let second = Duration::from_secs(1);
        let registry = Registry::new(Limits { head_time: 10 * second, idle_time: 60 * second, ..Limits::default() });
        assert_eq!(registry.tick(), second);
        let silent = registry.enter(address(1)).unwrap();
        let busy = registry.enter(address(1)).unwrap();
        busy.conn.begin();
        for _ in 0..10 {
            registry.sweep();
        }
        assert!(!silent.conn.is_told_to_close());
        registry.sweep();
        assert!(silent.conn.is_told_to_close() && !busy.conn.is_told_to_close());
    }
}
