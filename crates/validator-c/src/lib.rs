//! The validator as a C library.
//!
//! Bytes, times and a disk come in through C functions, decisions and bytes to send go out. A call
//! reads its arguments in [`border`], finds its validator in [`table`], lets `ridecode_device` do
//! the work, and answers with one word of [`Answer`]. No pointer is believed beyond what the header
//! asks of the caller, no panic leaves, nothing is kept of an argument, and the library reads no
//! clock, opens no file and draws no randomness of its own.
#![expect(
    unsafe_code,
    reason = "C hands over pointers; each is looked at in `border` and `storage` alone"
)]

mod border;

mod answer;
mod words;

mod moment;
mod place;
mod settings;
mod storage;

mod reader;
mod table;

mod opening;

mod scanning;

mod sending;

pub use answer::{Answer, rc_answer_text};
pub use moment::{Moment, Trust};
pub use opening::{ABI_VERSION, rc_abi_version, rc_close, rc_make_key, rc_open};
pub use place::{Mode, Passage, Place};
pub use scanning::{
    Decision, Outcome, UndoReason, rc_move_to, rc_pass, rc_scan, rc_undo, rc_void_overdue,
};
pub use sending::{
    State, Vitals, rc_heartbeat, rc_held_through, rc_next_segment, rc_read_state, rc_settle,
    rc_take_bundle,
};
pub use settings::{Algorithm, Settings};
pub use storage::{Found, Storage, StorageAnswer};
pub use table::Handle;
pub use words::TEXT_CAPACITY;
