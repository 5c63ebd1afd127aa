//! One ride through the whole office for each provider that has a stand-in: signed, ridden,
//! collected, told again, ended.

use std::path::Path;

use reqwest::Method;
use ridecode::clock::now;
use ridecode::config::{Config, Messages, ProviderKeys, WeChatPay};
use ridecode_pay::wechat;
use serde_json::{Value, json};

use super::{StandIn, merchant_keys};
use crate::world::{FOSHAN_BUS, Phone, Reply, World};

/// An office at a provider's stand-in; the sandbox beside it sends the short messages alone.
struct City {
    stand_in: StandIn,
    world: World,
    /// Where the provider calls back.
    callbacks: &'static str,
}

impl City {
    async fn at_wechat() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (secret, public) = merchant_keys();
        let stand_in = StandIn::start("wechatpay.mjs", &public).await;
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a key file");
            path
        };
        let keys = ProviderKeys::WeChatPay(WeChatPay {
            settings: wechat::Settings {
                merchant: "1900000109".to_owned(),
                merchant_serial: "3775B6A45ACD588826D15E583A95F5DD".to_owned(),
                app: "wxcbda96de0b165486".to_owned(),
                sub_merchant: Some("1900000110".to_owned()),
                plan: 12535,
                callback_url: "https://ride.example/v1/callbacks/wechat".to_owned(),
            },
            merchant_key: file("merchant.pem", &secret),
            apiv3_key: file("apiv3.key", stand_in.told("apiv3Key")),
            platform_keys: vec![(
                stand_in.told("serial").to_owned(),
                file("platform.pem", stand_in.told("publicKey")),
            )],
        });
        let url = stand_in.url();
        let world = World::start_with(folder, |config| use_provider(config, &url, keys)).await;
        Self {
            stand_in,
            world,
            callbacks: "/v1/callbacks/wechat",
        }
    }

    /// A rider who was led to the provider's page, and the mandate.
    async fn asked(&self, phone: &str) -> (Phone, String) {
        let rider = self.world.rider(phone).await;
        let asked = rider.api.post("/v1/mandates", &json!({})).await.expect(201);
        let page = asked["sign_url"].as_str().expect("a page");
        assert!(page.starts_with("https://"), "{page}");
        let mandate = asked["mandate"].as_str().expect("a mandate").to_owned();
        assert_eq!(state(&rider, &mandate).await, "pending");
        (rider, mandate)
    }

    /// The provider's call, as it told it to the test.
    async fn deliver(&self, call: &Value) -> Reply {
        let headers = call["headers"].as_object().expect("headers").iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
            .collect();
        let body = call["body"].as_str().expect("a text").as_bytes().to_vec();
        let api = self.world.api();
        api.send((Method::POST, self.callbacks), &headers, body)
            .await
    }

    /// One bus ride of a rider, uploaded and worked on.
    async fn ride(&self, rider: &mut Phone) {
        let mut bus = self.world.reader(3).await;
        let time = now();
        bus.admit(&bus.bus("fs-bus-1"), rider.show(time), time);
        bus.upload().await;
        self.world.work().await;
    }
}

/// Turns an office to another provider; its short messages stay with the sandbox.
fn use_provider(config: &mut Config, url: &str, keys: ProviderKeys) {
    config.messages = Some(Messages {
        url: config.provider.url.clone(),
        merchant: config.provider.merchant.clone(),
        key: config.provider.key,
    });
    url.clone_into(&mut config.provider.url);
    config.provider.keys = keys;
}

async fn state(rider: &Phone, mandate: &str) -> Value {
    let path = format!("/v1/mandates/{mandate}");
    rider.api.get(&path).await.expect(200)["state"].clone()
}

