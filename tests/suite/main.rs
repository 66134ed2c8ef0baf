//! The one integration binary: journeys through the real command, and rules about the tree.

mod support;

mod administration;
mod architecture;
mod authoring;
mod backup;
mod bad_input;
mod bounces;
mod browsing;
mod campaigns;
mod cases;
mod contracts;
mod daemon;
mod demo;
mod dkim;
mod doctor;
mod editing;
mod editions;
mod entries;
mod frozen;
mod hardship;
mod health;
mod imap;
mod members;
mod merging;
mod network;
mod own_pages;
mod pdf;
mod proofs;
mod public_pages;
mod readme;
mod rectify;
mod review;
mod rounds;
mod smtp;
mod unsaid;
