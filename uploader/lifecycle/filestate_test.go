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
		{"changed a minute ago", FileState{ChangeTime: noon.Add(-time.Minute), HasChangeTime: true}, true},
		{"changed a second ago", FileState{ChangeTime: noon.Add(-time.Second), HasChangeTime: true}, false},
		{"no change time", FileState{}, false},
	} {
		if got := c.state.Reliable(noon); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
