//! The directory in memory.

use doorward_core::audit::Note;
use doorward_core::directory::{self, Change, Listed, Refused};
use doorward_core::store::{Answer, Directory};

use super::{MemoryStore, answer};

impl Directory for MemoryStore {
    fn listed(&self) -> Answer<'_, Listed> {
        answer(|| Ok(self.database().listed.clone()))
    }

    fn stamp(&self) -> Answer<'_, u64> {
        answer(|| Ok(self.database().listed.stamp))
    }

    fn amend(&self, change: Change, note: Note) -> Answer<'_, Result<(Listed, Option<u64>), Refused>> {
        answer(move || {
            let mut database = self.database();
            let now = note.at;
            let applied = match directory::apply(&mut database.listed, &change, now) {
                Ok(applied) => applied,
                Err(refused) => return Ok(Err(refused)),
            };
            database.write_down(vec![note]);
            let seq = applied.entry.map(|entry| database.append(entry, now));
            Ok(Ok((database.listed.clone(), seq)))
        })
    }
}
