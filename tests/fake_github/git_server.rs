//! A real git server: smart HTTP over bare repositories on disk, by git's own `http-backend`.
//!
//! [`routes`] asks a [`Gate`] who may do what, so that the fake GitHub decides by its model; [`GitServer`] is one alone,
//! with one token, for tests that need git and no GitHub.

use std::{net::SocketAddr, path::PathBuf, process::Stdio, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, Method, Response, StatusCode, header},
    response::IntoResponse as _,
    routing::any,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::git_repository::GitRepository;

/// What a git client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GitAccess {
    Fetch,
    Push,
}

/// Where the repository `owner/name` lies on disk, if the bearer of `token` may have that access; else the status to
/// answer with.
pub(crate) type Gate =
    Arc<dyn Fn(&str, GitAccess, Option<&str>) -> Result<PathBuf, (StatusCode, &'static str)> + Send + Sync>;

/// `/{owner}/{name}.git/...`, as on github.com. Every other path of two or more parts is 404.
pub(crate) fn routes(gate: Gate) -> Router {
    Router::new()
        .route("/{owner}/{repository}/info/refs", any(advertise))
        .route("/{owner}/{repository}/git-upload-pack", any(upload_pack))
        .route("/{owner}/{repository}/git-receive-pack", any(receive_pack))
        .layer(DefaultBodyLimit::max(200 * 1024 * 1024))
        .with_state(gate)
}

type RepositoryPath = Path<(String, String)>;

async fn advertise(
    State(gate): State<Gate>,
    Path((owner, repository)): RepositoryPath,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let query = query.unwrap_or_default();
    let access = if query.contains("git-receive-pack") { GitAccess::Push } else { GitAccess::Fetch };
    let call = Call { owner, repository, service: "info/refs", access, method, query, headers, body: Bytes::new() };
    serve(&gate, call).await
}

async fn upload_pack(
    State(gate): State<Gate>,
    Path((owner, repository)): RepositoryPath,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (service, access) = ("git-upload-pack", GitAccess::Fetch);
    serve(&gate, Call { owner, repository, service, access, method, query: String::new(), headers, body }).await
}

async fn receive_pack(
    State(gate): State<Gate>,
    Path((owner, repository)): RepositoryPath,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (service, access) = ("git-receive-pack", GitAccess::Push);
    serve(&gate, Call { owner, repository, service, access, method, query: String::new(), headers, body }).await
}

struct Call {
    owner: String,
    repository: String,
    service: &'static str,
    access: GitAccess,
    method: Method,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

async fn serve(gate: &Gate, call: Call) -> Response<Body> {
    let name = call.repository.strip_suffix(".git").unwrap_or(&call.repository);
    let token = token(&call.headers);
    let folder = match gate(&format!("{}/{name}", call.owner), call.access, token.as_deref()) {
        Ok(folder) => folder,
        Err((StatusCode::UNAUTHORIZED, why)) => {
            return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"GitHub\"")], why)
                .into_response();
        }
        Err(refusal) => return refusal.into_response(),
    };
    backend(folder, call).await
}

/// The token of `Authorization: Basic base64("x-access-token:TOKEN")`, or of `Bearer TOKEN`.
fn token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    if let Some(token) = value.strip_prefix("Bearer ") {
        return Some(token.to_owned());
    }
    let encoded = value.strip_prefix("Basic ").or_else(|| value.strip_prefix("basic "))?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (user, token) = decoded.split_once(':')?;
    (user == "x-access-token").then(|| token.to_owned())
}

/// Runs `git http-backend` as a CGI program.
async fn backend(folder: PathBuf, call: Call) -> Response<Body> {
    let text = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_PROJECT_ROOT", &folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", format!("/{}", call.service))
        .env("REQUEST_METHOD", call.method.as_str())
        .env("QUERY_STRING", &call.query)
        .env("CONTENT_TYPE", text("content-type"))
        .env("CONTENT_LENGTH", call.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", text("content-encoding"))
        .env("GIT_PROTOCOL", text("git-protocol"))
        .env("REMOTE_USER", "x-access-token")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stdin = child.stdin.take().expect("it is piped");
    let body = call.body;
    let (_, output) = tokio::join!(
        async move {
            // A backend that has heard enough closes its end: its answer says why.
            let _ = stdin.write_all(&body).await;
        },
        child.wait_with_output()
    );
    let output = output.expect("git can be waited for");
    answer(&output.stdout).unwrap_or_else(|| {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
    })
}

/// A CGI answer: headers, an empty line, the body.
fn answer(output: &[u8]) -> Option<Response<Body>> {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut response = Response::builder();
    for line in std::str::from_utf8(&output[..end]).ok()?.lines() {
        let (name, value) = line.split_once(": ")?;
        response = match name {
            "Status" => response.status(value.split(' ').next()?),
            _ => response.header(name, value),
        };
    }
    response.body(Body::from(output[end + 4..].to_vec())).ok()
}

