package servers

import (
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
)

// HostQuestion asks whether a server may use another host, as the fault with
// fault.CodeHostNotAllowed names it.
func HostQuestion(server, host string, allow func()) form.Question {
	data := words.Data{"Server": words.Printable(server), "Host": words.Printable(host)}
	return form.Question{
		Title: words.Text("host.title", data), Text: words.Text("host.text", data),
		Answers: []form.Answer{
			{Label: words.Text("host.no")},
			{Label: words.Text("host.yes"), Do: allow},
		},
	}
}
