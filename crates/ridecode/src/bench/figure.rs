//! A measured figure and its JSON line: name, value, unit, bound, ratio, goal, met.

use anstream::println;

/// What a figure is held against.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goal {
    /// The ratio of value to bound is at least this.
    RatioAtLeast(f64),
    /// The ratio of value to bound is at most this.
    RatioAtMost(f64),
    /// The value is at most this.
    AtMost(f64),
    /// There is no goal: the figure explains another.
    None,
}

/// Prints a figure's line: its name, such as `pipeline_compact`; what was measured and its unit,
/// such as `taps/s`; what the machine could do at best, or what it does without the thing measured,
/// in the same unit; what is to be reached.
pub(super) fn print(name: &str, (value, unit): (f64, &str), (bound, goal): (Option<f64>, Goal)) {
    let figure = Figure {
        name,
        value,
        unit,
        bound,
        goal,
    };
    println!("{}", figure.line());
}

/// A measured figure.
#[derive(Clone, Copy, Debug)]
struct Figure<'a> {
    name: &'a str,
    value: f64,
    unit: &'a str,
    bound: Option<f64>,
    goal: Goal,
}

impl Figure<'_> {
    fn line(&self) -> String {
        let ratio = self.bound.map(|bound| self.value / bound);
        let (goal, met) = match (self.goal, ratio) {
            (Goal::RatioAtLeast(goal), Some(ratio)) => {
                (format!("ratio >= {goal}"), Some(ratio >= goal))
            }
            (Goal::RatioAtMost(goal), Some(ratio)) => {
                (format!("ratio <= {goal}"), Some(ratio <= goal))
            }
            (Goal::AtMost(goal), _) => (format!("value <= {goal}"), Some(self.value <= goal)),
            (Goal::RatioAtLeast(_) | Goal::RatioAtMost(_), None) | (Goal::None, _) => {
                (String::new(), None)
            }
        };
        let line = Line {
            name: self.name,
            value: rounded(self.value),
            unit: self.unit,
            bound: self.bound.map(rounded),
            ratio: ratio.map(rounded),
            goal: met.map(|_| goal),
            met,
        };
        serde_json::to_string(&line).expect("numbers and texts are JSON")
    }
}

/// The line's fields, in the order they are printed.
#[derive(serde::Serialize)]
struct Line<'a> {
    name: &'a str,
    value: f64,
    unit: &'a str,
    bound: Option<f64>,
    ratio: Option<f64>,
    goal: Option<String>,
    met: Option<bool>,
}

/// Four significant digits: more would pretend.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(3 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_the_goal_is_met() {
        let check = |value, bound, goal, expected: &str| {
            let figure = Figure {
                name: "n",
                value,
                unit: "u",
                bound,
                goal,
            };
            assert_eq!(figure.line(), expected);
        };
        check(
            9.0,
            Some(20.0),
            Goal::RatioAtLeast(0.45),
            r#"{"name":"n","value":9.0,"unit":"u","bound":20.0,"ratio":0.45,"goal":"ratio >= 0.45","met":true}"#,
        );
        check(
            1.2345678,
            Some(1.0),
            Goal::RatioAtMost(1.1),
            r#"{"name":"n","value":1.235,"unit":"u","bound":1.0,"ratio":1.235,"goal":"ratio <= 1.1","met":false}"#,
        );
        check(
            50.0,
            None,
            Goal::AtMost(50.0),
            r#"{"name":"n","value":50.0,"unit":"u","bound":null,"ratio":null,"goal":"value <= 50","met":true}"#,
        );
    }
}
