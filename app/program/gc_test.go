package program

import "testing"

func TestGCPercent(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{
		{0, 800},
		{4 << 20, 800},
		{8 << 20, 400},
		{20 << 20, 100},
		{40 << 20, 50},
		{64 << 20, 50},
		{65 << 20, 25},
		{128 << 20, 25},
		{1 << 40, 25},
	} {
		if got := gcPercent(test.live); got != test.want {
			t.Errorf("gcPercent(%d) = %d, want %d", test.live, got, test.want)
		}
	}
}
