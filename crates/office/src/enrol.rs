//! Enrolment: a phone number, a code by SMS, a session.

use ridecode_account::{Challenge, ChallengeAnswer, Client, Phone, Rider, RiderState};
use ridecode_store::{RiderOpened, Session, StoreFault};
use ridecode_words::{RiderId, UnixSeconds};
use sha2::{Digest as _, Sha256};

use crate::Office;
use crate::edge::Entropy;

/// A message for the SMS gateway. Holds a secret: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeToSend {
    /// To whom.
    pub phone: Phone,
    /// Six digits.
    pub code: String,
}

/// A rider who gave the right code.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub rider: RiderId,
    /// Whether the account was opened just now.
    pub opened: bool,
    /// The session token, 64 hex digits. A secret: never logged.
    pub token: String,
    /// Until when the session lasts.
    pub expires: UnixSeconds,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum EnrolFault {
    /// The wrong code.
    #[error("the code is wrong; {tries_left} tries left")]
    WrongCode {
        /// Tries left.
        tries_left: u8,
    },
    /// No code waits for an answer.
    #[error("no code is waiting for this number; ask for a new one")]
    NoCodeWaiting,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Makes a code for a phone number and keeps its digest.
pub async fn send_code(
    office: &Office,
    phone: Phone,
    now: UnixSeconds,
    entropy: &mut impl Entropy,
) -> Result<CodeToSend, StoreFault> {
    let code = six_digits(entropy);
    let challenge = Challenge::new(phone.clone(), &code, now);
    office.store.put_challenge(challenge).await?;
    Ok(CodeToSend { phone, code })
}

/// What a person sends to sign in.
pub struct SignIn {
    /// The phone number.
    pub phone: Phone,
    /// The code that was sent to it.
    pub code: String,
    /// With what.
    pub client: Client,
    /// A random text of the caller's, 32 characters or more, by which a repeat is recognised.
    pub key: Option<String>,
}

/// Answers a code: opens the account if the number is new, and a session. With a key, the token
/// follows from number, code and key: who repeats all three within ten minutes, because the reply
/// was lost, gets the same session again, and nothing secret has to be kept for that.
pub async fn sign_in(
    office: &Office,
    sign_in: SignIn,
    now: UnixSeconds,
    entropy: &mut impl Entropy,
) -> Result<SignedIn, EnrolFault> {
    let token = match &sign_in.key {
        Some(key) => token_of(&sign_in, key),
        None => token(entropy),
    };
    if let Some(again) = find_again(office, &token, now).await? {
        return Ok(again);
    }
    let answer = office
        .store
        .answer_challenge(sign_in.phone.clone(), sign_in.code, now)
        .await?;
    match answer {
        ChallengeAnswer::Right => {}
        ChallengeAnswer::Wrong { tries_left } => return Err(EnrolFault::WrongCode { tries_left }),
        ChallengeAnswer::NoneWaiting => return Err(EnrolFault::NoCodeWaiting),
    }
    let fresh = Rider {
        id: RiderId(entropy.number()),
        phone: sign_in.phone,
        state: RiderState::Active,
        opened: now,
    };
    let fresh_id = fresh.id;
    let (rider, opened) = match office.store.open_rider(fresh).await? {
        RiderOpened::New => (fresh_id, true),
        RiderOpened::Existing(rider) => (rider, false),
    };
    let expires = now.plus_s(i64::from(office.policy.session_s));
    let session = Session {
        token_digest: digest_of(&token),
        rider,
        opened: now,
        expires,
        client: sign_in.client,
    };
    office.store.open_session(session).await?;
    Ok(SignedIn {
        rider,
        opened,
        token,
        expires,
    })
}

/// What the lost reply to the same sign-in said; nobody but its sender knows the token.
async fn find_again(
    office: &Office,
    token: &str,
    now: UnixSeconds,
) -> Result<Option<SignedIn>, StoreFault> {
    let session = office.store.find_session(digest_of(token), now).await?;
    let Some(session) = session.filter(|held| now.since_s(held.opened) <= REPEAT_S) else {
        return Ok(None);
    };
    let file = office.store.load_rider(session.rider, now).await?;
    Ok(file.map(|file| SignedIn {
        rider: session.rider,
        opened: file.rider.opened == session.opened,
        token: token.to_owned(),
        expires: session.expires,
    }))
}

/// A rider's sessions, the newest first.
pub async fn sessions(
    office: &Office,
    rider: RiderId,
    now: UnixSeconds,
) -> Result<Vec<OwnSession>, StoreFault> {
    let sessions = office.store.load_sessions(rider, now).await?;
    let own = sessions.into_iter().map(|session| OwnSession {
        number: number_of(&session.token_digest),
        opened: session.opened,
        expires: session.expires,
        client: session.client,
    });
    Ok(own.collect())
}

/// A session as its rider sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnSession {
    /// Its number: 16 hex digits that say nothing of the token.
    pub number: String,
    /// Since when.
    pub opened: UnixSeconds,
    /// Until when.
    pub expires: UnixSeconds,
    /// With what.
    pub client: Client,
}

