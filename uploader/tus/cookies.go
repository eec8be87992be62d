package tus

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader/netx"
)

const (
	maxCookies     = 400                  // of a jar
	maxCookieBytes = 64 << 10             // of all cookies of a jar: names, values, paths and upload URLs
	maxCookieSize  = 4 << 10              // bytes of one cookie's name, value and path (RFC 6265, 6.1)
	maxCookieAge   = 400 * 24 * time.Hour // as in browsers (RFC 6265bis, 5.5)
)

// cookie is a cookie (RFC 6265, 5.3). It is sent to the host that set it and to no other,
// whatever its Domain attribute says.
type cookie struct {
	Host    string    `json:"host"` // as in [netx.HostOf]
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Value   string    `json:"value"`
	Quoted  bool      `json:"quoted,omitempty"` // Value was in quotes
	Secure  bool      `json:"secure,omitempty"`
	Expires time.Time `json:"expires,omitzero"` // zero: it has no end

	// Upload is the URL of the upload that the cookie is for; "" for all requests that
	// have none of that name. Uploads of one server may be on different nodes.
	Upload string `json:"upload,omitempty"`
}

func (c cookie) size() int {
	return len(c.Host) + len(c.Path) + len(c.Name) + len(c.Value) + len(c.Upload)
}

// sameKey reports whether one cookie replaces the other for the same requests.
func (c cookie) sameKey(other cookie) bool {
	return c.Host == other.Host && c.Path == other.Path && c.Name == other.Name && c.Upload == other.Upload
}

func (c cookie) expired(now time.Time) bool { return !c.Expires.IsZero() && !c.Expires.After(now) }

// matches reports whether the cookie is sent to target (RFC 6265, 5.4).
func (c cookie) matches(target *url.URL) bool {
	path := target.EscapedPath()
	if path == "" {
		path = "/"
	}
	below := path == c.Path || strings.HasPrefix(path, c.Path) && (strings.HasSuffix(c.Path, "/") || path[len(c.Path)] == '/')
	return c.Host == netx.HostOf(target) && below && (!c.Secure || target.Scheme == "https")
}

// Jar has the cookies of one server. Load balancers that send all requests of a client to
// one node recognize it by a cookie, so an upload that is resumed needs those of its
// creation. It is safe for concurrent use. Cookies are credentials: the text of SavedCookies must
// be stored like the URL of an upload.
type Jar struct {
	mu        sync.Mutex
	cookies   []cookie       // the latest last
	version   uint64         // increases with every change
	otherNode map[string]int // how often in a row another node seemed to respond that it has no such upload, by its URL

	first firstCreation
}

// NewJar returns an empty jar.
func NewJar() *Jar { return &Jar{otherNode: map[string]int{}, first: newFirstCreation()} }

// SavedCookies returns the cookies as JSON, "" if there are none, and the number of changes so far.
func (j *Jar) SavedCookies() (saved string, version uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.removeExpired(time.Now())
	if len(j.cookies) == 0 {
		return "", j.version
	}
	text, err := json.Marshal(j.cookies)
	if err != nil { // a date beyond the year 9999, which is not kept
		return "", j.version
	}
	return string(text), j.version
}

// CookieVersion returns the number of changes so far.
func (j *Jar) CookieVersion() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.version
}

// RestoreCookies adds the cookies of SavedCookies to a jar that has not changed yet. It ignores damaged
// ones.
func (j *Jar) RestoreCookies(saved string) {
	var cookies []cookie
	if saved == "" || json.Unmarshal([]byte(saved), &cookies) != nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.version > 0 {
		return
	}
	now := time.Now()
	for _, c := range cookies {
		if c.valid() && !c.expired(now) {
			j.put(c)
		}
	}
	j.version = 0
	if len(j.cookies) > 0 {
		j.first.responded()
	}
}

// valid reports whether a cookie is one that put may be given. Its text becomes part of a
// header.
func (c cookie) valid() bool {
	parsed := http.Cookie{Name: c.Name, Value: c.Value, Quoted: c.Quoted, Path: c.Path} //nolint:gosec // only to validate it
	return parsed.Valid() == nil && c.Host != "" && strings.HasPrefix(c.Path, "/") && len(c.Name)+len(c.Value)+len(c.Path) <= maxCookieSize
}

// ClearCookies removes all cookies.
func (j *Jar) ClearCookies() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cookies, j.version = nil, j.version+1
}

// ForgetUpload removes the cookies of an upload that has ended.
func (j *Jar) ForgetUpload(upload string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.otherNode, upload)
	before := len(j.cookies)
	j.cookies = slices.DeleteFunc(j.cookies, func(c cookie) bool { return c.Upload == upload && upload != "" })
	if len(j.cookies) != before {
		j.version++
	}
}

