package receiver

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of wrong credentials. They make guessing a password of eight random characters
// take longer than anyone waits; clients of the same address wait as well.
const (
	maxWrong      = 5           // of one address within wrongWindow
	wrongWindow   = time.Minute // also how long the address is then refused
	maxWrongHosts = 10_000      // that are remembered
)

// credentials decides which requests may use the receiver, and limits how often an address
// may guess. It may be used from any goroutine.
type credentials struct {
	accepted  [][sha256.Size]byte // hashes of values of the Authorization field, so that all have the same length
	challenge string              // value of WWW-Authenticate
	now       func() time.Time

	mu    sync.Mutex
	wrong map[netip.Prefix]wrongGuesses
}

// wrongGuesses are those of one address since a time.
type wrongGuesses struct {
	n     int
	since time.Time
}

// newCredentials returns the credentials in which every text is "user:password", for Basic,
// or a token, for Bearer. It returns nil for none: every request is allowed.
func newCredentials(texts []string) *credentials {
	if len(texts) == 0 {
		return nil
	}
	c := &credentials{now: time.Now, wrong: make(map[netip.Prefix]wrongGuesses)}
	scheme := "Bearer"
	for _, text := range texts {
		value := "Bearer " + text
		if strings.Contains(text, ":") {
			value, scheme = "Basic "+base64.StdEncoding.EncodeToString([]byte(text)), "Basic"
		}
		c.accepted = append(c.accepted, sha256.Sum256([]byte(value)))
	}
	c.challenge = scheme + ` realm="Ferry", charset="UTF-8"`
	return c
}

// allow reports whether a request has accepted credentials. If not, it responds.
func (c *credentials) allow(w http.ResponseWriter, request *http.Request) bool {
	if c == nil {
		return true
	}
	from := networkOf(remoteAddr(request.RemoteAddr))
	if wait := c.wait(from); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusTooManyRequests)
		return false
	}
	if c.accepts(request.Header.Get("Authorization")) {
		return true
	}
	if request.Header.Get("Authorization") != "" {
		c.addWrong(from)
	}
	w.Header().Set("Www-Authenticate", c.challenge)
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusUnauthorized)
	return false
}

// accepts compares a value with all accepted ones, in the same time whatever it is.
func (c *credentials) accepts(value string) bool {
	scheme, rest, _ := strings.Cut(value, " ")
	switch strings.ToLower(scheme) {
	case "basic":
		scheme = "Basic"
	case "bearer":
		scheme = "Bearer"
	}
	sum := sha256.Sum256([]byte(scheme + " " + strings.TrimSpace(rest)))
	found := 0
	for _, accepted := range c.accepted {
		found |= subtle.ConstantTimeCompare(sum[:], accepted[:])
	}
	return found == 1
}

// wait returns how long an address is still refused.
func (c *credentials) wait(from netip.Prefix) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	guesses := c.wrong[from]
	if guesses.n < maxWrong {
		return 0
	}
	return max(0, guesses.since.Add(wrongWindow).Sub(c.now()))
}

func (c *credentials) addWrong(from netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.wrong) >= maxWrongHosts {
		clear(c.wrong)
	}
	guesses := c.wrong[from]
	if c.now().Sub(guesses.since) > wrongWindow {
		guesses = wrongGuesses{since: c.now()}
	}
	guesses.n++
	if guesses.n == maxWrong {
		guesses.since = c.now()
	}
	c.wrong[from] = guesses
}

// remoteAddr is the address of a client, host:port.
type remoteAddr string

func (remoteAddr) Network() string  { return "tcp" }
func (a remoteAddr) String() string { return string(a) }
