//! Commands on applications: the editors that may ask users for access by OAuth 2.0.

use clap::Subcommand;
use serde_json::json;

use super::{
    Failure,
    accounts::{ListArgs, now, row},
    line,
    output::list,
};
use crate::{
    auth::{EDITOR_REDIRECTS, is_redirect_uri, random_text},
    clock::iso8601,
    state::Local,
};

#[derive(Debug, Subcommand)]
pub(super) enum ApplicationCommand {
    /// Register an application and print its client id.
    Add {
        /// What users are shown.
        name: String,
        /// Where answers to it may be sent; once for each place. Those of VS Code and JetBrains editors when not given.
        #[arg(long, value_name = "URI", value_parser = redirect_uri, default_values = EDITOR_REDIRECTS)]
        redirect_uri: Vec<String>,
    },
    /// List all applications.
    List(ListArgs),
    /// Remove an application; everything issued for it is revoked.
    Remove {
        /// Its number or client id, as listed.
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
}

fn redirect_uri(text: &str) -> Result<String, String> {
    if is_redirect_uri(text) {
        return Ok(text.to_owned());
    }
    Err("an answer goes to https://, to http:// on this machine, or to a scheme of the application's own".to_owned())
}

pub(super) async fn application(command: ApplicationCommand, local: Local) -> Result<(), Failure> {
    let store = &local.store;
    match command {
        ApplicationCommand::Add { name, redirect_uri } => {
            if name.trim().is_empty() {
                return Err(Failure::Usage("an application needs a name".to_owned()));
            }
            let uid = random_text::<32>().map_err(|error| Failure::other(&error))?;
            store
                .add_application(uid.clone(), name, redirect_uri, now())
                .await?;
            line(&uid);
        }
        ApplicationCommand::List(arguments) => {
            let applications = store.applications().await?;
            let rows: Vec<_> = applications
                .iter()
                .map(|application| {
                    row(json!([
                        application.id,
                        application.name,
                        application.uid,
                        application.redirect_uris,
                        iso8601(application.created_at)
                    ]))
                })
                .collect();
            let head = ["id", "name", "client_id", "redirect_uris", "created_at"];
            list(&head, &rows, arguments.json);
        }
        ApplicationCommand::Remove { id } => {
            let application = store.remove_application(id, now()).await?;
            line(&format!("application {} removed", application.name));
        }
    }
    Ok(())
}
