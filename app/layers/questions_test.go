package layers_test

import (
	"bytes"
	"errors"
	"go/ast"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
)

// question is a row of the table of questions in the user guides.
type question struct {
	row   string       // the first cell in the English guide; "" if nothing is asked
	sites []string     // the functions that ask, as file:function
	kinds []fault.Kind // the faults of files with which the list asks
}

var questions = []question{
	{"The file was already uploaded: again?", nil, []fault.Kind{fault.AlreadyUploaded}},
	{"All of it was sent, and the server doesn't say whether it has it: upload it again?", nil, []fault.Kind{fault.Gone}},
	{"It may match an earlier upload: resume that?", nil, []fault.Kind{fault.AmbiguousMatch}},
	{"The file can't be verified to be the one that was partly uploaded: continue?", nil, []fault.Kind{fault.SourceChanged}},
	{"The given upload URL already has data: continue after it?", nil, []fault.Kind{fault.Refused}},
	{"The file changed since its upload began: start over?", nil, []fault.Kind{fault.SourceChanged, fault.Mismatch}},
	{"The server no longer has the upload: start over?", nil, []fault.Kind{fault.Gone}},
	{"The file was not found: where is it?", []string{"app/actions.go:locate"}, []fault.Kind{fault.SourceMissing}},
	{"Another program is still writing the file: upload it now?", nil, []fault.Kind{fault.SourceBusy}},
	{"The file is too large: to which other server?", []string{"app/otherserver.go:chooseServer"}, []fault.Kind{fault.TooLarge}},
	{"The server or proxy requires a sign-in, or the saved one is locked: which?", []string{"app/passphrase.go:open", "app/servers/signin.go:build"}, []fault.Kind{fault.Auth}},
	{"The server uses another host: allow it?", []string{"app/blocked.go:askAboutHost", "app/servers/check.go:checkFailed"}, nil},
	{"The server redirects to another address: use that?", nil, nil},
	{"The certificate is not trusted: other settings?", nil, []fault.Kind{fault.TLS}},
	{"The server requires a client certificate, or rejects the one it got: which?", nil, []fault.Kind{fault.TLS}},
	{"The server refuses the file, or the file can't be read: try again?", nil, []fault.Kind{
		fault.Bug, fault.Refused, fault.NotTus, fault.Quota, fault.SourceDenied, fault.SourceUnsupported, fault.LocalDisk, fault.SourceTruncated,
	}},
	{"The server refuses a name that it has already: skip the file, rename or overwrite?", []string{"app/existing.go:askExists"}, []fault.Kind{fault.Exists}},
	{"A file with that name exists on the server, which accepts another one", nil, nil},
	{"Very many files: upload all of them?", []string{"app/survey.go:confirm"}, nil},
	{"All uploads are done: go on with what was chosen to follow?", []string{"app/whendone.go:announce"}, nil},
	{"Uploads are running: quit?", []string{"app/quit.go:ask"}, nil},
	{"Cancel an upload and lose what was sent?", []string{"app/actions.go:confirmLoss"}, nil},
	{"Uploads were interrupted: resume them?", []string{"app/resumeprompt.go:showQuestion", "app/decisions.go:newDialog"}, nil},
	{"Which files, and which destination?", []string{"app/adding.go:addFiles", "app/adding.go:addFolder", "app/addoptions.go:addWithOptions"}, nil},
	{"Several upload URLs were pasted: for which files?", []string{"app/pasteurls.go:askForFilesOf"}, nil},
	{"What is the name of standard input?", nil, nil},
	{"Add, change or remove a server?", []string{"app/servers/dialog.go:newDialog", "app/servers/manage.go:Manage", "app/servers/manage.go:Remove"}, nil},
	{"Ferry can't use its data folder: another one?", []string{"app/startfailure.go:buttons"}, nil},
	{"", []string{"app/keyhelp.go:showHelp", "app/history/history.go:Open", "app/history.go:exportHistory", "app/preferences/dialog.go:newDialog", "app/preferences/about.go:showTexts", "app/logviewer/viewer.go:open", "app/receivedfolder.go:choose", "app/whendone.go:chooseProgram", "app/backup.go:backUp", "app/restorebackup.go:restore", "app/restorebackup.go:refuse", "app/restorebackup.go:confirm", "app/settingsfile.go:exportSettings", "app/settingsfile.go:importSettings", "app/form/dialogs.go:Ask"}, nil},
}

// asking are the functions and methods that show a dialog.
var asking = []string{"Ask", "dialog.New", "chooseFiles", "chooseFolders"}

