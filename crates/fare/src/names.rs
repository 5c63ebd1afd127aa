//! Names as riders know them, in the languages riders read.

use alloc::sync::Arc;

use ridecode_words::Text;

/// A language names and explanations are written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Language {
    /// English, `en`.
    English,
    /// 简体中文, `zh-Hans`.
    SimplifiedChinese,
    /// 繁體中文, `zh-Hant`.
    TraditionalChinese,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [
        Self::English,
        Self::SimplifiedChinese,
        Self::TraditionalChinese,
    ];

    /// The BCP 47 tag, as GTFS `translations.txt` writes it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-Hans",
            Self::TraditionalChinese => "zh-Hant",
        }
    }

    /// The language of a tag. Region and plain forms are understood: `zh`, `zh-CN`, `zh-HK`.
    pub fn find(tag: &str) -> Option<Self> {
        let is = |other: &str| tag.eq_ignore_ascii_case(other);
        if is("en")
            || tag
                .get(..3)
                .is_some_and(|head| head.eq_ignore_ascii_case("en-"))
        {
            Some(Self::English)
        } else if is("zh") || is("zh-Hans") || is("zh-CN") || is("zh-SG") {
            Some(Self::SimplifiedChinese)
        } else if is("zh-Hant") || is("zh-HK") || is("zh-MO") || is("zh-TW") {
            Some(Self::TraditionalChinese)
        } else {
            None
        }
    }
}

/// The names of a stop or a line: the feed's own, and its translations. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Names(Arc<Inner>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Inner {
    own: Text,
    translations: [Option<Text>; 3],
}

impl Names {
    /// A name without translations.
    pub fn new(own: Text) -> Self {
        Self(Arc::new(Inner {
            own,
            translations: [const { None }; 3],
        }))
    }

    /// The same names and one translation.
    #[must_use]
    pub fn with(self, language: Language, translation: Text) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.translations[language as usize] = Some(translation);
        Self(Arc::new(inner))
    }

    /// The feed's own name.
    pub fn own(&self) -> &Text {
        &self.0.own
    }

    /// The name in a language; the feed's own where it was not translated.
    pub fn in_language(&self, language: Language) -> &Text {
        self.0.translations[language as usize]
            .as_ref()
            .unwrap_or(&self.0.own)
    }

    /// The translation into a language, where there is one.
    pub fn translation(&self, language: Language) -> Option<&Text> {
        self.0.translations[language as usize].as_ref()
    }

    /// The own name and every translation.
    pub fn all(&self) -> impl Iterator<Item = &Text> {
        core::iter::once(&self.0.own).chain(self.0.translations.iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_the_tags_people_write() {
        let check = |tag, expected| assert_eq!(Language::find(tag), expected, "{tag}");
        for language in Language::ALL {
            check(language.tag(), Some(language));
        }
        check("zh", Some(Language::SimplifiedChinese));
        check("zh-hk", Some(Language::TraditionalChinese));
        check("en-GB", Some(Language::English));
        check("fr", None);
        check("", None);
        check("廣東", None);
    }

    #[test]
    fn an_untranslated_name_stands_for_itself() {
        let text = |text| Text::new(text).unwrap();
        let names =
            Names::new(text("广州东站")).with(Language::TraditionalChinese, text("廣州東站"));
        assert_eq!(names.in_language(Language::English).as_str(), "广州东站");
        assert_eq!(
            names.in_language(Language::TraditionalChinese).as_str(),
            "廣州東站"
        );
        assert_eq!(names.all().count(), 2);
    }
}
