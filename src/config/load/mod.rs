//! Reading settings: defaults, then a file, then the environment. Called by the command line. All problems are
//! reported together, one line each, naming the key, where it was written and what would be right.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};
use serde::de::DeserializeOwned;

use super::{ProxySettings, Settings, check};

/// The documented defaults, which are also the list of keys that exist.
pub const DEFAULTS: &str = include_str!("../../../config/default.toml");

const ENV_PREFIX: &str = "CODE_SUGGESTIONS";

/// What settings are read from.
#[derive(Debug, Default)]
pub struct Sources {
    /// The file given with `--config`.
    pub file: Option<PathBuf>,
    /// The environment, as pairs.
    pub environment: HashMap<String, String>,
}

/// Settings that cannot be used: one line per problem.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(pub Vec<String>);

/// Reads and checks the settings.
pub fn load(sources: &Sources) -> Result<Settings, SettingsError> {
    let one = |problem: String| SettingsError(vec![problem]);
    let layers = Layers::read(sources).map_err(one)?;
    let mut problems = layers.unknown_keys();
    if !problems.is_empty() {
        return Err(SettingsError(problems));
    }
    let merged = layers.merged().map_err(|error| one(parts(&error).1))?;
    let mut get = Sections {
        layers: &layers,
        merged: &merged,
        problems: &mut problems,
    };
    let sections = (
        get.section("server"),
        get.section("instance"),
        get.section("identity"),
        get.section("web"),
        get.section("oauth"),
        get.section("gateway"),
        get.section("model"),
        get.section("limits"),
        get.section("projects"),
        get.section("usage"),
        get.section("proxy"),
        get.section("log"),
        get.section("metrics"),
    );
    let (
        Some(server),
        Some(instance),
        Some(identity),
        Some(web),
        Some(oauth),
        Some(gateway),
        Some(model),
        Some(limits),
        Some(projects),
        Some(usage),
        Some(proxy),
        Some(log),
        Some(metrics),
    ) = sections
    else {
        return Err(SettingsError(problems));
    };
    let mut settings = Settings {
        server,
        instance,
        identity,
        web,
        oauth,
        gateway,
        model,
        limits,
        projects,
        usage,
        proxy,
        log,
        metrics,
        proxies: proxies(&sources.environment),
    };
    let mut problems: Vec<String> = check::problems(&mut settings)
        .into_iter()
        .map(|problem| {
            let key = problem.split(':').next().unwrap_or_default();
            format!("{}: {problem}", layers.place(key))
        })
        .collect();
    problems.extend(check::unusable_proxy(&settings.proxies));
    if problems.is_empty() {
        Ok(settings)
    } else {
        Err(SettingsError(problems))
    }
}

/// Proxies by their usual names, of which the lower-case one is the older.
fn proxies(environment: &HashMap<String, String>) -> ProxySettings {
    let first = |names: &[&str]| {
        let mut set = names.iter().filter_map(|name| environment.get(*name));
        set.find(|value| !value.is_empty())
            .cloned()
            .unwrap_or_default()
    };
    ProxySettings {
        https: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
        no: first(&["NO_PROXY", "no_proxy"]),
    }
}

struct Layers {
    file: Option<(String, Map<String, Value>)>,
    environment: Map<String, Value>,
}

struct Sections<'a> {
    layers: &'a Layers,
    merged: &'a Config,
    problems: &'a mut Vec<String>,
}

// === impl Layers ===

impl Layers {
    fn read(sources: &Sources) -> Result<Self, String> {
        let file = match &sources.file {
            None => None,
            Some(path) => Some((path.display().to_string(), read_file(path)?)),
        };
        // An empty variable means "not set", which is how compose files and unit files leave out a value.
        let environment = Environment::with_prefix(ENV_PREFIX)
            .prefix_separator("__")
            .separator("__")
            .ignore_empty(true)
            .source(Some(sources.environment.clone().into_iter().collect()))
            .collect()
            .map_err(|error| parts(&error).1)?;
        Ok(Self { file, environment })
    }

    fn merged(&self) -> Result<Config, ConfigError> {
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some((_, values)) = &self.file {
            builder = builder.add_source(Collected(values.clone()));
        }
        builder
            .add_source(Collected(self.environment.clone()))
            .build()
    }

    /// Where a key was written last: messages should say what to edit.
    fn place(&self, key: &str) -> &str {
        let has = |values: &Map<String, Value>| {
            let mut keys = BTreeSet::new();
            flatten("", values, &mut keys);
            keys.iter().any(|written| written.starts_with(key))
        };
        match &self.file {
            _ if has(&self.environment) => "environment",
            Some((name, _)) => name,
            None => "settings",
        }
    }

    fn unknown_keys(&self) -> Vec<String> {
        let known = known_keys();
        let mut problems = Vec::new();
        let file = self
            .file
            .iter()
            .map(|(name, values)| (name.as_str(), values));
        for (place, values) in file.chain([("environment", &self.environment)]) {
            let mut keys = BTreeSet::new();
            flatten("", values, &mut keys);
            for key in keys.iter().filter(|key| !known.contains(*key)) {
                problems.push(unknown(place, key, &known));
            }
        }
        problems
    }
}

