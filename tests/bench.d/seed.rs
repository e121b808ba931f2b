//! Users and tokens before the servers start: one token made by command, as a person makes it, and many more written
//! straight into the database, since a command for each would take longer than everything else.

use std::{fmt::Write, fs};

use code_suggestions::{auth::make_token, keys::ServerSecret};
use rusqlite::Connection;

use crate::{
    Outcome,
    servers::{Kind, Setup},
};

/// Tokens that the servers know.
pub(crate) struct Tokens {
    /// The one that is used where one will do.
    pub(crate) one: Vec<String>,
    /// Tokens of as many users.
    pub(crate) many: Vec<String>,
}

/// Makes a user and a token by command, and `many` more of both.
pub(crate) fn seed(setup: &Setup, many: u32) -> Outcome<Tokens> {
    setup.command(&["user", "add", "bench"])?;
    let one = setup.command(&["token", "create", "--user", "bench"])?;
    let tokens = Tokens {
        one: vec![one],
        many: write_tokens(setup, many)?,
    };
    let mut map = String::new();
    for token in tokens.one.iter().chain(&tokens.many) {
        writeln!(map, "\"Bearer {token}\" {token};")?;
    }
    fs::write(setup.folder.join("nginx-tokens.map"), map)?;
    // The first start makes keys, which takes its time; every later one is a start as servers have it.
    drop(setup.start(Kind::Plain)?);
    Ok(tokens)
}

fn write_tokens(setup: &Setup, many: u32) -> Outcome<Vec<String>> {
    let secret = ServerSecret::open(&setup.data())?;
    let mut connection = Connection::open(setup.data().join("code-suggestions.sqlite3"))?;
    let transaction = connection.transaction()?;
    let mut tokens = Vec::new();
    for number in 0..many {
        let (token, digest) = make_token(&secret)?;
        transaction.execute(
            "INSERT INTO users (username, created_at) VALUES (?1, 0)",
            [format!("user-{number}")],
        )?;
        transaction.execute(
            "INSERT INTO tokens (user_id, digest, name, scopes, created_at) VALUES (?1, ?2, 'bench', 'api', 0)",
            (transaction.last_insert_rowid(), digest),
        )?;
        tokens.push(token);
    }
    transaction.commit()?;
    Ok(tokens)
}
