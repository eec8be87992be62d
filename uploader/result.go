package uploader

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"
)

// Result is what a server returned about a file, beside the URL of its upload. It is data
// of the server. Values are immutable.
type Result struct {
	ID     string // of the file on the server, from one of the headers of ServerOptions.IDHeaders; "" for none
	Answer string // the body of the response to the last bytes, as one line; "" for none
}

// NewResult returns a result, nil if all is empty.
func NewResult(id, answer string) *Result {
	if id == "" && answer == "" {
		return nil
	}
	return &Result{ID: id, Answer: answer}
}

// With returns the result after a later response: what that has replaces the earlier. The
// receiver may be nil.
func (r *Result) With(later Result) *Result {
	if r == nil {
		return NewResult(later.ID, later.Answer)
	}
	merged := *r
	if later.ID != "" {
		merged.ID = later.ID
	}
	if later.Answer != "" {
		merged.Answer = later.Answer
	}
	if merged == *r {
		return r
	}
	return &merged
}

// ParseIDHeaders returns the names in [ServerOptions.IDHeaders], and an error if one cannot
// be that of a header.
func ParseIDHeaders(text string) ([]string, error) {
	names := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	for _, name := range names {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, fmt.Errorf("invalid header name %.40q", name)
		}
	}
	return names, nil
}
