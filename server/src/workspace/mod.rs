//! FLOOR 8. The only IO: walking files, reading texts and configuration. It hands texts down and never decides.
