package instance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// Command is the kind of a [Request].
type Command string

// The commands.
const (
	Send   Command = "send"   // upload Paths to the server To, and report events until done
	Resume Command = "resume" // resume everything unfinished, or only what is for the server To, and report events until done
	List   Command = "list"   // list transfers
	Show   Command = "show"   // show the window, and add Paths for the selected server, or open Link

	AddServer    Command = "server-add"    // save a new server, which Server describes
	EditServer   Command = "server-edit"   // change the server To
	RemoveServer Command = "server-remove" // remove the server To
	TestServer   Command = "server-test"   // test the server To, which need not be saved
	ListServers  Command = "server-list"   // list the servers
)

// commands are all commands.
var commands = []Command{Send, Resume, List, Show, AddServer, EditServer, RemoveServer, TestServer, ListServers}

// Request is a request of one instance to the instance that holds the profile.
type Request struct {
	Command Command
	Paths   []string // absolute; any bytes that the file system allows
	To      string   // a server's name or creation URL; "" is the built-in receiver, and for Resume every server
	Headers []string // "Name: value", sent to that server and kept in memory only
	All     bool     // List: include finished transfers

	AllowHosts []string // hosts that the server may use besides its own; Send, Resume
	PerFile    string   // absolute path of the program that prints what a service issues for each file; Send, Resume

	URLs   []string     // Send: the upload URLs that were given for Paths, one each; nil: To is used
	Server ServerChange // AddServer, EditServer; Send: how to use the server in this run
	Force  bool         // AddServer: also after a failed test; RemoveServer: also with unfinished uploads

	Link string // Show: a link to add a server, as package cli parses it

	Options uploader.BatchOptions // Send
	Answers Answers               // Send, Resume
}

// Answers are the answers to questions that the window would ask about a file. The zero
// value of a field leaves the question open: the file fails.
type Answers struct {
	Again   string // the file was uploaded before: AnswerYes uploads it again, AnswerNo skips it
	Earlier string // the file may belong to an earlier upload: AnswerUse resumes that, AnswerIgnore starts a new one
	Changed string // the file differs from what was sent: AnswerRestart starts over, AnswerFail leaves it
	Exists  string // the server has a file with the name: AnswerOverwrite, AnswerRename, AnswerSkip or AnswerFail
}

// The answers.
const (
	AnswerYes     = "yes"
	AnswerNo      = "no"
	AnswerUse     = "use"
	AnswerIgnore  = "ignore"
	AnswerRestart = "restart"
	AnswerFail    = "fail"

	AnswerOverwrite = "overwrite"
	AnswerRename    = "rename"
	AnswerSkip      = "skip"
)

// valid reports whether all answers are known.
func (a Answers) valid() bool {
	return slices.Contains([]string{"", AnswerYes, AnswerNo}, a.Again) && slices.Contains([]string{"", AnswerUse, AnswerIgnore}, a.Earlier) &&
		slices.Contains([]string{"", AnswerRestart, AnswerFail}, a.Changed) &&
		slices.Contains([]string{"", AnswerOverwrite, AnswerRename, AnswerSkip, AnswerFail}, a.Exists)
}

// Maximum lengths of lines in bytes. A request holds at most what fits on a command
// line.
const (
	maxRequestLine  = 16 << 20
	maxResponseLine = 1 << 20
)

var errLineTooLong = errors.New("line too long")

// wireRequest is a [Request] in JSON. Paths are base64, since they need not be
// UTF-8.
type wireRequest struct {
	Command Command  `json:"command"`
	Paths   [][]byte `json:"paths,omitempty"`
	To      string   `json:"to,omitempty"`
	Headers []string `json:"headers,omitempty"`
	All     bool     `json:"all,omitempty"`

	AllowHosts []string `json:"allowHosts,omitempty"`
	PerFile    string   `json:"perFile,omitempty"`

	URLs   []string      `json:"urls,omitempty"`
	Server *ServerChange `json:"server,omitempty"`
	Force  bool          `json:"force,omitempty"`
	Link   string        `json:"link,omitempty"`

	Connections int   `json:"connections,omitempty"`
	Chunk       int64 `json:"chunk,omitempty"`
	Limit       int64 `json:"limit,omitempty"`
	FollowLinks bool  `json:"follow_links,omitempty"`

	Settle time.Duration `json:"settle,omitempty"` // nanoseconds

	Again   string `json:"again,omitempty"`
	Earlier string `json:"earlier,omitempty"`
	Changed string `json:"changed,omitempty"`
	Exists  string `json:"exists,omitempty"`
}

