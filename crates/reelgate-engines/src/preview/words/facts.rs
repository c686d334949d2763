//! The facts of one shot.

use super::lexicon::{Found, Lexicon, is_latin};

/// Declares a closed set of facts with the names the phrase table uses.
macro_rules! facts {
    ($(#[$doc:meta])* $set:ident { $($item:ident = $name:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $set { $($item),* }

        impl $set {
            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$item),)* _ => None }
            }

            /// As shown to people.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$item => $name),* }
            }
        }
    };
}

facts!(
    /// Where it happens.
    Setting {
        Beach = "beach", Sea = "sea", River = "river", Lake = "lake", Forest = "forest",
        City = "city", Mountains = "mountains", Desert = "desert", Room = "room",
        Space = "space", Meadow = "meadow", Underwater = "underwater", Sky = "sky",
    }
);
facts!(
    /// Which planet, where it is told. Whoever names one is in space.
    Globe { Earth = "earth", Mars = "mars", Jupiter = "jupiter", Saturn = "saturn" }
);
facts!(
    /// Time of day.
    Hour {
        Dawn = "dawn", Morning = "morning", Noon = "noon", Golden = "golden", Dusk = "dusk",
        Night = "night",
    }
);
facts!(
    /// What the air does.
    Weather {
        Clear = "clear", Cloudy = "cloudy", Rain = "rain", Snow = "snow", Fog = "fog",
        Storm = "storm", Wind = "wind", Dust = "dust",
    }
);
facts!(
    /// Time of year.
    Season { Spring = "spring", Summer = "summer", Autumn = "autumn", Winter = "winter" }
);
facts!(
    /// How it should feel.
    Mood {
        Warm = "warm", Cold = "cold", Neon = "neon", Pastel = "pastel", Noir = "noir",
        Sepia = "sepia", Calm = "calm", Energetic = "energetic", Dark = "dark",
        Dreamy = "dreamy", Epic = "epic",
    }
);
facts!(
    /// Who or what is in it.
    Subject {
        Woman = "woman", Man = "man", Child = "child", Person = "person", Cat = "cat",
        Dog = "dog", Horse = "horse", Bird = "bird", Fish = "fish", Whale = "whale",
        Turtle = "turtle", Butterfly = "butterfly", Train = "train", Car = "car", Boat = "boat",
        Airplane = "airplane", Balloon = "balloon", House = "house", Lighthouse = "lighthouse",
        Candles = "candles", Flower = "flower", Robot = "robot", Bridge = "bridge",
        Rocket = "rocket", Fire = "fire", Fireworks = "fireworks", Umbrella = "umbrella",
        Cup = "cup", Bicycle = "bicycle", Lantern = "lantern", Windmill = "windmill",
        Deer = "deer", Camel = "camel", Elephant = "elephant", Fox = "fox", Lion = "lion",
        Bear = "bear", Cow = "cow", Sheep = "sheep", Rabbit = "rabbit", Castle = "castle",
        Temple = "temple", Village = "village", Wolf = "wolf", Tiger = "tiger",
        Leopard = "leopard",
    }
);
facts!(
    /// What they do.
    Action {
        Walk = "walk", Run = "run", Dance = "dance", Sit = "sit", Stand = "stand", Fly = "fly",
        Blow = "blow", Swim = "swim", Ride = "ride",
    }
);
facts!(
    /// What the camera does.
    Move {
        Static = "static", PanLeft = "pan_left", PanRight = "pan_right", TiltUp = "tilt_up",
        TiltDown = "tilt_down", PushIn = "push_in", PullOut = "pull_out", ZoomIn = "zoom_in",
        ZoomOut = "zoom_out", TruckLeft = "truck_left", TruckRight = "truck_right",
        CraneUp = "crane_up", CraneDown = "crane_down", Orbit = "orbit", Aerial = "aerial",
        Handheld = "handheld", Whip = "whip", SlowMotion = "slow_motion",
        TimeLapse = "time_lapse",
    }
);
facts!(
    /// How near it is seen, and through what.
    Framing { Close = "close", Wide = "wide", Shallow = "shallow", Glass = "glass" }
);
facts!(
    /// How it is drawn, when not as an illustration, and what is written on it.
    Style { Whitebox = "whitebox" }
);

