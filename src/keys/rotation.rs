//! The keys of an instance over time. Which of them signs and which are published follows from the time alone, so that
//! replicas which share the files agree without talking: a key is published as soon as it is there, signs a day later, when
//! every verifier has seen it, and goes when the last token of its own has expired.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    secrets::{SecretsError, write_new},
    signing::{FILE_NAME, LIFETIME, SigningKey, UserTokenClaims, generate},
};
use crate::{clock::Clock, store::alone_in};

/// When each key signs; the key that signs from the beginning needs no line here.
const SCHEDULE: &str = "signing-keys.json";

/// Seconds for which verifiers keep a set of keys (the gateway of GitLab: one day).
const CACHED_FOR: i64 = 86_400;

/// Seconds that a key is published after it has signed its last token, for clocks that differ.
const KEPT_FOR: i64 = LIFETIME + 300;

/// The keys, as they are at this time.
pub struct SigningKeys {
    source: KeySource,
    clock: Clock,
    state: RwLock<State>,
    generation: AtomicU64,
}

/// Where keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// Made and kept in this folder.
    Folder(PathBuf),
    /// Given: the file of the key that signs, and of those that are published beside it.
    Files(PathBuf, Vec<PathBuf>),
}

struct State {
    keys: Arc<[Scheduled]>,
    changed: Option<SystemTime>,
}

struct Scheduled {
    key: SigningKey,
    signs_from: i64,
}

/// A line of the schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    file: String,
    signs_from: i64,
}

/// A key, as `key list` shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Its id, which stands in the head of what it signs.
    pub id: String,
    /// What it is for now.
    pub duty: Duty,
    /// Seconds since the epoch from which it signs, or signed; 0 is from the beginning.
    pub signs_from: i64,
    /// Seconds since the epoch from which it is no longer published, if that is known.
    pub published_until: Option<i64>,
}

/// What a key is for at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Published, so that verifiers know it in time.
    Waiting,
    /// Signs.
    Signing,
    /// Published for tokens that it has signed.
    Retiring,
    /// Neither.
    Retired,
}

impl SigningKeys {
    /// Reads the keys, making one at first start.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, is readable for others, or holds no RSA key of 2048 bits or more.
    pub fn open(source: KeySource, clock: Clock) -> Result<Self, SecretsError> {
        let state = State::read(&source)?;
        Ok(Self {
            source,
            clock,
            state: RwLock::new(state),
            generation: AtomicU64::new(0),
        })
    }

    /// Reads the keys again if the schedule has changed. What cannot be read is logged, and the keys stay as they were.
    pub fn refresh(&self) {
        let KeySource::Folder(folder) = &self.source else {
            return;
        };
        let changed = changed_at(folder);
        if changed
            == self
                .state
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .changed
        {
            return;
        }
        match State::read(&self.source) {
            Ok(state) => {
                *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
                self.generation.fetch_add(1, Ordering::Release);
                tracing::info!("the signing keys have changed");
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the signing keys cannot be read again"
            ),
        }
    }

    /// A signed token with these claims.
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String, SecretsError> {
        let keys = self.keys();
        signer(&keys, self.clock.unix())?.key.sign(claims)
    }

    /// A signed token whose head names no key, as GitLab 16.1 made them.
    pub fn sign_without_key_id<T: Serialize>(&self, claims: &T) -> Result<String, SecretsError> {
        let keys = self.keys();
        signer(&keys, self.clock.unix())?
            .key
            .sign_without_key_id(claims)
    }

    /// Counts how often the keys have changed.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Id of the key that signs now.
    pub fn signer_id(&self) -> String {
        let keys = self.keys();
        signer(&keys, self.clock.unix())
            .map(|scheduled| scheduled.key.id().to_owned())
            .unwrap_or_default()
    }

