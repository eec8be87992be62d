package cli

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "6MB": 6_000_000, "6MiB": 6 << 20, "6 mb": 6_000_000, "2M": 2_000_000, "2Mi": 2 << 20, "250KB": 250_000,
		"1.5GB": 1_500_000_000, "5242880": 5 << 20, "1TB": 1_000_000_000_000,
	} {
		if got, err := parseSize("--chunk", text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"0", "1", "999", "2TB", "18446744073709551616", "1e30", "-6MB", "6XB", "MB", "1,5MB", "1,500,000", "NaN", "Inf", " ", "6MB/s", "6\x1b[2JMB",
	} {
		if got, err := parseSize("--chunk", text); ExitCode(err) != ExitUsage {
			t.Errorf("parseSize(%q) = %d, %v, want a usage error", text, got, err)
		}
	}
}

func TestParseSettle(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "0": uploader.NoSettleTime, "0s": uploader.NoSettleTime, "1ns": time.Millisecond, "500ms": 500 * time.Millisecond,
		"30s": 30 * time.Second, "1m30s": 90 * time.Second, "1h": uploader.MaxSettleTime, "+5s": 5 * time.Second,
	} {
		if got, err := parseSettle(text); err != nil || got != want {
			t.Errorf("parseSettle(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"-1s", "-0.1s", "1h1ns", "24h", "5", "soon", " ", "1d", "99999999999h", "5\x1b[2Js"} {
		if got, err := parseSettle(text); ExitCode(err) != ExitUsage {
			t.Errorf("parseSettle(%q) = %v, %v, want a usage error", text, got, err)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	for _, seed := range []string{"6MB", "1,5MB", "-1", "1e9", "..", "99999999999999999999EB"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseSize("--chunk", text)
		if err == nil && text != "" && (got < minSize || got > maxSize) {
			t.Errorf("parseSize(%q) = %d", text, got)
		}
	})
}
