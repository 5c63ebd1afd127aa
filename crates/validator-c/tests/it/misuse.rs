//! What a caller can get wrong.

use crate::programs::{Linked, Program};
use crate::vectors::Ladder;

#[test]
fn every_mistake_of_a_caller_has_its_answer_and_none_an_error_in_memory() {
    let ladder = Ladder::read();
    let (now, code) = ladder.shown("a compact code");
    let (key, now) = (ladder.office_key(), now.to_string());
    let arguments = [&key, ladder.bundle(), &now, code];
    let sources = [
        "tests/c/misuse.c",
        "tests/c/memory_storage.c",
        "tests/c/input.c",
    ];
    let program = Program::build(&sources, Linked::Static);
    assert_eq!(
        program.run(&arguments, ""),
        "every mistake has its answer\n"
    );
    program.run_watched(&arguments, "");
}
