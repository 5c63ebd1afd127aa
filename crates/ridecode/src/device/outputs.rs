//! What a validator moves besides its lamp: sounds, relays, the barrier.
//!
//! Each is a command of the operator's, run without a shell. Nobody waits for it: a relay that
//! hangs must not hold up the queue. One that still runs when its next turn comes is ended.

use std::process::{Child, Command, Stdio};

use ridecode_validator::{Barrier, Outcome};

/// The commands, each a program and its arguments; empty for none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Commands {
    /// For an admission.
    pub admit: Vec<String>,
    /// For a refusal.
    pub refuse: Vec<String>,
    /// The barrier opens.
    pub open: Vec<String>,
    /// The barrier closes.
    pub close: Vec<String>,
}

/// What is to move.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Motion {
    /// The sound or relay of a decision.
    Decided {
        /// Whether it admits.
        admits: bool,
    },
    /// The barrier.
    Barrier(Barrier),
}

/// Runs the commands.
#[derive(Debug)]
pub struct Outputs {
    commands: Commands,
    decided: Option<Child>,
    moving: Option<Child>,
    barrier: Barrier,
}

impl Outputs {
    /// Outputs whose barrier is closed.
    pub fn new(commands: Commands) -> Self {
        Self {
            commands,
            decided: None,
            moving: None,
            barrier: Barrier::Closed,
        }
    }

    /// Sounds a decision.
    pub fn sound(&mut self, outcome: Outcome) {
        if outcome.is_silent() {
            return;
        }
        let motion = Motion::Decided {
            admits: outcome.admits(),
        };
        self.run(motion);
    }

    /// Moves the barrier, if it is not there.
    pub fn set_barrier(&mut self, barrier: Barrier) {
        if self.barrier != barrier {
            self.barrier = barrier;
            self.run(Motion::Barrier(barrier));
        }
    }

    fn run(&mut self, motion: Motion) {
        let (command, running) = match motion {
            Motion::Decided { admits: true } => (&self.commands.admit, &mut self.decided),
            Motion::Decided { admits: false } => (&self.commands.refuse, &mut self.decided),
            Motion::Barrier(Barrier::Open) => (&self.commands.open, &mut self.moving),
            Motion::Barrier(Barrier::Closed) => (&self.commands.close, &mut self.moving),
        };
        end(running.take());
        let Some((program, arguments)) = command.split_first() else {
            return;
        };
        let started = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(child) => *running = Some(child),
            Err(fault) => tracing::error!(%fault, program, "an output command cannot be run"),
        }
    }
}

impl Drop for Outputs {
    /// Nobody watches the barrier any more.
    fn drop(&mut self) {
        self.set_barrier(Barrier::Closed);
    }
}

fn end(child: Option<Child>) {
    let Some(mut child) = child else { return };
    if !matches!(child.try_wait(), Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_motion_runs_its_command_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let touch = |name: &str| vec!["mkdir".to_owned(), path(name)];
        let commands = Commands {
            admit: touch("admit"),
            refuse: vec!["no such program".to_owned()],
            open: touch("open"),
            close: touch("close"),
        };
        let mut outputs = Outputs::new(commands);
        outputs.sound(Outcome::SameRiderTooSoon);
        outputs.sound(Outcome::UnknownIssuer);
        outputs.sound(Outcome::Admit);
        outputs.set_barrier(Barrier::Closed);
        outputs.set_barrier(Barrier::Open);
        outputs.set_barrier(Barrier::Open);
        outputs.moving.as_mut().unwrap().wait().unwrap();
        outputs.set_barrier(Barrier::Closed);
        outputs.moving.as_mut().unwrap().wait().unwrap();
        outputs.decided.as_mut().unwrap().wait().unwrap();
        let mut found: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, ["admit", "close", "open"]);
    }

    #[test]
    fn a_command_that_hangs_is_ended_by_the_next() {
        let hang = vec!["sleep".to_owned(), "600".to_owned()];
        let mut outputs = Outputs::new(Commands {
            admit: hang,
            ..Commands::default()
        });
        outputs.sound(Outcome::Admit);
        outputs.sound(Outcome::UnknownIssuer);
        assert!(outputs.decided.is_none());
    }
}
