//! The one integration binary: journeys through the real command, and rules about the tree.

mod support;

mod architecture;
mod authoring;
mod backup;
mod bad_input;
mod bounces;
mod campaigns;
mod contracts;
mod daemon;
mod demo;
mod editions;
mod hardship;
mod members;
mod own_pages;
mod proofs;
mod readme;
mod rounds;
mod smtp;
