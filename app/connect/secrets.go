package connect

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Secrets is what a keyring holds for one server, under the name that its Access
// says.
type Secrets struct {
	SignIn string `json:"signIn,omitempty"` // token, password, or lines of "Name: value"
	Proxy  string `json:"proxy,omitempty"`  // the password for the proxy
}

// Pack is the one text that is kept.
func (s Secrets) Pack() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings have no other way than to become JSON
	}
	return string(text)
}

// Unpack is the inverse of Pack.
func Unpack(text string) (Secrets, error) {
	var s Secrets
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Secrets{}, errors.New("what the keyring holds is not Ferry's") // the error would repeat it
	}
	return s, nil
}

// String hides what is in it from whoever prints it.
func (Secrets) String() string { return "…" }

// GoString hides it as String does.
func (Secrets) GoString() string { return "…" }

// LogValue hides it as String does.
func (Secrets) LogValue() slog.Value { return slog.StringValue("…") }

// secrets reads what the keyring holds for a server. Where it is not needed, it is
// not asked.
func (b *Book) secrets(ctx context.Context, access uploader.Access, header http.Header) (*Secrets, error) {
	signsIn := access.SignIn != uploader.SignInNone && header.Get("Authorization") == ""
	if access.Secret == "" || !signsIn && !ProxyAsks(access.Proxy) {
		return &Secrets{}, nil
	}
	if b.keys == nil {
		return nil, withheld(fault.CodeKeyring, errors.New("there is no keyring"))
	}
	text, err := b.keys.Get(ctx, access.Secret)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, platform.ErrNoSecret):
		return nil, withheld(fault.CodeNoSecret, err)
	case errors.Is(err, platform.ErrLocked):
		return nil, withheld(fault.CodeLocked, err)
	default:
		return nil, withheld(fault.CodeKeyring, err)
	}
	secrets, err := Unpack(text)
	if err != nil {
		return nil, withheld(fault.CodeNoSecret, err)
	}
	return &secrets, nil
}

func withheld(code string, err error) error {
	f := fault.New(fault.Auth, fault.Probe, err)
	f.Code = code
	return f
}

// signInOf makes the header of a sign-in.
func signInOf(access uploader.Access, secret string) (http.Header, error) {
	header := http.Header{}
	switch access.SignIn {
	case uploader.SignInBearer: // RFC 6750, 2.1
		if token := strings.TrimSpace(secret); token != "" {
			header.Set("Authorization", "Bearer "+token)
		}
	case uploader.SignInBasic: // RFC 7617, 2
		if strings.Contains(access.User, ":") {
			return nil, withheld(fault.CodeNoSecret, errors.New("a user name with a colon"))
		}
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(access.User+":"+secret)))
	case uploader.SignInHeaders:
		own, err := ParseHeader(strings.Split(secret, "\n"))
		if err != nil {
			return nil, withheld(fault.CodeNoSecret, err)
		}
		return own, nil
	}
	return header, nil
}

// HeaderError is a line that is no header field. It repeats the name at most:
// the value may be a secret.
type HeaderError struct{ Name string }

// Error implements error.
func (e *HeaderError) Error() string { return fmt.Sprintf("%.40q is not a header field", e.Name) }

// ParseHeader reads lines of "Name: value". Empty ones are passed over.
func ParseHeader(lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			if !ok {
				name = "" // the line may be a secret as a whole
			}
			return nil, &HeaderError{name}
		}
		header.Add(name, value)
	}
	return header, nil
}