/// A git server alone: no GitHub, one token that may do everything.
pub(crate) struct GitServer {
    address: SocketAddr,
    folder: tempfile::TempDir,
    token: String,
    task: tokio::task::JoinHandle<()>,
}

impl GitServer {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token = ["let", "me", "in"].join("-");
        let (root, right) = (folder.path().to_owned(), token.clone());
        let gate: Gate = Arc::new(move |name, _, token| {
            let path = root.join(format!("{name}.git"));
            match token {
                Some(token) if token == right && path.exists() => Ok(path),
                Some(token) if token == right => Err((StatusCode::NOT_FOUND, "Repository not found.")),
                _ => Err((StatusCode::UNAUTHORIZED, "Invalid username or token.")),
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, routes(gate)).await.unwrap() });
        Self { address, folder, token, task }
    }

    /// What `SEAM_GITHUB_URL` would be.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// A new, empty repository `owner/name`.
    pub(crate) fn create(&self, name: &str) -> GitRepository {
        GitRepository::create(self.folder.path().join(format!("{name}.git")))
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::{super::git_repository::Commit, *};

    async fn git(arguments: &[&str], token: &str) -> (bool, String) {
        let header = format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("x-access-token:{token}")));
        let output = Command::new("git")
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "http.extraheader")
            .env("GIT_CONFIG_VALUE_0", header)
            .output()
            .await
            .unwrap();
        (
            output.status.success(),
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
        )
    }

    #[tokio::test]
    async fn a_commit_that_no_branch_names_can_be_fetched_without_its_blobs() {
        let server = GitServer::start().await;
        let repository = server.create("octo/shop");
        let first = repository.commit(&[], [("a b/ü\".txt", "one\n")]);
        let second = repository.commit(
            &[&first],
            Commit::new()
                .message("Move and add")
                .rename("a b/ü\".txt", "plain.txt")
                .executable("run.sh", "#!/bin/sh\n")
                .symlink("link", "plain.txt")
                .submodule("sub", &first)
                .write("gone.txt", "x"),
        );
        let third = repository.commit(&[&second], Commit::new().remove("gone.txt"));
        let merge = repository.commit(&[&third, &first], Commit::new());
        assert_eq!(repository.git(&["rev-list", "--count", &merge]), "4");
        assert_eq!(repository.merge_base(&third, &first), Some(first.clone()));
        assert_eq!(repository.resolve("nothing"), None);
        repository.set_ref("refs/pull/1/head", &third);
        repository.set_ref("refs/heads/gone", &third);
        repository.delete_ref("refs/heads/gone");
        assert_eq!(repository.resolve("refs/heads/gone"), None);
        insta::assert_snapshot!(repository.git(&["ls-tree", "-r", "--name-only", &third]), @r"
        link
        plain.txt
        run.sh
        sub
        ");

        let folder = tempfile::tempdir().unwrap();
        let clone = folder.path().to_str().unwrap();
        let url = format!("{}/octo/shop.git", server.url());
        git(&["init", "--quiet", "--bare", clone], "").await;
        let fetch = ["-C", clone, "fetch", "--quiet", "--filter=blob:none", "--depth=1", &url, second.as_str()];
        let (fetched, said) = git(&fetch, server.token()).await;
        assert!(fetched, "{said}");
        let (_, missing) =
            git(&["-C", clone, "rev-list", "--objects", "--missing=print", &second], server.token()).await;
        assert_eq!(missing.lines().filter(|line| line.starts_with('?')).count(), 4, "{missing}");

        let (let_in, said) = git(&["ls-remote", &url], "wrong").await;
        assert!(!let_in && said.contains("could not read Username"), "{said}");
        let (absent, said) = git(&["ls-remote", &format!("{}/octo/none.git", server.url())], server.token()).await;
        assert!(!absent && said.contains("not found"), "{said}");
    }

    #[tokio::test]
    async fn a_push_moves_a_branch_and_cannot_touch_the_refs_of_pull_requests() {
        let server = GitServer::start().await;
        let repository = server.create("octo/shop");
        let first = repository.commit(&[], [("a", "one\n")]);
        let path = repository.path().to_str().unwrap();
        let url = format!("{}/octo/shop.git", server.url());
        let (pushed, said) = git(&["-C", path, "push", &url, &format!("{first}:refs/heads/new")], server.token()).await;
        assert!(pushed, "{said}");
        assert_eq!(repository.resolve("refs/heads/new"), Some(first.clone()));
        let (pushed, _) = git(&["-C", path, "push", &url, &format!("{first}:refs/pull/1/head")], server.token()).await;
        assert!(!pushed);
    }
}
