//! What every limiter has to do, shown for counting in memory and in Redis; and what only Redis can. Without Redis on the
//! machine only the first is tried, unless `REQUIRE_REDIS` is set.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use code_suggestions::{
    clock::Clock,
    config::RateLimit,
    limits::{Limiter, Redis},
};

use crate::support::{FakeGateway, RedisServer, TestServer, okc};

/// A Redis that has time to answer, however busy the machine is.
const PATIENT: Duration = Duration::from_mins(1);

/// A limiter and a way to let time pass for it.
struct Rig {
    limiter: Limiter,
    clock: Clock,
    redis: Option<RedisServer>,
}

// === impl Rig ===

impl Rig {
    /// One of each kind; only the first where there is no Redis.
    fn each(max: u32, period: Duration) -> Vec<Self> {
        let memory = Self::new(max, period, None);
        let redis = RedisServer::start().map(|redis| Self::new(max, period, Some(redis)));
        std::iter::once(memory).chain(redis).collect()
    }

    fn new(max: u32, period: Duration, server: Option<RedisServer>) -> Self {
        let clock = Clock::manual(1_000_000);
        let limit = RateLimit::new(NonZeroU32::new(max).unwrap(), period);
        let redis = server
            .as_ref()
            .map(|server| Redis::new(&server.url(), "test", PATIENT, clock.clone()).unwrap());
        Self {
            limiter: Limiter::new("some", limit, redis.as_ref(), &clock),
            clock,
            redis: server,
        }
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        if let Some(redis) = &self.redis {
            redis.advance(by).await;
        }
    }

    async fn passed(&self, user: i64, requests: usize) -> usize {
        let mut passed = 0;
        for _ in 0..requests {
            passed += usize::from(self.limiter.check(user).await.unwrap().allowed);
        }
        passed
    }
}

#[tokio::test]
async fn exactly_so_many_pass_in_a_window() {
    for rig in Rig::each(60, Duration::from_hours(1)) {
        assert_eq!(rig.passed(1, 100).await, 60);
        rig.advance(Duration::from_mins(59)).await;
        assert_eq!(rig.passed(1, 100).await, 0, "nothing trickles back");
        rig.advance(Duration::from_mins(1)).await;
        assert_eq!(rig.passed(1, 100).await, 60);
    }
}

#[tokio::test]
async fn a_window_starts_with_the_first_request() {
    for rig in Rig::each(2, Duration::from_mins(10)) {
        rig.advance(Duration::from_mins(7)).await;
        assert_eq!(rig.passed(1, 1).await, 1);
        rig.advance(Duration::from_mins(9)).await;
        assert_eq!(rig.passed(1, 5).await, 1);
        rig.advance(Duration::from_mins(1)).await;
        assert_eq!(rig.passed(1, 5).await, 2);
    }
}

#[tokio::test]
async fn users_do_not_share_a_window() {
    for rig in Rig::each(3, Duration::from_mins(10)) {
        assert_eq!(rig.passed(1, 5).await, 3);
        assert_eq!(rig.passed(2, 5).await, 3);
    }
}

