use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::FromRequest;
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tower_http::timeout::TimeoutBody;

use super::*;

const MULTIPART: Pairs<'static> = &[("content-type", "multipart/form-data; boundary=b")];

const TOO_LARGE: &str = r#"413 {"detail":"Payload Too Large"}"#;
const INVALID: &str = r#"400 {"detail":"Invalid multipart data."}"#;

#[derive(Deserialize)]
struct Upload {
    #[serde(default)]
    files: Vec<UploadFile>,
    small: Option<FileBytes>,
    note: Option<String>,
}

/// A file: the start of what it is made of, again and again.
fn content(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index % 251) as u8).collect()
}

fn file(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.bin\"\r\n\
         Content-Type: a/b\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn text(name: &str, text: &str) -> Vec<u8> {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").into()
}

fn body<const N: usize>(parts: [Vec<u8>; N]) -> Vec<u8> {
    [&parts.concat()[..], b"--b--\r\n"].concat()
}

fn request(body: Body, limits: FormLimits) -> Request<Body> {
    let request = Request::post("/").header("content-type", "multipart/form-data; boundary=b");
    let mut request = request.extension(limits).body(body).unwrap();
    DefaultBodyLimit::disable().apply(&mut request);
    request
}

async fn received<T: serde::de::DeserializeOwned>(body: Vec<u8>, limits: FormLimits) -> T {
    let request = request(Body::from(body), limits);
    let Form(form) = Form::<T>::from_request(request, &()).await.ok().unwrap();
    form
}

/// A body in pieces of this size.
fn in_pieces(body: Vec<u8>, size: usize) -> Body {
    let pieces: Vec<_> =
        body.chunks(size).map(|piece| io::Result::Ok(Bytes::copy_from_slice(piece))).collect();
    Body::from_stream(stream::iter(pieces))
}

/// How many temporary files of this folder are open, which have no names.
#[cfg(target_os = "linux")]
fn open_files(folder: &TempDir) -> usize {
    let files = fs::read_dir("/proc/self/fd").unwrap();
    let paths = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    paths.filter(|path| path.starts_with(folder.path())).count()
}

fn in_folder(folder: &TempDir) -> FormLimits {
    FormLimits::default().max_spooled(0).temp_dir(folder.path())
}

#[tokio::test]
async fn a_file_is_read_from_memory_and_from_disk_alike() {
    let (first, second) = (content(700_000), content(300));
    let sent = body([file("files", &first), file("files", b""), file("files", &second)]);
    for spooled in [0, 100, 699_999, 700_000, 2_000_000] {
        let limits = FormLimits::default().max_spooled(spooled);
        let Upload { files, .. } = received(sent.clone(), limits).await;
        let sizes: Vec<_> = files.iter().map(UploadFile::size).collect();
        assert_eq!(sizes, [700_000, 0, 300]);
        for (file, content) in files.iter().zip([&first[..], b"", &second]) {
            assert_eq!(file.read().await.unwrap(), content);
            assert_eq!(file.read().await.unwrap(), content, "again");
        }
    }
}

#[tokio::test]
async fn a_file_that_nobody_chose_is_left_out() {
    #[derive(Deserialize)]
    struct One {
        file: Option<UploadFile>,
    }
    let nothing = || {
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n".to_vec()
    };
    #[derive(Deserialize)]
    struct Many {
        file: Vec<UploadFile>,
    }
    let limits = FormLimits::default;
    let One { file: one } = received(body([file("file", b"x"), nothing()]), limits()).await;
    assert!(one.is_none());
    let One { file: one } = received(body([nothing(), file("file", b"")]), limits()).await;
    assert_eq!(one.unwrap().size(), 0);
    let sent = body([file("file", b"x"), nothing(), file("file", b"y"), nothing()]);
    let Many { file: many } = received(sent, limits()).await;
    assert_eq!(many.len(), 2);
}

