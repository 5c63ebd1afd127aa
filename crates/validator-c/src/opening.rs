//! Opening and closing, and the key before both.

use core::ffi::c_void;
use std::sync::Arc;

use ridecode_codec::crypto::{Algorithm, Signer as _};

use crate::answer::Answer;
use crate::border;
use crate::moment::Moment;
use crate::reader::{Reader, SecretKey};
use crate::settings::Settings;
use crate::storage::{CallerDisk, Storage};
use crate::table::{self, Handle};

/// The version of this header. It grows when anything in it changes that a program built with the
/// one before could notice.
pub const ABI_VERSION: u32 = 1;

/// The `RC_ABI_VERSION` of the library that is there, to be compared with the header's.
#[unsafe(no_mangle)]
pub extern "C" fn rc_abi_version() -> u32 {
    ABI_VERSION
}

/// Makes a validator's key, once in its life. `random` fills bytes from a source that cannot be
/// guessed and returns 0; it is given `context`. The secret is to be kept where nobody reads it,
/// the public half is what the validator registers with. Nothing else here needs randomness.
///
/// # Safety
///
/// `secret` and `public_key` have room for 32 bytes each, or are null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_make_key(
    random: Option<
        unsafe extern "C" fn(context: *mut c_void, bytes: *mut u8, length: usize) -> i32,
    >,
    context: *mut c_void,
    secret: *mut [u8; 32],
    public_key: *mut [u8; 32],
) -> Answer {
    border::guarded(|| {
        // SAFETY: as the caller says.
        let secret = unsafe { border::output(secret) }?;
        // SAFETY: as the caller says.
        let public_key = unsafe { border::output(public_key) }?;
        let random = random.ok_or(Answer::NullArgument)?;
        let mut seed = [0; 32];
        // SAFETY: the caller's function, with its context and room that lives as long as the call.
        let answer = unsafe { random(context, seed.as_mut_ptr(), seed.len()) };
        if answer != 0 || seed == [0; 32] {
            return Err(Answer::RandomFailed);
        }
        let key = SecretKey::new(Algorithm::EdDsa, &seed).ok_or(Answer::RandomFailed)?;
        let (half, _) = key
            .public_key()
            .bytes
            .split_first_chunk()
            .map_or(([0; 32], &[][..]), |(half, rest)| (*half, rest));
        secret.write(seed);
        public_key.write(half);
        Ok(())
    })
}

/// Opens a validator on its storage: reads the journal back and checks it, cuts what a power cut
/// left unfinished, puts the last good bundle in force, and writes that it is at work. `storage`
/// and the functions in it have to live until the validator is closed; everything else is copied.
///
/// # Safety
///
/// Each pointer is null or points to what its type says; so do the texts of the place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_open(
    settings: *const Settings,
    storage: *const Storage,
    now: *const Moment,
    validator: *mut Handle,
) -> Answer {
    border::guarded(|| {
        // SAFETY: as the caller says.
        let validator = unsafe { border::output(validator) }?;
        validator.write(0);
        // SAFETY: every version of the settings begins with its version, four bytes.
        let abi_version = unsafe { border::input(settings.cast::<u32>()) }?;
        if abi_version != ABI_VERSION {
            return Err(Answer::OtherAbi);
        }
        // SAFETY: as the caller says; the version is this one's.
        let settings = unsafe { border::input(settings) }?;
        // SAFETY: as the caller says.
        let storage = unsafe { border::input(storage) }?;
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        let operator = settings.expected()?.operator;
        // SAFETY: as the caller says of the texts.
        let place = unsafe { settings.place.read(operator) }?;
        let disk = Arc::new(CallerDisk::new(storage)?);
        let reader = Reader::open(&settings, place, disk, now)?;
        validator.write(table::insert(reader));
        Ok(())
    })
}

/// Closes a validator. What was shown is on the storage already; entries that wait in memory for
/// room are lost, as in a power cut.
#[unsafe(no_mangle)]
pub extern "C" fn rc_close(validator: Handle) -> Answer {
    table::remove(validator)
}
