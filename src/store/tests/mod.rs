//! Every test of the store, on SQLite always and on PostgreSQL when GLANEUR_TEST_POSTGRES names a server on which
//! databases may be created.

pub(crate) mod both;
mod claims;
mod found;
mod issues;
mod limits;
mod opening;
mod people;
