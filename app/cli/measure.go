package cli

import (
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// What can be asked for. Less would cost more in requests than it carries, and
// more is a slip of the finger.
const (
	connectionsMost = 16
	measureLeast    = 1_000             // bytes, or bytes per second
	measureMost     = 1_000_000_000_000 // likewise
)

// options reads how the files are to be sent. It fails with a *UsageError.
func (s *Send) options() (uploader.Options, error) {
	connections := 0
	if s.Connections != nil {
		connections = *s.Connections
		if connections < 1 || connections > connectionsMost {
			return uploader.Options{}, usage("cli.usage.connections", words.Data{"Most": connectionsMost})
		}
	}
	chunk, err := measure("--chunk", s.Chunk)
	if err != nil {
		return uploader.Options{}, err
	}
	limit, err := measure("--limit", strings.TrimSuffix(s.Limit, "/s"))
	if err != nil {
		return uploader.Options{}, err
	}
	return uploader.Options{Connections: connections, Chunk: chunk, Limit: limit}, nil
}

// measure reads a number of bytes as people write it: 6MB are millions, 6MiB are
// the greater ones, 2M is 2MB. Nothing is 0. A comma is not taken: to some it
// divides thousands, to others it is a decimal point.
func measure(flag, typed string) (int64, error) {
	if typed == "" {
		return 0, nil
	}
	bytes, err := humanize.ParseBytes(typed)
	if err != nil || strings.Contains(typed, ",") {
		return 0, usage("cli.usage.measure", words.Data{"Flag": flag, "Typed": words.Printable(typed)})
	}
	if bytes < measureLeast || bytes > measureMost {
		return 0, usage("cli.usage.measure.bounds", words.Data{
			"Flag": flag, "Typed": words.Printable(typed), "Least": words.Size(measureLeast), "Most": words.Size(measureMost),
		})
	}
	return int64(bytes), nil
}