    /// The claims of a user token that one of the published keys has signed and that is valid at `now`.
    pub fn verify_user_token(&self, token: &str, now: i64) -> Option<UserTokenClaims> {
        let keys = self.keys();
        published(&keys, now).find_map(|key| key.verify_user_token(token, now))
    }

    /// The public halves that verifiers should know (RFC 7517 section 5).
    pub fn public_jwks(&self) -> Vec<Value> {
        let keys = self.keys();
        published(&keys, self.clock.unix())
            .map(SigningKey::public_jwk)
            .collect()
    }

    /// Every key, in the order in which they sign.
    pub fn list(&self) -> Vec<KeyState> {
        let keys = self.keys();
        let now = self.clock.unix();
        keys.iter()
            .enumerate()
            .map(|(index, scheduled)| KeyState {
                id: scheduled.key.id().to_owned(),
                duty: duty(&keys, index, now),
                signs_from: scheduled.signs_from,
                published_until: published_until(&keys, index),
            })
            .collect()
    }

    fn keys(&self) -> Arc<[Scheduled]> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&state.keys)
    }
}

/// Adds a key to those in `folder`: it signs once every verifier has had the time to see it, or at once when `urgent`, as
/// after a theft; then gateways refuse tokens until they read the keys again. Retired keys are removed, and one that waits when
/// another is urgent.
///
/// # Errors
///
/// When files cannot be read or written, or a key is waiting already.
pub fn rotate(folder: &Path, now: i64, urgent: bool) -> Result<KeyState, SecretsError> {
    // An urgent key must not be lost to a timer's that was read before it and is written after.
    let _alone = alone_in(folder);
    // Makes the first key, and refuses what the server would refuse.
    State::read(&KeySource::Folder(folder.to_owned()))?;
    let lines = schedule(folder)?;
    let (mut lines, waiting): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.signs_from <= now);
    if !urgent && !waiting.is_empty() {
        return Err(SecretsError::Waiting);
    }
    let file = format!("signing-key-{}.pem", Uuid::new_v4().simple());
    let path = folder.join(&file);
    let fail = |source| SecretsError::File {
        path: path.display().to_string(),
        source,
    };
    write_new(folder, &path, &generate()?).map_err(fail)?;
    let signs_from = if urgent { now } else { now + CACHED_FOR };
    let key = SigningKey::read(&path)?;
    lines.push(Line { file, signs_from });
    let gone = lines
        .windows(2)
        .take_while(|pair| pair[1].signs_from + KEPT_FOR <= now)
        .count();
    // One that waits has signed nothing.
    let removed: Vec<_> = lines.drain(..gone).chain(waiting).collect();
    write_schedule(folder, &lines).map_err(fail)?;
    for line in removed {
        fs::remove_file(folder.join(line.file)).map_err(fail)?;
    }
    Ok(KeyState {
        id: key.id().to_owned(),
        duty: if urgent { Duty::Signing } else { Duty::Waiting },
        signs_from,
        published_until: None,
    })
}

impl State {
    fn read(source: &KeySource) -> Result<Self, SecretsError> {
        match source {
            KeySource::Folder(folder) => {
                // Before the files: a change in between is seen at the next look.
                let changed = changed_at(folder);
                let keys = schedule(folder)?
                    .into_iter()
                    .map(|line| {
                        let path = folder.join(&line.file);
                        // Only the first start makes a key.
                        let key = if changed.is_none() {
                            SigningKey::open(folder)?
                        } else {
                            SigningKey::read(&path)?
                        };
                        Ok(Scheduled {
                            key,
                            signs_from: line.signs_from,
                        })
                    })
                    .collect::<Result<_, SecretsError>>()?;
                Ok(Self { keys, changed })
            }
            KeySource::Files(signing, published) => {
                let read = |path: &PathBuf, signs_from| {
                    SigningKey::read(path).map(|key| Scheduled { key, signs_from })
                };
                let mut keys = vec![read(signing, 0)?];
                for path in published {
                    keys.push(read(path, i64::MAX)?);
                }
                Ok(Self {
                    keys: keys.into(),
                    changed: None,
                })
            }
        }
    }
}

