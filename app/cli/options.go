package cli

import (
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Limits of the send options. Smaller sizes would spend more on requests than on
// data; larger ones are most likely typing errors.
const (
	maxConnections = 16
	maxFiles       = 64
	minSize        = 1_000             // bytes, or bytes per second
	maxSize        = 1_000_000_000_000 // bytes, or bytes per second
	maxReceived    = 1 << 60           // bytes; of a receiver's limits
)

// options parses the flags that set how files are sent. It fails with a
// *[UsageError].
func (s *Send) options() (uploader.BatchOptions, error) {
	connections := 0
	if s.Connections != nil {
		connections = *s.Connections
		if connections < 1 || connections > maxConnections {
			return uploader.BatchOptions{}, usageError("cli.usage.connections", words.Data{"Most": maxConnections})
		}
	}
	chunk, err := parseSize("--chunk", s.Chunk)
	if err != nil {
		return uploader.BatchOptions{}, err
	}
	limit, err := parseSize("--limit", strings.TrimSuffix(s.Limit, "/s"))
	if err != nil {
		return uploader.BatchOptions{}, err
	}
	settle, err := parseSettle(s.Settle)
	if err != nil {
		return uploader.BatchOptions{}, err
	}
	return uploader.BatchOptions{Connections: connections, ChunkMax: chunk, Limit: limit, SettleTime: settle, FollowLinks: s.FollowLinks}, nil
}

// parseSettle parses a duration such as 30s or 1m30s as a settle time of
// uploader.BatchOptions. The empty string is 0, and 0 is uploader.NoSettleTime.
func parseSettle(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, usageError("cli.usage.settle", words.Data{"Typed": words.Printable(text)})
	case d < 0 || d > uploader.MaxSettleTime:
		return 0, usageError("cli.usage.settle.bounds", words.Data{"Typed": words.Printable(text), "Most": words.Duration(uploader.MaxSettleTime)})
	case d == 0:
		return uploader.NoSettleTime, nil
	default:
		return max(d, time.Millisecond), nil
	}
}

// parseSize parses a number of bytes with an optional unit: 6MB is 6,000,000, 6MiB
// is 6,291,456, 2M is 2MB. The empty string is 0. A comma is an error, because it
// may be a decimal point or a thousands separator.
func parseSize(flag, text string) (int64, error) { return parseSizeUpTo(maxSize, flag, text) }

// parseSizeUpTo is parseSize with another maximum.
func parseSizeUpTo(most uint64, flag, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	bytes, err := humanize.ParseBytes(text)
	if err != nil || strings.Contains(text, ",") {
		return 0, usageError("cli.usage.measure", words.Data{"Flag": flag, "Typed": words.Printable(text)})
	}
	if bytes < minSize || bytes > most {
		return 0, usageError("cli.usage.measure.bounds", words.Data{
			"Flag": flag, "Typed": words.Printable(text), "Least": words.Size(minSize), "Most": words.Size(int64(most)), //nolint:gosec // the callers' maxima fit
		})
	}
	return int64(bytes), nil //nolint:gosec // at most most, which fits
}
