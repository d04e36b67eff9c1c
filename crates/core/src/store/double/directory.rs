//! The double's directory.

use super::Double;
use crate::audit::Note;
use crate::directory::{self, Change, Listed, Refused};
use crate::store::{Answer, Directory};

impl Directory for Double {
    fn listed(&self) -> Answer<'_, Listed> {
        self.step("listed", |state| Ok(state.listed.clone()))
    }

    fn stamp(&self) -> Answer<'_, u64> {
        self.step("stamp", |state| Ok(state.listed.stamp))
    }

    fn amend(&self, change: Change, note: Note) -> Answer<'_, Result<(Listed, Option<u64>), Refused>> {
        self.step("amend", move |state| {
            let now = note.at;
            let applied = match directory::apply(&mut state.listed, &change, now) {
                Ok(applied) => applied,
                Err(refused) => return Ok(Err(refused)),
            };
            state.write_down(vec![note]);
            let seq = applied.entry.map(|entry| {
                state.append(entry, now);
                state.seq
            });
            Ok(Ok((state.listed.clone(), seq)))
        })
    }
}
