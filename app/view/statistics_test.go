package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestStatisticsOf(t *testing.T) {
	apptest.LoadEnglish(t)
	now := time.Date(2026, 3, 15, 12, 0, 0, 0, time.Local)
	servers := apptest.Snapshot().Servers
	usage := []uploader.Usage{
		{Day: 20250315, Server: 9, Bytes: 1_000_000},
		{Day: 20260228, Server: 2, Bytes: 5_000_000_000, Files: 1200, Active: 1000 * time.Second, Resumes: 2},
		{Day: 20260301, Server: 2, Bytes: 1_000_000_000, Files: 1, Active: 200 * time.Second},
		{Day: 20260315, Server: uploader.BuiltinServer, Bytes: 20_000_000, Files: 3, Active: time.Millisecond, Resumes: 1},
	}
	want := Statistics{
		Periods: []StatisticsLine{
			{"Today", "20.0 MB", "3 files · 1 upload resumed"},
			{"This month", "1.0 GB", "4 files · 5.1 MB/s · 1 upload resumed"},
			{"In all", "6.0 GB", "1,204 files · 5.0 MB/s · 3 uploads resumed"},
		},
		Servers: []StatisticsLine{
			{"Studio", "6.0 GB", "1,201 files · 5.0 MB/s · 2 uploads resumed"},
			{"This computer", "20.0 MB", "3 files · 1 upload resumed"},
			{"Removed server", "1.0 MB", "0 files"},
		},
	}
	if diff := cmp.Diff(want, StatisticsOf(usage, servers, now)); diff != "" {
		t.Error(diff)
	}
	if got := StatisticsOf(nil, servers, now); len(got.Servers) != 0 || got.Periods[2] != (StatisticsLine{"In all", "", "Nothing yet"}) {
		t.Errorf("statistics of nothing: %+v", got)
	}
}
