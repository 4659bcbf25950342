//! An `https` endpoint is spoken to in TLS, and nothing is said before that.

use std::{io::Read, net::TcpListener, thread};

use surge_chain::{Chain, Error, Network};

/// First bytes of a TLS connection: a handshake record of any version 3.
const HANDSHAKE: [u8; 2] = [22, 3];

#[test]
fn an_https_node_gets_a_tls_handshake_first() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut first = [0; 2];
        stream.read_exact(&mut first).expect("two bytes");
        first
    });
    let network = format!(
        r#"
        chain_id = "somewhere-1"
        kind = "test"
        prefix = "wasm"
        rpc = ["https://127.0.0.1:{port}"]
        [fee]
        denom = "ucoin"
        display = "COIN"
        exponent = 6
        gas_price = "0.025"
        "#
    );
    let network = Network::parse(&network, "somewhere").expect("a network");
    let failed = Chain::connect(network).err();
    assert!(
        matches!(failed, Some(Error::Unreachable { .. })),
        "who shakes no hands is no node: {failed:?}"
    );
    assert_eq!(heard.join().expect("the listener"), HANDSHAKE);
}
