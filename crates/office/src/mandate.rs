//! Mandates: the rider signs at the provider; the provider tells us by callback and by query.

use ridecode_account::{Mandate, MandateFault, MandateState};
use ridecode_pay::{
    ContractAnswer, ContractAsked, ContractOrder, ContractState, Opening, RequestTime,
};
use ridecode_store::StoreFault;
use ridecode_words::{MandateId, RiderId, UnixSeconds};

use crate::Office;
use crate::edge::{Carrier, Entropy};

/// A mandate waiting to be signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MandateToSign {
    /// The mandate.
    pub mandate: Mandate,
    /// The provider's page where the rider signs.
    pub sign_url: String,
}

/// Why a mandate did not change.
#[derive(Debug, thiserror::Error)]
pub enum MandateStepFault {
    /// The provider did not answer, or not in its documented way.
    #[error("the payment provider did not answer; try again")]
    ProviderSilent,
    /// The provider refuses, for a reason in its own word.
    #[error("the payment provider refused: {reason}")]
    Refused {
        /// The reason.
        reason: String,
    },
    /// No such mandate.
    #[error("there is no such mandate")]
    Unknown,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] MandateFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Asks the provider for a page where the rider signs. The mandate is kept before the provider
/// hears of it, so that a callback finds it.
pub async fn ask(
    office: &Office,
    asked: MandateAsked,
    now: UnixSeconds,
    (carrier, entropy): (&impl Carrier, &mut impl Entropy),
) -> Result<MandateToSign, MandateStepFault> {
    let (provider, connector) = &office.desk.provider;
    let mandate = Mandate {
        id: MandateId(entropy.number()),
        rider: asked.rider,
        provider: *provider,
        contract: None,
        state: MandateState::Pending,
        changed: now,
    };
    office.store.save_mandate(mandate.clone()).await?;
    let order = ContractOrder {
        mandate: mandate.id,
        rider: mandate.rider,
        return_url: asked.return_url,
        callback_url: asked.callback_url,
    };
    let nonce = entropy.number();
    let time = RequestTime { now, nonce };
    let answer = match connector.open_contract(&order, time) {
        Opening::Page(sign_url) => ContractAnswer::ToSign { sign_url },
        Opening::Ask(request) => {
            let reply = carrier.carry(*provider, request).await;
            connector.read_contract(&asked_of(&mandate), time, reply.as_ref())
        }
    };
    match answer {
        ContractAnswer::Known(news) => {
            let sign_url = news.sign_url.ok_or(MandateStepFault::ProviderSilent)?;
            let mandate = told(office, mandate.id, (news.contract, news.state), now).await?;
            Ok(MandateToSign { mandate, sign_url })
        }
        ContractAnswer::ToSign { sign_url } => Ok(MandateToSign { mandate, sign_url }),
        ContractAnswer::Refused { reason } => Err(MandateStepFault::Refused { reason }),
        ContractAnswer::Ended | ContractAnswer::NotFound | ContractAnswer::Unknown => {
            Err(MandateStepFault::ProviderSilent)
        }
    }
}

/// A mandate as the provider is asked about it.
fn asked_of(mandate: &Mandate) -> ContractAsked {
    ContractAsked {
        mandate: mandate.id,
        contract: mandate.contract.clone(),
    }
}

/// What a rider asks for.
pub struct MandateAsked {
    /// Who.
    pub rider: RiderId,
    /// Where the provider sends the rider afterwards.
    pub return_url: String,
    /// Where the provider calls us back.
    pub callback_url: String,
}

/// Takes down what a verified callback says of a contract: its number at the provider and its
/// state. News heard twice changes nothing.
pub async fn told(
    office: &Office,
    mandate: MandateId,
    (contract, state): (String, ContractState),
    now: UnixSeconds,
) -> Result<Mandate, MandateStepFault> {
    let held = find(office, mandate).await?;
    let state = match state {
        ContractState::Pending => MandateState::Pending,
        ContractState::Active => MandateState::Active,
        ContractState::Suspended { reason } => MandateState::Suspended { reason },
        ContractState::Ended => MandateState::Ended,
    };
    let mandate = held.clone().told(&contract, state, now)?;
    if mandate != held {
        office.store.save_mandate(mandate.clone()).await?;
    }
    Ok(mandate)
}

/// Asks the provider how a mandate stands and takes the answer down. A mandate the provider never
/// heard of stays as it is.
pub async fn query(
    office: &Office,
    mandate: MandateId,
    now: UnixSeconds,
    (carrier, entropy): (&impl Carrier, &mut impl Entropy),
) -> Result<Mandate, MandateStepFault> {
    let held = find(office, mandate).await?;
    let (provider, connector) = &office.desk.provider;
    let nonce = entropy.number();
    let time = RequestTime { now, nonce };
    let asked = asked_of(&held);
    let Ok(request) = connector.query_contract(&asked, time) else {
        return Err(MandateStepFault::ProviderSilent);
    };
    let reply = carrier.carry(*provider, request).await;
    match connector.read_contract(&asked, time, reply.as_ref()) {
        ContractAnswer::NotFound | ContractAnswer::ToSign { .. } => Ok(held),
        answer => take_down(office, held, answer, now).await,
    }
}

/// Ends a mandate at the rider's wish: at the provider first, then here. One that was never signed
/// ends here alone. A repeat changes nothing.
pub async fn end(
    office: &Office,
    mandate: MandateId,
    now: UnixSeconds,
    (carrier, entropy): (&impl Carrier, &mut impl Entropy),
) -> Result<Mandate, MandateStepFault> {
    let held = find(office, mandate).await?;
    if held.state == MandateState::Ended {
        return Ok(held);
    }
    let (provider, connector) = &office.desk.provider;
    let nonce = entropy.number();
    let time = RequestTime { now, nonce };
    let asked = asked_of(&held);
    let request = connector.end_contract(&asked, time);
    let reply = carrier.carry(*provider, request).await;
    match connector.read_contract(&asked, time, reply.as_ref()) {
        ContractAnswer::NotFound => take_down(office, held, ContractAnswer::Ended, now).await,
        answer => take_down(office, held, answer, now).await,
    }
}

async fn take_down(
    office: &Office,
    held: Mandate,
    answer: ContractAnswer,
    now: UnixSeconds,
) -> Result<Mandate, MandateStepFault> {
    match answer {
        ContractAnswer::Known(news) => {
            told(office, held.id, (news.contract, news.state), now).await
        }
        ContractAnswer::Ended => {
            let ended = held.ended(now);
            office.store.save_mandate(ended.clone()).await?;
            Ok(ended)
        }
        ContractAnswer::Refused { reason } => Err(MandateStepFault::Refused { reason }),
        ContractAnswer::ToSign { .. } | ContractAnswer::NotFound | ContractAnswer::Unknown => {
            Err(MandateStepFault::ProviderSilent)
        }
    }
}

async fn find(office: &Office, mandate: MandateId) -> Result<Mandate, MandateStepFault> {
    let held = office.store.find_mandate(mandate).await?;
    held.ok_or(MandateStepFault::Unknown)
}
