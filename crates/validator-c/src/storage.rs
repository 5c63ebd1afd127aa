//! The disk beneath, made of the caller's functions.
//!
//! A validator keeps a handful of small named files: its journal in pieces of 2 MiB, the last good
//! bundle, and a mark. What a function answers is believed only within bounds.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::CString;
use std::fmt;
use std::io::{self, ErrorKind};

use ridecode_device::Disk;
use ridecode_validator::bundle;

use crate::answer::Answer;

/// What a function of the storage answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum StorageAnswer {
    /// Done.
    Ok = 0,
    /// There is no room.
    Full = 1,
    /// There is no file of that name.
    Missing = 2,
    /// Anything else went wrong. Numbers that are none of these mean it too.
    Failed = 3,
}

/// Takes the name of a file that is there.
pub type Found = Option<unsafe extern "C" fn(sink: *mut c_void, name: *const c_char)>;

/// Named files that survive a power cut, as functions of the caller. Names are ASCII, at most 40
/// bytes, with a zero behind. Each function is given `context`, answers an `rc_storage_answer`,
/// and returns before anything else happens to this validator; it must not call the library with
/// the same validator. They may be called from any thread that calls the library.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Storage {
    /// Given to every function.
    pub context: *mut c_void,
    /// Calls `found` with `sink` and the name of each file there is, in any order.
    pub list:
        Option<unsafe extern "C" fn(context: *mut c_void, found: Found, sink: *mut c_void) -> i32>,
    /// Tells a file's length in bytes.
    pub length: Option<
        unsafe extern "C" fn(context: *mut c_void, name: *const c_char, length: *mut u64) -> i32,
    >,
    /// Reads exactly `length` bytes of a file from byte `from` on. They are there.
    pub read: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            name: *const c_char,
            from: u64,
            bytes: *mut u8,
            length: usize,
        ) -> i32,
    >,
    /// Writes bytes at byte `at` of a file that is there, growing it where they reach beyond its
    /// end. Need not survive a power cut before `sync`.
    pub write: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            name: *const c_char,
            at: u64,
            bytes: *const u8,
            length: usize,
        ) -> i32,
    >,
    /// Returns when everything written to a file survives a power cut, and not before: a rider
    /// is let through right after.
    pub sync: Option<unsafe extern "C" fn(context: *mut c_void, name: *const c_char) -> i32>,
    /// Cuts a file to so many bytes.
    pub cut:
        Option<unsafe extern "C" fn(context: *mut c_void, name: *const c_char, length: u64) -> i32>,
    /// Puts a whole file in place, new or instead of the one of that name. After a power cut at
    /// any moment the old or the new one is there, never half of one; once this returns, the new
    /// one.
    pub replace: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            name: *const c_char,
            bytes: *const u8,
            length: usize,
        ) -> i32,
    >,
    /// Removes a file.
    pub remove: Option<unsafe extern "C" fn(context: *mut c_void, name: *const c_char) -> i32>,
    /// Tells how many bytes can still be written; null if nobody can tell.
    pub free_bytes: Option<unsafe extern "C" fn(context: *mut c_void, bytes: *mut u64) -> i32>,
}

/// A storage whose functions are all there.
pub(crate) struct CallerDisk {
    storage: Storage,
}

// SAFETY: the header asks that the functions may be called with their context from any thread
// that calls the library; a validator makes one call at a time.
unsafe impl Send for CallerDisk {}
// SAFETY: as above: nothing in it changes, and calls come one at a time.
unsafe impl Sync for CallerDisk {}

impl CallerDisk {
    /// The disk of a storage, unless a function is missing.
    pub(crate) fn new(storage: Storage) -> Result<Self, Answer> {
        let Storage {
            context: _,
            list,
            length,
            read,
            write,
            sync,
            cut,
            replace,
            remove,
            free_bytes: _,
        } = storage;
        let whole = list.is_some()
            && length.is_some()
            && read.is_some()
            && write.is_some()
            && sync.is_some()
            && cut.is_some()
            && replace.is_some()
            && remove.is_some();
        whole
            .then_some(Self { storage })
            .ok_or(Answer::NullArgument)
    }

    fn length_of(&self, name: &CStr) -> io::Result<u64> {
        let call = self.storage.length.ok_or_else(missing)?;
        let mut length = 0;
        // SAFETY: the caller's function, with its context, a name and a place that live as long
        // as the call.
        answered(unsafe { call(self.storage.context, name.as_ptr(), &raw mut length) })?;
        Ok(length)
    }
}

impl fmt::Debug for CallerDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerDisk")
    }
}

