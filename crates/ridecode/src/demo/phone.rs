//! A rider of the demo: a phone, with what the demo tells of its holder.

use anyhow::Context as _;
use ridecode_codec::crypto::Algorithm;
use ridecode_words::{BrandId, UnixSeconds};
use serde_json::Value;

use crate::client::Api;
use crate::phone::{self, Code, Session, fetch_credentials, text};

/// A brand the demo speaks of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brand {
    number: u32,
    /// Its name.
    pub(super) name: &'static str,
    algorithm: Algorithm,
}

/// 羊城通: Guangzhou's buses and BRT, with codes of JT/T 1179.
pub(super) const YANGCHENGTONG: Brand = Brand {
    number: 1,
    name: "羊城通乘車碼",
    algorithm: Algorithm::Sm2,
};
/// Guangzhou's metro, with compact codes.
pub(super) const GUANGZHOU_METRO: Brand = Brand {
    number: 2,
    name: "廣州地鐵乘車碼",
    algorithm: Algorithm::Es256,
};
/// Foshan's buses, with compact codes.
pub(super) const GUANGFOTONG: Brand = Brand {
    number: 3,
    name: "廣佛通乘車碼",
    algorithm: Algorithm::Es256,
};

/// A phone that is ready to ride.
pub(super) struct Phone {
    /// Whom the demo calls its holder.
    pub(super) name: &'static str,
    /// The holder's wallet at the provider.
    pub(super) wallet: String,
    office: Api,
    phone: phone::Phone,
}

/// What enrolling needs.
pub(super) struct Enrolment<'a> {
    /// Whom the demo calls the rider.
    pub(super) name: &'static str,
    /// The phone number.
    pub(super) number: &'a str,
    /// The brand picked.
    pub(super) brand: Brand,
}

impl Phone {
    /// Enrols: SMS code, session, mandate, device key, credentials. All of it over HTTP, as an app
    /// would.
    pub(super) async fn enrol(
        enrolment: Enrolment<'_>,
        office: &Api,
        sandbox: &Api,
    ) -> anyhow::Result<Self> {
        let Enrolment {
            name,
            number,
            brand,
        } = enrolment;
        let brand = phone::Brand {
            id: BrandId(brand.number),
            algorithm: brand.algorithm,
        };
        let session = Session::open(number, office, sandbox).await?;
        let contract = session.sign_mandate(sandbox).await?;
        let wallet = find_wallet(sandbox, &contract).await?;
        let mut phone = session.register(brand).await?;
        phone.take(fetch_credentials(&session.office, phone.device(), brand).await?);
        Ok(Self {
            name,
            wallet,
            office: session.office,
            phone,
        })
    }

    /// Makes the next code, with no network: each with another of the phone's credentials.
    pub(super) fn show(&mut self, now: UnixSeconds) -> anyhow::Result<Code> {
        let code = self.phone.show(now);
        code.context("the phone cannot show a code with its credential")
    }

    /// The account as the rider sees it.
    pub(super) async fn account(&self) -> anyhow::Result<Value> {
        self.office.get("/v1/riders/me").await
    }

    /// The rides as the rider sees them, newest first.
    pub(super) async fn rides(&self) -> anyhow::Result<Vec<Value>> {
        let page = self.office.get("/v1/rides").await?;
        Ok(page["rides"].as_array().cloned().unwrap_or_default())
    }
}

async fn find_wallet(sandbox: &Api, number: &str) -> anyhow::Result<String> {
    let contracts = sandbox.get("/control/contracts").await?;
    let mut contracts = contracts.as_array().into_iter().flatten();
    let contract = contracts.find(|contract| contract["contract"] == number);
    let contract = contract.context("the provider knows the contract")?;
    Ok(text(contract, "wallet")?.to_owned())
}