fn unknown(place: &str, key: &str, known: &BTreeSet<String>) -> String {
    let written = if place == "environment" {
        format!("{ENV_PREFIX}__{}", key.to_uppercase().replace('.', "__"))
    } else {
        key.to_owned()
    };
    let nearest = known
        .iter()
        .map(|candidate| (strsim::osa_distance(candidate, key), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 3 + key.len() / 8)
        .map_or(String::new(), |(_, candidate)| {
            format!("; did you mean '{candidate}'?")
        });
    format!("{place}: unknown key '{written}'{nearest}")
}

/// The values of one layer, read already.
#[derive(Debug, Clone)]
struct Collected(Map<String, Value>);

impl Source for Collected {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

fn read_file(path: &Path) -> Result<Map<String, Value>, String> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{name}: cannot be read: {error}"))?;
    File::from_str(&text, FileFormat::Toml)
        .collect()
        .map_err(|error| format!("{name}: {}", parts(&error).1))
}

fn flatten(prefix: &str, values: &Map<String, Value>, keys: &mut BTreeSet<String>) {
    for (key, value) in values {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match &value.kind {
            ValueKind::Table(table) => flatten(&path, table, keys),
            _ => {
                keys.insert(path);
            }
        }
    }
}

/// Every key that the defaults name, those that are commented out included.
fn known_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut section = "";
    for line in DEFAULTS.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name;
        } else if let Some(key) = documented_key(line) {
            keys.insert(format!("{section}.{key}"));
        }
    }
    keys
}

fn documented_key(line: &str) -> Option<&str> {
    let (key, _) = line.strip_prefix("# ").unwrap_or(line).split_once(" = ")?;
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    plain.then_some(key)
}

// === impl Sections ===

impl Sections<'_> {
    fn section<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        // `metrics` and the like may consist of optional keys only, and then the table is absent.
        let mut table = self.merged.get_table(name).unwrap_or_default();
        let mut wrong = BTreeSet::new();
        loop {
            let value = Value::new(None, ValueKind::Table(table.clone()));
            match value.try_deserialize() {
                Ok(section) => return Some(section).filter(|_| wrong.is_empty()),
                Err(error) => {
                    self.problems.push(in_section(self.layers, name, &error));
                    let key = parts(&error).0?;
                    let key = key.split('[').next().unwrap_or_default();
                    // With the default in its place, the next wrong value shows itself.
                    if !wrong.insert(key.to_owned()) || !put(&mut table, key, default(name, key)) {
                        return None;
                    }
                }
            }
        }
    }
}

fn default(section: &str, key: &str) -> Option<Value> {
    let defaults = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    defaults.build().ok()?.get(&format!("{section}.{key}")).ok()
}

/// Puts a value, or nothing, where `path` leads; returns whether there is such a place.
fn put(table: &mut Map<String, Value>, path: &str, value: Option<Value>) -> bool {
    let Some((first, rest)) = path.split_once('.') else {
        let was = table.remove(path);
        table.extend(value.map(|value| (path.to_owned(), value)));
        return was.is_some();
    };
    match table.get_mut(first).map(|value| &mut value.kind) {
        Some(ValueKind::Table(inner)) => put(inner, rest, value),
        _ => false,
    }
}

fn in_section(layers: &Layers, section: &str, error: &ConfigError) -> String {
    let (key, message) = parts(error);
    let key = key.map_or(section.to_owned(), |key| format!("{section}.{key}"));
    format!("{}: {key}: {message}", layers.place(&key))
}

fn parts(error: &ConfigError) -> (Option<String>, String) {
    match error {
        ConfigError::At { error, key, .. } => {
            let (inner_key, message) = parts(error);
            (inner_key.or_else(|| key.clone()), message)
        }
        ConfigError::Type {
            unexpected,
            expected,
            key,
            ..
        } => (
            key.clone(),
            format!("{unexpected} given, {expected} expected"),
        ),
        other => (None, one_line(&other.to_string())),
    }
}

/// Parsers draw pictures over several lines; a problem is one line here.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let picture = |line: &&&str| line.starts_with('|') || line.contains(" |");
    lines
        .iter()
        .filter(|line| !picture(line))
        .copied()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether a key holds a secret, by the last part of its name.
fn is_secret(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or_default();
    // A URL of Redis has the password in it.
    matches!(name, "token" | "api_key" | "password" | "secret") || key == "limits.redis.url"
}

/// The merged settings by their keys, as they are written in a file, secrets hidden, for `config show`.
pub fn shown(sources: &Sources) -> Result<BTreeMap<String, String>, SettingsError> {
    let layers = Layers::read(sources).map_err(|problem| SettingsError(vec![problem]))?;
    let merged = layers
        .merged()
        .map_err(|error| SettingsError(vec![parts(&error).1]))?;
    let mut shown = BTreeMap::new();
    for key in known_keys() {
        let Ok(value) = merged.get::<Value>(&key) else {
            continue;
        };
        let text = if is_secret(&key) {
            "\"[hidden]\"".to_owned()
        } else {
            in_toml(value)
        };
        shown.insert(key, text);
    }
    Ok(shown)
}

/// A value as it is written in a file.
fn in_toml(value: Value) -> String {
    match value.kind {
        ValueKind::String(text) => toml::Value::String(text).to_string(),
        ValueKind::Array(items) => {
            let items: Vec<_> = items.into_iter().map(in_toml).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
