package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const maxSecret = 64 << 10 // bytes

// ReadSecrets reads the secrets that a change of a server needs and sets them: the token or
// password and the password of a proxy from the standard input, each a line, and header
// fields as in [Headers.Read]. On a terminal it asks for them, and does not show them. The
// error is a *[UserError], a *[UsageError] or ctx's.
func (h *SavedHeaders) ReadSecrets(ctx context.Context, change *instance.ServerChange, streams Streams) error {
	signIn, proxy := neededSecrets(*change)
	in := &secretReader{Streams: streams, lines: bufio.NewReader(io.LimitReader(streams.In, maxSecret))}
	var err error
	switch {
	case len(h.Header)+len(h.HeaderFile) > 0:
		lines, err := (*Headers)(h).Read("", streams)
		if err != nil {
			return err
		}
		change.SignIn, change.Secret = new(uploader.SignInHeaders), strings.Join(lines, "\n")
	case signIn == uploader.SignInHeaders:
		return usageError("cli.usage.headers", nil)
	case signIn == uploader.SignInBearer:
		if change.Secret, err = in.read(ctx, words.Text("cli.prompt.token")); err != nil {
			return err
		}
		if strings.ContainsFunc(change.Secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return usageError("cli.usage.token", nil)
		}
	case signIn == uploader.SignInBasic:
		if change.Secret, err = in.read(ctx, words.Text("cli.prompt.password", words.Data{"User": words.Printable(userOf(*change))})); err != nil {
			return err
		}
	}
	if proxy {
		change.ProxyPassword, err = in.read(ctx, words.Text("cli.prompt.proxy"))
	}
	return err
}

// ReadSignIn returns the header fields for the sign-in of the flags, in one run. It reads
// the secret as [SavedHeaders.ReadSecrets] does, and removes the sign-in from the change.
func (s *Send) ReadSignIn(ctx context.Context, streams Streams) ([]string, error) {
	if s.Change.SignIn == nil {
		return nil, nil
	}
	kind, user := *s.Change.SignIn, userOf(s.Change)
	if err := (&SavedHeaders{}).ReadSecrets(ctx, &s.Change, streams); err != nil {
		return nil, err
	}
	line := signInLine(kind, user, s.Change.Secret)
	s.Change.SignIn, s.Change.User, s.Change.Secret = nil, nil, ""
	return []string{line}, nil
}

// neededSecrets returns which secrets a change needs: of a sign-in, and of a proxy.
func neededSecrets(change instance.ServerChange) (signIn uploader.SignIn, proxy bool) {
	if change.Preset != nil {
		signIn = change.Preset.Access.SignIn
	}
	if change.SignIn != nil {
		signIn = *change.SignIn
	}
	return signIn, change.Proxy != nil && connect.ProxyNeedsPassword(*change.Proxy)
}

func userOf(change instance.ServerChange) string {
	return changed(uploader.Server{}, change).Access.User
}

// secretReader reads secrets from the standard input.
type secretReader struct {
	Streams

	lines *bufio.Reader
}

// read reads one secret, which must not be empty. On a terminal it shows prompt.
func (r *secretReader) read(ctx context.Context, prompt string) (string, error) {
	type result struct {
		text string
		err  error
	}
	read := func() (string, error) { return r.lines.ReadString('\n') }
	if terminal, ok := r.terminal(); ok {
		fmt.Fprint(r.Err, prompt)
		defer fmt.Fprintln(r.Err)
		if state, err := term.GetState(terminal); err == nil {
			defer func() { _ = term.Restore(terminal, state) }() // also after an interrupt
		}
		read = func() (string, error) {
			text, err := term.ReadPassword(terminal)
			return string(text), err
		}
	}
	results := make(chan result, 1)
	go func() {
		text, err := read()
		results <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-results:
		text := strings.TrimRight(got.text, "\r\n")
		if text == "" {
			return "", userError("cli.secret.empty", nil)
		}
		return text, nil
	}
}

// terminal returns the descriptor of the standard input, and whether it is a terminal.
func (r *secretReader) terminal() (descriptor int, ok bool) {
	file, ok := r.In.(*os.File)
	if !ok {
		return 0, false
	}
	descriptor = int(file.Fd())
	return descriptor, term.IsTerminal(descriptor)
}