fn changed_at(folder: &Path) -> Option<SystemTime> {
    fs::metadata(folder.join(SCHEDULE)).ok()?.modified().ok()
}

/// The lines of the schedule, in the order in which keys sign.
fn schedule(folder: &Path) -> Result<Vec<Line>, SecretsError> {
    let path = folder.join(SCHEDULE);
    let first = Line {
        file: FILE_NAME.to_owned(),
        signs_from: 0,
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![first]),
        Err(source) => {
            return Err(SecretsError::File {
                path: path.display().to_string(),
                source,
            });
        }
    };
    let malformed = || SecretsError::Malformed {
        path: path.display().to_string(),
        reason: "the schedule of keys is expected, as key rotate writes it",
    };
    let mut lines: Vec<Line> = serde_json::from_str(&text).map_err(|_| malformed())?;
    // Names of files beside this one, and nothing that leads elsewhere.
    let is_plain = |line: &Line| !line.file.contains(['/', '\\']) && !line.file.starts_with('.');
    if lines.is_empty() || !lines.iter().all(is_plain) {
        return Err(malformed());
    }
    lines.sort_by_key(|line| line.signs_from);
    Ok(lines)
}

fn write_schedule(folder: &Path, lines: &[Line]) -> std::io::Result<()> {
    let draft = folder.join(format!(".{}", Uuid::new_v4()));
    let text = serde_json::to_string_pretty(lines).map_err(std::io::Error::other)?;
    fs::write(&draft, text)?;
    fs::rename(draft, folder.join(SCHEDULE))
}

fn signer(keys: &[Scheduled], now: i64) -> Result<&Scheduled, SecretsError> {
    let last = keys.iter().rev().find(|key| key.signs_from <= now);
    // A clock before the beginning still has to sign with something.
    last.or(keys.first()).ok_or(SecretsError::Random)
}

fn published(keys: &[Scheduled], now: i64) -> impl Iterator<Item = &SigningKey> {
    keys.iter()
        .enumerate()
        .filter(move |(index, _)| duty(keys, *index, now) != Duty::Retired)
        .map(|(_, scheduled)| &scheduled.key)
}

fn published_until(keys: &[Scheduled], index: usize) -> Option<i64> {
    let next = keys.get(index + 1)?;
    (next.signs_from != i64::MAX).then(|| next.signs_from + KEPT_FOR)
}