/// Which sessions end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending<'a> {
    /// The one with a number.
    Number(&'a str),
    /// All but the one with a number.
    AllBut(&'a str),
}

/// Ends sessions of a rider. Says how many.
pub async fn end_sessions(
    office: &Office,
    rider: RiderId,
    which: Ending<'_>,
    now: UnixSeconds,
) -> Result<usize, StoreFault> {
    let sessions = office.store.load_sessions(rider, now).await?;
    let digests: Vec<[u8; 32]> = sessions
        .iter()
        .map(|session| session.token_digest)
        .filter(|digest| match which {
            Ending::Number(number) => number_of(digest) == number,
            Ending::AllBut(number) => number_of(digest) != number,
        })
        .collect();
    let count = digests.len();
    if count > 0 {
        office.store.end_sessions(rider, digests).await?;
    }
    Ok(count)
}

/// The number of the session that a token opens.
pub fn session_number(token: &str) -> String {
    number_of(&digest_of(token))
}

/// The rider a session token belongs to.
pub async fn find_session(
    office: &Office,
    token: &str,
    now: UnixSeconds,
) -> Result<Option<RiderId>, StoreFault> {
    let session = office.store.find_session(digest_of(token), now).await?;
    Ok(session.map(|session| session.rider))
}

/// Six digits, each of the million with the same chance: a number beyond the last whole million
/// is drawn again.
fn six_digits(entropy: &mut impl Entropy) -> String {
    const FAIR_BELOW: u64 = u64::MAX - u64::MAX % CODES;
    let mut number = entropy.number();
    while number >= FAIR_BELOW {
        number = entropy.number();
    }
    format!("{:06}", number % CODES)
}

/// 32 random bytes as 64 hex digits.
fn token(entropy: &mut impl Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    hex(&bytes)
}

/// The token of a sign-in with a key: 64 hex digits. The parts have lengths, so that no two
/// sign-ins are one text.
fn token_of(sign_in: &SignIn, key: &str) -> String {
    let mut hash = Sha256::new().chain_update(b"ridecode sign-in");
    for part in [key, sign_in.phone.as_str(), &sign_in.code] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// A session's number: the beginning of the digest of its token's digest.
fn number_of(token_digest: &[u8; 32]) -> String {
    hex(&Sha256::digest(token_digest)[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

/// What is kept of a token: whoever reads the database cannot sign in with it.
fn digest_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// How long a sign-in may be repeated, in seconds: twice the life of its code.
const REPEAT_S: i64 = 600;

/// How many six-digit codes there are.
const CODES: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out the numbers it was given, in order.
    struct Numbers(Vec<u64>);

    impl Entropy for Numbers {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.remove(0).to_be_bytes()[..bytes.len()]);
        }
    }

    #[test]
    fn codes_have_six_digits_without_bias() {
        let check = |numbers: &[u64], expected: &str| {
            assert_eq!(six_digits(&mut Numbers(numbers.to_vec())), expected);
        };
        check(&[0], "000000");
        check(&[42], "000042");
        check(&[1_999_999], "999999");
        // 2^64 is 551616 short of a whole million: the last numbers would favor low codes.
        check(&[u64::MAX, u64::MAX - 551_615, 7], "000007");
        check(&[u64::MAX - 551_616], "999999");
    }
}
