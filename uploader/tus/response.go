package tus

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
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
	maxErrorBody    = 4 << 10         // bytes of an error response that are parsed
	maxMessageRunes = 400             // runes of it that are kept
	maxDrain        = 64 << 10        // bytes that are discarded to reuse the connection
	readBodyTimeout = 5 * time.Second // for both
)

// response is the part of an HTTP response that is used.
type response struct {
	op      fault.Op
	url     *url.URL // after redirects
	status  int
	header  http.Header
	body    string // of an error response, its first maxErrorBody bytes without secrets
	message string // its text in one line, without markup
	code    string // the server's error code, such as ERR_UPLOAD_STOPPED

	checksummed bool // the request had a checksum
	overwrites  bool // the request asked to overwrite an existing file
	signedIn    bool // the request had credentials
	sentExpired bool // they were a token that says that it has expired

	redact func(text string) string
}

// readResponse reads and closes the body of httpResp. If that takes too long, it
// cancels the request.
func (c *Client) readResponse(r request, httpResp *http.Response, cancel context.CancelFunc) *response {
	resp := &response{
		op: r.op, url: r.url, status: httpResp.StatusCode, header: httpResp.Header, checksummed: r.hasChecksum(),
		redact: func(text string) string { return c.redact(r.url, text) }, overwrites: r.overwrites,
	}
	if c.hosts.Own(r.url) {
		resp.signedIn = c.signsIn
		resp.sentExpired = !c.tokenExpires.IsZero() && c.tokenExpires.Before(time.Now())
	}
	timer := time.AfterFunc(readBodyTimeout, cancel)
	defer timer.Stop()
	defer func() { _ = httpResp.Body.Close() }()
	if resp.status/100 != 2 {
		resp.body = resp.redact(readErrorBody(httpResp))
		resp.code, resp.message = parseErrorBody(resp.body)
		if code := resp.header.Get(HeaderErrorCode); resp.code == "" && errorCode.MatchString(code+":") {
			resp.code = code
		}
	}
	_, _ = io.CopyN(io.Discard, httpResp.Body, maxDrain)
	return resp
}

// readErrorBody returns the start of the body of an error response, decoded. It
// returns "" if it is encoded in a way that cannot be decoded: no request accepts an
// encoding, but some servers use one anyway.
func readErrorBody(httpResp *http.Response) string {
	var reader io.Reader = httpResp.Body
	var err error
	encodings := toLower(headerTokens(httpResp.Header, "Content-Encoding"))
	encoded := io.LimitReader(httpResp.Body, maxDrain)
	switch encoding := strings.Join(encodings, ","); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(encoded)
	case "deflate": // the zlib format (RFC 9110, 8.4.1.2)
		reader, err = zlib.NewReader(encoded)
	default:
		return ""
	}
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(reader, maxErrorBody))
	if len(text) == maxErrorBody { // a secret at the end may be incomplete
		text = text[:max(bytes.LastIndexAny(text, " \t\r\n\"<>,"), maxErrorBody/2)]
	}
	return string(text)
}

var (
	errorCode = regexp.MustCompile(`^(ERR_[A-Z0-9_]{1,60}):[ \t]*`)
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
)

// parseErrorBody returns the code and message of tusd's "ERR_CODE: message". Of an
// HTML page it returns the title, and of other text the text as one line.
func parseErrorBody(text string) (code, message string) {
	text = strings.TrimSpace(text)
	if match := errorCode.FindStringSubmatch(text); match != nil {
		return match[1], oneLine(text[len(match[0]):])
	}
	if strings.HasPrefix(text, "<") {
		if title := pageTitle.FindStringSubmatch(text); title != nil {
			return "", oneLine(title[1])
		}
		return "", ""
	}
	return "", oneLine(text)
}

// oneLine replaces white space by single spaces, removes unprintable characters,
// and shortens the result to maxMessageRunes.
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
	if runes := []rune(text); len(runes) > maxMessageRunes {
		text = string(runes[:maxMessageRunes]) + "…"
	}
	return text
}

// isTus reports whether the response has a Tus-Resumable header with this version,
// which every response of a tus server must have.
func (r *response) isTus() bool {
	return slices.Contains(headerTokens(r.header, "Tus-Resumable"), Version)
}

// notTus returns the fault of a response for which isTus is false.
func (r *response) notTus() *fault.Fault {
	if versions := headerTokens(r.header, "Tus-Resumable"); len(versions) > 0 {
		return r.fault(fault.NotTus, "response has Tus-Resumable %.40q, want %s", versions, Version)
	}
	return r.fault(fault.NotTus, "response has no Tus-Resumable header: it is from an intermediary or not from a tus server")
}

// fault returns a fault with the status, code and Retry-After of the response. The
// args may be text of the server: secrets in them are replaced.
func (r *response) fault(kind fault.Kind, format string, args ...any) *fault.Fault {
	for i, arg := range args {
		args[i] = r.redactArg(arg)
	}
	f := fault.Newf(kind, r.op, format, args...)
	f.Status, f.Code = r.status, r.code
	f.RetryAfter = parseRetryAfter(r.header, time.Now())
	return f
}

