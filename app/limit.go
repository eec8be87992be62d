package app

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// regimeOf says how fast uploads may be now, and until when where the schedule says
// so. What is not as always stands out.
func regimeOf(s *uploader.Snapshot, so uploader.Settings, now time.Time) (string, theme.Tone) {
	for _, hold := range s.Held {
		if hold.Reason == uploader.HeldByMetering {
			return words.Say("limit.metered"), theme.Warning
		}
	}
	limit, until := so.Schedule.At(now, so.Limit)
	if until.IsZero() {
		return regimeLabel(limit, ""), regimeTone(limit)
	}
	at := words.Clock(until, now)
	if until.Sub(now) < 24*time.Hour {
		at = until.Format("15:04")
	}
	return regimeLabel(limit, at), regimeTone(limit)
}

func regimeTone(limit int64) theme.Tone {
	switch limit {
	case 0:
		return theme.Muted
	case uploader.Nothing:
		return theme.Warning
	default:
		return theme.Active
	}
}

// regimeLabel is a limit in words, and until when it holds; "" for always.
func regimeLabel(limit int64, until string) string {
	data := words.Data{"At": until}
	switch {
	case limit == uploader.Nothing && until == "":
		return words.Say("limit.nothing")
	case limit == uploader.Nothing:
		return words.Say("limit.nothing.until", data)
	case until == "":
		return limitLabel(limit)
	case limit == 0:
		return words.Say("limit.none.until", data)
	default:
		data["Rate"] = words.Rate(float64(limit))
		return words.Say("limit.at-most.until", data)
	}
}

func limitLabel(limit int64) string {
	if limit == 0 {
		return words.Say("limit.none")
	}
	return words.Say("limit.at-most", words.Data{"Rate": words.Rate(float64(limit))})
}
