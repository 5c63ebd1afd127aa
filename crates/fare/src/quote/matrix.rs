//! Every fare of a network.

use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{ServiceDay, Text};

use super::{QuoteFault, Trip, tariffs_of};
use crate::book::{Applied, TariffBook};
use crate::network::{LineRecord, Network, Pair, StopRecord};
use crate::tariff::{Moment, Pays, Price, Tariff};

/// Every fare between two stops of one network of a city's tariffs, by network and then in the
/// order of the stops' ids.
pub fn matrix<'a>(
    book: &'a TariffBook,
    city: &str,
    day: ServiceDay,
) -> Result<impl Iterator<Item = MatrixRow<'a>>, QuoteFault> {
    let trip = Trip::new(city, ["", ""], day);
    let offers = offers_in(book, &trip)?;
    Ok(offers.into_iter().flat_map(|offer| {
        // Which rule prices a line is looked for once.
        let lines = offer.network.lines().iter();
        let by_line: Vec<_> = lines.map(|line| offer.find_rule(line)).collect();
        let network = offer.network;
        network
            .pairs()
            .filter_map(move |pair| row(network, by_line[pair.first_line]?, &pair))
    }))
}

/// One fare of a matrix.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRow<'a> {
    /// From.
    pub from: &'a StopRecord,
    /// To.
    pub to: &'a StopRecord,
    /// The name of the network that joins them.
    pub network: &'a Text,
    /// The fare.
    pub fare: Money,
}

/// The rules that price a network, in order of precedence.
pub(super) struct Offer<'a> {
    pub(super) network: &'a Network,
    rules: Vec<Offered<'a>>,
}

/// A rule of a network, and what is paid of its price by the rider asked for.
#[derive(Clone, Copy)]
struct Offered<'a> {
    applied: Applied<'a>,
    pays: Option<Pays>,
}

impl<'a> Offer<'a> {
    /// The rule for boarding a line.
    fn find_rule(&self, line: &LineRecord) -> Option<Offered<'a>> {
        let mut rules = self.rules.iter();
        rules
            .find(|offered| offered.applied.rule.runs(line))
            .copied()
    }
}

fn row<'a>(network: &'a Network, offered: Offered<'a>, pair: &Pair<'a>) -> Option<MatrixRow<'a>> {
    let Offered { applied, pays } = offered;
    let minor = match &applied.rule.price {
        Price::Flat(minor) => *minor,
        Price::Ladder(ladder) => ladder.price(pair.length_m).1,
        Price::Zones(zones) => zones.find_fare(&pair.from.stop, &pair.to.stop)?.minor,
    };
    let minor = applied.rule.tiered(minor);
    let minor = pays.map_or(minor, |pays| pays.paid(minor));
    Some(MatrixRow {
        from: pair.from,
        to: pair.to,
        network: network.name(),
        fare: applied.tariff.money(minor),
    })
}

/// The networks of a city's tariffs in the order they are named, each with the rules that price
/// it: the city's own, then other cities'. A rider in Foshan asks for trips on a line run from
/// Guangzhou, too.
pub(super) fn offers_in<'a>(
    book: &'a TariffBook,
    trip: &Trip<'_>,
) -> Result<Vec<Offer<'a>>, QuoteFault> {
    let own = tariffs_of(book, trip)?;
    let others = book
        .tariffs()
        .iter()
        .filter(|tariff| tariff.city().as_str() != trip.city && tariff.is_in_force(trip.day));
    let tariffs: Vec<&Tariff> = own.iter().copied().chain(others).collect();
    let mut offers: Vec<Offer<'a>> = Vec::new();
    for network in own.iter().flat_map(|tariff| tariff.networks()) {
        let named = |offer: &Offer<'_>| offer.network.name() == network;
        if let Some(network) = book.find_network(network)
            && !offers.iter().any(named)
        {
            let rules = tariffs
                .iter()
                .flat_map(|tariff| rules_for(tariff, network, trip));
            offers.push(Offer {
                network,
                rules: rules.collect(),
            });
        }
    }
    Ok(offers)
}

fn rules_for<'a>(
    tariff: &'a Tariff,
    network: &'a Network,
    trip: &Trip<'_>,
) -> impl Iterator<Item = Offered<'a>> {
    let Trip {
        day,
        second,
        category,
        ..
    } = *trip;
    let moment = Moment { day, second };
    let of_network = tariff.rules.iter().filter(move |rule| {
        rule.network.as_ref() == Some(network.name())
            && rule.audience.admits(category, moment, &tariff.calendar)
    });
    of_network.map(move |rule| {
        let concession = tariff.find_concession(rule, category, moment);
        Offered {
            applied: Applied {
                tariff,
                rule,
                network: Some(network),
            },
            pays: concession.map(|concession| concession.pays()),
        }
    })
}