// redactArg replaces secrets in an argument of a fault's text.
func (r *response) redactArg(arg any) any {
	switch arg := arg.(type) {
	case string:
		return r.redact(arg)
	case error:
		return r.redact(arg.Error())
	case []string:
		for i, text := range arg {
			arg[i] = r.redact(text)
		}
	}
	return arg
}

// statusFault returns the fault of a response without a 2xx status.
func (r *response) statusFault() *fault.Fault {
	status, inBody := r.effectiveStatus()
	kind := kindOf(r.op, status, r.code, r.isTus())
	detail := r.message
	if r.code != "" {
		detail = r.code + ": " + detail
	}
	details := []string{detail}
	if versions := headerTokens(r.header, "Tus-Version"); r.wantsOtherVersion() && len(versions) > 0 {
		details = append(details, fmt.Sprintf("server supports tus %.100s, want %s", r.redact(strings.Join(versions, ", ")), Version))
	}
	if inBody {
		details = append(details, fmt.Sprintf("taken as status %d", status))
	}
	if isWrongURLStatus(r.status) && (r.op == fault.Create || r.op == fault.Probe) {
		details = append(details, "this URL does not accept uploads")
	}
	if !r.isTus() && r.op != fault.Probe {
		details = append(details, "response has no Tus-Resumable header: it may be from an intermediary or not from a tus server")
	}
	details = slices.DeleteFunc(details, func(text string) bool { return text == "" })
	f := r.fault(kind, "")
	f.Detail = strings.Join(details, "; ")
	switch {
	case f.Kind == fault.Auth && r.status == http.StatusProxyAuthRequired:
		f.Code = fault.CodeProxySignIn
	case f.Kind == fault.Auth:
		r.setSignInFault(f, status)
	case f.Kind == fault.Exists && r.overwrites:
		f.Code = fault.CodeOverwriteRefused
	case r.wantsOtherVersion():
		f.Code = fault.CodeVersion
	case f.Code != "":
	default:
		f.Code = r.checksumCode()
	}
	return f
}

// wantsOtherVersion reports whether the server rejected the request because it does not
// support version 1.0.0. 412 has other meanings, too: reva responds with it where the
// folder of a file does not exist.
func (r *response) wantsOtherVersion() bool {
	versions := headerTokens(r.header, "Tus-Version")
	return r.status == http.StatusPreconditionFailed &&
		(len(versions) > 0 && !slices.Contains(versions, Version) || r.code == "ERR_UNSUPPORTED_VERSION")
}

// parseUpload parses the response to a POST. An upload on a host that the user may still
// allow is returned, so that its URL is saved; only requests to it are refused.
func (c *Client) parseUpload(r *response, withBody bool) (Upload, error) {
	if !r.isTus() {
		return Upload{}, r.notTus()
	}
	location, err := resolveLocation(r.url, r.header.Get("Location"))
	if err != nil {
		return Upload{}, r.fault(fault.NotTus, "%v", err)
	}
	if err := c.hosts.Check(location); err != nil && !isNotAllowed(err) {
		return Upload{}, hostFault(r.op, err)
	}
	upload := Upload{URL: location.String(), Expires: parseExpires(r.header)}
	// A server without creation-with-upload ignores the body and sends no offset.
	if withBody && len(r.header.Values("Upload-Offset")) > 0 {
		if upload.Offset, err = parseByteCount(r.header, "Upload-Offset"); err != nil {
			return Upload{}, r.fault(fault.NotTus, "%v", err)
		}
	}
	return upload, nil
}

// parseHead parses the response to a HEAD. While the server is still concatenating
// an upload, it may omit the offset (tus 1.0.0, Concatenation).
func (r *response) parseHead() (Status, error) {
	if !r.isTus() {
		return Status{}, r.notTus()
	}
	partial, final := parseConcat(r.header)
	if final && len(r.header.Values("Upload-Offset")) == 0 {
		r.header.Set("Upload-Offset", "0")
	}
	status, err := r.parseStatus()
	if err != nil {
		return Status{}, r.fault(fault.NotTus, "%v", err)
	}
	status.Partial, status.Final = partial, final
	return status, nil
}

// parsePatch parses the response to a PATCH. The server has received the bytes, so
// a missing or malformed offset is Transient: a HEAD returns it.
func (r *response) parsePatch() (Status, error) {
	status, err := r.parseStatus()
	switch {
	case err == nil:
		return status, nil
	case r.isTus():
		return Status{}, r.fault(fault.Transient, "%v", err)
	default:
		return Status{}, r.notTus()
	}
}

// parseStatus parses the headers that HEAD and PATCH have in common.
func (r *response) parseStatus() (Status, error) {
	offset, err := parseByteCount(r.header, "Upload-Offset")
	if err != nil {
		return Status{}, err
	}
	status := Status{Offset: offset, Length: -1, Expires: parseExpires(r.header)}
	if len(r.header.Values("Upload-Length")) == 0 {
		return status, nil
	}
	if status.Length, err = parseByteCount(r.header, "Upload-Length"); err != nil {
		return Status{}, err
	}
	return status, nil
}
