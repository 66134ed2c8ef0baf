//! The one integration binary: journeys through the real command, and rules about the tree.

mod support;

mod architecture;
mod backup;
mod bad_input;
mod bounces;
mod campaigns;
mod contracts;
mod daemon;
mod demo;
mod dkim;
mod editions;
mod hardship;
mod members;
mod readme;
mod rounds;
mod smtp;
