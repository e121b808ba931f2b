//! Repositories that are larger than what a server may take for one request: real clones and pushes through the program, whose
//! memory does not grow with them.

use std::{fs::File, io::Write, path::Path};

use crate::support::{
    Program, command,
    git::{git, serve_repositories},
};

const FILES: u8 = 8;
const MIB_OF_A_FILE: usize = 32;

/// What the server may need for all of it, in kB.
const MOST_MEMORY: u64 = 60 * 1024;

#[test]
fn git_clones_and_pushes_a_large_repository_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let gitlab = serve_repositories(path);
    let mut command = command(&path.join("data"), &[]);
    command
        .env("CODE_SUGGESTIONS__IDENTITY__KIND", "gitlab")
        .env(
            "CODE_SUGGESTIONS__PROXY__GITLAB_URL",
            format!("http://{gitlab}"),
        )
        .env("CODE_SUGGESTIONS__SERVER__MAX_BODY_BYTES", "65536");
    std::fs::create_dir_all(path.join("data")).unwrap();
    let program = Program::start(command);
    let url = format!("http://{}/group/project.git", program.address);

    let bare = path.join("group/project.git");
    std::fs::create_dir_all(&bare).unwrap();
    git(
        &bare,
        &["init", "--quiet", "--bare", "--initial-branch=main"],
    );
    git(&bare, &["config", "http.receivepack", "true"]);
    git(path, &["clone", "--quiet", &url, "clone"]);
    let clone = path.join("clone");
    for number in 1..=FILES {
        write_noise(&clone.join(format!("noise-{number}")), number);
    }
    // What cannot be made smaller is not tried.
    let quick = ["-c", "core.compression=0", "-c", "pack.window=0"];
    let run = |folder: &Path, arguments: &[&str]| git(folder, &[&quick[..], arguments].concat());
    run(&clone, &["add", "--all"]);
    let name = ["-c", "user.name=x", "-c", "user.email=x@x.test"];
    let commit = ["commit", "--quiet", "--message", "noise"];
    run(&clone, &[&name[..], &commit].concat());
    let before = program.peak_memory();
    run(&clone, &["push", "--quiet", "origin", "HEAD:main"]);
    run(path, &["clone", "--quiet", &url, "again"]);
    let more = program.peak_memory() - before;

    // The name of a tree is a digest of everything below it, which git has checked.
    let tree = ["rev-parse", "HEAD^{tree}"];
    assert_eq!(git(&path.join("again"), &tree), git(&clone, &tree));
    assert!(more < MOST_MEMORY, "{more} kB");
    assert_eq!(program.stop().code, Some(0));
}

/// Bytes that do not compress.
fn write_noise(path: &Path, seed: u8) {
    let mut file = File::create(path).unwrap();
    let mut state = u64::from(seed);
    let mut piece = vec![0; 1024 * 1024];
    for _ in 0..MIB_OF_A_FILE {
        for word in piece.chunks_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&piece).unwrap();
    }
}