impl Disk for CallerDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        let call = self.storage.list.ok_or_else(missing)?;
        let mut names: Vec<String> = Vec::new();
        let sink = (&raw mut names).cast();
        // SAFETY: the caller's function with its context; `take_name` is told of `names`, which
        // lives as long as the call and is not touched by anybody else meanwhile.
        answered(unsafe { call(self.storage.context, Some(take_name), sink) })?;
        names.sort();
        Ok(names)
    }

    fn read(&self, name: &str, from: u64, most: usize) -> io::Result<Vec<u8>> {
        let name = name_of(name)?;
        let call = self.storage.read.ok_or_else(missing)?;
        let left = self.length_of(&name)?.saturating_sub(from);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(most);
        if length > FILE_LENGTH_MAX {
            return Err(io::Error::other("a file is longer than any of ours"));
        }
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(length)
            .map_err(|_| ErrorKind::OutOfMemory)?;
        bytes.resize(length, 0);
        if length > 0 {
            // SAFETY: the caller's function, with its context, a name, and room for so many bytes
            // that live as long as the call.
            answered(unsafe {
                call(
                    self.storage.context,
                    name.as_ptr(),
                    from,
                    bytes.as_mut_ptr(),
                    length,
                )
            })?;
        }
        Ok(bytes)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.length_of(&name_of(name)?)
    }

    fn write(&self, name: &str, bytes: &[u8], at: u64) -> io::Result<()> {
        let name = name_of(name)?;
        let call = self.storage.write.ok_or_else(missing)?;
        // SAFETY: the caller's function, with its context, a name and bytes that live as long as
        // the call.
        answered(unsafe {
            call(
                self.storage.context,
                name.as_ptr(),
                at,
                bytes.as_ptr(),
                bytes.len(),
            )
        })
    }

    fn cut(&self, name: &str, length: u64) -> io::Result<()> {
        let name = name_of(name)?;
        let call = self.storage.cut.ok_or_else(missing)?;
        // SAFETY: the caller's function, with its context and a name that lives as long as the
        // call.
        answered(unsafe { call(self.storage.context, name.as_ptr(), length) })
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        let name = name_of(name)?;
        let call = self.storage.sync.ok_or_else(missing)?;
        // SAFETY: as in `cut`.
        answered(unsafe { call(self.storage.context, name.as_ptr()) })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let name = name_of(name)?;
        let call = self.storage.remove.ok_or_else(missing)?;
        // SAFETY: as in `cut`.
        answered(unsafe { call(self.storage.context, name.as_ptr()) })
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let name = name_of(name)?;
        let call = self.storage.replace.ok_or_else(missing)?;
        // SAFETY: as in `write`.
        answered(unsafe {
            call(
                self.storage.context,
                name.as_ptr(),
                bytes.as_ptr(),
                bytes.len(),
            )
        })
    }

    fn free(&self) -> io::Result<u64> {
        let call = self.storage.free_bytes.ok_or_else(missing)?;
        let mut free = 0;
        // SAFETY: the caller's function, with its context and a place that lives as long as the
        // call.
        answered(unsafe { call(self.storage.context, &raw mut free) })?;
        Ok(free)
    }

    /// What `replace` is made of elsewhere; nothing here asks for it.
    fn create(&self, _: &str) -> io::Result<()> {
        Err(missing())
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(missing())
    }

    fn sync_names(&self) -> io::Result<()> {
        Err(missing())
    }
}

/// Notes a name. One that is no short text is none of ours.
///
/// # Safety
///
/// `sink` is the list that was handed out with this function; unless it is null, `name` can be
/// read up to its zero.
unsafe extern "C" fn take_name(sink: *mut c_void, name: *const c_char) {
    if name.is_null() {
        return;
    }
    // SAFETY: as the caller says.
    let name = unsafe { CStr::from_ptr(name) };
    // SAFETY: as the caller says.
    let names = unsafe { &mut *sink.cast::<Vec<String>>() };
    if let Ok(name) = name.to_str()
        && names.len() < NAMES_MAX
    {
        names.push(name.to_owned());
    }
}

fn name_of(name: &str) -> io::Result<CString> {
    CString::new(name).map_err(|_| ErrorKind::InvalidInput.into())
}

fn answered(answer: i32) -> io::Result<()> {
    match answer {
        ok if ok == StorageAnswer::Ok as i32 => Ok(()),
        full if full == StorageAnswer::Full as i32 => Err(ErrorKind::StorageFull.into()),
        none if none == StorageAnswer::Missing as i32 => Err(ErrorKind::NotFound.into()),
        _ => Err(io::Error::other("the storage failed")),
    }
}

fn missing() -> io::Error {
    ErrorKind::Unsupported.into()
}

/// Longer than any file a validator keeps: a bundle, or a piece of the journal.
const FILE_LENGTH_MAX: usize = 2 * bundle::LENGTH_MAX;

/// More names than a validator has files.
const NAMES_MAX: usize = 100_000;
