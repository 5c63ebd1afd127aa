//! Contracts: signed on a page, asked about by our number.

use super::*;

/// A contract by our number and, where given, WeChat's.
pub(super) fn asked(contract: Option<&str>) -> ContractAsked {
    ContractAsked {
        mandate: MandateId(0xcd),
        contract: contract.map(String::from),
    }
}

pub(super) fn contract_known(state: ContractState) -> ContractAnswer {
    ContractAnswer::Known(ContractNews {
        mandate: MandateId(0xcd),
        contract: "W1".to_string(),
        state,
        sign_url: None,
    })
}

pub(super) fn signed_body(state: &str) -> String {
    format!(
        r#"{{"mchid":"1900000109","plan_id":12535,"out_contract_code":"00000000000000cd","contract_id":"W1","contract_state":"{state}"}}"#
    )
}

#[test]
fn contracts_are_active_held_or_ended() {
    let world = World::new();
    let check = |status, body: &str, expected: ContractAnswer| {
        let reply = world.reply(status, body);
        let asked = asked(Some("W1"));
        let found = world.connector.read_contract(&asked, NOW, Some(&reply));
        assert_eq!(found, expected, "{body}");
    };
    let held = |reason: &str| {
        contract_known(ContractState::Suspended {
            reason: reason.to_string(),
        })
    };
    let normal = r#"{"contract_id":"W1","user_service_state":"NORMAL"}"#;
    let blocked = |reason: &str| {
        format!(
            r#"{{"contract_id":"W1","user_service_state":"BLOCKED","block_reason":"{reason}"}}"#
        )
    };
    let unknown = ContractAnswer::Unknown;
    check(200, normal, contract_known(ContractState::Active));
    check(
        200,
        &blocked("DELETED"),
        contract_known(ContractState::Ended),
    );
    check(200, &blocked("ACCOUNT_FROZEN"), held("account_frozen"));
    check(200, &blocked("OVERDUE"), held("overdue"));
    check(200, &blocked("MOOD"), unknown.clone());
    check(200, &normal.replace("W1", "W2"), unknown.clone());
    check(200, &normal.replace("NORMAL", "BLOCKED"), unknown.clone());
    let both = blocked("OVERDUE").replace("BLOCKED", "NORMAL");
    check(200, &both, unknown.clone());
    check(500, normal, unknown.clone());
    check(404, r#"{"code":"NOT_FOUND"}"#, unknown);
    // What was signed once and is no longer there has ended.
    check(
        404,
        r#"{"code":"RESOURCE_NOT_EXISTS"}"#,
        ContractAnswer::Ended,
    );
    check(204, "", ContractAnswer::Ended);
}

#[test]
fn contracts_are_signed_on_a_page_and_asked_about_by_our_number() {
    let world = World::new();
    let check = |status, body: &str, expected: ContractAnswer| {
        let reply = world.reply(status, body);
        let found = world
            .connector
            .read_contract(&asked(None), NOW, Some(&reply));
        assert_eq!(found, expected, "{body}");
    };
    let unknown = ContractAnswer::Unknown;
    let page = r#"{"redirect_url":"https://payapp.weixin.qq.com/sign?id=1"}"#;
    let sign_url = "https://payapp.weixin.qq.com/sign?id=1".to_string();
    check(200, page, ContractAnswer::ToSign { sign_url });
    check(200, &page.replace("https", "javascript"), unknown.clone());
    check(200, &page.replace("sign?", "sign ?"), unknown.clone());
    check(
        200,
        &signed_body("SIGNED"),
        contract_known(ContractState::Active),
    );
    check(
        200,
        &signed_body("TERMINATED"),
        contract_known(ContractState::Ended),
    );
    check(200, &signed_body("MAYBE"), unknown.clone());
    for (from, to) in [
        ("1900000109", "1900000209"),
        ("12535", "12536"),
        ("00cd", "00ce"),
    ] {
        check(
            200,
            &signed_body("SIGNED").replace(from, to),
            unknown.clone(),
        );
    }
    check(
        404,
        r#"{"code":"RESOURCE_NOT_EXISTS"}"#,
        ContractAnswer::NotFound,
    );
    let refused = ContractAnswer::Refused {
        reason: "contract_existed".to_string(),
    };
    check(400, r#"{"code":"CONTRACT_EXISTED"}"#, refused);
    check(400, r#"{"code":"PARAM_ERROR"}"#, unknown.clone());
    check(500, r#"{"code":"CONTRACT_EXISTED"}"#, unknown);
}
