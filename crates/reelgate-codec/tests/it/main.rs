//! What the codec promises, seen from outside.

mod clip;
mod colour;
mod damage;
mod foreign;
mod read;
mod sizes;
mod sniff;
mod still;
mod support;
