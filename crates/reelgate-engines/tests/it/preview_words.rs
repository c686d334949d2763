//! What prompts are understood as, in several languages.

use crate::support::understood;

/// Checks that every fact of `expected` (separated by `|`) is in what the prompt is read as, and
/// none of `absent`.
#[track_caller]
fn check(prompt: &str, expected: &str, absent: &str) {
    let read = understood(prompt);
    for fact in expected.split('|') {
        assert!(read.contains(fact), "{prompt:?} read as {read:?}, lacks {fact:?}");
    }
    for fact in absent.split('|').filter(|fact| !fact.is_empty()) {
        assert!(!read.contains(fact), "{prompt:?} read as {read:?}, has {fact:?}");
    }
}

#[test]
fn reads_the_prompts_of_the_api_pages() {
    check(
        "A river flowing through an autumn forest, aerial view, cinematic motion",
        ": river|season autumn|camera aerial",
        "",
    );
    check(
        "A young woman blows out birthday candles, warm indoor lighting, shallow depth of field",
        ": room|with woman, candles|doing blow|mood warm",
        "",
    );
    check("A beautiful beach scene with waves gently lapping at the shore", ": beach", "");
    check(
        "A cinematic shot of a glass train crossing a snowy mountain bridge",
        ": mountains|train, bridge|weather snow",
        "",
    );
}

#[test]
fn reads_east_asian_prompts() {
    check("夕暮れの海、灯台、カメラがゆっくりズームイン", ": sea|golden|lighthouse|zoom_in", "");
    check("눈 내리는 겨울 숲을 강아지가 달려간다", ": forest|snow|winter|dog|run", "");
    check(
        "霓虹灯下的城市街道，下雨的夜晚，一个女孩在走路",
        ": city|rain|night|neon|woman|walk",
        "",
    );
    check("東京の夜、雨の街を歩く女性", ": city|night|rain|woman|walk", "");
}

#[test]
fn reads_european_prompts() {
    check("Mglisty poranek nad jeziorem w górach", ": lake|fog|morning", "");
    check("Kobieta biegnie po plaży o zachodzie słońca", ": beach|woman|run|golden", "");
    check("Ein Hund läuft im Herbstwald bei Regen", "dog|run|autumn|rain", "");
    check("Une femme marche dans la forêt en hiver", ": forest|woman|walk|winter", "");
    check("Un gato en el jardín al atardecer", ": meadow|cat|golden", "");
}

#[test]
fn reads_animals_company_and_riders() {
    check("a caravan of camels in the desert", ": desert|with camel|several camel", "");
    check("a camel at an oasis", ": desert|with camel", "several");
    check("a man riding a horse on a beach", ": beach|with man, horse|doing ride", "several");
    check("霧の森の鹿の群れ", ": forest|with deer|several deer|fog", "");
    check("눈 속의 여우", "with fox", "with dog");
    check("Stado słoni na sawannie", "with elephant|several elephant", "");
    check("Ein Reiter auf einem Pferd vor dem Schloss", "with horse, castle|doing ride", "house");
    check("城堡和骑着马的女人", "castle, horse|woman|doing ride", "");
    check("東京の夜の城", ": city|with castle", "");
    check("an old temple above a village", "with temple, village", "house");
}

#[test]
fn reads_planets() {
    check("a rocket passes a ringed planet", ": space|with rocket|planet saturn", "");
    check("木星の前の宇宙飛行士", ": space|planet jupiter", "");
    check("a probe near the red planet", ": space|planet mars", "");
    check("a satellite orbiting earth", ": space|planet earth", "");
    check("sunrise over a strange planet", ": space", "saturn|earth");
}

#[test]
fn leaves_out_what_the_text_turns_down() {
    check(
        "a forest without people, no rain",
        ": forest|without person, rain",
        "with person|weather",
    );
    check("a city street, no camera movement", "camera static", "");
    check("a lake with no wind, a boat", ": lake|with boat|without wind", "weather");
    check("人のいない海、雨なし", ": sea", "weather rain");
    check("비 없이 맑은 숲", ": forest", "weather rain");
    check("没有人的沙滩", ": beach", "with person");
    check("las bez ludzi, jezioro bez deszczu", ": lake|without", "weather rain|with person");
}

#[test]
fn takes_the_longest_phrase() {
    check("a golden retriever in a field", "with dog", "light golden");
    check("a cat at golden hour in a garden", "with cat|light golden", "");
    check("underwater with fish", ": underwater", "");
    check("a little girl dancing in the park", "with child|doing dance", "with woman");
}

#[test]
fn reads_camera_words() {
    for (words, name) in [
        ("pan left", "pan_left"),
        ("the camera pans to the right", "pan_right"),
        ("tilt up", "tilt_up"),
        ("slow dolly in", "push_in"),
        ("pull back", "pull_out"),
        ("zoom out", "zoom_out"),
        ("orbit shot", "orbit"),
        ("crane shot", "crane_up"),
        ("tracking shot", "truck_right"),
        ("handheld", "handheld"),
        ("whip pan", "whip"),
        ("drone view", "aerial"),
        ("static shot", "static"),
    ] {
        check(&format!("a meadow, {words}"), &format!("camera {name}"), "");
    }
}

#[test]
fn odd_prompts_still_give_a_film() {
    let long = "sea ".repeat(2_500);
    for prompt in ["", " ", "\n\n", "🦀🦀🦀", "@image", "[", "Shot 1:", "0-", "[0-", &long] {
        assert!(understood(prompt).contains("shot 1"), "{prompt:?}");
    }
}
