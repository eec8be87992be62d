package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// newTerminal returns both ends of a pseudoterminal.
func newTerminal(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudoterminals:", err)
	}
	t.Cleanup(func() { _ = user.Close() })
	n, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return user, program
}

func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// promptWatcher calls prompted at its first write.
type promptWatcher struct {
	bytes.Buffer

	prompted func()
}

func (w *promptWatcher) Write(p []byte) (int, error) {
	if w.prompted != nil {
		prompted := w.prompted
		w.prompted = nil
		prompted()
	}
	return w.Buffer.Write(p)
}

func TestPasswordIsAskedForOnTerminal(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	user, program := newTerminal(t)
	out := &promptWatcher{prompted: func() { _, _ = user.WriteString("oar oar\n") }}
	change := instance.ServerChange{SignIn: new(uploader.SignInBasic), User: new("ann")}
	err := (&SavedHeaders{}).ReadSecrets(t.Context(), &change, Streams{In: program, Out: out, Err: out})
	if err != nil || change.Secret != "oar oar" {
		t.Errorf("read %q, %v", change.Secret, err)
	}
	if got := out.String(); got != "Password of ann: \n" {
		t.Errorf("printed %q", got)
	}
	if !echoes(t, program) {
		t.Error("the terminal does not echo any more")
	}
}

func TestInterruptWhileAskingForPassword(t *testing.T) {
	user, program := newTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	out := &promptWatcher{prompted: cancel}
	change := instance.ServerChange{SignIn: new(uploader.SignInBearer)}
	if err := (&SavedHeaders{}).ReadSecrets(ctx, &change, Streams{In: program, Out: out, Err: out}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	_, _ = user.WriteString("\n") // ends the read
	if change.Secret != "" || strings.Contains(out.String(), "oar") {
		t.Errorf("read %q, printed %q", change.Secret, out.String())
	}
}
