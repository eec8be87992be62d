package servers

import (
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// knownExtensions are the tus extensions that are shown, the most important one first.
var knownExtensions = []string{
	tus.CreationWithUpload, tus.Termination, tus.Concatenation, tus.Expiration, tus.Checksum,
}

// readyText returns a text about a server that told what it supports, or about the upload
// whose URL was typed.
func readyText(result uploader.ServerTest, latency time.Duration) string {
	text := words.Text("server.silent")
	if result.Capabilities.Known {
		text = capabilitiesText(result.Capabilities, latency)
	}
	if upload := result.Upload; upload != nil {
		text += "\n" + words.Text("server.given.holds", words.Data{"SizeOf": words.SizeOf(upload.Offset, max(upload.Length, 0))})
	}
	return text
}

// capabilitiesText returns a text about the capabilities of a server and its response time.
func capabilitiesText(capabilities tus.Capabilities, latency time.Duration) string {
	lines := []string{words.Text("server.ready", words.Data{"Time": latencyText(latency)})}
	if capabilities.MaxSize > 0 {
		lines = append(lines, words.Text("server.max-size", words.Data{"Size": words.Size(capabilities.MaxSize)}))
	} else {
		lines = append(lines, words.Text("server.any-size"))
	}
	var names []string
	for _, extension := range knownExtensions {
		if slices.Contains(capabilities.Extensions, extension) {
			names = append(names, words.Text("server.can."+extension))
		}
	}
	if len(names) > 0 {
		lines = append(lines, words.Text("server.can", words.Data{"List": strings.Join(names, words.Text("list.comma"))}))
	}
	return strings.Join(lines, "\n")
}

func latencyText(latency time.Duration) string {
	if latency < time.Second {
		return words.Text("time.milliseconds", words.Data{"N": latency.Milliseconds()})
	}
	return words.Duration(latency)
}
