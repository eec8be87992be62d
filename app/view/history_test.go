package view

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func historyEntry(name, url string) uploader.Transfer {
	t := uploader.Transfer{ID: 1, Server: 2, Phase: uploader.PhaseDone, SHA256: "\x01\xff" + strings.Repeat("\x00", 30)}
	t.Source.Path, t.Source.Size, t.Session.URL = "/home/ada/"+name, 1234, url
	t.Finished = uploader.TimestampOf(time.Date(2026, 11, 30, 12, 30, 0, 0, time.UTC))
	return t
}

func TestHistoryFilterQuery(t *testing.T) {
	apptest.LoadEnglish(t)
	zone := time.FixedZone("", 2*60*60)
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, zone)
	servers := []uploader.Server{{ID: 1}, {ID: 2, Name: "Studio"}, {ID: 3, Name: "Old studio"}}
	since := func(day, hour int) uploader.Timestamp {
		return uploader.TimestampOf(time.Date(2026, 11, day, hour, 0, 0, 0, zone))
	}
	for _, c := range []struct {
		name   string
		filter HistoryFilter
		want   uploader.HistoryQuery
	}{
		{"everything", HistoryFilter{}, uploader.HistoryQuery{}},
		{"today", HistoryFilter{Period: HistoryToday}, uploader.HistoryQuery{Since: since(30, 0)}},
		{"7 days", HistoryFilter{Period: HistoryWeek}, uploader.HistoryQuery{Since: since(23, 9)}},
		{"30 days", HistoryFilter{Period: HistoryMonth}, uploader.HistoryQuery{Since: uploader.TimestampOf(time.Date(2026, 10, 31, 9, 0, 0, 0, zone))}},
		{"server", HistoryFilter{Server: 3}, uploader.HistoryQuery{Server: 3}},
		{"words", HistoryFilter{Text: " STUDIO  film "}, uploader.HistoryQuery{Texts: []uploader.HistoryText{
			{Text: "STUDIO", Servers: []uploader.ServerID{2, 3}}, {Text: "film"},
		}}},
		{"builtin server by its name in this language", HistoryFilter{Text: "computer"}, uploader.HistoryQuery{Texts: []uploader.HistoryText{{Text: "computer", Servers: []uploader.ServerID{1}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.filter.Query(servers, now)); diff != "" {
				t.Errorf("want (-) and got (+) differ:\n%s", diff)
			}
		})
	}
}

func TestLinkFormats(t *testing.T) {
	apptest.LoadEnglish(t)
	film, odd, none := historyEntry("film.mov", "https://s.example/1"), historyEntry(`[a]_<b>&"*.txt`, "https://s.example/2?a=b&c=d"), historyEntry("x", "")
	s := &uploader.Snapshot{Servers: []uploader.Server{{ID: 2, Name: "Studio"}}}
	for _, c := range []struct {
		name   string
		format LinkFormat
		want   string
	}{
		{"plain", LinksPlain, "https://s.example/1\nhttps://s.example/2?a=b&c=d"},
		{"Markdown", LinksMarkdown, "[film.mov](<https://s.example/1>)\n" + `[\[a\]\_\<b>\&"\*.txt](<https://s.example/2?a=b&c=d>)`},
		{"HTML", LinksHTML, `<a href="https://s.example/1">film.mov</a>` + "\n" + `<a href="https://s.example/2?a=b&amp;c=d">[a]_&lt;b&gt;&amp;&#34;*.txt</a>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, count := Links(s, []*uploader.Transfer{&film, &none, &odd}, c.format)
			if got != c.want || count != 2 {
				t.Errorf("got %d:\n%s\nwant:\n%s", count, got, c.want)
			}
		})
	}
}

func TestHistoryCSV(t *testing.T) {
	apptest.LoadEnglish(t)
	s := &uploader.Snapshot{Servers: []uploader.Server{{ID: 2, Name: "=Studio"}}}
	film, odd := historyEntry("film.mov", "https://s.example/1"), historyEntry("-a,\"b\"\n.txt", "")
	odd.Server, odd.SHA256, odd.Finished = 9, "", 0
	var text strings.Builder
	out, err := NewHistoryCSV(&text)
	if err == nil {
		err = out.Write(s, []uploader.Transfer{film, odd})
	}
	const sum = "01ff000000000000000000000000000000000000000000000000000000000000"
	want := "name,path,size,finished,server,link,sha256\r\n" +
		"film.mov,/home/ada/film.mov,1234,2026-11-30T12:30:00Z,'=Studio,https://s.example/1," + sum + "\r\n" +
		"\"'-a,\"\"b\"\"\r\n.txt\",\"/home/ada/-a,\"\"b\"\"\r\n.txt\",1234,," + words.Text("history.removed-server") + ",,\r\n"
	if err != nil || text.String() != want {
		t.Errorf("got %q, %v\nwant %q", text.String(), err, want)
	}
}

func TestCSVTextIsNoFormula(t *testing.T) {
	for text, want := range map[string]string{
		"":          "",
		"a=b":       "a=b",
		"=1+1":      "'=1+1",
		"+1":        "'+1",
		"-1":        "'-1",
		"@sum":      "'@sum",
		"\u0020=1":  "' =1",
		"\t=1":      "'\t=1",
		"\rx":       "'\rx",
		"\xff.txt":  "\uFFFD.txt",
		"https://x": "https://x",
	} {
		if got := csvText(text); got != want {
			t.Errorf("csvText(%q) = %q, want %q", text, got, want)
		}
	}
}
