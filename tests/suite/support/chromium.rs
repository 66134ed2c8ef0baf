//! A real browser: Chromium without a window, driven over a pipe by the DevTools protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>). No library, no port, no script of ours in any page.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");
/// A loaded machine is slow; a page that is not there by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

pub struct Chromium {
    child: Child,
    to: File,
    from: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// Addresses that pages asked for since the last navigation began.
    pub requests: Vec<String>,
    _dir: tempfile::TempDir,
}

impl Chromium {
    /// `None` where there is no browser: said, and the journey is left out.
    pub fn start() -> Option<Self> {
        let binary = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        let Some(binary) = binary.into_iter().find(|path| Path::new(path).exists()) else {
            eprintln!("no Chromium here (package chromium): this journey is left out");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let (input, output) = (dir.path().join("in"), dir.path().join("out"));
        assert!(Command::new("mkfifo").arg(&input).arg(&output).status().unwrap().success());
        // The browser reads its descriptor 3 and writes its descriptor 4.
        let child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<\"$GLANEUR_IN\" 4>\"$GLANEUR_OUT\"", binary])
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
            .args(["--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", dir.path().join("profile").display()))
            .args(["--remote-debugging-pipe", "about:blank"])
            .env("GLANEUR_IN", &input)
            .env("GLANEUR_OUT", &output)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = File::options().write(true).open(&input).unwrap();
        let mut answers = BufReader::new(File::open(&output).unwrap());
        let (send, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { return };
                if send.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut chromium = Self { child, to, from, session: None, last: 0, requests: Vec::new(), _dir: dir };
        let target = chromium.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = chromium.call("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        chromium.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network"] {
            chromium.call(&format!("{domain}.enable"), json!({}));
        }
        chromium.looks(1280, Scheme::Light);
        Some(chromium)
    }

    fn say(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        self.last
    }

