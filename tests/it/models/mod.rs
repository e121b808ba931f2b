//! The built-in gateway in front of model servers: what each kind is asked and how its answers are told, what happens when
//! it fails, and how questions of one user give way to each other.

mod broken_streams;
mod families;
mod faults;
mod forms;
mod generations;
mod pile;
mod probes;
mod servers;

use serde_json::{Value, json};

use crate::support::{FakeModel, Request, TestServer};

/// A question for the rest of a line, which the engine has nothing to say to.
fn question(above: &str, below: &str) -> Value {
    json!({
        "current_file": { "file_name": "a.py", "content_above_cursor": above, "content_below_cursor": below },
        "intent": "completion",
    })
}

/// A question that the engine is sure of.
fn sure() -> Value {
    let above = "class Car:\n    def __init__(self):\n        self.is_running = False\n        self.speed = 0\n    \
                 def increase_speed(self, increment):";
    question(above, "")
}

async fn server_with(model: &FakeModel) -> TestServer {
    let server = TestServer::builder().model(model).start().await;
    server.knows_model().await;
    model.forget();
    server
}

/// The texts of an answer, and who wrote them.
async fn told(request: Request) -> (Vec<String>, String, String) {
    let reply = request.send().await.has_status(200).json();
    let choices = reply["choices"].as_array().unwrap();
    let texts = choices
        .iter()
        .map(|choice| choice["text"].as_str().unwrap().to_owned());
    let word = |name: &str| reply["model"][name].as_str().unwrap().to_owned();
    (texts.collect(), word("engine"), word("name"))
}
