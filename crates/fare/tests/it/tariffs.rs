//! Random tariffs over a small city: every kind of rule, in combinations no city has.

use std::fmt::Write as _;

use ridecode_words::Mode;

use ridecode_fare_oracle::feed::{City, Hop, Line};

/// The small city under a tariff drawn from a seed.
pub(crate) fn city(seed: u64) -> City {
    let line = |id: &str, operator, mode: Mode| Line {
        id: id.to_owned(),
        operator,
        mode,
        network: mode.word().to_owned(),
    };
    let lines = vec![
        line("m1", 1, Mode::Metro),
        line("m2", 4, Mode::Metro),
        line("t1", 1, Mode::Tram),
        line("b1", 2, Mode::Bus),
        line("b2", 2, Mode::Bus),
    ];
    let sections = [
        ("m1", "a", "b", 2_500),
        ("m1", "b", "c", 1_500),
        ("m1", "c", "d", 4_100),
        ("m2", "b", "e", 5_200),
        ("m2", "e", "f", 3_100),
        ("t1", "u", "v", 900),
        ("t1", "v", "w", 4_000),
        ("b1", "p", "q", 700),
        ("b2", "q", "r", 1_200),
    ];
    let hops = sections.iter().flat_map(|(line, one, other, length_m)| {
        [(one, other), (other, one)].map(|(from, to)| Hop {
            line: (*line).to_owned(),
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            length_m: *length_m,
        })
    });
    let mut drawing = Drawing {
        rng: fastrand::Rng::with_seed(seed ^ 0x7A_41FF),
        accumulates: false,
        text: String::new(),
    };
    drawing.tariff();
    City {
        lines,
        hops: hops.collect(),
        tariffs: vec![drawing.text],
    }
}

struct Drawing {
    rng: fastrand::Rng,
    /// Whether there is an accumulation for rules to count for.
    accumulates: bool,
    text: String,
}

impl Drawing {
    fn tariff(&mut self) {
        self.text += "name = \"random\"\nversion = \"1\"\ncity = \"random\"\nzone = \"CST-8\"\n\
                      currency = \"CNY\"\nvalid_from = 2020-01-01\nsource = \"drawn from a seed\"\n";
        self.text += "[[category]]\nname = \"student\"\ncodes = [2, 200]\n\
                      [[category]]\nname = \"senior\"\ncodes = [3]\n";
        let mut dates: Vec<u8> = (0..4).map(|_| self.rng.u8(1..=30)).collect();
        dates.sort_unstable();
        dates.dedup();
        let dates: Vec<String> = dates
            .iter()
            .map(|day| format!("2026-11-{day:02}"))
            .collect();
        let dates = dates.join(", ");
        writeln!(
            self.text,
            "[[day_kind]]\nname = \"holiday\"\ndates = [{dates}]"
        )
        .unwrap();
        let noon = self.rng.u8(8..20);
        writeln!(
            self.text,
            "[[window]]\nname = \"peak\"\ndays = [\"monday\", \"tuesday\", \"friday\"]\n\
             times = [[\"06:30\", \"{noon:02}:00\"], [\"21:00:30\", \"24:00\"]]\n\
             [[window]]\nname = \"early\"\ntimes = [[\"00:00\", \"{noon:02}:30\"]]\n\
             [[window]]\nname = \"free day\"\ndays = [\"holiday\", \"saturday\", \"sunday\"]"
        )
        .unwrap();
        self.accumulates = self.rng.bool();
        self.rules();
        for place in 0..self.rng.usize(0..4) {
            self.transfer(place);
        }
        for place in 0..self.rng.usize(0..4) {
            self.leg_transfer(place);
        }
        for place in 0..self.rng.usize(0..4) {
            self.concession(place);
        }
        for place in 0..self.rng.usize(0..4) {
            self.cap(place);
        }
        if self.accumulates {
            self.accumulation();
        }
    }

    fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    fn rules(&mut self) {
        if self.rng.bool() {
            self.line("[[rule]]\nname = \"some metro\"\noperators = [1, 4]\nmodes = [\"metro\"]");
            self.line("network = \"metro\"");
            self.ladder(METRO_PAIRS);
            self.audience();
            self.terms(true);
        }
        self.line("[[rule]]\nname = \"metro\"\noperators = [1, 4]\nmodes = [\"metro\"]");
        self.line("network = \"metro\"");
        self.ladder(METRO_PAIRS);
        self.terms(true);
        if self.rng.bool() {
            self.line("[[rule]]\nname = \"some bus\"\noperators = [2]\nmodes = [\"bus\"]");
            self.line("flat = 150");
            self.audience();
            self.terms(false);
        }
        self.line("[[rule]]\nname = \"bus\"\noperators = [2]\nmodes = [\"bus\"]");
        if self.rng.bool() {
            let price = self.amount();
            writeln!(self.text, "flat = {price}").unwrap();
        } else {
            self.bus_zones();
        }
        self.tiers();
        self.terms(false);
        self.line("[[rule]]\nname = \"tram\"\noperators = [1]\nmodes = [\"tram\"]");
        self.line("network = \"tram\"");
        if self.rng.bool() {
            self.line("flat = 200");
        } else {
            self.ladder("[\"v\", \"v\"]");
        }
        self.tiers();
        self.terms(true);
    }

