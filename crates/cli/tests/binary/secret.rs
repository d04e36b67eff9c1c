//! Root secrets as operators handle them, and what is left when a process is killed in the middle of it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Running, client, doorward};

/// One sign-in, as its browser or application keeps it.
struct Person {
    mode: &'static str,
    cookies: String,
    csrf: String,
    refresh: String,
}

impl Person {
    async fn sign_in(server: &Running, mode: &'static str) -> Self {
        let body = json!({ "identifier": "ada@example.org", "password": PASSWORD, "mode": mode });
        Self::read(mode, server.post("/v1/sign-in", &body).await).await
    }

    async fn read(mode: &'static str, answer: reqwest::Response) -> Self {
        assert_eq!(answer.status(), 200);
        let cookies = answer.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap());
        let cookies: Vec<String> = cookies.map(|c| c.split(';').next().unwrap().to_owned()).collect();
        let body: Value = answer.json().await.unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self { mode, cookies: cookies.join("; "), csrf: text("csrf_token"), refresh: text("refresh_token") }
    }

    /// Whether the sign-in still stands: by a check of its cookie, or by a refresh, with the CSRF token of its first day.
    async fn stands(&mut self, server: &Running) -> bool {
        let request = |path: &str| {
            let request = client().post(format!("{}{path}", server.url)).header("Origin", &server.url);
            request.header("Cookie", &self.cookies).header("X-CSRF-Token", &self.csrf)
        };
        match self.mode {
            "session" => {
                let url = format!("{}/v1/session/data/client.colour", server.url);
                let write = client().put(url).header("Origin", &server.url).header("Cookie", &self.cookies);
                let write = write.header("X-CSRF-Token", &self.csrf).json(&json!("red"));
                // 428 from the second time on: it gets as far as asking for the tag.
                let heard = matches!(write.send().await.unwrap().status().as_u16(), 200..=204 | 428);
                server.who("Cookie", &self.cookies).await == 200 && heard
            }
            "hybrid" => {
                let answer = request("/v1/refresh").json(&json!({})).send().await.unwrap();
                self.renew(answer).await
            }
            _ => {
                let answer = server.post("/v1/refresh", &json!({ "refresh_token": self.refresh })).await;
                self.renew(answer).await
            }
        }
    }

    async fn renew(&mut self, answer: reqwest::Response) -> bool {
        let good = answer.status() == 200;
        if good {
            let csrf = self.csrf.clone();
            *self = Self::read(self.mode, answer).await;
            self.csrf = csrf;
        }
        good
    }
}

async fn people(server: &Running) -> Vec<Person> {
    let mut all = Vec::new();
    for mode in ["session", "token", "hybrid"] {
        all.push(Person::sign_in(server, mode).await);
    }
    all
}

async fn standing(people: &mut [Person], server: &Running) -> Vec<bool> {
    let mut all = Vec::new();
    for person in people {
        all.push(person.stands(server).await);
    }
    all
}

fn file(house: &House) -> PathBuf {
    house.data().join("root-secret")
}

