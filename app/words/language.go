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

// Variable is the environment variable that chooses a language instead of the
// system's.
const Variable = "FERRY_LANGUAGE"

// Language names one of the languages Ferry speaks, as BCP 47 writes it.
type Language string

// The languages Ferry speaks, English first: it is spoken where none fits.
const (
	English Language = "en"
	Chinese Language = "zh-Hans"
)

// Languages lists the languages Ferry speaks.
func Languages() []Language { return []Language{English, Chinese} }

// Name is what the language calls itself.
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

// System is the language of Ferry's that is nearest to the system's, or to the
// one that Variable names.
func System() Language {
	return nearest(cmp.Or(os.Getenv(Variable), lang.SystemLocale().String()))
}

// Load makes Ferry speak the language nearest to wanted: a BCP 47 tag such as
// "zh-CN", or "" for the system's. What was said before stays as it was said.
func Load(wanted string) error {
	chosen := System()
	if wanted != "" {
		chosen = nearest(wanted)
	}
	spoken := lang.SystemLocale().LanguageString()
	speaking.Lock()
	defer speaking.Unlock()
	for _, name := range filesOf(chosen) {
		text, err := fs.ReadFile(translations.FS, name)
		if err != nil {
			return fmt.Errorf("read translation %s: %w", name, err)
		}
		text, err = foldPlurals(text)
		if err != nil {
			return fmt.Errorf("parse translation %s: %w", name, err)
		}
		// Fyne always speaks the system's language, so the chosen one is
		// registered under that name.
		if err := lang.AddTranslationsForLocale(text, fyne.Locale(spoken)); err != nil {
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

// countField is where a text finds the bare number that its plural depends on.
const countField = "Count"

// foldPlurals lets a text decide on its plural itself. The rules that Fyne would
// apply are those of the system's language, which need not be the text's.
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
