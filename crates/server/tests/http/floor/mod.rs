//! What holds for every request, whatever it asks for.

mod admit;
mod health;
mod layer;
mod recorder;
mod size;
mod slow;
mod smuggling;
mod tls;