impl Subject {
    /// Walks on two legs and has a face we do not draw.
    pub(crate) fn is_human(self) -> bool {
        matches!(self, Self::Woman | Self::Man | Self::Child | Self::Person)
    }

    /// Goes on four legs.
    pub(crate) fn is_beast(self) -> bool {
        matches!(
            self,
            Self::Cat | Self::Dog | Self::Horse | Self::Deer | Self::Camel | Self::Elephant
        ) || matches!(
            self,
            Self::Fox | Self::Lion | Self::Bear | Self::Cow | Self::Sheep | Self::Rabbit
        ) || matches!(self, Self::Wolf | Self::Tiger | Self::Leopard)
    }

    /// Large and patient enough to be ridden.
    pub(crate) fn is_mount(self) -> bool {
        matches!(self, Self::Horse | Self::Camel | Self::Elephant)
    }

    /// Where one expects it when the text names no place.
    pub(crate) fn home(self) -> Option<Setting> {
        match self {
            Self::Candles | Self::Cup => Some(Setting::Room),
            Self::Fish | Self::Whale | Self::Turtle => Some(Setting::Underwater),
            Self::Boat | Self::Lighthouse => Some(Setting::Sea),
            Self::Car | Self::Robot | Self::Fireworks => Some(Setting::City),
            Self::Train | Self::Bridge => Some(Setting::Mountains),
            Self::Airplane => Some(Setting::Sky),
            Self::Rocket => Some(Setting::Space),
            Self::Fire | Self::Deer | Self::Fox | Self::Bear | Self::Wolf | Self::Tiger => {
                Some(Setting::Forest)
            }
            Self::Camel => Some(Setting::Desert),
            Self::Lantern => Some(Setting::Lake),
            Self::Flower | Self::Butterfly | Self::Windmill | Self::House | Self::Balloon => {
                Some(Setting::Meadow)
            }
            Self::Elephant
            | Self::Lion
            | Self::Leopard
            | Self::Cow
            | Self::Sheep
            | Self::Rabbit => Some(Setting::Meadow),
            Self::Castle | Self::Temple | Self::Village => Some(Setting::Meadow),
            _ => None,
        }
    }
}

/// A reference by its kind and number, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// `@image2`.
    Image(usize),
    /// `@video1`.
    Video(usize),
}

/// What one shot shows, in order of mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) settings: Vec<Setting>,
    pub(crate) globes: Vec<Globe>,
    pub(crate) hours: Vec<Hour>,
    pub(crate) weather: Vec<Weather>,
    pub(crate) seasons: Vec<Season>,
    pub(crate) moods: Vec<Mood>,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) actions: Vec<Action>,
    pub(crate) moves: Vec<Move>,
    pub(crate) framing: Vec<Framing>,
    pub(crate) styles: Vec<Style>,
    /// References named as `@image2` or `@video1`.
    pub(crate) named: Vec<Name>,
    /// Animals of which the text wants several.
    pub(crate) many: Vec<Subject>,
    /// Further pictures are to lie over the first one instead of following it.
    pub(crate) insets: bool,
    /// People, weather and the like the text says to leave out.
    pub(crate) left_out: Vec<&'static str>,
}

impl Facts {
    pub(crate) fn has(&self, subject: Subject) -> bool {
        self.subjects.contains(&subject)
    }

    pub(crate) fn sky(&self, weather: Weather) -> bool {
        self.weather.contains(&weather)
    }

    pub(crate) fn feels(&self, mood: Mood) -> bool {
        self.moods.contains(&mood)
    }

