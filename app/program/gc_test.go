package program

import "testing"

func TestGarbageHasSomeRoomAndNeverMuchMoreThanThat(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 800},
		{4 << 20, 800},
		{8 << 20, 400},
		{20 << 20, 100},
		{1 << 40, 100},
	} {
		if got := collectAt(c.live); got != c.want {
			t.Errorf("with %d bytes in use: %d %%, want %d %%", c.live, got, c.want)
		}
	}
}
