package words

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Subject is what a fault happened to. Empty fields are said as "the file" and
// "the server".
type Subject struct {
	File   string // a file's name or path
	Server string // a server's name or URL
}

// Sentence is a fault in words.
type Sentence struct {
	Short string // a few words, for a narrow place
	What  string // what happened
	Does  string // what Ferry does about it
	Can   string // what the person can do
}

// String is the whole of it, in one line.
func (s Sentence) String() string { return Say("state.failed", Data{"What": s.What, "Can": s.Can}) }

// Fault says a fault. A nil fault gives an empty Sentence.
func Fault(f *fault.Fault, about Subject) Sentence {
	if f == nil {
		return Sentence{}
	}
	data := Data{"File": quoted(about.File, "subject.file"), "Server": quoted(about.Server, "subject.server"), "Status": "", "Code": ""}
	if f.Status != 0 {
		data["Status"], data["Code"] = f.Status, Printable(f.Code)
	}
	key := keyOf(f)
	return Sentence{
		Short: Say(key + ".short"),
		What:  sentence(Say(key+".what", data)),
		Does:  Say(key + ".does"),
		Can:   Say(key + ".can"),
	}
}

// keyOf is where the sentences of a fault begin.
func keyOf(f *fault.Fault) string {
	if slices.Contains(fault.Codes(), f.Code) {
		return "code." + f.Code
	}
	if special := caseOf(f); special != "" {
		return "case." + special
	}
	return "fault." + f.Kind.String()
}

// caseOf names the case where a fault's kind does not say enough; "" otherwise.
func caseOf(f *fault.Fault) string {
	upload := slices.Contains([]fault.Op{fault.Head, fault.Patch, fault.Concat, fault.Terminate}, f.Op)
	switch {
	case f.Kind == fault.Transient && f.Status != 0: // no connection was lost: the server answered
		return "trouble"
	case f.Kind == fault.NotTus && upload: // a tus server was there once
		return "stranger"
	case f.Kind == fault.Refused && f.Status/100 == 3:
		return "moved"
	case f.Kind == fault.Refused && (f.Status == http.StatusPreconditionFailed || f.Op == fault.Probe && f.Status/100 == 2):
		return "version"
	case f.Kind == fault.LocalDisk && (f.Op == fault.Read || f.Op == fault.Stat || f.Op == fault.List):
		return "unreadable"
	default:
		return ""
	}
}

func quoted(name, otherwise string) string {
	if name == "" {
		return Say(otherwise)
	}
	return "“" + Printable(withoutSecret(name)) + "”"
}

// withoutSecret takes user, password and query off a URL.
func withoutSecret(name string) string {
	if !strings.Contains(name, "://") {
		return name
	}
	u, err := url.Parse(name)
	if err != nil {
		return name
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
