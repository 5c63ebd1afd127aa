//! One ride through the whole office for each provider that has a stand-in: signed, ridden,
//! collected, told again, ended.

use std::path::Path;

use reqwest::Method;
use ridecode::clock::now;
use ridecode::config::{Alipay, Config, Messages, ProviderKeys, Role, WeChatPay};
use ridecode_pay::wechat;
use serde_json::{Value, json};

use super::{StandIn, alipay_settings, merchant_keys};
use crate::world::{FOSHAN_BUS, Phone, Reader, Reply, World};

/// An office at a provider's stand-in; the sandbox beside it sends the short messages alone.
struct City {
    stand_in: StandIn,
    world: World,
    /// Where the provider calls back.
    callbacks: &'static str,
    /// The status and the body that tell the provider its call was taken in.
    taken: (u16, &'static str),
    /// An order number of ours that the office never had.
    nobody: &'static str,
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
            taken: (204, ""),
            nobody: "00002001x999x1",
        }
    }

    async fn at_alipay() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (secret, public) = merchant_keys();
        let stand_in = StandIn::start("alipay.mjs", &public).await;
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a key file");
            path
        };
        let keys = ProviderKeys::Alipay(Alipay {
            settings: alipay_settings(),
            app_key: file("app.pem", &secret),
            alipay_key: file("alipay.pem", stand_in.told("publicKey")),
        });
        let url = stand_in.url();
        let world = World::start_with(folder, |config| use_provider(config, &url, keys)).await;
        Self {
            stand_in,
            world,
            callbacks: "/v1/callbacks/alipay",
            taken: (200, "success"),
            nobody: "00002001_999_1",
        }
    }

    /// A rider who was led to the provider's page, and the mandate.
    async fn asked(&self, phone: &str) -> (Phone, String) {
        let rider = self.world.rider(phone).await;
        let asked = rider.api.post("/v1/mandates", &json!({})).await.expect(201);
        let page = asked["sign_url"].as_str().expect("a page");
        assert!(page.starts_with("https://"), "{page}");
        let opened = self.stand_in.control(json!({ "page": page })).await;
        assert!(opened.get("refused").is_none(), "{opened}");
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

    /// The same, taken in as the provider wants to hear it.
    async fn tell(&self, call: &Value) {
        let reply = self.deliver(call).await;
        let body = String::from_utf8_lossy(&reply.bytes);
        assert_eq!((reply.status, &*body), self.taken);
    }

    /// A rider whose mandate is signed, with a phone that shows codes, and the mandate.
    async fn ready(&self, phone: &str) -> (Phone, String) {
        let (mut rider, mandate) = self.asked(phone).await;
        self.stand_in.control(json!({ "sign": mandate })).await;
        // No callback came: the rider's look asks, and finds it signed.
        assert_eq!(state(&rider, &mandate).await, "active");
        rider.register(FOSHAN_BUS).await;
        rider.fetch_credentials(FOSHAN_BUS).await;
        (rider, mandate)
    }

    /// One bus ride of a rider, uploaded and worked on: the bus and what it accepted.
    async fn ride(&self, rider: &mut Phone) -> (Reader, u64) {
        let mut bus = self.world.reader(3).await;
        let time = now();
        let accepted = bus.admit(&bus.bus("fs-bus-1"), rider.show(time), time);
        bus.upload().await;
        self.world.work().await;
        (bus, accepted)
    }

    /// Takes a ride back after it was paid.
    async fn take_back(&self, (bus, accepted): (&mut Reader, u64)) {
        let place = bus.bus("fs-bus-1");
        bus.void(&place, accepted, now().plus_s(5));
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
    // Alipay tells of a refund when it is asked.
    config.policy.ask_after_s = 1;
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

/// From the mandate to the refund, every step told by callback as well, twice.
async fn check_a_ride_from_mandate_to_refund(city: City, phone: &str) {
    let (mut rider, mandate) = city.asked(phone).await;
    let call = city.stand_in.control(json!({ "sign": mandate })).await;
    let body = call["body"].as_str().expect("a text");
    let mut forged = call.clone();
    forged["body"] = json!(body.replacen('1', "2", 1));
    city.deliver(&forged).await.problem("callback-refused", "");
    for _ in 0..2 {
        city.tell(&call).await;
        assert_eq!(state(&rider, &mandate).await, "active");
    }

    rider.register(FOSHAN_BUS).await;
    rider.fetch_credentials(FOSHAN_BUS).await;
    let (mut bus, accepted) = city.ride(&mut rider).await;
    assert_eq!(rider.rides().await[0]["state"], "collected");
    let order = order_of(&city.stand_in.control(json!({})).await);
    let call = city.stand_in.control(json!({ "callback": order })).await;
    for _ in 0..2 {
        city.tell(&call).await;
        assert_eq!(rider.rides().await[0]["state"], "collected");
    }

    city.take_back((&mut bus, accepted)).await;
    let refunds = async || rider.api.get("/v1/refunds").await.expect(200)["refunds"].clone();
    let refund = World::until(async || {
        city.world.work().await;
        let refund = refunds().await[0].clone();
        (refund["state"] == "done").then_some(refund)
    })
    .await;
    assert_eq!(refund["amount"]["minor"], 200);
    let number = refund["refund"].as_str().expect("a number");
    let told = city.stand_in.control(json!({})).await;
    assert_eq!(told["refunds"][number]["amount"], 200, "{told}");
    // A late callback about the order takes nothing from what was given back.
    let call = city.stand_in.control(json!({ "callback": order })).await;
    city.tell(&call).await;
    assert_eq!(refunds().await[0], refund);
    assert_eq!(city.world.audit().await.findings, []);

    let path = format!("/v1/mandates/{mandate}");
    for _ in 0..2 {
        let ended = rider.api.delete(&path, &json!({})).await.expect(200);
        assert_eq!(ended["state"], "ended");
    }
    let told = city.stand_in.control(json!({})).await;
    assert_eq!(told["signings"], json!(["TERMINATED"]));
    city.world.stop().await;
}

/// What the provider says of an agreement outside of requests of ours.
async fn check_a_mandate_that_follows_the_provider(city: City, phone: &str) {
    let (rider, mandate) = city.asked(phone).await;
    let signed = city.stand_in.control(json!({ "sign": mandate })).await;
    // The callback is late: the rider's look asks, and finds it signed.
    assert_eq!(state(&rider, &mandate).await, "active");
    let ended = city.stand_in.control(json!({ "terminate": mandate })).await;
    city.tell(&ended).await;
    assert_eq!(state(&rider, &mandate).await, "ended");
    let agent = city.world.staff_with(Role::Agent);
    let path = format!("/v1/riders/{}/mandates", rider.rider());
    let seen = agent.get(&path).await.expect(200)["mandates"][0].clone();
    assert_eq!(
        (&seen["mandate"], &seen["state"]),
        (&json!(mandate), &json!("ended"))
    );
    assert_eq!(seen["ride_limit"]["minor"], 10_000);
    // Out of order: an end is for good.
    city.deliver(&signed).await.problem("mandate-state", "");
    assert_eq!(state(&rider, &mandate).await, "ended");
    city.world.stop().await;
}

/// What a provider may do wrong between a ride and its money, and who may call in its name.
async fn check_bad_days(city: City, phone: &str) {
    let (mut rider, _) = city.ready(phone).await;
    for next in [
        "timeout-before",
        "html",
        "timeout-after",
        "html-after",
        "unsigned",
        "stranger",
    ] {
        city.stand_in.control(json!({ "next": next })).await;
        city.ride(&mut rider).await;
        let state = rider.rides().await[0]["state"].clone();
        assert_eq!(state, "unknown", "{next}");
        World::until(async || {
            city.world.work().await;
            (rider.rides().await[0]["state"] == "collected").then_some(())
        })
        .await;
    }
    let told = city.stand_in.control(json!({})).await;
    assert_eq!(told["orders"].as_array().map(Vec::len), Some(6));
    assert_eq!(city.world.audit().await.findings, []);

    let order = order_of(&told);
    for (wish, kind) in [
        (json!({ "skew": -100_000 }), "callback-refused"),
        (json!({ "skew": 400 }), "callback-refused"),
        (
            json!({ "callbackAs": { "out_trade_no": city.nobody } }),
            "callback-unknown",
        ),
        (
            json!({ "callbackAs": { "out_trade_no": "x" } }),
            "callback-malformed",
        ),
    ] {
        let mut wish = wish;
        wish["callback"] = json!(order);
        let call = city.stand_in.control(wish.clone()).await;
        city.deliver(&call).await.problem(kind, "");
    }
    assert_eq!(city.world.audit().await.findings, []);

    // Another amount than was asked for is booked as what it is.
    city.stand_in
        .control(json!({ "next": "other-amount" }))
        .await;
    city.ride(&mut rider).await;
    assert_eq!(rider.rides().await[0]["state"], "collected_other_amount");
    city.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_days_at_wechat_move_no_money_wrongly() {
    check_bad_days(City::at_wechat().await, "+8613800138096").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_days_at_alipay_move_no_money_wrongly() {
    check_bad_days(City::at_alipay().await, "+8613800138097").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ride_is_signed_for_paid_and_given_back_at_wechat() {
    check_a_ride_from_mandate_to_refund(City::at_wechat().await, "+8613800138090").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ride_is_signed_for_paid_and_given_back_at_alipay() {
    check_a_ride_from_mandate_to_refund(City::at_alipay().await, "+8613800138094").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mandate_follows_what_alipay_says_of_it() {
    check_a_mandate_that_follows_the_provider(City::at_alipay().await, "+8613800138095").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mandate_follows_what_wechat_says_of_it() {
    check_a_mandate_that_follows_the_provider(City::at_wechat().await, "+8613800138091").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wechat_tells_of_a_refund_by_callback() {
    let city = City::at_wechat().await;
    let (mut rider, _) = city.ready("+8613800138093").await;
    let (mut bus, accepted) = city.ride(&mut rider).await;
    city.stand_in
        .control(json!({ "nextRefund": "PROCESSING" }))
        .await;
    city.take_back((&mut bus, accepted)).await;
    let shown = async || -> Value {
        let page = rider.api.get("/v1/refunds").await.expect(200);
        page["refunds"][0].clone()
    };
    let waiting = shown().await;
    assert_eq!(waiting["state"], "accepted");
    let number = waiting["refund"].as_str().expect("a number");
    let settle = json!({ "settleRefund": { "number": number, "status": "SUCCESS" } });
    city.stand_in.control(settle).await;
    let call = city
        .stand_in
        .control(json!({ "refundCallback": number }))
        .await;
    for _ in 0..2 {
        city.tell(&call).await;
        assert_eq!(shown().await["state"], "done");
    }
    assert_eq!(city.world.audit().await.findings, []);
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
