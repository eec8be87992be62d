package instance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// Command is what a Request asks for.
type Command string

// The commands.
const (
	Send   Command = "send"   // add Paths for the server To, and follow them
	Resume Command = "resume" // go on with everything unfinished, for the server To alone where it says one, and follow it
	List   Command = "list"   // tell what there is
	Show   Command = "show"   // show the window, with Paths added to the chosen server
)

// Request is what one program asks of the one that holds the profile.
type Request struct {
	Command Command
	Paths   []string // absolute; bytes as the system gives them
	To      string   // a server's name or creation URL; "" is the built-in one, or any for Resume
	Headers []string // "Name: value", for that server, kept in memory only
	All     bool     // list: with history

	Options uploader.Options // send: how
}

// Lines longer than this are not taken. A request carries at most what a command
// line can.
const (
	tokenMost   = 128
	requestMost = 16 << 20
	answerMost  = 1 << 20
)

var errLong = errors.New("line too long")

// request is a Request as it is sent. Paths are base64: they need not be UTF-8.
type request struct {
	Command Command  `json:"command"`
	Paths   [][]byte `json:"paths,omitempty"`
	To      string   `json:"to,omitempty"`
	Headers []string `json:"headers,omitempty"`
	All     bool     `json:"all,omitempty"`

	Connections int   `json:"connections,omitempty"`
	Chunk       int64 `json:"chunk,omitempty"`
	Limit       int64 `json:"limit,omitempty"`
}

// answer is one line of an answer: a value, or the end.
type answer struct {
	Value  json.RawMessage `json:"value,omitempty"`
	End    bool            `json:"end,omitempty"`
	Error  string          `json:"error,omitempty"`
	Misuse bool            `json:"misuse,omitempty"`
}

func encodeRequest(r Request) ([]byte, error) {
	sent := request{
		Command: r.Command, To: r.To, Headers: r.Headers, All: r.All,
		Connections: r.Options.Connections, Chunk: r.Options.Chunk, Limit: r.Options.Limit,
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

func decodeRequest(line []byte) (Request, error) {
	var got request
	if err := json.Unmarshal(line, &got); err != nil {
		return Request{}, fmt.Errorf("decode request: %w", err)
	}
	switch got.Command {
	case Send, Resume, List, Show:
	default:
		return Request{}, fmt.Errorf("decode request: no such command: %.40q", string(got.Command))
	}
	r := Request{
		Command: got.Command, To: got.To, Headers: got.Headers, All: got.All,
		Options: uploader.Options{Connections: got.Connections, Chunk: got.Chunk, Limit: got.Limit},
	}
	if r.Options.Connections < 0 || r.Options.Chunk < 0 || r.Options.Limit < 0 {
		return Request{}, errors.New("decode request: an option is negative")
	}
	for _, path := range got.Paths {
		if len(path) == 0 || strings.ContainsRune(string(path), 0) {
			return Request{}, errors.New("decode request: a path is empty or holds a zero byte")
		}
		r.Paths = append(r.Paths, string(path))
	}
	return r, nil
}

// readLine reads up to a line's end, which is left out, and no more than most
// bytes. A line without an end is io.ErrUnexpectedEOF, nothing at all io.EOF.
func readLine(from *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		part, err := from.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > most+1:
			return nil, errLong
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
