//! Contracts at WeChat Pay: signed, asked about and ended as 委托代扣, under our mandate's number
//! as `out_contract_code`; whether the rider of a signed one may be charged just now is asked of
//! the ride-code product (查询用户服务可用信息).

use alloc::format;
use alloc::string::{String, ToString as _};

use ridecode_words::{MandateId, UnixSeconds};
use serde::{Deserialize, Serialize};

use super::Connector;
use super::reply::{fault_code, is_number};
use crate::arrival::parse;
use crate::connector::{
    ContractAnswer, ContractAsked, ContractNews, ContractOrder, ContractState, OrderFault,
    RequestTime,
};
use crate::http::{Draft, HttpReply, HttpRequest};
use crate::vault::EnvelopeVault;

impl<V: EnvelopeVault> Connector<V> {
    /// Asks for a page where the rider signs, 代扣预签约.
    pub fn open_contract(&self, order: &ContractOrder, time: RequestTime) -> HttpRequest {
        let code = order.mandate.to_string();
        let body = OpenBody {
            sign_scene: "SIGN_SCENE_QRCODE",
            appid: &self.settings.app,
            sub_mchid: self.settings.sub_merchant.as_deref(),
            plan_id: self.settings.plan,
            contract_display_account: format!("乘车码 {}", &code[..4.min(code.len())]),
            out_contract_code: code,
            contract_notify_url: &self.settings.callback_url,
            out_user_code: order.rider.to_string(),
            return_url: &order.return_url,
        };
        let target = "/v3/papay/entrust-sign/contracts/pre-entrust-sign";
        self.sign(Draft::post(target, &body), time)
    }

    /// Asks how a contract stands: by WeChat's number whether its rider may be charged, or by ours
    /// whether it is signed.
    pub fn query_contract(
        &self,
        asked: &ContractAsked,
        time: RequestTime,
    ) -> Result<HttpRequest, OrderFault> {
        let target = match &asked.contract {
            Some(contract) if !is_number(contract) => return Err(OrderFault::Contract),
            Some(contract) => format!("/v3/qrcode/user-services/contract-id/{contract}"),
            None => self.contract_path(asked.mandate),
        };
        let mut target = format!("{target}?appid={}", self.settings.app);
        if let Some(sub) = &self.settings.sub_merchant {
            target = format!("{target}&sub_mchid={sub}");
        }
        Ok(self.sign(Draft::get(target), time))
    }

    /// Ends a contract. A repeat changes nothing.
    pub fn end_contract(&self, mandate: MandateId, time: RequestTime) -> HttpRequest {
        let target = format!("{}/terminate", self.contract_path(mandate));
        let body = EndBody {
            appid: &self.settings.app,
            sub_mchid: self.settings.sub_merchant.as_deref(),
            contract_termination_remark: "用户解约",
        };
        self.sign(Draft::post(&target, &body), time)
    }

    /// What a reply to [`Self::open_contract`], [`Self::query_contract`] or
    /// [`Self::end_contract`] says of the contract asked about. `None` is no reply.
    pub fn read_contract(
        &self,
        asked: &ContractAsked,
        now: UnixSeconds,
        reply: Option<&HttpReply>,
    ) -> ContractAnswer {
        match self.signed(now, reply) {
            Some((200, body)) => self.read_known(asked, body),
            Some((204, _)) => ContractAnswer::Ended,
            Some((status @ (400 | 403 | 404), body)) => match fault_code(body) {
                Some(code) if NOT_FOUND.contains(&code.as_str()) => not_found(asked),
                Some(code) if status != 404 && REFUSED.contains(&code.as_str()) => {
                    let reason = code.to_ascii_lowercase();
                    ContractAnswer::Refused { reason }
                }
                Some(_) | None => ContractAnswer::Unknown,
            },
            Some(_) | None => ContractAnswer::Unknown,
        }
    }

    fn read_known(&self, asked: &ContractAsked, body: &[u8]) -> ContractAnswer {
        if let Some(page) = parse::<PageReply>(body) {
            let sign_url = page.redirect_url;
            let plain = sign_url.bytes().all(|byte| byte.is_ascii_graphic());
            return match sign_url.starts_with("https://") && plain {
                true => ContractAnswer::ToSign { sign_url },
                false => ContractAnswer::Unknown,
            };
        }
        let known = match &asked.contract {
            Some(contract) => parse::<ServiceReply>(body)
                .filter(|told| told.contract_id == *contract)
                .and_then(|told| Some((told.state()?, told.contract_id))),
            None => parse::<SignedReply>(body)
                .filter(|told| self.is_ours(told, asked.mandate))
                .and_then(SignedReply::read),
        };
        known.map_or(ContractAnswer::Unknown, |(state, contract)| {
            ContractAnswer::Known(ContractNews {
                mandate: asked.mandate,
                contract,
                state,
                sign_url: None,
            })
        })
    }

