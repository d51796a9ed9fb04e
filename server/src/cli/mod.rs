//! FLOOR 9. The terminal: audit, explain, rules, demo.
