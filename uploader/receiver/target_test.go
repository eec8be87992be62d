package receiver

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// testNaming is that of a folder with a short path.
var testNaming = naming{maxPath: 4000}

func TestTarget(t *testing.T) {
	long := strings.Repeat("长", 200)
	for _, test := range []struct{ name, filename, relativePath, want string }{
		{"plain name", "photo.jpg", "", "photo.jpg"},
		{"Unicode name", "中文 📷 e\u0301.txt", "", "中文 📷 e\u0301.txt"},
		{"folders of the relative path", "x.jpg", "Iceland/day 1/x.jpg", "Iceland/day 1/x.jpg"},
		{"name from the relative path", "", "a/b.txt", "a/b.txt"},
		{"no name", "", "", "unnamed"},
		{"folders without a name", "", "a/b/", "a/b/unnamed"},
		{"parent folders in the name", "../../etc/passwd", "", "passwd"},
		{"parent folders in the relative path", "x", "a/../../b/x", "a/b/x"},
		{"absolute paths", "/abs", "/etc/abs", "etc/abs"},
		{"dots alone", "..", "./../.../x", "unnamed/unnamed"},
		{"drive letter", `C:\x`, `C:\Users\x`, "C__x"},
		{"alternate data stream", "a.txt:evil", "", "a.txt_evil"},
		{"device", "CON", "", "_CON"},
		{"device with an extension", "nul.tar.gz", "com1/x", "_com1/_nul.tar.gz"},
		{"device with a space or a superscript", "aux .txt", "LPT²/x", "_LPT²/_aux .txt"},
		{"similar to a device", "console", "com10/x", "com10/console"},
		{"quotes, stars and question marks", `a"b*c?.txt`, "", "a_b_c_.txt"},
		{"control characters", "a\nb\r\x00\x7f\u0085c", "", "a_b____c"},
		{"bidirectional control character", "\u202egpj.exe", "", "_gpj.exe"},
		{"not UTF-8", "a\xff\xfeb", "", "a_b"},
		{"dots and spaces at the end", "name. . .", "dir. /x", "dir/name"},
		{"leading dot", ".bashrc", "", "_.bashrc"},
		{"leading dot of a folder", "authorized_keys", ".ssh/authorized_keys", "_.ssh/authorized_keys"},
		{"leading dots at every level", ".c", "a/.b/.config/.c", "a/_.b/_.config/_.c"},
		{"leading dot after cleaning", "./.profile", "..../.x/y", "unnamed/_.x/_.profile"},
		{"private folder", "x", ".ferry/uploads/x", "_.ferry/uploads/x"},
		{"private folder by case, invisible characters or short name", "FERRY~1", ".FERRY/.fer\u200cry/x", "_.FERRY/_.fer\u200cry/_FERRY~1"},
		{"similar to the private folder", ".ferryboat", "ferry/x", "ferry/_.ferryboat"},
		{"long name", long + ".jpeg", "", strings.Repeat("长", 75) + ".jpeg"},
		{"long extension", "a." + long, "", "a." + strings.Repeat("长", 76)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := testNaming.targetOf(map[string]string{"filename": test.filename, "relativePath": test.relativePath})
			if at := path.Join(append(got.folders, got.name)...); at != test.want {
				t.Errorf("got %q, want %q", at, test.want)
			}
		})
	}
	t.Run("dots are kept", func(t *testing.T) {
		got := naming{keepDots: true, maxPath: 4000}.targetOf(map[string]string{"filename": ".c", "relativePath": ".git/.ferry/.c"})
		if at := path.Join(append(got.folders, got.name)...); at != ".git/_.ferry/.c" {
			t.Errorf("got %q", at)
		}
	})
	t.Run("many folders", func(t *testing.T) {
		if got := testNaming.targetOf(map[string]string{"relativePath": strings.Repeat("a/", 10_000) + "x"}); len(got.folders) != maxDepth {
			t.Errorf("%d folders, want %d", len(got.folders), maxDepth)
		}
	})
}

