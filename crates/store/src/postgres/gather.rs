//! Point reads share their way: what queues while a read is under way is asked for by the next one, all at once. A check of
//! a session costs a fraction of a round trip then, however many nodes and requests there are. A read only ever answers
//! those who had asked before it was sent, so it sees all that was written before they asked.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use doorward_core::store::StoreError;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::pool::{Conn, Pool, Work};

/// Keys in one read.
const MOST: usize = 128;
/// Reads under way at a time: while one is on its way back the next is on its way there.
const LANES: usize = 2;

type Told<V> = Result<Option<Arc<V>>, StoreError>;
type Asked<K, V> = (K, oneshot::Sender<Told<V>>);

/// Reads all of these keys; those that are not there are left out.
pub(super) type ReadAll<K, V> = for<'c> fn(&'c mut Conn, Vec<K>) -> Work<'c, HashMap<K, Arc<V>>>;

pub(super) struct Gather<K, V> {
    queue: mpsc::UnboundedSender<Asked<K, V>>,
}

impl<K, V> Gather<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// Works until it is dropped.
    pub(super) fn start(runtime: &Handle, pool: &Arc<Pool>, read: ReadAll<K, V>) -> Self {
        let (queue, asked) = mpsc::unbounded_channel();
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..LANES {
            runtime.spawn(answer(pool.clone(), asked.clone(), read));
        }
        Self { queue }
    }

    /// What stands under the key.
    pub(super) async fn find(&self, key: K) -> Told<V> {
        let (tell, told) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the runtime is stopping".into());
        self.queue.send((key, tell)).map_err(|_| stopped())?;
        told.await.unwrap_or_else(|_| Err(stopped()))
    }
}

async fn answer<K, V>(pool: Arc<Pool>, queue: Arc<Mutex<mpsc::UnboundedReceiver<Asked<K, V>>>>, read: ReadAll<K, V>)
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    let mut asked = Vec::with_capacity(MOST);
    loop {
        if queue.lock().await.recv_many(&mut asked, MOST).await == 0 {
            return;
        }
        // Whoever has gone meanwhile need not be read for.
        asked.retain(|(_, tell)| !tell.is_closed());
        let keys: Vec<K> = asked.iter().map(|(key, _)| *key).collect();
        let found = pool.with(|conn| read(conn, keys)).await;
        for (key, tell) in asked.drain(..) {
            let _ = tell.send(found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone));
        }
    }
}
