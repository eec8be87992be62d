package app

import (
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/tus"
)

// told lists the extensions that mean something to a person, in the order in
// which they matter.
var told = []string{
	tus.CreationWithUpload, tus.Termination, tus.Concatenation, tus.Expiration, tus.Checksum,
}

// abilities says what a server that answered can do.
func abilities(can tus.Capabilities, took time.Duration) string {
	if !can.Known {
		return words.Say("server.silent")
	}
	lines := []string{words.Say("server.ready", words.Data{"Time": latency(took)})}
	if can.MaxSize > 0 {
		lines = append(lines, words.Say("server.max-size", words.Data{"Size": words.Size(can.MaxSize)}))
	} else {
		lines = append(lines, words.Say("server.any-size"))
	}
	var names []string
	for _, extension := range told {
		if slices.Contains(can.Extensions, extension) {
			names = append(names, words.Say("server.can."+extension))
		}
	}
	if len(names) > 0 {
		lines = append(lines, words.Say("server.can", words.Data{"List": strings.Join(names, words.Say("list.comma"))}))
	}
	return strings.Join(lines, "\n")
}

func latency(took time.Duration) string {
	if took < time.Second {
		return words.Say("time.milliseconds", words.Data{"N": took.Milliseconds()})
	}
	return words.Duration(took)
}
