package preferences

import (
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

const day = 24 * time.Hour

// addTransfers adds the settings of transfers.
func (f *sectionForm) addTransfers() {
	f.addHeading("speed")
	addSelect(f, "simultaneous", func(s *settings.Settings) *int { return &s.Transfers.MaxFiles }, []int{1, 2, 3, 4, 6, 8, 12, 16}, words.Number)
	addSelect(f, "connections", func(s *settings.Settings) *int { return &s.Transfers.Connections }, []int{1, 2, 4, 8, 12, 16}, words.Number)
	f.addLimit()
	f.addSchedule()
	if platform.KnowsMetered {
		addSelect(f, "metered", func(s *settings.Settings) *uploader.Metered { return &s.Transfers.Metered },
			[]uploader.Metered{uploader.MeteredUpload, uploader.MeteredHold},
			func(m uploader.Metered) string { return words.Text("settings.metered." + string(m)) })
	}

	f.addHeading("safety")
	addSelect(f, "fingerprint", func(s *settings.Settings) *string { return &s.Transfers.Fingerprint },
		[]string{"metadata", "path", "content"},
		func(name string) string { return words.Text("settings.fingerprint." + name) })
	addSelect(f, "proof", func(s *settings.Settings) *uploader.ResumeCheck { return &s.Transfers.ResumeCheck },
		[]uploader.ResumeCheck{uploader.ResumeCheckChanged, uploader.ResumeCheckAll},
		func(p uploader.ResumeCheck) string { return words.Text("settings.proof." + string(p)) })
	f.addCheckbox("sha256", func(s *settings.Settings) *bool { return &s.Transfers.SHA256 })
	f.addCheckbox("sum", func(s *settings.Settings) *bool { return &s.Transfers.SendSHA256 })

	f.addHeading("files")
	f.addPatterns()
	f.addCheckbox("hidden", func(s *settings.Settings) *bool { return &s.Transfers.IncludeHidden })
	f.addCheckbox("links", func(s *settings.Settings) *bool { return &s.Transfers.FollowLinks })
	addSelect(f, "settle", func(s *settings.Settings) *time.Duration { return &s.Transfers.SettleTime },
		[]time.Duration{0, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute}, settleTimeLabel)

	f.addHeading("history")
	addSelect(f, "most", func(s *settings.Settings) *int { return &s.Transfers.History.MaxCount }, []int{100, 1000, 10_000, 100_000, 0}, maxCountLabel)
	addSelect(f, "age", func(s *settings.Settings) *time.Duration { return &s.Transfers.History.MaxAge },
		[]time.Duration{7 * day, 30 * day, 90 * day, 365 * day, 0}, maxAgeLabel)
}

func settleTimeLabel(d time.Duration) string {
	if d == 0 {
		return words.Text("settings.settle.none")
	}
	return words.Duration(d)
}

func maxCountLabel(n int) string {
	if n == 0 {
		return words.Text("settings.most.none")
	}
	return words.Uploads(n)
}

func maxAgeLabel(age time.Duration) string {
	if age == 0 {
		return words.Text("settings.age.none")
	}
	return words.Count("settings.days", int(age/day))
}

// addLimit adds the setting of the limit for all uploads together.
func (f *sectionForm) addLimit() {
	control := form.NewRateField(f.Host)
	row := f.addField("limit", control.Content)
	control.Changed = func(rate int64, valid bool) {
		problem := ""
		if !valid {
			problem = words.Text("settings.rate.wrong")
		} else {
			f.current.Update(func(s *settings.Settings) { s.Transfers.Limit = rate })
		}
		if row.SetProblem(problem) {
			f.relayout()
		}
	}
	f.onShow(func(s settings.Settings) { control.ShowRate(s.Transfers.Limit) })
}

// addPatterns adds the setting of the ignore patterns, one per line.
func (f *sectionForm) addPatterns() {
	entry := form.NewMultilineEntry(f.Host, 4, nil)
	row := f.addWideField("ignore", entry)
	entry.OnChanged = func(text string) {
		patterns, invalid := parsePatterns(text)
		problem := ""
		if invalid != "" {
			problem = words.Text("settings.ignore.wrong", words.Data{"Pattern": words.Printable(invalid)})
		} else {
			f.current.Update(func(s *settings.Settings) { s.Transfers.Ignore = patterns })
		}
		if row.SetProblem(problem) {
			f.relayout()
		}
	}
	f.onShow(func(s settings.Settings) {
		if shown, _ := parsePatterns(entry.Text); strings.Join(shown, "\n") != strings.Join(s.Transfers.Ignore, "\n") && row.Problem() == "" {
			entry.ShowText(strings.Join(s.Transfers.Ignore, "\n"))
		}
	})
}

// parsePatterns returns the patterns in the lines of a text, or the first invalid line.
func parsePatterns(text string) (patterns []string, invalid string) {
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
