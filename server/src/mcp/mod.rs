//! FLOOR 9. The engine as tools for an agent.
