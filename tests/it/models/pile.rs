//! Questions of one user about one file: the newest wins, the same is asked once, and what is typed of an answer is not asked
//! again.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{question, server_with, told};
use crate::support::{
    Answer, End, Exchange, FakeModel, TestServer, Transfer, chat_stream, openai_stream,
};

#[tokio::test]
async fn the_newest_question_wins() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.hold();
    let older = tokio::spawn(told(server.complete(&question("x = a", ""))));
    let mut older_exchange = model.next().await;
    let newer = tokio::spawn(told(server.complete(&question("x = ab", ""))));
    let mut newer_exchange = model.next().await;
    older_exchange.left().await;
    assert!(older.await.unwrap().0.is_empty());
    newer_exchange.answer(&openai_stream(&["c"], "stop")).await;
    assert_eq!(newer.await.unwrap().0, ["c"]);
    server.finish().await;
}

/// A streamed generation for a file; no two are the same.
fn generation(file: &str, above: &str) -> Value {
    let mut body = question(above, "");
    body["current_file"]["file_name"] = file.into();
    body["intent"] = "generation".into();
    body["stream"] = true.into();
    body
}

/// Begins to answer with a line and a half.
async fn begin(exchange: &mut Exchange) {
    exchange.write(Answer::events_head()).await;
    say(exchange, "a = 1\nb =").await;
}

async fn say(exchange: &mut Exchange, text: &str) {
    let event = json!({ "choices": [{ "delta": { "content": text } }] });
    exchange.chunk(&format!("data: {event}\n\n")).await;
}

#[tokio::test]
async fn an_older_stream_gives_way_before_its_first_text() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    model.hold();
    let ask = |above| {
        server
            .complete(&generation("a.py", above))
            .reading_events()
            .send()
    };
    let older = tokio::spawn(ask("# one\n"));
    let mut older_exchange = model.next().await;
    let newer = tokio::spawn(ask("# two\n"));
    let mut newer_exchange = model.next().await;
    older_exchange.left().await;
    let older = older.await.unwrap().has_status(200);
    let text = older.text();
    assert!(older.whole && !text.contains("content_chunk"), "{text}");
    assert!(
        text.ends_with("event: stream_end\ndata: null\n\n"),
        "{text}"
    );
    newer_exchange.answer(&chat_stream(&["c = 3"])).await;
    assert!(newer.await.unwrap().text().contains("c = 3"));
    server.finish().await;
}

#[tokio::test]
async fn an_older_stream_gives_way_after_its_first_text() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    model.hold();
    for events in [true, false] {
        let ask = |file: &str, above: &str| {
            let request = server.complete(&generation(file, above));
            if events {
                request.reading_events().open()
            } else {
                request.open()
            }
        };
        let older = tokio::spawn(ask("a.py", "# one\n"));
        let mut older_exchange = model.next().await;
        begin(&mut older_exchange).await;
        let mut older: Transfer = older.await.unwrap();
        older.reaches("a = 1").await;
        let elsewhere = tokio::spawn(ask("b.py", "# one\n"));
        model.next().await.answer(&chat_stream(&["d = 4"])).await;
        elsewhere.await.unwrap().rest().await;
        say(&mut older_exchange, " 2\nhalf").await;
        older.reaches("b = 2").await;
        let newer = tokio::spawn(ask("a.py", "# two\n"));
        let mut newer_exchange = model.next().await;
        older_exchange.left().await;
        let older = older.rest().await;
        let text = older.text();
        assert!(older.whole && !text.contains("half"), "{text}");
        if events {
            assert!(
                text.ends_with("event: stream_end\ndata: null\n\n"),
                "{text}"
            );
        } else {
            assert_eq!(text, "a = 1\nb = 2");
        }
        newer_exchange.answer(&chat_stream(&["c = 3"])).await;
        assert!(newer.await.unwrap().rest().await.text().contains("c = 3"));
    }
    server.finish().await;
}

