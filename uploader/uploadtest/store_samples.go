package uploadtest

import (
	"math"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// fullTransfer returns a transfer with a value in each field.
func fullTransfer(id uploader.TransferID) uploader.Transfer {
	return uploader.Transfer{
		ID:     id,
		Batch:  1 << 60,
		Server: 2,
		Source: source.File{
			Path:     "/home/\xff\xfe/caf\xe9 中文\n.mov",
			RelPath:  "raws/caf\xe9.mov",
			Size:     500 << 30,
			ModTime:  time.Unix(1_700_000_000, 123_456_789),
			Identity: source.Identity{Volume: math.MaxUint64, Index: 1 << 63},
		},
		ChangeTime:  1_700_000_001_123_456_789,
		Fingerprint: "metadata:caf\xe9.mov",
		Rank:        int64(id),
		Intent:      uploader.IntentPause,
		Phase:       uploader.PhaseFailed,
		Session: uploader.Session{
			URL: "https://studio.example/files/24e533e02ec3?part=1#x", Parts: 7, Offset: 1 << 40, Sent: 1<<40 + 1, Expires: timestamp(9), Unconfirmed: timestamp(10),
		},
		Attempt: 4,
		NextTry: timestamp(1),
		Fault: &fault.Fault{
			Kind: fault.Busy, Op: fault.Patch, Status: 429, Code: "ERR_UPLOAD_STOPPED", RetryAfter: 90 * time.Second,
			Detail: "the server's text, maybe \xff broken",

			ServerMessage: "no more 猫, please",
		},
		Added:         timestamp(2),
		Started:       timestamp(3),
		Finished:      timestamp(4),
		ActiveTime:    time.Hour + 7*time.Millisecond,
		ResumedFrom:   1 << 33,
		SHA256:        "\x01\x02" + strings.Repeat("\x00", 29) + "\xff",
		EarlierUpload: 1 << 40,
		Result:        &uploader.Result{ID: "8cbb43fe", Answer: `{"url":"https://cdn.example/8cbb43fe"}`},
		Exists:        uploader.ExistsRename,
		NameNumber:    7,
		Repeated:      &uploader.Repeated{Op: fault.Create, Status: 500, Count: 9, Since: timestamp(5)},
	}
}

func anyTransfer(r *rapid.T) uploader.Transfer {
	number := rapid.Int64()
	text := rapid.Custom(func(r *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(r, "bytes")) })
	const century = 100 * 365 * 24 * 60 * 60 * 1000
	when := rapid.Map(rapid.Int64Range(-century, century), func(ms int64) uploader.Timestamp { return uploader.Timestamp(ms) })
	duration := rapid.Map(rapid.Int64Range(0, 1<<40), func(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond })
	transfer := uploader.Transfer{
		ID:     uploader.TransferID(rapid.Int64Range(1, 100).Draw(r, "id")),
		Batch:  uploader.BatchID(number.Draw(r, "batch")),
		Server: uploader.ServerID(number.Draw(r, "server")),
		Source: source.File{
			Path:    text.Draw(r, "path"),
			RelPath: text.Draw(r, "relative path"),
			Size:    number.Draw(r, "size"),
			// Beyond the range of int64 nanoseconds on both sides.
			ModTime:  time.Unix(rapid.Int64Range(-1<<36, 1<<36).Draw(r, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(r, "nanoseconds")),
			Identity: source.Identity{Volume: rapid.Uint64().Draw(r, "volume"), Index: rapid.Uint64().Draw(r, "index")},
		},
		ChangeTime:  source.ChangeTime(number.Draw(r, "change time")),
		Fingerprint: text.Draw(r, "fingerprint"),
		Rank:        rapid.Int64Range(math.MinInt64, math.MaxInt64-1).Draw(r, "rank"),
		Intent:      rapid.SampledFrom([]uploader.Intent{uploader.IntentRun, uploader.IntentPause, uploader.IntentCancel, uploader.IntentRemove}).Draw(r, "intent"),
		Phase:       uploader.Phase(rapid.IntRange(int(uploader.PhaseQueued), int(uploader.PhaseCancelled)).Draw(r, "phase")),
		Session: uploader.Session{
			URL: text.Draw(r, "URL"), Offset: number.Draw(r, "offset"), Sent: number.Draw(r, "sent"), Expires: when.Draw(r, "expires"),
			Unconfirmed: when.Draw(r, "unconfirmed"),
		},
		Attempt:       rapid.Int32().Draw(r, "attempt"),
		NextTry:       when.Draw(r, "next try"),
		Added:         when.Draw(r, "added"),
		Started:       when.Draw(r, "started"),
		Finished:      when.Draw(r, "finished"),
		ActiveTime:    duration.Draw(r, "active"),
		ResumedFrom:   number.Draw(r, "resumed"),
		EarlierUpload: uploader.TransferID(number.Draw(r, "prior")),
		Exists:        rapid.SampledFrom([]uploader.ExistsPolicy{uploader.ExistsAsk, uploader.ExistsOverwrite, uploader.ExistsRename, uploader.ExistsSkip}).Draw(r, "exists"),
		NameNumber:    rapid.Int32Range(0, uploader.MaxNameNumber).Draw(r, "name number"),
	}
	if rapid.Bool().Draw(r, "has repeated faults") {
		transfer.Repeated = &uploader.Repeated{
			Op: fault.Op(text.Draw(r, "repeated op")), Status: rapid.Int().Draw(r, "repeated status"),
			Count: rapid.Int32Range(1, math.MaxInt32).Draw(r, "count"), Since: when.Draw(r, "since"),
		}
	}
	if rapid.Bool().Draw(r, "has a fault") {
		transfer.Fault = &fault.Fault{
			Kind:       rapid.SampledFrom(fault.Kinds()).Draw(r, "kind"),
			Op:         fault.Op(text.Draw(r, "op")),
			Status:     rapid.Int().Draw(r, "status"),
			Code:       text.Draw(r, "code"),
			RetryAfter: duration.Draw(r, "retry after"),
			Detail:     text.Draw(r, "detail"),

			ServerMessage: text.Draw(r, "message"),
		}
	}
	transfer.Result = uploader.NewResult(text.Draw(r, "result"), text.Draw(r, "answer"))
	return transfer
}

// timestamp returns instant(n) as an uploader.Timestamp.
func timestamp(n int) uploader.Timestamp { return uploader.TimestampOf(instant(n)) }

// instant returns the n-th of a series of times one second apart.
func instant(n int) time.Time {
	return time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC).Add(time.Duration(n) * time.Second)
}
