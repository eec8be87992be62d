package words

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// ServerTest returns the lines about the test of a server that did not tell what it
// supports: what it responded, and whether it accepts uploads. It returns "" for one that
// told it. server is its name or URL.
func ServerTest(test uploader.ServerTest, server string) string {
	creation := test.Creation
	switch test.Outcome() {
	case uploader.TestNotTus:
		return WithServerMessage(Fault(creation.Fault, Subject{Server: server}).String(), creation.Fault)
	case uploader.TestRefused:
		refused := Text("server.creation.refused", Data{"What": Fault(creation.Fault, Subject{Server: server}).What})
		return WithServerMessage(optionsText(test.Capabilities.Response)+"\n"+refused, creation.Fault)
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