// response is one line of a response: a value or the end.
type response struct {
	Value  json.RawMessage `json:"value,omitempty"`
	End    bool            `json:"end,omitempty"`
	Error  string          `json:"error,omitempty"`
	Misuse bool            `json:"misuse,omitempty"`
}

// encodeRequest returns the request as one line, with its newline.
func encodeRequest(r Request) ([]byte, error) {
	sent := wireRequest{
		Command: r.Command, To: r.To, Headers: r.Headers, All: r.All, AllowHosts: r.AllowHosts, PerFile: r.PerFile,
		URLs: r.URLs, Force: r.Force, Link: r.Link,
		Connections: r.Options.Connections, Chunk: r.Options.ChunkMax, Limit: r.Options.Limit,
		Settle: r.Options.SettleTime, FollowLinks: r.Options.FollowLinks, Again: r.Answers.Again, Earlier: r.Answers.Earlier, Changed: r.Answers.Changed, Exists: r.Answers.Exists,
	}
	if !reflect.ValueOf(r.Server).IsZero() {
		sent.Server = &r.Server
	}
	for _, path := range r.Paths {
		sent.Paths = append(sent.Paths, []byte(path))
	}
	line, err := json.Marshal(sent)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return append(line, '\n'), nil
}

// decodeRequest parses and validates a line without its newline.
func decodeRequest(line []byte) (Request, error) {
	var got wireRequest
	if err := json.Unmarshal(line, &got); err != nil {
		return Request{}, fmt.Errorf("decode request: %w", err)
	}
	if !slices.Contains(commands, got.Command) {
		return Request{}, fmt.Errorf("decode request: unknown command %.40q", string(got.Command))
	}
	r := Request{
		Command: got.Command, To: got.To, Headers: got.Headers, All: got.All, AllowHosts: got.AllowHosts, PerFile: got.PerFile, URLs: got.URLs, Force: got.Force, Link: got.Link,
		Options: uploader.BatchOptions{Connections: got.Connections, ChunkMax: got.Chunk, Limit: got.Limit, SettleTime: got.Settle, FollowLinks: got.FollowLinks},
		Answers: Answers{Again: got.Again, Earlier: got.Earlier, Changed: got.Changed, Exists: got.Exists},
	}
	if got.Server != nil {
		r.Server = *got.Server
	}
	if len(r.URLs) > 0 && (r.Command != Send || len(r.URLs) != len(got.Paths)) {
		return Request{}, errors.New("decode request: upload URLs do not match the paths")
	}
	if r.Options.Connections < 0 || r.Options.ChunkMax < 0 || r.Options.Limit < 0 || r.Options.SettleTime < uploader.NoSettleTime {
		return Request{}, errors.New("decode request: negative option")
	}
	if r.PerFile != "" && !filepath.IsAbs(r.PerFile) {
		return Request{}, errors.New("decode request: path of the program is not absolute")
	}
	if !r.Answers.valid() {
		return Request{}, errors.New("decode request: unknown answer")
	}
	for _, path := range got.Paths {
		if len(path) == 0 || strings.ContainsRune(string(path), 0) {
			return Request{}, errors.New("decode request: path is empty or contains a zero byte")
		}
		r.Paths = append(r.Paths, string(path))
	}
	return r, nil
}

// readLine reads one line of at most maxLen bytes and returns it without the
// newline. At the end of input it returns io.EOF, or io.ErrUnexpectedEOF inside a
// line.
func readLine(from *bufio.Reader, maxLen int) ([]byte, error) {
	var line []byte
	for {
		fragment, err := from.ReadSlice('\n')
		line = append(line, fragment...)
		switch {
		case len(line) > maxLen+1:
			return nil, errLineTooLong
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}
