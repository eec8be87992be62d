package servers

import (
	"regexp"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// challenge is one way in which a server accepts a sign-in (RFC 9110, 11.6.1).
type challenge struct {
	kind  uploader.SignIn
	realm string // what the sign-in is for, as the server names it; "" if it does not
}

var (
	// challengeStart matches the scheme of a challenge and what follows it.
	challengeStart = regexp.MustCompile(`^([\w!#$%&'*+.^|~-]+)(?:\s+(.*))?$`)

	// challengeParameter matches a parameter of a challenge.
	challengeParameter = regexp.MustCompile(`^([\w-]+)\s*=\s*(.*)$`)
)

// parseChallenges parses the value of WWW-Authenticate headers. It returns the challenges
// that Ferry can answer, in their order, and ignores what is not valid.
func parseChallenges(text string) []challenge {
	var found []challenge
	var current *challenge // nil for a scheme that Ferry cannot answer
	for _, part := range splitQuoted(text) {
		if parameter := challengeParameter.FindStringSubmatch(part); parameter != nil {
			current.set(parameter[1], parameter[2])
			continue
		}
		start := challengeStart.FindStringSubmatch(part)
		if start == nil {
			continue
		}
		current = nil
		if kind := kindOf(start[1]); kind != uploader.SignInNone {
			found = append(found, challenge{kind: kind})
			current = &found[len(found)-1]
		}
		if parameter := challengeParameter.FindStringSubmatch(start[2]); parameter != nil {
			current.set(parameter[1], parameter[2])
		}
	}
	return found
}

// set sets a parameter. The challenge may be nil.
func (c *challenge) set(name, value string) {
	if c != nil && strings.EqualFold(name, "realm") {
		c.realm = unquote(value)
	}
}

// kindOf returns the sign-in for an authentication scheme; SignInNone for others.
func kindOf(scheme string) uploader.SignIn {
	switch strings.ToLower(scheme) {
	case "basic":
		return uploader.SignInBasic
	case "bearer":
		return uploader.SignInBearer
	default:
		return uploader.SignInNone
	}
}

// splitQuoted splits a text at the commas outside of quoted strings, and trims the parts.
func splitQuoted(text string) []string {
	var parts []string
	start, quoted, escaped := 0, false, false
	for i, c := range text {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			parts = append(parts, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(text[start:]))
}

// unquote returns the value of a token or of a quoted string (RFC 9110, 5.6.4).
func unquote(value string) string {
	inner, quoted := strings.CutPrefix(value, `"`)
	if !quoted {
		return value
	}
	inner = strings.TrimSuffix(inner, `"`)
	var b strings.Builder
	escaped := false
	for _, c := range inner {
		if c == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		b.WriteRune(c)
	}
	return b.String()
}

// wantedSignIn returns how to sign in to a server that sent a challenge: as it is set up, if
// the server accepts that, and otherwise as the server asks for. known is false if neither
// says it.
func wantedSignIn(server uploader.Server, text string) (wanted challenge, known bool) {
	challenges := parseChallenges(text)
	saved := server.Access.SignIn
	for _, c := range challenges {
		if c.kind == saved || saved == uploader.SignInNone {
			return c, true
		}
	}
	switch {
	case saved == uploader.SignInHeaders, saved != uploader.SignInNone && len(challenges) == 0:
		return challenge{kind: saved}, true
	case len(challenges) > 0:
		return challenges[0], true
	default:
		return challenge{kind: uploader.SignInBearer}, false
	}
}
