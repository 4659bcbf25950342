//! What a stranger's address may not do, and what a store keeps.
#![allow(missing_docs)]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use surge_store::{name_of, Allowed, Error, Folder, Place, Server, ServerLimits, Stores};
use tempfile::TempDir;
use tiny_http::{Header, Response};

const ALLOWED: Allowed = Allowed {
    bytes: 1_000,
    time: Duration::from_secs(5),
};
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

fn stores(own: &TempDir, others: &[&str], internet: bool) -> Stores {
    let others: Vec<Place> = others
        .iter()
        .map(|place| place.parse().expect("a place"))
        .collect();
    let own = Place::Folder(own.path().to_owned());
    Stores::new(&own, &others, internet, None).expect("stores")
}

/// A server that answers everything like this, and its address.
fn answering(answer: fn() -> Response<std::io::Cursor<Vec<u8>>>) -> String {
    let server = tiny_http::Server::http("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", server.server_addr());
    thread::spawn(move || {
        while let Ok(request) = server.recv() {
            let _ = request.respond(answer());
        }
    });
    address
}

fn serving(folder: &TempDir, limits: ServerLimits, token: Option<&str>) -> String {
    let token = token.map(str::to_owned);
    let server = Server::start(folder.path(), "127.0.0.1:0", limits, token).expect("a server");
    let address = format!("http://{}", server.address());
    thread::spawn(move || server.run(|_, _, _| {}));
    address
}

const ROOMY: ServerLimits = ServerLimits {
    file_bytes: 1_000,
    total_bytes: 10_000,
};

#[test]
fn a_folder_gives_back_what_it_got_with_its_name() {
    let own = folder();
    let stores = stores(&own, &[], false);
    let stored = stores.put(b"abc", Some("a b.csv")).expect("kept");
    assert_eq!((stored.sha256.as_str(), stored.size), (ABC, 3));
    assert_eq!(name_of(&stored.uri).as_deref(), Some("a b.csv"));
    assert_eq!(
        stores.get(&stored.uri, ABC, ALLOWED).expect("there"),
        b"abc"
    );
    assert_eq!(stores.put(b"abc", None).expect("kept again").sha256, ABC);
}

#[test]
fn a_damaged_file_is_written_anew_and_never_given_away() {
    let own = folder();
    let stores = stores(&own, &[], false);
    let stored = stores.put(b"abc", None).expect("kept");
    fs::write(own.path().join(ABC), b"xyz").expect("damaged");
    let error = stores.get(&stored.uri, ABC, ALLOWED).expect_err("damaged");
    assert!(matches!(error, Error::WrongHash { .. }), "{error}");
    stores.put(b"abc", None).expect("mended");
    assert_eq!(
        stores.get(&stored.uri, ABC, ALLOWED).expect("there"),
        b"abc"
    );
}

#[test]
fn no_path_leads_out_of_the_owners_folders() {
    let (own, elsewhere) = (folder(), folder());
    let stores = stores(&own, &[], false);
    fs::write(elsewhere.path().join(ABC), b"abc").expect("a file");
    fs::write(own.path().join("secret"), b"abc").expect("a file");
    let inside = fs::canonicalize(own.path()).expect("a folder");
    let outside = fs::canonicalize(elsewhere.path()).expect("a folder");
    for uri in [
        format!("file://{}/{ABC}", outside.display()),
        format!("file://{}/secret", inside.display()),
        format!(
            "file://{}/../{}/{ABC}",
            inside.display(),
            outside.file_name().expect("a name").to_string_lossy()
        ),
        format!("file://{}/%2e%2e/{ABC}", inside.display()),
        "file:///etc/passwd".to_owned(),
        "file:///dev/zero".to_owned(),
        format!("file://otherhost{}/{ABC}", inside.display()),
        format!("ftp://127.0.0.1/{ABC}"),
        "not an address".to_owned(),
    ] {
        let error = stores.get(&uri, ABC, ALLOWED).expect_err(&uri);
        assert!(matches!(error, Error::NotAllowed { .. }), "{uri}: {error}");
        assert!(!error.may_pass());
    }
}

#[cfg(unix)]
#[test]
fn links_and_devices_in_a_folder_are_no_files() {
    let own = folder();
    let stores = stores(&own, &[], false);
    std::os::unix::fs::symlink("/dev/zero", own.path().join(ABC)).expect("a link");
    let inside = fs::canonicalize(own.path()).expect("a folder");
    let uri = format!("file://{}/{ABC}", inside.display());
    let error = stores.get(&uri, ABC, ALLOWED).expect_err("a device");
    assert!(error.to_string().contains("no plain file"), "{error}");
}

