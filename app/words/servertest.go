package words

import (
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// ServerTest returns the lines about the test of a server that did not tell what it
// supports: what it responded, and whether it accepts uploads. It returns "" for one that
// told it. server is its name or URL.
func ServerTest(test uploader.ServerTest, server string) string {
	creation := test.Creation
	switch test.Outcome() {
	case uploader.TestNotTus:
		return Fault(creation.Fault, Subject{Server: server}).String()
	case uploader.TestRefused:
		lines := []string{optionsText(test.Capabilities.Response), Text("server.creation.refused", Data{"What": Fault(creation.Fault, Subject{Server: server}).What})}
		return strings.Join(append(lines, detailLine(creation.Fault)...), "\n")
	case uploader.TestUndeclared:
		key := "server.creation.removed"
		if creation.Result == uploader.CreationLeft {
			key = "server.creation.left"
		}
		return optionsText(test.Capabilities.Response) + "\n" + Text(key, Data{"Name": Printable(creation.Name)})
	default:
		return ""
	}
}

// optionsText returns a text about the response to OPTIONS.
func optionsText(response tus.OptionsResponse) string {
	if response.Kind == "" {
		return Text("server.silent")
	}
	host := quoted(response.Host, "subject.host")
	return Text("server.options."+string(response.Kind), Data{"Status": response.Status, "Host": host})
}

// detailLine returns the line with what a server responded in its own words, if it did.
func detailLine(f *fault.Fault) []string {
	if f.Detail == "" {
		return nil
	}
	return []string{Text("server.creation.detail", Data{"Detail": Printable(f.Detail)})}
}
