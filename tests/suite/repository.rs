//! Projects in git repositories, made with git itself.

use std::process::Command;

use crate::program::Project;

/// The project as a git repository in which everything is committed.
pub fn committed(files: &[(&str, &str)]) -> Project {
    let project = Project::of(files);
    git(&project, &["init", "-q", "-b", "main"]);
    commit(&project);
    project
}

/// Commits everything there is.
pub fn commit(project: &Project) {
    git(project, &["add", "-A"]);
    git(project, &["commit", "-q", "--allow-empty", "-m", "a commit"]);
}

pub fn git(project: &Project, arguments: &[&str]) -> String {
    let output = git_command(project, arguments).output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// git, untouched by whoever runs the tests.
pub fn git_command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]).args(arguments);
    command.current_dir(project.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    command
}