#[test]
fn nothing_is_read_past_the_limit() {
    let own = folder();
    let stores = stores(&own, &[], false);
    let stored = stores.put(&[7; 1_001], None).expect("kept");
    let error = stores
        .get(&stored.uri, &stored.sha256, ALLOWED)
        .expect_err("too large");
    assert!(
        error.to_string().contains("more than the 1000 bytes"),
        "{error}"
    );
    let more = Allowed {
        bytes: 1_001,
        ..ALLOWED
    };
    assert_eq!(
        stores
            .get(&stored.uri, &stored.sha256, more)
            .expect("there")
            .len(),
        1_001
    );
}

#[test]
fn http_only_from_stores_that_are_named() {
    let (own, shelf) = (folder(), folder());
    let address = serving(&shelf, ROOMY, None);
    let to: Place = address.parse().expect("an address");
    let stored = Stores::new(&to, &[], false, None)
        .expect("stores")
        .put(b"abc", Some("x"))
        .expect("kept");
    assert_eq!(stored.uri, format!("{address}/{ABC}#x"));
    let error = stores(&own, &[], false)
        .get(&stored.uri, ABC, ALLOWED)
        .expect_err("not named");
    assert!(error.to_string().contains("none of the stores"), "{error}");
    // Even who asks any public host asks nobody at home.
    let error = stores(&own, &[], true)
        .get(&stored.uri, ABC, ALLOWED)
        .expect_err("private");
    assert!(error.to_string().contains("private network"), "{error}");
    assert!(!error.may_pass());
    let named = stores(&own, &[&address], false);
    assert_eq!(named.get(&stored.uri, ABC, ALLOWED).expect("there"), b"abc");
    let other = format!("{address}/{ABC}/more");
    assert!(named.get(&other, ABC, ALLOWED).is_err());
}

#[test]
fn redirects_wrong_bytes_and_missing_files_are_told_apart() {
    let own = folder();
    let redirecting = answering(|| {
        let to = Header::from_bytes("location", "http://127.0.0.1:1/secret").expect("a header");
        Response::from_string("")
            .with_status_code(302)
            .with_header(to)
    });
    let lying = answering(|| Response::from_string("xyz"));
    let empty = answering(|| Response::from_string("").with_status_code(404));
    let broken = answering(|| Response::from_string("").with_status_code(500));
    let endless = answering(|| Response::from_data(vec![7; 5_000]));
    let gone = "http://127.0.0.1:9".to_owned();
    for (place, wanted, may_pass) in [
        (redirecting, "redirects are not followed", false),
        (lying, "promised was", false),
        (endless, "more than the 1000 bytes", false),
        (empty, "is not there", true),
        (broken, "answered 500", true),
        (gone, "no file from", true),
    ] {
        let uri = format!("{place}/{ABC}");
        let error = stores(&own, &[&place], false)
            .get(&uri, ABC, ALLOWED)
            .expect_err(wanted);
        assert!(error.to_string().contains(wanted), "{wanted}: {error}");
        assert_eq!(error.may_pass(), may_pass, "{wanted}");
    }
}