    /// What a callback about a contract says, if it is one of this merchant's.
    pub(super) fn read_signed(&self, body: &[u8]) -> Option<ContractNews> {
        let told: SignedReply = parse(body)?;
        let mandate = told.out_contract_code.parse().ok()?;
        if !self.is_ours(&told, mandate) {
            return None;
        }
        let (state, contract) = told.read()?;
        Some(ContractNews {
            mandate,
            contract,
            state,
            sign_url: None,
        })
    }

    fn is_ours(&self, told: &SignedReply, mandate: MandateId) -> bool {
        told.mchid == self.settings.merchant
            && told.plan_id == self.settings.plan
            && told.out_contract_code == mandate.to_string()
    }

    fn contract_path(&self, mandate: MandateId) -> String {
        let plan = self.settings.plan;
        format!("/v3/papay/sign/contracts/plan-id/{plan}/out-contract-code/{mandate}")
    }
}

/// A contract once signed and no longer there has ended; one never signed is not there yet.
fn not_found(asked: &ContractAsked) -> ContractAnswer {
    match asked.contract {
        Some(_) => ContractAnswer::Ended,
        None => ContractAnswer::NotFound,
    }
}

#[derive(Serialize)]
struct OpenBody<'a> {
    sign_scene: &'static str,
    appid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    plan_id: u64,
    out_contract_code: String,
    contract_display_account: String,
    contract_notify_url: &'a str,
    out_user_code: String,
    return_url: &'a str,
}

#[derive(Serialize)]
struct EndBody<'a> {
    appid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    contract_termination_remark: &'static str,
}

#[derive(Deserialize)]
struct PageReply {
    redirect_url: String,
}

/// A contract as 委托代扣 shows it.
#[derive(Deserialize)]
struct SignedReply {
    #[serde(alias = "sp_mchid")]
    mchid: String,
    plan_id: u64,
    out_contract_code: String,
    contract_id: String,
    contract_state: SignedState,
}

impl SignedReply {
    fn read(self) -> Option<(ContractState, String)> {
        let state = match self.contract_state {
            SignedState::Signed => ContractState::Active,
            SignedState::Terminated => ContractState::Ended,
        };
        is_number(&self.contract_id).then_some((state, self.contract_id))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum SignedState {
    Signed,
    Terminated,
}

/// Whether the rider of a contract may be charged.
#[derive(Deserialize)]
struct ServiceReply {
    contract_id: String,
    user_service_state: ServiceState,
    block_reason: Option<BlockReason>,
}

impl ServiceReply {
    fn state(&self) -> Option<ContractState> {
        let held = |reason: &str| {
            Some(ContractState::Suspended {
                reason: reason.to_string(),
            })
        };
        match (self.user_service_state, self.block_reason) {
            (ServiceState::Normal, None) => Some(ContractState::Active),
            (ServiceState::Normal, Some(_)) | (ServiceState::Blocked, None) => None,
            (ServiceState::Blocked, Some(BlockReason::Deleted)) => Some(ContractState::Ended),
            (ServiceState::Blocked, Some(BlockReason::AccountFrozen)) => held("account_frozen"),
            (ServiceState::Blocked, Some(BlockReason::Overdue)) => held("overdue"),
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ServiceState {
    Normal,
    Blocked,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum BlockReason {
    Deleted,
    AccountFrozen,
    Overdue,
}

const NOT_FOUND: &[&str] = &[
    "CONTRACT_NOT_EXIST",
    "CONTRACT_NOT_EXISTED",
    "RESOURCE_NOT_EXISTS",
];

/// Codes with which WeChat Pay refuses to make or end a contract, for a reason of the rider's.
const REFUSED: &[&str] = &[
    "CONTRACT_EXISTED",
    "USER_ACCOUNT_ABNORMAL",
    "ACCOUNT_ERROR",
    "RULE_LIMIT",
];
