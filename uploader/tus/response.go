package tus

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	maxDrain        = 64 << 10        // bytes of a body that are read as they are sent; the rest closes the connection
	readBodyTimeout = 5 * time.Second // for all of it
)

// response is the part of an HTTP response that is used.
type response struct {
	op      fault.Op
	url     *url.URL // after redirects
	status  int
	header  http.Header
	cookies []cookie // that were sent
	message string   // the body, as in [fault.Fault.ServerMessage]
	result  Result   // of a success of a tus server
	code    string   // the server's error code, such as ERR_UPLOAD_STOPPED
	body    string   // of an error response, without secrets

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
		redact: func(text string) string { return c.redact(r, text) }, overwrites: r.overwrites,
	}
	if c.hosts.Own(r.url) {
		resp.signedIn = c.signsIn
		resp.sentExpired = !c.tokenExpires.IsZero() && c.tokenExpires.Before(time.Now())
	}
	timer := time.AfterFunc(readBodyTimeout, cancel)
	defer timer.Stop()
	defer func() { _ = httpResp.Body.Close() }()
	text := readBody(httpResp)
	var code string
	if text != "" {
		code, resp.message = parseMessage(text, resp.redact)
	}
	if resp.status/100 == 2 && c.accepts(resp) {
		resp.result = c.parseResult(r, resp.header, text)
	}
	if resp.status/100 != 2 {
		resp.code, resp.body = code, resp.redact(text)
		if code := resp.header.Get(HeaderErrorCode); resp.code == "" && errorCode.MatchString(code+":") {
			resp.code = code
		}
	}
	_, _ = io.CopyN(io.Discard, httpResp.Body, maxDrain)
	return resp
}

// hasVersion reports whether the response has a Tus-Resumable header, with any version.
func (r *response) hasVersion() bool { return len(headerTokens(r.header, "Tus-Resumable")) > 0 }

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
	f := r.fault(fault.NotTus, "response has no Tus-Resumable header: it is from an intermediary or not from a tus server")
	if r.op == fault.Create && r.isPage() {
		f.Code = fault.CodeWebServer
	}
	return f
}

// fault returns a fault with the status, code and Retry-After of the response. The
// args may be text of the server: secrets in them are replaced.
func (r *response) fault(kind fault.Kind, format string, args ...any) *fault.Fault {
	for i, arg := range args {
		args[i] = r.redactArg(arg)
	}
	f := fault.Newf(kind, r.op, format, args...)
	f.Status, f.Code, f.ServerMessage = r.status, r.code, r.message
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
	if isWrongURLStatus(r.status) && r.op == fault.Create {
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
	case f.Kind == fault.NotTus:
		f.Code = fault.CodeWebServer
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

// parseUpload parses the response to a POST with a success status. An upload on a host
// that the user may still allow is returned, so that its URL is saved; only requests to it
// are refused.
func (c *Client) parseUpload(r *response, request CreateRequest) (Upload, error) {
	if !c.accepts(r) {
		return Upload{}, r.notTus()
	}
	upload := Upload{Expires: parseExpires(r.header), Result: r.result}
	var err error
	// A server without creation-with-upload ignores the body and sends no offset.
	if request.Body != nil && len(r.header.Values("Upload-Offset")) > 0 {
		if upload.Offset, err = parseByteCount(r.header, "Upload-Offset"); err != nil {
			return Upload{}, r.fault(fault.NotTus, "%v", err)
		}
	}
	if r.hasNoLocation() && r.isTus() {
		if r.op == fault.Create && request.isComplete(upload.Offset) {
			return upload, nil
		}
		f := r.fault(fault.NotTus, "response has no Location")
		f.Code = fault.CodeNoUploadURL
		return Upload{}, f
	}
	location, err := resolveUploadURL(r.url, r.header.Get("Location"))
	if err != nil {
		return Upload{}, r.fault(fault.NotTus, "%v", err)
	}
	if err := c.hosts.Check(location); err != nil && !isNotAllowed(err) {
		return Upload{}, hostFault(r.op, err)
	}
	upload.URL = location.String()
	return upload, nil
}

// hasNoLocation reports whether the Location header is missing or empty.
func (r *response) hasNoLocation() bool { return strings.TrimSpace(r.header.Get("Location")) == "" }

// isComplete reports whether nothing is left to be sent of an upload once it was created
// and the server acknowledged so many bytes of the body. A part is needed for its URL.
func (r CreateRequest) isComplete(acknowledged int64) bool {
	return !r.Deferred && !r.Partial && r.BodySize == r.Size && acknowledged == r.Size
}

// parseHead parses the response to a HEAD. While the server is still concatenating
// an upload, it may omit the offset (tus 1.0.0, Concatenation). What another server
// responds has no offset.
func (c *Client) parseHead(r *response) (Status, error) {
	if !c.accepts(r) {
		return Status{}, r.notTus()
	}
	partial, final := parseConcat(r.header)
	if final && len(r.header.Values("Upload-Offset")) == 0 {
		r.header.Set("Upload-Offset", "0")
	}
	status, err := r.parseStatus()
	switch {
	case err == nil:
		status.Partial, status.Final = partial, final
		return status, nil
	case !r.isTus():
		return Status{}, c.notAccepted(r)
	default:
		return Status{}, r.fault(fault.NotTus, "%v", err)
	}
}

// parsePatch parses the response to a PATCH. The server has received the bytes, so
// a missing or malformed offset is Transient: a HEAD returns it.
func (c *Client) parsePatch(r *response) (Status, error) {
	status, err := r.parseStatus()
	switch {
	case err == nil:
		return status, nil
	case r.isTus():
		return Status{}, r.fault(fault.Transient, "%v", err)
	default:
		return Status{}, c.notAccepted(r)
	}
}

// parseStatus parses the headers that HEAD and PATCH have in common.
func (r *response) parseStatus() (Status, error) {
	offset, err := parseByteCount(r.header, "Upload-Offset")
	if err != nil {
		return Status{}, err
	}
	status := Status{Offset: offset, Length: -1, Expires: parseExpires(r.header), Result: r.result}
	if len(r.header.Values("Upload-Length")) == 0 {
		return status, nil
	}
	if status.Length, err = parseByteCount(r.header, "Upload-Length"); err != nil {
		return Status{}, err
	}
	return status, nil
}
