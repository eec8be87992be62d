package words_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets/translations"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// load loads a language.
func load(t *testing.T, language words.Language) {
	t.Helper()
	if err := words.Load(string(language)); err != nil {
		t.Fatal(err)
	}
}

// messages returns the texts of a language by key.
func messages(t *testing.T, language words.Language) map[string]string {
	t.Helper()
	return messagesIn(t, "*", language)
}

// messagesIn returns the texts of the areas that match a pattern.
func messagesIn(t *testing.T, area string, language words.Language) map[string]string {
	t.Helper()
	names, err := fs.Glob(translations.FS, area+"."+string(language)+".json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no translation files for %s: %v", language, err)
	}
	all := map[string]string{}
	for _, name := range names {
		data, err := fs.ReadFile(translations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]any
		if err := json.Unmarshal(data, &keys); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, value := range keys {
			if _, duplicate := all[key]; duplicate {
				t.Errorf("%s: duplicate key %q", name, key)
			}
			text, _ := json.Marshal(value)
			all[key] = string(text)
		}
	}
	return all
}

// sources calls visit with every Go source file of the module except tests.
func sources(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	const root = "../.."
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		visit(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literals returns the module's string literals, which include the keys in use, and
// the literals that end with a dot: key prefixes.
func literals(t *testing.T) (keys map[string]bool, prefixes []string) {
	t.Helper()
	keys = map[string]bool{}
	sources(t, func(path string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return // the compiler reports it
		}
		ast.Inspect(file, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			key, err := strconv.Unquote(literal.Value)
			if err == nil && len(key) > 2 && strings.HasSuffix(key, ".") && !strings.Contains(key, " ") {
				prefixes = append(prefixes, key)
			}
			keys[key] = true
			return true
		})
	})
	return keys, prefixes
}

func TestLanguagesHaveTheSameKeys(t *testing.T) {
	english := messages(t, words.English)
	for _, language := range words.Languages() {
		texts := messages(t, language)
		for key := range english {
			if texts[key] == "" {
				t.Errorf("%s: missing key %q", language, key)
			}
		}
		for key := range texts {
			if english[key] == "" {
				t.Errorf("%s: key %q is not in English", language, key)
			}
		}
	}
}

// TestEllipsesAreTheSameInAllLanguages: a label ends in an ellipsis if it opens a dialog, which does
// not depend on the language.
func TestEllipsesAreTheSameInAllLanguages(t *testing.T) {
	const ellipsis = "…"
	english := messages(t, words.English)
	for _, language := range words.Languages() {
		for key, text := range messages(t, language) {
			if strings.HasSuffix(text, ellipsis) != strings.HasSuffix(english[key], ellipsis) {
				t.Errorf("%s: %s is %q, in English %q", language, key, text, english[key])
			}
		}
	}
}

func TestEveryKeyIsUsed(t *testing.T) {
	keys, prefixes := literals(t)
	toolkit := messagesIn(t, "toolkit", words.English) // used by Fyne
	for key := range messages(t, words.English) {
		hasPrefix := func(prefix string) bool { return strings.HasPrefix(key, prefix) }
		if toolkit[key] == "" && !keys[key] && !slices.ContainsFunc(prefixes, hasPrefix) {
			t.Errorf("unused key %q", key)
		}
	}
}

