package preferences

import (
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const day = 24 * time.Hour

// transfers are the settings of how uploads go.
func (f *sectionForm) transfers() {
	f.heading("speed")
	selectOne(f, "simultaneous", func(s *settings.Settings) *int { return &s.Transfers.MaxFiles }, []int{1, 2, 3, 4, 6, 8, 12, 16}, words.Number)
	selectOne(f, "connections", func(s *settings.Settings) *int { return &s.Transfers.Connections }, []int{1, 2, 4, 8, 12, 16}, words.Number)
	f.limit()
	f.schedule()
	selectOne(f, "metered", func(s *settings.Settings) *uploader.Metered { return &s.Transfers.Metered },
		[]uploader.Metered{uploader.MeteredUpload, uploader.MeteredHold},
		func(m uploader.Metered) string { return words.Text("settings.metered." + string(m)) })

	f.heading("safety")
	selectOne(f, "fingerprint", func(s *settings.Settings) *string { return &s.Transfers.Fingerprint },
		[]string{"metadata", "path", "content"},
		func(name string) string { return words.Text("settings.fingerprint." + name) })
	selectOne(f, "proof", func(s *settings.Settings) *uploader.ResumeCheck { return &s.Transfers.ResumeCheck },
		[]uploader.ResumeCheck{uploader.ResumeCheckSamples, uploader.ResumeCheckAll},
		func(p uploader.ResumeCheck) string { return words.Text("settings.proof." + string(p)) })
	f.checkbox("sum", func(s *settings.Settings) *bool { return &s.Transfers.SendSHA256 })

	f.heading("files")
	f.patterns()
	f.checkbox("hidden", func(s *settings.Settings) *bool { return &s.Transfers.IncludeHidden })
	f.checkbox("links", func(s *settings.Settings) *bool { return &s.Transfers.FollowLinks })
	selectOne(f, "settle", func(s *settings.Settings) *time.Duration { return &s.Transfers.SettleTime },
		[]time.Duration{0, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute}, settleLabel)

	f.heading("history")
	selectOne(f, "most", func(s *settings.Settings) *int { return &s.Transfers.History.MaxCount }, []int{100, 1000, 10_000, 100_000, 0}, mostLabel)
	selectOne(f, "age", func(s *settings.Settings) *time.Duration { return &s.Transfers.History.MaxAge },
		[]time.Duration{7 * day, 30 * day, 90 * day, 365 * day, 0}, ageLabel)
}

func settleLabel(d time.Duration) string {
	if d == 0 {
		return words.Text("settings.settle.none")
	}
	return words.Duration(d)
}

func mostLabel(n int) string {
	if n == 0 {
		return words.Text("settings.most.none")
	}
	return words.Uploads(n)
}

func ageLabel(age time.Duration) string {
	if age == 0 {
		return words.Text("settings.age.none")
	}
	return words.Count("settings.days", int(age/day))
}

// limit is how fast uploads may be altogether.
func (f *sectionForm) limit() {
	control := form.NewRateField(f.Host)
	row := f.field("limit", control.Content)
	control.Changed = func(rate int64, good bool) {
		problem := ""
		if !good {
			problem = words.Text("settings.rate.wrong")
		} else {
			f.book.Update(func(s *settings.Settings) { s.Transfers.Limit = rate })
		}
		if row.SetProblem(problem) {
			f.relayout()
		}
	}
	f.onShow(func(s settings.Settings) { control.ShowRate(s.Transfers.Limit) })
}

// patterns are names to pass over, one on a line.
func (f *sectionForm) patterns() {
	lines := form.NewMultilineEntry(f.Host, 4, nil)
	row := f.wide("ignore", lines)
	lines.OnChanged = func(text string) {
		patterns, wrong := patternsIn(text)
		problem := ""
		if wrong != "" {
			problem = words.Text("settings.ignore.wrong", words.Data{"Pattern": words.Printable(wrong)})
		} else {
			f.book.Update(func(s *settings.Settings) { s.Transfers.Ignore = patterns })
		}
		if row.SetProblem(problem) {
			f.relayout()
		}
	}
	f.onShow(func(s settings.Settings) {
		if now, _ := patternsIn(lines.Text); strings.Join(now, "\n") != strings.Join(s.Transfers.Ignore, "\n") && row.Problem() == "" {
			lines.ShowText(strings.Join(s.Transfers.Ignore, "\n"))
		}
	})
}

// patternsIn are the lines of a text, or the first that is no pattern.
func patternsIn(text string) (patterns []string, wrong string) {
	patterns = []string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if !settings.ValidPattern(line) {
			return nil, line
		}
		patterns = append(patterns, line)
	}
	return patterns, ""
}
