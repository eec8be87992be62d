package tus

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func mustParse(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func setCookies(lines ...string) http.Header { return http.Header{"Set-Cookie": lines} }

// sentTo returns the cookies for a request as name=value pairs.
func sentTo(t testing.TB, j *Jar, target, upload string) string {
	t.Helper()
	var pairs []string
	for _, c := range j.forRequest(mustParse(t, target), upload) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, " ")
}

func TestJ1CookiesAreSentToTheirHostOnly(t *testing.T) {
	const from = "https://upload.example.com/files/"
	for _, c := range []struct{ name, line, to, want string }{
		{"same host", "node=1; Path=/", "https://upload.example.com/files/1", "node=1"},
		{"same host, named as domain", "node=1; Path=/; Domain=upload.example.com", from, "node=1"},
		{"another host", "node=1; Path=/", "https://other.example.com/", ""},
		{"another host of the domain", "node=1; Path=/; Domain=example.com", "https://other.example.com/", ""},
		{"its own host, with the parent domain", "node=1; Path=/; Domain=.example.com", from, "node=1"},
		{"domain of another host", "node=1; Path=/; Domain=other.example.com", from, ""},
		{"public suffix", "node=1; Path=/; Domain=com", "https://other.com/", ""},
		{"another port", "node=1; Path=/", "https://upload.example.com:8443/files/1", ""},
		{"without encryption", "node=1; Path=/; Secure", "http://upload.example.com/files/1", ""},
		{"not secure, without encryption", "node=1; Path=/", "http://upload.example.com/files/1", "node=1"},
		{"below its path", "node=1; Path=/files", "https://upload.example.com/files/1", "node=1"},
		{"beside its path", "node=1; Path=/files", "https://upload.example.com/files-old/1", ""},
		{"default path", "node=1", "https://upload.example.com/files/1", "node=1"},
		{"outside of the default path", "node=1", "https://upload.example.com/other", ""},
		{"prefix without Secure", "__Secure-node=1; Path=/", from, ""},
		{"prefix with Secure", "__Secure-node=1; Path=/; Secure", from, "__Secure-node=1"},
		{"host prefix with a path", "__Host-node=1; Path=/files; Secure", from, ""},
		{"host prefix", "__Host-node=1; Path=/; Secure", from, "__Host-node=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := NewJar()
			j.store(mustParse(t, from), "", setCookies(c.line))
			if got := sentTo(t, j, c.to, ""); got != c.want {
				t.Errorf("sent %q, want %q", got, c.want)
			}
		})
	}
	t.Run("secure, set without encryption", func(t *testing.T) {
		j := NewJar()
		j.store(mustParse(t, "http://upload.example.com/files/"), "", setCookies("node=1; Path=/; Secure"))
		if got := sentTo(t, j, from, ""); got != "" {
			t.Errorf("sent %q", got)
		}
	})
	t.Run("longest path first", func(t *testing.T) {
		j := NewJar()
		j.store(mustParse(t, from), "", setCookies("a=1; Path=/", "b=2; Path=/files"))
		if got := sentTo(t, j, from, ""); got != "b=2 a=1" {
			t.Errorf("sent %q", got)
		}
	})
}

