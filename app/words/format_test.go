package words_test

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/words"
)

func TestFormatting(t *testing.T) {
	load(t, words.English)
	for _, test := range []struct{ got, want string }{
		{words.Size(0), "0 bytes"},
		{words.Size(1), "1 byte"},
		{words.Size(999), "999 bytes"},
		{words.Size(1000), "1 KB"},
		{words.Size(84_000), "84 KB"},
		{words.Size(999_499), "999 KB"},
		{words.Size(999_999), "1.0 MB"},
		{words.Size(999_960_000), "1.0 GB"},
		{words.Size(4 * gb), "4.0 GB"},
		{words.Size(1_250 * gb), "1.25 TB"},
		{words.SizeOf(31_200_000_000, 40_100_000_000), "31.2 of 40.1 GB"},
		{words.SizeOf(3_999_999_999, 4*gb), "3.9 of 4.0 GB"},
		{words.SizeOf(4*gb, 4*gb), "4.0 of 4.0 GB"},
		{words.SizeOf(0, 0), "0 of 0 bytes"},
		{words.SizeOf(5, 20), "5 of 20 bytes"},
		{words.SizeOf(5_900_000, 3*gb), "5.9 MB of 3.0 GB"},
		{words.SizeOf(0, 3*gb), "0.0 of 3.0 GB"},
		{words.Rate(0), ""},
		{words.Rate(42_000_000), "42.0 MB/s"},
		{words.ETA(0), ""},
		{words.ETA(2 * time.Second), "a few seconds"},
		{words.ETA(33 * time.Second), "about 35 s"},
		{words.ETA(57 * time.Second), "about 1 min"},
		{words.ETA(3*time.Minute + 10*time.Second), "about 3 min"},
		{words.ETA(42 * time.Minute), "about 40 min"},
		{words.ETA(59 * time.Minute), "about 1 h"},
		{words.ETA(141 * time.Minute), "about 2 h 20 min"},
		{words.ETA(50 * time.Hour), "about 2 days"},
		{words.Duration(0), "1 s"},
		{words.Duration(26 * time.Hour), "1 d 2 h"},
		{words.Files(1), "1 file"},
		{words.Files(200_000), "200,000 files"},
		{words.FilesOf(612, 790), "612 of 790 files"},
		{words.Uploads(3), "3 uploads"},
		{words.Join("a", "", "b"), "a · b"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
