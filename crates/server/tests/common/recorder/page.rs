//! Looks at every page of every test: nothing in it runs, nothing in it is styled, that is not a file of ours; and every form
//! can prove where it comes from.

use super::super::Answer;

/// The whole policy. A page that needs an exception is a page to be written anew.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'";

pub(super) fn is_page(answer: &Answer) -> bool {
    answer.headers.get("content-type").is_some_and(|t| t.as_bytes().starts_with(b"text/html"))
}

pub(super) fn faults(answer: &Answer, faults: &mut Vec<String>) {
    if !is_page(answer) || answer.body.is_empty() {
        return;
    }
    let text = String::from_utf8_lossy(&answer.body);
    if !text.starts_with("<!doctype html>\n<html lang=\"") || !text.trim_end().ends_with("</html>") {
        faults.push("a page is not whole".to_owned());
    }
    let tags: Vec<Tag> = tags(&text);
    for tag in &tags {
        one(tag, faults);
    }
    if tags.iter().filter(|tag| tag.name == "h1").count() != 1 {
        faults.push("a page has one heading of the first order".to_owned());
    }
    let forms = text.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap_or(form));
    for form in forms {
        let proves = form.contains("name=\"form_token\"") || form.contains("name=\"csrf_token\"");
        if !form.contains("method=\"post\"") || !(proves || form.contains("action=\"/language\"")) {
            faults.push(format!("a form cannot prove where it comes from: {form}"));
        }
    }
    for id in tags.iter().filter_map(|tag| tag.attribute("aria-describedby")).flat_map(|ids| ids.split(' ')) {
        if !tags.iter().any(|tag| tag.attribute("id") == Some(id)) {
            faults.push(format!("nothing describes {id}"));
        }
    }
}

fn one(tag: &Tag, faults: &mut Vec<String>) {
    let mut fault = |what: &str| faults.push(format!("{what}: {tag:?}"));
    if tag.name == "script" && !tag.attribute("src").is_some_and(|src| src.starts_with("/assets/")) {
        fault("a script is no file of ours");
    }
    if matches!(tag.name.as_str(), "style" | "iframe" | "object" | "embed" | "base" | "template" | "math") {
        fault("a page has no such element");
    }
    for (name, value) in &tag.attributes {
        if name == "style" || name.starts_with("on") || name == "srcdoc" {
            fault("an attribute that runs or styles");
        }
        let is_url = matches!(name.as_str(), "href" | "src" | "action" | "formaction" | "data" | "poster" | "ping");
        let scheme = value.split([':', '/', '?', '#']).next().unwrap_or("").to_ascii_lowercase();
        if is_url && value.contains(':') && !matches!(scheme.as_str(), "https" | "http" | "mailto" | "") {
            fault("an address that is no page");
        }
    }
    if tag.name == "input" && tag.attribute("type") != Some("hidden") {
        let known = tag.attribute("type") == Some("checkbox") || tag.attribute("autocomplete").is_some();
        if !known {
            fault("a field that password managers cannot know");
        }
    }
}

/// An opening tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Every opening tag, as a browser would find it in a page in which every attribute's value is quoted.
pub(crate) fn tags(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
        let mut tag = Tag { name: rest[..end].to_ascii_lowercase(), attributes: Vec::new() };
        rest = rest[end..].trim_start();
        while !rest.starts_with('>') && !rest.is_empty() {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>')).unwrap_or(rest.len()).max(1);
            let name = rest[..end].to_ascii_lowercase();
            rest = rest[end..].trim_start();
            let value = match rest.strip_prefix("=\"") {
                Some(quoted) => {
                    let (value, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                    rest = after.trim_start();
                    value
                }
                None => "",
            };
            tag.attributes.push((name, unescape(value)));
        }
        tags.push(tag);
    }
    tags
}

/// What escaped text stands for.
pub(crate) fn unescape(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    let mut out = text.to_owned();
    for (escaped, letter) in named {
        out = out.replace(escaped, letter);
    }
    out.replace("&#38;", "&")
}