// forRequest returns the cookies to be sent to target, those with the longest path first
// (RFC 6265, 5.4). Those of the upload take precedence.
func (j *Jar) forRequest(target *url.URL, upload string) []cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	var sent []cookie
	for _, c := range j.cookies {
		if c.Upload != "" && c.Upload != upload || c.expired(now) || !c.matches(target) {
			continue
		}
		same := slices.IndexFunc(sent, func(s cookie) bool { return s.Path == c.Path && s.Name == c.Name })
		switch {
		case same < 0:
			sent = append(sent, c)
		case c.Upload != "":
			sent[same] = c
		}
	}
	slices.SortStableFunc(sent, func(a, b cookie) int { return len(b.Path) - len(a.Path) })
	return sent
}

// store keeps the cookies that a response from target sets, for its upload and for later
// requests. Those that it ends are removed.
func (j *Jar) store(target *url.URL, upload string, header http.Header) {
	cookies := parseCookies(target, header, time.Now())
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range cookies {
		j.set(c)
		if c.Upload = upload; upload != "" {
			j.set(c)
		}
	}
}

// bind makes cookies those of an upload: of the request that created it, or of its
// response.
func (j *Jar) bind(upload string, cookies []cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range cookies {
		c.Upload = upload
		j.set(c)
	}
}

// set replaces or adds a cookie, or removes it if it has expired. The caller holds j.mu.
func (j *Jar) set(c cookie) {
	same := slices.IndexFunc(j.cookies, c.sameKey)
	switch {
	case c.expired(time.Now()):
		if same >= 0 {
			j.cookies = slices.Delete(j.cookies, same, same+1)
			j.version++
		}
	case same < 0 || j.cookies[same] != c:
		j.put(c)
		j.version++
	}
}

// put adds a cookie as the latest, and removes others where there are too many: first the
// oldest of single uploads. The caller holds j.mu.
func (j *Jar) put(c cookie) {
	j.cookies = append(slices.DeleteFunc(j.cookies, c.sameKey), c)
	for len(j.cookies) > maxCookies || totalSize(j.cookies) > maxCookieBytes {
		oldest := max(0, slices.IndexFunc(j.cookies[:len(j.cookies)-1], func(c cookie) bool { return c.Upload != "" }))
		j.cookies = slices.Delete(j.cookies, oldest, oldest+1)
	}
}

func totalSize(cookies []cookie) (bytes int) {
	for _, c := range cookies {
		bytes += c.size()
	}
	return bytes
}

// removeExpired removes the cookies that are not sent any more. The caller holds j.mu.
func (j *Jar) removeExpired(now time.Time) {
	j.cookies = slices.DeleteFunc(j.cookies, func(c cookie) bool { return c.expired(now) })
}

// secrets returns the values, the longest first.
func (j *Jar) secrets() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var values []string
	for _, c := range j.cookies {
		values = append(values, c.Value)
	}
	return sortSecrets(values)
}

// parseCookies returns the cookies that a response from target sets. One that ends has
// expired.
func parseCookies(target *url.URL, header http.Header, now time.Time) []cookie {
	var cookies []cookie
	for _, set := range (&http.Response{Header: header}).Cookies() {
		c := cookie{
			Host: netx.HostOf(target), Path: set.Path, Name: set.Name, Value: set.Value, Quoted: set.Quoted, Secure: set.Secure, Expires: expiryOf(set, now),
		}
		if !strings.HasPrefix(c.Path, "/") {
			c.Path = defaultPath(target)
		}
		if acceptable(target, set) && c.valid() {
			cookies = append(cookies, c)
		}
	}
	return cookies[:min(len(cookies), maxCookies)]
}

// acceptable reports whether target may set a cookie: its domain must be that of the host
// (RFC 6265, 5.3), a secure one needs https (RFC 6265bis, 5.6), and prefixes of names are
// promises (RFC 6265bis, 4.1.3).
func acceptable(target *url.URL, set *http.Cookie) bool {
	host, domain := strings.ToLower(target.Hostname()), strings.ToLower(strings.TrimPrefix(set.Domain, "."))
	switch {
	case domain != "" && domain != host && (net.ParseIP(host) != nil || !strings.HasSuffix(host, "."+domain)):
		return false
	case set.Secure && target.Scheme != "https":
		return false
	case strings.HasPrefix(set.Name, "__Secure-"):
		return set.Secure
	case strings.HasPrefix(set.Name, "__Host-"):
		return set.Secure && set.Path == "/" && set.Domain == ""
	default:
		return true
	}
}

// expiryOf returns when a cookie ends: Max-Age takes precedence (RFC 6265, 5.3).
func expiryOf(set *http.Cookie, now time.Time) time.Time {
	latest := now.Add(maxCookieAge)
	expires := set.Expires
	switch {
	case set.MaxAge < 0:
		return now
	case set.MaxAge > int(maxCookieAge/time.Second):
		return latest.UTC().Truncate(time.Second)
	case set.MaxAge > 0:
		expires = now.Add(time.Duration(set.MaxAge) * time.Second)
	case expires.IsZero():
		return expires
	}
	if expires.After(latest) {
		expires = latest
	}
	return expires.UTC().Truncate(time.Second)
}

// defaultPath is the path of a cookie without one (RFC 6265, 5.1.4).
func defaultPath(target *url.URL) string {
	path := target.EscapedPath()
	if i := strings.LastIndex(path, "/"); i > 0 {
		return path[:i]
	}
	return "/"
}
