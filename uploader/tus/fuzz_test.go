package tus

import (
	"encoding/base64"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/netx"
)

func FuzzLocation(f *testing.F) {
	for _, location := range []string{"/u/1", "1", "?q", "//h/x", "http://server:80/1", "https://me:pw@other/1#f", "mailto:x", "://", "%zz", "\x00", "../../..", "http://[::1]:99999/", "//::", "//\xcd", "//files/1", "//files/"} {
		f.Add("https://server:8443/files/", location)
		f.Add("http://server/files/", location)
	}
	f.Fuzz(func(t *testing.T, endpoint, location string) {
		responseURL, err := parseURL(endpoint)
		if err != nil {
			return
		}
		got, err := resolveUploadURL(responseURL, location)
		if err != nil {
			if got != nil {
				t.Fatalf("URL %s and error %v", got, err)
			}
			return
		}
		if err := checkURL(got); err != nil || got.User != nil || got.Fragment != "" {
			t.Fatalf("%q: got %q: %v", location, got, err)
		}
		if responseURL.Scheme == "https" && got.Scheme == "http" && sameHost(responseURL, got) {
			t.Fatalf("%q: downgraded to %q", location, got)
		}
		if _, err := parseURL(got.String()); err != nil {
			t.Fatalf("%q: %q cannot be parsed again: %v", location, got, err)
		}
	})
}

// FuzzOptionsResponse parses responses to OPTIONS that do not tell the capabilities. They
// name no more of a redirect's target than its host.
func FuzzOptionsResponse(f *testing.F) {
	for _, location := range []string{"/login", "https://login.example/?token=secret", "http://[::1]:99999/", "//::", "%zz", "mailto:x", "\x00", "//a:b@c"} {
		f.Add(302, location, "text/html", "")
		f.Add(200, location, ";", "*")
	}
	endpoint, err := parseURL("https://server.example/files/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, location, mediaType, origin string) {
		header := http.Header{"Location": {location}, "Content-Type": {mediaType}, "Access-Control-Allow-Origin": {origin}}
		got := (&response{url: endpoint, status: status, header: header}).optionsResponse()
		if got.Kind == "" || got.Status != status || (got.Host != "") && status/100 != 3 {
			t.Fatalf("got %+v", got)
		}
		if strings.ContainsAny(got.Host, "/?#@ \r\n") {
			t.Fatalf("host %q of %q", got.Host, location)
		}
	})
}

