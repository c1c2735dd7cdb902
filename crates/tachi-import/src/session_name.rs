//! Names of sessions: two adjectives and a noun. Source: `spec/sessions.md` 5.

use rand::seq::IndexedRandom;

const ADJECTIVES: &[&str] = &[
    "Amber",
    "Ancient",
    "Bold",
    "Brave",
    "Bright",
    "Brisk",
    "Calm",
    "Candid",
    "Cheerful",
    "Clever",
    "Cosmic",
    "Crisp",
    "Curious",
    "Daring",
    "Dazzling",
    "Distant",
    "Dreamy",
    "Eager",
    "Early",
    "Electric",
    "Elegant",
    "Endless",
    "Faint",
    "Fearless",
    "Fierce",
    "Fleeting",
    "Fresh",
    "Frosty",
    "Gentle",
    "Gilded",
    "Glad",
    "Golden",
    "Graceful",
    "Grand",
    "Happy",
    "Hasty",
    "Hidden",
    "Humble",
    "Icy",
    "Jolly",
    "Keen",
    "Kind",
    "Late",
    "Lively",
    "Loud",
    "Lucky",
    "Lunar",
    "Mellow",
    "Merry",
    "Mighty",
    "Misty",
    "Modest",
    "Neat",
    "Nimble",
    "Noble",
    "Patient",
    "Playful",
    "Polite",
    "Proud",
    "Quick",
    "Quiet",
    "Radiant",
    "Rapid",
    "Restless",
    "Rosy",
    "Rustic",
    "Scarlet",
    "Serene",
    "Sharp",
    "Shy",
    "Silent",
    "Silver",
    "Sleepy",
    "Smooth",
    "Snowy",
    "Solar",
    "Solemn",
    "Sparkling",
    "Spirited",
    "Steady",
    "Stellar",
    "Stormy",
    "Sturdy",
    "Subtle",
    "Sunny",
    "Swift",
    "Tender",
    "Tidy",
    "Tireless",
    "Tranquil",
    "Trusty",
    "Upbeat",
    "Velvet",
    "Vivid",
    "Warm",
    "Wandering",
    "Wild",
    "Windy",
    "Wise",
    "Witty",
    "Young",
    "Zesty",
];

const NOUNS: &[&str] = &[
    "Acorn", "Anchor", "Apple", "Arrow", "Aurora", "Badger", "Beacon", "Bell", "Breeze", "Bridge", "Brook", "Canyon",
    "Castle", "Cedar", "Cello", "Chord", "Cloud", "Comet", "Compass", "Coral", "Cricket", "Crystal", "Dawn", "Delta",
    "Dolphin", "Drum", "Dune", "Eagle", "Echo", "Ember", "Falcon", "Feather", "Fern", "Fiddle", "Firefly", "Flute",
    "Forest", "Fountain", "Fox", "Garden", "Glacier", "Grove", "Harbour", "Harp", "Hawk", "Heron", "Hill", "Horizon",
    "Island", "Ivy", "Jasmine", "Kestrel", "Kite", "Lagoon", "Lantern", "Lark", "Leaf", "Lily", "Lynx", "Maple",
    "Meadow", "Melody", "Meteor", "Moon", "Moss", "Mountain", "Nebula", "Oak", "Oasis", "Ocean", "Orbit", "Orchard",
    "Otter", "Owl", "Panda", "Pebble", "Pine", "Planet", "Prairie", "Quartz", "Rain", "Raven", "Reef", "River",
    "Robin", "Rocket", "Sail", "Shore", "Signal", "Sparrow", "Spring", "Star", "Stone", "Storm", "Summit", "Swan",
    "Thunder", "Tiger", "Tulip", "Valley", "Violin", "Wave", "Willow", "Wolf", "Zephyr",
];

/// A random name, at most 80 characters long. Names need not be unique.
pub fn random() -> String {
    let mut rng = rand::rng();
    let mut pick = |words: &[&'static str]| words.choose(&mut rng).copied().unwrap_or_default();
    format!("{} {} {}", pick(ADJECTIVES), pick(ADJECTIVES), pick(NOUNS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_capitalised_and_short_enough() {
        for word in ADJECTIVES.iter().chain(NOUNS) {
            assert!((1..=24).contains(&word.len()) && word.starts_with(char::is_uppercase), "{word}");
        }
        assert_eq!(random().split(' ').count(), 3);
    }
}