// TestEveryQuestionIsInTheUserGuides compares the questions of the window with the table
// in the user guides that says how the command line answers them.
func TestEveryQuestionIsInTheUserGuides(t *testing.T) {
	t.Parallel()
	wantSame(t, "functions that ask", askingFunctions(parseTree(t)), func(q question) []string { return q.sites })
	wantSame(t, "faults that stop a file", stoppingFaults(), func(q question) []string {
		var names []string
		for _, kind := range q.kinds {
			names = append(names, kind.String())
		}
		return names
	})
	english, chinese := questionRows(t, "docs/user-guide.md", "### Questions"), questionRows(t, "docs/user-guide.zh-Hans.md", "### 问题")
	if len(english) != len(chinese) {
		t.Fatalf("%d rows in English, %d in Chinese", len(english), len(chinese))
	}
	var rows []string
	for _, q := range questions {
		if q.row != "" {
			rows = append(rows, q.row)
		}
	}
	help := helpOf(t, "send") + helpOf(t, "resume")
	for i, row := range english {
		if i >= len(rows) || row[0] != rows[i] {
			t.Errorf("row %d is %q, which is not in the list of questions there", i+1, row[0])
		}
		options, translated := optionsIn(row), optionsIn(chinese[i])
		if !slices.Equal(options, translated) {
			t.Errorf("%s: %v in English, %v in Chinese", row[0], options, translated)
		}
		for _, option := range options {
			flag, value, _ := strings.Cut(option, " ")
			if line := regexp.MustCompile(`(?m)^ .*` + flag + `\b.*$`).FindString(help); line == "" || value != "" && !strings.Contains(help, value) {
				t.Errorf("%s: the help does not have %s", row[0], option)
			}
		}
	}
	if len(english) != len(rows) {
		t.Errorf("%d rows, %d questions", len(english), len(rows))
	}
}

// wantSame reports names that are only in the code or only in the list of questions.
func wantSame(t *testing.T, what string, inCode []string, of func(question) []string) {
	t.Helper()
	listed := map[string]bool{}
	for _, q := range questions {
		for _, name := range of(q) {
			if !slices.Contains(inCode, name) {
				t.Errorf("%s: %s does not exist", what, name)
			}
			listed[name] = true
		}
	}
	for _, name := range inCode {
		if !listed[name] {
			t.Errorf("%s: %s has no row in the table of questions", what, name)
		}
	}
}

// askingFunctions returns the functions of the program that show a dialog.
func askingFunctions(tr *tree) []string {
	found := map[string]bool{}
	for path, file := range tr.files {
		if !strings.HasPrefix(path, "app/") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/internal/") {
			continue
		}
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && asks(call) {
					found[path+":"+f.Name.Name] = true
				}
				return true
			})
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func asks(call *ast.CallExpr) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	name := selector.Sel.Name
	if of, ok := selector.X.(*ast.Ident); ok && name == "New" {
		name = of.Name + "." + name
	}
	return slices.Contains(asking, name)
}

// stoppingFaults returns the faults after which a file is not retried for ever.
func stoppingFaults() []string {
	const manyAttempts = 1000
	names := []string{fault.SourceBusy.String()} // it is retried, and the user can end the wait
	for _, kind := range fault.Kinds() {
		stops := slices.ContainsFunc([]fault.Op{fault.Head, fault.Open}, func(op fault.Op) bool {
			return !retry.Decide(&fault.Fault{Kind: kind, Op: op}, manyAttempts, 0).Retry
		})
		t := uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: kind}}
		if stops || t.State() == uploader.StateNeedsDecision {
			names = append(names, kind.String())
		}
	}
	return names
}

// questionRows returns the cells of the rows of the table below a heading.
func questionRows(t *testing.T, page, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile(root + "/" + page)
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", page, heading)
	}
	section, _, _ = strings.Cut(section, "\n#")
	var rows [][]string
	for line := range strings.Lines(section) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows[2:] // below the heading of the table
}

// optionsIn returns the options in the cells of a row, with their values.
func optionsIn(row []string) []string {
	var options []string
	for _, match := range code.FindAllStringSubmatch(strings.Join(row, " "), -1) {
		if strings.HasPrefix(match[1], "--") {
			options = append(options, match[1])
		}
	}
	return options
}

// helpOf returns the help of a command.
func helpOf(t *testing.T, command string) string {
	t.Helper()
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if _, err := cli.Parse([]string{command, "--help"}, &help); !errors.Is(err, cli.ErrHelp) {
		t.Fatal(err)
	}
	return help.String()
}
