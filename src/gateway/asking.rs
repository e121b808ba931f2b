//! Makes a question for a model from a checked request: texts as they came, and for a generation what GitLab's gateway tells a
//! model too. Called by the built-in gateway.

use super::Question;
use crate::{
    model::{Ask, Brief},
    params::{CompletionRequest, ContextItem, ContextKind},
    prompt::{
        intent::{Task, Trigger},
        language, payload,
    },
};

/// The question for a model.
pub(super) fn ask(question: &Question<'_>) -> Ask {
    let request = question.request;
    Ask {
        user: question.asker.global_user_id.clone(),
        project: request.project_path.clone(),
        file_name: request.file_name.clone(),
        above: request.above.clone(),
        below: request.below.clone(),
        context: request.context.clone(),
        choices: request.choices_count.unwrap_or(1),
        brief: match question.task {
            Task::Completion => None,
            Task::Generation {
                trigger,
                instruction,
            } => Some(brief(request, *trigger, *instruction)),
        },
    }
}

fn brief(
    request: &CompletionRequest,
    trigger: Option<Trigger>,
    instruction: Option<&str>,
) -> Brief {
    let language = language::of(&request.file_name).name;
    Brief {
        instruction: payload::wording(trigger, instruction).to_owned(),
        examples: payload::examples(language, trigger)
            .map(|(code, response)| (code.to_owned(), response.to_owned()))
            .collect(),
        related_files: related(request, ContextKind::File, ("file_content", "file_name")),
        related_snippets: related(request, ContextKind::Snippet, ("snippet_content", "name")),
        libraries: Vec::new(),
    }
}

/// The items of one kind, each as a text in tags, as GitLab writes them.
fn related(
    request: &CompletionRequest,
    kind: ContextKind,
    (tag, attribute): (&str, &str),
) -> Vec<String> {
    let text = |item: &ContextItem| {
        let (name, content) = (item.name.decode(), item.content.decode());
        format!("<{tag} {attribute}=\"{name}\">\n{content}\n</{tag}>\n")
    };
    let items = request.context.iter();
    items
        .filter(|item| item.kind == Some(kind))
        .map(text)
        .collect()
}
