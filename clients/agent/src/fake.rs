//! A chain's node on loopback that answers what a test says.

use std::thread;

use cosmrs::proto::{
    cosmwasm::wasm::v1::{QuerySmartContractStateRequest, QuerySmartContractStateResponse},
    traits::Message,
};
use cosmwasm_std::Binary;
use serde_json::{json, Value};
use surge_chain::{Chain, Key, Network};
use tiny_http::{Response, Server};

const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

/// A chain whose node answers calls by method and parameters, or fails with an error object.
pub fn chain(
    mut answer: impl FnMut(&str, &Value) -> Result<Value, Value> + Send + 'static,
) -> Chain {
    Chain::connect(network(move |method, params| answer(method, params))).expect("a node")
}

/// Its network.
pub fn network(
    mut answer: impl FnMut(&str, &Value) -> Result<Value, Value> + Send + 'static,
) -> Network {
    let server = Server::http("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", server.server_addr());
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let call: Value = serde_json::from_reader(request.as_reader()).expect("JSON");
            let method = call["method"].as_str().expect("a method");
            let answer = match answer(method, &call["params"]) {
                Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
                Err(error) => json!({ "jsonrpc": "2.0", "id": 1, "error": error }),
            };
            drop(request.respond(Response::from_string(answer.to_string())));
        }
    });
    let network = format!(
        "chain_id = \"here-1\"\nkind = \"local\"\nprefix = \"wasm\"\nrpc = [\"{url}\"]\n[fee]\ndenom = \"ustake\"\ndisplay = \"STAKE\"\nexponent = 6\ngas_price = \"0.025\"\n"
    );
    Network::parse(&network, "here").expect("a network")
}

/// A key on it. To make it takes a tenth of a second.
pub fn key() -> Key {
    Key::from_mnemonic("wasm", "key", WORDS).expect("a key")
}

/// The path of a query of the chain's services, and the bytes of its request.
pub fn asked(params: &Value) -> (&str, Vec<u8>) {
    let digits = params["data"].as_str().expect("hex").as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = digits.map(|pair| byte(pair).expect("hex")).collect();
    (params["path"].as_str().expect("a path"), bytes)
}

/// The contract and the message of such a query.
pub fn smart(request: &[u8]) -> (String, Vec<u8>) {
    let asked = QuerySmartContractStateRequest::decode(request).expect("a query of a contract");
    (asked.address, asked.query_data)
}

/// What a contract answers.
pub fn told(data: Vec<u8>) -> Value {
    value(&QuerySmartContractStateResponse { data })
}

/// What a service of the chain answers.
pub fn value(answer: &impl Message) -> Value {
    let value = Binary::new(answer.encode_to_vec()).to_base64();
    json!({ "response": { "code": 0, "value": value } })
}

/// An address on it.
pub fn address(number: u8) -> String {
    let address = cosmrs::AccountId::new("wasm", &[number; 20]).expect("an address");
    address.to_string()
}
