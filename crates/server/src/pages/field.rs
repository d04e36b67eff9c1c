//! A field of a form, as all pages show it: label, rule, fault, and what password managers go by.

use super::said::Said;

/// One field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) kind: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) value: String,
    /// The rule, shown before it is broken.
    pub(super) hint: Option<String>,
    pub(super) fault: Option<String>,
    /// Fewest characters, for what counts them as they are typed; 0 for none.
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) is_required: bool,
    /// Shown, and not to be changed.
    pub(super) is_fixed: bool,
    /// Where typing begins.
    pub(super) is_first: bool,
    /// A password that could be taken.
    pub(super) suggestion: Option<String>,
    /// Whether it is asked twice where no script can show what was typed.
    pub(super) is_repeated: bool,
}

impl Field {
    pub(super) fn text(name: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            autocomplete,
            value: String::new(),
            hint: None,
            fault: None,
            least: 0,
            most: 254,
            is_required: true,
            is_fixed: false,
            is_first: false,
            suggestion: None,
            is_repeated: false,
        }
    }

    pub(super) fn password(name: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self { kind: "password", most: 1024, ..Self::text(name, label, autocomplete) }
    }

    /// For password managers only: whose password is asked for beside it.
    pub(super) fn whose(identifier: &str) -> Self {
        Self { kind: "hidden", ..Self::text("username", String::new(), "username").value(identifier) }
    }

    /// What was typed before. Never a password.
    pub(super) fn value(self, value: &str) -> Self {
        Self { value: value.to_owned(), ..self }
    }

    pub(super) fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(super) fn first(self) -> Self {
        Self { is_first: true, ..self }
    }

    pub(super) fn said(self, said: &Said) -> Self {
        Self { fault: said.about(self.name), ..self }
    }

    /// The ids of what describes it, for `aria-describedby`.
    pub(super) fn described_by(&self) -> String {
        let fault = self.fault.as_ref().map(|_| format!("{}-fault", self.name));
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        fault.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }
}
