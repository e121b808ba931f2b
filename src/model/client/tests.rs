use super::*;
use crate::{
    clock::Clock,
    config::{self, Settings, Sources},
    model::{Brief, Fim, family, server::Address},
};

fn ask(brief: Option<Brief>) -> Ask {
    Ask {
        user: "alice".to_owned(),
        project: None,
        file_name: "a.py".to_owned(),
        above: "x = ".into(),
        below: "".into(),
        context: Vec::new(),
        choices: 1,
        brief,
    }
}

/// A client of a server that takes connections and says nothing.
fn client(settings: &mut Settings) -> (std::net::TcpListener, ModelClient) {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    settings.model.url = Some(format!("http://{}", silent.local_addr().unwrap()));
    let models = Models::new(settings, 0, Clock::System);
    let given = settings.model.completion_server(&settings.proxies);
    models.completion.known().server = Some(Arc::new(Server {
        address: Address::new(config::ModelKind::OpenAi, &given.unwrap()).unwrap(),
        model: "qwen2.5-coder".to_owned(),
        fim: family::of("qwen2.5-coder").map(Fim::Family),
        chats: true,
    }));
    (silent, ModelClient::new(models))
}

/// Editors wait 5 s for a completion that they ask for directly, and 15 s for a stream.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_after_the_default_deadlines() {
    let (_silent, client) = client(&mut config::load(&Sources::default()).unwrap());
    for (brief, streamed, seconds) in [
        (None, false, 4),
        (None, true, 4),
        (Some(Brief::default()), true, 14),
    ] {
        let ask = ask(brief);
        let asked_at = Instant::now();
        let failed = if streamed {
            client.write(&ask).await.err()
        } else {
            client.complete(&ask).await.err()
        };
        assert!(failed.is_some_and(|error| error.is_late()));
        assert_eq!(asked_at.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_place_leaves_the_queue_in_time() {
    let mut settings = config::load(&Sources::default()).unwrap();
    (settings.model.max_in_flight, settings.model.max_queued) = (1, 1);
    let (_silent, client) = client(&mut settings);
    let post = &client.models.completion;
    let place = Arc::clone(&post.places).try_acquire_owned().unwrap();
    for number in 0..5 {
        let ask = ask(None);
        let asked_at = Instant::now();
        let failed = if number % 2 == 0 {
            client.complete(&ask).await.err()
        } else {
            client.write(&ask).await.err()
        };
        assert!(matches!(failed, Some(ModelError::Full)), "{failed:?}");
        assert_eq!(asked_at.elapsed().as_secs(), 4, "there was room to wait");
        assert_eq!(post.waiting.load(Ordering::Acquire), 0);
    }
    assert!(!post.breaker.is_open(), "the server has not failed");
    drop(place);
    assert!(post.places.try_acquire().is_ok());
}
