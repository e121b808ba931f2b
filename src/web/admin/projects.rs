//! The switches of projects and groups.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};

use crate::{
    config::UnknownProject,
    routes,
    state::App,
    store::{Project, ProjectChange, project_path},
    web::{
        PageReply,
        frame::{Frame, Notice},
        visitor::{Visitor, done, switch},
    },
};

#[derive(Template)]
#[template(path = "admin_projects.html", config = "src/web/askama.toml")]
struct ProjectsPage {
    frame: Frame,
    projects: Vec<Shown>,
    /// How projects without a switch are treated.
    allows_unknown: bool,
}

struct Shown {
    path: String,
    /// Its own switch; without one that of a group above it counts.
    switch: Option<bool>,
    rules: Vec<String>,
}

impl From<Project> for Shown {
    fn from(project: Project) -> Self {
        Self {
            path: project.path,
            switch: project.code_suggestions,
            rules: project.exclusion_rules,
        }
    }
}

/// The projects for which something has been set.
pub(in crate::web) async fn show(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, _) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    visitor.admin(&app, &parts)?;
    let words = [
        ("on", "Code Suggestions are on there."),
        ("off", "Code Suggestions are off there."),
    ];
    page(&app, &visitor, (StatusCode::OK, done(&parts, &words))).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    (status, notice): (StatusCode, Option<Notice>),
) -> PageReply {
    let projects = app.store.projects().await?;
    let page = ProjectsPage {
        frame: visitor
            .frame(app, "Projects", routes::ADMIN_PROJECTS)
            .with(notice),
        projects: projects.into_iter().map(Shown::from).collect(),
        allows_unknown: app.settings.projects.unknown == UnknownProject::Allow,
    };
    Ok(visitor.page(status, &page))
}

/// Sets the switch of a project or group.
pub(in crate::web) async fn change(State(app): State<Arc<App>>, request: Request) -> PageReply {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app, &parts).await?;
    visitor.admin(&app, &parts)?;
    let form = visitor.form(&app, &parts, body).await?;
    let (on, word) = switch(&form)?;
    let path = match project_path(form.text("path").trim()) {
        Ok(path) => path,
        Err(error) => {
            let notice = Some(Notice::bad(format!("{error}.")));
            return page(&app, &visitor, (StatusCode::UNPROCESSABLE_ENTITY, notice)).await;
        }
    };
    let change = ProjectChange::switch(on);
    app.store
        .set_project(path, change, app.clock.unix())
        .await?;
    Ok(visitor.lead(&app, &format!("{}?done={word}", routes::ADMIN_PROJECTS)))
}
