package words

import (
	"fmt"
	"math"
	"time"

	"github.com/dustin/go-humanize"
)

// Number formats an integer with thousands separators.
func Number(n int) string { return humanize.Comma(int64(n)) }

// units are decimal: 1 KB is 1,000 bytes.
var units = []struct {
	name     string
	size     float64
	decimals int
}{
	{"KB", 1e3, 0},
	{"MB", 1e6, 1},
	{"GB", 1e9, 1},
	{"TB", 1e12, 2},
	{"PB", 1e15, 2},
}

// Size formats a number of bytes: "84 KB", "4.0 GB".
func Size(bytes int64) string {
	unit, ok := unitOf(bytes)
	if !ok {
		return Count("bytes", int(bytes))
	}
	return inUnit(bytes, unit) + " " + units[unit].name
}

// SizeOf formats a part of a whole in the unit of the whole: "1.2 of 4.0 GB". An
// incomplete part never reads like the whole, and a part above zero never reads like
// zero: it gets its own unit, "12.3 MB of 4.0 GB". A negative whole is unknown.
func SizeOf(part, whole int64) string {
	if whole < 0 {
		return Text("size.so-far", Data{"Size": Size(part)})
	}
	unit, ok := unitOf(whole)
	if !ok {
		return Text("size.of", Data{"Part": Number(int(part)), "Whole": Size(whole)})
	}
	text := inUnit(part, unit)
	if part < whole && text == inUnit(whole, unit) {
		step := units[unit].size / math.Pow10(units[unit].decimals)
		text = inUnit(max(0, part-int64(step)), unit)
	}
	if part > 0 && text == inUnit(0, unit) {
		text = Size(part)
	}
	return Text("size.of", Data{"Part": text, "Whole": Size(whole)})
}

// Percent formats a ratio as a percentage: "150 %" for 1.5.
func Percent(of float64) string {
	return Text("percent", Data{"N": int(math.Round(100 * of))})
}

// Rate formats a speed: "12.4 MB/s". It returns "" below one byte per second.
func Rate(bytesPerSecond float64) string {
	if bytesPerSecond < 1 || math.IsNaN(bytesPerSecond) || bytesPerSecond > math.MaxInt64 {
		return ""
	}
	return Text("rate", Data{"Size": Size(int64(bytesPerSecond))})
}

// unitOf returns the index of the largest unit in which bytes round to at least one,
// so that 999,960,000 is "1.0 GB" and not "1000.0 MB"; false below 1 KB.
func unitOf(bytes int64) (int, bool) {
	for i := len(units) - 1; i > 0; i-- {
		rounding := units[i-1].size / math.Pow10(units[i-1].decimals) / 2
		if float64(bytes) >= units[i].size-rounding {
			return i, true
		}
	}
	return 0, bytes >= 1000
}

func inUnit(bytes int64, unit int) string {
	return fmt.Sprintf("%.*f", units[unit].decimals, float64(bytes)/units[unit].size)
}

// ETA formats an estimated time left, coarsely: "about 3 min". It returns "" if the
// estimate is not positive.
func ETA(left time.Duration) string {
	switch {
	case left <= 0:
		return ""
	case left < 5*time.Second:
		return Text("eta.seconds")
	case left < 55*time.Second:
		left = left.Round(5 * time.Second)
	case left < 10*time.Minute:
		left = left.Round(time.Minute)
	case left < 57*time.Minute:
		left = left.Round(5 * time.Minute)
	case left < 23*time.Hour:
		left = left.Round(10 * time.Minute)
	default:
		left = max(left.Round(24*time.Hour), 24*time.Hour)
	}
	return Text("eta.about", Data{"Time": Duration(left)})
}

// Duration formats a duration in its two largest units: "5 min 20 s". The minimum is
// one second.
func Duration(d time.Duration) string {
	seconds := int64(max(d.Round(time.Second)/time.Second, 1))
	minutes, hours, days := seconds/60, seconds/3600, seconds/86400
	switch {
	case minutes == 0:
		return Text("time.seconds", Data{"S": seconds})
	case hours == 0 && seconds%60 == 0:
		return Text("time.minutes", Data{"M": minutes})
	case hours == 0:
		return Text("time.minutes.seconds", Data{"M": minutes, "S": seconds % 60})
	case days == 0 && minutes%60 == 0:
		return Text("time.hours", Data{"H": hours})
	case days == 0:
		return Text("time.hours.minutes", Data{"H": hours, "M": minutes % 60})
	case hours%24 == 0:
		return Count("time.days", int(days))
	default:
		return Text("time.days.hours", Data{"D": days, "H": hours % 24})
	}
}

// Clock formats a local time, with the date unless it is the date of now.
func Clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}