// TestPathLength checks that a path is never longer than the system opens, with every
// element numbered, and that the folders that fit and the name are kept.
func TestPathLength(t *testing.T) {
	long := strings.Repeat("x", 200)
	for _, test := range []struct {
		name         string
		maxPath      int
		relativePath string
		want         string
	}{
		{"fits", 300, "a/b/c", "a/b/c"},
		{"a folder does not fit", 215, long + "/b/c", "c"},
		{"an inner folder does not fit", 225, long + "/b/c", long + "/c"},
		{"outer folders are kept", minPath, strings.Repeat("abcdefghij/", 50) + "c", strings.Repeat("abcdefghij/", 11) + "c"},
		{"shortest limit, longest name", minPath, "a/" + strings.Repeat("n", 300), strings.Repeat("n", maxName)},
		{"10,000 bytes in short elements", 4000, strings.Repeat("d/", 5000) + "c", strings.Repeat("d/", maxDepth) + "c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := naming{maxPath: test.maxPath}.targetOf(map[string]string{"relativePath": test.relativePath})
			if at := path.Join(append(got.folders, got.name)...); at != test.want {
				t.Errorf("got %q, want %q", at, test.want)
			}
			whole := numbered(got.name, maxNumber-1)
			for _, folder := range got.folders {
				whole = path.Join(numbered(folder, maxNumber-1), whole)
			}
			if len(whole) > test.maxPath {
				t.Errorf("%d bytes with numbers, want at most %d", len(whole), test.maxPath)
			}
		})
	}
}

func TestNumbered(t *testing.T) {
	for _, test := range []struct {
		name string
		n    int
		want string
	}{
		{"a.txt", 1, "a.txt"},
		{"a.txt", 2, "a (2).txt"},
		{"a.tar.gz", 12, "a.tar (12).gz"},
		{".bashrc", 3, ".bashrc (3)"},
		{"none", 2, "none (2)"},
	} {
		if got := numbered(test.name, test.n); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{
		"", ".", "..", "/", `\`, "../../etc/passwd", "/abs", `C:\x`, "CON", "com1.txt", "a/../../b", ".ferry/x", ".FERRY", "ferry~1",
		"a\nb", "\xff", "\u202e", strings.Repeat("x", 300), strings.Repeat("é", 200) + ".txt", "a. ", " . ", "aux ", "nul\u200c",
		strings.Repeat(" ", 300) + "x", strings.Repeat("x", 229) + " .txt", "a~", "~", "conin$",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, filename, relativePath string) {
		got := testNaming.targetOf(map[string]string{"filename": filename, "relativePath": relativePath})
		for _, name := range append(got.folders, got.name) {
			checkName(t, name)
			if again := testNaming.safeName(name); again != name {
				t.Errorf("safeName(%q) = %q, want it unchanged", name, again)
			}
		}
		if at := path.Join(append(got.folders, got.name)...); !filepath.IsLocal(at) {
			t.Errorf("%q is outside of the folder", at)
		} else if len(at) > testNaming.maxPath {
			t.Errorf("%q has %d bytes", at, len(at))
		}
	})
}

// checkName checks a name against the rules of Windows, independently of safeName.
func checkName(t *testing.T, name string) {
	t.Helper()
	switch {
	case name == "", name == ".", name == "..":
		t.Errorf("%q is not a file name", name)
	case !utf8.ValidString(name):
		t.Errorf("%q is not UTF-8", name)
	case len(name) > 240:
		t.Errorf("%q is %d bytes long", name, len(name))
	case strings.ContainsAny(name, `<>:"/\|?*`) || strings.ContainsFunc(name, unicode.IsControl):
		t.Errorf("%q has a forbidden character", name)
	case strings.HasSuffix(name, ".") || strings.HasSuffix(name, " "):
		t.Errorf("%q ends in a dot or space", name)
	case strings.HasPrefix(name, "."):
		t.Errorf("%q begins with a dot", name)
	}
	device, _, _ := strings.Cut(strings.ToLower(name), ".")
	for _, taken := range []string{"con", "prn", "aux", "nul", "conin$", "conout$", "com1", "com9", "lpt1", "lpt9", "com²", "lpt³"} {
		if strings.TrimRight(device, " ") == taken {
			t.Errorf("%q is a device", name)
		}
	}
}
