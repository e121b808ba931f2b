//! What is known of tokens, kept by digest. Known and refused ones are kept apart, so that guessing cannot push a user's
//! token out, and asked about in lanes of their own, so that it cannot hold one up either.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quick_cache::sync::Cache;
use secrecy::ExposeSecret;
use tokio::{sync::Semaphore, time::timeout};

use super::{
    Entitlement, LIMIT, Periods,
    answers::{self, Refusal},
    client::{Away, Client, Credential},
    flights::Flights,
};
use crate::{
    auth::{AuthError, Caller},
    clock::Clock,
    keys::ServerSecret,
    store::Digest,
};

/// Tokens that are kept, known and refused ones.
const KEPT_KNOWN: usize = 65_536;
const KEPT_REFUSED: usize = 16_384;

/// Questions under way at once, about known and about unknown tokens.
const LANE: usize = 64;

/// How long a token in its grace waits for GitLab, and how long GitLab then counts as away.
const PATIENCE: Duration = Duration::from_secs(1);
const AWAY: Duration = Duration::from_secs(5);

pub(super) struct Tokens(Arc<Inner>);

struct Inner {
    client: Arc<Client>,
    entitlement: Entitlement,
    periods: Periods,
    secret: ServerSecret,
    clock: Clock,
    known: Cache<Digest, Known>,
    refused: Cache<Digest, (Duration, Refusal)>,
    flights: Flights<Digest, Verdict>,
    known_lane: Semaphore,
    strangers_lane: Semaphore,
    /// Milliseconds on the monotonic clock.
    away_until: AtomicU64,
}

#[derive(Clone)]
struct Known {
    caller: Caller,
    asked_at: Duration,
}

#[derive(Clone)]
enum Verdict {
    Known(Caller),
    Refused(Refusal),
    Away,
}

impl Tokens {
    pub(super) fn new(
        (client, entitlement): (Arc<Client>, Entitlement),
        periods: Periods,
        secret: ServerSecret,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            client,
            entitlement,
            periods,
            secret,
            clock,
            known: Cache::new(KEPT_KNOWN),
            refused: Cache::new(KEPT_REFUSED),
            flights: Flights::new(),
            known_lane: Semaphore::new(LANE),
            strangers_lane: Semaphore::new(LANE),
            away_until: AtomicU64::new(0),
        }))
    }

    /// Whose token it is; that it has not expired by now is for the caller of this to judge.
    pub(super) async fn caller(&self, credential: Credential) -> Result<Caller, AuthError> {
        if !credential.is_well_formed() {
            return Err(AuthError::Unknown);
        }
        let inner = &self.0;
        let digest = inner.digest(&credential);
        let now = inner.clock.monotonic();
        let known = inner.known.get(&digest);
        let age = |asked_at: Duration| now.saturating_sub(asked_at);
        match &known {
            Some(known) if age(known.asked_at) < inner.periods.known => {
                return Ok(known.caller.clone());
            }
            None => {
                if let Some((asked_at, refusal)) = inner.refused.get(&digest)
                    && age(asked_at) < inner.periods.refused
                {
                    return Err(refusal.into());
                }
            }
            Some(_) => {}
        }
        let longest = inner.periods.known + inner.periods.grace;
        let in_grace = known.filter(|known| age(known.asked_at) < longest);
        match in_grace {
            Some(known) if inner.is_away(now) => Ok(known.caller),
            Some(known) => {
                let answer = timeout(PATIENCE, inner.ask(digest, credential, true)).await;
                let Ok(Verdict::Known(_) | Verdict::Refused(_)) = &answer else {
                    inner.note_away();
                    return Ok(known.caller);
                };
                answer.unwrap_or(Verdict::Away).into()
            }
            None => timeout(LIMIT, inner.ask(digest, credential, false))
                .await
                .unwrap_or(Verdict::Away)
                .into(),
        }
    }

    /// Lets the next request with this token ask anew.
    pub(super) fn forget(&self, credential: &Credential) {
        self.0.known.remove(&self.0.digest(credential));
    }
}

impl Inner {
    fn digest(&self, credential: &Credential) -> Digest {
        self.secret.digest(credential.named().expose_secret())
    }

    fn is_away(&self, now: Duration) -> bool {
        millis(now) < self.away_until.load(Ordering::Relaxed)
    }

    fn note_away(&self) {
        let until = millis(self.clock.monotonic() + AWAY);
        self.away_until.store(until, Ordering::Relaxed);
    }

    async fn ask(self: &Arc<Self>, digest: Digest, credential: Credential, known: bool) -> Verdict {
        let inner = Arc::clone(self);
        let question = move || async move {
            let lane = if known {
                &inner.known_lane
            } else {
                &inner.strangers_lane
            };
            let asking = async {
                let _place = lane.acquire().await;
                let now = inner.clock.unix();
                answers::token(&inner.client, &credential, &inner.entitlement, now).await
            };
            let found = timeout(LIMIT, asking).await.unwrap_or(Err(Away::Late));
            let asked_at = inner.clock.monotonic();
            match found {
                Ok(Ok(token)) => {
                    let caller = Caller::of_gitlab(token, credential);
                    let kept = caller.clone();
                    inner.known.insert(
                        digest,
                        Known {
                            caller: kept,
                            asked_at,
                        },
                    );
                    Verdict::Known(caller)
                }
                Ok(Err(refusal)) => {
                    inner.known.remove(&digest);
                    inner.refused.insert(digest, (asked_at, refusal.clone()));
                    Verdict::Refused(refusal)
                }
                Err(away) => {
                    let error = &away as &dyn std::error::Error;
                    tracing::warn!(error, "GitLab could not be asked about a token");
                    Verdict::Away
                }
            }
        };
        let answer = self.flights.join(digest, question).await;
        answer.unwrap_or(Verdict::Away)
    }
}

impl From<Verdict> for Result<Caller, AuthError> {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Known(caller) => Ok(caller),
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Away => Err(AuthError::Away),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