fn lines(house: &House) -> Vec<String> {
    std::fs::read_to_string(file(house)).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn secrets(house: &House) -> Vec<(String, String)> {
    let listed = house.operator(&["secret", "list"]).json();
    let text = |secret: &Value, name: &str| secret[name].as_str().unwrap().to_owned();
    listed["secrets"].as_array().unwrap().iter().map(|s| (text(s, "fingerprint"), text(s, "state"))).collect()
}

#[tokio::test]
async fn a_new_root_secret_signs_nobody_out_and_the_old_one_leaves_when_it_may() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let mut people = people(&server).await;
    let [(first, state)] = secrets(&house).try_into().unwrap();
    assert_eq!(state, "current");
    let rotated = house.operator(&["secret", "rotate"]).json();
    assert_eq!((&rotated["former"], &rotated["keys_sealed"]), (&json!(first), &json!(2)));
    let second = rotated["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(secrets(&house), [(second.clone(), "current".into()), (first.clone(), "former".into())]);
    assert_eq!(std::fs::metadata(file(&house)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(standing(&mut people, &server).await, [true; 3], "in the running server");
    let mut fresh = Person::sign_in(&server, "token").await;
    assert!(fresh.refresh.contains(&second), "what is new is made with the new one");

    assert_eq!(house.operator(&["secret", "remove", &second]).failure(), "in_use");
    let early = house.operator(&["secret", "remove", &first]);
    assert_eq!(early.failure(), "too_early");
    assert!(early.err.contains(rotated["former_may_leave_at"].as_str().unwrap()), "{}", early.err);
    assert_eq!(house.operator(&["secret", "remove", "nonsense!"]).failure(), "not_found");
    assert_eq!(lines(&house).len(), 2, "what was refused changed nothing");
    let mut quiet = Person::sign_in(&server, "token").await;
    assert_eq!(house.operator(&["secret", "rotate"]).json()["former"], json!(second));
    assert_eq!(house.operator(&["secret", "remove", &first, "--force"]).json()["removed"], true);
    assert_eq!(lines(&house).len(), 2);
    assert!(quiet.stands(&server).await && fresh.stands(&server).await);
    let told = house.operator(&["audit", "tail"]).out;
    assert!(told.contains("root_secret_rotated") && told.contains("root_secret_removed"), "{told}");
    server.stop();
    house.start().stop();
}

#[tokio::test]
async fn a_leaked_root_secret_is_refused_at_once_and_what_that_costs_is_said_first() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let mut people = people(&server).await;
    let access = format!("Bearer {}", server.tokens("ada@example.org").await["access_token"].as_str().unwrap());
    let [(leaked, _)] = secrets(&house).try_into().unwrap();
    let leaked: String = leaked;
    let asked = house.operator(&["secret", "distrust", &leaked]);
    assert_eq!(asked.failure(), "needs_yes");
    assert!(asked.err.contains("signs in again") && asked.err.contains("mode session live"), "{}", asked.err);
    assert_eq!(standing(&mut people, &server).await, [true; 3], "only said");
    let old_file = std::fs::read(file(&house)).unwrap();
    let done = house.operator(&["secret", "distrust", &leaked, "--yes"]).json();
    assert_eq!(done["keys_distrusted"].as_array().unwrap().len(), 2);
    assert_eq!(standing(&mut people, &server).await, [false; 3], "the cookie lives, its old CSRF token does not");
    assert_eq!(server.who("Cookie", &people[0].cookies).await, 200);
    assert_eq!(server.who("Authorization", &access).await, 401);
    let mut anew = Person::sign_in(&server, "token").await;
    assert!(anew.stands(&server).await);
    assert_eq!(secrets(&house), [(done["current"].as_str().unwrap().to_owned(), "current".into())]);
    server.stop();
    // Somebody puts the leaked one back behind the new one: it counts for nothing all the same.
    let new_file = std::fs::read(file(&house)).unwrap();
    std::fs::write(file(&house), [new_file, old_file].concat()).unwrap();
    let server = house.start();
    assert_eq!(secrets(&house)[1], (leaked, "distrusted".into()));
    assert_eq!(standing(&mut people, &server).await, [false; 3]);
    assert!(anew.stands(&server).await);
    server.stop();
}

/// A process that is in the middle of it, and the one to kill.
enum Victim {
    Server,
    Command,
}

/// What has happened when it is killed: events, not times, so that a slow machine is killed at the same places.
const PLACES: [fn(&House, usize) -> bool; 4] = [
    |_, _| true,
    |house, before| file(house).with_extension("new").exists() || lines(house).len() > before,
    |house, before| lines(house).len() > before,
    |house, before| lines(house).len() > before && !file(house).with_extension("new").exists(),
];

fn rotate(house: &House) -> Command {
    let mut command = doorward(&["secret", "rotate", "--data"]);
    command.arg(house.data()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[tokio::test]
async fn killed_anywhere_in_a_rotation_it_starts_again_and_nobody_is_signed_out() {
    let house = House::new();
    let mut server = house.start();
    server.sign_up("ada@example.org").await;
    let mut people = people(&server).await;
    for (n, victim) in [Victim::Server, Victim::Command].iter().cycle().take(2 * PLACES.len()).enumerate() {
        let at = PLACES[n / 2];
        let before = lines(&house).len();
        match victim {
            Victim::Server => {
                let mut command = rotate(&house).spawn().unwrap();
                while !at(&house, before) && command.try_wait().unwrap().is_none() {}
                server.kill();
                command.kill().unwrap();
                command.wait().unwrap();
            }
            Victim::Command => {
                server.stop();
                let mut command = rotate(&house).spawn().unwrap();
                while !at(&house, before) && command.try_wait().unwrap().is_none() {}
                command.kill().unwrap();
                command.wait().unwrap();
            }
        }
        server = house.start();
        assert_eq!(standing(&mut people, &server).await, [true; 3], "killed in round {n}");
        let states = secrets(&house);
        assert_eq!(states.iter().filter(|(_, state)| state == "current").count(), 1, "round {n}: {states:?}");
        let begun = states.iter().filter(|(_, state)| state == "next").count();
        house.operator(&["secret", "rotate"]).json();
        let finished = secrets(&house);
        assert_eq!(finished[0].1, "current", "round {n}");
        assert_eq!(finished.len(), states.len() + 1 - begun, "what was begun is finished, not begun again");
        assert_eq!(standing(&mut people, &server).await, [true; 3], "rotated in round {n}");
    }
    server.stop();
}

#[test]
fn a_file_that_is_not_ours_to_replace_is_left_as_it_is() {
    let house = House::new();
    house.start().stop();
    let before = lines(&house);
    std::fs::create_dir_all(file(&house).with_extension("new").join("x")).unwrap();
    let refused = house.operator(&["secret", "rotate"]);
    assert_eq!(refused.failure(), "root_secret");
    assert!(refused.err.contains("cannot be written"), "{}", refused.err);
    assert_eq!(lines(&house), before);
    std::fs::remove_dir_all(file(&house).with_extension("new")).unwrap();
    house.operator(&["secret", "rotate"]).json();
}
