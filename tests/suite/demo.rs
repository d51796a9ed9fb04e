//! `guardline demo`: the play goes through, with the real server, and leaves nothing behind.

use crate::program::{Project, Ran};

#[test]
fn the_play_goes_through_and_cleans_up() {
    let place = Project::of(&[]);
    let ran = Ran::from(place.command(&["demo", "--plain"]).env("TMPDIR", place.path()).output().expect("the program runs"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let at = |what: &str| lines.iter().position(|line| line.contains(what)).unwrap_or_else(|| panic!("no line says `{what}`: {}", ran.stdout));
    for rule in ["secret-hardcoded", "missing-ownership"] {
        let (comes, goes) = (at(&format!("squiggle appears     {rule}")), at(&format!("squiggle disappears  {rule}")));
        assert!(comes < goes, "{}", ran.stdout);
        at(&format!("✓ {rule}, repaired: "));
    }
    assert!(at("STRIPE_SECRET_KEY=•••") < at("squiggle appears     missing-ownership"));
    at("ownerId");
    assert!(!ran.stdout.contains("sk_live_") && !ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    assert_eq!(std::fs::read_dir(place.path()).expect("the folder").count(), 0, "the shop is gone");
}