#[tokio::test]
async fn half_of_an_older_generation_is_not_told_as_the_whole() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    model.hold();
    let mut body = generation("a.py", "# one\n");
    body["stream"] = false.into();
    let older = tokio::spawn(told(server.complete(&body)));
    let mut older_exchange = model.next().await;
    begin(&mut older_exchange).await;
    let newer = server.complete(&generation("a.py", "# two\n"));
    let newer = tokio::spawn(newer.reading_events().send());
    let mut newer_exchange = model.next().await;
    older_exchange.left().await;
    assert!(older.await.unwrap().0.is_empty());
    newer_exchange.answer(&chat_stream(&["c = 3"])).await;
    assert!(newer.await.unwrap().text().contains("c = 3"));
    server.finish().await;
}

#[tokio::test]
async fn what_is_answered_from_memory_ends_older_questions_too() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.answers(openai_stream(&["increase_speed(1)"], "stop"));
    let ask = |above: &str| told(server.complete(&question(above, "\nx\n")));
    assert_eq!(ask("car.").await.0, ["increase_speed(1)"]);
    model.hold();
    let older = tokio::spawn(ask("car.x"));
    let mut exchange = model.next().await;
    assert_eq!(ask("car.incr").await.0, ["ease_speed(1)"]);
    exchange.left().await;
    assert!(older.await.unwrap().0.is_empty());
    let mut streamed = question("def f():", "");
    streamed["stream"] = true.into();
    let older = tokio::spawn(server.complete(&streamed).reading_events().open());
    let mut exchange = model.next().await;
    exchange.write(Answer::events_head()).await;
    let event = json!({ "choices": [{ "text": "\n    a = 1\n    b" }] });
    exchange.chunk(&format!("data: {event}\n\n")).await;
    let mut older = older.await.unwrap();
    older.reaches("a = 1").await;
    assert_eq!(ask("car.incre").await.0, ["ase_speed(1)"]);
    exchange.left().await;
    let older = older.rest().await;
    assert!(
        older.whole && older.text().contains("stream_end"),
        "{}",
        older.text()
    );
    server.finish().await;
}

#[tokio::test]
async fn users_and_files_do_not_get_in_each_others_way() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.hold();
    let mut other_file = question("x = ab", "");
    other_file["current_file"]["file_name"] = "b.py".into();
    let requests = [
        server.complete(&question("x = a", "")),
        server.complete(&other_file),
        server
            .complete(&question("x = a", ""))
            .bearer(&server.tokens.dave),
    ];
    let mut replies = Vec::new();
    let mut exchanges = Vec::new();
    for request in requests {
        replies.push(tokio::spawn(told(request)));
        exchanges.push(model.next().await);
    }
    for exchange in &mut exchanges {
        exchange.answer(&openai_stream(&["c"], "stop")).await;
    }
    for reply in replies {
        assert_eq!(reply.await.unwrap().0, ["c"]);
    }
    server.finish().await;
}

#[tokio::test]
async fn the_same_question_is_asked_once() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.hold();
    let body = question("x = ", "");
    let first = tokio::spawn(told(server.complete(&body)));
    let mut exchange = model.next().await;
    let second = tokio::spawn(told(server.complete(&body)));
    let other = tokio::spawn(told(
        server
            .complete(&question("y", ""))
            .bearer(&server.tokens.dave),
    ));
    // Requests are taken in order on one thread: when this one has arrived, the second waits for the first.
    let mut marker = model.next().await;
    marker.answer(&openai_stream(&["z"], "stop")).await;
    other.await.unwrap();
    exchange.answer(&openai_stream(&["1"], "stop")).await;
    assert_eq!(first.await.unwrap().0, ["1"]);
    assert_eq!(second.await.unwrap().0, ["1"]);
    assert_eq!(model.requests().len(), 2);
    server.finish().await;
}

#[tokio::test]
async fn who_waits_for_somebody_that_leaves_asks_anew() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.hold();
    let body = question("x = ", "");
    let first = tokio::spawn(server.complete(&body).open());
    let mut exchange = model.next().await;
    let second = tokio::spawn(told(server.complete(&body)));
    first.abort();
    exchange.left().await;
    let mut again = model.next().await;
    again.answer(&openai_stream(&["1"], "stop")).await;
    assert_eq!(second.await.unwrap().0, ["1"]);
    server.finish().await;
}

