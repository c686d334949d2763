//! What the codec promises, seen from outside.

mod clip;
mod colour;
mod corpus;
mod damage;
mod foreign;
mod hostile;
mod read;
mod sizes;
mod sniff;
mod still;
mod support;
