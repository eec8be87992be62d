package connect

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Secrets are the secrets of one server. The keyring stores them under the name in
// its Access.
type Secrets struct {
	SignIn string `json:"signIn,omitempty"` // token, password, or lines of "Name: value"
	Proxy  string `json:"proxy,omitempty"`  // password for the proxy
}

// Encode encodes s for the keyring.
func (s Secrets) Encode() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return string(text)
}

// DecodeSecrets decodes the result of [Secrets.Encode].
func DecodeSecrets(text string) (Secrets, error) {
	var s Secrets
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Secrets{}, errors.New("invalid keyring entry") // err would contain part of it
	}
	return s, nil
}

// String keeps secrets from being printed.
func (Secrets) String() string { return "…" }

// GoString keeps secrets from being printed.
func (Secrets) GoString() string { return "…" }

// LogValue keeps secrets from being logged.
func (Secrets) LogValue() slog.Value { return slog.StringValue("…") }

// readSecrets reads a server's secrets from the keyring, unless neither its sign-in
// nor its proxy needs any.
func (c *Connector) readSecrets(ctx context.Context, access uploader.Access, header http.Header) (*Secrets, error) {
	signsIn := access.SignIn != uploader.SignInNone && header.Get("Authorization") == ""
	if access.SecretName == "" || !signsIn && !ProxyNeedsPassword(access.Proxy) {
		return &Secrets{}, nil
	}
	if c.keyring == nil {
		return nil, authFault(fault.CodeKeyringFailed, errors.New("no keyring"))
	}
	text, err := c.keyring.Get(ctx, access.SecretName)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, platform.ErrNoSecret):
		return nil, authFault(fault.CodeNoSignIn, err)
	case errors.Is(err, platform.ErrLocked):
		return nil, authFault(fault.CodeKeyringLocked, err)
	default:
		return nil, authFault(fault.CodeKeyringFailed, err)
	}
	secrets, err := DecodeSecrets(text)
	if err != nil {
		return nil, authFault(fault.CodeNoSignIn, err)
	}
	return &secrets, nil
}

func authFault(code string, err error) error {
	f := fault.New(fault.Auth, fault.Probe, err)
	f.Code = code
	return f
}

// signInHeader returns the header fields of a sign-in.
func signInHeader(access uploader.Access, secret string) (http.Header, error) {
	header := http.Header{}
	switch access.SignIn {
	case uploader.SignInBearer: // RFC 6750, section 2.1
		if token := strings.TrimSpace(secret); token != "" {
			header.Set("Authorization", "Bearer "+token)
		}
	case uploader.SignInBasic: // RFC 7617, section 2
		if strings.Contains(access.User, ":") {
			return nil, authFault(fault.CodeNoSignIn, errors.New("user name contains a colon"))
		}
		request := http.Request{Header: header}
		request.SetBasicAuth(access.User, secret)
	case uploader.SignInHeaders:
		fields, err := parseFields(strings.Split(secret, "\n"))
		if err != nil {
			return nil, authFault(fault.CodeNoSignIn, err)
		}
		for name := range fields {
			if tus.IsReservedField(name) { // saved by a version that did not check; requests never contained it
				delete(fields, name)
			}
		}
		return fields, nil
	}
	return header, nil
}
