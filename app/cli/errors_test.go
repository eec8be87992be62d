package cli

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// TestExplainFailedHandOver checks that the text names the reason why no instance was
// reached, of which the others are special cases.
func TestExplainFailedHandOver(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		err  error
		want string // part of the text
	}{
		{"nothing listens", instance.ErrNotListening, "doesn't respond"},
		{"another program listens", fmt.Errorf("%w: %w", instance.ErrNotListening, instance.ErrUnproven), "Another program responds"},
		{
			"file of another user", fmt.Errorf("%w: %w", instance.ErrNotListening, &privatefile.Error{Path: "/p/instance.json", Problem: privatefile.Link}),
			"“/p/instance.json” is a link",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Explain(test.err); !strings.Contains(got, test.want) || ExitCode(test.err) != ExitFailed {
				t.Errorf("text %q, exit code %d", got, ExitCode(test.err))
			}
		})
	}
}

// TestExplainExhausted: a limit of the system is neither an internal error nor a full disk.
func TestExplainExhausted(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	limit := "This computer has too many open files"
	if n := maxOpenFiles(); n > 0 {
		limit = "at most " + words.Number(n) + " at the same time"
	}
	open := &os.PathError{Op: "open", Path: "/p/ferry.lock", Err: syscall.EMFILE}
	for _, test := range []struct {
		name string
		err  error
		want string // part of the text
	}{
		{"lock", fmt.Errorf("lock profile: %w", open), limit},
		{"database", fault.New(fault.LocalDisk, fault.Load, fmt.Errorf("open database: %w", open)), limit},
		{"limit of the whole system", &os.PathError{Op: "open", Path: "/p/ferry.lock", Err: syscall.ENFILE}, "This computer has too many open files"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Explain(test.err); !strings.Contains(got, test.want) || ExitCode(test.err) != ExitFailed {
				t.Errorf("text %q, exit code %d", got, ExitCode(test.err))
			}
		})
	}
}
