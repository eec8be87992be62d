package app

import (
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// batchRowOf is everything the list shows of a batch. So many of the bytes that
// have crossed are not acknowledged yet, and high is the greatest number that was
// shown.
func batchRowOf(s *uploader.Snapshot, b *uploader.Batch, sum uploader.Sum, flying, high int64) widgets.RowModel {
	state := leading(b, sum)
	model := widgets.RowModel{Icon: theme.IconFolder, Name: batchName(b, sum), Actions: buttonsOf(situationOfBatch(b, sum))}
	model.Glyph, model.Tone = signOf(state)
	model.BarTone = model.Tone
	if sum.Rate >= 1 {
		_, model.BarTone = signOf(uploader.StateUploading)
	}
	server, _ := s.Server(b.Server)
	switch {
	case sum.Files == 0:
		model.Detail = words.Join(words.Say("batch.looking"), words.Server(server))
	case !b.Expanded:
		model.Detail = words.Join(needs(sum), words.Count("batch.found", sum.Files), words.Server(server))
	case sum.Count[uploader.StateDone] == sum.Files:
		model.Size, model.Detail = words.Size(sum.Bytes), words.Join(words.State(state), words.Files(sum.Files), words.Server(server))
		return model
	default:
		model.Detail = words.Join(stands(s, b, state, sum), words.FilesOf(sum.Count[uploader.StateDone], sum.Files), words.Server(server))
	}
	left := sum.Bytes - sum.Sent
	model.Speed = words.Rate(sum.Rate)
	if sum.Rate >= 1 && s.Totals.ETA > 0 { // with as much evidence as for all of it
		model.ETA = words.ETA(time.Duration(float64(left) / sum.Rate * float64(time.Second)))
	}
	switch {
	case sum.Bytes == 0 && sum.Files > 0: // nothing but empty files: they are what counts
		model.ShowBar = true
		model.Acked = float64(sum.Count[uploader.StateDone]) / float64(sum.Files)
		model.Sent = model.Acked
	case sum.Bytes > 0:
		model.Size, model.ShowBar = words.SizeOf(sum.Sent, sum.Bytes), true
		model.Acked = float64(sum.Sent-flying) / float64(sum.Bytes)
		model.Sent = float64(high) / float64(sum.Bytes)
	}
	return model
}

// batchName is what a batch is called: like the folder it is, or like the first of
// what was dropped at once.
func batchName(b *uploader.Batch, sum uploader.Sum) string {
	if isNamed(b) {
		return words.Printable(filepath.Base(b.Roots[0]))
	}
	if len(b.Roots) == 0 {
		return words.Files(sum.Files)
	}
	return words.Count("batch.several", len(b.Roots)-1, words.Data{"Name": words.Printable(filepath.Base(b.Roots[0]))})
}

func isNamed(b *uploader.Batch) bool { return len(b.Roots) == 1 }

// stands says in what state a batch is, where its numbers do not.
func stands(s *uploader.Snapshot, b *uploader.Batch, state uploader.State, sum uploader.Sum) string {
	if hold, held := s.Held[b.Server]; held && state == uploader.StateWaiting {
		return words.Held(hold, time.Now())
	}
	if state == uploader.StateUploading || needsPerson(state) {
		return needs(sum)
	}
	return words.State(state)
}

// needs says how many of a batch's files wait for a person.
func needs(sum uploader.Sum) string {
	if n := troubled(sum); n > 0 {
		return words.Count("batch.needs", n)
	}
	return ""
}

func troubled(sum uploader.Sum) int {
	n := 0
	for state, count := range sum.Count {
		if needsPerson(uploader.State(state)) {
			n += count
		}
	}
	return n
}

// telling are the states from the one that a batch's row shows rather than the
// others: what needs a person, then what moves, then what waits, then what rests.
var telling = []uploader.State{
	uploader.StateFailed, uploader.StateSignIn, uploader.StateChanged, uploader.StateForgotten, uploader.StateMissing, uploader.StateAsking,
	uploader.StateUploading, uploader.StateChecking, uploader.StatePreparing,
	uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy,
	uploader.StateWaiting, uploader.StatePaused, uploader.StateDone, uploader.StateCancelled,
}

// leading is the state that a batch's row shows. Between two files it is calm: what
// has begun to cross is uploading, whatever the next file is just being asked.
func leading(b *uploader.Batch, sum uploader.Sum) uploader.State {
	if !b.Expanded {
		sum.Count[restOf(b)]++
	}
	for _, state := range telling {
		if sum.Count[state] > 0 {
			return calm(state, sum)
		}
	}
	return uploader.StateWaiting
}

// calm is the state of what is getting across, where single files of it go through
// others for a moment.
func calm(state uploader.State, sum uploader.Sum) uploader.State {
	switch state {
	case uploader.StateChecking, uploader.StatePreparing:
		if sum.Sent > 0 || sum.Count[uploader.StateDone] > 0 {
			return uploader.StateUploading
		}
	case uploader.StateWaiting:
		if sum.Rate >= 1 {
			return uploader.StateUploading
		}
	}
	return state
}

// restOf is the state of the files that are still to be found.
func restOf(b *uploader.Batch) uploader.State {
	if b.Intent == uploader.IntentHold {
		return uploader.StatePaused
	}
	return uploader.StatePreparing
}
