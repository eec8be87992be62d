package tus

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxDuration limits durations that are computed from server values, so that they
// do not overflow.
const maxDuration = 365 * 24 * time.Hour

// parseByteCount parses a header that contains a number of bytes. The header must
// be present, once or with equal values, and contain only digits.
func parseByteCount(header http.Header, name string) (int64, error) {
	values := slices.Compact(slices.Clone(header.Values(name)))
	if len(values) == 0 {
		return 0, fmt.Errorf("response has no %s header", name)
	}
	if len(values) > 1 {
		return 0, fmt.Errorf("response has several %s headers: %.60q", name, values)
	}
	n, err := strconv.ParseUint(values[0], 10, 63)
	if err != nil {
		return 0, fmt.Errorf("invalid %s header: %.60q", name, values[0])
	}
	return int64(n), nil
}

// parseExpires parses Upload-Expires in any of the three date formats of RFC 9110,
// 5.6.7. It returns the zero time if the header is missing or malformed.
func parseExpires(header http.Header) time.Time {
	expires, err := http.ParseTime(strings.TrimSpace(header.Get("Upload-Expires")))
	if err != nil {
		return time.Time{}
	}
	return expires.UTC()
}

// parseRetryAfter parses Retry-After, in seconds or as a date (RFC 9110, 10.2.3).
// A date is relative to the Date header of the response, or else to now.
func parseRetryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		if seconds > uint64(maxDuration/time.Second) {
			return maxDuration
		}
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if serverNow, err := http.ParseTime(header.Get("Date")); err == nil {
		now = serverNow
	}
	return min(max(date.Sub(now), 0), maxDuration)
}

// setMetadata sets Upload-Metadata, unless pairs is empty.
func setMetadata(header http.Header, pairs []Pair) error {
	value, err := encodeMetadata(pairs)
	if err == nil && value != "" {
		header.Set("Upload-Metadata", value)
	}
	return err
}

// encodeMetadata returns the value of Upload-Metadata. Keys must be unique and
// valid according to validKey; values are encoded in base64.
func encodeMetadata(pairs []Pair) (string, error) {
	seen := make(map[string]bool, len(pairs))
	entries := make([]string, 0, len(pairs))
	for _, pair := range pairs {
		switch {
		case !validKey(pair.Key):
			return "", fmt.Errorf("metadata: invalid key %q", pair.Key)
		case seen[pair.Key]:
			return "", fmt.Errorf("metadata: duplicate key %q", pair.Key)
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

// validKey reports whether key consists of printable ASCII characters without
// space and comma.
func validKey(key string) bool {
	invalid := func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }
	return key != "" && !strings.ContainsFunc(key, invalid)
}

// headerTokens returns the comma-separated tokens of all values of a header.
func headerTokens(header http.Header, name string) []string {
	var tokens []string
	for _, value := range header.Values(name) {
		for token := range strings.SplitSeq(value, ",") {
			if token = strings.TrimSpace(token); token != "" {
				tokens = append(tokens, token)
			}
		}
	}
	return tokens
}

// toLower converts tokens to lower case in place.
func toLower(tokens []string) []string {
	for i, token := range tokens {
		tokens[i] = strings.ToLower(token)
	}
	return tokens
}
