package words

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"

	"github.com/ferryapp/ferry/assets/translations"
)

// LanguageVariable is the environment variable that overrides the system's language.
const LanguageVariable = "FERRY_LANGUAGE"

// Language is the BCP 47 tag of a supported language.
type Language string

// The supported languages. English is the fallback.
const (
	English Language = "en"
	Chinese Language = "zh-Hans"
)

// Languages returns the supported languages.
func Languages() []Language { return []Language{English, Chinese} }

// Name returns the name of the language in that language.
func (l Language) Name() string {
	switch l {
	case English:
		return "English"
	case Chinese:
		return "简体中文"
	default:
		return string(l)
	}
}

// System returns the supported language closest to that of [LanguageVariable] or, if it is
// unset, of the system.
func System() Language {
	return nearest(cmp.Or(os.Getenv(LanguageVariable), lang.SystemLocale().String()))
}

// loaded is the language of the texts. It is guarded by catalogue.
var loaded Language

// Loaded returns the language of the texts.
func Loaded() Language {
	catalogue.RLock()
	defer catalogue.RUnlock()
	return loaded
}

// Load loads the texts of the supported language closest to wanted, a BCP 47 tag
// such as "zh-CN"; "" means the language returned by [System].
func Load(wanted string) error {
	chosen := System()
	if wanted != "" {
		chosen = nearest(wanted)
	}
	locale := lang.SystemLocale().LanguageString()
	catalogue.Lock()
	defer catalogue.Unlock()
	spaced, loaded = chosen == Chinese, chosen
	for _, name := range filesOf(chosen) {
		text, err := fs.ReadFile(translations.FS, name)
		if err != nil {
			return fmt.Errorf("read translation %s: %w", name, err)
		}
		text, err = foldPlurals(text)
		if err != nil {
			return fmt.Errorf("parse translation %s: %w", name, err)
		}
		// Fyne always looks up the system's locale, so the texts are
		// registered under it.
		if err := lang.AddTranslationsForLocale(text, fyne.Locale(locale)); err != nil {
			return fmt.Errorf("load translation %s: %w", name, err)
		}
	}
	return nil
}

func nearest(wanted string) Language {
	tags := make([]language.Tag, 0, len(Languages()))
	for _, l := range Languages() {
		tags = append(tags, language.Make(string(l)))
	}
	_, index, confidence := language.NewMatcher(tags).Match(language.Make(strings.ReplaceAll(wanted, "_", "-")))
	if confidence == language.No {
		return English
	}
	return Languages()[index]
}

func filesOf(l Language) []string {
	all, _ := fs.Glob(translations.FS, "*."+string(l)+".json")
	return slices.Sorted(slices.Values(all))
}

// countField is the placeholder with the unformatted number that selects the plural.
const countField = "Count"

// foldPlurals replaces plural forms by one template that selects the form, because
// Fyne applies the plural rules of the system's language instead of the text's.
func foldPlurals(text []byte) ([]byte, error) {
	var messages map[string]any
	if err := json.Unmarshal(text, &messages); err != nil {
		return nil, err
	}
	for key, message := range messages {
		forms, ok := message.(map[string]any)
		if !ok {
			continue
		}
		folded := fmt.Sprint(forms["other"])
		if one, ok := forms["one"]; ok {
			folded = fmt.Sprintf("{{if eq .%s 1}}%s{{else}}%s{{end}}", countField, one, folded)
		}
		messages[key] = map[string]any{
			"zero": folded, "one": folded, "two": folded, "few": folded, "many": folded, "other": folded,
		}
	}
	return json.Marshal(messages)
}