    /// Fares in groups, which leg transfers name. Only where all are one a single tap has a price.
    fn bus_zones(&mut self) {
        let mut one = self.amount();
        let mut group = self.group();
        let is_one = self.rng.bool();
        let mut fares = Vec::new();
        for (from, to) in [("P", "Q"), ("Q", "P"), ("P", "P"), ("Q", "Q")] {
            if !is_one {
                (one, group) = (self.amount(), self.group());
            }
            fares.push(format!("[\"{from}\", \"{to}\", {one}{group}]"));
        }
        writeln!(
            self.text,
            "zones = {{ stops = [[\"P\", [\"p\"]], [\"Q\", [\"q\", \"r\"]]], fares = [{}] }}",
            fares.join(", ")
        )
        .unwrap();
    }

    fn group(&mut self) -> &'static str {
        let groups = ["", ", \"near\"", ", \"far\""];
        self.rng.choice(groups).unwrap()
    }

    /// Names groups only where some fare names both.
    fn leg_transfer(&mut self, place: usize) {
        let known = ["near", "far"].map(|group| self.text.contains(&format!(", \"{group}\"]")));
        let groups = match known {
            [true, true] => vec!["[\"near\"]", "[\"far\"]", "[\"near\", \"far\"]"],
            [true, false] => vec!["[\"near\"]"],
            [false, true] => vec!["[\"far\"]"],
            [false, false] => return,
        };
        writeln!(self.text, "[[leg_transfer]]\nname = \"{place}\"").unwrap();
        for key in ["from", "to"] {
            let groups = self.rng.choice(&groups).unwrap();
            writeln!(self.text, "{key} = {groups}").unwrap();
        }
        if self.rng.bool() {
            let count = self.rng.u8(1..4);
            writeln!(self.text, "count = {count}").unwrap();
        }
        if self.rng.u8(0..4) > 0 {
            let within_s = self.within_s();
            let measured = [
                "start_to_start",
                "start_to_end",
                "end_to_start",
                "end_to_end",
            ];
            let measured = self.rng.choice(measured).unwrap();
            writeln!(
                self.text,
                "within_s = {within_s}\nmeasured = \"{measured}\""
            )
            .unwrap();
        }
        let pays = [
            "costs = 0",
            "costs = 90",
            "adds = -120",
            "adds = 40",
            "together = 350",
        ];
        let pays = self.rng.choice(pays).unwrap();
        self.line(pays);
    }

    /// With the stops of its network where going out and in again goes on with the fare.
    fn ladder(&mut self, pairs: &str) {
        let steps = [
            "[4000, 200]",
            "[2500, 190], [8000, 333]",
            "[900, 100], [5000, 100]",
        ];
        let steps = self.rng.choice(steps).unwrap();
        let beyond = self.rng.choice(["", ", beyond = [3000, 100]"]).unwrap();
        writeln!(self.text, "ladder = {{ steps = [{steps}]{beyond} }}").unwrap();
        if self.rng.bool() {
            let within_s = self.within_s();
            writeln!(
                self.text,
                "continues = {{ within_s = {within_s}, pairs = [{pairs}] }}"
            )
            .unwrap();
        }
    }

    fn tiers(&mut self) {
        let continues = self.text.lines().last().unwrap().starts_with("continues");
        if !continues && self.rng.u8(0..3) == 0 {
            self.line("tiers = { bands = [[0, 80], [150, 75], [300, 33]], round_to = 10 }");
        }
    }

    fn terms(&mut self, has_network: bool) {
        if self.accumulates && self.rng.u8(0..3) > 0 {
            self.line("accumulates = true");
        }
        if self.rng.bool() {
            self.line("same_station_s = 1200");
        }
        if self.rng.bool() {
            let dearest = ["250", "\"dearest_to_exit\""];
            let charge = dearest[usize::from(has_network && self.rng.bool())];
            let on_top = self.rng.bool();
            let limit_s = self.rng.choice([3_600, 10_800]).unwrap();
            writeln!(
                self.text,
                "overstay = {{ limit_s = {limit_s}, charge = {charge}, on_top = {on_top} }}"
            )
            .unwrap();
        }
        if self.rng.bool() {
            let price = self.rng.choice(["0", "233", "\"dearest\""]).unwrap();
            writeln!(
                self.text,
                "missing_tap = {{ wait_s = 43200, price = {price} }}"
            )
            .unwrap();
        }
    }

    fn audience(&mut self) {
        let windows = [
            "\"peak\"",
            "\"early\"",
            "\"free day\"",
            "\"peak\", \"free day\"",
        ];
        let categories = ["\"student\"", "\"senior\", \"ordinary\"", "\"ordinary\""];
        if self.rng.u8(0..3) > 0 {
            let windows = self.rng.choice(windows).unwrap();
            writeln!(self.text, "windows = [{windows}]").unwrap();
        }
        if self.rng.u8(0..3) > 0 {
            let categories = self.rng.choice(categories).unwrap();
            writeln!(self.text, "categories = [{categories}]").unwrap();
        }
    }

    fn some_rules(&mut self) {
        if self.rng.u8(0..3) == 0 {
            let rules = ["[\"metro\"]", "[\"bus\", \"tram\"]", "[\"metro\", \"bus\"]"];
            let rules = self.rng.choice(rules).unwrap();
            writeln!(self.text, "rules = {rules}").unwrap();
        }
    }

    fn transfer(&mut self, place: usize) {
        writeln!(self.text, "[[transfer]]\nname = \"{place}\"").unwrap();
        let modes = [
            "[\"bus\"]",
            "[\"metro\"]",
            "[\"bus\", \"metro\"]",
            "[\"tram\", \"bus\", \"metro\"]",
        ];
        for key in ["from", "to"] {
            let modes = self.rng.choice(modes).unwrap();
            writeln!(self.text, "{key} = {modes}").unwrap();
        }
        self.some_rules();
        let within_s = self.within_s();
        let end = self.rng.choice(["start", "end"]).unwrap();
        writeln!(
            self.text,
            "within_s = {within_s}\nmeasured_from = \"{end}\""
        )
        .unwrap();
        let off = ["off = 100", "off = 1000", "off_percent = 33"];
        let off = self.rng.choice(off).unwrap();
        let (chained, same_line) = (self.rng.bool(), self.rng.bool());
        writeln!(
            self.text,
            "{off}\nchained = {chained}\nsame_line = {same_line}"
        )
        .unwrap();
    }

    fn concession(&mut self, place: usize) {
        writeln!(self.text, "[[concession]]\nname = \"{place}\"").unwrap();
        self.audience();
        self.some_rules();
        let pays = [
            "percent = 50",
            "percent = 77\nround_to = 10",
            "flat = 120",
            "percent = 0",
        ];
        let pays = self.rng.choice(pays).unwrap();
        let accumulates = self.rng.bool();
        writeln!(self.text, "{pays}\naccumulates = {accumulates}").unwrap();
    }

    fn cap(&mut self, place: usize) {
        writeln!(self.text, "[[cap]]\nname = \"{place}\"").unwrap();
        let period = [
            "period = \"day\"\nat_most = 700",
            "period = \"week\"\nweek_at_month_end = \"by_days\"\nat_most = 1801",
            "period = \"week\"\nweek_at_month_end = \"whole\"\nat_most = 1500",
            "period = \"month\"\nat_most = 4000",
        ];
        let period = self.rng.choice(period).unwrap();
        self.line(period);
        if self.rng.u8(0..3) == 0 {
            self.line("modes = [\"metro\", \"tram\"]");
        }
        if self.rng.u8(0..3) == 0 {
            self.audience();
        }
        self.some_rules();
        if self.rng.bool() {
            self.line("per = \"issuer\"");
        }
    }

    fn accumulation(&mut self) {
        let per = self.rng.choice(["rider", "issuer"]).unwrap();
        let straddle = self.rng.choice(["split", "next_ride"]).unwrap();
        let bands = [
            "[0, 100], [1000, 80], [2000, 50]",
            "[0, 97], [700, 31], [1234, 7], [3000, 100]",
            "[0, 100], [500, 0]",
        ];
        let bands = self.rng.choice(bands).unwrap();
        let round_to = self.rng.choice([1, 10]).unwrap();
        writeln!(
            self.text,
            "[accumulation]\nper = \"{per}\"\nstraddle = \"{straddle}\"\nbands = [{bands}]\n\
             round_to = {round_to}"
        )
        .unwrap();
    }

    fn within_s(&mut self) -> u32 {
        self.rng.choice([600, 3_600, 7_200, 86_400]).unwrap()
    }

    fn amount(&mut self) -> i64 {
        self.rng.choice([0, 150, 200, 233, 410]).unwrap()
    }
}

/// At one stop, and at two of different lines.
const METRO_PAIRS: &str = "[\"b\", \"b\"], [\"c\", \"e\"]";
