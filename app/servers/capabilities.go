package servers

import (
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/tus"
)

// knownExtensions are the extensions that are shown, in the order of their importance.
var knownExtensions = []string{
	tus.CreationWithUpload, tus.Termination, tus.Concatenation, tus.Expiration, tus.Checksum,
}

// capabilitiesText is what a server can do, and how fast it answered.
func capabilitiesText(can tus.Capabilities, took time.Duration) string {
	if !can.Known {
		return words.Text("server.silent")
	}
	lines := []string{words.Text("server.ready", words.Data{"Time": latency(took)})}
	if can.MaxSize > 0 {
		lines = append(lines, words.Text("server.max-size", words.Data{"Size": words.Size(can.MaxSize)}))
	} else {
		lines = append(lines, words.Text("server.any-size"))
	}
	var names []string
	for _, extension := range knownExtensions {
		if slices.Contains(can.Extensions, extension) {
			names = append(names, words.Text("server.can."+extension))
		}
	}
	if len(names) > 0 {
		lines = append(lines, words.Text("server.can", words.Data{"List": strings.Join(names, words.Text("list.comma"))}))
	}
	return strings.Join(lines, "\n")
}

func latency(took time.Duration) string {
	if took < time.Second {
		return words.Text("time.milliseconds", words.Data{"N": took.Milliseconds()})
	}
	return words.Duration(took)
}
