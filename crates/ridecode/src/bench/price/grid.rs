//! A made-up metro of 318 stops, every one of which two lines meet at: no real network of that
//! size has as many ways.

use anyhow::Context as _;
use ridecode_fare::{
    Interchange, LineRecord, Names, Network, NetworkBuilder, Section, StopRecord, Tariff,
    TariffBook, example,
};
use ridecode_words::{LineId, Mode, OperatorId, StopId, Text};

/// How many stops it has.
pub(super) const STOPS: usize = 318;

/// Its stops, lines and sections, before any path is found.
pub(super) fn sections(seed: u64) -> anyhow::Result<NetworkBuilder> {
    let mut random = fastrand::Rng::with_seed(seed);
    let name = Text::new("example-metro")?;
    let mut builder = NetworkBuilder::new(name, Interchange::Free);
    for stop in 0..STOPS {
        builder.stop(StopRecord {
            stop: stop_id(stop)?,
            names: Names::new(Text::new(&format!("Stop {stop}"))?),
        });
    }
    for (kind, step, last) in [("row", 1, SIDE), ("column", SIDE, STOPS)] {
        for line in 0..SIDE {
            builder.line(LineRecord {
                line: LineId::new(&format!("{kind}-{line}"))?,
                operator: OperatorId(1),
                mode: Mode::Metro,
                names: Names::new(Text::new(&format!("{kind} {line}"))?),
            });
        }
        for from in 0..STOPS {
            let (row, column) = (from / SIDE, from % SIDE);
            let line = if step == 1 { row } else { column };
            let to = from + step;
            if to >= STOPS || (step == 1 && column + 1 == last) {
                continue;
            }
            let length_m = random.u32(600..2_500);
            for (from, to) in [(from, to), (to, from)] {
                builder.section(Section {
                    line: LineId::new(&format!("{kind}-{line}"))?,
                    from: stop_id(from)?,
                    to: stop_id(to)?,
                    length_m,
                    estimated: false,
                });
            }
        }
    }
    Ok(builder)
}

/// The network with the fares of the example's metro.
pub(super) fn book(network: Network) -> anyhow::Result<TariffBook> {
    let tariff = Tariff::parse(example::TARIFF).context("the example is a tariff")?;
    Ok(TariffBook::new(vec![network], vec![tariff])?)
}

fn stop_id(stop: usize) -> anyhow::Result<StopId> {
    Ok(StopId::new(&format!("{stop:03}"))?)
}

/// Stops of a row.
const SIDE: usize = 18;
