package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRestraint(t *testing.T) {
	const usual = 8
	for _, c := range []struct {
		name   string
		events string // r: a refusal with eight under way, t: something is taken, digits: so many seconds pass
		want   int    // 0: no restraint
	}{
		{"nobody refused anything", "ttt", 0},
		{"a refusal halves", "r", 4},
		{"what was under way at the time refuses along with it", "r1rrr", 4},
		{"another refusal halves again", "r3r", 2},
		{"never less than one", "r3r3r3r3r", 1},
		{"a server that takes something at once gets no more yet", "rttt", 4},
		{"one more after a quiet stretch", "r5t", 5},
		{"one more, however much it takes in it", "r5tttt", 5},
		{"a refusal begins the stretch anew", "r4r4t", 2},
		{"back to the usual, nothing is held back", "r5t5t5t5t", 0},
		{"time alone proves nothing", "r99", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r restraint
			now := time.Unix(1_700_000_000, 0)
			for _, event := range c.events {
				switch event {
				case 'r':
					r.refuse(usual, now)
				case 't':
					r.take(usual, now)
				default:
					now = now.Add(time.Duration(event-'0') * time.Second)
				}
			}
			if r.most != c.want {
				t.Errorf("%d at a time, want %d", r.most, c.want)
			}
		})
	}
}

// TestRestraintFindsWhatAServerTakes plays against servers that take any number at
// a time: within a minute they are asked for no more than one above it, and from
// then on for no less than half of it.
func TestRestraintFindsWhatAServerTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		takes, usual := rapid.IntRange(1, 20).Draw(t, "takes"), rapid.IntRange(1, 40).Draw(t, "usual")
		var r restraint
		now := time.Unix(1_700_000_000, 0)
		for second := range 600 {
			now = now.Add(time.Second)
			asked := usual
			if r.most > 0 {
				asked = min(r.most, usual)
			}
			if asked > takes {
				r.refuse(asked, now)
			} else {
				r.take(usual, now)
			}
			if second > 60 && (asked > takes+1 && r.most == 0 || asked < min(takes, usual)/2) {
				t.Fatalf("%d are asked for after %d s of a server that takes %d", asked, second, takes)
			}
		}
	})
}
