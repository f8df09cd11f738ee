//! What the user is doing: keys become actions, actions become effects. No terminal types.

pub mod effect;
pub mod key;
