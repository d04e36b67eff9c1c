//! Finding accounts, page by page.

use super::name;
use crate::auth::Auth;
use crate::directory::is_name;
use crate::id::AccountId;
use crate::records::Account;
use crate::store::StoreError;

/// Which accounts are wanted.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "holds identifiers")]
pub enum Which {
    /// All whose identifier begins with this, in the order of identifiers; all that there are for the empty text.
    Beginning(String),
    /// The one of this identifier, however it is spelt.
    Called(String),
    /// Those that have the role, in the order of ids.
    WithRole(String),
}

/// Accounts, and where those behind them begin.
#[expect(missing_debug_implementations, reason = "holds identifiers")]
pub struct Page {
    /// Not more than were asked for.
    pub accounts: Vec<Account>,
    /// Hand it back for the next page; `None`: there is none.
    pub next: Option<String>,
}

impl Auth {
    /// A page of accounts, from the beginning or from where the last one ended. A place that no page ended at is the same
    /// as the end.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn list_accounts(&self, which: &Which, from: Option<&str>, most: usize) -> Result<Page, StoreError> {
        match which {
            Which::Called(text) => {
                let found = if from.is_none() { self.find_account(text).await? } else { None };
                Ok(Page { accounts: found.into_iter().collect(), next: None })
            }
            Which::WithRole(role) => {
                let from = from.map(str::parse::<AccountId>).transpose();
                let (true, Ok(from)) = (is_name(role), from) else {
                    return Ok(Page { accounts: Vec::new(), next: None });
                };
                let found = self.accounts().with_role(role.clone(), from, most + 1).await?;
                Ok(page(found, most, |account| account.id.to_string()))
            }
            // No store need cope with these, and no identifier has them.
            Which::Beginning(text) if text.chars().chain(from.unwrap_or("").chars()).any(char::is_control) => {
                Ok(Page { accounts: Vec::new(), next: None })
            }
            Which::Beginning(text) => self.beginning(&beginning(text), from, most).await,
        }
    }

    async fn beginning(&self, with: &str, from: Option<&str>, most: usize) -> Result<Page, StoreError> {
        // What comes behind a text begins with it or comes behind all that do; the text itself may be an identifier too.
        let mut found = match from {
            None => self.accounts().by_identifier(with.to_owned()).await?.into_iter().collect(),
            Some(_) => Vec::new(),
        };
        let after = from.unwrap_or(with).max(with).to_owned();
        let behind = self.accounts().page((!after.is_empty()).then_some(after), most + 1 - found.len()).await?;
        found.extend(behind.into_iter().take_while(|account| account.identifier.starts_with(with)));
        Ok(page(found, most, |account| account.identifier.clone()))
    }
}

/// As identifiers are stored, if it could be one; else as it is.
fn beginning(text: &str) -> String {
    if text.is_empty() { String::new() } else { name::identifier(text).unwrap_or_else(|_| text.to_owned()) }
}

fn page(mut found: Vec<Account>, most: usize, place: impl Fn(&Account) -> String) -> Page {
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(place);
    Page { accounts: found, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::wait;
    use crate::tests::World;

    /// All pages of two.
    fn all(world: &World, which: &Which) -> Vec<Vec<String>> {
        let (mut pages, mut from) = (Vec::new(), None);
        loop {
            let page = wait(world.auth.list_accounts(which, from.as_deref(), 2)).unwrap();
            pages.push(page.accounts.into_iter().map(|account| account.identifier).collect());
            from = page.next;
            if from.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn accounts_are_found_by_how_they_begin_by_name_and_by_role() {
        let world = World::new();
        let ids: Vec<_> = ["bob", "ada", "adam", "ad", "b"].iter().map(|name| world.sign_up(name).id).collect();
        let beginning = |text: &str| all(&world, &Which::Beginning(text.to_owned()));
        assert_eq!(beginning(""), [vec!["ad", "ada"], vec!["adam", "b"], vec!["bob"]]);
        assert_eq!(beginning("AD"), [vec!["ad", "ada"], vec!["adam"]]);
        assert_eq!(beginning("ada"), [["ada", "adam"]]);
        assert_eq!(beginning("b"), [["b", "bob"]]);
        for nothing in ["c", "a b", "a\0", "\u{202e}", &"x".repeat(300)] {
            assert_eq!(beginning(nothing), [Vec::<String>::new()], "{nothing}");
        }
        assert_eq!(all(&world, &Which::Called("ADA".into())), [["ada"]]);
        assert_eq!(all(&world, &Which::Called("adA m".into())), [Vec::<String>::new()]);
        world.define("editor", &[]);
        for id in &ids[..3] {
            wait(world.auth.grant_role(*id, "editor")).unwrap();
        }
        let editors = all(&world, &Which::WithRole("editor".into()));
        assert_eq!((editors.len(), editors.concat().len()), (2, 3));
        assert_eq!(all(&world, &Which::WithRole("edit".into())), [Vec::<String>::new()]);
    }

    #[test]
    fn a_place_that_no_page_ended_at_is_the_end_or_somewhere_in_the_order() {
        let world = World::new();
        world.sign_up("ada");
        for (which, from) in [
            (Which::WithRole("editor".into()), "nonsense"),
            (Which::Called("ada".into()), "ada"),
            (Which::Beginning("a".into()), "b"),
            (Which::Beginning(String::new()), "ada"),
        ] {
            assert!(wait(world.auth.list_accounts(&which, Some(from), 2)).unwrap().accounts.is_empty(), "{from}");
        }
        let before = wait(world.auth.list_accounts(&Which::Beginning("ada".into()), Some("a"), 2)).unwrap();
        assert_eq!(before.accounts.len(), 0, "the place is behind the text itself");
    }
}
