//! Where pointers become references, and panics become answers.
//!
//! Each function asks of its caller what the header asks of C, and finds out itself what can be
//! found out: null, alignment, length.

use core::ffi::c_char;
use core::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ridecode_words::Text;

use crate::answer::Answer;

/// Lets nothing but an answer out, whatever happens inside.
pub(crate) fn guarded(work: impl FnOnce() -> Result<(), Answer>) -> Answer {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => Answer::Ok,
        Ok(Err(answer)) => answer,
        Err(_) => Answer::Internal,
    }
}

/// A copy of what a pointer points to.
///
/// # Safety
///
/// Unless it is null, a whole `T` can be read there.
pub(crate) unsafe fn input<T: Copy>(place: *const T) -> Result<T, Answer> {
    if place.is_null() {
        return Err(Answer::NullArgument);
    }
    if !place.is_aligned() {
        return Err(Answer::BadArgument);
    }
    // SAFETY: neither null nor crooked; the caller says that a `T` is there.
    Ok(unsafe { place.read() })
}

/// Where a result goes. To be asked for before anything is done.
///
/// # Safety
///
/// Unless it is null, a whole `T` can be written there, by nobody else meanwhile.
pub(crate) unsafe fn output<'a, T>(place: *mut T) -> Result<&'a mut MaybeUninit<T>, Answer> {
    if place.is_null() {
        return Err(Answer::NullArgument);
    }
    if !place.is_aligned() {
        return Err(Answer::BadArgument);
    }
    // SAFETY: neither null nor crooked; the caller says that there is room for a `T`, and what
    // may be uninitialized promises nothing of what is there now.
    Ok(unsafe { &mut *place.cast::<MaybeUninit<T>>() })
}

/// Bytes to read: at most `length_max`. Null stands for none.
///
/// # Safety
///
/// Unless it is null, `length` bytes can be read there for as long as `'a`.
pub(crate) unsafe fn bytes<'a>(
    start: *const u8,
    length: usize,
    length_max: usize,
) -> Result<&'a [u8], Answer> {
    if length > length_max {
        return Err(Answer::TooLong);
    }
    if length == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(Answer::NullArgument);
    }
    // SAFETY: not null, far shorter than the address space; the caller says that the bytes are
    // there.
    Ok(unsafe { core::slice::from_raw_parts(start, length) })
}

/// Room for bytes to write, and for their number.
///
/// # Safety
///
/// Unless it is null, `capacity` bytes can be written there, by nobody else meanwhile.
pub(crate) unsafe fn room<'a>(
    start: *mut u8,
    capacity: usize,
) -> Result<&'a mut [MaybeUninit<u8>], Answer> {
    if start.is_null() {
        return Err(Answer::NullArgument);
    }
    if capacity > isize::MAX.unsigned_abs() {
        return Err(Answer::TooLong);
    }
    // SAFETY: not null, no longer than an object can be; the caller says that the room is there.
    Ok(unsafe { core::slice::from_raw_parts_mut(start.cast(), capacity) })
}

/// Puts bytes into room that was asked for.
pub(crate) fn fill(room: &mut [MaybeUninit<u8>], bytes: &[u8]) -> Result<(), Answer> {
    let room = room.get_mut(..bytes.len()).ok_or(Answer::BufferTooSmall)?;
    for (place, byte) in room.iter_mut().zip(bytes) {
        place.write(*byte);
    }
    Ok(())
}

/// A text of 1 to 255 bytes of UTF-8 with a zero behind it; `None` if null or empty.
///
/// # Safety
///
/// Unless it is null, bytes up to and with the zero, or 256 of them, can be read there.
pub(crate) unsafe fn text(start: *const c_char) -> Result<Option<Text>, Answer> {
    if start.is_null() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for place in 0..=TEXT_LENGTH_MAX {
        // SAFETY: no zero and fewer than 256 bytes were met before this one.
        let byte = unsafe { start.wrapping_add(place).cast::<u8>().read() };
        if byte == 0 {
            let found = String::from_utf8(found).map_err(|_| Answer::BadText)?;
            return if found.is_empty() {
                Ok(None)
            } else {
                Text::new(&found).map(Some).map_err(|_| Answer::BadText)
            };
        }
        found.push(byte);
    }
    Err(Answer::TooLong)
}

const TEXT_LENGTH_MAX: usize = 255;
