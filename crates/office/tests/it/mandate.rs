//! Mandates.

use ridecode_account::{MandateFault, MandateState};
use ridecode_office::mandate::{MandateAsked, MandateStepFault, MandateToSign, ask, query, told};
use ridecode_pay::ContractState;
use ridecode_words::{MandateId, RiderId};

use crate::provider::Mood;
use crate::world::{MORNING, World};

async fn ask_for(world: &mut World, rider: RiderId) -> Result<MandateToSign, MandateStepFault> {
    let asked = MandateAsked {
        rider,
        return_url: "https://app.example/back".into(),
        callback_url: "https://office.example/callback".into(),
    };
    let edge = (&world.provider, &mut world.chance);
    ask(&world.office, asked, MORNING, edge).await
}

#[tokio::test]
async fn a_mandate_is_signed_at_the_provider_and_ends_for_good() {
    let mut world = World::new(1);
    let rider = world.enrol(1).await;
    let to_sign = ask_for(&mut world, rider).await.unwrap();
    assert_eq!(to_sign.sign_url, "https://provider.example/sign");
    assert_eq!(to_sign.mandate.state, MandateState::Pending);
    let id = to_sign.mandate.id;
    let contract = to_sign.mandate.contract.unwrap();

    let tell = async |state| told(&world.office, id, (contract.clone(), state), MORNING).await;
    for _ in 0..2 {
        let mandate = tell(ContractState::Active).await.unwrap();
        assert_eq!(mandate.state, MandateState::Active);
    }
    let reason = String::from("risk");
    let mandate = tell(ContractState::Suspended { reason }).await.unwrap();
    assert!(matches!(mandate.state, MandateState::Suspended { .. }));
    tell(ContractState::Ended).await.unwrap();
    let fault = tell(ContractState::Active).await.unwrap_err();
    assert!(matches!(
        fault,
        MandateStepFault::State(MandateFault::Ended)
    ));
    let other = (String::from("c-other"), ContractState::Ended);
    let fault = told(&world.office, id, other, MORNING).await.unwrap_err();
    assert!(matches!(
        fault,
        MandateStepFault::State(MandateFault::Ended)
    ));
}

#[tokio::test]
async fn a_silent_provider_leaves_the_mandate_to_be_asked_about() {
    let mut world = World::new(2);
    let rider = world.enrol(1).await;
    world.provider.set_mood(Mood::LosesReplies);
    let fault = ask_for(&mut world, rider).await.unwrap_err();
    assert!(matches!(fault, MandateStepFault::ProviderSilent));
    let waiting = world.file(rider, MORNING).await.mandates.remove(0);
    assert_eq!(
        (&waiting.state, &waiting.contract),
        (&MandateState::Pending, &None)
    );
    // It did arrive, and was signed: asking finds that out.
    world.provider.set_mood(Mood::Pays);
    world.provider.sign_contracts();
    let edge = (&world.provider, &mut world.chance);
    let mandate = query(&world.office, waiting.id, MORNING, edge)
        .await
        .unwrap();
    assert_eq!(mandate.state, MandateState::Active);
}

#[tokio::test]
async fn a_mandate_the_provider_never_heard_of_stays_as_it_is() {
    let mut world = World::new(3);
    let rider = world.enrol(1).await;
    world.provider.set_mood(Mood::Unreachable);
    assert!(ask_for(&mut world, rider).await.is_err());
    world.provider.set_mood(Mood::Pays);
    let waiting = world.file(rider, MORNING).await.mandates.remove(0);
    let edge = (&world.provider, &mut world.chance);
    let mandate = query(&world.office, waiting.id, MORNING, edge)
        .await
        .unwrap();
    assert_eq!(mandate, waiting);
    let edge = (&world.provider, &mut world.chance);
    let fault = query(&world.office, MandateId(1), MORNING, edge)
        .await
        .unwrap_err();
    assert!(matches!(fault, MandateStepFault::Unknown));
}
