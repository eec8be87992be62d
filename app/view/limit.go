package view

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// LimitNow returns the text and the tone of the limit in effect, with its end if it comes
// from the schedule.
func LimitNow(s *uploader.Snapshot, set uploader.Settings, now time.Time) (string, theme.Tone) {
	for _, hold := range s.Holds {
		if hold.Reason == uploader.HeldByMetering {
			return words.Text("limit.metered"), theme.Warning
		}
	}
	limit, until := set.Schedule.At(now, set.Limit)
	if until.IsZero() {
		return limitUntil(limit, ""), limitTone(limit)
	}
	at := words.Clock(until, now)
	if until.Sub(now) < 24*time.Hour {
		at = until.Format("15:04")
	}
	return limitUntil(limit, at), limitTone(limit)
}

func limitTone(limit int64) theme.Tone {
	switch limit {
	case 0:
		return theme.Muted
	case uploader.SendNothing:
		return theme.Warning
	default:
		return theme.Active
	}
}

// limitUntil returns the text of a limit with its end. Until is "" for no end.
func limitUntil(limit int64, until string) string {
	data := words.Data{"At": until}
	switch {
	case limit == uploader.SendNothing && until == "":
		return words.Text("limit.nothing")
	case limit == uploader.SendNothing:
		return words.Text("limit.nothing.until", data)
	case until == "":
		return LimitLabel(limit)
	case limit == 0:
		return words.Text("limit.none.until", data)
	default:
		data["Rate"] = words.Rate(float64(limit))
		return words.Text("limit.at-most.until", data)
	}
}

// LimitLabel returns the text of a limit without an end.
func LimitLabel(limit int64) string {
	if limit == 0 {
		return words.Text("limit.none")
	}
	return words.Text("limit.at-most", words.Data{"Rate": words.Rate(float64(limit))})
}
