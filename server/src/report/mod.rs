//! FLOOR 6. How findings are told: text, json, sarif; and which are silenced.