/// The office's own name for a ride's charge, as the provider's order number.
fn order_of(told: &Value) -> String {
    let orders = told["orders"].as_array().expect("a list");
    orders[0].as_str().expect("an order").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ride_is_signed_for_paid_and_ended_at_wechat() {
    let city = City::at_wechat().await;
    let (mut rider, mandate) = city.asked("+8613800138090").await;

    // Signed: told by callback, and once more; forged, it changes nothing.
    let call = city.stand_in.control(json!({ "sign": mandate })).await;
    let mut forged = call.clone();
    forged["body"] = json!(
        call["body"]
            .as_str()
            .expect("a text")
            .replace("SIGN", "TERMINATE")
    );
    city.deliver(&forged).await.problem("callback-refused", "");
    for _ in 0..2 {
        city.deliver(&call).await.expect(204);
        assert_eq!(state(&rider, &mandate).await, "active");
    }

    rider.register(FOSHAN_BUS).await;
    rider.fetch_credentials(FOSHAN_BUS).await;
    city.ride(&mut rider).await;
    assert_eq!(rider.rides().await[0]["state"], "collected");

    // Collected: told by callback as well, which changes nothing.
    let order = order_of(&city.stand_in.control(json!({})).await);
    let call = city.stand_in.control(json!({ "callback": order })).await;
    city.deliver(&call).await.expect(204);
    assert_eq!(rider.rides().await[0]["state"], "collected");
    assert_eq!(city.world.audit().await.findings, []);

    // Ended by the rider, there and here.
    let path = format!("/v1/mandates/{mandate}");
    for _ in 0..2 {
        let ended = rider.api.delete(&path, &json!({})).await.expect(200);
        assert_eq!(ended["state"], "ended");
    }
    let told = city.stand_in.control(json!({})).await;
    assert_eq!(told["signings"], json!(["TERMINATED"]));
    city.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mandate_follows_what_wechat_says_of_it() {
    let city = City::at_wechat().await;
    let (rider, mandate) = city.asked("+8613800138091").await;
    let call = city.stand_in.control(json!({ "sign": mandate })).await;
    // The callback is late: the rider's look asks, and finds it signed.
    assert_eq!(state(&rider, &mandate).await, "active");
    let ended = city.stand_in.control(json!({ "terminate": mandate })).await;
    city.deliver(&ended).await.expect(204);
    assert_eq!(state(&rider, &mandate).await, "ended");
    // Out of order: an end is for good.
    city.deliver(&call).await.problem("mandate-state", "");
    assert_eq!(state(&rider, &mandate).await, "ended");
    city.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_of_another_provider_are_not_taken() {
    let city = City::at_wechat().await;
    let (_, mandate) = city.asked("+8613800138092").await;
    let call = city.stand_in.control(json!({ "sign": mandate })).await;
    let elsewhere = City {
        callbacks: "/v1/callbacks/sandbox",
        ..city
    };
    let refused = elsewhere.deliver(&call).await;
    refused.problem("callback-unknown", "");
    elsewhere.world.stop().await;
}

#[tokio::test]
async fn a_key_file_that_is_not_there_is_named() {
    let mut config = crate::world::settings(tempfile::tempdir().expect("a folder").keep());
    let (secret, _) = merchant_keys();
    let keys = |merchant_key: &Path| {
        ProviderKeys::WeChatPay(WeChatPay {
            settings: wechat::Settings {
                merchant: "1900000109".to_owned(),
                merchant_serial: "3775".to_owned(),
                app: "wx1".to_owned(),
                sub_merchant: None,
                plan: 1,
                callback_url: "https://ride.example/v1/callbacks/wechat".to_owned(),
            },
            merchant_key: merchant_key.to_owned(),
            apiv3_key: merchant_key.to_owned(),
            platform_keys: Vec::new(),
        })
    };
    let mut check = |merchant_key: &Path, expected: &str| {
        use_provider(&mut config, "http://127.0.0.1:9", keys(merchant_key));
        let fault = ridecode::desk::open(&config, &mut ridecode::entropy::SystemEntropy);
        let fault = fault.err().map(|fault| format!("{fault:#}"));
        let fault = fault.expect("the keys are wrong");
        assert!(fault.contains(expected), "{fault}");
        assert!(!fault.contains("MII"), "a key is shown");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("merchant.pem");
    check(&file, "wechat.merchant_key_file");
    std::fs::write(&file, "no key").expect("a file");
    check(&file, "BEGIN PRIVATE KEY");
    std::fs::write(&file, secret).expect("a file");
    check(&file, "wechat.apiv3_key_file");
}
