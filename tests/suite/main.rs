//! The one integration binary: journeys through the real command, and rules about the tree.

mod support;

mod administration;
mod architecture;
mod bad_input;
mod contracts;
mod daemon;
mod demo;
mod editing;
mod editions;
mod members;
mod public_pages;
mod readme;
mod review;
mod rounds;
mod smtp;