func TestFaultAndStateKeysAreComplete(t *testing.T) {
	var kinds, codes, names []string
	for _, kind := range fault.Kinds() {
		for _, part := range []string{".short", ".what", ".does", ".can"} {
			kinds = append(kinds, "fault."+kind.String()+part)
		}
	}
	for _, code := range fault.Codes() {
		for _, part := range []string{".short", ".what", ".does", ".can"} {
			codes = append(codes, "code."+code+part)
		}
	}
	for _, state := range uploader.States() {
		names = append(names, "name."+state.String())
	}
	for _, language := range words.Languages() {
		texts := messages(t, language)
		for prefix, want := range map[string][]string{"fault.": kinds, "code.": codes, "name.": names} {
			var got []string
			for key := range texts {
				if strings.HasPrefix(key, prefix) {
					got = append(got, key)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", language, diff)
			}
		}
	}
}

// lookup matches a call that looks up a literal key.
var lookup = regexp.MustCompile(`\b(?:Text|Count|userError|usageError)\("([^"]+)"[,)]`)

func TestUsedKeysExist(t *testing.T) {
	english := messages(t, words.English)
	sources(t, func(path string, text []byte) {
		for _, match := range lookup.FindAllSubmatch(text, -1) {
			if key := string(match[1]); english[key] == "" {
				t.Errorf("%s: unknown key %q", path, key)
			}
		}
	})
}

// call is a lookup whose key and data are literals.
type call struct {
	key    string
	filled map[string]bool // placeholders
}

// parseCall returns the lookup of a call of Text, Count or a wrapper of Text; false if
// its key or data is not literal.
func parseCall(expr *ast.CallExpr) (c call, ok bool) {
	name := ""
	switch f := expr.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	before := map[string]int{"Text": 1, "userError": 1, "usageError": 1, "Count": 2}[name] // arguments before the data
	if before == 0 || len(expr.Args) < before {
		return call{}, false
	}
	if c.key, ok = literal(expr.Args[0]); !ok {
		return call{}, false
	}
	c.filled = map[string]bool{}
	if name == "Count" {
		c.filled["N"], c.filled["Count"] = true, true
	}
	for _, arg := range expr.Args[before:] {
		if ident, ok := arg.(*ast.Ident); ok && ident.Name == "nil" {
			continue
		}
		data, ok := arg.(*ast.CompositeLit)
		if !ok {
			return call{}, false
		}
		for _, element := range data.Elts {
			name, _ := literal(element.(*ast.KeyValueExpr).Key)
			c.filled[name] = true
		}
	}
	return c, true
}

func literal(expression ast.Expr) (string, bool) {
	found, ok := expression.(*ast.BasicLit)
	if !ok || found.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(found.Value)
	return text, err == nil
}

func TestCallersFillAllPlaceholders(t *testing.T) {
	texts, seen := map[string]string{}, 0
	for _, language := range words.Languages() {
		for key, text := range messages(t, language) {
			texts[key] += text
		}
	}
	sources(t, func(path string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return // the compiler reports it
		}
		ast.Inspect(file, func(node ast.Node) bool {
			expr, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			c, ok := parseCall(expr)
			if !ok || texts[c.key] == "" {
				return true
			}
			seen++
			for _, match := range placeholder.FindAllStringSubmatch(texts[c.key], -1) {
				if !c.filled[match[1]] {
					t.Errorf("%s: %q without placeholder %s", path, c.key, match[1])
				}
			}
			return true
		})
	})
	if seen < 100 {
		t.Errorf("found only %d lookups; has their form changed?", seen)
	}
}

// placeholder matches the name of a placeholder.
var placeholder = regexp.MustCompile(`{{[^}]*?\.([A-Z]\w*)`)

func TestTranslationsHaveTheSamePlaceholders(t *testing.T) {
	interchangeable := map[string]string{"Nth": "N"}
	placeholders := func(text string) map[string]bool {
		set := map[string]bool{}
		for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
			name := match[1]
			if same, ok := interchangeable[name]; ok {
				name = same
			}
			set[name] = true
		}
		return set
	}
	english, chinese := messages(t, words.English), messages(t, words.Chinese)
	for key, text := range english {
		if diff := cmp.Diff(placeholders(text), placeholders(chinese[key])); diff != "" {
			t.Errorf("%s: placeholders differ (-en +zh):\n%s", key, diff)
		}
	}
}

// checkComplete reports a text that is empty, unresolved or a key.
func checkComplete(t *testing.T, text string) {
	t.Helper()
	if text == "" || strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.HasPrefix(text, "fault.") || strings.HasPrefix(text, "code.") || strings.HasPrefix(text, "case.") || strings.HasPrefix(text, "state.") || strings.HasPrefix(text, "name.") {
		t.Errorf("incomplete text %q", text)
	}
}
