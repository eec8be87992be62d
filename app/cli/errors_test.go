package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
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
