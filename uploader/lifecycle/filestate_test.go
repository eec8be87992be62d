package lifecycle

import (
	"testing"
	"time"
)

func TestFileStateReliable(t *testing.T) {
	for _, c := range []struct {
		name  string
		state FileState
		want  bool
	}{
		{"changed a minute ago", FileState{ChangedAt: noon.Add(-time.Minute), Known: true}, true},
		{"changed a second ago", FileState{ChangedAt: noon.Add(-time.Second), Known: true}, false},
		{"no change time", FileState{}, false},
	} {
		if got := c.state.Reliable(noon); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
