//! Questions of one user about one file: the newest wins, the same is asked once, and what is typed of an answer is not asked
//! again.

use tokio::task::JoinSet;

use super::{question, server_with, told};
use crate::support::{FakeModel, TestServer, openai_stream};

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
