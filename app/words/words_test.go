package words_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets/translations"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func speak(t *testing.T, language words.Language) {
	t.Helper()
	if err := words.Load(string(language)); err != nil {
		t.Fatal(err)
	}
}

// messages reads all keys of one language, and the text of each.
func messages(t *testing.T, language words.Language) map[string]string {
	t.Helper()
	return messagesIn(t, "*", language)
}

// messagesIn is messages of one area, or of all that the pattern means.
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
			if _, twice := all[key]; twice {
				t.Errorf("%s: %q is in another file too", name, key)
			}
			text, _ := json.Marshal(value)
			all[key] = string(text)
		}
	}
	return all
}

// sources calls visit with every source file of the program, tests left out.
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

// said collects the program's string literals, among which are the keys it says,
// and apart from them those that end with a point: beginnings of keys.
func said(t *testing.T) (keys map[string]bool, beginnings []string) {
	t.Helper()
	keys = map[string]bool{}
	sources(t, func(path string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return // the compiler complains better
		}
		ast.Inspect(file, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			key, err := strconv.Unquote(literal.Value)
			if err == nil && len(key) > 2 && strings.HasSuffix(key, ".") && !strings.Contains(key, " ") {
				beginnings = append(beginnings, key)
			}
			keys[key] = true
			return true
		})
	})
	return keys, beginnings
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	english := messages(t, words.English)
	for _, language := range words.Languages() {
		texts := messages(t, language)
		for key := range english {
			if texts[key] == "" {
				t.Errorf("%s lacks %q", language, key)
			}
		}
		for key := range texts {
			if english[key] == "" {
				t.Errorf("%s has %q, which English has not", language, key)
			}
		}
	}
}

func TestEveryTextIsSaidSomewhere(t *testing.T) {
	keys, beginnings := said(t)
	toolkit := messagesIn(t, "toolkit", words.English) // Fyne says them
	for key := range messages(t, words.English) {
		begun := func(beginning string) bool { return strings.HasPrefix(key, beginning) }
		if toolkit[key] == "" && !keys[key] && !slices.ContainsFunc(beginnings, begun) {
			t.Errorf("nothing says %q", key)
		}
	}
}

