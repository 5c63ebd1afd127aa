//! Connectors against stand-ins of their providers, over the program's own HTTP client: programs
//! in another language that share nothing with the connectors but the providers' documents.

mod alipay;
mod office;
mod wechatpay;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running stand-in; it ends with its standard input.
struct StandIn {
    /// What it told of itself when it began to serve.
    told: Value,
    client: reqwest::Client,
    _program: Child,
}

impl StandIn {
    /// Starts a stand-in that knows a merchant by a public key.
    async fn start(name: &str, merchant_public: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("merchant.pem");
        std::fs::write(&key, merchant_public).expect("a key file");
        let mut program = Command::new("node")
            .arg(stand_ins().join(name))
            .arg(&key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node.js 20 starts the stand-in");
        let output = program.stdout.take().expect("a pipe");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .await
            .expect("the stand-in says where it listens");
        Self {
            told: serde_json::from_str(&line).expect("one line of JSON"),
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            _program: program,
        }
    }

    /// Where it listens.
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.told["port"])
    }

    /// A text it told of itself.
    fn told(&self, name: &str) -> &str {
        self.told[name].as_str().expect("a text")
    }

    /// Says what happens next.
    async fn control(&self, wish: Value) -> Value {
        let reply = self
            .client
            .post(format!("{}/control", self.url()))
            .json(&wish)
            .send()
            .await
            .expect("the stand-in listens");
        assert!(reply.status().is_success(), "{wish}: {reply:?}");
        reply.json().await.expect("JSON")
    }
}

/// A merchant's RSA key pair in PEM, secret and public, drawn by Node.js.
fn merchant_keys() -> (String, String) {
    let script = "const {generateKeyPairSync:g}=require('crypto');\
        const k=g('rsa',{modulusLength:2048});console.log(JSON.stringify([\
        k.privateKey.export({type:'pkcs8',format:'pem'}),\
        k.publicKey.export({type:'spki',format:'pem'})]))";
    let output = std::process::Command::new("node")
        .args(["-e", script])
        .output()
        .expect("Node.js 20 runs");
    serde_json::from_slice(&output.stdout).expect("two keys")
}

/// Who we are at Alipay's stand-in.
fn alipay_settings() -> ridecode_pay::alipay::Settings {
    ridecode_pay::alipay::Settings {
        app: "2021000000000001".to_owned(),
        seller: "2088000000000001".to_owned(),
        sign_scene: "INDUSTRY|BUS".to_owned(),
        gateway: "https://openapi.alipay.com".to_owned(),
        callback_url: "https://ride.example/v1/callbacks/alipay".to_owned(),
    }
}

fn stand_ins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stand-ins")
}
