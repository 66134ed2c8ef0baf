//! The one integration binary: journeys through the real command, and rules about the tree.

mod support;

mod architecture;
mod backup;
mod bad_input;
mod campaigns;
mod contracts;
mod daemon;
mod demo;
mod editions;
mod hardship;
mod members;
mod readme;
mod rounds;
mod smtp;