    pub(crate) fn does(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    pub(crate) fn moves(&self, camera: Move) -> bool {
        self.moves.contains(&camera)
    }

    pub(crate) fn framed(&self, framing: Framing) -> bool {
        self.framing.contains(&framing)
    }

    pub(crate) fn drawn(&self, style: Style) -> bool {
        self.styles.contains(&style)
    }

    pub(crate) fn draw(&mut self, style: Style) {
        add(&mut self.styles, style);
    }

    pub(crate) fn season(&self) -> Option<Season> {
        self.seasons.first().copied()
    }

    /// These facts, with `common` ones filling what this shot leaves open.
    pub(crate) fn within(mut self, common: &Facts) -> Facts {
        fill(&mut self.settings, &common.settings);
        fill(&mut self.globes, &common.globes);
        fill(&mut self.hours, &common.hours);
        fill(&mut self.weather, &common.weather);
        fill(&mut self.seasons, &common.seasons);
        fill(&mut self.subjects, &common.subjects);
        fill(&mut self.actions, &common.actions);
        fill(&mut self.moves, &common.moves);
        fill(&mut self.named, &common.named);
        for subject in &common.many {
            add(&mut self.many, *subject);
        }
        self.insets |= common.insets;
        for mood in &common.moods {
            add(&mut self.moods, *mood);
        }
        for framing in &common.framing {
            add(&mut self.framing, *framing);
        }
        for style in &common.styles {
            add(&mut self.styles, *style);
        }
        self.left_out.extend(&common.left_out);
        self.forget_left_out();
        self
    }

    fn forget_left_out(&mut self) {
        let out = self.left_out.clone();
        let keep = |name: &str| !out.contains(&name);
        self.weather.retain(|w| keep(w.name()));
        self.subjects.retain(|s| keep(s.name()) && !(s.is_human() && out.contains(&"person")));
        self.moves.retain(|m| keep(m.name()));
        self.moods.retain(|m| keep(m.name()));
        self.settings.retain(|s| keep(s.name()));
        self.styles.retain(|s| keep(s.name()));
    }

    fn learn(&mut self, found: &Found) {
        match found.kind {
            "setting" => note(&mut self.settings, Setting::named(found.name)),
            "globe" => {
                note(&mut self.globes, Globe::named(found.name));
                add(&mut self.settings, Setting::Space);
            }
            "hour" => note(&mut self.hours, Hour::named(found.name)),
            "weather" => note(&mut self.weather, Weather::named(found.name)),
            "season" => note(&mut self.seasons, Season::named(found.name)),
            "mood" => note(&mut self.moods, Mood::named(found.name)),
            "subject" => {
                let subject = Subject::named(found.name);
                note(&mut self.subjects, subject);
                note(&mut self.many, subject.filter(|s| found.several && s.is_beast()));
            }
            "action" => note(&mut self.actions, Action::named(found.name)),
            "camera" => note(&mut self.moves, Move::named(found.name)),
            "style" => note(&mut self.styles, Style::named(found.name)),
            _ => note(&mut self.framing, Framing::named(found.name)),
        }
    }
}

fn note<T: PartialEq>(list: &mut Vec<T>, fact: Option<T>) {
    if let Some(fact) = fact {
        add(list, fact);
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, fact: T) {
    if !list.contains(&fact) {
        list.push(fact);
    }
}

fn fill<T: Copy>(list: &mut Vec<T>, common: &[T]) {
    if list.is_empty() {
        list.extend_from_slice(common);
    }
}

/// What people say who want one picture within another.
const INSET_WORDS: [&str; 12] = [
    "inset",
    "picture in picture",
    "picture-in-picture",
    "in the corner",
    "side by side",
    "split screen",
    "ピクチャーインピクチャー",
    "ワイプ",
    "화면 속 화면",
    "画中画",
    "obraz w obrazie",
    "w rogu",
];

/// What people say who want more than one animal, where the animal's own word does not tell.
const HERD_WORDS: [&str; 18] = [
    "herd",
    "caravan",
    "flock",
    "pack of",
    "group of",
    "群れ",
    "隊商",
    "キャラバン",
    "무리",
    "떼가",
    "떼를",
    "一群",
    "成群",
    "商队",
    "stado",
    "stada",
    "karawan",
    "herde",
];

/// Reads one shot's text.
pub(crate) fn facts_of(text: &str) -> Facts {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let mut facts = Facts::default();
    for found in Lexicon::shared().find(&letters) {
        if is_denied(&letters, &found) {
            match found.kind {
                "camera" => add(&mut facts.moves, Move::Static),
                _ => add(&mut facts.left_out, found.name),
            }
        } else {
            facts.learn(&found);
        }
    }
    facts.named = names(&letters);
    let text: String = letters.iter().collect();
    facts.insets = INSET_WORDS.iter().any(|words| text.contains(words));
    if HERD_WORDS.iter().any(|words| text.contains(words)) {
        facts.many = facts.subjects.iter().copied().filter(|s| s.is_beast()).collect();
    }
    facts.forget_left_out();
    facts
}

/// Whether the words around a phrase turn it down: "without people", "雨なし", "bez ludzi".
fn is_denied(letters: &[char], found: &Found) -> bool {
    const BEFORE: [&str; 20] = [
        "no", "not", "without", "never", "don't", "doesn't", "avoid", "bez", "nie", "ohne", "kein",
        "keine", "keinen", "sans", "pas", "sin", "exclude", "żadnych", "any", "zero",
    ];
    const CJK_BEFORE: [&str; 6] = ["没有", "不要", "无", "沒有", "不", "避免"];
    const CJK_AFTER: [&str; 9] =
        ["なし", "がない", "のない", "無し", "はいない", "없이", "없는", "없음", "이 없"];
    if found.kind == "camera" && found.name == "static" {
        return false;
    }
    let before: String = letters[found.from.saturating_sub(3)..found.from].iter().collect();
    let after: String = letters[found.to..(found.to + 5).min(letters.len())].iter().collect();
    let latin = is_latin(letters[found.from]);
    if !latin && CJK_BEFORE.iter().any(|word| before.trim_end().ends_with(word)) {
        return true;
    }
    if CJK_AFTER.iter().any(|word| after.trim_start().starts_with(word)) {
        return true;
    }
    let clause = letters[..found.from]
        .iter()
        .rposition(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\n' | '(' | '。' | '、'))
        .map_or(0, |at| at + 1);
    let clause: String = letters[clause..found.from].iter().collect();
    clause
        .split_whitespace()
        .rev()
        .take(3)
        .take_while(|word| !matches!(*word, "but" | "with" | "and" | "then" | "ale" | "mit"))
        .any(|word| BEFORE.contains(&word))
}

/// What `@image1`, `[video 2]` and the like name, in order.
fn names(letters: &[char]) -> Vec<Name> {
    const IMAGES: [&str; 6] = ["image", "img", "picture", "画像", "이미지", "图"];
    const VIDEOS: [&str; 6] = ["video", "clip", "footage", "動画", "영상", "视频"];
    let kinds = IMAGES.map(|name| (name, Name::Image as fn(usize) -> Name)).into_iter();
    let kinds: Vec<_> = kinds.chain(VIDEOS.map(|name| (name, Name::Video as _))).collect();
    let mut found = Vec::new();
    for at in 0..letters.len() {
        let rest = &letters[at..];
        for (name, kind) in &kinds {
            let long = name.chars().count();
            if rest.len() <= long || !name.chars().eq(rest[..long].iter().copied()) {
                continue;
            }
            let digits: String = rest[long..]
                .iter()
                .skip_while(|c| matches!(c, ' ' | '_' | '-' | '片'))
                .take(2)
                .take_while(|c| c.is_ascii_digit())
                .collect();
            if let Ok(number) = digits.parse::<usize>() {
                add(&mut found, kind(number));
            }
        }
    }
    found
}