    fn hear(&mut self, until: Instant, what: &str) -> Value {
        let left = until.saturating_duration_since(Instant::now());
        let heard = self.from.recv_timeout(left).unwrap_or_else(|_| panic!("{what}: waited in vain"));
        if heard["method"] == "Network.requestWillBeSent" {
            self.requests.extend(heard["params"]["request"]["url"].as_str().map(str::to_owned));
        }
        heard
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> Value {
        let (id, until) = (self.say(method, params), Instant::now() + PATIENCE);
        loop {
            let heard = self.hear(until, method);
            if heard["id"] == id {
                assert!(heard["error"].is_null(), "{method}: {heard}");
                return heard["result"].clone();
            }
        }
    }

    /// Does what makes a page load, and waits until it is there.
    #[track_caller]
    fn until_loaded(&mut self, method: &str, params: Value) {
        self.requests.clear();
        let (id, until) = (self.say(method, params), Instant::now() + PATIENCE);
        let (mut answered, mut loaded) = (false, false);
        while !(answered && loaded) {
            let heard = self.hear(until, "a page");
            if heard["id"] == id {
                assert!(heard["error"].is_null() && heard["result"]["errorText"].is_null(), "{method}: {heard}");
                answered = true;
            }
            loaded |= heard["method"] == "Page.loadEventFired";
        }
    }

    #[track_caller]
    pub fn open(&mut self, url: &str) {
        self.until_loaded("Page.navigate", json!({"url": url}));
    }

    /// The width of the window and the colours that its user prefers.
    pub fn looks(&mut self, width: u32, scheme: Scheme) {
        let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
        let value = if scheme == Scheme::Dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": value}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": "screen", "features": features}));
        // Painted anew, frames too.
        self.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    }

    /// What a script of the tester's console gives: pages themselves run none.
    #[track_caller]
    pub fn ask(&mut self, script: &str) -> Value {
        let params = json!({"expression": script, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{script:.200}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// All that is written on the page, spaces made plain.
    pub fn text(&mut self) -> String {
        let text = self.ask("document.body.innerText");
        text.as_str().unwrap_or_default().replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[track_caller]
    pub fn says(&mut self, part: &str) -> &mut Self {
        let text = self.text();
        assert!(text.contains(part), "« {part} » is not on the page:\n{text}");
        self
    }

    #[track_caller]
    pub fn fill(&mut self, selector: &str, value: &str) -> &mut Self {
        let (selector, value) = (json!(selector), json!(value));
        let script = format!(
            "(() => {{ const it = document.querySelector({selector}); it.focus(); it.value = {value}; return true }})()"
        );
        self.ask(&script);
        self
    }

    /// Presses with the mouse what a selector finds, and waits for the page that comes.
    #[track_caller]
    pub fn press(&mut self, selector: &str) -> &mut Self {
        let at = self.place_of(selector);
        let mouse = |kind: &str| json!({"type": kind, "x": at.0, "y": at.1, "button": "left", "clickCount": 1});
        self.call("Input.dispatchMouseEvent", mouse("mousePressed"));
        self.until_loaded("Input.dispatchMouseEvent", mouse("mouseReleased"));
        self
    }

    #[track_caller]
    fn place_of(&mut self, selector: &str) -> (f64, f64) {
        let quoted = json!(selector);
        let script = format!(
            "(() => {{ const it = document.querySelector({quoted}); if (!it) return null; it.scrollIntoView({{block: 'center'}}); \
             const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }})()"
        );
        let at = self.ask(&script);
        let place = at[0].as_f64().zip(at[1].as_f64());
        place.unwrap_or_else(|| panic!("{selector} is not on the page:\n{}", self.text()))
    }

    /// Ticks or chooses what a selector finds, without leaving the page.
    #[track_caller]
    pub fn tick(&mut self, selector: &str) -> &mut Self {
        let at = self.place_of(selector);
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({"type": kind, "x": at.0, "y": at.1, "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", mouse);
        }
        self
    }

    /// The whole page as a picture, in target/captures/.
    pub fn picture(&mut self, name: &str) -> PathBuf {
        self.keep(name, json!({"captureBeyondViewport": true, "format": "png"}))
    }

    /// Its head, so many pixels high.
    pub fn head(&mut self, name: &str, (width, height): (u32, u32)) -> PathBuf {
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        self.keep(name, json!({"captureBeyondViewport": true, "format": "png", "clip": clip}))
    }

    fn keep(&mut self, name: &str, how: Value) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/captures");
        std::fs::create_dir_all(&folder).unwrap();
        let shot = self.call("Page.captureScreenshot", how);
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()).unwrap();
        path
    }

    /// The page at a phone's and a desk's width, by day and by night; at none does anything stick out sideways.
    #[track_caller]
    pub fn pictures(&mut self, name: &str) {
        for (width, scheme, word) in [
            (360, Scheme::Light, "clair"),
            (360, Scheme::Dark, "sombre"),
            (1280, Scheme::Light, "clair"),
            (1280, Scheme::Dark, "sombre"),
        ] {
            self.looks(width, scheme);
            let wide = self.ask("document.documentElement.scrollWidth").as_u64().unwrap_or_default();
            assert!(wide <= u64::from(width), "{name} is {wide} px wide in a window of {width}");
            self.picture(&format!("{name}-{width}-{word}"));
            self.sound(&format!("{name} at {width} px, {word}"));
        }
        self.looks(1280, Scheme::Light);
    }

    /// No serious or critical violation that axe knows of; the slighter ones are printed.
    #[track_caller]
    pub fn sound(&mut self, what: &str) {
        if self.ask("typeof axe") == "undefined" {
            let script = format!("{AXE};undefined");
            self.ask(&script);
        }
        let run = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(v => \
                   [v.impact, v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + (n.failureSummary || ''))]))";
        let found = self.ask(run);
        let all = found.as_array().expect("what axe found");
        let grave = |one: &&Value| matches!(one[0].as_str(), Some("serious" | "critical"));
        let grave: Vec<&Value> = all.iter().filter(grave).collect();
        assert!(grave.is_empty(), "{what}: {grave:#?}");
        println!(
            "axe: {what}: 0 serious, {} slighter {:?}",
            all.len(),
            all.iter().map(|one| &one[1]).collect::<Vec<_>>()
        );
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
