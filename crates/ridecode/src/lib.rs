//! The Ridecode program: everything with an edge. HTTP, workers, the validator device, the
//! sandbox provider, configuration, clock, command line.

pub mod command;

pub mod clock;
pub mod config;
pub mod entropy;
pub mod staff;

pub mod city;
mod database;
pub mod desk;
pub(crate) mod output;
pub mod pages;

pub(crate) mod bill;
pub mod code;
pub mod fare;
pub mod gtfs;
pub mod tariff;

pub mod device;

pub mod carrier;
pub mod client;
pub(crate) mod phone;
pub mod serve;
pub mod work;

pub mod sandbox;

pub mod statement;

pub mod payout;

pub mod reconcile;

pub mod audit;
pub mod migrate;

pub mod bench;
pub mod demo;
pub mod simulate;