fn duty(keys: &[Scheduled], index: usize, now: i64) -> Duty {
    if keys[index].signs_from > now {
        return Duty::Waiting;
    }
    match keys.get(index + 1) {
        Some(next) if next.signs_from <= now => {
            if next.signs_from + KEPT_FOR <= now {
                Duty::Retired
            } else {
                Duty::Retiring
            }
        }
        _ => Duty::Signing,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: u64 = 1_000_000;

    fn claims(now: i64) -> UserTokenClaims {
        UserTokenClaims::new("user", "instance", "self-managed", now)
    }

    #[test]
    fn of_many_at_once_one_adds_a_key_and_an_urgent_one_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let source = KeySource::Folder(folder.path().to_owned());
        let clock = Clock::manual(NOW);
        let keys = SigningKeys::open(source, clock.clone()).unwrap();
        let rotate = |urgent| rotate(folder.path(), clock.unix(), urgent);
        let (plain, urgent) = std::thread::scope(|scope| {
            let plain: Vec<_> = (0..4).map(|_| scope.spawn(|| rotate(false))).collect();
            let urgent = scope.spawn(|| rotate(true)).join().unwrap();
            let plain = plain.into_iter().map(|thread| thread.join().unwrap());
            (plain.collect::<Vec<_>>(), urgent.unwrap())
        });
        let added = plain.iter().filter(|rotated| rotated.is_ok()).count();
        // One before the urgent one, which takes it away, and one after it.
        assert!((1..=2).contains(&added), "{plain:?}");
        keys.refresh();
        assert_eq!(keys.signer_id(), urgent.id);
        let files = fs::read_dir(folder.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let kept = names.filter(|name| name.starts_with("signing-key") && name != SCHEDULE);
        let kept = kept.count();
        assert_eq!(kept, keys.list().len(), "no key file is left behind");
    }

    #[test]
    fn a_key_is_published_a_day_before_it_signs_and_an_hour_after() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let source = KeySource::Folder(folder.path().to_owned());
        let keys = SigningKeys::open(source, clock.clone()).unwrap();
        let first = keys.signer_id();
        assert_eq!(keys.public_jwks().len(), 1);

        let second = rotate(folder.path(), clock.unix(), false).unwrap().id;
        keys.refresh();
        assert_eq!(keys.public_jwks().len(), 2);
        assert_eq!(keys.signer_id(), first);
        assert!(
            matches!(
                rotate(folder.path(), clock.unix(), false),
                Err(SecretsError::Waiting)
            ),
            "one at a time"
        );

        clock.advance(Duration::from_secs(86_399));
        assert_eq!(keys.signer_id(), first);
        let token = keys.sign(&claims(clock.unix())).unwrap();
        clock.advance(Duration::from_secs(1));
        assert_eq!(keys.signer_id(), second);
        assert!(keys.verify_user_token(&token, clock.unix()).is_some());

        clock.advance(Duration::from_secs(3899));
        assert_eq!(keys.public_jwks().len(), 2);
        clock.advance(Duration::from_secs(1));
        assert_eq!(keys.public_jwks().len(), 1);
        let duties: Vec<_> = keys.list().into_iter().map(|key| key.duty).collect();
        assert_eq!(duties, [Duty::Retired, Duty::Signing]);

        rotate(folder.path(), clock.unix(), false).unwrap();
        assert!(!folder.path().join(FILE_NAME).exists(), "the retired key");
        keys.refresh();
        assert_eq!(keys.signer_id(), second);
    }

    #[test]
    fn after_a_theft_the_new_key_signs_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let source = KeySource::Folder(folder.path().to_owned());
        let keys = SigningKeys::open(source, clock.clone()).unwrap();
        rotate(folder.path(), clock.unix(), false).unwrap();
        let urgent = rotate(folder.path(), clock.unix(), true).unwrap();
        keys.refresh();
        assert_eq!(keys.signer_id(), urgent.id);
        assert_eq!(keys.list().len(), 2, "the one that waited is gone");
        let files = fs::read_dir(folder.path()).unwrap();
        let is_key = |name: &std::ffi::OsStr| Path::new(name).extension() == Some("pem".as_ref());
        let left = files.filter(|file| is_key(&file.as_ref().unwrap().file_name()));
        assert_eq!(left.count(), 2, "so is its file");
    }

    #[test]
    fn given_files_sign_and_are_published() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        SigningKey::open(folder.path()).unwrap();
        SigningKey::open(other.path()).unwrap();
        let source = KeySource::Files(
            folder.path().join(FILE_NAME),
            vec![other.path().join(FILE_NAME)],
        );
        let keys = SigningKeys::open(source, Clock::manual(NOW)).unwrap();
        assert_eq!(keys.public_jwks().len(), 2);
        let signs = SigningKey::open(folder.path()).unwrap();
        assert_eq!(keys.signer_id(), signs.id());
    }

    #[test]
    fn a_schedule_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        for text in [
            "",
            "[]",
            r#"[{"file":"../signing-key.pem","signs_from":0}]"#,
            r#"[{"file":"no-such.pem","signs_from":0}]"#,
        ] {
            fs::write(folder.path().join(SCHEDULE), text).unwrap();
            let source = KeySource::Folder(folder.path().to_owned());
            assert!(
                SigningKeys::open(source, Clock::manual(NOW)).is_err(),
                "{text}"
            );
        }
    }
}
