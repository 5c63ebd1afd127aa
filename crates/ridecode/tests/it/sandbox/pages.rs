//! The pages people see.

use ridecode_pay::Sms;
use serde_json::json;

use super::world::{World, order};

async fn page(world: &World, path: &str) -> (u16, String) {
    let url = format!("{}{path}", world.sandbox.url());
    let reply = world
        .merchant
        .client
        .get(url)
        .send()
        .await
        .expect("the page");
    (
        reply.status().as_u16(),
        reply.text().await.expect("its text"),
    )
}

async fn check_page(world: &World, path: &str, shown: &[&str]) {
    let (status, text) = page(world, path).await;
    assert_eq!(status, 200, "{path}");
    for part in shown {
        assert!(text.contains(part), "{path} lacks {part}");
    }
}

#[tokio::test]
async fn the_page_to_sign_follows_the_contract() {
    let world = World::new().await;
    let contract = world.open_contract(1).await.contract;
    let path = format!("/sign/{contract}");
    let english = format!("{path}?lang=en");
    check_page(
        &world,
        &path,
        &["同意并签约", "guangzhou", "¥100.00", "¥200.00"],
    )
    .await;
    check_page(&world, &english, &["Agree and sign", "Refuse"]).await;
    let control = format!("/control/contracts/{contract}");
    for (state, chinese, sentence) in [
        ("active", "已签约", "Fares are taken after each ride."),
        ("suspended", "合约已暂停", "account_frozen"),
        ("ended", "合约已结束", "Nothing more is taken."),
    ] {
        world.control(&control, json!({ "state": state })).await;
        check_page(&world, &path, &[chinese]).await;
        check_page(&world, &english, &[sentence, "https://ride.example/done"]).await;
    }
    let (status, text) = page(&world, "/sign/C0000000000000000?lang=en").await;
    assert_eq!(status, 404);
    assert!(text.contains("There is no such contract"));
    world.stop().await;
}

#[tokio::test]
async fn the_browser_chooses_the_language() {
    let world = World::new().await;
    let check = async |accept: &str, query: &str, expected: &str| {
        let url = format!("{}/sms{query}", world.sandbox.url());
        let request = world.merchant.client.get(url);
        let reply = request.header("accept-language", accept).send().await;
        let text = reply.unwrap().text().await.unwrap();
        assert!(text.contains(&format!("lang=\"{expected}\"")), "{accept}");
    };
    check("zh-HK,en;q=0.5", "", "zh-CN").await;
    check("en-GB,zh;q=0.5", "", "en").await;
    check("fr, EN", "", "en").await;
    check("fr", "", "zh-CN").await;
    check("en", "?lang=zh", "zh-CN").await;
    world.stop().await;
}

#[tokio::test]
async fn messages_are_shown_newest_first() {
    let world = World::new().await;
    check_page(&world, "/sms", &["还没有短信"]).await;
    let merchant = &world.merchant;
    for (phone, text) in [
        ("+8613800138000", "Ridecode 012345"),
        ("+8613800138001", "<script>alert(1)</script>"),
        ("+8613800138000", "Ridecode 739204"),
    ] {
        let sms = Sms {
            phone: phone.to_owned(),
            text: text.to_owned(),
        };
        let time = merchant.time();
        let reply = merchant
            .carry(merchant.connector.send_sms(&sms, time))
            .await;
        assert_eq!(merchant.connector.read_sms(time, reply.as_ref()), Ok(()));
    }
    let (_, text) = page(&world, "/sms").await;
    assert!(text.find("739204") < text.find("012345"));
    assert!(text.contains("&lt;script&gt;") && !text.contains("<script>"));
    let found = world.look("/control/sms?phone=%2B8613800138000").await;
    let texts: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|sms| &sms["text"])
        .collect();
    assert_eq!(texts, ["Ridecode 739204", "Ridecode 012345"]);
    world.stop().await;
}

#[tokio::test]
async fn the_counter_shows_and_moves_everything() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    let post = async |world: &World, path: &str, form: &[(&str, &str)]| {
        let url = format!("{}{path}", world.sandbox.url());
        world.post_form(&url, form).await.status().as_u16()
    };
    let wallet = "/wallets/guangzhou-00000000000000ef";
    let form = |balance, mode, times| {
        [
            ("balance", balance),
            ("mode", mode),
            ("times", times),
            ("callbacks", "once"),
        ]
    };
    let accepts = "accepts_then_collects";
    assert_eq!(post(&world, wallet, &form("12.50", accepts, "")).await, 303);
    assert_eq!(world.balance().await, 1_250);
    assert_eq!(post(&world, wallet, &form("-1", accepts, "")).await, 422);
    assert_eq!(post(&world, wallet, &form("1", accepts, "0")).await, 422);
    assert_eq!(post(&world, wallet, &form("1", "party", "")).await, 422);
    let stranger = "/wallets/nobody-1";
    assert_eq!(post(&world, stranger, &form("1", accepts, "")).await, 404);

    world.merchant.deduct(&order(1, &contract)).await;
    check_page(
        &world,
        "/",
        &["00002001-1-1", "已受理", "地铁 西塱 → 体育西路"],
    )
    .await;
    let finish = [("state", "collected")];
    let path = "/orders/guangzhou/00002001-1-1";
    assert_eq!(post(&world, path, &finish).await, 303);
    world.door.next().await;
    check_page(&world, "/?lang=en", &["Collected", "T2026112100000001"]).await;
    assert_eq!(world.balance().await, 850);
    assert_eq!(post(&world, "/callbacks/2", &[]).await, 303);
    world.door.next().await;
    assert_eq!(post(&world, "/callbacks/9", &[]).await, 404);

    let path = format!("/contracts/{contract}");
    assert_eq!(post(&world, &path, &[("state", "ended")]).await, 303);
    assert_eq!(post(&world, &path, &[("state", "active")]).await, 409);
    check_page(&world, "/style.css", &[".phone"]).await;
    let (status, _) = page(&world, "/nothing").await;
    assert_eq!(status, 404);
    world.stop().await;
}
