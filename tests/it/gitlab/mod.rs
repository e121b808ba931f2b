//! Beside and in front of a GitLab: its tokens open this server, its projects are what its users see of them, and everything
//! that is not this server's passes through.

mod graphql;
mod identity;
mod in_front;
mod large;
mod passing;
mod projects;

use crate::support::{FakeGateway, TestServer};

/// A server whose users live in that GitLab.
fn beside(gitlab: &FakeGateway) -> crate::support::Builder {
    TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("identity.gitlab.url", &gitlab.url())
}

/// A server in front of that GitLab.
fn in_front(gitlab: &FakeGateway) -> crate::support::Builder {
    TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", &gitlab.url())
}