#[tokio::test]
async fn decisions_tell_what_is_left() {
    for rig in Rig::each(2, Duration::from_mins(10)) {
        let first = rig.limiter.check(1).await.unwrap();
        assert_eq!((first.allowed, first.limit, first.remaining), (true, 2, 1));
        assert_eq!(first.retry_after(), 600);
        rig.limiter.check(1).await.unwrap();
        let refused = rig.limiter.check(1).await.unwrap();
        assert_eq!((refused.allowed, refused.remaining), (false, 0));
        rig.advance(Duration::from_mins(4)).await;
        let later = rig.limiter.check(1).await.unwrap();
        // Redis counts by a clock of its own, which goes on meanwhile.
        assert!((300..=360).contains(&later.retry_after()), "{later:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_pass_as_often_as_allowed() {
    for rig in Rig::each(60, Duration::from_hours(1)) {
        let rig = Arc::new(rig);
        assert_eq!(passed_together(&rig).await, 60);
    }
}

/// How many of many pass that ask at the same time.
async fn passed_together(rig: &Arc<Rig>) -> usize {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let rig = Arc::clone(rig);
        tasks.spawn(async move { rig.passed(1, 50).await });
    }
    tasks.join_all().await.iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_find_redis_again_are_counted_together() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let mut rig = Rig::new(60, Duration::from_hours(1), Some(server));
    assert_eq!(rig.passed(1, 1).await, 1);
    rig.redis.as_mut().unwrap().end();
    assert_eq!(rig.passed(2, 1).await, 1, "counted here");
    rig.redis.as_mut().unwrap().start_again();
    rig.clock.advance(Duration::from_secs(1));
    assert_eq!(passed_together(&Arc::new(rig)).await, 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_that_was_started_anew_between_two_requests_counts_on() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let mut rig = Rig::new(60, Duration::from_hours(1), Some(server));
    assert_eq!(rig.passed(1, 1).await, 1);
    let redis = rig.redis.as_mut().unwrap();
    redis.end();
    redis.start_again();
    assert_eq!(passed_together(&Arc::new(rig)).await, 60);
}

#[tokio::test]
async fn zero_is_unlimited() {
    let limits = toml::from_str::<std::collections::HashMap<String, RateLimit>>("limit = \"0\"");
    let clock = Clock::manual(0);
    let redis = Redis::new("redis://127.0.0.1:1", "test", PATIENT, clock.clone()).unwrap();
    let limiter = Limiter::new("some", limits.unwrap()["limit"], Some(&redis), &clock);
    assert_eq!(limiter.check(1).await, None, "and nobody is asked");
}

#[tokio::test]
async fn replicas_share_windows_but_not_names() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let clock = Clock::manual(0);
    let limit = RateLimit::new(NonZeroU32::new(3).unwrap(), Duration::from_hours(1));
    let replica = || Redis::new(&server.url(), "test", PATIENT, clock.clone()).unwrap();
    let (one, two) = (replica(), replica());
    let limiter = |name, redis| Limiter::new(name, limit, Some(redis), &clock);
    let allowed = async |limiter: &Limiter| limiter.check(1).await.unwrap().allowed;
    let (first, second, other) = (limiter("a", &one), limiter("a", &two), limiter("b", &two));
    assert!(allowed(&first).await && allowed(&second).await && allowed(&first).await);
    assert!(!allowed(&second).await && allowed(&other).await);
}

#[tokio::test]
async fn while_redis_is_away_each_process_counts_and_then_all_together_again() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let mut rig = Rig::new(3, Duration::from_hours(1), Some(server));
    assert_eq!(rig.passed(1, 5).await, 3);
    rig.redis.as_mut().unwrap().end();
    assert_eq!(rig.passed(1, 5).await, 3, "a window of this process");
    assert_eq!(rig.passed(1, 5).await, 0, "under the same limit");
    rig.redis.as_mut().unwrap().start_again();
    assert_eq!(rig.passed(1, 1).await, 0, "it is left alone for a moment");
    rig.clock.advance(Duration::from_secs(1));
    assert_eq!(
        rig.passed(1, 5).await,
        3,
        "a Redis that has forgotten everything"
    );
    rig.clock.advance(Duration::from_hours(1));
    assert_eq!(rig.passed(1, 5).await, 0, "and counts by its own clock");
}

#[tokio::test]
async fn redis_that_says_nothing_is_not_waited_for_twice() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let clock = Clock::manual(0);
    let redis = Redis::new(&url, "test", Duration::from_millis(100), clock.clone()).unwrap();
    let limit = RateLimit::new(NonZeroU32::new(2).unwrap(), Duration::from_hours(1));
    let limiter = Limiter::new("some", limit, Some(&redis), &clock);
    let mut allowed = 0;
    for _ in 0..100 {
        allowed += u32::from(limiter.check(1).await.unwrap().allowed);
    }
    assert_eq!(allowed, 2);
    let asked = async {
        silent.accept().await.unwrap();
        silent.accept().await.unwrap();
    };
    assert!(
        tokio::time::timeout(Duration::ZERO, asked).await.is_err(),
        "one attempt"
    );
}

#[tokio::test]
async fn two_servers_count_together() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let gateway = FakeGateway::start().await;
    let start = || {
        TestServer::builder()
            .gateway(&gateway)
            .set("limits.kind", "redis")
            .set("limits.redis.url", &redis.url())
            .set("limits.redis.timeout", "1m")
            .set("limits.completions", "3/1h")
            .start()
    };
    let (one, two) = (start().await, start().await);
    for (server, left) in [(&one, "2"), (&two, "1"), (&one, "0")] {
        let reply = server.complete(&okc()).send().await.has_status(200);
        assert_eq!(reply.field("ratelimit-remaining").as_deref(), Some(left));
    }
    let refused = two.complete(&okc()).send().await.has_status(429);
    let seconds: u32 = refused.field("retry-after").unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&seconds), "{seconds}");
    one.finish().await;
    two.finish().await;
}

#[tokio::test]
async fn a_server_whose_redis_is_away_counts_by_itself() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("limits.kind", "redis")
        .set("limits.redis.url", "redis://127.0.0.1:1")
        .set("limits.completions", "1/1m")
        .start()
        .await;
    server.complete(&okc()).send().await.has_status(200);
    server.complete(&okc()).send().await.has_status(429);
    server.finish().await;
}