func TestEveryKindAndStateHasItsTextsAndNoOther(t *testing.T) {
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
		for beginning, want := range map[string][]string{"fault.": kinds, "code.": codes, "name.": names} {
			var got []string
			for key := range texts {
				if strings.HasPrefix(key, beginning) {
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

var spoken = regexp.MustCompile(`\b(?:Say|Count)\("([^"]+)"[,)]`)

func TestEverythingSaidHasAText(t *testing.T) {
	english := messages(t, words.English)
	sources(t, func(path string, text []byte) {
		for _, match := range spoken.FindAllSubmatch(text, -1) {
			if key := string(match[1]); english[key] == "" {
				t.Errorf("%s says %q, which has no text", path, key)
			}
		}
	})
}

// saying is one call that says a text with all it is told in place.
type saying struct {
	key    string
	filled map[string]bool // the places
}

// sayingIn understands a call of Say, Count or what is made of them, as far as its
// key and its data are written out in it.
func sayingIn(call *ast.CallExpr) (said saying, ok bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	plain := map[string]int{"Say": 1, "say": 1, "usage": 1, "Count": 2}[name] // arguments before the data
	if plain == 0 || len(call.Args) < plain {
		return saying{}, false
	}
	if said.key, ok = literal(call.Args[0]); !ok {
		return saying{}, false
	}
	said.filled = map[string]bool{}
	if name == "Count" {
		said.filled["N"], said.filled["Count"] = true, true
	}
	for _, arg := range call.Args[plain:] {
		if nothing, ok := arg.(*ast.Ident); ok && nothing.Name == "nil" {
			continue
		}
		data, ok := arg.(*ast.CompositeLit)
		if !ok {
			return saying{}, false
		}
		for _, element := range data.Elts {
			name, _ := literal(element.(*ast.KeyValueExpr).Key)
			said.filled[name] = true
		}
	}
	return said, true
}

func literal(expression ast.Expr) (string, bool) {
	found, ok := expression.(*ast.BasicLit)
	if !ok || found.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(found.Value)
	return text, err == nil
}

func TestEveryPlaceOfATextIsFilledWhereItIsSaid(t *testing.T) {
	texts, seen := map[string]string{}, 0
	for _, language := range words.Languages() {
		for key, text := range messages(t, language) {
			texts[key] += text
		}
	}
	sources(t, func(path string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return // the compiler complains better
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			said, ok := sayingIn(call)
			if !ok || texts[said.key] == "" {
				return true
			}
			seen++
			for _, match := range place.FindAllStringSubmatch(texts[said.key], -1) {
				if !said.filled[match[1]] {
					t.Errorf("%s says %q without its %s", path, said.key, match[1])
				}
			}
			return true
		})
	})
	if seen < 100 {
		t.Errorf("%d sayings were looked at: are they written in another way by now?", seen)
	}
}

var place = regexp.MustCompile(`{{[^}]*?\.([A-Z]\w*)`)

func TestTranslationsFillTheSamePlaces(t *testing.T) {
	interchangeable := map[string]string{"Nth": "N"}
	places := func(text string) map[string]bool {
		set := map[string]bool{}
		for _, match := range place.FindAllStringSubmatch(text, -1) {
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
		if diff := cmp.Diff(places(text), places(chinese[key])); diff != "" {
			t.Errorf("%s: places differ (-en +zh):\n%s", key, diff)
		}
	}
}

func TestEveryFaultIsSaidWhole(t *testing.T) {
	for _, language := range words.Languages() {
		speak(t, language)
		for _, code := range fault.Codes() {
			f := fault.New(fault.Auth, fault.Head, errors.New("raw"))
			f.Code = code
			s := words.Fault(f, words.Subject{})
			for _, text := range []string{s.Short, s.What, s.Does, s.Can} {
				whole(t, text)
			}
		}
		for _, kind := range fault.Kinds() {
			for _, about := range []words.Subject{{}, {File: "a b.mov", Server: "Studio"}} {
				f := fault.New(kind, fault.Patch, errors.New("raw"))
				f.Status, f.Code = 400, "ERR_UPLOAD_STOPPED"
				s := words.Fault(f, about)
				for _, text := range []string{s.Short, s.What, s.Does, s.Can, s.String()} {
					whole(t, text)
				}
				if strings.Contains(s.String(), "raw") {
					t.Errorf("%s: raw detail in %q", kind, s)
				}
			}
		}
	}
}

func whole(t *testing.T, text string) {
	t.Helper()
	if text == "" || strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.HasPrefix(text, "fault.") || strings.HasPrefix(text, "code.") || strings.HasPrefix(text, "case.") || strings.HasPrefix(text, "state.") || strings.HasPrefix(text, "name.") {
		t.Errorf("not a whole text: %q", text)
	}
}

func TestAFaultsSentenceFitsTheCase(t *testing.T) {
	answered := func(kind fault.Kind, op fault.Op, status int) *fault.Fault {
		f := fault.Newf(kind, op, "raw")
		f.Status = status
		return f
	}
	for _, test := range []struct {
		name   string
		fault  *fault.Fault
		en, zh string
	}{
		{"a connection that broke", answered(fault.Transient, fault.Patch, 0), "Connection lost", "连接中断"},
		{"a server that answered", answered(fault.Transient, fault.Patch, 502), "Server error", "服务器错误"},
		{"an address that was never one", answered(fault.NotTus, fault.Create, 200), "Not an upload server", "不是上传服务器"},
		{"a page in a known server's place", answered(fault.NotTus, fault.Head, 200), "The response is not from the server", "响应不是来自该服务器"},
		{"a redirect that is not followed", answered(fault.Refused, fault.Patch, 302), "The server redirects to another address", "服务器重定向到其他地址"},
		{"C2 another version", answered(fault.Refused, fault.Create, 412), "Unsupported protocol version", "协议版本不受支持"},
		{"C2 another version, found out by asking", answered(fault.Refused, fault.Probe, 204), "Unsupported protocol version", "协议版本不受支持"},
		{"a drive that fails", answered(fault.LocalDisk, fault.Read, 0), "The file can't be read", "无法读取文件"},
		{"a disk that is full", answered(fault.LocalDisk, fault.Save, 0), "Ferry can't save its data", "Ferry 无法保存数据"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for language, want := range map[words.Language]string{words.English: test.en, words.Chinese: test.zh} {
				speak(t, language)
				s := words.Fault(test.fault, words.Subject{File: "a.mov", Server: "Studio"})
				if s.Short != want {
					t.Errorf("got %q, want %q", s.Short, want)
				}
				for _, text := range []string{s.Short, s.What, s.Does, s.Can} {
					whole(t, text)
				}
			}
		})
	}
}

func TestAFaultInPlainWords(t *testing.T) {
	speak(t, words.English)
	refused := fault.Newf(fault.Refused, fault.Patch, "no")
	refused.Status, refused.Code = 400, "ERR_UPLOAD_REJECTED"
	for _, test := range []struct {
		name  string
		fault *fault.Fault
		about words.Subject
		want  string
	}{
		{"no fault says nothing", nil, words.Subject{}, ""},
		{
			"a file is named in quotes", fault.Newf(fault.SourceMissing, fault.Stat, ""),
			words.Subject{File: "a.mov"},
			"“a.mov” can't be found: it was moved or deleted, or its drive is not connected.",
		},
		{
			"a nameless server starts a sentence", fault.Newf(fault.Busy, fault.Patch, ""),
			words.Subject{},
			"The server is busy.",
		},
		{
			"the server's own code is told", refused,
			words.Subject{Server: "Studio"},
			"“Studio” rejected the file (HTTP 400, ERR_UPLOAD_REJECTED).",
		},
		{
			"a password in a URL is not told", fault.Newf(fault.Unreachable, fault.Probe, ""),
			words.Subject{Server: "http://u:secret@h/files/?token=secret"},
			"“http://h/files/” doesn't accept connections.",
		},
		{
			"a name can't move the cursor", fault.Newf(fault.SourceDenied, fault.Open, ""),
			words.Subject{File: "a\x1b[2J\n\u202eb"},
			"No permission to read “a�[2J��b”.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := words.Fault(test.fault, test.about).What; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

const gb = 1_000_000_000

func rows(now time.Time) map[string]struct {
	transfer uploader.Transfer
	live     uploader.Live
	place    int
	en, zh   string
} {
	file := source.File{Path: "/x/b-roll.mov", Size: 4 * gb}
	waits := func(kind fault.Kind, attempt int32, in time.Duration) uploader.Transfer {
		return uploader.Transfer{
			ID: 1, Source: file, Phase: uploader.PhaseWaiting, Attempt: attempt, NextTry: uploader.MomentOf(now.Add(in)),
			Fault: fault.Newf(kind, fault.Patch, ""),
		}
	}
	failed := func(kind fault.Kind, session uploader.Session) uploader.Transfer {
		return uploader.Transfer{ID: 1, Source: file, Phase: uploader.PhaseFailed, Session: session, Fault: fault.Newf(kind, fault.Head, "")}
	}
	part := uploader.Session{Offset: 1_200_000_000}
	expired := uploader.Session{Offset: 1_200_000_000, Expires: uploader.MomentOf(now.Add(-time.Hour))}
	type row = struct {
		transfer uploader.Transfer
		live     uploader.Live
		place    int
		en, zh   string
	}
	return map[string]row{
		"waiting":          {uploader.Transfer{Source: file}, uploader.Live{}, 3, "Waiting, 3rd in the queue", "等待中\uff0c队列第 3 位"},
		"waiting anywhere": {uploader.Transfer{Source: file}, uploader.Live{}, 0, "Waiting", "等待中"},
		"preparing":        {uploader.Transfer{Phase: uploader.PhasePreparing}, uploader.Live{}, 0, "Reading the file", "正在读取文件"},
		"uploading": {
			uploader.Transfer{ID: 1, Source: file, Phase: uploader.PhaseSending},
			uploader.Live{Sent: 1_200_000_000, Rate: 12_400_000, ETA: 4 * time.Minute},
			0,
			"1.2 of 4.0 GB · 12.4 MB/s · about 4 min", "1.2 / 4.0 GB · 12.4 MB/s · 约 4 分钟",
		},
		"uploading without evidence": {
			uploader.Transfer{ID: 1, Source: file, Phase: uploader.PhaseSending}, uploader.Live{}, 0, "0.0 of 4.0 GB", "0.0 / 4.0 GB",
		},
		"checking":        {uploader.Transfer{Phase: uploader.PhaseVerifying}, uploader.Live{}, 0, "Checking with the server", "正在与服务器核对"},
		"paused":          {uploader.Transfer{Source: file, Session: part, Intent: uploader.IntentHold}, uploader.Live{}, 0, "Paused at 1.2 of 4.0 GB", "已暂停\uff0c1.2 / 4.0 GB"},
		"paused at start": {uploader.Transfer{Source: file, Intent: uploader.IntentHold}, uploader.Live{}, 0, "Paused", "已暂停"},
		"offline":         {waits(fault.Offline, 0, time.Second), uploader.Live{}, 0, "Waiting for the network, resumes automatically", "等待网络\uff0c恢复后自动继续"},
		"retrying":        {waits(fault.Transient, 4, 12*time.Second), uploader.Live{}, 0, "Connection lost, retrying in 12 s (attempt 4)", "连接中断\uff0c12 秒后重试\uff08第 4 次\uff09"},
		"first retry":     {waits(fault.Unreachable, 1, 2*time.Second), uploader.Live{}, 0, "The server doesn't respond, retrying in 2 s", "服务器没有响应\uff0c2 秒后重试"},
		"retrying now":    {waits(fault.Transient, 4, 0), uploader.Live{}, 0, "Connection lost, retrying", "连接中断\uff0c正在重试"},
		"busy":            {waits(fault.Busy, 1, 5*time.Minute), uploader.Live{}, 0, "The server is busy, next try at 14:05", "服务器繁忙\uff0c14:05 重试"},
		"busy now":        {waits(fault.Busy, 1, 0), uploader.Live{}, 0, "The server is busy", "服务器繁忙"},
		"changed":         {failed(fault.SourceChanged, part), uploader.Live{}, 0, "Changed since the upload began", "文件在上传开始后有改动"},
		"missing":         {failed(fault.SourceMissing, part), uploader.Live{}, 0, "Not found: drive disconnected or file moved", "找不到文件\uff1a磁盘已断开或文件已移动"},
		"sign in":         {failed(fault.Auth, part), uploader.Live{}, 0, "The server requires sign-in", "服务器要求登录"},
		"forgotten":       {failed(fault.Gone, part), uploader.Live{}, 0, "The server no longer has the first 1.2 GB", "服务器上已没有前 1.2 GB"},
		"expired":         {failed(fault.Gone, expired), uploader.Live{}, 0, "The server no longer has the first 1.2 GB (expired)", "服务器上已没有前 1.2 GB\uff08已过期\uff09"},
		"uploaded before": {failed(fault.Uploaded, uploader.Session{}), uploader.Live{}, 0, "Already uploaded", "已上传过"},
		"forgotten whole": {failed(fault.Gone, uploader.Session{}), uploader.Live{}, 0, "The server no longer has this upload", "服务器上已没有这个上传"},
		"failed": {
			failed(fault.TooLarge, part),
			uploader.Live{},
			0,
			"“b-roll.mov” is larger than the server accepts. Use another server, or ask for a higher limit.",
			"“b-roll.mov”超出了服务器允许的大小。请使用其他服务器\uff0c或请管理员提高限制。",
		},
		"done": {
			uploader.Transfer{Source: file, Phase: uploader.PhaseDone, Active: 320 * time.Second},
			uploader.Live{},
			0,
			"4.0 GB in 5 min 20 s", "4.0 GB\uff0c用时 5 分 20 秒",
		},
		"cancelled": {uploader.Transfer{Phase: uploader.PhaseCancelled}, uploader.Live{}, 0, "Cancelled", "已取消"},
	}
}

func TestEveryStateHasItsRow(t *testing.T) {
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	seen := map[uploader.State]bool{}
	for name, row := range rows(now) {
		seen[row.transfer.State()] = true
		t.Run(name, func(t *testing.T) {
			snapshot := &uploader.Snapshot{Live: map[uploader.TransferID]uploader.Live{}}
			if row.live != (uploader.Live{}) {
				snapshot.Live[row.transfer.ID] = row.live
			}
			speak(t, words.English)
			if got := words.Row(snapshot, &row.transfer, row.place, now); got != row.en {
				t.Errorf("English: got %q, want %q", got, row.en)
			}
			speak(t, words.Chinese)
			if got := words.Row(snapshot, &row.transfer, row.place, now); got != row.zh {
				t.Errorf("Chinese: got %q, want %q", got, row.zh)
			}
		})
	}
	for _, state := range uploader.States() {
		if !seen[state] {
			t.Errorf("no row for state %s", state)
		}
		for _, language := range words.Languages() {
			speak(t, language)
			whole(t, words.State(state))
		}
	}
}

func TestSizesTimesAndCounts(t *testing.T) {
	speak(t, words.English)
	for _, test := range []struct{ got, want string }{
		{words.Size(0), "0 bytes"},
		{words.Size(1), "1 byte"},
		{words.Size(999), "999 bytes"},
		{words.Size(1000), "1 KB"},
		{words.Size(84_000), "84 KB"},
		{words.Size(999_499), "999 KB"},
		{words.Size(999_999), "1.0 MB"},
		{words.Size(999_960_000), "1.0 GB"},
		{words.Size(4 * gb), "4.0 GB"},
		{words.Size(1_250 * gb), "1.25 TB"},
		{words.SizeOf(31_200_000_000, 40_100_000_000), "31.2 of 40.1 GB"},
		{words.SizeOf(3_999_999_999, 4*gb), "3.9 of 4.0 GB"},
		{words.SizeOf(4*gb, 4*gb), "4.0 of 4.0 GB"},
		{words.SizeOf(0, 0), "0 of 0 bytes"},
		{words.SizeOf(5, 20), "5 of 20 bytes"},
		{words.SizeOf(5_900_000, 3*gb), "5.9 MB of 3.0 GB"},
		{words.SizeOf(0, 3*gb), "0.0 of 3.0 GB"},
		{words.Rate(0), ""},
		{words.Rate(42_000_000), "42.0 MB/s"},
		{words.ETA(0), ""},
		{words.ETA(2 * time.Second), "a few seconds"},
		{words.ETA(33 * time.Second), "about 35 s"},
		{words.ETA(57 * time.Second), "about 1 min"},
		{words.ETA(3*time.Minute + 10*time.Second), "about 3 min"},
		{words.ETA(42 * time.Minute), "about 40 min"},
		{words.ETA(59 * time.Minute), "about 1 h"},
		{words.ETA(141 * time.Minute), "about 2 h 20 min"},
		{words.ETA(50 * time.Hour), "about 2 days"},
		{words.Duration(0), "1 s"},
		{words.Duration(26 * time.Hour), "1 d 2 h"},
		{words.Files(1), "1 file"},
		{words.Files(200_000), "200,000 files"},
		{words.FilesOf(612, 790), "612 of 790 files"},
		{words.Uploads(3), "3 uploads"},
		{words.Join("a", "", "b"), "a · b"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// TestHelperSays is not a test by itself: it speaks in the environment that
// TestTheSystemsLanguageDoesNotLimitTheChoice gives it.
func TestHelperSays(t *testing.T) {
	wanted, ok := os.LookupEnv("FERRY_TEST_SAY")
	if !ok {
		return
	}
	if err := words.Load(wanted); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("<" + words.Files(1) + "|" + words.Files(2) + ">"); err != nil {
		t.Fatal(err)
	}
}

func TestTheSystemsLanguageDoesNotLimitTheChoice(t *testing.T) {
	const english, chinese = "<1 file|2 files>", "<1 个文件|2 个文件>"
	for _, test := range []struct{ system, wanted, want string }{
		{"en_US.UTF-8", "", english},
		{"C", "", english},
		{"", "", english},
		{"zh_CN.UTF-8", "", chinese},
		{"ja_JP.UTF-8", "", english},
		{"zh_CN.UTF-8", "en", english},
		{"en_US.UTF-8", "zh-Hans", chinese},
		{"en_US.UTF-8", "zh_CN", chinese},
		{"C", "zh-Hans", chinese},
		{"", "zh-Hans", chinese},
		{"ru_RU.UTF-8", "en", english},
		{"en_GB.UTF-8", "nonsense", english},
	} {
		t.Run(test.system+" and "+test.wanted, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestHelperSays$")
			cmd.Env = append(os.Environ(), "LC_ALL="+test.system, "LC_MESSAGES=", "LANG=", "LANGUAGE=", "FERRY_TEST_SAY="+test.wanted)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), test.want) {
				t.Errorf("said %q (%v), want %q", out, err, test.want)
			}
		})
	}
}
