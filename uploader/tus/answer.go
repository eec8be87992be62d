package tus

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	maxDetail = 4 << 10         // bytes of an error's body that are read
	maxShown  = 400             // runes of it that are kept
	maxDrain  = 64 << 10        // bytes that are read over to use the connection again
	drainTime = 5 * time.Second // how long that may take
)

// answer is what is kept of a server's response.
type answer struct {
	op     fault.Op
	url    *url.URL // that answered, after redirects
	status int
	header http.Header
	words  string // the body of a failure, without secrets and markup
	code   string // the server's own error code, such as ERR_UPLOAD_STOPPED

	checksummed bool // the request carried a checksum
}

// read takes what is of use out of a response and lets go of it. A server that
// dawdles over the body of an answer is hung up on.
func (c *Client) read(r request, response *http.Response, hangUp context.CancelFunc) *answer {
	got := &answer{op: r.op, url: r.url, status: response.StatusCode, header: response.Header, checksummed: r.checksummed()}
	patience := time.AfterFunc(drainTime, hangUp)
	defer patience.Stop()
	defer func() { _ = response.Body.Close() }()
	if got.status/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, maxDetail))
		got.code, got.words = parseWords(c.withoutSecrets(string(text)))
	}
	_, _ = io.CopyN(io.Discard, response.Body, maxDrain)
	return got
}

var (
	errorCode = regexp.MustCompile(`^(ERR_[A-Z0-9_]{1,60}):[ \t]*`)
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
)

// parseWords finds tusd's "ERR_CODE: message" in the body of a failure, and
// makes one readable line of the rest. Of a web page only the title is kept.
func parseWords(text string) (code, words string) {
	text = strings.TrimSpace(text)
	if found := errorCode.FindStringSubmatch(text); found != nil {
		return found[1], oneLine(text[len(found[0]):])
	}
	if strings.HasPrefix(text, "<") {
		if title := pageTitle.FindStringSubmatch(text); title != nil {
			return "", oneLine(title[1])
		}
		return "", ""
	}
	return "", oneLine(text)
}

func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return text
}

// speaksTus reports whether the answer carries this version of the protocol,
// as every answer of a tus server must.
func (a *answer) speaksTus() bool { return slices.Contains(list(a.header, "Tus-Resumable"), Version) }

// notTus is the fault of an answer without the protocol's mark.
func (a *answer) notTus() *fault.Fault {
	if theirs := list(a.header, "Tus-Resumable"); len(theirs) > 0 {
		return a.fault(fault.NotTus, "the answer is in tus %.40q, not %s", theirs, Version)
	}
	return a.fault(fault.NotTus, "the answer has no Tus-Resumable: a middlebox or another kind of server is speaking")
}

// fault makes a fault of this answer.
func (a *answer) fault(kind fault.Kind, format string, args ...any) *fault.Fault {
	f := fault.Newf(kind, a.op, format, args...)
	f.Status, f.Code = a.status, a.code
	f.RetryAfter = parseRetryAfter(a.header, time.Now())
	return f
}

// refusal is the fault of an answer that is no success.
func (a *answer) refusal() *fault.Fault {
	kind := kindOf(a.op, a.status, a.code, a.speaksTus())
	detail := a.words
	if a.code != "" {
		detail = a.code + ": " + detail
	}
	notes := []string{detail}
	if versions := list(a.header, "Tus-Version"); a.status == http.StatusPreconditionFailed && len(versions) > 0 {
		notes = append(notes, fmt.Sprintf("the server speaks tus %.100s, not %s", strings.Join(versions, ", "), Version))
	}
	if wrongAddress(a.status) && (a.op == fault.Create || a.op == fault.Probe) {
		notes = append(notes, "nothing takes uploads at this address")
	}
	if !a.speaksTus() && a.op != fault.Probe {
		notes = append(notes, "the answer has no Tus-Resumable: a middlebox or another kind of server may be speaking")
	}
	notes = slices.DeleteFunc(notes, func(note string) bool { return note == "" })
	f := a.fault(kind, "%s", strings.Join(notes, "; "))
	switch {
	case f.Code != "":
	case a.status == http.StatusProxyAuthRequired:
		f.Code = fault.CodeProxy
	default:
		f.Code = a.checksumCode()
	}
	return f
}

// upload reads the answer to a POST.
func (a *answer) upload(withBody bool) (Upload, error) {
	if !a.speaksTus() {
		return Upload{}, a.notTus()
	}
	location, err := resolve(a.url, a.header.Get("Location"))
	if err != nil {
		return Upload{}, a.fault(fault.NotTus, "%v", err)
	}
	made := Upload{URL: location.String(), Expires: parseExpires(a.header)}
	// A server that does not know the extension ignores the body and names no
	// offset: it holds nothing yet.
	if withBody && len(a.header.Values("Upload-Offset")) > 0 {
		if made.Offset, err = parseCount(a.header, "Upload-Offset"); err != nil {
			return Upload{}, a.fault(fault.NotTus, "%v", err)
		}
	}
	return made, nil
}

// head reads the answer to a HEAD. Of an upload that is still being joined the
// server need not know how far it is (tus 1.0.0, Concatenation).
func (a *answer) head() (Status, error) {
	if !a.speaksTus() {
		return Status{}, a.notTus()
	}
	partial, final := parseConcat(a.header)
	if final && len(a.header.Values("Upload-Offset")) == 0 {
		a.header.Set("Upload-Offset", "0")
	}
	status, err := a.state()
	if err != nil {
		return Status{}, a.fault(fault.NotTus, "%v", err)
	}
	status.Partial, status.Final = partial, final
	return status, nil
}

// patched reads the answer to a PATCH. The bytes have crossed, so an answer
// that does not say how many is only a reason to ask again.
func (a *answer) patched() (Status, error) {
	status, err := a.state()
	switch {
	case err == nil:
		return status, nil
	case a.speaksTus():
		return Status{}, a.fault(fault.Transient, "%v", err)
	default:
		return Status{}, a.notTus()
	}
}

// state reads the headers that HEAD and PATCH have in common.
func (a *answer) state() (Status, error) {
	offset, err := parseCount(a.header, "Upload-Offset")
	if err != nil {
		return Status{}, err
	}
	status := Status{Offset: offset, Length: -1, Expires: parseExpires(a.header)}
	if len(a.header.Values("Upload-Length")) == 0 {
		return status, nil
	}
	if status.Length, err = parseCount(a.header, "Upload-Length"); err != nil {
		return Status{}, err
	}
	return status, nil
}