func FuzzUploadExpires(f *testing.F) {
	for _, text := range []string{"Wed, 06 Nov 2030 08:49:37 GMT", "Wednesday, 06-Nov-30 08:49:37 GMT", "Wed Nov  6 08:49:37 2030", "", "0", "never"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := parseExpires(http.Header{"Upload-Expires": {text}})
		if !got.IsZero() && got.Location() != time.UTC {
			t.Fatalf("%q parsed as %s", text, got)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"0", "120", "-1", "1.5", "18446744073709551615", "99999999999999999999", "Wed, 06 Nov 2030 08:49:37 GMT", ""} {
		f.Add(text, "Wed, 06 Nov 2030 08:49:07 GMT")
		f.Add(text, "")
	}
	now := time.Date(2030, time.November, 6, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text, date string) {
		got := parseRetryAfter(http.Header{"Retry-After": {text}, "Date": {date}}, now)
		if got < 0 || got > maxDuration {
			t.Fatalf("%q parsed as %s", text, got)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, time.November, 6, 8, 49, 0, 0, time.UTC)
	tests := []struct {
		name, after, date string
		want              time.Duration
	}{
		{"seconds", "120", "", 2 * time.Minute},
		{"seconds with spaces", " 7 ", "", 7 * time.Second},
		{"date without Date header", "Wed, 06 Nov 2030 08:49:37 GMT", "", 37 * time.Second},
		{"date with Date header", "Wed, 06 Nov 2030 08:49:37 GMT", "Wed, 06 Nov 2030 08:49:30 GMT", 7 * time.Second},
		{"past date", "Wed, 06 Nov 2030 08:00:00 GMT", "", 0},
		{"more than the maximum", "99999999999", "", maxDuration},
		{"negative number", "-5", "", 0},
		{"text", "soon", "", 0},
		{"empty", "", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := parseRetryAfter(http.Header{"Retry-After": {test.after}, "Date": {test.date}}, now); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func FuzzOffset(f *testing.F) {
	for _, text := range []string{"0", "007", "9223372036854775807", "9223372036854775808", "-0", "+1", " 1", "1 ", "0x1", "1_000", "１"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseByteCount(http.Header{"Upload-Offset": {text}}, "Upload-Offset")
		digits := text != "" && strings.Trim(text, "0123456789") == ""
		want, overflow := strconv.ParseUint(text, 10, 64)
		fits := digits && overflow == nil && want <= math.MaxInt64
		if (err == nil) != fits || fits && got != int64(want) || got < 0 {
			t.Fatalf("%q parsed as %d, %v", text, got, err)
		}
	})
}

func FuzzErrorCode(f *testing.F) {
	for _, text := range []string{"ERR_UPLOAD_STOPPED: no\n", "ERR_X:", "ERR_", "<title>a<b>c</title>", "<html>", "plain\x00text\xff", "ERR_A: ERR_B: c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, message := parseMessage(text, func(text string) string { return text })
		if code != "" && !strings.HasPrefix(strings.TrimSpace(text), code+":") {
			t.Fatalf("code %q from %q", code, text)
		}
		if !utf8.ValidString(message) || utf8.RuneCountInString(message) > maxMessageRunes+1 || strings.ContainsFunc(message, unicode.IsControl) {
			t.Fatalf("message %q from %q", message, text)
		}
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add("filename", "a b.txt", "x", "")
	f.Add("a b", "", "a,b", "")
	f.Add("é", "\x00\n", "same", "same")
	f.Fuzz(func(t *testing.T, key1, value1, key2, value2 string) {
		pairs := []Pair{{key1, value1}, {key2, value2}}
		text, err := encodeMetadata(pairs)
		if err != nil {
			return
		}
		if diff := cmp.Diff(pairs, decodeMetadata(t, text)); diff != "" {
			t.Fatalf("%q (-encoded +decoded):\n%s", text, diff)
		}
	})
}

// decodeMetadata decodes Upload-Metadata as the protocol defines it.
func decodeMetadata(t *testing.T, text string) []Pair {
	var pairs []Pair
	for entry := range strings.SplitSeq(text, ",") {
		key, encoded, _ := strings.Cut(entry, " ")
		value, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		pairs = append(pairs, Pair{key, string(value)})
	}
	return pairs
}

func TestMetadataRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.StringMatching(`[!-+\--~]{1,20}`), 1, 8, rapid.ID).Draw(r, "keys")
		pairs := make([]Pair, len(keys))
		for i, key := range keys {
			pairs[i] = Pair{key, rapid.String().Draw(r, "value")}
		}
		text, err := encodeMetadata(pairs)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(pairs, decodeMetadata(t, text)); diff != "" {
			r.Fatalf("%q (-encoded +decoded):\n%s", text, diff)
		}
	})
}

func FuzzEndpoint(f *testing.F) {
	f.Add("http://me:secret@server/files/")
	f.Add("http://me:secret@[::1")
	f.Fuzz(func(t *testing.T, text string) {
		if u, err := parseURL(text); err == nil {
			if _, err := url.Parse(u.String()); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}

func FuzzConcatParts(f *testing.F) {
	f.Add("http://server/files/", "/files/1", "http://server/files/2?x=1 2#part")
	f.Add("https://server:8443/files/", "//other/1", "https://me:pw@server:8443//files/2")
	f.Add("http://server/", "a b", "?q")
	f.Add("http://server/", "//::", "//\xcd")
	f.Fuzz(func(t *testing.T, endpoint, first, second string) {
		client, err := New(Config{Endpoint: endpoint})
		if err != nil {
			return
		}
		value, err := client.concatHeader([]string{first, second})
		if err != nil {
			return
		}
		references := strings.Split(strings.TrimPrefix(value, "final;"), " ")
		if len(references) != 2 || strings.ContainsFunc(value, unicode.IsControl) {
			t.Fatalf("%q, %q: got %q", first, second, value)
		}
		for i, part := range []string{first, second} {
			partURL, _ := url.Parse(strings.TrimSpace(part))
			reference, err := url.Parse(references[i])
			if err != nil {
				t.Fatalf("%q: got %q: %v", part, references[i], err)
			}
			want, got := client.endpoint.ResolveReference(partURL), client.endpoint.ResolveReference(reference)
			if !sameHost(got, want) || netx.Port(got) != netx.Port(want) || got.Path != want.Path && got.Path != "/"+want.Path || got.User != nil {
				t.Fatalf("%q: got %q, which is %s, want %s", part, references[i], got, want)
			}
		}
	})
}

func FuzzUploadConcat(f *testing.F) {
	for _, text := range []string{"partial", "final;/1 /2", "Final ;", "", ";", "finally", "partial;final"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		partial, final := parseConcat(http.Header{"Upload-Concat": {text}})
		if partial && final || partial && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "partial") {
			t.Fatalf("%q parsed as %t, %t", text, partial, final)
		}
	})
}

func FuzzChecksumAlgorithm(f *testing.F) {
	f.Add("sha1", []byte("01234567890123456789"))
	f.Add("SHA-256", []byte{})
	f.Add("a,b", []byte("x"))
	f.Add("sha1\r\nX: y", []byte("x"))
	f.Fuzz(func(t *testing.T, algorithm string, sum []byte) {
		caps := Capabilities{Extensions: []string{Checksum}, Checksums: []string{algorithm}}
		if got := caps.Checksum(); got != "" {
			if _, known := NewHash(got); !known {
				t.Fatalf("chose %q, which is not implemented", got)
			}
		}
		digest := Digest{algorithm, sum}
		if digest.validate() != nil || algorithm == "" {
			return
		}
		name, encoded, _ := strings.Cut(digest.String(), " ")
		decoded, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || name != algorithm || string(decoded) != string(sum) {
			t.Fatalf("%q: got %q: %v", digest, digest.String(), err)
		}
	})
}

func FuzzRedactURLs(f *testing.F) {
	f.Add("https://host/path", "&x=1 end")
	f.Fuzz(func(t *testing.T, before, after string) {
		server := "https://user:topsecret1@host/files/?a=topsecret2"
		text := redactURLs(before + " " + server + "&b=topsecret3 " + after)
		if strings.Contains(text, "topsecret") && !strings.Contains(before+after, "topsecret") {
			t.Errorf("%q", text)
		}
	})
}

func FuzzMessage(f *testing.F) {
	for _, body := range []string{
		`{"message":"\u0073ecret-value"}`, "<p>secret-<b>val</b>ue", "secret-\x00value", "secret&#45;value", "<title>secret-value", "\x1b[1msecret-\x1b[0mvalue",
		`{"errors":[[[{"error":"<i>secret-value"}]]]}`, "<a:message>\u202e", "ERR_A: <script>", "\x1f\x8b", strings.Repeat("<", 99), "\xff<br\xfe>",
	} {
		f.Add(body)
	}
	const secret = "secret-value"
	redact := func(text string) string { return redactURLs(redactSecrets(text, []string{secret})) }
	f.Fuzz(func(t *testing.T, body string) {
		_, message := parseMessage(body, redact)
		switch {
		case !utf8.ValidString(message), utf8.RuneCountInString(message) > maxMessageRunes+1:
			t.Fatalf("message %q from %q", message, body)
		case strings.ContainsFunc(message, func(r rune) bool { return !unicode.IsPrint(r) }):
			t.Fatalf("unprintable message %q from %q", message, body)
		case strings.Contains(message, secret):
			t.Fatalf("secret in %q from %q", message, body)
		}
	})
}
