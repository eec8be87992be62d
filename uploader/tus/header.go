package tus

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// longestWait bounds what a server can ask for, so that no number overflows.
const longestWait = 365 * 24 * time.Hour

// parseCount reads a header that holds a number of bytes. It must be there, once
// or with equal values, and be nothing but digits.
func parseCount(header http.Header, name string) (int64, error) {
	values := slices.Compact(slices.Clone(header.Values(name)))
	if len(values) == 0 {
		return 0, fmt.Errorf("the answer has no %s", name)
	}
	if len(values) > 1 {
		return 0, fmt.Errorf("the answer has several %s: %.60q", name, values)
	}
	n, err := strconv.ParseUint(values[0], 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("%s is not a number of bytes: %.60q", name, values[0])
	}
	return int64(n), nil
}

// parseExpires reads Upload-Expires, in any of the three date formats of
// RFC 9110, 5.6.7. A date nobody can read is as good as none.
func parseExpires(header http.Header) time.Time {
	at, err := http.ParseTime(strings.TrimSpace(header.Get("Upload-Expires")))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// parseRetryAfter reads Retry-After, in seconds or as a date (RFC 9110, 10.2.3).
// A date is compared with the server's own clock where the answer shows it.
func parseRetryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil {
		if seconds > uint64(longestWait/time.Second) {
			return longestWait
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		now = theirs
	}
	return min(max(at.Sub(now), 0), longestWait)
}

// setMetadata adds Upload-Metadata, which is left out when there is none.
func setMetadata(header http.Header, pairs []Pair) error {
	text, err := encodeMetadata(pairs)
	if err == nil && text != "" {
		header.Set("Upload-Metadata", text)
	}
	return err
}

// encodeMetadata makes the value of Upload-Metadata: keys of printable ASCII
// without space and comma, each once, and their values in base64.
func encodeMetadata(pairs []Pair) (string, error) {
	seen := make(map[string]bool, len(pairs))
	entries := make([]string, 0, len(pairs))
	for _, pair := range pairs {
		switch {
		case !validKey(pair.Key):
			return "", fmt.Errorf("metadata: %q is not a key", pair.Key)
		case seen[pair.Key]:
			return "", fmt.Errorf("metadata: the key %q is there twice", pair.Key)
		}
		seen[pair.Key] = true
		entry := pair.Key
		if pair.Value != "" {
			entry += " " + base64.StdEncoding.EncodeToString([]byte(pair.Value))
		}
		entries = append(entries, entry)
	}
	return strings.Join(entries, ","), nil
}

func validKey(key string) bool {
	notAllowed := func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }
	return key != "" && !strings.ContainsFunc(key, notAllowed)
}

// list splits a header of comma-separated tokens, which may come in several
// lines.
func list(header http.Header, name string) []string {
	var tokens []string
	for _, line := range header.Values(name) {
		for token := range strings.SplitSeq(line, ",") {
			if token = strings.TrimSpace(token); token != "" {
				tokens = append(tokens, token)
			}
		}
	}
	return tokens
}

func lower(tokens []string) []string {
	for i, token := range tokens {
		tokens[i] = strings.ToLower(token)
	}
	return tokens
}
