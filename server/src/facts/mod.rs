//! FLOOR 3. What the model means for security.

pub mod schema;
