//! Agreements (商家扣款协议): signed on a page whose address we sign ourselves, asked about and
//! ended under our mandate's number as `external_agreement_no`.

use alloc::format;
use alloc::string::{String, ToString as _};

use serde::{Deserialize, Serialize};

use super::{Connector, PRODUCT, form, is_number};
use crate::arrival::parse;
use crate::connector::{
    ContractAnswer, ContractAsked, ContractNews, ContractOrder, ContractState, RequestTime,
};
use crate::http::{HttpReply, HttpRequest};
use crate::vault::RsaVault;

impl<V: RsaVault> Connector<V> {
    /// The page where the rider signs, `alipay.user.agreement.page.sign`. Good for 15 minutes.
    pub fn sign_page(&self, order: &ContractOrder, time: RequestTime) -> String {
        let content = SignContent {
            personal_product_code: PERSONAL_PRODUCT,
            product_code: PRODUCT,
            sign_scene: &self.settings.sign_scene,
            external_agreement_no: order.mandate.to_string(),
            external_logon_id: order.rider.to_string(),
            access_params: AccessParams {
                channel: "QRCODEORSMS",
            },
        };
        let call = (
            "alipay.user.agreement.page.sign",
            Some(order.return_url.as_str()),
        );
        let fields = self.signed_fields(call, &content, time);
        format!(
            "{}/gateway.do?{}",
            self.settings.gateway,
            form::write(&fields)
        )
    }

    /// Asks how an agreement stands, `alipay.user.agreement.query`.
    pub fn query_contract(&self, asked: &ContractAsked, time: RequestTime) -> HttpRequest {
        self.call("alipay.user.agreement.query", &self.named(asked), time)
    }

    /// Ends an agreement, `alipay.user.agreement.unsign`. A repeat changes nothing.
    pub fn end_contract(&self, asked: &ContractAsked, time: RequestTime) -> HttpRequest {
        self.call("alipay.user.agreement.unsign", &self.named(asked), time)
    }

    /// What a reply to either says of the agreement asked about. `None` is no reply at all.
    pub fn read_contract(
        &self,
        asked: &ContractAsked,
        reply: Option<&HttpReply>,
    ) -> ContractAnswer {
        if let Some(answer) = self.signed(UNSIGN, reply).and_then(parse::<Answer>) {
            return match answer.code.as_str() {
                "10000" => ContractAnswer::Ended,
                _ => answer.refusal(asked),
            };
        }
        let Some(answer) = self.signed(QUERY, reply).and_then(parse::<Answer>) else {
            return ContractAnswer::Unknown;
        };
        match answer.code.as_str() {
            "10000" => answer
                .agreement
                .read()
                .filter(|news| news.mandate == asked.mandate)
                .map_or(ContractAnswer::Unknown, ContractAnswer::Known),
            _ => answer.refusal(asked),
        }
    }

    fn named<'a>(&'a self, asked: &'a ContractAsked) -> NamedContent<'a> {
        // Either number will do; Alipay's own names one agreement for sure.
        match asked.contract.as_deref() {
            Some(contract) => NamedContent {
                agreement_no: Some(contract),
                external_agreement_no: None,
                personal_product_code: None,
                sign_scene: None,
            },
            None => NamedContent {
                agreement_no: None,
                external_agreement_no: Some(asked.mandate.to_string()),
                personal_product_code: Some(PERSONAL_PRODUCT),
                sign_scene: Some(&self.settings.sign_scene),
            },
        }
    }
}

#[derive(Serialize)]
struct SignContent<'a> {
    personal_product_code: &'static str,
    product_code: &'static str,
    sign_scene: &'a str,
    external_agreement_no: String,
    external_logon_id: String,
    access_params: AccessParams,
}

#[derive(Serialize)]
struct AccessParams {
    channel: &'static str,
}

#[derive(Serialize)]
struct NamedContent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_agreement_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal_product_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_scene: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    code: String,
    sub_code: Option<String>,
    #[serde(flatten)]
    agreement: Agreement,
}

impl Answer {
    /// An agreement once signed and no longer there has ended; one never signed is not there yet.
    fn refusal(&self, asked: &ContractAsked) -> ContractAnswer {
        let sub_code = self.sub_code.as_deref().unwrap_or_default();
        if self.code != "40004" || !NOT_FOUND.contains(&sub_code) {
            return ContractAnswer::Unknown;
        }
        match asked.contract {
            Some(_) => ContractAnswer::Ended,
            None => ContractAnswer::NotFound,
        }
    }
}

/// An agreement as replies and notifications show it.
#[derive(Default, Deserialize)]
pub(super) struct Agreement {
    pub(super) agreement_no: Option<String>,
    pub(super) external_agreement_no: Option<String>,
    pub(super) status: Option<String>,
}

impl Agreement {
    /// The news, if every field has its documented form.
    pub(super) fn read(self) -> Option<ContractNews> {
        let state = match self.status.as_deref()? {
            "TEMP" => ContractState::Pending,
            "NORMAL" => ContractState::Active,
            "STOP" => ContractState::Suspended {
                reason: "stopped".to_string(),
            },
            "UNSIGN" => ContractState::Ended,
            _ => return None,
        };
        Some(ContractNews {
            mandate: self.external_agreement_no?.parse().ok()?,
            contract: self.agreement_no.filter(|number| is_number(number))?,
            state,
            sign_url: None,
        })
    }
}

const PERSONAL_PRODUCT: &str = "GENERAL_WITHHOLDING_P";

const QUERY: &str = "alipay_user_agreement_query_response";
const UNSIGN: &str = "alipay_user_agreement_unsign_response";

const NOT_FOUND: &[&str] = &[
    "USER_AGREEMENT_NOT_EXIST",
    "ACQ.USER_AGREEMENT_NOT_EXIST",
    "AGREEMENT_NOT_EXIST",
    "USER_AGREEMENT_HAS_UNSIGN",
];
