//! Signing in.

use ridecode_account::{Client, Phone};
use ridecode_office::enrol::{EnrolFault, SignIn, SignedIn, find_session, send_code, sign_in};

use crate::world::{MORNING, World};

fn number() -> Phone {
    Phone::new("138 0013 8000").unwrap()
}

async fn answer(world: &mut World, code: &str) -> Result<SignedIn, EnrolFault> {
    let answer = SignIn {
        phone: number(),
        code: code.into(),
        client: Client::Other,
        key: None,
    };
    sign_in(&world.office, answer, MORNING, &mut world.chance).await
}

#[tokio::test]
async fn a_code_opens_an_account_once_and_a_session_each_time() {
    let mut world = World::new(1);
    let mut riders = Vec::new();
    for round in 0..2 {
        let sent = send_code(&world.office, number(), MORNING, &mut world.chance)
            .await
            .unwrap();
        assert_eq!(sent.phone.as_str(), "+8613800138000");
        let signed_in = answer(&mut world, &sent.code).await.ok().unwrap();
        assert_eq!(signed_in.opened, round == 0);
        assert_eq!(signed_in.token.len(), 64);
        let found = find_session(&world.office, &signed_in.token, MORNING)
            .await
            .unwrap();
        assert_eq!(found, Some(signed_in.rider));
        let over = signed_in.expires.plus_s(1);
        assert_eq!(
            find_session(&world.office, &signed_in.token, over)
                .await
                .unwrap(),
            None
        );
        riders.push(signed_in.rider);
        // The code is used up.
        let again = answer(&mut world, &sent.code).await;
        assert!(matches!(again, Err(EnrolFault::NoCodeWaiting)));
    }
    assert_eq!(riders[0], riders[1]);
    assert_eq!(
        find_session(&world.office, "no token", MORNING)
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn guesses_run_out() {
    let mut world = World::new(2);
    let none = answer(&mut world, "000000").await;
    assert!(matches!(none, Err(EnrolFault::NoCodeWaiting)));
    let sent = send_code(&world.office, number(), MORNING, &mut world.chance)
        .await
        .unwrap();
    let wrong = if sent.code == "000000" {
        "000001"
    } else {
        "000000"
    };
    for left in (0..5).rev() {
        let fault = answer(&mut world, wrong).await;
        assert!(matches!(fault, Err(EnrolFault::WrongCode { tries_left }) if tries_left == left));
    }
    assert!(answer(&mut world, &sent.code).await.is_err());
}
