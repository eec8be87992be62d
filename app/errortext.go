package app

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
)

// sentenceOf is the text shown for the error of a command.
func sentenceOf(err error) string {
	if f := fault.Of(err); f.Kind != fault.Bug {
		return words.Fault(f, words.Subject{}).String()
	}
	return words.Say("order.failed")
}