func TestJ2CookiesEnd(t *testing.T) {
	const host = "https://s.example/"
	for _, c := range []struct{ name, line, want string }{
		{"maximum age", "node=2; Path=/; Max-Age=60", "node=2"},
		{"ended by age", "node=2; Path=/; Max-Age=0", ""},
		{"ended by negative age", "node=2; Path=/; Max-Age=-1", ""},
		{"ended by date", "node=2; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""},
		{"age before date", "node=2; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "node=2"},
		{"far date", "node=2; Path=/; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "node=2"},
		{"huge age", "node=2; Path=/; Max-Age=99999999999", "node=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := NewJar()
			j.store(mustParse(t, host), "", setCookies("node=1; Path=/"))
			j.store(mustParse(t, host), "", setCookies(c.line))
			if got := sentTo(t, j, host, ""); got != c.want {
				t.Errorf("sent %q, want %q", got, c.want)
			}
			saved, _ := j.SavedCookies()
			restored := NewJar()
			restored.RestoreCookies(saved)
			if got := sentTo(t, restored, host, ""); got != c.want {
				t.Errorf("restored %q, want %q", got, c.want)
			}
		})
	}
	j := NewJar()
	j.put(cookie{Host: "s.example", Path: "/", Name: "old", Value: "1", Expires: time.Now().Add(-time.Second)})
	if saved, _ := j.SavedCookies(); saved != "" || sentTo(t, j, host, "") != "" {
		t.Errorf("expired cookie is saved as %q", saved)
	}
}

func TestJ3EachUploadHasItsOwnCookies(t *testing.T) {
	const first, second, files = "https://s.example/files/1", "https://s.example/files/2", "https://s.example/files/"
	j := NewJar()
	j.store(mustParse(t, files), "", setCookies("node=a; Path=/"))
	j.bind(first, j.forRequest(mustParse(t, files), ""))
	j.store(mustParse(t, second), second, setCookies("node=b; Path=/"))
	for _, c := range []struct{ target, upload, want string }{{first, first, "node=a"}, {second, second, "node=b"}, {files, "", "node=b"}} {
		if got := sentTo(t, j, c.target, c.upload); got != c.want {
			t.Errorf("%s: sent %q, want %q", c.target, got, c.want)
		}
	}
	j.ForgetUpload(first)
	if got := sentTo(t, j, first, first); got != "node=b" {
		t.Errorf("after the upload ended: sent %q", got)
	}
}

func TestJ4JarIsBounded(t *testing.T) {
	j := NewJar()
	server := mustParse(t, "https://s.example/")
	j.store(server, "", setCookies("node=a; Path=/", "big="+strings.Repeat("x", maxCookieSize)))
	for i := range 3 * maxCookies {
		upload := "https://s.example/" + strings.Repeat("u", i%7) + string(rune('a'+i%26)) + strings.Repeat("0", i)
		j.store(mustParse(t, upload), upload, setCookies("session="+strings.Repeat("v", 900)))
	}
	if len(j.cookies) > maxCookies || totalSize(j.cookies) > maxCookieBytes {
		t.Errorf("jar has %d cookies, %d bytes", len(j.cookies), totalSize(j.cookies))
	}
	if got := sentTo(t, j, "https://s.example/x", ""); !strings.Contains(got, "node=a") || strings.Contains(got, "big=") {
		t.Errorf("sent %.60q", got)
	}
}

func TestJ4DamagedJarIsIgnored(t *testing.T) {
	for _, saved := range []string{
		"", "{", "null", "[]", `{"host":"x"}`, `[{"host":"s.example","path":"/","name":"a b","value":"1"}]`,
		`[{"host":"s.example","path":"/","name":"a","value":"1\r\nX: y"}]`, `[{"host":"s.example","path":"x","name":"a","value":"1"}]`,
	} {
		j := NewJar()
		j.RestoreCookies(saved)
		if got := sentTo(t, j, "https://s.example/", ""); got != "" {
			t.Errorf("%s: sent %q", saved, got)
		}
	}
}

func FuzzCookies(f *testing.F) {
	f.Add("https://s.example/files/", "node=1; Path=/; Secure; Max-Age=60", `[{"host":"s.example","path":"/","name":"a","value":"1"}]`)
	f.Add("http://[::1]:80", "a=\"x y\"; Domain=.example; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "[{}]")
	f.Fuzz(func(t *testing.T, address, line, saved string) {
		target, err := parseURL(address)
		if err != nil {
			return
		}
		j := NewJar()
		j.RestoreCookies(saved)
		j.store(target, "u", setCookies(line))
		text, _ := j.SavedCookies()
		restored := NewJar()
		restored.RestoreCookies(text)
		again, _ := restored.SavedCookies()
		if again != text {
			t.Fatalf("saved as %s, then as %s", text, again)
		}
		for _, c := range restored.forRequest(target, "u") {
			if c.Secure && target.Scheme != "https" || strings.ContainsAny(c.Name+c.Value, "\r\n;") {
				t.Fatalf("sent %+v", c)
			}
		}
	})
}
