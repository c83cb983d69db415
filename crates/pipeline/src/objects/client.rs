//! The one client that speaks to a network. It goes to the host of the settings and to no other: no redirect is followed,
//! no proxy is taken from the environment. Beside the common interface of object stores it sends requests as S3 itself
//! knows them, for what that interface lacks (retention), signed by the same code (AWS signature, version 4).

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use secrecy::ExposeSecret;

use super::settings::Settings;
use crate::error::JobError;

/// Most bytes of an answer that is looked at.
const MOST: usize = 64 * 1024;
/// Longest wait for a connection, and for the next bytes of an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a request is tried again that a store answered with "later", or lost.
const AGAIN: usize = 3;

/// Runs what waits for a network, on this thread.
pub(super) fn run<T>(work: impl Future<Output = Result<T, JobError>>) -> Result<T, JobError> {
    // where it was installed before, it is the same one
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| JobError::Store { what: "starting", why: e.kind().to_string() })?;
    runtime.block_on(work)
}

/// An error of the store as a job's.
pub(super) fn failed(what: &'static str) -> impl Fn(object_store::Error) -> JobError {
    move |e| JobError::Store { what, why: shortened(&e.to_string()) }
}

/// The first line of what a store said: no more than fits on one, nothing that a terminal would obey.
fn shortened(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    first.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Sends, and makes the end of an upload in pieces hold only where there is nothing of its name yet: the common
/// interface says that of uploads in one piece alone.
#[derive(Debug)]
struct Wire(reqwest::Client);

impl HttpService for Wire {
    fn call<'s, 'f>(
        &'s self,
        mut request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let completes = request.method() == http::Method::POST
            && request.uri().query().is_some_and(|query| query.starts_with("uploadId="));
        if completes {
            let only_new = http::HeaderValue::from_static("*");
            request.headers_mut().insert(http::header::IF_NONE_MATCH, only_new);
        }
        self.0.call(request)
    }
}

/// Makes the client, whatever options the common interface has in mind.
#[derive(Debug)]
struct Connector(HttpClient);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

fn client(settings: &Settings) -> Result<HttpClient, JobError> {
    let wrong = |e: reqwest::Error| JobError::Store { what: "starting", why: shortened(&e.to_string()) };
    let mut builder = reqwest::Client::builder()
        .user_agent("beskedarkiv")
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .https_only(!settings.local())
        .http1_only()
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE);
    if let Some(pem) = &settings.ca {
        let trusted = reqwest::Certificate::from_pem_bundle(pem).map_err(wrong)?;
        builder = builder.tls_certs_only(trusted);
    }
    builder.build().map(|client| HttpClient::new(Wire(client))).map_err(wrong)
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The version that was made or read, and the tag of a piece.
    pub(super) version: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The text of the first element of that name.
    pub(super) fn element(&self, name: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once("</").map(|(inside, _)| inside.trim())
    }

    /// What it says, in numbers and the store's own code.
    pub(super) fn said(&self) -> String {
        let code = self.element("Code").unwrap_or_default().chars();
        let code: String = code.filter(char::is_ascii_alphanumeric).take(40).collect();
        format!("{} {code}", self.status).trim_end().to_owned()
    }
}

/// The store, by both interfaces.
pub(super) struct Bucket {
    /// By the common one. A name is put only where there is none.
    pub(super) store: AmazonS3,
    client: HttpClient,
    credential: AwsCredential,
    base: String,
    region: String,
}

impl Bucket {
    pub(super) fn new(settings: &Settings) -> Result<Self, JobError> {
        let client = client(settings)?;
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: AGAIN,
            retry_timeout: 4 * PATIENCE,
        };
        let store = AmazonS3Builder::new()
            .with_http_connector(Connector(client.clone()))
            .with_retry(retry)
            .with_endpoint(&settings.endpoint)
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key)
            .with_secret_access_key(settings.secret_key.expose_secret())
            .with_virtual_hosted_style_request(false)
            .with_allow_http(settings.local())
            .build()
            .map_err(failed("connecting"))?;
        let credential = AwsCredential {
            key_id: settings.access_key.clone(),
            secret_key: settings.secret_key.expose_secret().to_owned(),
            token: None,
        };
        let base = format!("{}/{}", settings.endpoint, settings.bucket);
        Ok(Self { store, client, credential, base, region: settings.region.clone() })
    }

    /// Sends a request to a name in the bucket (empty: the bucket), with a query and headers.
    pub(super) async fn send(
        &self,
        method: &str,
        name: &str,
        query: &str,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Result<Answer, JobError> {
        let wrong = |why: String| JobError::Store { what: "asking the store", why: shortened(&why) };
        let slash = if name.is_empty() { "" } else { "/" };
        let mark = if query.is_empty() { "" } else { "?" };
        let uri = format!("{}{slash}{name}{mark}{query}", self.base);
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Bytes::copy_from_slice(body).into());
        let mut request: HttpRequest = request.map_err(|e| wrong(e.to_string()))?;
        AwsAuthorizer::new(&self.credential, "s3", &self.region)
            .try_authorize(&mut request, None)
            .map_err(|e| wrong(e.to_string()))?;
        let response = self.client.execute(request).await.map_err(|e| wrong(e.to_string()))?;
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let (version, tag) = (header("x-amz-version-id"), header("etag"));
        let (mut body, mut pieces) = (Vec::new(), response.into_body().bytes_stream());
        while let Some(piece) = pieces.next().await {
            body.extend_from_slice(&piece.map_err(|e| wrong(e.to_string()))?);
            if body.len() > MOST {
                return Err(wrong(format!("an answer of more than {MOST} bytes")));
            }
        }
        Ok(Answer { status, version, tag, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, said: &str, until: Option<&str>) {
        let answer = Answer { status: 403, version: None, tag: None, body: body.as_bytes().to_vec() };
        assert_eq!(answer.said(), said);
        assert_eq!(answer.element("RetainUntilDate"), until);
    }

    #[test]
    fn answers_are_said_in_numbers_and_codes() {
        check("<Error><Code>AccessDenied</Code></Error>", "403 AccessDenied", None);
        check("<Error><Code>\x1b[31mA b</Code>", "403 31mAb", None);
        check("<Code>cut", "403", None);
        check("", "403", None);
        check("<R><RetainUntilDate> 2030-01-01T00:00:00Z</R>", "403", Some("2030-01-01T00:00:00Z"));
        assert_eq!(shortened("one\x1b[2J\ntwo"), "one[2J");
        assert_eq!(shortened(&"x".repeat(1000)).len(), 300);
    }
}
