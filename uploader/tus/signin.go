package tus

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ferryapp/ferry/uploader/fault"
)

var (
	// tokenProblem matches a text about the token of a request, such as "jwt expired"
	// (Supabase) or "invalid_token" (RFC 6750, 3.1).
	tokenProblem = regexp.MustCompile(`(?i)\bjw[ts]\b|invalid_?jwt|"exp\\?" claim|invalid_token|token_expired` +
		`|\b(access|auth\w*|bearer|id)[ _-]?token\b[^.;]{0,40}\b(expired|invalid|malformed|missing|revoked)` +
		`|\b(expired|invalid|malformed|missing|revoked)\b[^.;]{0,20}\b(access|auth\w*|bearer|id)[ _-]?token`)

	// tokenExpired matches a text that the token of a request is too old.
	tokenExpired = regexp.MustCompile(`(?i)\bexpired?\b|_expired\b|"exp\\?" claim`)

	// hookStatus matches the message with which tusd responds 500 if its hook responds
	// with an error.
	hookStatus = regexp.MustCompile(`response code from hook endpoint \((\d{3})\)`)

	// noReason matches a message of a 403 response that only repeats the status.
	noReason = regexp.MustCompile(`(?i)^[\s"{]*(?:(?:message|error|detail)[\s":]*)?(?:403)?[\s:-]*(?:error|forbidden|access denied|access forbidden|permission denied|not authorized|unauthorized)?[\s.!"}]*$`)
)

// effectiveStatus returns the status by which the response is classified, and whether it
// is in the body instead of the status line. Some servers respond 400 or 500 to a request
// that lacks a valid sign-in, and say so in the body (rule S7).
func (r *response) effectiveStatus() (status int, inBody bool) {
	switch r.status {
	case http.StatusBadRequest:
		status = statusInJSON(r.body)
	case http.StatusInternalServerError:
		if match := hookStatus.FindStringSubmatch(r.body); match != nil {
			status = signInStatus(match[1])
		}
	case http.StatusForbidden:
		status = r.status
	default:
		return r.status, false
	}
	inBody = status != 0 && status != r.status
	switch {
	case r.status != http.StatusInternalServerError && (tokenProblem.MatchString(r.body) || r.sentExpired):
		return http.StatusUnauthorized, true
	case status == http.StatusForbidden && r.challenges():
		return http.StatusUnauthorized, inBody
	case status != 0:
		return status, inBody
	default:
		return r.status, false
	}
}

// statusInJSON returns the status in the body of a 400 response, as of Supabase Storage; 0
// if there is none that differs in meaning.
func statusInJSON(body string) int {
	var object struct {
		StatusCode any `json:"statusCode"`
	}
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&object) != nil {
		return 0
	}
	switch code := object.StatusCode.(type) {
	case string:
		return signInStatus(code)
	case json.Number:
		return signInStatus(code.String())
	default:
		return 0
	}
}

// signInStatus parses a status. It returns 0 for those that are not about a sign-in or an
// existing file.
func signInStatus(text string) int {
	status, err := strconv.Atoi(text)
	if err != nil || !slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict}, status) {
		return 0
	}
	return status
}

// challenges reports whether the response asks for a sign-in (RFC 9110, 11.6.1).
func (r *response) challenges() bool { return r.header.Get("WWW-Authenticate") != "" }

// maxChallenge is the maximum length of fault.Fault.Challenge in bytes.
const maxChallenge = 500

// challenge returns the value of fault.Fault.Challenge.
func (r *response) challenge() string {
	text := strings.Join(r.header.Values("WWW-Authenticate"), ", ")
	if len(text) > maxChallenge || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return ""
	}
	return r.redact(text)
}

// setSignInFault completes the fault of kind Auth of a response that is classified by
// status. A 403 that gives a reason and does not ask for a sign-in is Refused: the same
// request with the same sign-in would get the same response.
func (r *response) setSignInFault(f *fault.Fault, status int) {
	f.Challenge = r.challenge()
	switch {
	case status == http.StatusForbidden && r.givesReason():
		f.Kind, f.Code = fault.Refused, fault.CodeForbidden
	case status == http.StatusForbidden:
		f.Code = fault.CodeForbidden
	case !r.signedIn:
	case r.sentExpired || tokenExpired.MatchString(r.body) || tokenExpired.MatchString(r.header.Get("WWW-Authenticate")):
		f.Code = fault.CodeSignInExpired
	default:
		f.Code = fault.CodeSignInRejected
	}
}

// givesReason reports whether the body has more than the text of the status. A page is
// usually that of an intermediary and gives none.
func (r *response) givesReason() bool {
	return r.message != "" && !strings.HasPrefix(strings.TrimSpace(r.body), "<") && !noReason.MatchString(r.message)
}

// signsIn reports whether a header has credentials: any field that is not one of those
// that every client may send.
func signsIn(header http.Header) bool {
	for name := range header {
		if !slices.Contains([]string{"User-Agent", "Accept", "Accept-Language", "X-Requested-With"}, name) {
			return true
		}
	}
	return false
}

// tokenExpiry returns when the bearer token in a header expires, if it is a JSON Web Token
// (RFC 7519, 4.1.4); the zero time if it is not one or does not say so. The token is not
// verified: the server does that.
func tokenExpiry(header http.Header) time.Time {
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	parts := strings.Split(strings.TrimSpace(token), ".")
	if !strings.EqualFold(scheme, "Bearer") || len(parts) != 3 {
		return time.Time{}
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(text, &claims) != nil || claims.Expires <= 0 || claims.Expires > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Expires), 0)
}
