package words

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/fault"
)

// receivedFolder is the folder of the built-in receiver, which faults name.
var receivedFolder atomic.Value

// SetReceivedFolder sets the path of the folder of the built-in receiver.
func SetReceivedFolder(path string) { receivedFolder.Store(path) }

// ReceivedFolder returns the path of the folder of the built-in receiver; "" if it was not
// set.
func ReceivedFolder() string {
	path, _ := receivedFolder.Load().(string)
	return path
}

// commandLine is true if the texts are for a command line.
var commandLine atomic.Bool

// SetCommandLine sets whether faults are explained for the command line, and name its
// options, or for the window.
func SetCommandLine(on bool) { commandLine.Store(on) }

// Subject names the file and the server of a fault. Empty fields become "the file"
// and "the server".
type Subject struct {
	File   string // name or path
	Server string // name or URL
}

// Sentence holds the texts about a fault.
type Sentence struct {
	Short string // a few words
	What  string // what happened
	Does  string // what Ferry does about it
	Can   string // what the user can do
}

// String returns What and Can on one line.
func (s Sentence) String() string { return Text("state.failed", Data{"What": s.What, "Can": s.Can}) }

// Fault returns the texts about a fault; the zero Sentence for nil.
func Fault(f *fault.Fault, about Subject) Sentence {
	if f == nil {
		return Sentence{}
	}
	data := Data{
		"Folder": quoted(ReceivedFolder(), "subject.folder"), "File": quoted(about.File, "subject.file"), "Server": quoted(about.Server, "subject.server"),
		"HasFile": about.File != "", "Status": "", "Code": "", "Detail": Printable(f.Detail),
	}
	readable, size := f.EndsEarly()
	data["Readable"], data["Size"] = Size(readable), Size(size)
	held, _ := f.UploadHasData()
	data["Held"] = Size(held)
	if f.Status != 0 {
		data["Status"], data["Code"] = f.Status, Printable(f.Code)
	}
	key := keyOf(f)
	return Sentence{
		Short: Text(key + ".short"),
		What:  capitalized(Text(key+".what", data)),
		Does:  Text(key + ".does"),
		Can:   Text(key+".can", Data{"CommandLine": commandLine.Load()}),
	}
}

// ServerMessage returns what the server said about a fault, which may be nil; "" if it said
// nothing.
func ServerMessage(f *fault.Fault) string {
	if f == nil {
		return ""
	}
	return Said(f.ServerMessage)
}

// WithServerMessage returns a text about a fault, and on a line of its own what the server
// said about it, if anything.
func WithServerMessage(text string, f *fault.Fault) string {
	if said := ServerMessage(f); said != "" {
		return text + "\n" + said
	}
	return text
}

// Said returns the sentence that quotes the message of a server, as in
// [fault.Fault.ServerMessage]; "" for "".
func Said(message string) string {
	if message == "" {
		return ""
	}
	return Text("server-message", Data{"Message": Printable(message)})
}

// keyOf returns the prefix of the keys for a fault.
func keyOf(f *fault.Fault) string {
	if slices.Contains(fault.Codes(), f.Code) {
		return "code." + f.Code
	}
	if special := caseOf(f); special != "" {
		return "case." + special
	}
	return "fault." + f.Kind.String()
}

// caseOf returns the special case that is more precise than the fault's kind, or "".
func caseOf(f *fault.Fault) string {
	upload := slices.Contains([]fault.Op{fault.Head, fault.Patch, fault.Concat, fault.Terminate}, f.Op)
	switch {
	case f.Kind == fault.Transient && f.Status != 0: // the server responded
		return "trouble"
	case f.Kind == fault.NotTus && upload: // a tus server responded before
		return "stranger"
	case f.Kind == fault.Refused && f.Status/100 == 3:
		return "moved"
	case f.Kind == fault.LocalDisk && (f.Op == fault.Read || f.Op == fault.Stat || f.Op == fault.List):
		return "unreadable"
	default:
		return ""
	}
}

func quoted(name, otherwise string) string {
	if name == "" {
		return Text(otherwise)
	}
	if strings.Contains(name, "://") {
		name = Address(name)
	}
	return "“" + Printable(name) + "”"
}