#[tokio::test]
async fn what_is_typed_of_an_answer_leaves_the_rest() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.answers(openai_stream(&["increase_speed(1)"], "stop"));
    let ask = |above: &str, below: &str| told(server.complete(&question(above, below)));
    assert_eq!(ask("car.", "\nx\n").await.0, ["increase_speed(1)"]);
    assert_eq!(ask("car.incr", "\nx\n").await.0, ["ease_speed(1)"]);
    assert_eq!(ask("car.", "\nx\n").await.0, ["increase_speed(1)"]);
    assert_eq!(model.requests().len(), 1);
    ask("car.incr", "\ny\n").await;
    ask("car.dec", "\nx\n").await;
    assert_eq!(
        model.requests().len(),
        3,
        "elsewhere and otherwise it is asked"
    );
    let of_dave = server
        .complete(&question("car.incr", "\nx\n"))
        .bearer(&server.tokens.dave);
    told(of_dave).await;
    assert_eq!(
        model.requests().len(),
        4,
        "what one is answered is not told to another"
    );
    server.advance(std::time::Duration::from_secs(10));
    ask("car.", "\nx\n").await;
    assert_eq!(
        model.requests().len(),
        5,
        "after some seconds it is forgotten"
    );
    server.finish().await;
}

#[tokio::test]
async fn only_so_many_are_asked_or_wait_at_once() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.max_in_flight", "1")
        .set("model.max_queued", "1")
        .start()
        .await;
    server.knows_model().await;
    model.hold();
    let ask = |name: &str| {
        let mut body = question("x = ", "");
        body["current_file"]["file_name"] = name.into();
        told(server.complete(&body))
    };
    let first = tokio::spawn(ask("a.py"));
    let mut exchange = model.next().await;
    let mut waiting = JoinSet::new();
    waiting.spawn(ask("b.py"));
    waiting.spawn(ask("c.py"));
    let early = waiting.join_next().await.unwrap().unwrap();
    assert_eq!(
        early.1, "in-context",
        "for one there is no place, and the engine answers"
    );
    exchange.answer(&openai_stream(&["1"], "stop")).await;
    assert_eq!(first.await.unwrap().1, "openai");
    model
        .next()
        .await
        .answer(&openai_stream(&["2"], "stop"))
        .await;
    let late = waiting.join_next().await.unwrap().unwrap();
    assert_eq!(late.0, ["2"]);
    server.finish().await;
}

#[tokio::test]
async fn who_waits_too_long_for_a_place_is_answered_without() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.max_in_flight", "1")
        .set("model.max_queued", "1")
        .set("model.deadline", "100ms")
        .set("model.generation.deadline", "10m")
        .start()
        .await;
    server.knows_model().await;
    model.forget();
    model.hold();
    let generate = |file| {
        server
            .complete(&generation(file, "# one\n"))
            .reading_events()
            .send()
    };
    // It has more time, and keeps the only place.
    let first = tokio::spawn(generate("a.py"));
    let mut exchange = model.next().await;
    for number in 0..5 {
        let mut body = question(&format!("x{number} = "), "");
        assert_eq!(told(server.complete(&body)).await.1, "in-context");
        body["stream"] = true.into();
        let reply = server.complete(&body).reading_events().send().await;
        let text = reply.has_status(200).text();
        assert!(
            text.contains("in-context") && text.contains("stream_end"),
            "{text}"
        );
    }
    assert_eq!(model.requests().len(), 1, "the model was not asked");
    // None of it has counted against the server.
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"a = 1\"}}]}\n\ndata: [DONE]\n\n";
    let fields = [
        ("Content-Type", "text/event-stream"),
        ("Connection", "close"),
    ];
    let answer = Answer::with(200, &fields, event);
    exchange.answer(&answer).await;
    assert!(first.await.unwrap().text().contains("a = 1"));
    model.answers(answer.then(End::Close));
    let next = generate("b.py").await.has_status(200);
    assert!(next.text().contains("a = 1"), "{}", next.text());
    server.finish().await;
}
