package view

import (
	"cmp"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// StatisticsLine is what was uploaded in a period or to a server, as text.
type StatisticsLine struct {
	Name    string
	Sent    string // bytes; "" for none
	Details string // the number of files, how fast a file was on average, and what was resumed
}

// Statistics is the content of the statistics page.
type Statistics struct {
	Periods []StatisticsLine // today, this month, in all
	Servers []StatisticsLine // in all, the server with the most bytes first
}

// StatisticsOf returns the statistics of what was uploaded until now.
func StatisticsOf(usage []uploader.Usage, servers []uploader.Server, now time.Time) Statistics {
	today := uploader.DayOf(now)
	var day, month, all uploader.Usage
	byServer := map[uploader.ServerID]uploader.Usage{}
	for _, u := range usage {
		all = all.Plus(u)
		if u.Day.SameMonth(today) {
			month = month.Plus(u)
		}
		if u.Day == today {
			day = day.Plus(u)
		}
		sum := byServer[u.Server]
		sum.Server = u.Server
		byServer[u.Server] = sum.Plus(u)
	}
	s := Statistics{Periods: []StatisticsLine{
		statisticsLine(words.Text("statistics.today"), day),
		statisticsLine(words.Text("statistics.month"), month),
		statisticsLine(words.Text("statistics.all"), all),
	}}
	sums := make([]uploader.Usage, 0, len(byServer))
	for _, u := range byServer {
		sums = append(sums, u)
	}
	slices.SortFunc(sums, func(a, b uploader.Usage) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Server, b.Server))
	})
	for _, u := range sums {
		s.Servers = append(s.Servers, statisticsLine(serverName(servers, u.Server), u))
	}
	return s
}

// serverName returns the name of a server, or that it was removed.
func serverName(servers []uploader.Server, id uploader.ServerID) string {
	for _, server := range servers {
		if server.ID == id {
			return words.Server(server)
		}
	}
	return words.Text("statistics.removed")
}

// statisticsLine returns the line of what was uploaded.
func statisticsLine(name string, u uploader.Usage) StatisticsLine {
	if u.Bytes == 0 && u.Files == 0 {
		return StatisticsLine{Name: name, Details: words.Text("statistics.nothing")}
	}
	speed, resumed := "", ""
	if u.Active >= time.Second {
		speed = words.Rate(float64(u.Bytes) / u.Active.Seconds())
	}
	if u.Resumes > 0 {
		resumed = words.Count("statistics.resumed", int(u.Resumes))
	}
	return StatisticsLine{Name: name, Sent: words.Size(u.Bytes), Details: words.Join(words.Files(int(u.Files)), speed, resumed)}
}