#[test]
fn a_slow_host_ends_with_its_time() {
    let own = folder();
    let slow = answering(|| {
        thread::sleep(Duration::from_secs(3));
        Response::from_string("abc")
    });
    let hasty = Allowed {
        time: Duration::from_millis(300),
        ..ALLOWED
    };
    let error = stores(&own, &[&slow], false)
        .get(&format!("{slow}/{ABC}"), ABC, hasty)
        .expect_err("too slow");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[test]
fn a_server_keeps_to_its_limits_and_asks_for_its_token() {
    let shelf = folder();
    let limits = ServerLimits {
        file_bytes: 10,
        total_bytes: 15,
    };
    let address = serving(&shelf, limits, Some("secret"));
    let place: Place = address.parse().expect("an address");
    let open = |token: Option<&str>| {
        Stores::new(&place, &[], false, token.map(str::to_owned)).expect("stores")
    };
    let refused = |stores: &Stores, bytes: &[u8], status: u16| match stores.put(bytes, None) {
        Err(Error::Refused { status: found, .. }) => assert_eq!(found, status),
        other => panic!("{other:?} instead of {status}"),
    };
    refused(&open(None), b"abc", 401);
    refused(&open(Some("wrong")), b"abc", 401);
    let known = open(Some("secret"));
    refused(&known, &[1; 11], 413);
    known.put(&[1; 10], None).expect("kept");
    known
        .put(&[1; 10], None)
        .expect("the same again takes no room");
    refused(&known, &[2; 10], 507);
    known.put(b"abc", None).expect("there is room for that");
    assert!(Folder::open(shelf.path())
        .expect("a folder")
        .get(ABC, 3)
        .is_ok());
}

#[test]
fn a_server_that_others_reach_needs_a_token() {
    let shelf = folder();
    let error = Server::start(shelf.path(), "0.0.0.0:0", ROOMY, None)
        .err()
        .expect("refused");
    assert!(error.to_string().contains("set a token"), "{error}");
}

#[test]
fn names_of_files_are_plain() {
    for (uri, name) in [
        ("file:///s/abc#data.csv", Some("data.csv")),
        ("http://h/x/data%20set.csv", Some("data set.csv")),
        ("http://h/abc#..%2Fetc", None),
        ("http://h/abc#..", None),
        ("http://h/", None),
        ("http://h/abc#a%00b", None),
    ] {
        assert_eq!(name_of(uri).as_deref(), name, "{uri}");
    }
}

#[test]
fn what_is_no_hash_names_no_file_of_a_folder() {
    let outside = tempfile::tempdir().expect("a folder");
    let kept = outside.path().join("kept");
    std::fs::write(&kept, b"not of the store").expect("a file");
    let folder = surge_store::Folder::open(&outside.path().join("store")).expect("a store");
    let path = kept.display().to_string();
    for name in ["../kept", path.as_str(), "", "ABCDEF"] {
        assert!(folder.remove(name).is_err(), "{name}");
        assert!(folder.get(name, 100).is_err(), "{name}");
    }
    assert!(kept.is_file());
}

#[test]
fn who_says_nothing_or_half_of_it_keeps_nobody_waiting() {
    let shelf = folder();
    fs::write(shelf.path().join(ABC), b"abc").expect("a file");
    let address = serving(&shelf, ROOMY, Some("secret"));
    let host = address.strip_prefix("http://").expect("an address");
    let connect = || TcpStream::connect(host).expect("a connection");
    let part = |words: &str| {
        let mut stream = connect();
        stream.write_all(words.as_bytes()).expect("sent");
        stream
    };
    let (other, mut idle) = ("0".repeat(64), vec![]);
    for _ in 0..4 {
        idle.push(connect());
        idle.push(part("GET /"));
        idle.push(part(&format!("GET /{ABC} HTTP/1.1\r\n\r\n")));
        // A body that never comes, with the token and without.
        let put = format!("PUT /{other} HTTP/1.1\r\ncontent-length: 900\r\n");
        idle.push(part(&format!("{put}\r\n")));
        idle.push(part(&format!(
            "{put}authorization: Bearer secret\r\n\r\nab"
        )));
    }
    let place: Place = address.parse().expect("an address");
    let stores = Stores::new(&place, &[], false, Some("secret".to_owned())).expect("stores");
    let since = Instant::now();
    let stored = stores.put(b"xyz", None).expect("kept");
    assert_eq!(
        stores
            .get(&stored.uri, &stored.sha256, ALLOWED)
            .expect("there"),
        b"xyz"
    );
    assert!(since.elapsed() < Duration::from_secs(3), "nobody waited");

    // With as many as there may be, whoever has said nothing for longest makes room, and who
    // says nothing is sent away after five seconds.
    idle.extend((idle.len()..64).map(|_| connect()));
    thread::sleep(Duration::from_millis(200));
    let _further = connect();
    let ends_within = |stream: &mut TcpStream, secs: u64| {
        let time = Some(Duration::from_secs(secs));
        stream.set_read_timeout(time).expect("a timeout");
        let _ = stream.read(&mut [0; 1]).expect("it was closed");
    };
    ends_within(&mut idle[0], 2);
    ends_within(&mut idle[63], 9);
    stores.put(b"there is room again", None).expect("kept");
}

#[test]
fn a_crowd_that_says_nothing_does_not_keep_the_owner_out() {
    let shelf = folder();
    let address = serving(&shelf, ROOMY, Some("secret"));
    let host = address.strip_prefix("http://").expect("an address");
    // Halves of heads, and new ones as soon as one of them is sent away.
    let half = || {
        let mut stream = TcpStream::connect(host).expect("a connection");
        let _ = stream.write_all(b"GET /");
        stream.set_nonblocking(true).expect("set");
        stream
    };
    let mut crowd: Vec<_> = (0..64).map(|_| half()).collect();
    let mut sent_away = 0;
    let place: Place = address.parse().expect("an address");
    let stores = Stores::new(&place, &[], false, Some("secret".to_owned())).expect("stores");
    for round in 0..8 {
        let stored = stores.put(&[round; 9], None).expect("kept");
        let got = stores.get(&stored.uri, &stored.sha256, ALLOWED);
        assert_eq!(got.expect("there"), [round; 9]);
        for stream in &mut crowd {
            let waits = stream.peek(&mut [0]).map_err(|error| error.kind());
            if !matches!(waits, Err(std::io::ErrorKind::WouldBlock)) {
                *stream = half();
                sent_away += 1;
            }
        }
    }
    assert!(sent_away >= 8, "{sent_away}: there was no crowd");
}

#[test]
fn what_lies_damaged_in_a_served_folder_is_not_given_away_and_can_be_brought_anew() {
    let shelf = folder();
    let address = serving(&shelf, ROOMY, None);
    let place: Place = address.parse().expect("an address");
    let stores = Stores::new(&place, &[], false, None).expect("stores");
    let stored = stores.put(b"abc", None).expect("kept");
    fs::write(shelf.path().join(ABC), b"xyz").expect("damaged");
    let error = stores.get(&stored.uri, ABC, ALLOWED).expect_err("damaged");
    assert!(error.to_string().contains("answered 500"), "{error}");
    stores.put(b"abc", None).expect("brought anew");
    assert_eq!(
        stores.get(&stored.uri, ABC, ALLOWED).expect("there"),
        b"abc"
    );
}

#[test]
fn an_address_of_a_store_holds_neither_a_user_nor_a_query() {
    for (place, why) in [
        ("http://user@127.0.0.1:8480", "a user or password"),
        (
            "https://user:secret@example.org/files",
            "a user or password",
        ),
        ("https://example.org/files?token=secret", "a query"),
    ] {
        let error = place.parse::<Place>().expect_err(place);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn what_is_only_planned_is_written_nowhere() {
    let own = folder();
    let path = own.path().join("not/there");
    let place = Place::Folder(path.clone());
    let planned = place.planned(b"abc", Some("a b.csv")).expect("a plan");
    assert!(!path.exists());
    let stores = Stores::new(&place, &[], false, None).expect("stores");
    assert_eq!(stores.put(b"abc", Some("a b.csv")).expect("kept"), planned);
}

#[test]
fn readers_that_take_nothing_do_not_keep_the_owner_out() {
    let shelf = folder();
    let large = vec![7; 1 << 20];
    let stored = Folder::open(shelf.path())
        .and_then(|folder| folder.put(&large))
        .expect("kept");
    let limits = ServerLimits {
        file_bytes: 1 << 20,
        total_bytes: 2 << 20,
    };
    let address = serving(&shelf, limits, Some("secret"));
    let host = address.strip_prefix("http://").expect("an address");
    let asking = |method: &str, fields: &str| {
        let mut stream = TcpStream::connect(host).expect("a connection");
        let head = format!("{method} /{stored} HTTP/1.1\r\n{fields}\r\n");
        stream.write_all(head.as_bytes()).expect("sent");
        stream
    };
    let answered = |mut stream: TcpStream| {
        let mut status = [0; 12];
        stream.read_exact(&mut status).expect("an answer");
        (String::from_utf8_lossy(&status[9..]).into_owned(), stream)
    };
    let readers: Vec<_> = (0..48).map(|_| asking("GET", "")).collect();
    let readers: Vec<_> = readers.into_iter().map(answered).collect();
    assert!(readers.iter().all(|(status, _)| status == "200"));
    assert_eq!(answered(asking("GET", "")).0, "503");
    let token = "authorization: Bearer secret\r\n";
    assert_eq!(answered(asking("GET", token)).0, "200");
    // The length costs nothing, and says nothing of the bytes.
    let (_, mut told) = answered(asking("HEAD", ""));
    let mut head = String::new();
    told.read_to_string(&mut head).expect("a head");
    assert!(head.contains("content-length: 1048576\r\n"), "{head}");
    let place: Place = address.parse().expect("an address");
    let stores = Stores::new(&place, &[], false, Some("secret".to_owned())).expect("stores");
    stores.put(b"the owner's", None).expect("kept");
    // They have their file, and neither close nor say anything: they end, however long the
    // file gave them time while it went over.
    let since = Instant::now();
    while answered(asking("GET", "")).0 != "200" {
        assert!(since.elapsed() < Duration::from_secs(12), "readers stay");
        thread::sleep(Duration::from_millis(200));
    }
    drop(readers);
}
