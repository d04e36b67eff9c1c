//! A person at a page: what the answer shows, and what its form sends.

use super::recorder::page::{Tag, tags, unescape};
use super::{Answer, Caller};

impl Answer {
    /// Every opening tag of a page.
    pub(crate) fn tags(&self) -> Vec<Tag> {
        tags(self.text())
    }

    /// The value that a field of the page has.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let tags = self.tags();
        let tag = tags.iter().find(|tag| tag.name == "input" && tag.attribute("name") == Some(name))?;
        Some(tag.attribute("value").unwrap_or_default().to_owned())
    }

    /// What is read, without the tags.
    pub(crate) fn words(&self) -> String {
        let pieces = self.text().split('<').filter_map(|piece| piece.split_once('>')).map(|(_, words)| unescape(words));
        pieces.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Status, and where it leads if it leads anywhere.
    pub(crate) fn leads(&self) -> String {
        format!("{} {}", self.status, self.header("location")).trim_end().to_owned()
    }
}

/// A form's body.
pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Caller {
    /// Sends a form as it is, whatever was shown.
    pub(crate) async fn send_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = self.ask("POST", path).without("x-csrf-token");
        ask.header("content-type", "application/x-www-form-urlencoded").bytes(encode(fields)).send().await
    }

    /// Opens a page, fills in these fields, and sends its form with the hidden ones that it was given.
    pub(crate) async fn fill(&mut self, path: &str, typed: &[(&str, &str)]) -> Answer {
        let page = self.get(path).send().await;
        assert_eq!(page.status, 200, "{path}: {}", page.leads());
        self.fill_again(&page, path, typed).await
    }

    /// The same with a page that is open already.
    pub(crate) async fn fill_again(&mut self, page: &Answer, path: &str, typed: &[(&str, &str)]) -> Answer {
        let path = path.split('?').next().unwrap();
        let hidden = page.hidden(path);
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> =
            hidden.filter(|(name, _)| typed.iter().all(|(t, _)| t != name)).chain(typed.iter().copied()).collect();
        self.send_form(path, &fields).await
    }

    /// Signs in on the page.
    pub(crate) async fn sign_in_on_page(&mut self, identifier: &str) -> Answer {
        let answer = self.fill("/sign-in", &[("identifier", identifier), ("password", super::PASSWORD)]).await;
        assert_eq!(answer.leads(), "303 /account", "{}", answer.text());
        answer
    }
}

impl Answer {
    /// The hidden fields of the form that sends to this path.
    pub(crate) fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let start = self.text().find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form for {action}"));
        let form = self.text()[start..].split("</form>").next().unwrap();
        let inputs = tags(form).into_iter().filter(|tag| tag.attribute("type") == Some("hidden"));
        let pair = |tag: Tag| (tag.attribute("name").unwrap().to_owned(), tag.attribute("value").unwrap().to_owned());
        inputs.map(pair).collect()
    }
}