#[tokio::test]
async fn a_file_says_what_the_client_has_said() {
    let part = b"--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"../a b\"\r\n\
                 Content-Type: a/b; c=d\r\nX-More: 1\r\nContent-Transfer-Encoding: base64\r\n\r\n\
                 eA==\r\n";
    let Upload { files, .. } = received(body([part.to_vec()]), FormLimits::default()).await;
    let file = &files[0];
    assert_eq!(file.file_name().as_str(), "../a b");
    assert_eq!(file.file_name().to_string(), "../a b");
    assert_eq!(json!(file.file_name()), json!("../a b"));
    assert_eq!(file.content_type(), Some("a/b; c=d"));
    assert_eq!(file.headers()["x-more"], "1");
    assert_eq!(file.read().await.unwrap(), "eA==");
    let shown =
        r#"UploadFile { file_name: "../a b", content_type: Some("a/b; c=d"), size: 4, .. }"#;
    assert_eq!(format!("{file:?}"), shown);
}

#[tokio::test]
async fn readers_of_one_file_do_not_disturb_each_other() {
    let content = content(1_000_000);
    let sent = body([file("files", b"before"), file("files", &content)]);
    let Upload { files, .. } = received(sent, FormLimits::default().max_spooled(0)).await;
    let (mut one, mut other) = (files[1].reader(), files[1].clone().reader());
    let (mut first, mut second) = (vec![0; 400_000], Vec::new());
    one.read_exact(&mut first).await.unwrap();
    other.read_to_end(&mut second).await.unwrap();
    drop(files);
    one.read_to_end(&mut first).await.unwrap();
    assert!(first == content && second == content);
    assert_eq!(one.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_saved_file_is_whole_and_replaces_what_was_there() {
    let content = content(500_000);
    let sent = body([file("files", b"before"), file("files", &content), file("files", b"after")]);
    for spooled in [0, 1_000_000] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("saved");
        fs::write(&path, "old").unwrap();
        let Upload { files, .. } =
            received(sent.clone(), FormLimits::default().max_spooled(spooled)).await;
        files[1].save_to(&path).await.unwrap();
        assert!(fs::read(&path).unwrap() == content);
        files[2].save_to(&path).await.unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        let missing = files[0].save_to(folder.path().join("no/such")).await.unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert!(files[0].save_to(folder.path()).await.is_err(), "onto a folder");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left there");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_saved_file_has_the_rights_of_a_new_one() {
    use std::os::unix::fs::PermissionsExt;

    let folder = TempDir::new().unwrap();
    let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    let Upload { files, .. } = received(body([file("files", b"x")]), FormLimits::default()).await;
    files[0].save_to(folder.path().join("saved")).await.unwrap();
    fs::write(folder.path().join("new"), "x").unwrap();
    assert_eq!(mode("saved"), mode("new"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_files_of_a_request_share_a_temporary_file_without_a_name() {
    let folder = TempDir::new().unwrap();
    let parts: Vec<_> = (0..100).map(|_| file("files", b"x")).collect();
    let sent = [&parts.concat()[..], b"--b--"].concat();
    let Upload { files, .. } = received(sent, in_folder(&folder)).await;
    assert_eq!(files.len(), 100);
    assert_eq!(open_files(&folder), 1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let (last, reader) = (files[99].clone(), files[98].reader());
    drop(files);
    drop(reader);
    assert_eq!(open_files(&folder), 1);
    drop(last);
    assert_eq!(open_files(&folder), 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_goes_to_disk_leaves_its_room_in_memory_to_the_next() {
    let folder = TempDir::new().unwrap();
    let sent = body([file("files", &content(150)), file("files", &content(90))]);
    let limits = FormLimits::default().max_spooled(100).temp_dir(folder.path());
    let request = request(in_pieces(sent, 40), limits);
    let Form(Upload { mut files, .. }) = Form::from_request(request, &()).await.ok().unwrap();
    assert!(files[0].read().await.unwrap() == content(150));
    assert_eq!(open_files(&folder), 1);
    files.remove(0);
    assert_eq!(open_files(&folder), 0);
    assert!(files[0].read().await.unwrap() == content(90));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_that_leaves_leaves_no_temporary_file_behind() {
    let folder = TempDir::new().unwrap();
    let half = [file("files", &content(1_000_000)), file("files", b"x")].concat();
    let whole = Bytes::from(half);

    let waits = stream::iter([io::Result::Ok(whole.clone())]).chain(stream::pending());
    let mut reading = Box::pin(Form::<Upload>::from_request(
        request(Body::from_stream(waits), in_folder(&folder)),
        &(),
    ));
    let is_open = async {
        while open_files(&folder) == 0 {
            assert!(futures_util::poll!(&mut reading).is_pending());
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), is_open).await.unwrap();
    drop(reading);
    let is_closed = async {
        while open_files(&folder) > 0 {
            tokio::task::yield_now().await;
        }
    };
    // A thread may still be writing.
    tokio::time::timeout(Duration::from_secs(10), is_closed).await.unwrap();

    let breaks = stream::iter([Ok(whole), Err(io::Error::other("gone"))]);
    let breaks = request(Body::from_stream(breaks), in_folder(&folder));
    let rejection = Form::<Upload>::from_request(breaks, &()).await.err().unwrap();
    assert_eq!(rejection_of(rejection), (400, json!("There was an error parsing the body")));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// Status and detail.
fn rejection_of(rejection: Rejection) -> (u16, Value) {
    let response = axum::response::IntoResponse::into_response(rejection);
    let refusal = response.extensions().get::<Refusal>().unwrap();
    (refusal.status.as_u16(), refusal.detail.clone())
}

#[tokio::test]
async fn a_client_that_stops_sending_gets_a_408() {
    let part = file("files", b"x");
    for (content_type, start) in [
        ("multipart/form-data; boundary=b", &part[..]),
        ("multipart/form-data; boundary=b", b""),
        ("application/x-www-form-urlencoded", b"note=a"),
    ] {
        let start = io::Result::Ok(Bytes::copy_from_slice(start));
        let body = Body::from_stream(stream::iter([start]).chain(stream::pending()));
        let body = Body::new(TimeoutBody::new(Duration::from_millis(1), body));
        let request = Request::post("/").header("content-type", content_type).body(body).unwrap();
        let rejection = Form::<Upload>::from_request(request, &()).await.err().unwrap();
        assert_eq!(rejection_of(rejection), (408, json!("Request Timeout")));
    }
}

#[tokio::test]
async fn it_does_not_matter_in_which_pieces_a_body_arrives() {
    let content = [&content(40_000)[..], b"\r\n--\r\n--a\r\n"].concat();
    let sent = body([text("note", "é"), file("files", &content), file("small", b"y")]);
    for size in [3, 50, 1_000, 10_000] {
        let request = request(in_pieces(sent.clone(), size), FormLimits::default());
        let Form(form) = Form::<Upload>::from_request(request, &()).await.ok().unwrap();
        assert!(form.files[0].read().await.unwrap() == content, "{size}");
        assert_eq!(form.note.as_deref(), Some("é"));
        assert_eq!(form.small.as_deref(), Some(&b"y"[..]));
    }
}

/// The answer to a body in pieces of this size.
async fn answer(body: Vec<u8>, size: usize) -> (u16, String) {
    let sent = request(in_pieces(body, size), FormLimits::default().max_files(3).max_spooled(20));
    let form = match Form::<Upload>::from_request(sent, &()).await {
        Ok(Form(form)) => form,
        Err(rejection) => {
            let (status, detail) = rejection_of(rejection);
            return (status, detail.to_string());
        }
    };
    let mut answer = format!("{:?} {:?}", form.note, form.small);
    for file in form.files {
        answer.push_str(&format!(" {file:?} {:?}", file.read().await.unwrap()));
    }
    (200, answer)
}

proptest! {
    #[test]
    fn any_multipart_body_is_answered_alike_in_any_pieces(
        tokens in proptest::collection::vec(proptest::sample::select(vec![
            "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n",
            "--b\r\nContent-Disposition: form-data; name=small\r\nX: y\r\n\r\n",
            "--b\r\n", "\r\n--b\r\n", "\r\n--b--", "--b--", "--b", "\r\n", "\r", "\n", "-", "--",
            "x: y\r\n\r\n", ": ", "xyz", "\0", "é", " ", "b", "0123456789",
        ]), 0..12),
        size in 1_usize..20,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let body = tokens.concat().into_bytes();
        let whole = runtime.block_on(answer(body.clone(), body.len().max(1)));
        prop_assert!([200, 400, 422].contains(&whole.0), "{whole:?}");
        prop_assert_eq!(runtime.block_on(answer(body, size)), whole);
    }
}

async fn counted(Form(form): Form<Upload>) -> String {
    format!("{} {:?} {:?}", form.files.len(), form.small.map(FileBytes::into_bytes), form.note)
}

#[tokio::test]
async fn files_have_limits() {
    let app = |limits: FormLimits| Router::new().route("/", post(counted)).layer(Extension(limits));
    let limits = FormLimits::default;
    let parts = [file("files", b"12345"), file("small", b"1234"), text("note", "abc")];
    // 64 for each of two headers or one, and the text of the headers.
    let headers = 2 * (2 * 64 + "content-disposition".len() + "content-type".len() + "a/b".len())
        + "form-data; name=\"files\"; filename=\"files.bin\"".len()
        + "form-data; name=\"small\"; filename=\"small.bin\"".len()
        + 64
        + "content-disposition".len()
        + "form-data; name=\"note\"".len();
    let memory = headers + "1234".len() + "abc".len();
    let fits = r#"200 1 Some(b"1234") Some("abc")"#;
    let sent = body(parts);
    for (app, answer) in [
        (app(limits().max_files(2)), fits),
        (
            app(limits().max_files(1)),
            r#"400 {"detail":"Too many files. Maximum number of files is 1."}"#,
        ),
        (app(limits().max_fields(1)), fits),
        (
            app(limits().max_fields(0)),
            r#"400 {"detail":"Too many fields. Maximum number of fields is 0."}"#,
        ),
        (app(limits().max_part_size(3)), fits),
        (app(limits().max_part_size(2)), r#"400 {"detail":"Part exceeded maximum size of 0KB."}"#),
        (app(limits().max_file_size(5)), fits),
        (app(limits().max_file_size(4)), TOO_LARGE),
        (app(limits().max_memory(memory)), fits),
        (app(limits().max_memory(memory - 1)), TOO_LARGE),
        (app(limits()).layer(DefaultBodyLimit::max(sent.len())), fits),
        (app(limits()).layer(DefaultBodyLimit::max(100)), TOO_LARGE),
        (app(limits().max_spooled(0).temp_dir("/no/such/folder")), "500 Internal Server Error"),
    ] {
        assert_eq!(ask(&app, "POST /", MULTIPART, &sent).await, answer);
    }
}

#[tokio::test]
async fn headers_that_do_not_end_are_refused_before_they_fill_the_memory() {
    let start = io::Result::Ok(Bytes::from_static(b"--b\r\nX-Endless: "));
    for start in [Some(start), None] {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let pieces = stream::repeat_with(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            io::Result::Ok(Bytes::from_static(&[b'x'; 1_000]))
        });
        let sent = Body::from_stream(stream::iter(start).chain(pieces.take(1_000)));
        let sent = request(sent, FormLimits::default());
        let rejection = Form::<Upload>::from_request(sent, &()).await.err().unwrap();
        assert_eq!(rejection_of(rejection), (400, json!("Invalid multipart data.")));
        assert!(taken.load(Ordering::Relaxed) < 50, "{taken:?}");
    }
}

#[tokio::test]
async fn a_body_that_stops_before_its_end_is_refused() {
    let app = Router::new().route("/", post(counted));
    let whole = body([file("files", b"12345"), text("note", "abc")]);
    let last = whole.len() - 2;
    for end in (1..last).rev() {
        assert_eq!(ask(&app, "POST /", MULTIPART, &whole[..end]).await, INVALID, "{end}");
    }
    assert_eq!(ask(&app, "POST /", MULTIPART, &whole[..last]).await, r#"200 1 None Some("abc")"#);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_nobody_asks_for_is_not_kept() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[allow(dead_code)]
        note: Option<String>,
    }
    let folder = TempDir::new().unwrap();
    let sent = body([file("other", &content(100)), file("files", b"x")]);
    let limits = in_folder(&folder).max_memory(500);
    let Upload { files, note, .. } = received(sent, limits).await;
    assert_eq!((files.len(), note), (1, None));
    let path = folder.path().join("saved");
    files[0].save_to(&path).await.unwrap();
    assert_eq!(fs::read(path).unwrap(), b"x");
    drop(files);

    let sent = request(Body::from(body([file("other", &content(100))])), in_folder(&folder));
    let rejection = Form::<Strict>::from_request(sent, &()).await.err().unwrap();
    let headers = json!({
        "content-disposition": "form-data; name=\"other\"; filename=\"other.bin\"",
        "content-type": "a/b",
    });
    let shown = json!({ "filename": "other.bin", "size": 100, "headers": headers });
    let problem = problem("extra_forbidden", json!(["body", "other"]), shown);
    assert_eq!(rejection_of(rejection), (422, json!([problem])));
    assert_eq!(open_files(&folder), 0);
}

#[tokio::test]
async fn a_file_in_the_field_of_a_secret_is_not_shown() {
    #[derive(Deserialize)]
    struct Login {
        #[allow(dead_code)]
        password: Secret,
    }
    let app = Router::new().route("/", post(async |Form(_): Form<Login>| ()));
    let answer = ask(&app, "POST /", MULTIPART, &body([file("password", b"x")])).await;
    let problem = problem("string_type", json!(["body", "password"]), json!("**********"));
    assert_eq!(answer, invalid([problem]));
}

#[tokio::test]
async fn a_map_and_a_tuple_take_files_too() {
    #[derive(Deserialize)]
    struct Pair {
        files: (UploadFile, FileBytes),
    }
    let sent = body([file("files", b"12"), file("files", b"3")]);
    let map: BTreeMap<String, UploadFile> = received(sent.clone(), FormLimits::default()).await;
    assert_eq!(map["files"].read().await.unwrap(), "3");
    let Pair { files: (first, second) } = received(sent, FormLimits::default()).await;
    assert_eq!((first.size(), &*second), (2, &b"3"[..]));
}

#[test]
fn a_file_is_read_by_nothing_but_a_form() {
    assert!(serde_json::from_str::<UploadFile>(r#""x""#).is_err());
    assert!(serde_json::from_str::<FileBytes>(r#""x""#).is_err());
}

#[tokio::test]
async fn a_file_in_a_flattened_struct_is_refused() {
    #[derive(Deserialize)]
    struct Outer {
        #[allow(dead_code)]
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[allow(dead_code)]
        file: UploadFile,
    }
    let app = Router::new().route("/", post(async |Form(_): Form<Outer>| ()));
    let answer = ask(&app, "POST /", MULTIPART, &body([file("file", b"x")])).await;
    assert!(answer.contains("a file is read by fastapi_extract::Form only"), "{answer}");
}

#[tokio::test]
async fn no_other_extractor_brings_files() {
    #[derive(Deserialize)]
    struct Upload {
        #[allow(dead_code)]
        file: UploadFile,
    }
    async fn bytes(Json(bytes): Json<FileBytes>) -> Vec<u8> {
        bytes.to_vec()
    }
    let app = Router::new()
        .route("/json", post(async |Json(_): Json<Upload>| ()))
        .route("/query", get(async |Query(_): Query<Upload>| ()))
        .route("/bytes", post(bytes));
    let expected = |source: &str, class: &str, input: Value| {
        let msg = format!("Value error, Expected UploadFile, received: <class '{class}'>");
        let loc = json!([source, "file"]);
        invalid([problem_with("value_error", loc, &msg, input, json!({ "error": {} }))])
    };
    let answer = ask(&app, "GET /query?file=x", &[], b"").await;
    assert_eq!(answer, expected("query", "str", json!("x")));
    for (sent, class) in [
        (json!(null), "NoneType"),
        (json!(true), "bool"),
        (json!(1), "int"),
        (json!(1.5), "float"),
        (json!([]), "list"),
        (json!({}), "dict"),
    ] {
        let body = json!({ "file": sent }).to_string();
        let answer = ask(&app, "POST /json", JSON, body.as_bytes()).await;
        assert_eq!(answer, expected("body", class, sent));
    }
    assert_eq!(ask(&app, "POST /bytes", JSON, b"\"xy\"").await, "200 xy");
    let answer = ask(&app, "POST /bytes", JSON, b"5").await;
    assert!(answer.contains("bytes_type"), "{answer}");
}
